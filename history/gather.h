/* history/gather.h — records that a back end gives one by one: kept, in order; or only the bound of the newest ones. For history.c. */
#ifndef HISTORY_GATHER_H
#define HISTORY_GATHER_H
#include "history/record.h"

struct gather;

/* `texts_stay`: the texts of labels, KPI names and units need no copy. */
struct gather *gather_open(struct arena *arena, bool texts_stay);
/* A visitor: copies the record into the arena, each text of labels and KPI names once. */
bool gather_take(void *gather, const struct record *record);
/* The records, ordered by start, then id; they live as long as the arena. */
struct record *gather_close(struct gather *gather, size_t *n);

/* Where the newest N begin. */
struct gather_bound {
    int64_t start_us;
    char *id; /* NULL: there are no more than N */
};
void gather_bound_free(struct gather_bound *bound);
bool gather_is_before(const struct record *record, const struct gather_bound *bound);

/* Keeps up to 2 × N + 1000 ids. */
struct gather_newest;
struct gather_newest *gather_newest_open(size_t n);
bool gather_newest_take(void *newest, const struct record *record);
/* How many are kept: N or more when so many came. */
size_t gather_newest_n(const struct gather_newest *newest);
void gather_newest_close(struct gather_newest *newest, struct gather_bound *bound);

#endif
