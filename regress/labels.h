/* regress/labels.h — which labels count when payloads are compared, and how two sets of them differ.
 *
 * Left out: the comparison keys, the ignored keys and the bookkeeping keys of LTS. A label that is null and a label
 * that is absent count as equal.
 */
#ifndef REGRESS_LABELS_H
#define REGRESS_LABELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "history/record.h"

struct label_filter {
    const char **left_out; /* sorted */
    size_t n;
};

/* Both key lists are NULL-ended; NULL is an empty list. */
struct label_filter label_filter_of(const char *const *comparison_keys, const char *const *ignored_keys,
                                    struct arena *arena);

/* A key of LTS that says nothing about what was measured: run_id, urls, test_path, … */
bool label_is_bookkeeping(const char *key);

/* Equal for records with equal comparable labels. */
uint64_t labels_fingerprint(const struct label_filter *filter, const struct record *record);

/* How the comparable labels of two records differ. Counting stops at two differences that rule out both a near miss
 * and a changed key list, so that looking through a large history is cheap. */
struct label_difference {
    size_t shared; /* equal, not null */
    size_t values; /* both have the key, with different values */
    size_t keys;   /* one has the key, with a value, the other does not */
    const char *key; /* of the last difference */
    const char *a, *b; /* its values, "null" where there is none */
};
struct label_difference labels_difference(const struct label_filter *filter, const struct record *a,
                                          const struct record *b);
bool labels_equal(const struct label_filter *filter, const struct record *a, const struct record *b);

/* A label's value for people: strings without their quotes, with \" and \\ as they are meant (control characters stay escaped), all else
 * as it is; never NULL ("null"). */
const char *label_shown(const char *value, struct arena *arena);

#endif
