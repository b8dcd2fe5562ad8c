#include "history/opensearch/page.h"

#include <string.h>

#include "base/text.h"
#include "json/read.h"

enum { TEXT_MAX = 1 << 20 };

struct reading {
    struct arena *arena;
    const char *text;
    struct json_reader *reader;
    struct json_event event; /* the last one */
    struct opensearch_page *page;
    size_t cap;
    struct error *err;
};

/* A member's reader stands at its value's first event, and leaves with the value's last one. */
struct member {
    const char *name;
    bool (*read)(struct reading *r, void *into);
};

static bool next(struct reading *r)
{
    return json_reader_next(r->reader, &r->event, r->err);
}

static bool wrong(const struct reading *r, const char *found)
{
    return error_set(r->err, ERR_STORE, "%s; expected what an OpenSearch answers to a search", found);
}

static bool is_open(const struct reading *r)
{
    return r->event.kind == JSON_EVENT_OBJECT_OPEN || r->event.kind == JSON_EVENT_ARRAY_OPEN;
}

/* Passes over the value whose first event was read. */
static bool pass(struct reading *r)
{
    for (size_t depth = is_open(r); depth > 0;) {
        if (!next(r))
            return false;
        depth += is_open(r);
        depth -= r->event.kind == JSON_EVENT_OBJECT_CLOSE || r->event.kind == JSON_EVENT_ARRAY_CLOSE;
    }
    return true;
}

static const struct member *find_member(const struct member *members, const struct json_event *key)
{
    for (; members->name; members++)
        if (strlen(members->name) == key->string_len && memcmp(members->name, key->string, key->string_len) == 0)
            return members;
    return NULL;
}

/* An object: its members by the table, the others are passed over. */
static bool read_object(struct reading *r, const struct member *members, void *into)
{
    if (r->event.kind != JSON_EVENT_OBJECT_OPEN)
        return wrong(r, "an object is missing");
    while (next(r)) {
        if (r->event.kind == JSON_EVENT_OBJECT_CLOSE)
            return true;
        const struct member *member = find_member(members, &r->event);
        if (!next(r) || !(member ? member->read(r, into) : pass(r)))
            return false;
    }
    return false;
}

/* ---- single values ---- */

static bool read_text(struct reading *r, void *into)
{
    const char **text = into;
    if (r->event.kind != JSON_EVENT_STRING || r->event.string_len > TEXT_MAX)
        return wrong(r, "a text is missing or too long");
    *text = arena_strndup(r->arena, r->event.string, r->event.string_len);
    return true;
}

static bool read_bool(struct reading *r, void *into)
{
    bool *value = into;
    *value = r->event.kind == JSON_EVENT_TRUE;
    return pass(r);
}

static bool read_integer(struct reading *r, void *into)
{
    int64_t *value = into;
    if (r->event.kind != JSON_EVENT_INTEGER || r->event.integer < 0)
        return wrong(r, "a number is missing");
    *value = r->event.integer;
    return true;
}

static bool read_piece(struct reading *r, void *into)
{
    struct opensearch_piece *piece = into;
    size_t start = r->event.start;
    if (!pass(r))
        return false;
    *piece = (struct opensearch_piece){r->text + start, r->event.end - start};
    return true;
}

/* ---- a hit ---- */

static bool hit_index(struct reading *r, void *hit)
{
    return read_text(r, &((struct opensearch_hit *)hit)->index);
}

static bool hit_id(struct reading *r, void *hit)
{
    return read_text(r, &((struct opensearch_hit *)hit)->id);
}

static bool hit_source(struct reading *r, void *hit)
{
    return read_piece(r, &((struct opensearch_hit *)hit)->source);
}

static bool hit_fields(struct reading *r, void *hit)
{
    return read_piece(r, &((struct opensearch_hit *)hit)->fields);
}

static bool hit_found(struct reading *r, void *hit)
{
    return read_bool(r, &((struct opensearch_hit *)hit)->found);
}

static bool hit_sort(struct reading *r, void *into)
{
    struct opensearch_hit *hit = into;
    bool first = true;
    size_t start = r->event.start;
    if (r->event.kind != JSON_EVENT_ARRAY_OPEN)
        return pass(r);
    while (next(r)) {
        if (r->event.kind == JSON_EVENT_ARRAY_CLOSE) {
            hit->after = (struct opensearch_piece){r->text + start, r->event.end - start};
            return true;
        }
        if (first && r->event.kind == JSON_EVENT_INTEGER) {
            hit->has_sort = true;
            hit->sort = r->event.integer;
        }
        first = false;
        if (!pass(r))
            return false;
    }
    return false;
}

static bool read_hit(struct reading *r, struct opensearch_hit *hit)
{
    static const struct member members[] = {{"_index", hit_index}, {"_id", hit_id},       {"sort", hit_sort}, {"_source", hit_source},
                                            {"fields", hit_fields}, {"found", hit_found}, {0}};
    *hit = (struct opensearch_hit){.index = "", .id = ""};
    return read_object(r, members, hit);
}

/* ---- a page ---- */

static bool page_hit_list(struct reading *r, void *into)
{
    struct opensearch_page *page = into;
    if (r->event.kind != JSON_EVENT_ARRAY_OPEN)
        return wrong(r, "a list of hits is missing");
    while (next(r)) {
        if (r->event.kind == JSON_EVENT_ARRAY_CLOSE)
            return true;
        if (page->n == OPENSEARCH_HITS_MAX)
            return wrong(r, "more hits than one page has");
        page->hits = arena_grow(r->arena, page->hits, page->n, &r->cap, sizeof(*page->hits));
        if (!read_hit(r, &page->hits[page->n]))
            return false;
        page->n++;
    }
    return false;
}

struct total {
    int64_t value;
    const char *relation;
};

static bool total_value(struct reading *r, void *total)
{
    return read_integer(r, &((struct total *)total)->value);
}

static bool total_relation(struct reading *r, void *total)
{
    return read_text(r, &((struct total *)total)->relation);
}

static bool page_total(struct reading *r, void *into)
{
    static const struct member members[] = {{"value", total_value}, {"relation", total_relation}, {0}};
    struct opensearch_page *page = into;
    struct total total = {.value = -1, .relation = "eq"};
    if (r->event.kind != JSON_EVENT_OBJECT_OPEN)
        return pass(r); /* null: not tracked */
    if (!read_object(r, members, &total))
        return false;
    page->total = strcmp(total.relation, "eq") == 0 ? total.value : -1;
    return true;
}

static bool page_hits(struct reading *r, void *page)
{
    static const struct member members[] = {{"total", page_total}, {"hits", page_hit_list}, {0}};
    return read_object(r, members, page);
}

static bool page_failed(struct reading *r, void *page)
{
    return read_integer(r, &((struct opensearch_page *)page)->shards_failed);
}

static bool page_failures(struct reading *r, void *page)
{
    return read_piece(r, &((struct opensearch_page *)page)->failures);
}

static bool page_shards(struct reading *r, void *page)
{
    static const struct member members[] = {{"failed", page_failed}, {"failures", page_failures}, {0}};
    return read_object(r, members, page);
}

static bool page_timed_out(struct reading *r, void *page)
{
    return read_bool(r, &((struct opensearch_page *)page)->timed_out);
}

static bool page_pit(struct reading *r, void *page)
{
    return read_text(r, &((struct opensearch_page *)page)->pit);
}

/* ---- answers ---- */

static bool open_reading(struct reading *r, size_t len, const char *where)
{
    r->reader = json_reader_open(r->text, len, where, false);
    return next(r);
}

static bool end_reading(struct reading *r, bool ok, const char *where)
{
    ok = ok && next(r); /* nothing may follow */
    json_reader_close(r->reader);
    if (!ok && r->err->kind == ERR_ARTIFACT)
        r->err->kind = ERR_STORE; /* the reader's word for broken JSON */
    else if (!ok)
        error_prefix(r->err, "%s", where);
    return ok;
}

bool opensearch_page_parse(struct arena *arena, const char *text, size_t len, const char *where, struct opensearch_page *page,
                           struct error *err)
{
    static const struct member members[] = {
        {"hits", page_hits}, {"_shards", page_shards}, {"timed_out", page_timed_out}, {"pit_id", page_pit}, {0}};
    struct reading r = {.arena = arena, .text = text, .page = page, .err = err};
    *page = (struct opensearch_page){.total = -1};
    bool ok = open_reading(&r, len, where) && read_object(&r, members, page);
    return end_reading(&r, ok, where);
}

bool opensearch_hit_parse(struct arena *arena, const char *text, size_t len, const char *where, struct opensearch_hit *hit,
                          struct error *err)
{
    struct reading r = {.arena = arena, .text = text, .err = err};
    bool ok = open_reading(&r, len, where) && read_hit(&r, hit);
    return end_reading(&r, ok, where);
}
