/* history/census.h — which labels records have, with which values, and how often. */
#ifndef HISTORY_CENSUS_H
#define HISTORY_CENSUS_H
#include "history/record.h"

struct census_value {
    const char *value; /* JSON, as in the record */
    size_t records;
};

struct census_label {
    const char *key;
    struct census_value *values; /* the most frequent first, then by text */
    size_t values_n;
    size_t records; /* that have the label */
    bool varies;    /* more than one value, or not all records have it */
};

struct census {
    struct census_label *labels; /* sorted by key */
    size_t n;
};

/* In `arena`; keys and values are the records'. */
struct census census_take(struct arena *arena, const struct record *records, size_t n);

#endif
