#include "history/horreum/runs.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 1000, VAIN_MAX = 3 };

static size_t count(const struct horreum_runs *runs)
{
    return runs->list.n;
}

/* The place in its payload's chain, newest first, where a run of this id belongs. */
static size_t *chain_place(struct horreum_runs *runs, size_t *head, json_int_t id)
{
    while (*head && runs->list.v[*head - 1].id > id)
        head = &runs->list.v[*head - 1].older;
    return head;
}

static void note(struct horreum_runs *runs, const struct horreum_run *run)
{
    struct horreum_run *added = LIST_ADD(&runs->arena, &runs->list);
    *added = *run;
    if (!run->payload)
        return;
    const json_t *before = json_object_get(runs->newest, run->payload);
    size_t head = before ? (size_t)json_integer_value(before) : 0, *place = chain_place(runs, &head, run->id);
    added->older = *place;
    *place = count(runs);
    json_object_set_new(runs->newest, run->payload, json_integer((json_int_t)head));
}

/* Whether the run was made by us meanwhile. */
static bool is_known(struct horreum_runs *runs, const struct horreum_run *run)
{
    const json_t *newest = run->payload ? json_object_get(runs->newest, run->payload) : NULL;
    for (size_t i = newest ? (size_t)json_integer_value(newest) : 0; i; i = runs->list.v[i - 1].older)
        if (runs->list.v[i - 1].id == run->id)
            return true;
    return false;
}

static bool has_json_schema(const json_t *schemas)
{
    for (size_t i = 0; i < json_array_size(schemas); i++)
        if (json_is_true(json_object_get(json_array_get(schemas, i), "hasJsonSchema")))
            return true;
    return false;
}

/* False: it is no run. */
static bool read_run(struct arena *arena, const json_t *value, struct horreum_run *run)
{
    const json_t *id = json_object_get(value, "id"), *start = json_object_get(value, "start");
    *run = (struct horreum_run){.id = json_integer_value(id), .start_ms = json_integer_value(start)};
    if (run->id <= 0)
        return false;
    run->trashed = json_is_true(json_object_get(value, "trashed"));
    run->validated = has_json_schema(json_object_get(value, "schemas"));
    run->has_datasets = json_array_size(json_object_get(value, "datasets")) > 0;
    run->payload = horreum_description_read(arena, json_string_value(json_object_get(value, "description")), run->digest);
    return true;
}

/* One page; *runs is the array in *page, a new reference. */
static bool get_page(struct horreum *h, size_t number, const char *direction, json_t **page, const json_t **runs, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "/api/run/list/%" JSON_INTEGER_FORMAT "?trashed=true&limit=%d&page=%zu&sort=id&direction=%s", h->test_id,
                                    PAGE, number, direction);
    bool ok = horreum_get(h, path, page, err);
    *runs = json_object_get(*page, "runs");
    if (ok && !json_is_array(*runs)) {
        ok = error_set(err, ERR_STORE, "%s: GET /api/run/list/%" JSON_INTEGER_FORMAT ": found no runs, expected a list of runs as Horreum 0.20 gives it",
                       http_host(h->http), h->test_id);
        json_decref(*page);
        *page = NULL;
    }
    arena_close(&arena);
    return ok;
}

static bool too_many(const struct horreum *h, struct error *err)
{
    return error_set(err, ERR_STORE, "%s: test '%s' has more than %d runs", http_host(h->http), h->test, HORREUM_RUNS_MAX);
}

bool horreum_runs_take(struct horreum *h, const json_t *list, size_t number, struct error *err)
{
    struct horreum_runs *runs = h->runs;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct horreum_run run;
        if (!read_run(&runs->arena, json_array_get(list, i), &run))
            continue;
        if (run.id <= runs->horizon)
            return error_set(err, ERR_STORE, "%s: GET /api/run/list/%" JSON_INTEGER_FORMAT ": page %zu has run %" JSON_INTEGER_FORMAT " behind run %"
                             JSON_INTEGER_FORMAT ", expected runs in the order of their ids, each once", http_host(h->http), h->test_id, number,
                             run.id, runs->horizon);
        runs->horizon = run.id;
        note(runs, &run);
    }
    return count(runs) <= HORREUM_RUNS_MAX || too_many(h, err);
}

/* All runs from the beginning. Ends when the server's count is reached: a run that is overlooked might be uploaded again. Ids that must
 * grow make an end of pages that never would. */
static bool read_all(struct horreum *h, struct error *err)
{
    bool more = true;
    size_t vain = 0; /* empty pages, while the count says that there are more: one may have come just now */
    for (size_t number = 1; more; number += vain == 0) {
        json_t *page;
        const json_t *list;
        if (!get_page(h, number, "Ascending", &page, &list, err))
            return false;
        size_t n = json_array_size(list), before = count(h->runs);
        bool ok = horreum_runs_take(h, list, number, err);
        json_int_t total = json_integer_value(json_object_get(page, "total"));
        bool all = (json_int_t)count(h->runs) >= total;
        vain = count(h->runs) > before ? 0 : vain + 1;
        more = n >= PAGE || !all;
        json_decref(page);
        if (ok && !all && vain == VAIN_MAX)
            ok = error_set(err, ERR_STORE, "%s: GET /api/run/list/%" JSON_INTEGER_FORMAT ": found %zu runs, expected %" JSON_INTEGER_FORMAT ", as its total says",
                           http_host(h->http), h->test_id, count(h->runs), total);
        if (!ok)
            return false;
    }
    return true;
}

bool horreum_runs_look(struct horreum *h, json_int_t first, void (*visit)(void *context, const struct horreum_run *run, const json_t *errors),
                       void *context, struct error *err)
{
    struct arena arena = {0};
    json_int_t last = 0; /* id of the run before */
    bool ok = true;
    for (size_t number = 1, more = 1; ok && more; number++) {
        json_t *page;
        const json_t *list;
        more = 0;
        ok = get_page(h, number, "Descending", &page, &list, err);
        for (size_t i = 0; ok && i < json_array_size(list); i++) {
            struct horreum_run run;
            const json_t *value = json_array_get(list, i);
            if (!read_run(&arena, value, &run) || (last && run.id >= last))
                continue; /* new ones push the others to later pages */
            last = run.id;
            more += run.id >= first;
            if (run.id >= first)
                visit(context, &run, json_object_get(value, "validationErrors"));
        }
        more = last > first ? more : 0;
        json_decref(page);
        arena_clear(&arena);
    }
    arena_close(&arena);
    return ok;
}

struct newer {
    struct horreum_runs *runs;
    LIST_OF(struct horreum_run) list; /* newest first */
};

static void take_newer(void *context, const struct horreum_run *run, const json_t *errors)
{
    struct newer *newer = context;
    struct horreum_run *copy = LIST_ADD(&newer->runs->arena, &newer->list);
    (void)errors;
    *copy = *run;
    copy->payload = run->payload ? arena_strdup(&newer->runs->arena, run->payload) : NULL;
}

static bool read_newer(struct horreum *h, struct error *err)
{
    struct newer newer = {.runs = h->runs};
    if (!horreum_runs_look(h, h->runs->horizon + 1, take_newer, &newer, err))
        return false;
    for (size_t i = newer.list.n; i-- > 0;)
        if (!is_known(h->runs, &newer.list.v[i]))
            note(h->runs, &newer.list.v[i]);
    if (newer.list.n)
        h->runs->horizon = newer.list.v[0].id;
    return count(h->runs) <= HORREUM_RUNS_MAX || too_many(h, err);
}

void horreum_runs_open(struct horreum *h)
{
    h->runs = ARENA_NEW(&h->arena, struct horreum_runs);
    h->runs->newest = json_object();
}

bool horreum_runs_read(struct horreum *h, bool again, struct error *err)
{
    if (h->runs)
        return !again || read_newer(h, err);
    horreum_runs_open(h);
    if (h->test_id == 0 || read_all(h, err))
        return true;
    horreum_runs_close(h);
    return false;
}

void horreum_runs_close(struct horreum *h)
{
    if (!h->runs)
        return;
    json_decref(h->runs->newest);
    arena_close(&h->runs->arena);
    h->runs = NULL;
}

static struct horreum_run *skip_trash(const struct horreum *h, size_t number)
{
    while (number && h->runs->list.v[number - 1].trashed)
        number = h->runs->list.v[number - 1].older;
    return number ? &h->runs->list.v[number - 1] : NULL;
}

struct horreum_run *horreum_runs_find(const struct horreum *h, const char *payload)
{
    const json_t *index = json_object_get(h->runs->newest, payload);
    return index ? skip_trash(h, (size_t)json_integer_value(index)) : NULL;
}

struct horreum_run *horreum_runs_older(const struct horreum *h, const struct horreum_run *run)
{
    return skip_trash(h, run->older);
}

void horreum_runs_add(struct horreum *h, json_int_t id, int64_t start_ms, const char *payload, const char *digest)
{
    struct horreum_run run = {.id = id, .start_ms = start_ms, .payload = arena_strdup(&h->runs->arena, payload)};
    snprintf(run.digest, sizeof(run.digest), "%s", digest);
    note(h->runs, &run);
}
