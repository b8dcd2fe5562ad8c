#include "history/gather.h"

#include <stdlib.h>
#include <string.h>

#include "history/intern.h"

struct gather {
    struct arena *arena;
    struct intern *texts; /* NULL: they stay where they are */
    struct record *v;     /* grows outside of the arena, which keeps what it has given */
    size_t n, room;
};

struct gather *gather_open(struct arena *arena, bool texts_stay)
{
    struct gather *gather = memory_need(calloc(1, sizeof(*gather)));
    gather->arena = arena;
    gather->texts = texts_stay ? NULL : intern_open(arena);
    return gather;
}

static const char *keep_text(struct gather *gather, const char *text)
{
    return gather->texts ? intern_text(gather->texts, text) : text;
}

static void *keep_array(struct arena *arena, const void *v, size_t size)
{
    return size ? arena_copy(arena, v, size) : NULL;
}

bool gather_take(void *context, const struct record *record)
{
    struct gather *gather = context;
    if (gather->n == gather->room) {
        gather->room += gather->room / 4 + 256;
        gather->v = memory_need(realloc(gather->v, gather->room * sizeof(*gather->v)));
    }
    struct record *kept = &gather->v[gather->n++];
    *kept = *record;
    kept->id = arena_strdup(gather->arena, record->id);
    kept->where = arena_strdup(gather->arena, record->where);
    kept->labels = keep_array(gather->arena, record->labels, record->labels_n * sizeof(*record->labels));
    kept->kpis = keep_array(gather->arena, record->kpis, record->kpis_n * sizeof(*record->kpis));
    const char **units = record->units ? keep_array(gather->arena, record->units, record->kpis_n * sizeof(*record->units)) : NULL;
    for (size_t i = 0; gather->texts && units && i < kept->kpis_n; i++)
        units[i] = keep_text(gather, units[i]);
    kept->units = units;
    for (size_t i = 0; gather->texts && i < kept->labels_n; i++)
        kept->labels[i] = (struct label){keep_text(gather, kept->labels[i].key), keep_text(gather, kept->labels[i].value)};
    for (size_t i = 0; gather->texts && i < kept->kpis_n; i++)
        kept->kpis[i].name = keep_text(gather, kept->kpis[i].name);
    return true;
}

static int compare(int64_t start, const char *id, int64_t other_start, const char *other_id)
{
    if (start != other_start)
        return start < other_start ? -1 : 1;
    return strcmp(id, other_id);
}

static int by_start(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    return compare(a->start_us, a->id, b->start_us, b->id);
}

struct record *gather_close(struct gather *gather, size_t *n)
{
    if (gather->n)
        qsort(gather->v, gather->n, sizeof(*gather->v), by_start);
    struct record *records = gather->v;
    if (records)
        arena_defer(gather->arena, free, records);
    *n = gather->n;
    intern_close(gather->texts);
    free(gather);
    return records;
}

/* ---- the newest ones ---- */

enum { SLACK = 1000 };

struct gather_newest {
    size_t wanted;
    struct gather_bound *v;
    size_t n, room;
    bool more; /* some were dropped */
};

void gather_bound_free(struct gather_bound *bound)
{
    free(bound->id);
    bound->id = NULL;
}

bool gather_is_before(const struct record *record, const struct gather_bound *bound)
{
    return bound->id && compare(record->start_us, record->id, bound->start_us, bound->id) < 0;
}

struct gather_newest *gather_newest_open(size_t n)
{
    struct gather_newest *newest = memory_need(calloc(1, sizeof(*newest)));
    newest->wanted = n;
    return newest;
}

static int newest_first(const void *left, const void *right)
{
    const struct gather_bound *a = left, *b = right;
    return -compare(a->start_us, a->id, b->start_us, b->id);
}

static void cut(struct gather_newest *newest)
{
    if (newest->n)
        qsort(newest->v, newest->n, sizeof(*newest->v), newest_first);
    for (; newest->n > newest->wanted; newest->more = true)
        gather_bound_free(&newest->v[--newest->n]);
}

bool gather_newest_take(void *context, const struct record *record)
{
    struct gather_newest *newest = context;
    if (newest->n == newest->room && newest->n >= SLACK && newest->n / 2 >= newest->wanted)
        cut(newest);
    if (newest->n == newest->room) {
        newest->room = newest->room ? newest->room * 2 : SLACK;
        newest->v = memory_need(realloc(newest->v, newest->room * sizeof(*newest->v)));
    }
    newest->v[newest->n++] = (struct gather_bound){record->start_us, memory_need(strdup(record->id))};
    return true;
}

size_t gather_newest_n(const struct gather_newest *newest)
{
    return newest->n;
}

void gather_newest_close(struct gather_newest *newest, struct gather_bound *bound)
{
    cut(newest);
    *bound = (struct gather_bound){0};
    if (newest->more && newest->n) {
        *bound = newest->v[newest->n - 1];
        newest->v[--newest->n].id = NULL;
    }
    for (size_t i = 0; i < newest->n; i++)
        gather_bound_free(&newest->v[i]);
    free(newest->v);
    free(newest);
}
