/* json/equal.h — JSON values compared as JSON Schema means it: numbers by their value, members in any order. (JSONPath
 * compares values of filters, which may be nothing: json/path_value.h.) */
#ifndef JSON_EQUAL_H
#define JSON_EQUAL_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* 1 and 1.0 are equal; true and 1 are not. Adds to *steps how many values were looked at; nesting below JSON_EQUAL_DEPTH_MAX
 * is unequal. */
enum { JSON_EQUAL_DEPTH_MAX = 2048 };
bool json_values_equal(const json_t *a, const json_t *b, size_t *steps);
/* The same for equal values. */
uint64_t json_value_hash(const json_t *value, size_t *steps);

/* Of two numbers, exactly: negative, 0, positive. */
int json_compare_numbers(const json_t *a, const json_t *b);
int json_compare_integer(json_int_t integer, double real); /* not a NaN */
/* Whether the number is a multiple of `of` (positive), as their shortest decimal texts say: 0.3 is one of 0.1. */
bool json_is_multiple(const json_t *number, const json_t *of);
/* A number without a fraction: 8, 8.0, 1e300. */
bool json_is_whole(const json_t *number);

#endif
