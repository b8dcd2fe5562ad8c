/* history/prune.h — which payloads of a history are old enough, or many enough, to go.
 *
 * "older than 180 days": those that started before. "keep 100": of each label set the newest 100 stay, however old they are, so
 * that a rare configuration keeps a history to be compared with. With both, what is old and not among the newest goes. */
#ifndef HISTORY_PRUNE_H
#define HISTORY_PRUNE_H
#include "history/record.h"

struct prune_rule {
    int64_t before_us; /* only runs that started before; INT64_MAX: any */
    size_t keep;       /* the newest of each label set that stay; 0: none is kept for being new */
    /* Whether a label tells sets apart; NULL: all do. */
    bool (*counts)(void *context, const char *key);
    void *context;
};

struct prune_choice {
    const struct record **v; /* that go, ordered by start, then id; the records are the caller's */
    size_t n;
    size_t sets;      /* label sets that there are, */
    size_t sets_gone; /* and those of which nothing stays */
};

/* In `arena`. `records` are of one workload. */
struct prune_choice prune_choose(struct arena *arena, const struct record *records, size_t n, const struct prune_rule *rule);

#endif
