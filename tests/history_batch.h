/* tests/history_batch.h — payloads to put into a history, and whether they come out as they went in. */
#ifndef TESTS_HISTORY_BATCH_H
#define TESTS_HISTORY_BATCH_H
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "history/history.h"

struct batch {
    struct history_payload *v;
    size_t n;
};

/* Payloads "<prefix>-0000" …: labels and KPIs each, about `text` bytes of JSON; `salt` makes other texts. Starts
 * descend and are equal for pairs, so that order matters. */
static inline struct batch batch_make(struct arena *arena, const char *prefix, size_t n, size_t labels, size_t kpis,
                                      size_t text, int salt)
{
    struct batch batch = {ARENA_ARRAY(arena, struct history_payload, n), n};
    for (size_t i = 0; i < n; i++) {
        struct record *record = &batch.v[i].record;
        record->id = arena_printf(arena, "%s-%04zu", prefix, i);
        record->where = arena_printf(arena, "results/%s/%03zu__été", prefix, i);
        record->start_us = 1700000000000000 - (int64_t)(i / 2) * 1000001;
        record->labels_n = labels;
        record->labels = ARENA_ARRAY(arena, struct label, labels);
        for (size_t k = 0; k < labels; k++)
            record->labels[k] = (struct label){arena_printf(arena, "label_%02zu", k),
                                               k == 3 ? arena_printf(arena, "\"run %zu\"", i)
                                                      : arena_printf(arena, "\"value %zu of %zu\"", i % (k + 1), k)};
        record->kpis_n = kpis;
        record->kpis = ARENA_ARRAY(arena, struct kpi_value, kpis);
        for (size_t k = 0; k < kpis; k++)
            record->kpis[k] = (struct kpi_value){arena_printf(arena, "kpi_%zu", k), 0.1 * (double)i + (double)k};
        char *fill = arena_alloc(arena, text + 1);
        memset(fill, 'a' + (int)(i % 26), text);
        batch.v[i].text = arena_printf(arena, "{\"id\":\"%s\",\"salt\":%d,\"text\":\"%s\"}", record->id, salt, fill);
        batch.v[i].text_len = strlen(batch.v[i].text);
    }
    return batch;
}

static inline bool batch_same_record(const struct record *a, const struct record *b)
{
    if (strcmp(a->id, b->id) != 0 || strcmp(a->where, b->where) != 0 || a->start_us != b->start_us ||
        a->labels_n != b->labels_n || a->kpis_n != b->kpis_n)
        return false;
    for (size_t i = 0; i < a->labels_n; i++) {
        if (strcmp(a->labels[i].key, b->labels[i].key) != 0 || strcmp(a->labels[i].value, b->labels[i].value) != 0)
            return false;
    }
    for (size_t i = 0; i < a->kpis_n; i++) {
        if (strcmp(a->kpis[i].name, b->kpis[i].name) != 0 || a->kpis[i].value != b->kpis[i].value)
            return false;
    }
    return true;
}

struct batch_walk {
    struct batch expected;
    size_t seen, wrong; /* wrong: not in `expected` or not equal, or out of order */
    struct record last;
    size_t near;
};

static inline bool batch_visit(void *context, const struct record *record)
{
    struct batch_walk *walk = context;
    const struct record *found = NULL;
    for (size_t i = 0; i < walk->expected.n && !found; i++) { /* near the last one first */
        size_t k = (walk->near + walk->expected.n + (i % 2 ? i / 2 + 1 : -(i / 2))) % walk->expected.n;
        if (strcmp(walk->expected.v[k].record.id, record->id) == 0)
            found = &walk->expected.v[walk->near = k].record;
    }
    bool ordered = walk->seen == 0 || walk->last.start_us < record->start_us ||
                   (walk->last.start_us == record->start_us && strcmp(walk->last.id, record->id) < 0);
    walk->wrong += !found || !batch_same_record(found, record) || !ordered;
    walk->seen++;
    walk->last = *record;
    return true;
}

/* How many records of the workload the history has; all of them must be of `batch`. -1: an error (*err is set), or a
 * record that is wrong (then it is not set). */
static inline long batch_count(struct history *history, const char *workload, struct batch batch, struct error *err)
{
    struct arena arena = {0};
    struct batch_walk walk = {.expected = batch};
    bool ok = history_walk(history, &(struct history_selection){.workload = workload}, &arena, batch_visit, &walk, err);
    arena_close(&arena);
    return ok && !walk.wrong ? (long)walk.seen : -1;
}

/* Opens, counts as batch_count, closes. */
static inline long batch_count_file(const char *uri, const char *workload, struct batch batch, struct error *err)
{
    struct history *history = history_open(uri, HISTORY_READ, NULL, err);
    long n = history ? batch_count(history, workload, batch, err) : -1;
    history_close(history);
    return n;
}

static inline bool batch_put(const char *uri, const char *workload, struct batch batch, struct history_counts *counts,
                             struct error *err)
{
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, err);
    bool ok = history && history_put(history, workload, batch.v, batch.n, counts, err);
    history_close(history);
    return ok;
}

#endif
