/* The bytes are a file of a folder history, beside a good one: it is walked, listed, fetched and put into, and nothing
 * crashes. The first byte says which file: a payload, source.lts.yaml, or the list of a killed writer's change. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <string.h>
#include <unistd.h>

#include "history/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char good[] = "{\"metadata\":{\"start\":\"2025-01-01T08:00:00\",\"test_uuid\":\"g\",\"settings\":{\"m\":\"x\"}},\"kpis\":{}}";
static const char *const names[] = {"a.json", "source.lts.yaml", ".matbench-commit/delete"};

static void put_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size)
        abort();
    close(file);
}

static bool visit(void *context, const struct record *record)
{
    struct arena arena = {0};
    struct error err = {0};
    if (record_fault(record))
        abort(); /* what comes out is proper */
    history_fetch(context, record->id, &arena, NULL, &err);
    arena_close(&arena);
    return true;
}

static bool visit_payload(void *context, const struct history_payload *payload)
{
    (void)context;
    if (record_fault(&payload->record) || strlen(payload->text) != payload->text_len)
        abort();
    return true;
}

static void use(const char *uri)
{
    struct arena arena = {0};
    struct error err = {0}, walk = {0}, read = {0}, list = {0}, put = {0};
    struct history_counts counts;
    struct history_workload *workloads;
    size_t n;
    struct history_payload payload = {.text = good, .text_len = sizeof(good) - 1,
                                      .record = {.id = "g", .where = "w", .start_us = 1735718400000000}};
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, &err);
    if (history) {
        history_walk(history, NULL, &arena, visit, history, &walk);
        history_read(history, &(struct history_selection){.newest = 2}, visit_payload, NULL, &read);
        history_workloads(history, &arena, &workloads, &n, &list);
        history_put(history, "w", &payload, 1, &counts, &put);
    }
    history_close(history);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char folder[100], uri[120], path[300];
    if (size == 0)
        return 0;
    snprintf(folder, sizeof(folder), "/tmp/matbench-fuzz-%ld.lts", (long)getpid());
    snprintf(uri, sizeof(uri), "dir:%s", folder);
    snprintf(path, sizeof(path), "%s/.matbench-commit", folder);
    mkdir(folder, 0700);
    mkdir(path, 0700);
    put_file(folder, "source.lts.yaml", "index: i\n", 9);
    put_file(folder, "g.json", good, sizeof(good) - 1);
    put_file(folder, names[bytes[0] % 3], bytes + 1, size - 1);
    use(uri);
    static const char *const left[] = {"a.json", "g.json", "i_g.json", "w_g.json", "source.lts.yaml", ".matbench-commit/delete"};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, left[i]);
        unlink(path);
    }
    return 0;
}
