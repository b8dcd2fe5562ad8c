#include "history/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct batch {
    struct arena arena;
    FILE *file;
    size_t size; /* bytes in the file */
    char *map;
    size_t mapped;
    LIST_OF(struct record) records;
    LIST_OF(struct history_payload) payloads; /* text_len set; text only while mapped */
};

static bool file_problem(struct error *err)
{
    return error_set(err, ERR_OUTPUT, "a temporary file for payloads: %s", strerror(errno));
}

struct batch *batch_open(struct error *err)
{
    struct batch *batch = memory_need(calloc(1, sizeof(*batch)));
    batch->file = tmpfile();
    if (batch->file)
        return batch;
    file_problem(err);
    free(batch);
    return NULL;
}

static void unmap(struct batch *batch)
{
    if (batch->map)
        munmap(batch->map, batch->mapped);
    batch->map = NULL;
}

void batch_close(struct batch *batch)
{
    if (!batch)
        return;
    unmap(batch);
    fclose(batch->file);
    arena_close(&batch->arena);
    free(batch);
}

static bool add(struct batch *batch, const struct record *record, const char *text, size_t len, struct error *err)
{
    if (fwrite(text, 1, len, batch->file) != len)
        return file_problem(err);
    batch->size += len;
    *LIST_ADD(&batch->arena, &batch->records) = *record;
    *LIST_ADD(&batch->arena, &batch->payloads) = (struct history_payload){.record = *record, .text_len = len};
    return true;
}

bool batch_add(struct batch *batch, const json_t *payload, const char *text, size_t len, const char *where,
               struct error *err)
{
    struct record record;
    return record_from_payload(&batch->arena, payload, where, &record, err) && add(batch, &record, text, len, err);
}

static struct record copy_record(struct arena *arena, const struct record *from)
{
    struct record record = *from;
    record.id = arena_strdup(arena, from->id);
    record.where = arena_strdup(arena, from->where);
    record.labels = arena_copy(arena, from->labels, from->labels_n * sizeof(*from->labels));
    record.kpis = arena_copy(arena, from->kpis, from->kpis_n * sizeof(*from->kpis));
    for (size_t i = 0; i < record.labels_n; i++)
        record.labels[i] = (struct label){arena_strdup(arena, from->labels[i].key), arena_strdup(arena, from->labels[i].value)};
    for (size_t i = 0; i < record.kpis_n; i++)
        record.kpis[i].name = arena_strdup(arena, from->kpis[i].name);
    const char **units = from->units ? ARENA_ARRAY(arena, const char *, from->kpis_n) : NULL;
    for (size_t i = 0; units && i < record.kpis_n; i++)
        units[i] = arena_strdup(arena, from->units[i]);
    record.units = units;
    return record;
}

bool batch_add_record(struct batch *batch, const struct record *record, const char *text, size_t len, struct error *err)
{
    struct record copy = copy_record(&batch->arena, record);
    return add(batch, &copy, text, len, err);
}

bool batch_payloads(struct batch *batch, struct history_payload **payloads, size_t *n, struct error *err)
{
    unmap(batch);
    *payloads = batch->payloads.v;
    *n = batch->payloads.n;
    if (batch->size == 0)
        return true;
    if (fflush(batch->file) != 0)
        return file_problem(err);
    void *map = mmap(NULL, batch->size, PROT_READ, MAP_PRIVATE, fileno(batch->file), 0);
    if (map == MAP_FAILED)
        return file_problem(err);
    batch->map = map;
    batch->mapped = batch->size;
    for (size_t i = 0, at = 0; i < batch->payloads.n; at += batch->payloads.v[i++].text_len)
        batch->payloads.v[i].text = batch->map + at;
    return true;
}

static int by_start(const void *left, const void *right)
{
    const struct record *a = &((const struct history_payload *)left)->record, *b = &((const struct history_payload *)right)->record;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return strcmp(a->id, b->id);
}

bool batch_ordered(struct batch *batch, struct history_payload **payloads, size_t *n, struct error *err)
{
    if (!batch_payloads(batch, payloads, n, err))
        return false;
    *payloads = arena_copy(&batch->arena, *payloads, *n * sizeof(**payloads));
    if (*n)
        qsort(*payloads, *n, sizeof(**payloads), by_start);
    return true;
}

const struct record *batch_records(struct batch *batch, size_t *n)
{
    *n = batch->records.n;
    return batch->records.v;
}
