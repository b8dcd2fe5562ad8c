/* history: what is kept of lists, in files that older matbenches made without it. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "history/record_list.h"
#include "history/upkeep.h"
#include "json/read.h"
#include "tests/check.h"
#include "tests/scratch.h"

enum { PAYLOADS = 3 };

static struct arena arena;
static const char *uri, *file;
static struct history_payload payloads[PAYLOADS];

/* Two with a list, one without. */
static void make_payloads(void)
{
    for (int i = 0; i < PAYLOADS; i++) {
        struct error err = {0};
        const char *list = i < 2 ? ",\"itl\":{\"value\":[1,2,9],\"unit\":\"ms\"}" : "";
        const char *text = arena_printf(&arena, "{\"metadata\":{\"test_uuid\":\"p%d\",\"start\":\"2025-01-0%dT08:00:00\",\"settings\":{\"m\":\"x\"}},"
                                                "\"results\":{},\"kpis\":{\"zz\":{\"value\":%d,\"unit\":\"s\"}%s}}", i, i + 1, i, list);
        json_t *json = json_read(text, strlen(text), &(struct json_read_options){.file = "payload"}, &err);
        payloads[i] = (struct history_payload){.text = text, .text_len = strlen(text)};
        CHECK(record_from_payload(&arena, json, "there", &payloads[i].record, &err), "%s", err.text);
        json_decref(json);
    }
}

/* Puts them as a matbench did that knew no lists, or as this one does. */
static struct history_counts put(bool listless)
{
    struct error err = {0};
    struct history_counts counts = {0};
    struct history_payload old[PAYLOADS];
    for (int i = 0; i < PAYLOADS; i++) {
        old[i] = payloads[i];
        if (listless)
            old[i].record = record_list_without(&arena, &payloads[i].record);
    }
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, &err);
    CHECK(history && history_put(history, "w", old, PAYLOADS, &counts, &err), "%s", err.text);
    history_close(history);
    return counts;
}

static bool count_lists(void *context, const struct record *record)
{
    struct distribution list;
    bool has = record_list(record, "itl", &list);
    *(int *)context += has && list.count == 3 && list.part[DISTRIBUTION_MEAN] == 4 && strcmp(record_list_unit(record, "itl"), "ms") == 0;
    CHECK(record_list_count(record) == 1u + has, "%s: %zu KPIs", record->id, record_list_count(record));
    return true;
}

/* How many records have their list; -1: the history cannot be read. */
static int lists(void)
{
    struct error err = {0};
    int walked = 0, scanned = 0;
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    bool ok = history && history_walk(history, &(struct history_selection){.workload = "w"}, &arena, count_lists, &walked, &err) &&
              history_scan(history, &(struct history_selection){.workload = "w"}, count_lists, &scanned, &err);
    history_close(history);
    CHECK(!ok || walked == scanned, "%d and %d", walked, scanned);
    return ok ? walked : -1;
}

static void execute(const char *sql)
{
    sqlite3 *db;
    CHECK(sqlite3_open(file, &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static size_t fill(void)
{
    struct error err = {0};
    size_t filled = 99;
    struct history *history = history_open(uri, HISTORY_WRITE, NULL, &err);
    CHECK(history && history_file_fill_lists(history, &filled, &err), "%s", err.text);
    history_close(history);
    return filled;
}

static void check_counts(const char *when, struct history_counts counts, size_t added, size_t unchanged)
{
    CHECK(counts.added == added && counts.unchanged == unchanged && counts.replaced == 0, "%s: %zu added, %zu there, %zu replaced", when,
          counts.added, counts.unchanged, counts.replaced);
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    file = arena_printf(&arena, "%s/h.db", scratch.folder);
    uri = arena_printf(&arena, "sqlite:%s", file);
    make_payloads();
    check_counts("new", put(false), PAYLOADS, 0);
    CHECK(lists() == 2, "new: %d lists", lists());
    check_counts("again", put(false), 0, PAYLOADS);
    execute("UPDATE kpi_value SET value = 7 WHERE kpi = (SELECT number FROM kpi_unit WHERE name = 'itl:p50') AND record = 1");
    CHECK(lists() == -1, "a list's number that was changed is found");
    remove(file);

    check_counts("an older matbench", put(true), PAYLOADS, 0);
    CHECK(lists() == 0, "it knew no lists");
    check_counts("put again", put(false), 0, PAYLOADS);
    CHECK(lists() == 2, "put again: %d lists", lists());
    check_counts("once more", put(false), 0, PAYLOADS);
    CHECK(fill() == 0, "nothing is left to be filled");
    remove(file);

    check_counts("an older matbench", put(true), PAYLOADS, 0);
    CHECK(fill() == 2 && lists() == 2, "filled: %d lists", lists());
    CHECK(fill() == 0 && lists() == 2, "filled twice");
    check_counts("after filling", put(false), 0, PAYLOADS);
    remove(file);
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
