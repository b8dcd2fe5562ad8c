#include "history/opensearch/bulk.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "history/opensearch/words.h"
#include "json/read.h"
#include "json/write.h"
#include "net/retry.h"

enum { ATTEMPTS = 5, CHUNK_BYTES_MIN = 64 << 10 };

struct chunk {
    struct text body;
    struct bulk_item **items;
    size_t n;
    struct chunk *next_free, *next; /* of those that are free; of all */
};

struct run {
    struct opensearch *o;
    struct arena *arena;
    const char *index, *path; /* index: of all items, or NULL */
    const struct text *lines;
    struct bulk_item *items;
    size_t n, cursor; /* items before it are under way or decided */
    unsigned round;
    double began_s;
    size_t chunk_bytes;
    bool stopped; /* nothing more leaves */
    struct error failure;
    struct chunk *free, *chunks; /* chunks: all, also those whose transfer was stopped */
};

/* ---- answers ---- */

enum verdict { TAKEN, AGAIN, NEVER, NOT_NOW };

static enum verdict judge_status(json_int_t status)
{
    switch (status) {
    case 409: /* a race for one id */
    case 429:
    case 503:
        return AGAIN;
    case 401:
    case 403: /* no right, or the index is blocked: that may pass */
    case 404:
    case 408:
        return NOT_NOW;
    default:
        return status >= 400 && status < 500 ? NEVER : NOT_NOW;
    }
}

static const char *why(struct arena *arena, const json_t *error, json_int_t status, bool foreign)
{
    const char *words = opensearch_words(arena, error), *advice = opensearch_advice(error, foreign);
    if (!json_is_object(error))
        words = arena_printf(arena, "status %" JSON_INTEGER_FORMAT, status);
    return advice ? arena_printf(arena, "%s; %s", words, advice) : words;
}

static bool is_about(const json_t *said, const struct bulk_item *item)
{
    const char *index = json_string_value(json_object_get(said, "_index")), *id = json_string_value(json_object_get(said, "_id"));
    return index && id && strcmp(index, item->index) == 0 && strcmp(id, item->id) == 0;
}

static void take_item(struct arena *arena, const json_t *said, struct bulk_item *item, bool foreign)
{
    json_int_t status = json_integer_value(json_object_get(said, "status"));
    const char *result = json_string_value(json_object_get(said, "result"));
    bool created = status == 201 && result && strcmp(result, "created") == 0;
    bool updated = status == 200 && result && strcmp(result, "updated") == 0;
    if (created || updated) {
        item->state = created ? BULK_CREATED : BULK_UPDATED;
        return;
    }
    const json_t *error = json_object_get(said, "error");
    if (status < 400) {
        item->why = "the server's answer does not say that it was stored";
        item->repeated = true;
        return;
    }
    item->why = why(arena, error, status, foreign);
    enum verdict verdict = judge_status(status);
    if (verdict != AGAIN)
        item->state = verdict == NEVER ? BULK_REFUSED : BULK_UNSENT;
}

void opensearch_bulk_take(struct arena *arena, const json_t *answer, struct bulk_item *const *items, size_t n, bool foreign)
{
    const json_t *list = json_object_get(answer, "items");
    for (size_t i = 0; i < n; i++) {
        const json_t *said = json_object_get(json_array_get(list, i), "index");
        if (is_about(said, items[i])) {
            take_item(arena, said, items[i], foreign);
        } else {
            items[i]->why = "the server's answer says nothing of it";
            items[i]->repeated = true;
        }
    }
}

/* ---- chunks ---- */

static struct chunk *chunk_of(struct run *run)
{
    struct chunk *chunk = run->free;
    if (chunk) {
        run->free = chunk->next_free;
    } else {
        chunk = ARENA_NEW(run->arena, struct chunk);
        chunk->body = text_open(SIZE_MAX);
        chunk->items = ARENA_ARRAY(run->arena, struct bulk_item *, BULK_CHUNK_ITEMS);
        chunk->next = run->chunks;
        run->chunks = chunk;
    }
    text_clear(&chunk->body);
    chunk->n = 0;
    return chunk;
}

static void add_item(const struct run *run, struct chunk *chunk, struct bulk_item *item)
{
    static const struct json_style compact = {.indent = -1};
    text_add(&chunk->body, "{\"index\":{");
    if (!run->index) {
        text_add(&chunk->body, "\"_index\":");
        json_write_string(&chunk->body, item->index, strlen(item->index), &compact);
        text_addc(&chunk->body, ',');
    }
    text_add(&chunk->body, "\"_id\":");
    json_write_string(&chunk->body, item->id, strlen(item->id), &compact);
    text_add(&chunk->body, "}}\n");
    text_addn(&chunk->body, run->lines->s + item->at, item->len);
    text_addc(&chunk->body, '\n');
    chunk->items[chunk->n++] = item;
    item->on_its_way = true;
}

static bool next_chunk(void *context, struct http_request *request)
{
    struct run *run = context;
    if (run->stopped)
        return false;
    struct chunk *chunk = NULL;
    size_t max = BULK_CHUNK_ITEMS;
    for (; run->cursor < run->n; run->cursor++) {
        struct bulk_item *item = &run->items[run->cursor];
        if (item->state != BULK_WAITING || item->on_its_way || item->round > run->round)
            continue;
        size_t item_max = item->chunk_max ? item->chunk_max : BULK_CHUNK_ITEMS;
        max = item_max < max ? item_max : max;
        if (chunk && (chunk->n >= max || chunk->body.len + item->len > run->chunk_bytes))
            break;
        chunk = chunk ? chunk : chunk_of(run);
        add_item(run, chunk, item);
    }
    if (!chunk)
        return false;
    *request = (struct http_request){.method = "POST",
                                     .path = run->path,
                                     .content_type = "application/x-ndjson",
                                     .body = chunk->body.s,
                                     .body_len = chunk->body.len,
                                     .gzip = !run->o->near,
                                     .tag = chunk};
    return true;
}

static void stop(struct run *run, const struct error *failure)
{
    run->stopped = true;
    if (!run->failure.kind)
        run->failure = *failure;
}

/* The items go again at once, in smaller company; a single one is at fault itself. */
static void halve(struct run *run, struct chunk *chunk, const char *words)
{
    for (size_t i = 0; i < chunk->n; i++) {
        struct bulk_item *item = chunk->items[i];
        item->chunk_max = (chunk->n + 1) / 2;
        if (chunk->n == 1) {
            item->state = BULK_REFUSED;
            item->why = words;
        }
    }
    run->cursor = 0;
}

/* Stored or not: they go once more. */
static void doubt_all(struct chunk *chunk, const char *words)
{
    for (size_t i = 0; i < chunk->n; i++) {
        chunk->items[i]->why = words;
        chunk->items[i]->repeated = true;
    }
}

static void take_answer(struct run *run, struct chunk *chunk, const struct http_request *request, const struct http_answer *answer)
{
    struct error failure = {0}, no_json = {0};
    json_t *said = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = "its answer"}, &no_json);
    const json_t *error = json_object_get(said, "error");
    bool foreign = run->o->target_kind != INDEX_OURS;
    if (answer->status == 200 && !said) {
        doubt_all(chunk, arena_printf(run->arena, "what answers is no OpenSearch, or broken: %s", no_json.text));
    } else if (answer->status == 200) {
        opensearch_bulk_take(run->arena, said, chunk->items, chunk->n, foreign);
    } else if (answer->status == 413) {
        if (chunk->n > 1)
            run->chunk_bytes = chunk->body.len / 2 > CHUNK_BYTES_MIN ? chunk->body.len / 2 : CHUNK_BYTES_MIN;
        halve(run, chunk, arena_printf(run->arena, "the server takes no request of its size, %zu bytes (413); http.max_content_length, or "
                                                   "the limit of a proxy, says how large one may be", chunk->body.len));
    } else if (answer->status == 400) {
        halve(run, chunk, why(run->arena, error, answer->status, foreign));
    } else {
        opensearch_fail(run->o, request, answer, &failure);
        stop(run, &failure);
    }
    json_decref(said);
}

static bool chunk_done(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                       struct error *err)
{
    struct run *run = context;
    struct chunk *chunk = request->tag;
    (void)err;
    for (size_t i = 0; i < chunk->n; i++) {
        chunk->items[i]->on_its_way = false;
        chunk->items[i]->repeated |= failure || answer->attempts > 1;
    }
    if (failure)
        stop(run, failure);
    else
        take_answer(run, chunk, request, answer);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->items[i]->state == BULK_WAITING && chunk->items[i]->why)
            chunk->items[i]->round = run->round + 1;
    chunk->next_free = run->free;
    run->free = chunk;
    return true;
}

/* ---- rounds ---- */

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* False when a signal came. */
static bool wait_for(double seconds, const volatile sig_atomic_t *signal)
{
    for (double until = clock_s() + seconds; clock_s() < until;) {
        if (signal && *signal)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return !(signal && *signal);
}

static size_t count(const struct run *run, enum bulk_state state, const struct bulk_item **first)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++) {
        if (run->items[i].state == state && n++ == 0 && first)
            *first = &run->items[i];
    }
    return n;
}

/* Waits before the next round, as net/http.h does for whole requests; false when there is none. */
static bool rest(struct run *run)
{
    const struct http_options *o = &run->o->limits;
    const struct bulk_item *first = NULL;
    struct retry_limits limits = {o->attempts ? o->attempts : ATTEMPTS, o->wait_s > 0 ? o->wait_s : 0.5,
                                  o->wait_max_s > 0 ? o->wait_max_s : 30, o->retry_s > 0 ? o->retry_s : 120};
    double now = clock_s(), wait, chance = now * 1e6 - floor(now * 1e6);
    struct retry_attempt attempt = {CAUSE_STATUS, 429, -1, run->round, now - run->began_s, chance, false, false};
    size_t waiting = count(run, BULK_WAITING, &first);
    if (!waiting || run->stopped || retry_judge(&limits, &attempt, &wait) != RETRY_AGAIN)
        return false;
    if (o->tell)
        o->tell(o->tell_context, arena_printf(run->arena, "%s: documents that were not taken: %zu, %s; again in %.1f s (%u of %u)",
                                              http_host(run->o->http), waiting, first->why ? first->why : "", wait, run->round + 1,
                                              limits.attempts));
    if (wait_for(wait, o->signal))
        return true;
    bool interrupted = *o->signal == SIGINT;
    error_set(&run->failure, interrupted ? ERR_INTERRUPTED : ERR_TERMINATED, "%s: stopped by %s", http_host(run->o->http),
              interrupted ? "SIGINT" : "SIGTERM");
    return false;
}

/* What is left waiting is not sent. */
static void give_up(struct run *run)
{
    const char *reason = run->failure.kind ? arena_strdup(run->arena, run->failure.text) : "the server did not take it";
    for (size_t i = 0; i < run->n; i++) {
        struct bulk_item *item = &run->items[i];
        if (item->state != BULK_WAITING)
            continue;
        item->state = BULK_UNSENT;
        item->why = item->why && !run->failure.kind ? item->why : reason;
    }
}

static void close_chunks(struct run *run)
{
    for (struct chunk *chunk = run->chunks; chunk; chunk = chunk->next)
        text_close(&chunk->body);
}

bool opensearch_bulk_send(struct opensearch *o, struct arena *arena, const char *index, const struct text *lines,
                          struct bulk_item *items, size_t n, struct error *err)
{
    const char *path = index ? arena_printf(arena, "/%s/_bulk", http_encode(arena, index)) : "/_bulk";
    struct run run = {.o = o, .arena = arena, .index = index, .path = path, .lines = lines, .items = items, .n = n,
                      .began_s = clock_s(), .chunk_bytes = o->chunk_bytes};
    const struct bulk_item *first = NULL;
    struct error stopped = {0};
    do {
        run.cursor = 0;
        if (!http_run(o->http, &(struct http_flow){BULK_IN_FLIGHT, next_chunk, chunk_done, &run}, &stopped))
            stop(&run, &stopped);
        run.round++;
    } while (rest(&run));
    give_up(&run);
    o->chunk_bytes = run.chunk_bytes;
    close_chunks(&run);
    if (run.failure.kind) {
        *err = run.failure;
        return false;
    }
    size_t unsent = count(&run, BULK_UNSENT, &first);
    if (n && unsent == n)
        return error_set(err, ERR_STORE, "%s: %s", http_host(o->http), first->why);
    return true;
}
