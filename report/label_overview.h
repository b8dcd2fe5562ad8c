/* report/label_overview.h — which labels some records have, and which values: what varies and what is fixed. */
#ifndef REPORT_LABEL_OVERVIEW_H
#define REPORT_LABEL_OVERVIEW_H
#include "base/arena.h"
#include "history/record.h"

enum { LABEL_OVERVIEW_VALUES = 20 }; /* values that are kept of one label */

struct label_row {
    const char *key;
    const char *values[LABEL_OVERVIEW_VALUES]; /* for people; in the order of order_compare */
    size_t values_n; /* how many different ones there are: may be more than are kept. A label that is absent counts as null. */
};

struct label_overview {
    struct label_row *rows; /* those that vary first; then the sorting keys in their order, then by name */
    size_t n, varying;      /* the first `varying` rows have several values */
};

enum label_kind { LABEL_SETTING, LABEL_BOOKKEEPING };

/* Only labels of that kind. sorting_keys: NULL-ended, or NULL. Takes O(labels of all records). */
struct label_overview label_overview_of(const struct record *const *records, size_t n, enum label_kind kind,
                                        const char *const *sorting_keys, struct arena *arena);

#endif
