/* json/number.h — numbers as text: the grammar of RFC 8259, exactly rounded doubles, and the shortest text of a double.
 */
#ifndef JSON_NUMBER_H
#define JSON_NUMBER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number {
    const char *start, *end; /* the token; after a failed scan `end` is where it went wrong */
    bool negative;
    bool integer;    /* no fraction and no exponent */
    bool cut;        /* `digits` lacks some digits */
    uint64_t digits; /* the first 19 significant digits */
    int exponent;    /* the number is digits × 10^exponent, unless cut */
};

/* Reads the number that starts at p, a '-' or a digit. False when it is not one: *expected then says what is missing
 * at out->end. */
bool number_scan(const char *p, const char *end, struct number *out, const char **expected);
/* False when it is not an int64 (or not written as an integer). */
bool number_int64(const struct number *number, int64_t *out);
/* The nearest double, ties to even; infinite when it is beyond the largest one. */
double number_double(const struct number *number);
/* Whether number_double gives an infinity; cheap for all numbers that are not huge. */
bool number_overflows(const struct number *number);

enum { NUMBER_TEXT_MAX = 32 };
/* Each writes at most NUMBER_TEXT_MAX bytes, without a NUL, and returns how many.
 * A real is written as Python's repr does: the shortest digits that read back as the same double, of those the nearest;
 * with an exponent below 1e-4 and from 1e16 on; always with a '.' or an exponent. Must be finite. */
size_t number_print_int64(char *out, int64_t value);
size_t number_print_double(char *out, double value);

#endif
