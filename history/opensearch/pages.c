#include "history/opensearch/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "history/opensearch/words.h"
#include "json/read.h"
#include "json/write.h"

enum {
    IN_FLIGHT = 3,
    PAGE_BYTES = 512 << 10, /* what a page should have */
    PAGE_MOST = 16 << 20,   /* a larger one of several documents is asked for anew, in smaller pieces */
    DOCUMENT_MOST = 256 << 20,
    FIRST_HITS = 50,
    HITS_MAX = 5000,
    SLICES_MAX = 1024, /* index.max_slices_per_pit */
    TRIES = 3,         /* of a page whose answer broke off */
    PIT_MAX = 1 << 20
};
#define KEEP_ALIVE "5m"
#define QUERY_MAX (64 << 20)

static const int64_t DOCUMENTS_MAX = 1000000000;

/* One shard on its way. */
struct slice {
    struct walk *walk;
    size_t number;
    size_t hits;          /* of the next page */
    struct text after;    /* sort values of the last document; "" at the start */
    int64_t last;         /* the first of them */
    int64_t total, seen;  /* documents; total -1: not known (yet) */
    struct text body;     /* of the request, then of the answer: never both */
    struct text answer;
    unsigned tries;
    bool busy, done, too_long;
};

struct walk {
    struct opensearch *o;
    struct opensearch_pages *pages;
    char *query;
    struct slice *slices;
    size_t slices_n;
    struct text pit;
    bool lost;    /* the point in time is gone */
    bool stopped; /* visit has enough */
    bool reopened;
    int64_t seen;
    struct arena arena; /* of one page */
};

/* ---- the point in time ---- */

static bool pit_open(struct walk *walk, struct error *err)
{
    struct opensearch *o = walk->o;
    struct arena scratch = {0};
    struct http_request request = {.method = "POST",
                                   .path = arena_printf(&scratch, "%s/_search/point_in_time?keep_alive=" KEEP_ALIVE, o->path),
                                   .answer_max = PIT_MAX * 2};
    struct http_answer answer;
    json_t *body = NULL;
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status != 200)
        ok = opensearch_fail(o, &request, &answer, err);
    ok = ok && (body = opensearch_json(o, &request, &answer, err));
    const char *id = json_string_value(json_object_get(body, "pit_id"));
    if (ok && (!id || !id[0] || strlen(id) > PIT_MAX))
        ok = error_set(err, ERR_STORE, "%s: POST %s: the answer has no pit_id, which an OpenSearch from 2.4 on gives", http_host(o->http),
                       request.path);
    text_clear(&walk->pit);
    if (ok)
        text_add(&walk->pit, id);
    json_decref(body);
    arena_close(&scratch);
    return ok;
}

/* By a connection of its own, which no signal ends; for a few seconds at most. */
static void farewell(const struct opensearch *o, const struct http_request *request)
{
    struct http_options options = {.connect_s = 2, .stall_s = 3, .total_s = 3, .attempts = 1};
    struct arena scratch = {0};
    struct error ignored = {0};
    struct http_answer answer;
    struct http *http = http_open(o->server, &options, &ignored);
    if (http)
        http_send(http, request, &scratch, &answer, &ignored);
    http_close(http);
    arena_close(&scratch);
}

/* It would end by itself; until then it keeps the server from giving files back. */
static void pit_close(struct walk *walk)
{
    if (!walk->pit.len || walk->lost)
        return;
    json_t *body = json_pack("{s:[s]}", "pit_id", walk->pit.s);
    struct text text = text_open(PIT_MAX * 8);
    json_write(&text, body, &(struct json_style){.indent = -1}, 0);
    struct http_request request = {.method = "DELETE", .path = "/_search/point_in_time", .body = text.s, .body_len = text.len};
    farewell(walk->o, &request);
    text_close(&text);
    json_decref(body);
}

static void pit_renew(struct walk *walk, const char *id)
{
    if (!id || strcmp(id, walk->pit.s) == 0 || !id[0])
        return;
    text_clear(&walk->pit);
    text_add(&walk->pit, id);
}

/* ---- asking ---- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void write_request(struct slice *slice)
{
    const struct walk *walk = slice->walk;
    struct text *out = &slice->body;
    text_clear(out);
    text_printf(out, "{\"size\":%zu,\"query\":%s,%s,", slice->hits, walk->query, walk->pages->parts);
    text_printf(out, "\"sort\":[{\"_seq_no\":\"asc\"}%s],", walk->o->indexes_n > 1 ? ",{\"_index\":\"asc\"}" : "");
    text_printf(out, "\"track_total_hits\":%s,", slice->total < 0 && !walk->reopened ? "true" : "false");
    if (walk->slices_n > 1)
        text_printf(out, "\"slice\":{\"id\":%zu,\"max\":%zu},", slice->number, walk->slices_n);
    if (slice->after.len)
        text_printf(out, "\"search_after\":%s,", slice->after.s);
    text_add(out, "\"pit\":{\"id\":");
    json_write_string(out, walk->pit.s, walk->pit.len, &(struct json_style){.indent = -1});
    text_add(out, ",\"keep_alive\":\"" KEEP_ALIVE "\"}}");
}

static bool take_answer(void *context, const char *bytes, size_t n, struct error *err)
{
    struct slice *slice = context;
    size_t most = slice->hits > 1 ? (size_t)PAGE_MOST : (size_t)DOCUMENT_MOST;
    slice->too_long = n > most || slice->answer.len > most - n;
    if (slice->too_long)
        return error_set(err, ERR_STORE, "%s: index '%s': the document behind %s is larger than %d MB", http_host(slice->walk->o->http),
                         slice->walk->o->index, slice->after.len ? slice->after.s : "the start", DOCUMENT_MOST >> 20);
    text_addn(&slice->answer, bytes, n);
    return true;
}

static bool next_request(void *context, struct http_request *request)
{
    struct walk *walk = context;
    for (size_t i = 0; i < walk->slices_n && !walk->lost && !walk->stopped; i++) {
        struct slice *slice = &walk->slices[i];
        if (slice->busy || slice->done)
            continue;
        write_request(slice);
        text_clear(&slice->answer);
        slice->busy = true;
        *request = (struct http_request){.method = "POST",
                                         .path = "/_search?allow_partial_search_results=false",
                                         .body = slice->body.s,
                                         .body_len = slice->body.len,
                                         .take = take_answer,
                                         .take_context = slice,
                                         .tag = slice};
        return true;
    }
    return false;
}

/* ---- answers ---- */

static bool wrong(const struct walk *walk, struct error *err, const char *what)
{
    return error_set(err, ERR_STORE, "%s: index '%s': %s", http_host(walk->o->http), walk->o->index, what);
}

static bool tell_failures(const struct walk *walk, const struct opensearch_page *page, struct error *err)
{
    struct arena scratch = {0};
    struct error ignored = {0};
    const struct opensearch_piece *said = &page->failures;
    json_t *failures = said->text ? json_read(said->text, said->len, &(struct json_read_options){.file = ""}, &ignored) : NULL;
    error_set(err, ERR_STORE, "%s: index '%s': %lld of its shards could not be read: %s", http_host(walk->o->http), walk->o->index,
              (long long)page->shards_failed, opensearch_words(&scratch, json_object_get(json_array_get(failures, 0), "reason")));
    json_decref(failures);
    arena_close(&scratch);
    return false;
}

static bool check_page(const struct slice *slice, const struct opensearch_page *page, struct error *err)
{
    const struct walk *walk = slice->walk;
    if (page->timed_out)
        return wrong(walk, err, "the server's time limit passed, and it gave a part of the documents only");
    if (page->shards_failed)
        return tell_failures(walk, page, err);
    if (page->n > slice->hits)
        return wrong(walk, err, "the server sent more documents than were asked for");
    for (size_t i = 0; i < page->n; i++) {
        const struct opensearch_hit *hit = &page->hits[i];
        bool first = i == 0 && !slice->after.len;
        int64_t before = i ? page->hits[i - 1].sort : slice->last;
        if (!hit->has_sort)
            return wrong(walk, err, "a document comes without its place in the order (_seq_no)");
        if (!first && (walk->o->indexes_n > 1 ? hit->sort < before : hit->sort <= before))
            return wrong(walk, err, "the server's pages do not go on: a document stands before the last one");
    }
    return true;
}

static bool check_counts(const struct slice *slice, struct error *err)
{
    const struct walk *walk = slice->walk;
    if (slice->seen > DOCUMENTS_MAX)
        return wrong(walk, err, "has more documents than can be");
    if (walk->reopened || slice->total < 0)
        return true;
    if (slice->seen > slice->total || (slice->done && slice->seen < slice->total))
        return error_set(err, ERR_STORE, "%s: index '%s': the server counted %lld documents and sent %lld%s", http_host(walk->o->http),
                         walk->o->index, (long long)slice->total, (long long)slice->seen, slice->done ? "" : " or more");
    return true;
}

static bool visit_page(struct slice *slice, const struct opensearch_page *page, struct error *err)
{
    struct walk *walk = slice->walk;
    for (size_t i = 0; i < page->n && !walk->stopped; i++) {
        enum opensearch_go go = walk->pages->visit(walk->pages->context, &page->hits[i], err);
        if (go == GO_FAILED)
            return false;
        walk->stopped = go == GO_STOP;
    }
    return true;
}

/* So many that the next page has about PAGE_BYTES; a few large ones may hide behind many small ones, so it grows slowly. */
static void choose_size(struct slice *slice, size_t n, size_t bytes)
{
    size_t most = smaller(HITS_MAX, slice->walk->o->result_window), mean = n ? bytes / n + 1 : 1;
    size_t wanted = smaller(PAGE_BYTES / mean, slice->hits * 4);
    slice->hits = wanted < 1 ? 1 : smaller(wanted, most);
}

static void close_texts(struct slice *slice)
{
    text_close(&slice->after);
    text_close(&slice->body);
    text_close(&slice->answer);
}

static bool take_page(struct slice *slice, struct error *err)
{
    struct walk *walk = slice->walk;
    struct opensearch_page page;
    arena_clear(&walk->arena);
    const char *where = arena_printf(&walk->arena, "the answer of %s", http_host(walk->o->http));
    if (!opensearch_page_parse(&walk->arena, slice->answer.s, slice->answer.len, where, &page, err) || !check_page(slice, &page, err))
        return false;
    bool first = slice->total < 0 && !walk->reopened;
    if (first && page.total < 0)
        return wrong(walk, err, "the server does not say how many documents there are");
    if (first)
        slice->total = page.total;
    slice->seen += (int64_t)page.n;
    slice->done = page.n < slice->hits || (!walk->reopened && slice->seen == slice->total);
    slice->tries = 0;
    pit_renew(walk, page.pit);
    if (page.n) {
        const struct opensearch_hit *last = &page.hits[page.n - 1];
        text_clear(&slice->after);
        text_addn(&slice->after, last->after.text, last->after.len);
        slice->last = last->sort;
    }
    if (!check_counts(slice, err) || !visit_page(slice, &page, err))
        return false;
    choose_size(slice, page.n, slice->answer.len);
    if (slice->done)
        close_texts(slice);
    return true;
}

/* A page that broke off, or was too long, is asked for again: reading changes nothing. */
static bool asks_again(struct slice *slice, const struct error *failure)
{
    if (failure->kind != ERR_STORE)
        return false;
    if (slice->too_long && slice->hits > 1) {
        slice->hits = slice->hits / 8 + 1;
        return true;
    }
    return !slice->too_long && slice->answer.len && ++slice->tries < TRIES;
}

static bool is_lost(const struct http_answer *answer)
{
    struct error ignored = {0};
    json_t *body = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = ""}, &ignored);
    const json_t *causes = json_object_get(json_object_get(body, "error"), "root_cause");
    bool lost = answer->status == 404 &&
                strcmp(opensearch_error_type(json_array_get(causes, 0)), "search_context_missing_exception") == 0;
    json_decref(body);
    return lost;
}

static bool take_done(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                      struct error *err)
{
    struct walk *walk = context;
    struct slice *slice = request->tag;
    slice->busy = false;
    if (walk->stopped || walk->lost)
        return true; /* what came meanwhile is asked for again, or not wanted */
    if (failure && asks_again(slice, failure))
        return true;
    if (failure) {
        *err = *failure;
        return false;
    }
    if (answer->status == 200)
        return take_page(slice, err);
    walk->lost = is_lost(answer);
    return walk->lost || opensearch_fail(walk->o, request, answer, err);
}

/* ---- all of it ---- */

static bool is_done(const struct walk *walk)
{
    for (size_t i = 0; i < walk->slices_n; i++)
        if (!walk->slices[i].done)
            return false;
    return true;
}

static int64_t count_seen(const struct walk *walk)
{
    int64_t seen = 0;
    for (size_t i = 0; i < walk->slices_n; i++)
        seen += walk->slices[i].seen;
    return seen;
}

/* With a new point in time whenever the last one was lost, as long as that brings documents. */
static bool run(struct walk *walk, struct error *err)
{
    struct http_flow flow = {.in_flight = IN_FLIGHT, .next = next_request, .done = take_done, .context = walk};
    for (int64_t before = -1;;) {
        walk->lost = false;
        if (!pit_open(walk, err) || !http_run(walk->o->http, &flow, err))
            return false;
        if (walk->stopped || (!walk->lost && is_done(walk)))
            return true;
        int64_t seen = count_seen(walk);
        if (!walk->lost || seen == before)
            return wrong(walk, err, "the server forgets the point in time that it gave (search_context_missing_exception); it may be short "
                                    "of memory, or allow fewer of them");
        before = seen;
        walk->reopened = true;
    }
}

static char *query_text(const json_t *query)
{
    struct text out = text_open(QUERY_MAX);
    json_write(&out, query, &(struct json_style){.indent = -1}, 0);
    return out.s; /* freed as text_close does */
}

static void open_slices(struct walk *walk)
{
    walk->slices_n = smaller(walk->o->shards < 1 ? 1 : walk->o->shards, SLICES_MAX);
    walk->slices = memory_need(calloc(walk->slices_n, sizeof(*walk->slices)));
    for (size_t i = 0; i < walk->slices_n; i++)
        walk->slices[i] = (struct slice){.walk = walk, .number = i, .total = -1,
                                         .hits = smaller(FIRST_HITS, walk->o->result_window),
                                         .after = text_open(64 << 10),
                                         .body = text_open(QUERY_MAX + PIT_MAX * 8),
                                         .answer = text_open((size_t)DOCUMENT_MOST + 1)};
}

static void close_slices(struct walk *walk)
{
    for (size_t i = 0; i < walk->slices_n; i++)
        close_texts(&walk->slices[i]);
    free(walk->slices);
}

bool opensearch_pages_read(struct opensearch *o, struct opensearch_pages *pages, struct error *err)
{
    struct walk walk = {.o = o, .pages = pages, .query = query_text(pages->query), .pit = text_open(PIT_MAX + 1)};
    open_slices(&walk);
    bool ok = run(&walk, err);
    pages->found = count_seen(&walk);
    pit_close(&walk);
    close_slices(&walk);
    text_close(&walk.pit);
    free(walk.query);
    arena_close(&walk.arena);
    return ok;
}

bool opensearch_count(struct opensearch *o, const json_t *query, int64_t *count, struct error *err)
{
    struct arena scratch = {0};
    char *text = query_text(query);
    struct text body = text_open(QUERY_MAX);
    struct http_answer answer;
    json_t *said = NULL;
    text_printf(&body, "{\"query\":%s}", text);
    struct http_request request = {.method = "POST", .path = arena_printf(&scratch, "%s/_count", o->path), .body = body.s, .body_len = body.len};
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status != 200)
        ok = opensearch_fail(o, &request, &answer, err);
    ok = ok && (said = opensearch_json(o, &request, &answer, err));
    const json_t *n = json_object_get(said, "count"), *failed = json_object_get(json_object_get(said, "_shards"), "failed");
    if (ok && (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(failed) != 0))
        ok = error_set(err, ERR_STORE, "%s: index '%s': the documents could not be counted on all shards", http_host(o->http), o->index);
    *count = ok ? json_integer_value(n) : 0;
    json_decref(said);
    text_close(&body);
    free(text);
    arena_close(&scratch);
    return ok;
}
