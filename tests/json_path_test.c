/* json/path: the compliance suite of RFC 9535, and the reader's `keep` against reading everything. */
#include "json/path.h"
#include "tests/check.h"
#include "tests/json_support.h"

static const struct {
    const char *path;
    const char *error; /* with the text at w.yaml:3:10 */
} refused[] = {
    {"", "w.yaml:3:10: JSONPath '', column 1: expected '$', found the end"},
    {"a", "w.yaml:3:10: JSONPath 'a', column 1: expected '$', found 'a'"},
};

static void test_refused(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct error err = {0};
        struct json_path *path =
            json_path_parse(&arena, refused[i].path, (struct pos){.file = "w.yaml", .line = 3, .col = 10}, &err);
        CHECK(!path && err.kind == ERR_USAGE && strcmp(err.text, refused[i].error) == 0, "%s: %s", refused[i].path,
              err.text);
    }
    arena_close(&arena);
}

static void test_singular(void)
{
    static const struct {
        const char *path;
        bool singular;
    } rows[] = {{"$", true}, {"$.a[0]['b'][-1]", true}, {"$.*", false}, {"$[*]", false}, {"$..a", false}, {"$[?@.a]", false}, {"$[0,1]", false}, {"$[0:1]", false}, {"$['a','b']", false}};
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct json_path *path = json_path_parse(&arena, rows[i].path, (struct pos){0}, &err);
        CHECK(path && json_path_singular(path) == rows[i].singular, "%s", rows[i].path);
        CHECK(path && strcmp(json_path_text(path), rows[i].path) == 0, "%s", rows[i].path);
    }
    arena_close(&arena);
}

/* --- the compliance suite --- */

static bool same_nodes(struct json_nodes nodes, const json_t *want)
{
    bool same = !nodes.over && json_array_size(want) == nodes.n;
    for (size_t i = 0; same && i < nodes.n; i++)
        same = json_equal(nodes.v[i], json_array_get(want, i));
    return same;
}

static bool same_places(struct json_nodes nodes, const json_t *want)
{
    struct text place = text_open(1 << 20);
    bool same = json_array_size(want) == nodes.n;
    for (size_t i = 0; same && i < nodes.n; i++) {
        text_clear(&place);
        json_place_render(&place, nodes.places[i]);
        same = strcmp(place.s, json_string_value(json_array_get(want, i))) == 0;
    }
    text_close(&place);
    return same;
}

/* The suite has one result, or several of which one is to come: with the normalized paths of that one. */
static bool right_nodes(struct json_nodes nodes, const json_t *test)
{
    json_t *result = json_object_get(test, "result"), *results = json_object_get(test, "results");
    bool right = result && same_nodes(nodes, result) && same_places(nodes, json_object_get(test, "result_paths"));
    for (size_t i = 0; !right && i < json_array_size(results); i++)
        right = same_nodes(nodes, json_array_get(results, i)) &&
                same_places(nodes, json_array_get(json_object_get(test, "results_paths"), i));
    return right;
}

static struct {
    int right, refused, wrong;
} counts;

/* A path is a C string: where the suite has U+0000 (which the reader turned into U+FFFD), the path ends. */
static void cut_at_nul(char *selector)
{
    char *nul = strstr(selector, "\xEF\xBF\xBD");
    if (nul)
        *nul = '\0';
}

/* Whether the path finds the same in the same document when the reader keeps only what it needs. */
static bool right_pruned(const struct json_path *path, json_t *test, struct arena *arena)
{
    static const struct json_style style = {.indent = -1};
    struct text document = text_open(1 << 20);
    struct error err = {0};
    json_write(&document, json_object_get(test, "document"), &style, 0);
    struct json_read_options options = {.file = "pruned", .keep = &path, .keep_n = 1};
    json_t *pruned = json_read(document.s, document.len, &options, &err);
    bool right = pruned && right_nodes(json_path_locate(path, pruned, arena), test);
    json_decref(pruned);
    text_close(&document);
    return right;
}

static void run_case(json_t *test)
{
    char *selector = strdup(json_string_value(json_object_get(test, "selector")));
    cut_at_nul(selector);
    const char *name = json_string_value(json_object_get(test, "name"));
    int before = check_failures;
    struct arena arena = {0};
    struct error err = {0};
    struct json_path *path = json_path_parse(&arena, selector, (struct pos){.file = name}, &err);
    if (json_is_true(json_object_get(test, "invalid_selector"))) {
        CHECK(!path && err.kind == ERR_USAGE, "%s: '%s' is not refused", name, selector);
        counts.refused += check_failures == before;
    } else {
        CHECK(path, "%s: '%s' %s", name, selector, err.text);
        CHECK(!path || right_nodes(json_path_locate(path, json_object_get(test, "document"), &arena), test), "%s: '%s'",
              name, selector);
        CHECK(!path || right_pruned(path, test, &arena), "%s: '%s' in the pruned document", name, selector);
        counts.right += check_failures == before;
    }
    counts.wrong += check_failures > before;
    arena_close(&arena);
    free(selector);
}

static void test_compliance(void)
{
    size_t len;
    char *text = support_shared("suites/jsonpath/cts.json", &len);
    struct error err = {0};
    struct json_read_options options = {.file = "cts.json", .strict = false};
    json_t *suite = json_read(text, len, &options, &err), *tests = json_object_get(suite, "tests");
    CHECK(suite, "%s", err.text);
    for (size_t i = 0; i < json_array_size(tests); i++)
        run_case(json_array_get(tests, i));
    CHECK(json_array_size(tests) == 703, "%zu cases", json_array_size(tests));
    printf("json_path: RFC 9535 suite: %d passed (%d results with their paths, %d invalid selectors refused), %d failed\n",
           counts.right + counts.refused, counts.right, counts.refused, counts.wrong);
    CHECK(counts.right + counts.refused == 703, "all cases are right");
    json_decref(suite);
    free(text);
}

/* --- keep --- */

static void random_path(struct text *out, uint64_t *state)
{
    static const char *const segments[] = {".a",    ".b",     "['c']", "['a.b']",   ".ab", "[0]", "[1]",
                                           "[-1]",  "[-2]",   "[*]",   ".*",        "..a", "..b", "..*",
                                           "..[0]", "..[-1]", ".é",    "['x\\ty']", "['']"};
    text_add(out, "$");
    for (size_t n = support_below(state, 5); n > 0; n--)
        text_add(out, segments[support_below(state, ROWS(segments))]);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The nodes as one text; sorted where names repeat, because the order of members may then differ. */
static char *nodes_text(struct json_nodes nodes, struct arena *arena, bool sorted)
{
    static const struct json_style style = {.indent = -1};
    char **each = ARENA_ARRAY(arena, char *, nodes.n + 1);
    struct text out = text_open(1 << 26);
    for (size_t i = 0; i < nodes.n; i++) {
        text_clear(&out);
        json_write(&out, nodes.v[i], &style, 0);
        each[i] = arena_strdup(arena, out.s);
    }
    if (sorted)
        qsort(each, nodes.n, sizeof(*each), compare_texts);
    text_clear(&out);
    for (size_t i = 0; i < nodes.n; i++)
        text_printf(&out, "%s\n", each[i]);
    char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

static void check_keep(const struct text *doc, const struct json_path *const *paths, size_t n, bool repeat,
                       struct arena *arena)
{
    struct error err = {0};
    struct json_read_options all = {.file = "all"}, some = {.file = "some", .keep = paths, .keep_n = n};
    json_t *whole = json_read(doc->s, doc->len, &all, &err), *pruned = json_read(doc->s, doc->len, &some, &err);
    CHECK(whole && pruned, "%s: %s", err.text, doc->s);
    for (size_t i = 0; whole && pruned && i < n; i++) {
        char *want = nodes_text(json_path_find(paths[i], whole, arena), arena, repeat);
        char *got = nodes_text(json_path_find(paths[i], pruned, arena), arena, repeat);
        CHECK(strcmp(want, got) == 0, "%s in %s\n got %s want %s", paths[i]->text, doc->s, got, want);
    }
    json_decref(whole);
    json_decref(pruned);
}

static void test_keep(void)
{
    uint64_t state = 11;
    for (int i = 0; i < 20000; i++) {
        struct arena arena = {0};
        struct text doc = text_open(1 << 20), path = text_open(1000);
        const struct json_path *paths[3];
        size_t n = 1 + support_below(&state, 3);
        bool repeat = i % 4 == 0;
        support_document(&doc, &state, 5, repeat);
        for (size_t j = 0; j < n; j++) {
            struct error err = {0};
            text_clear(&path);
            random_path(&path, &state);
            paths[j] = json_path_parse(&arena, path.s, (struct pos){0}, &err);
            CHECK(paths[j], "%s", err.text);
        }
        check_keep(&doc, paths, n, repeat, &arena);
        text_close(&doc);
        text_close(&path);
        arena_close(&arena);
    }
}

static const struct {
    const char *paths[3]; /* ended by NULL */
    const char *document, *kept;
} keep_rows[] = {
    {{"$.a"}, "{\"a\":1,\"b\":2}", "{\"a\":1}"},
    {{"$.a.b"}, "{\"a\":{\"b\":[1,{}],\"c\":3},\"d\":{}}", "{\"a\":{\"b\":[1,{}]}}"},
    {{"$.a[1]"}, "{\"a\":[1,2,3]}", "{\"a\":[null,2,null]}"},
    {{"$.a[-1].x"}, "{\"a\":[{\"x\":1,\"y\":2},5]}", "{\"a\":[{\"x\":1},null]}"},
    {{"$..x"}, "{\"a\":[[],{\"b\":{\"x\":7}}],\"c\":{\"d\":{}}}", "{\"a\":[null,{\"b\":{\"x\":7}}]}"},
    {{"$.a.b", "$.a.c"}, "{\"a\":{\"b\":1,\"c\":2,\"d\":3}}", "{\"a\":{\"b\":1,\"c\":2}}"},
    {{"$.a.b"}, "{\"a\":5}", "{}"},
    {{"$[0].a"}, "[5]", "[]"},
    {{"$.a"}, "5", "null"},
    {{"$"}, "5", "5"},
    {{"$.a.b"}, "{\"a\":{\"b\":1},\"a\":5}", "{}"},
    {{"$.a.b"}, "{\"a\":{\"b\":1},\"a\":{\"c\":5}}", "{}"},
    {{"$.a.b"}, "{\"a\":5,\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}"},
    {{"$['\\t\\n'].b"}, "{\"\\t\\u000a\":{\"\\u0061\":1,\"b\":{\"\\t\":1}}}", "{\"\\t\\n\":{\"b\":{\"\\t\":1}}}"},
};

static void test_keep_rows(void)
{
    static const struct json_style style = {.indent = -1};
    for (size_t i = 0; i < ROWS(keep_rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        const struct json_path *paths[3];
        size_t n = 0;
        for (; n < 3 && keep_rows[i].paths[n]; n++)
            paths[n] = json_path_parse(&arena, keep_rows[i].paths[n], (struct pos){0}, &err);
        struct json_read_options options = {.file = "row", .keep = paths, .keep_n = n};
        json_t *kept = json_read(keep_rows[i].document, strlen(keep_rows[i].document), &options, &err);
        struct text out = text_open(1000);
        if (kept)
            json_write(&out, kept, &style, 0);
        CHECK(kept && strcmp(out.s, keep_rows[i].kept) == 0, "row %zu: %s %s", i, out.s, err.text);
        text_close(&out);
        json_decref(kept);
        arena_close(&arena);
    }
}

/* Nested ".." multiply the nodes: the search stops and says so. */
static void test_limit(void)
{
    struct arena arena = {0};
    struct error err = {0};
    struct text doc = text_open(2000);
    text_fill(&doc, '[', 500);
    text_fill(&doc, ']', 500);
    struct json_read_options options = {.file = "deep"};
    json_t *deep = json_read(doc.s, doc.len, &options, &err);
    struct json_path *path = json_path_parse(&arena, "$..*..*..*..*..*..*", (struct pos){0}, &err);
    CHECK(deep && path && json_path_find(path, deep, &arena).over, "%s", err.text);
    path = json_path_parse(&arena, "$..*..*", (struct pos){0}, &err);
    struct json_nodes nodes = json_path_find(path, deep, &arena);
    CHECK(!nodes.over && nodes.n == 498 * 499 / 2, "%zu", nodes.n);
    json_decref(deep);
    text_close(&doc);
    arena_close(&arena);
}

int main(void)
{
    test_refused();
    test_singular();
    test_compliance();
    test_keep_rows();
    test_keep();
    test_limit();
    return check_end();
}
