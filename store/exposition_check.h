/* store/exposition_check.h — what OpenMetrics 1.0 asks of a family's samples, looked at in the order of the text.
 *
 * Samples of one group (equal labels, but for a bucket's, quantile's or state's own) stand together; their times do not go back and
 * are given for all or for none; nothing is given twice. Buckets are in order and cumulative and end with +Inf; counters are
 * neither negative nor NaN; exemplars stand at buckets and totals only. */
#ifndef STORE_EXPOSITION_CHECK_H
#define STORE_EXPOSITION_CHECK_H
#include <jansson.h>

#include "base/text.h"
#include "store/exposition_line.h"

struct exposition_type {
    const char *name;
    const char *const *suffixes; /* of its samples' names; NULL-ended */
    const char *const *text_suffixes; /* the same in Prometheus text */
    bool in_text; /* whether Prometheus text knows it */
    bool no_unit; /* must not have one */
};
/* "untyped" too; NULL: there is no such type. */
const struct exposition_type *exposition_type_find(const char *name, size_t len);

struct exposition_buckets {
    bool any, negative, has_sum, has_gsum, negative_gsum, has_count;
    double bound, value, count;
    bool bounded; /* a bucket was seen */
};

/* The family whose samples are being looked at. */
struct exposition_check {
    const char *family;
    const struct exposition_type *type;
    struct text group, series; /* labels as one text */
    bool in_group, has_time;
    long double time;
    json_t *groups, *series_seen; /* objects used as sets */
    struct exposition_buckets buckets;
};

struct exposition_check exposition_check_open(const char *family, const struct exposition_type *type);
void exposition_check_close(struct exposition_check *check);
/* `suffix`: the part of the sample's name behind the family's. */
bool exposition_check_point(struct exposition_check *check, const struct exposition_line *line,
                             const struct exposition_point *point, const char *suffix, struct error *err);
/* At the end of the family; `line`: the one that ends it. */
bool exposition_check_end(struct exposition_check *check, const struct exposition_line *line, struct error *err);

#endif
