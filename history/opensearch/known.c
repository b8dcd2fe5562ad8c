#include "history/opensearch/known.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "json/equal.h"
#include "json/read.h"
#include "json/write.h"

enum {
    IN_FLIGHT = 2,
    DIGESTS_AT_ONCE = 1000,
    SOURCES_AT_ONCE = 50,        /* whole documents come back: */
    SOURCES_BYTES = 1 << 20,     /* as many as ours are so large together */
    SOURCES_ANSWER_MAX = 64 << 20
};

struct question {
    struct text body;
    size_t from, to; /* list[from, to) */
};

struct search {
    struct arena *arena;
    const char *workload, *path;
    const struct text *lines;
    struct known *list;
    size_t n, cursor;
    bool sources;
    size_t answer_max;
    struct question *questions;
    size_t questions_n;
    bool silent; /* the server did not answer: no more is asked */
    struct error stopped;
};

/* ---- answers ---- */

static const char *stored(const json_t *doc, const char *field)
{
    const json_t *value = json_object_get(json_object_get(doc, "fields"), field);
    return json_string_value(json_is_array(value) ? json_array_get(value, 0) : value);
}

static void judge_digest(struct search *search, const json_t *doc, struct known *known)
{
    const char *workload = stored(doc, "matbench.workload"), *digest = stored(doc, "matbench.digest");
    known->state = KNOWN_BARE; /* to be looked at */
    if (!workload || !digest)
        return;
    bool listless = strlen(digest) == DIGEST_HEX_SIZE - 1 && strncmp(digest, known->digest, DIGEST_HEX_SIZE - 1) == 0;
    known->state = strcmp(digest, known->digest) == 0 ? KNOWN_SAME : listless ? KNOWN_BARE : KNOWN_OTHER;
    if (strcmp(workload, search->workload) != 0) {
        known->state = KNOWN_THEIRS;
        known->workload = arena_strdup(search->arena, workload);
    }
}

static void judge_source(struct search *search, json_t *doc, struct known *known)
{
    struct error ignored = {0};
    size_t steps = 0;
    json_t *source = json_object_get(doc, "_source");
    json_t *ours = json_read(search->lines->s + known->at, known->len, &(struct json_read_options){.file = ""}, &ignored);
    if (ours)
        json_object_del(ours, "matbench");
    known->state = !ours || !json_values_equal(ours, source, &steps) ? KNOWN_OTHER : known->digest ? KNOWN_BARE : KNOWN_SAME;
    json_decref(ours);
}

static void take(struct search *search, struct question *question, const json_t *docs)
{
    size_t place = 0;
    for (size_t i = question->from; i < question->to; i++) {
        struct known *known = &search->list[i];
        if (search->sources && known->state != KNOWN_BARE)
            continue;
        json_t *doc = json_array_get(docs, place++);
        const char *id = json_string_value(json_object_get(doc, "_id"));
        known->state = KNOWN_NOT;
        if (!id || strcmp(id, known->id) != 0 || !json_is_true(json_object_get(doc, "found")))
            continue;
        if (search->sources)
            judge_source(search, doc, known);
        else
            judge_digest(search, doc, known);
    }
}

/* ---- questions ---- */

static struct question *question_of(struct search *search)
{
    for (size_t i = 0; i < search->questions_n; i++)
        if (search->questions[i].to == 0)
            return &search->questions[i];
    return NULL;
}

static bool ask(void *context, struct http_request *request)
{
    static const struct json_style compact = {.indent = -1};
    struct search *search = context;
    struct question *question = search->silent ? NULL : question_of(search);
    size_t n = 0, bytes = 0;
    if (!question)
        return false;
    text_clear(&question->body);
    text_add(&question->body, "{\"ids\":[");
    for (question->from = search->cursor; search->cursor < search->n; search->cursor++) {
        const struct known *known = &search->list[search->cursor];
        if (search->sources && known->state != KNOWN_BARE)
            continue;
        if (n >= (size_t)(search->sources ? SOURCES_AT_ONCE : DIGESTS_AT_ONCE) || (search->sources && n && bytes + known->len > SOURCES_BYTES))
            break;
        text_add(&question->body, n++ ? "," : "");
        json_write_string(&question->body, known->id, strlen(known->id), &compact);
        bytes += known->len;
    }
    if (n == 0)
        return false;
    question->to = search->cursor;
    text_add(&question->body, "]}");
    *request = (struct http_request){.method = "POST", .path = search->path, .body = question->body.s, .body_len = question->body.len,
                                     .answer_max = search->answer_max, .tag = question};
    return true;
}

static void nothing_known(struct search *search, const struct question *question)
{
    for (size_t i = question->from; i < question->to; i++)
        if (!search->sources || search->list[i].state == KNOWN_BARE)
            search->list[i].state = KNOWN_NOT;
}

static bool told(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                 struct error *err)
{
    struct search *search = context;
    struct question *question = request->tag;
    struct error ignored = {0};
    (void)err;
    if (failure && (failure->kind == ERR_INTERRUPTED || failure->kind == ERR_TERMINATED))
        search->stopped = *failure;
    search->silent |= failure != NULL;
    json_t *said = failure || answer->status != 200
                       ? NULL
                       : json_read(answer->body, answer->body_len, &(struct json_read_options){.file = ""}, &ignored);
    const json_t *docs = json_object_get(said, "docs");
    if (docs)
        take(search, question, docs);
    else
        nothing_known(search, question);
    json_decref(said);
    question->to = 0;
    return true;
}

static bool find(struct opensearch *o, struct search *search, struct error *err)
{
    struct question questions[IN_FLIGHT] = {{.to = 0}};
    struct error stopped = {0};
    for (size_t i = 0; i < IN_FLIGHT; i++)
        questions[i].body = text_open(SIZE_MAX);
    search->questions = questions;
    search->questions_n = IN_FLIGHT;
    search->cursor = 0;
    bool ok = http_run(o->http, &(struct http_flow){IN_FLIGHT, ask, told, search}, &stopped);
    for (size_t i = 0; i < IN_FLIGHT; i++)
        text_close(&questions[i].body);
    nothing_known(search, &(struct question){.from = search->cursor, .to = search->n});
    if (!ok || search->stopped.kind) {
        *err = search->stopped.kind ? search->stopped : stopped;
        return false;
    }
    return true;
}

bool opensearch_known_find(struct opensearch *o, struct arena *arena, const char *workload, const struct text *lines, struct known *list,
                           size_t n, struct error *err)
{
    const char *target = http_encode(arena, o->target);
    bool ours = o->target_kind == INDEX_OURS, ok = true, bare = false;
    struct search search = {.arena = arena, .workload = workload, .lines = lines, .list = list, .n = n};
    for (size_t i = 0; i < n; i++)
        list[i].state = ours ? KNOWN_NOT : KNOWN_BARE;
    if (ours) {
        search.path = arena_printf(arena, "/%s/_mget?stored_fields=matbench.digest%%2Cmatbench.workload", target);
        ok = find(o, &search, err);
    }
    for (size_t i = 0; i < n; i++)
        bare |= list[i].state == KNOWN_BARE;
    if (!ok || !bare)
        return ok;
    search.path = arena_printf(arena, "/%s/_mget", target);
    search.sources = true;
    search.answer_max = SOURCES_ANSWER_MAX;
    return find(o, &search, err);
}
