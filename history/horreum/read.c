#include "history/horreum/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/horreum/runs.h"
#include "json/write.h"
#include "lts/horreum_schema.h"

enum {
    PAGE = 2000,              /* of labelValues: the server makes the whole answer for each page */
    PIECE = 2 * HORREUM_AT_ONCE, /* runs whose documents are in memory together */
    POLLS = 3, POLL_MS = 200, /* for labels that are still being made; doubling */
    FEW = 20                  /* that many runs without labels are read at once, without waiting */
};

static struct horreum *of(struct history *history)
{
    return (struct horreum *)history;
}

/* ---- which runs ---- */

/* A run that may hold a payload of the selection, and what is known of it. */
struct wanted {
    const struct horreum_run *run;
    struct record record;
    bool labelled; /* the record is there */
    bool listed;   /* its label says that it has lists: the document has to be read */
    bool dropped;  /* it is no history, or a newer run holds the same payload */
};

struct reading {
    struct horreum *h;
    const struct history_selection *selection;
    struct arena arena; /* of the list */
    struct arena *texts; /* of the records */
    struct wanted *list; /* by run id */
    size_t n;
    bool any_labelled;
    size_t not_valid;
};

static int by_run(const void *left, const void *right)
{
    const struct wanted *a = left, *b = right;
    return a->run->id < b->run->id ? -1 : a->run->id > b->run->id;
}

/* Horreum keeps milliseconds. */
static bool in_time(const struct history_selection *selection, json_int_t start_ms)
{
    return (!selection->from_us || start_ms >= selection->from_us / 1000 - 1) && (!selection->to_us || start_ms <= selection->to_us / 1000);
}

/* Of runs that name the same payload the newest one, without the trash. */
static void choose_runs(struct reading *r)
{
    const struct horreum_runs *runs = r->h->runs;
    r->list = ARENA_ARRAY(&r->arena, struct wanted, runs->list.n + 1);
    for (size_t i = 0; i < runs->list.n; i++) {
        const struct horreum_run *run = &runs->list.v[i];
        bool newest = !run->payload || horreum_runs_find(r->h, run->payload) == run;
        if (!run->trashed && newest && in_time(r->selection, run->start_ms))
            r->list[r->n++].run = run;
    }
    if (r->n)
        qsort(r->list, r->n, sizeof(*r->list), by_run);
}

static bool open_reading(struct reading *r, struct history *history, const struct history_selection *selection, struct arena *texts, struct error *err)
{
    *r = (struct reading){.h = of(history), .selection = selection, .texts = texts};
    history_forget_findings(history);
    if (!horreum_runs_read(r->h, r->h->runs != NULL, err))
        return false;
    choose_runs(r);
    return true;
}

static void close_reading(struct reading *r)
{
    if (r->not_valid)
        history_add_finding(&r->h->history, "%zu payload%s left out: the status is not Valid", r->not_valid, r->not_valid == 1 ? " is" : "s are");
    arena_close(&r->arena);
}

static struct wanted *find_wanted(const struct reading *r, json_int_t id)
{
    const struct horreum_run run = {.id = id};
    const struct wanted key = {.run = &run};
    return r->n ? bsearch(&key, r->list, r->n, sizeof(key), by_run) : NULL;
}

static const char *place_of(struct arena *arena, const struct horreum *h, const struct horreum_run *run)
{
    return arena_printf(arena, "%s/run/%" JSON_INTEGER_FORMAT, h->place, run->id);
}

/* ---- labels ---- */

/* Tests with transformers have several rows for a run: the first that is one of ours counts. */
static void take_row(struct reading *r, const json_t *row)
{
    struct wanted *wanted = find_wanted(r, json_integer_value(json_object_get(row, "runId")));
    const json_t *value = json_object_get(json_object_get(row, "values"), horreum_label_name);
    bool valid;
    if (!wanted || wanted->labelled || wanted->listed || wanted->dropped || !value)
        return;
    if (!horreum_label_record(r->texts, value, place_of(r->texts, r->h, wanted->run), &wanted->record, &valid))
        return;
    wanted->listed = valid && !r->selection->bare && horreum_label_has_lists(value);
    wanted->labelled = !wanted->listed;
    r->any_labelled = true;
    wanted->dropped = !valid;
    r->not_valid += !valid;
}

static const char *page_path(const struct reading *r, struct arena *arena, size_t page)
{
    const struct history_selection *s = r->selection;
    const char *after = s->from_us > 10000 ? arena_printf(arena, "&after=%lld", (long long)(s->from_us / 1000 - 2)) : "";
    return arena_printf(arena, "/api/test/%" JSON_INTEGER_FORMAT "/labelValues?include=%s%s&sort=start&direction=Ascending&limit=%d&page=%zu",
                        r->h->test_id, horreum_label_name, after, PAGE, page);
}

static bool get_rows(struct reading *r, size_t page, json_t **rows, struct error *err)
{
    struct arena arena = {0};
    const char *path = page_path(r, &arena, page);
    bool ok = horreum_get(r->h, path, rows, err);
    if (ok && *rows && !json_is_array(*rows)) {
        ok = error_set(err, ERR_STORE, "%s: GET %.*s: found no list, expected label values as Horreum 0.20 gives them", http_host(r->h->http),
                       (int)strcspn(path, "?"), path);
        json_decref(*rows);
        *rows = NULL;
    }
    arena_close(&arena);
    return ok;
}

/* Rows that shift from page to page while others upload come twice or not at all: the second is like a label that is not there yet.
 * There cannot be many more pages than runs, however many rows a run has. */
static bool read_labels(struct reading *r, struct error *err)
{
    size_t pages_max = 16 + 4 * (r->h->runs->list.n / PAGE);
    for (size_t page = 0, n = PAGE; n >= PAGE && page < pages_max; page++) {
        json_t *rows, *row;
        size_t i;
        if (!get_rows(r, page, &rows, err))
            return false;
        n = json_array_size(rows);
        json_array_foreach(rows, i, row)
            take_row(r, row);
        json_decref(rows);
    }
    return true;
}

static size_t missing(const struct reading *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += !r->list[i].labelled && !r->list[i].listed && !r->list[i].dropped;
    return n;
}

/* Waits for labels only where that is quicker than reading the runs, and while they come. */
static bool wait_for_labels(struct reading *r, struct error *err)
{
    if (!read_labels(r, err))
        return false;
    size_t left = missing(r);
    for (unsigned i = 0; i < POLLS && left > FEW && r->any_labelled; i++) {
        horreum_pause((unsigned)POLL_MS << i);
        if (!read_labels(r, err))
            return false;
        left = missing(r);
    }
    return true;
}

/* ---- whole runs ---- */

/* The documents of some runs, asked for together, given in order. */
struct piece {
    struct reading *r;
    struct arena arena;
    struct wanted *wanted[PIECE];
    json_t *documents[PIECE]; /* NULL: why */
    struct error why[PIECE];
    size_t n, next;
};

static bool next_document(void *context, struct http_request *request)
{
    struct piece *piece = context;
    if (piece->next == piece->n)
        return false;
    struct wanted *wanted = piece->wanted[piece->next];
    *request = (struct http_request){.method = "GET", .answer_max = HORREUM_ANSWER_MAX, .tag = &piece->wanted[piece->next++],
                                     .path = arena_printf(&piece->arena, "/api/run/%" JSON_INTEGER_FORMAT "/data", wanted->run->id)};
    return true;
}

static bool take_document(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                          struct error *err)
{
    struct piece *piece = context;
    size_t i = (size_t)((struct wanted **)request->tag - piece->wanted);
    if (failure) {
        *err = *failure;
        horreum_explain_refusal(err);
        return false;
    }
    if (answer->status != 200 && answer->status != 404)
        return horreum_fail(piece->r->h, request, answer, err);
    if (answer->status == 404)
        error_set(&piece->why[i], ERR_STORE, "it is gone");
    else if ((piece->documents[i] = horreum_json(piece->r->h, request, answer, &piece->why[i])))
        horreum_document_strip(piece->documents[i], piece->wanted[i]->run->digest);
    return true;
}

static void empty_piece(struct piece *piece)
{
    for (size_t i = 0; i < piece->n; i++) {
        json_decref(piece->documents[i]);
        piece->documents[i] = NULL;
        piece->why[i] = (struct error){0};
    }
    piece->n = piece->next = 0;
    arena_clear(&piece->arena);
}

static bool take_payload(struct reading *r, struct wanted *wanted, const json_t *document, struct arena *texts, struct error *why)
{
    const json_t *metadata = json_object_get(document, "metadata");
    const char *fault;
    if (!json_is_object(metadata) || !json_is_object(json_object_get(metadata, "settings")))
        return error_set(why, ERR_STORE, "found no metadata.settings, expected a payload {metadata, results, kpis}");
    if (!record_from_payload(texts, document, place_of(texts, r->h, wanted->run), &wanted->record, why))
        return false;
    fault = record_fault(&wanted->record);
    if (fault)
        return error_set(why, ERR_STORE, "%s", fault);
    wanted->dropped = !horreum_is_valid(json_object_get(metadata, "status"));
    r->not_valid += wanted->dropped;
    return true;
}

/* Asks for the documents of `from` on that are wanted: those without a record, or all. */
static bool fetch_piece(struct piece *piece, size_t *from, bool all, struct error *err)
{
    struct reading *r = piece->r;
    const struct http_flow flow = {.in_flight = HORREUM_AT_ONCE, .next = next_document, .done = take_document, .context = piece};
    empty_piece(piece);
    for (; *from < r->n && piece->n < PIECE; ++*from)
        if (!r->list[*from].dropped && (all || !r->list[*from].labelled))
            piece->wanted[piece->n++] = &r->list[*from];
    return piece->n == 0 || http_run(r->h->http, &flow, err);
}

/* The payload in hand, or a finding. */
static bool look_at(struct piece *piece, size_t i, struct arena *texts)
{
    struct wanted *wanted = piece->wanted[i];
    struct error *why = &piece->why[i];
    if (piece->documents[i] && take_payload(piece->r, wanted, piece->documents[i], texts, why))
        return !wanted->dropped;
    history_add_finding(&piece->r->h->history, "run %" JSON_INTEGER_FORMAT " is no payload: %s", wanted->run->id, why->text);
    wanted->dropped = true;
    return false;
}

static bool read_unlabelled(struct reading *r, struct error *err)
{
    struct piece *piece = memory_need(calloc(1, sizeof(*piece)));
    size_t from = 0;
    bool ok = true;
    piece->r = r;
    while (ok && from < r->n) {
        ok = fetch_piece(piece, &from, false, err);
        for (size_t i = 0; ok && i < piece->n; i++)
            piece->wanted[i]->labelled = look_at(piece, i, r->texts);
    }
    empty_piece(piece);
    arena_close(&piece->arena);
    free(piece);
    return ok;
}

/* ---- records ---- */

static int by_id(const void *left, const void *right)
{
    const struct wanted *const *a = left, *const *b = right;
    int order = strcmp((*a)->record.id, (*b)->record.id);
    return order ? order : by_run(*a, *b);
}

/* Runs whose descriptions do not say it may hold the same payload. */
static void drop_copies(struct reading *r)
{
    struct wanted **sorted = ARENA_ARRAY(&r->arena, struct wanted *, r->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!r->list[i].dropped && r->list[i].labelled)
            sorted[n++] = &r->list[i];
    if (n)
        qsort(sorted, n, sizeof(struct wanted *), by_id);
    for (size_t i = 1; i < n; i++)
        if (strcmp(sorted[i - 1]->record.id, sorted[i]->record.id) == 0)
            sorted[i - 1]->dropped = true;
}

/* All records, without doubles. */
static bool read_records(struct reading *r, struct error *err)
{
    if (r->n && !(wait_for_labels(r, err) && read_unlabelled(r, err)))
        return false;
    drop_copies(r);
    return true;
}

bool horreum_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct reading r;
    bool ok = open_reading(&r, history, selection, arena, err) && read_records(&r, err);
    for (size_t i = 0; ok && i < r.n; i++)
        if (!r.list[i].dropped && r.list[i].labelled && !visit(context, &r.list[i].record))
            break;
    close_reading(&r);
    return ok;
}

/* ---- payloads ---- */

static bool visit_payload(const struct piece *piece, size_t i, bool *go_on,
                          bool (*visit)(void *context, const struct history_payload *payload), void *context)
{
    struct text text = text_open((size_t)1 << 30);
    json_write(&text, piece->documents[i], &(struct json_style){.indent = -1}, 0);
    const struct history_payload payload = {.record = piece->wanted[i]->record, .text = text.s, .text_len = text.len};
    *go_on = visit(context, &payload);
    text_close(&text);
    return true;
}

/* From the newest run on, so that of two runs of one payload the newer one comes. */
static void reverse(struct reading *r)
{
    for (size_t i = 0; i < r->n / 2; i++) {
        struct wanted swapped = r->list[i];
        r->list[i] = r->list[r->n - 1 - i];
        r->list[r->n - 1 - i] = swapped;
    }
}

static bool is_first(json_t *seen, const char *id)
{
    bool first = !json_object_get(seen, id);
    if (first)
        json_object_set_new(seen, id, json_true());
    return first;
}

bool horreum_read(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    struct reading r;
    struct arena texts = {0};
    struct piece *piece = memory_need(calloc(1, sizeof(*piece)));
    json_t *seen = json_object(); /* ids; those of runs with a description are known to be one each */
    bool ok = open_reading(&r, history, selection, &texts, err), go_on = true;
    piece->r = &r;
    reverse(&r);
    for (size_t from = 0; ok && go_on && from < r.n;) {
        ok = fetch_piece(piece, &from, true, err);
        for (size_t i = 0; ok && go_on && i < piece->n; i++)
            if (look_at(piece, i, &texts) && is_first(seen, piece->wanted[i]->record.id))
                visit_payload(piece, i, &go_on, visit, context);
        arena_clear(&texts);
    }
    empty_piece(piece);
    arena_close(&piece->arena);
    free(piece);
    json_decref(seen);
    close_reading(&r);
    arena_close(&texts);
    return ok;
}

/* ---- workloads, one payload ---- */

struct span {
    size_t n;
    int64_t first_us, last_us;
};

static bool add_span(void *context, const struct record *record)
{
    struct span *span = context;
    span->first_us = span->n == 0 || record->start_us < span->first_us ? record->start_us : span->first_us;
    span->last_us = span->n == 0 || record->start_us > span->last_us ? record->start_us : span->last_us;
    span->n++;
    return true;
}

bool horreum_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n, struct error *err)
{
    const struct history_selection all = {.bare = true};
    struct arena texts = {0};
    struct span span = {0};
    bool ok = horreum_walk(history, &all, &texts, add_span, &span, err);
    *n = ok && span.n;
    *workloads = ARENA_NEW(arena, struct history_workload);
    **workloads = (struct history_workload){.name = arena_strdup(arena, of(history)->test), .records = span.n, .first_us = span.first_us,
                                            .last_us = span.last_us, .is_index = true};
    arena_close(&texts);
    return ok;
}

/* The run that holds it; for those that others uploaded all have to be looked at. */
struct search {
    const char *id, *where;
    struct arena *arena;
};

static bool compare_id(void *context, const struct record *record)
{
    struct search *search = context;
    if (strcmp(record->id, search->id) == 0)
        search->where = arena_strdup(search->arena, record->where);
    return !search->where;
}

static bool find_run(struct horreum *h, const char *id, struct arena *arena, json_int_t *number, struct error *err)
{
    const struct history_selection all = {.bare = true};
    struct search search = {.id = id, .arena = arena};
    struct arena texts = {0};
    const struct horreum_run *run;
    bool foreign = false, ok = true;
    if (!horreum_runs_read(h, false, err))
        return false;
    run = horreum_runs_find(h, id);
    *number = run ? run->id : 0;
    for (size_t i = 0; !run && i < h->runs->list.n; i++)
        foreign |= !h->runs->list.v[i].payload && !h->runs->list.v[i].trashed;
    if (foreign)
        ok = horreum_walk(&h->history, &all, &texts, compare_id, &search, err);
    if (search.where)
        *number = strtoll(strrchr(search.where, '/') + 1, NULL, 10);
    arena_close(&texts);
    return ok;
}

const char *horreum_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err)
{
    struct horreum *h = of(history);
    json_int_t number;
    json_t *document;
    const char *copy = NULL;
    if (!find_run(h, id, arena, &number, err) || number == 0 ||
        !horreum_get(h, arena_printf(arena, "/api/run/%" JSON_INTEGER_FORMAT "/data", number), &document, err) || !document)
        return NULL;
    const struct horreum_run *run = horreum_runs_find(h, id);
    struct text text = text_open((size_t)1 << 30);
    horreum_document_strip(document, run ? run->digest : "");
    json_write(&text, document, &(struct json_style){.indent = -1}, 0);
    *len = text.len;
    copy = arena_strndup(arena, text.s, text.len);
    text_close(&text);
    json_decref(document);
    return copy;
}
