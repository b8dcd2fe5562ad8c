/* What the server tells of a selection before it is read: where its newest ones begin, how many there are. Of our own indexes only: others
 * have nothing to sort by. */
#include "history/opensearch/pages.h"
#include "history/opensearch/query.h"
#include "json/write.h"

enum { REQUEST_MAX = 64 << 20, START_MIN = 1 };

static void write_request(struct text *out, const json_t *query, size_t newest)
{
    text_printf(out, "{\"size\":1,\"from\":%zu,\"_source\":false,\"track_total_hits\":false,\"sort\":[{\"matbench.start_us\":{\"order\":\"desc\","
                     "\"unmapped_type\":\"long\"}}],\"query\":", newest - 1);
    json_write(out, query, &(struct json_style){.indent = -1}, 0);
    text_addc(out, '}');
}

/* The start of the only hit; none, or no whole answer: all are read. */
static void take_start(const json_t *body, int64_t *from_us)
{
    const json_t *hit = json_array_get(json_object_get(json_object_get(body, "hits"), "hits"), 0);
    const json_t *start = json_array_get(json_object_get(hit, "sort"), 0);
    bool whole = !json_is_true(json_object_get(body, "timed_out")) &&
                 json_integer_value(json_object_get(json_object_get(body, "_shards"), "failed")) == 0;
    if (whole && json_is_integer(start) && json_integer_value(start) >= START_MIN && json_integer_value(start) > *from_us)
        *from_us = json_integer_value(start);
}

bool opensearch_newest_from(struct history *history, const struct history_selection *selection, int64_t *from_us, struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    if (o->kind != INDEX_OURS || selection->newest > o->result_window)
        return true;
    struct arena scratch = {0};
    struct text text = text_open(REQUEST_MAX);
    struct http_answer answer;
    json_t *query = opensearch_query(o, selection, PART_MARKED), *body = NULL;
    write_request(&text, query, selection->newest);
    struct http_request request = {.method = "POST", .path = arena_printf(&scratch, "%s/_search?allow_partial_search_results=false", o->path),
                                   .body = text.s, .body_len = text.len};
    bool ok = http_send(o->http, &request, &scratch, &answer, err);
    if (ok && answer.status != 200)
        ok = opensearch_fail(o, &request, &answer, err);
    ok = ok && (body = opensearch_json(o, &request, &answer, err));
    if (ok)
        take_start(body, from_us);
    json_decref(body);
    json_decref(query);
    text_close(&text);
    arena_close(&scratch);
    return ok;
}

/* Filters are looked at again on our side, as are documents without our field: these have to be read. */
bool opensearch_count_selected(struct history *history, const struct history_selection *selection, int64_t *n, struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    int64_t unmarked = 0;
    if (o->kind != INDEX_OURS || o->indexes_n > 1 || (selection->filters && selection->filters->n))
        return true;
    json_t *marked = opensearch_query(o, selection, PART_MARKED), *others = opensearch_query(o, selection, PART_UNMARKED);
    bool ok = opensearch_count(o, others, &unmarked, err) && (unmarked || opensearch_count(o, marked, n, err));
    json_decref(marked);
    json_decref(others);
    return ok;
}
