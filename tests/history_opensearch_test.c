/* What of an OpenSearch needs no server: URIs, words of errors, answers of _bulk, documents, kinds of indexes. */
#include <string.h>

#include "base/text.h"
#include "history/opensearch/bulk.h"
#include "history/opensearch/document.h"
#include "history/opensearch/index.h"
#include "history/opensearch/uri.h"
#include "history/opensearch/words.h"
#include "json/read.h"
#include "tests/check.h"

static json_t *json(const char *text)
{
    struct error err = {0};
    json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = "row", .strict = true}, &err);
    CHECK(value, "%s: %s", text, err.text);
    return value;
}

static const struct {
    const char *uri, *url, *index, *error; /* error: a part of it */
} uris[] = {
    {"opensearch+https://search.example.org/lts", "https://search.example.org", "lts", NULL},
    {"opensearch+http://127.0.0.1:9200/topsail-fine-tuning", "http://127.0.0.1:9200", "topsail-fine-tuning", NULL},
    {"opensearch+https://[::1]:9200/lts", "https://[::1]:9200", "lts", NULL},
    {"opensearch+https://h/behind/a/proxy/lts/", "https://h/behind/a/proxy", "lts", NULL},
    {"opensearch+https://h/a.b_c-1%2b", "https://h", "a.b_c-1%2b", NULL},
    {"opensearch+https://h/größe", "https://h", "größe", NULL},
    {"opensearch:x", NULL, NULL, "needs a server and an index"},
    {"opensearch+https:x", NULL, NULL, "needs a server and an index"},
    {"opensearch+https://user:secret@h/lts", NULL, NULL, "no user and no password"},
    {"opensearch+https://user:se/secret@h/lts", NULL, NULL, "no user and no password"},
    {"opensearch+https://user:12/secret@h", NULL, NULL, "no user and no password"},
    {"opensearch+https://h/lts?auth=secret", NULL, NULL, "no query and no fragment"},
    {"opensearch+https://h/lts#secret", NULL, NULL, "no query and no fragment"},
    {"opensearch+https://h", NULL, NULL, "names no index"},
    {"opensearch+https://h/", NULL, NULL, "names no index"},
    {"opensearch+https://h//", NULL, NULL, "names no index"},
    {"opensearch+https:///lts", NULL, NULL, "names no host"},
    {"opensearch+https://h o/lts", NULL, NULL, "a character that no host has"},
    {"opensearch+https://[::1/lts", NULL, NULL, "no IPv6 address"},
    {"opensearch+https://h:0/lts", NULL, NULL, "no number from 1 to 65535"},
    {"opensearch+https://h:65536/lts", NULL, NULL, "no number from 1 to 65535"},
    {"opensearch+https://h:99999999999999999999/lts", NULL, NULL, "no number from 1 to 65535"},
    {"opensearch+https://h:/lts", NULL, NULL, "no number from 1 to 65535"},
    {"opensearch+https://h/a//lts", NULL, NULL, "an empty part"},
    {"opensearch+https://h/a b/lts", NULL, NULL, "must be written as %XX"},
    {"opensearch+https://h/LTS", NULL, NULL, "'LTS' can be no index of an OpenSearch: the name has an upper-case letter"},
    {"opensearch+https://h/_all", NULL, NULL, "begins with one of - _ +"},
    {"opensearch+https://h/-lts", NULL, NULL, "begins with one of - _ +"},
    {"opensearch+https://h/lts*", NULL, NULL, "has one of"},
    {"opensearch+https://h/a,b", NULL, NULL, "has one of"},
    {"opensearch+https://h/..", NULL, NULL, "is . or .."},
};

static void test_uris(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(uris); i++) {
        struct error err = {0};
        struct opensearch_uri got = {0};
        bool ok = opensearch_uri_parse(&arena, uris[i].uri, &got, &err);
        CHECK(ok == !uris[i].error, "%s: %s", uris[i].uri, err.text);
        CHECK(!ok || (strcmp(got.url, uris[i].url) == 0 && strcmp(got.index, uris[i].index) == 0), "%s: %s %s", uris[i].uri, got.url,
              got.index);
        CHECK(ok || (uris[i].error && strstr(err.text, uris[i].error) && err.kind == ERR_USAGE), "%s: %s", uris[i].uri, err.text);
        CHECK(!strstr(err.text, "secret"), "%s", err.text);
    }
    char *name = arena_alloc(&arena, 258);
    memset(name, 'a', 256);
    CHECK(strcmp(opensearch_index_fault(name), "is longer than 255 bytes") == 0, "256");
    name[255] = '\0';
    CHECK(!opensearch_index_fault(name), "255");
    arena_close(&arena);
}

static const struct {
    const char *error, *words, *advice;
    bool foreign;
} words[] = {
    {"{\"type\":\"a_exception\",\"reason\":\"no\"}", "no (a_exception)", NULL, false},
    {"{\"type\":\"m\",\"reason\":\"failed to parse\",\"caused_by\":{\"type\":\"j\",\"reason\":\"Duplicate field 'x'\\n at [Source\"}}",
     "failed to parse: Duplicate field 'x' (m)", NULL, false},
    {"{\"type\":\"m\",\"reason\":\"a b\",\"caused_by\":{\"reason\":\"b\"}}", "a b (m)", NULL, false},
    {"{\"type\":\"i\",\"reason\":\"at least one immense term in field=\\\"metadata._value\\\", all of which were skipped. The prefix [1, 2]\"}",
     "at least one immense term in field=\"metadata._value\" (i)", "an index that matbench makes can", true},
    {"{\"type\":\"index_closed_exception\",\"reason\":\"closed\"}", "closed (index_closed_exception)", "the index is closed", false},
    {"\"plain text\"", "plain text", NULL, false},
    {"\"two\\nlines \\u001b[31m\"", "two", NULL, false},
    {"{\"type\":\"t\\u0007\"}", "nothing that says why (t\\x07)", NULL, false},
    {"{}", "nothing that says why", NULL, false},
    {"[1]", "nothing that says why", NULL, false},
};

static void test_words(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(words); i++) {
        json_t *error = json(words[i].error);
        const char *got = opensearch_words(&arena, error), *advice = opensearch_advice(error, words[i].foreign);
        CHECK(strcmp(got, words[i].words) == 0, "%s: %s", words[i].error, got);
        CHECK(words[i].advice ? advice && strstr(advice, words[i].advice) : !advice, "%s: %s", words[i].error, advice);
        json_decref(error);
    }
    struct text deep = text_open(1 << 20);
    for (int i = 0; i < 200; i++)
        text_add(&deep, "{\"reason\":\"r\",\"caused_by\":");
    text_add(&deep, "{}");
    text_fill(&deep, '}', 200);
    json_t *error = json(deep.s);
    CHECK(strcmp(opensearch_words(&arena, error), "r") == 0, "a deep one");
    json_decref(error);
    text_close(&deep);
    arena_close(&arena);
}

/* What is said of the first item; the second is always taken. */
static const struct {
    const char *said;
    enum bulk_state state;
    const char *why; /* a part of it, or NULL */
} answers[] = {
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":201,\"result\":\"created\"}}", BULK_CREATED, NULL},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":200,\"result\":\"updated\"}}", BULK_UPDATED, NULL},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":200,\"result\":\"noop\"}}", BULK_WAITING, "does not say that it was stored"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":201,\"result\":\"updated\"}}", BULK_WAITING, "does not say that it was stored"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":\"201\",\"result\":\"created\"}}", BULK_WAITING, "does not say"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\"}}", BULK_WAITING, "does not say"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"other\",\"status\":201,\"result\":\"created\"}}", BULK_WAITING, "says nothing of it"},
    {"{\"index\":{\"_index\":\"other\",\"_id\":\"a\",\"status\":201,\"result\":\"created\"}}", BULK_WAITING, "says nothing of it"},
    {"{\"create\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":201,\"result\":\"created\"}}", BULK_WAITING, "says nothing of it"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":400,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_REFUSED, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":400}}", BULK_REFUSED, "status 400"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":429,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_WAITING, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":503,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_WAITING, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":409,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_WAITING, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":403,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_UNSENT, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":404,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_UNSENT, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":500,\"error\":{\"type\":\"t\",\"reason\":\"r\"}}}", BULK_UNSENT, "r (t)"},
    {"{\"index\":{\"_index\":\"i\",\"_id\":\"a\",\"status\":400,\"error\":[1]}}", BULK_REFUSED, "status 400"},
    {"{\"index\":7}", BULK_WAITING, "says nothing of it"},
    {"null", BULK_WAITING, "says nothing of it"},
};

static void test_answers(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(answers); i++) {
        struct bulk_item items[2] = {{.index = "i", .id = "a"}, {.index = "i", .id = "b"}}, *list[] = {&items[0], &items[1]};
        const char *other = "{\"index\":{\"_index\":\"i\",\"_id\":\"b\",\"status\":201,\"result\":\"created\"}}";
        json_t *answer = json(arena_printf(&arena, "{\"errors\":false,\"items\":[%s,%s]}", answers[i].said, other));
        opensearch_bulk_take(&arena, answer, list, 2, false);
        CHECK(items[0].state == answers[i].state, "%s: %d", answers[i].said, items[0].state);
        CHECK(answers[i].why ? items[0].why && strstr(items[0].why, answers[i].why) : !items[0].why, "%s: %s", answers[i].said, items[0].why);
        CHECK(items[1].state == BULK_CREATED, "%s: the other one", answers[i].said);
        json_decref(answer);
    }
    static const char *const poor[] = {"{}", "[]", "{\"items\":{}}", "{\"items\":[]}", "7", "{\"items\":[null]}"};
    for (size_t i = 0; i < ROWS(poor); i++) {
        struct bulk_item item = {.index = "i", .id = "a"}, *list[] = {&item};
        json_t *answer = json(poor[i]);
        opensearch_bulk_take(&arena, answer, list, 1, false);
        CHECK(item.state == BULK_WAITING && item.why && item.repeated, "%s", poor[i]);
        json_decref(answer);
    }
    arena_close(&arena);
}

static void test_documents(void)
{
    struct arena arena = {0};
    struct label labels[] = {{"a.b", "1"}, {"k=v\\", "\"x\\\"y\""}, {"n", "null"}};
    struct kpi_value kpis[] = {{"speed", 12.5}, {"wide \"one\"", 1e300}};
    static const char *const units[] = {"", "m\"s"};
    struct history_payload payload = {.record = {.id = "id\"1", .where = "", .start_us = -5, .labels = labels, .labels_n = 3,
                                                 .kpis = kpis, .kpis_n = 2, .units = units}};
    struct text out = text_open(1 << 20);
    payload.text = "{\"metadata\":{},\n\"results\":{}} ";
    payload.text_len = strlen(payload.text);
    opensearch_document(&out, &payload, "w", "d1", "f1");
    CHECK(!strchr(out.s, '\n'), "%s", out.s);
    json_t *document = json(out.s), *ours = json_object_get(document, "matbench");
    const char *text = json_string_value(json_object_get(ours, "record"));
    json_t *record = json(text), *terms = json_object_get(ours, "labels");
    CHECK(json_object_size(document) == 3, "%s", out.s);
    CHECK(strcmp(text, "{\"id\":\"id\\\"1\",\"start_us\":-5,\"labels\":{\"a.b\":1,\"k=v\\\\\":\"x\\\"y\",\"n\":null},\"kpis\":{\"speed\":12.5,"
                       "\"wide \\\"one\\\"\":1e+300},\"units\":{\"wide \\\"one\\\"\":\"m\\\"s\"}}") == 0, "%s", text);
    CHECK(json_array_size(terms) == 3 && strcmp(json_string_value(json_array_get(terms, 1)), "k\\=v\\\\=\"x\\\"y\"") == 0, "%s", out.s);
    CHECK(strcmp(opensearch_label(&arena, &labels[0]), "a.b=1") == 0, "a label");
    json_decref(record);
    json_decref(document);
    text_clear(&out);
    opensearch_document(&out, &payload, NULL, "d1", NULL);
    CHECK(strcmp(out.s, "{\"metadata\":{}, \"results\":{}} ") == 0, "%s", out.s);
    text_clear(&out);
    payload.text = "{}";
    payload.text_len = 2;
    opensearch_document(&out, &payload, "w", "d", NULL);
    json_decref(json(out.s));
    text_close(&out);
    arena_close(&arena);
}

#define OURS(n) "{\"mappings\":{\"_meta\":{\"matbench\":{\"index\":" #n "}},\"properties\":{\"metadata\":{}}},\"aliases\":{},\"settings\":{}}"
#define FLAT "{\"mappings\":{\"properties\":{\"metadata\":{\"type\":\"flat_object\"}}},\"settings\":{\"index.max_result_window\":\"500\"}}"
#define WRITTEN "{\"mappings\":{\"properties\":{\"metadata\":{\"properties\":{}}}},\"aliases\":{\"name\":{\"is_write_index\":true}}}"
#define BLANK "{\"mappings\":{}}"
#define LOGS "{\"mappings\":{\"properties\":{\"message\":{\"type\":\"text\"},\"level\":{\"type\":\"keyword\"}}}}"

static const struct {
    const char *indexes;
    enum opensearch_kind kind;
    const char *target, *error; /* error: of looking, or why nothing can be written */
    bool flat;
    size_t window;
} kinds[] = {
    {"{\"one\":" OURS(1) "}", INDEX_OURS, "one", NULL, false, 10000},
    {"{\"one\":" OURS(2) "}", INDEX_OURS, "one", "a newer matbench made it (its format is 2, this one knows up to 1)", false, 10000},
    {"{\"one\":" FLAT "}", INDEX_FOREIGN, "one", NULL, true, 500},
    {"{\"one\":" BLANK "}", INDEX_BLANK, "one", NULL, false, 10000},
    {"{\"one\":" LOGS "}", INDEX_OTHER, NULL, "the index 'one' holds something else than payloads: its fields are message, level;", false, 0},
    {"{\"one\":" FLAT ",\"two\":" LOGS "}", INDEX_OTHER, NULL, "the index 'two' holds something else", false, 0},
    {"{\"one\":" OURS(1) ",\"two\":" OURS(1) "}", INDEX_OURS, NULL, "it stands for indexes (one, two), none of which is the one", false, 10000},
    {"{\"one\":" OURS(1) ",\"two\":" WRITTEN "}", INDEX_FOREIGN, "two", NULL, false, 10000},
    {"{\"one\":" WRITTEN ",\"two\":" WRITTEN "}", INDEX_FOREIGN, NULL, "none of which is the one", false, 10000},
    {"{\".ds-a\":{\"mappings\":{},\"data_stream\":\"a\"}}", INDEX_BLANK, NULL, "it is a data stream", false, 10000},
    {"{\"one\":7}", INDEX_ABSENT, NULL, "this is no OpenSearch", false, 0},
    {"{\"cluster_name\":{}}", INDEX_ABSENT, NULL, "this is no OpenSearch", false, 0},
    {"{\"Not/An/Index\":" OURS(1) "}", INDEX_ABSENT, NULL, "this is no OpenSearch", false, 0},
    {"{}", INDEX_ABSENT, NULL, "stands for no index", false, 0},
    {"{\"one\":{\"mappings\":{\"_meta\":{\"matbench\":{\"index\":-1}}}}}", INDEX_BLANK, "one", NULL, false, 10000},
    {"{\"one\":{\"mappings\":{\"_meta\":{\"matbench\":{\"index\":99999999999}}}}}", INDEX_BLANK, "one", NULL, false, 10000},
};

static void test_kinds(void)
{
    struct error err = {0};
    struct http *http = http_open(&(struct server){.url = "http://127.0.0.1:1"}, NULL, &err);
    for (size_t i = 0; i < ROWS(kinds); i++) {
        struct opensearch o = {.http = http, .index = "name"};
        json_t *indexes = json(kinds[i].indexes);
        err = (struct error){0};
        bool ok = opensearch_index_take(&o, indexes, &err);
        CHECK(o.kind == kinds[i].kind || !ok, "%s: %d", kinds[i].indexes, o.kind);
        CHECK(!ok || (o.flat == kinds[i].flat && o.result_window == kinds[i].window), "%s: %d %zu", kinds[i].indexes, o.flat, o.result_window);
        CHECK(!ok || (o.target ? kinds[i].target && strcmp(o.target, kinds[i].target) == 0 : !kinds[i].target), "%s: %s", kinds[i].indexes,
              o.target);
        ok = ok && opensearch_index_writable(&o, &err);
        CHECK(ok == !kinds[i].error && (ok || !kinds[i].error || strstr(err.text, kinds[i].error)), "%s: %s", kinds[i].indexes, err.text);
        json_decref(indexes);
        arena_close(&o.arena);
    }
    http_close(http);
}

int main(void)
{
    test_uris();
    test_words();
    test_answers();
    test_documents();
    test_kinds();
    return check_end();
}
