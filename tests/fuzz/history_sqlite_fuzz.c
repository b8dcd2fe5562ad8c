/* The bytes are a history's file: it is walked, listed, fetched from, checked and salvaged, and nothing crashes. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history/history.h"
#include "history/upkeep.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool visit(void *context, const struct record *record)
{
    struct history *history = context;
    struct arena arena = {0};
    struct error err = {0};
    if (record_fault(record))
        abort(); /* what comes out is proper */
    history_fetch(history, record->id, &arena, NULL, &err);
    arena_close(&arena);
    return true;
}

static bool visit_payload(void *context, const struct history_payload *payload)
{
    ++*(size_t *)context;
    if (record_fault(&payload->record) || strlen(payload->text) != payload->text_len)
        abort();
    return true;
}

static bool visit_record(void *context, const struct record *record)
{
    ++*(size_t *)context;
    if (record_fault(record))
        abort();
    return true;
}

/* Whole payloads are believed only where their records are. */
static void stream(struct history *history)
{
    struct error read = {0}, scan = {0};
    size_t payloads = 0, records = 0;
    bool whole = history_read(history, NULL, visit_payload, &payloads, &read);
    if (history_scan(history, NULL, visit_record, &records, &scan) ? whole && payloads != records : payloads > records)
        abort();
}

static bool save(void *context, const char *workload, const struct history_payload *payload)
{
    (void)context, (void)workload;
    if (record_fault(&payload->record) || strlen(payload->text) != payload->text_len)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[100], uri[120];
    struct arena arena = {0};
    struct error err = {0}, walk = {0}, list = {0}, fetch = {0};
    snprintf(path, sizeof(path), "/tmp/matbench-fuzz-%ld.db", (long)getpid());
    snprintf(uri, sizeof(uri), "sqlite:%s", path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size)
        abort();
    close(file);
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    if (history) {
        struct history_workload *workloads;
        size_t n;
        history_walk(history, NULL, &arena, visit, history, &walk);
        stream(history);
        history_workloads(history, &arena, &workloads, &n, &list);
        history_fetch(history, "c-0001", &arena, NULL, &fetch);
        struct history_health health;
        struct history_file look;
        struct error care[3] = {0};
        history_check(history, &arena, &health, &care[0]);
        history_salvage(history, save, NULL, &care[1]);
        history_file_look(history, &arena, &look, &care[2]);
    }
    history_close(history);
    arena_close(&arena);
    unlink(path);
    return 0;
}
