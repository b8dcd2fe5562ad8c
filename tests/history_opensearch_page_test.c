/* history: what a server answers to a search, taken apart. */
#include "history/opensearch/page.h"

#include <string.h>

#include "base/text.h"
#include "tests/check.h"

static const char two_hits[] =
    "{\"pit_id\":\"abc\",\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":4,\"successful\":4,\"skipped\":0,\"failed\":0},"
    "\"hits\":{\"total\":{\"value\":7,\"relation\":\"eq\"},\"max_score\":null,\"hits\":["
    "{\"_index\":\"a\",\"_id\":\"x\",\"_score\":null,\"_source\": {\"k\" : [1, {\"z\":\"}\"}]} ,\"sort\":[17,\"a\"]},"
    "{\"_id\":\"y\",\"_index\":\"b\",\"fields\":{\"matbench.record\":[\"{}\"]},\"sort\":[18]}]}}";

static const struct {
    const char *answer;
    const char *error; /* a part of it; "" when it is one */
    int hits;
} rows[] = {
    {two_hits, "", 2},
    {"{}", "", 0},
    {"{\"hits\":{\"hits\":[]}}", "", 0},
    {"{\"hits\":{\"total\":null,\"hits\":[{}]}}", "", 1},
    {"", "host:1:1", 0},
    {"<html>", "host:1:1", 0},
    {"[]", "host: an object is missing", 0},
    {"{\"hits\":[]}", "an object is missing", 0},
    {"{\"hits\":{\"hits\":{}}}", "a list of hits is missing", 0},
    {"{\"hits\":{\"hits\":[1]}}", "an object is missing", 0},
    {"{\"hits\":{\"hits\":[{\"_id\":7}]}}", "a text is missing", 0},
    {"{\"hits\":{\"total\":{\"value\":-1}}}", "a number is missing", 0},
    {"{\"hits\":{\"total\":{\"value\":1e300}}}", "a number is missing", 0},
    {"{\"_shards\":{\"failed\":\"no\"}}", "a number is missing", 0},
    {"{\"pit_id\":null}", "a text is missing", 0},
    {"{\"hits\":{\"hits\":[{\"_id\":\"x\"", "host:1:", 0},
    {"{} {}", "host:1:4", 0},
};

static bool is_piece(struct opensearch_piece piece, const char *text)
{
    return piece.text && piece.len == strlen(text) && memcmp(piece.text, text, piece.len) == 0;
}

static void test_rows(struct arena *arena)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct opensearch_page page;
        struct error err = {0};
        bool ok = opensearch_page_parse(arena, rows[i].answer, strlen(rows[i].answer), "host", &page, &err);
        CHECK(ok == !rows[i].error[0], "%s: %s", rows[i].answer, err.text);
        CHECK(!ok || page.n == (size_t)rows[i].hits, "%s: %zu hits", rows[i].answer, page.n);
        CHECK(ok || (err.kind == ERR_STORE && strstr(err.text, rows[i].error)), "%s: %s", rows[i].answer, err.text);
    }
}

static void test_parts(struct arena *arena)
{
    struct opensearch_page page;
    struct error err = {0};
    CHECK(opensearch_page_parse(arena, two_hits, strlen(two_hits), "host", &page, &err), "%s", err.text);
    CHECK(page.total == 7 && !page.timed_out && !page.shards_failed && !page.failures.text, "%lld", (long long)page.total);
    CHECK(strcmp(page.pit, "abc") == 0, "%s", page.pit);
    CHECK(strcmp(page.hits[0].id, "x") == 0 && strcmp(page.hits[0].index, "a") == 0, "first");
    CHECK(page.hits[0].has_sort && page.hits[0].sort == 17 && is_piece(page.hits[0].after, "[17,\"a\"]"), "its place");
    CHECK(is_piece(page.hits[0].source, "{\"k\" : [1, {\"z\":\"}\"}]}") && !page.hits[0].fields.text, "its source");
    CHECK(!page.hits[1].source.text && is_piece(page.hits[1].fields, "{\"matbench.record\":[\"{}\"]}"), "the second one's fields");
}

/* What a server says of a part that is missing must be seen. */
static void test_troubles(struct arena *arena)
{
    static const char late[] = "{\"timed_out\":true,\"hits\":{\"total\":{\"value\":10000,\"relation\":\"gte\"},\"hits\":[]}}";
    static const char failed[] = "{\"_shards\":{\"failed\":1,\"failures\":[{\"reason\":{\"type\":\"x\"}}]},\"hits\":{\"hits\":[]}}";
    struct opensearch_page page;
    struct error err = {0};
    CHECK(opensearch_page_parse(arena, late, strlen(late), "host", &page, &err) && page.timed_out && page.total == -1, "late");
    CHECK(opensearch_page_parse(arena, failed, strlen(failed), "host", &page, &err) && page.shards_failed == 1, "failed");
    CHECK(is_piece(page.failures, "[{\"reason\":{\"type\":\"x\"}}]"), "what it said");
}

static void test_hit(struct arena *arena)
{
    static const char found[] = "{\"_index\":\"a\",\"_id\":\"x\",\"_version\":1,\"_seq_no\":3,\"found\":true,\"_source\":{}}";
    static const char absent[] = "{\"_index\":\"a\",\"_id\":\"x\",\"found\":false}";
    struct opensearch_hit hit;
    struct error err = {0};
    CHECK(opensearch_hit_parse(arena, found, strlen(found), "host", &hit, &err) && hit.found && is_piece(hit.source, "{}"), "found");
    CHECK(opensearch_hit_parse(arena, absent, strlen(absent), "host", &hit, &err) && !hit.found && !hit.source.text, "absent");
}

/* No page has more hits than a server gives. */
static void test_too_many(struct arena *arena)
{
    struct opensearch_page page;
    struct error err = {0};
    struct text text = text_open(1 << 20);
    text_add(&text, "{\"hits\":{\"hits\":[{}");
    for (int i = 0; i < OPENSEARCH_HITS_MAX; i++)
        text_add(&text, ",{}");
    text_add(&text, "]}}");
    CHECK(!opensearch_page_parse(arena, text.s, text.len, "host", &page, &err) && strstr(err.text, "more hits"), "%s", err.text);
    text_close(&text);
}

int main(void)
{
    struct arena arena = {0};
    test_rows(&arena);
    test_parts(&arena);
    test_troubles(&arena);
    test_hit(&arena);
    test_too_many(&arena);
    arena_close(&arena);
    return check_end();
}
