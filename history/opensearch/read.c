/* Reads from OpenSearch: walking, reading, listing, fetching. */
#include <string.h>

#include "base/text.h"
#include "history/idset.h"
#include "history/opensearch/pages.h"
#include "history/opensearch/query.h"
#include "history/opensearch/take.h"
#include "json/write.h"

enum { PAYLOAD_MAX = 256 << 20, WORKLOADS_MAX = 10000 };

struct reading {
    struct opensearch *o;
    struct arena arena; /* of one document */
    struct idset *seen;
    size_t invalid;
    bool (*record)(void *context, const struct record *record);
    bool (*payload)(void *context, const struct history_payload *payload);
    void *context;
};

static void open_reading(struct reading *r)
{
    history_forget_findings(&r->o->history);
    r->seen = idset_open();
}

static void close_reading(struct reading *r)
{
    if (r->invalid)
        history_add_finding(&r->o->history, "payloads whose status is not Valid, which are left out: %zu", r->invalid);
    idset_close(r->seen);
    arena_close(&r->arena);
}

static void leave_out(struct reading *r, const struct opensearch_hit *hit, const struct error *why)
{
    history_add_finding(&r->o->history, "document '%.100s': %s; it is left out", hit->id, why->text);
}

enum came { CAME_FIRST, CAME_AGAIN, CAME_OTHER };

/* Behind one name there may be several indexes that hold one id; a document that was replaced during the reading may come twice, too. */
static enum came is_known(struct reading *r, const struct opensearch_hit *hit, const char *text, size_t len, struct error *err)
{
    enum idset_found found = idset_add(r->seen, hit->id, text, len);
    if (found == IDSET_NEW)
        return CAME_FIRST;
    if (found == IDSET_SAME || r->o->indexes_n == 1)
        return CAME_AGAIN;
    error_set(err, ERR_STORE, "%s: payload id '%s' stands for two different payloads in the indexes behind '%s', one of them in '%s'; remove one",
              http_host(r->o->http), hit->id, r->o->index, hit->index);
    return CAME_OTHER;
}

static enum opensearch_go go(bool on)
{
    return on ? GO_ON : GO_STOP;
}

/* ---- records ---- */

static enum opensearch_go visit_record(struct reading *r, const struct opensearch_hit *hit, const struct opensearch_piece *piece,
                                       const struct record *record, struct error *err)
{
    enum came came = is_known(r, hit, piece->text, piece->len, err);
    enum opensearch_go result = came == CAME_OTHER ? GO_FAILED : go(came == CAME_AGAIN || r->record(r->context, record));
    arena_clear(&r->arena);
    return result;
}

static enum opensearch_go visit_marked(void *context, const struct opensearch_hit *hit, struct error *err)
{
    struct reading *r = context;
    struct record record;
    struct error why = {0};
    if (opensearch_take_marked(&r->arena, r->o, hit, &record, &why))
        return visit_record(r, hit, &hit->fields, &record, err);
    leave_out(r, hit, &why);
    return GO_ON;
}

static enum opensearch_go visit_bare(void *context, const struct opensearch_hit *hit, struct error *err)
{
    struct reading *r = context;
    struct record record = {.id = hit->id, .where = ""};
    if (opensearch_take_number(hit, "matbench.start_us", &record.start_us))
        return visit_record(r, hit, &hit->fields, &record, err);
    leave_out(r, hit, &(struct error){.text = "it has no matbench.start_us"});
    return GO_ON;
}

/* A payload that counts, and its source is the caller's; false: it was told or counted. */
static bool take_source(struct reading *r, const struct opensearch_hit *hit, struct opensearch_taken *taken)
{
    struct error why = {0};
    if (!opensearch_take_source(&r->arena, r->o, hit, taken, &why)) {
        leave_out(r, hit, &why);
        return false;
    }
    if (!taken->valid) {
        r->invalid++;
        json_decref(taken->source);
    }
    return taken->valid;
}

static enum opensearch_go visit_unmarked(void *context, const struct opensearch_hit *hit, struct error *err)
{
    struct reading *r = context;
    struct opensearch_taken taken;
    if (!take_source(r, hit, &taken))
        return GO_ON;
    json_decref(taken.source);
    return visit_record(r, hit, &hit->source, &taken.record, err);
}

static bool walk_part(struct reading *r, const struct history_selection *selection, enum opensearch_part part, int64_t *found, struct error *err)
{
    bool bare = part == PART_MARKED && selection->bare && !(selection->filters && selection->filters->n);
    json_t *query = opensearch_query(r->o, selection, part);
    struct opensearch_pages pages = {.query = query, .context = r};
    pages.parts = part != PART_MARKED ? OPENSEARCH_RECORD_SOURCE
                  : bare              ? "\"_source\":false,\"docvalue_fields\":[\"matbench.start_us\"]"
                                      : "\"_source\":false,\"stored_fields\":[\"matbench.record\"]";
    pages.visit = part != PART_MARKED ? visit_unmarked : bare ? visit_bare : visit_marked;
    bool ok = opensearch_pages_read(r->o, &pages, err);
    *found = pages.found;
    json_decref(query);
    return ok;
}

/* As a rule there are none. */
static bool walk_unmarked(struct reading *r, const struct history_selection *selection, struct error *err)
{
    json_t *query = opensearch_query(r->o, selection, PART_UNMARKED);
    int64_t n;
    bool ok = opensearch_count(r->o, query, &n, err) && (n == 0 || walk_part(r, selection, PART_UNMARKED, &n, err));
    json_decref(query);
    return ok;
}

/* How many records there are beside those that were found. */
static bool count_left_out(struct reading *r, const struct history_selection *selection, int64_t found, struct error *err)
{
    struct history_selection all = *selection;
    all.like = NULL;
    json_t *query = opensearch_query(r->o, &all, PART_MARKED);
    int64_t n;
    bool ok = opensearch_count(r->o, query, &n, err);
    selection->like->left_out = ok && n > found ? (size_t)(n - found) : 0;
    json_decref(query);
    return ok;
}

bool opensearch_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                     bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct reading r = {.o = (struct opensearch *)history, .record = visit, .context = context};
    bool ours = r.o->kind == INDEX_OURS;
    int64_t found;
    (void)arena;
    open_reading(&r);
    bool ok = walk_part(&r, selection, ours ? PART_MARKED : PART_ALL, &found, err) && (!ours || walk_unmarked(&r, selection, err)) &&
              (!ours || !selection->like || count_left_out(&r, selection, found, err));
    close_reading(&r);
    return ok;
}

/* ---- payloads ---- */

static enum opensearch_go visit_text(struct reading *r, const struct opensearch_hit *hit, const struct opensearch_taken *taken,
                                     struct error *err)
{
    struct text text = text_open(PAYLOAD_MAX);
    json_write(&text, taken->source, &(struct json_style){.indent = -1}, 0);
    struct history_payload payload = {.record = taken->record, .text = text.s, .text_len = text.len};
    enum opensearch_go result = GO_ON;
    enum came came = text.over ? CAME_AGAIN : is_known(r, hit, text.s, text.len, err);
    if (text.over)
        leave_out(r, hit, &(struct error){.text = "it is larger than 256 MB"});
    if (came == CAME_OTHER)
        result = GO_FAILED;
    else if (came == CAME_FIRST)
        result = go(r->payload(r->context, &payload));
    text_close(&text);
    return result;
}

static enum opensearch_go visit_payload(void *context, const struct opensearch_hit *hit, struct error *err)
{
    struct reading *r = context;
    struct opensearch_taken taken;
    enum opensearch_go result = GO_ON;
    if (take_source(r, hit, &taken)) {
        result = visit_text(r, hit, &taken, err);
        json_decref(taken.source);
    }
    arena_clear(&r->arena);
    return result;
}

bool opensearch_read(struct history *history, const struct history_selection *selection,
                     bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    struct reading r = {.o = (struct opensearch *)history, .payload = visit, .context = context};
    json_t *query = opensearch_query(r.o, selection, PART_ALL);
    struct opensearch_pages pages = {.query = query, .parts = "\"_source\":true", .visit = visit_payload, .context = &r};
    open_reading(&r);
    bool ok = opensearch_pages_read(r.o, &pages, err);
    close_reading(&r);
    json_decref(query);
    return ok;
}

/* ---- one ---- */

struct one {
    struct arena *arena;
    const char *text;
    size_t len;
};

static bool keep_text(void *context, const struct history_payload *payload)
{
    struct one *one = context;
    one->text = arena_strndup(one->arena, payload->text, payload->text_len);
    one->len = payload->text_len;
    return false;
}

/* Behind an alias of several indexes a document cannot be asked for by its name. */
static bool search_one(struct reading *r, const char *id, struct error *err)
{
    json_t *query = json_pack("{s:{s:[s]}}", "ids", "values", id);
    struct opensearch_pages pages = {.query = query, .parts = "\"_source\":true", .visit = visit_payload, .context = r};
    bool ok = opensearch_pages_read(r->o, &pages, err);
    json_decref(query);
    return ok;
}

static bool get_one(struct reading *r, const char *id, struct error *err)
{
    struct arena scratch = {0};
    struct opensearch_hit hit;
    struct http_answer answer;
    struct http_request request = {.method = "GET",
                                   .path = arena_printf(&scratch, "%s/_doc/%s", r->o->path, http_encode(&scratch, id)),
                                   .answer_max = PAYLOAD_MAX};
    bool ok = http_send(r->o->http, &request, &scratch, &answer, err);
    bool absent = ok && answer.status == 404; /* no such document, or no such index any more */
    if (ok && !absent && answer.status != 200)
        ok = opensearch_fail(r->o, &request, &answer, err);
    if (ok && !absent)
        ok = opensearch_hit_parse(&scratch, answer.body, answer.body_len,
                                  arena_printf(&scratch, "the answer of %s", http_host(r->o->http)), &hit, err);
    if (ok && !absent && hit.found && strcmp(hit.id, id) == 0)
        ok = visit_payload(r, &hit, err) != GO_FAILED;
    arena_close(&scratch);
    return ok;
}

const char *opensearch_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err)
{
    struct one one = {.arena = arena};
    struct reading r = {.o = (struct opensearch *)history, .payload = keep_text, .context = &one};
    open_reading(&r);
    bool ok = !id[0] || strlen(id) > OPENSEARCH_ID_MAX || (r.o->indexes_n > 1 ? search_one(&r, id, err) : get_one(&r, id, err));
    close_reading(&r);
    *len = one.len;
    return ok ? one.text : NULL;
}

/* ---- workloads ---- */

static const char aggregation[] =
    "{\"size\":0,\"track_total_hits\":true,\"aggs\":{\"workloads\":{\"terms\":{\"field\":\"matbench.workload\",\"size\":10000,"
    "\"order\":{\"_key\":\"asc\"}},\"aggs\":{\"first\":{\"min\":{\"field\":\"matbench.start_us\"}},\"last\":{\"max\":{\"field\":"
    "\"matbench.start_us\"}}}}}}";
_Static_assert(WORKLOADS_MAX == 10000, "as the aggregation says");

static int64_t moment_in(const json_t *bucket, const char *name)
{
    double us = json_number_value(json_object_get(json_object_get(bucket, name), "value"));
    return us > -9e18 && us < 9e18 ? (int64_t)us : 0; /* below 2^53 until the year 2255: exact */
}

struct workload_list {
    LIST_OF(struct history_workload) list;
};

static bool take_buckets(const struct opensearch *o, const json_t *body, struct arena *arena, struct workload_list *out, struct error *err)
{
    const json_t *aggregated = json_object_get(json_object_get(body, "aggregations"), "workloads");
    const json_t *buckets = json_object_get(aggregated, "buckets");
    bool whole = json_integer_value(json_object_get(json_object_get(body, "_shards"), "failed")) == 0 &&
                 json_integer_value(json_object_get(aggregated, "sum_other_doc_count")) == 0 && !json_is_true(json_object_get(body, "timed_out"));
    if (!json_is_array(buckets) || !whole || json_array_size(buckets) > WORKLOADS_MAX)
        return error_set(err, ERR_STORE, "%s: index '%s': its workloads could not be listed on all shards", http_host(o->http), o->index);
    for (size_t i = 0; i < json_array_size(buckets); i++) {
        const json_t *bucket = json_array_get(buckets, i), *name = json_object_get(bucket, "key"), *n = json_object_get(bucket, "doc_count");
        if (!json_is_string(name) || !json_is_integer(n) || json_integer_value(n) < 0)
            return error_set(err, ERR_STORE, "%s: index '%s': what it says of its workloads makes no sense", http_host(o->http), o->index);
        *LIST_ADD(arena, &out->list) = (struct history_workload){.name = arena_strdup(arena, json_string_value(name)),
                                                                 .records = (size_t)json_integer_value(n),
                                                                 .first_us = moment_in(bucket, "first"),
                                                                 .last_us = moment_in(bucket, "last")};
    }
    return true;
}

static bool list_ours(struct opensearch *o, struct arena *arena, struct workload_list *out, struct error *err)
{
    struct arena scratch = {0};
    struct http_request request = {.method = "POST",
                                   .path = arena_printf(&scratch, "%s/_search?allow_partial_search_results=false", o->path),
                                   .body = aggregation,
                                   .body_len = sizeof(aggregation) - 1};
    struct http_answer answer;
    json_t *body = NULL;
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status != 200)
        ok = opensearch_fail(o, &request, &answer, err);
    ok = ok && (body = opensearch_json(o, &request, &answer, err)) && take_buckets(o, body, arena, out, err);
    json_decref(body);
    arena_close(&scratch);
    return ok;
}

/* Those whose workload nobody wrote down are the index's: one row, unless they stand among others, where they go with each. */
static bool list_unmarked(struct opensearch *o, struct arena *arena, struct workload_list *out, struct error *err)
{
    struct history_selection all = {0};
    json_t *query = opensearch_query(o, &all, o->kind == INDEX_OURS ? PART_UNMARKED : PART_ALL);
    int64_t n;
    bool ok = opensearch_count(o, query, &n, err);
    if (ok && n && !out->list.n)
        *LIST_ADD(arena, &out->list) = (struct history_workload){.name = o->index, .records = (size_t)n, .index = o->index, .is_index = true};
    json_decref(query);
    return ok;
}

bool opensearch_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                          struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    struct workload_list out = {0};
    bool ok = (o->kind != INDEX_OURS || list_ours(o, arena, &out, err)) && list_unmarked(o, arena, &out, err);
    for (size_t i = 0; i < out.list.n; i++)
        out.list.v[i].index = o->index;
    *workloads = out.list.v;
    *n = ok ? out.list.n : 0;
    return ok;
}
