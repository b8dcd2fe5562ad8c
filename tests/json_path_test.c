/* json/path: the compliance suite of RFC 9535, and what it does not ask: messages, warnings, limits. */
#include "json/path.h"
#include "tests/check.h"
#include "tests/json_support.h"

static const struct {
    const char *path;
    const char *error; /* with the text at w.yaml:3:10 */
} refused[] = {
    {"", "w.yaml:3:10: JSONPath '', column 1: expected '$', found the end"},
    {"a", "w.yaml:3:10: JSONPath 'a', column 1: expected '$', found 'a'"},
    {"$.a ", "w.yaml:3:13: JSONPath '$.a ', column 4: expected no blank at the end"},
    {"$.a-b", "w.yaml:3:13: JSONPath '$.a-b', column 4: expected '.' or '[', found '-'"},
    {"$['a", "w.yaml:3:14: JSONPath '$['a', column 5: expected the closing quote \"'\", found the end"},
    {"$[-0]", "w.yaml:3:12: JSONPath '$[-0]', column 3: an index has no leading 0 and no '-0'"},
    {"$[9007199254740992]", "w.yaml:3:12: JSONPath '$[9007199254740992]', column 3: an index is beyond 2^53 - 1"},
    {"$[\"\\ud800\"]", "w.yaml:3:19: JSONPath '$[\"\\ud800\"]', column 10: expected both halves of a surrogate pair"},
    {"$.é[x]", "w.yaml:3:14: JSONPath '$.é[x]', column 5: expected a name in quotes, an index, a slice, '*' or '?', found 'x'"},
    {"$[1:2:3:4]", "w.yaml:3:17: JSONPath '$[1:2:3:4]', column 8: expected ',' or ']', found ':'"},
    {"$[0 1]", "w.yaml:3:14: JSONPath '$[0 1]', column 5: expected ',', ':' or ']', found '1'"},
    {"$.a.length()", "w.yaml:3:20: JSONPath '$.a.length()', column 11: expected '.' or '[', found '(': functions stand in "
                     "filters, as [?length(@.a) > 1]"},
    {"$[?é]", "w.yaml:3:13: JSONPath '$[?é]', column 4: expected '@', '$', a literal or a function, found 'é'"},
    {"$[?@.é == ]", "w.yaml:3:20: JSONPath '$[?@.é == ]', column 11: expected '@', '$', a literal or a function, found ']'"},
    {"$[?@.a = 1]", "w.yaml:3:17: JSONPath '$[?@.a = 1]', column 8: expected a comparison ('==', '!=', '<', …), '&&', '||', "
                    "')' or ']', found '='"},
    {"$[?@.a == 1", "w.yaml:3:21: JSONPath '$[?@.a == 1', column 12: expected '&&', '||', ',' or ']', found the end"},
    {"$[?(@.a == 1]", "w.yaml:3:22: JSONPath '$[?(@.a == 1]', column 13: expected '&&', '||' or ')', found ']'"},
    {"$[?!@.a == 1]", "w.yaml:3:18: JSONPath '$[?!@.a == 1]', column 9: expected no comparison behind '!': it needs "
                      "parentheses, !(… == …)"},
    {"$[?true]", "w.yaml:3:17: JSONPath '$[?true]', column 8: expected '==' or another comparison behind a literal, found ']'"},
    {"$[?nil == 1]", "w.yaml:3:13: JSONPath '$[?nil == 1]', column 4: expected true, false, null or a function with '(', found "
                     "'nil'"},
    {"$[?@.* == 1]", "w.yaml:3:13: JSONPath '$[?@.* == 1]', column 4: expected one value to compare: a query of names and "
                     "indexes only, or value(…)"},
    {"$[?size(@) == 1]", "w.yaml:3:13: JSONPath '$[?size(@) == 1]', column 4: no function 'size': expected one of count, "
                         "length, match, search, value"},
    {"$[?count(@.*)]", "w.yaml:3:13: JSONPath '$[?count(@.*)]', column 4: count() gives a value: expected a comparison with it"},
    {"$[?1 == match(@, 'a')]", "w.yaml:3:18: JSONPath '$[?1 == match(@, 'a')]', column 9: match() gives true or false by "
                               "itself: expected no comparison with it"},
    {"$[?length(@, @) == 1]", "w.yaml:3:13: JSONPath '$[?length(@, @) == 1]', column 4: length() takes one argument, found more"},
    {"$[?match(@)]", "w.yaml:3:13: JSONPath '$[?match(@)]', column 4: match() takes two arguments, found 1"},
    {"$[?length(match(@, 'a')) == 1]", "w.yaml:3:20: JSONPath '$[?length(match(@, 'a')) == 1]', column 11: expected a value for "
                                       "length(), found match(), which gives true or false"},
    {"$[?count('a') == 1]", "w.yaml:3:19: JSONPath '$[?count('a') == 1]', column 10: expected a query ('@' or '$') for count()"},
    {"$[?length(@.*) == 1]", "w.yaml:3:20: JSONPath '$[?length(@.*) == 1]', column 11: expected one value for length(): a query "
                             "of names and indexes only, or value(…)"},
    {"$[?@ == 01]", "w.yaml:3:19: JSONPath '$[?@ == 01]', column 10: expected no further digit after a leading 0, found '1'"},
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

/* --- what a path finds, beyond the suite --- */

static json_t *read_text(const char *text)
{
    struct error err = {0};
    struct json_read_options options = {.file = "text"};
    json_t *document = json_read(text, strlen(text), &options, &err);
    CHECK(document, "%s: %s", text, err.text);
    return document;
}

static const struct {
    const char *path, *document, *found;
} found_rows[] = {
    /* numbers by what they are worth */
    {"$[?@ == 1]", "[1, 1.0, 1e0, \"1\", true]", "[1,1.0,1.0]"},
    {"$[?@ == 1.0]", "[1, 2]", "[1]"},
    {"$[?@ == 9007199254740993]", "[9007199254740993, 9007199254740992, 9007199254740992.0]", "[9007199254740993]"},
    {"$[?@ > 9007199254740992.0]", "[9007199254740993, 9007199254740992]", "[9007199254740993]"},
    {"$[?@ < 9223372036854775808]", "[9223372036854775807, 9.3e18]", "[9223372036854775807]"},
    {"$[?@ >= -9223372036854775808.0]", "[-9223372036854775808, -1e19]", "[-9223372036854775808]"},
    {"$[?@ < -1.5]", "[-1, -2, -1.5]", "[-2]"},
    {"$[?@ > -1.5]", "[-1, -2, -1.5]", "[-1]"},
    {"$[?@ == -0]", "[0, -0.0]", "[0,-0.0]"},
    {"$[?@ < 1e400]", "[1e308]", "[1e+308]"},
    {"$[?1.5 > @]", "[1, 2]", "[1]"},
    /* texts by code points, containers by what is in them */
    {"$[?@ < 'é']", "[\"e\", \"z\", \"é\", \"€\"]", "[\"e\",\"z\"]"},
    {"$[?@ > '\\uffff']", "[\"\\ud83d\\ude00\", \"a\"]", "[\"\xF0\x9F\x98\x80\"]"},
    {"$[?@ < 'ab']", "[\"a\", \"ab\", \"\", \"abc\"]", "[\"a\",\"\"]"},
    {"$.a[?@ == $.b]", "{\"a\":[{\"x\":1,\"y\":[2]},{\"y\":[2.0],\"x\":1.0},{\"x\":1},[1]],\"b\":{\"x\":1,\"y\":[2]}}",
     "[{\"x\":1,\"y\":[2]},{\"y\":[2.0],\"x\":1.0}]"},
    {"$.a[?@ != $.b]", "{\"a\":[[1,[2,3]],[1,[2,4]],[1]],\"b\":[1,[2,3]]}", "[[1,[2,4]],[1]]"},
    {"$.a[?@ <= $.b]", "{\"a\":[[1],[0],{}],\"b\":[1]}", "[[1]]"},
    {"$[?@.a == @.b]", "[{\"a\":1},{},{\"a\":null,\"b\":null}]", "[{},{\"a\":null,\"b\":null}]"},
    {"$[?@.a <= @.b]", "[{\"a\":1},{}]", "[{}]"},
    {"$[?@.a < @.b]", "[{\"a\":1},{}]", "[]"},
    {"$[?@ <= true]", "[true, false]", "[true]"},
    /* functions */
    {"$[?length(@) == 2]", "[\"é€\", [1,2], {\"a\":1,\"b\":2}, 2, \"a\"]", "[\"é€\",[1,2],{\"a\":1,\"b\":2}]"},
    {"$[?length(@) == length(@.x)]", "[1, {\"x\":\"a\"}]", "[1,{\"x\":\"a\"}]"},
    {"$[?count(@..*) > 2]", "[[1,2],[[1],2]]", "[[[1],2]]"},
    {"$[?value(@..x) == 1]", "[{\"x\":1},{\"x\":1,\"y\":{\"x\":1}}]", "[{\"x\":1}]"},
    {"$[?count($..x) == count(@..x)]", "[{\"x\":1},{\"x\":1}]", "[]"},
    {"$.a[?@ == value($..x) || @ == value($..y)]", "{\"a\":[1,2,3],\"x\":1,\"y\":2}", "[1,2]"},
    {"$[?length(value(@.*)) == 1]", "[[\"a\"],[\"a\",\"b\"]]", "[[\"a\"]]"},
    /* patterns: I-Regexp */
    {"$[?match(@, 'a.c')]", "[\"abc\", \"a\\nc\", \"xabc\"]", "[\"abc\"]"},
    {"$[?search(@, 'b|x')]", "[\"abc\", \"c\"]", "[\"abc\"]"},
    {"$[?match(@, 'a|b')]", "[\"a\", \"ab\", \"b\"]", "[\"a\",\"b\"]"},
    {"$[?match(@, 'a$')]", "[\"a\", \"a\\n\"]", "[\"a\"]"},
    {"$[?search(@, 'a$')]", "[\"ba\", \"a\\n\"]", "[\"ba\"]"},
    {"$[?match(@, '[-a]{2,3}')]", "[\"-a\", \"a\", \"aaaa\"]", "[\"-a\"]"},
    {"$[?match(@, '[^a-c\\\\]]+')]", "[\"xyz\", \"a\", \"]\"]", "[\"xyz\"]"},
    {"$[?match(@, '(\\\\p{Lu}\\\\P{Lu})*')]", "[\"AbÉc\", \"AB\"]", "[\"AbÉc\"]"},
    {"$[?match(@, 'a#b &&[a&&b]')]", "[\"a#b &&a\", \"a#b &&&\"]", "[\"a#b &&a\",\"a#b &&&\"]"},
    {"$[?match(@, '\\\\d')]", "[\"1\", \"d\"]", "[]"},
    {"$[?!match(@, '\\\\d')]", "[\"1\"]", "[\"1\"]"},
    {"$[?match(@.s, @.p)]", "[{\"s\":\"a\",\"p\":\"[a]\"},{\"s\":\"a\",\"p\":\"(\"},{\"s\":\"a\",\"p\":1},{\"s\":1,\"p\":\"1\"}]",
     "[{\"s\":\"a\",\"p\":\"[a]\"}]"},
    /* selectors */
    {"$[::-1]", "[1,2,3]", "[3,2,1]"},
    {"$[-2:]", "[1,2,3]", "[2,3]"},
    {"$[9007199254740991:-9007199254740991:-9007199254740991]", "[1,2,3]", "[3]"},
    {"$['a',0,'a'][*]", "{\"a\":[1,2]}", "[1,2,1,2]"},
    {"$..[?@.x]", "{\"a\":{\"x\":1},\"b\":[{\"x\":2}]}", "[{\"x\":1},{\"x\":2}]"},
    {"$..[?@[?@ > 1]]", "[[1,[2]],[3]]", "[[3],[2]]"},
    {"$[? (@.a || @.b) && !@.c ].a", "[{\"a\":1},{\"a\":2,\"c\":1},{\"b\":1}]", "[1]"},
};

static void test_found(void)
{
    static const struct json_style style = {.indent = -1};
    for (size_t i = 0; i < ROWS(found_rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct text out = text_open(10000);
        json_t *document = read_text(found_rows[i].document);
        struct json_path *path = json_path_parse(&arena, found_rows[i].path, (struct pos){0}, &err);
        struct json_nodes nodes = {0};
        if (path)
            nodes = json_path_find(path, document, &arena);
        text_addc(&out, '[');
        for (size_t k = 0; k < nodes.n; k++) {
            text_add(&out, k ? "," : "");
            json_write(&out, nodes.v[k], &style, 0);
        }
        text_addc(&out, ']');
        CHECK(path && strcmp(out.s, found_rows[i].found) == 0, "%s: %s %s", found_rows[i].path, out.s, err.text);
        json_decref(document);
        text_close(&out);
        arena_close(&arena);
    }
}

static void test_places(void)
{
    struct arena arena = {0};
    struct error err = {0};
    struct text out = text_open(1000);
    json_t *document = read_text("{\"a\\u000b'\\\\\\t\\n\":[[0,{\"é\\u007f\\\"\":1}]],\"\":2}");
    struct json_path *path = json_path_parse(&arena, "$..*", (struct pos){0}, &err);
    struct json_nodes nodes = json_path_locate(path, document, &arena);
    for (size_t i = 0; i < nodes.n; i++) {
        json_place_render(&out, nodes.places[i]);
        text_addc(&out, ' ');
    }
    const char *name = "$['a\\u000b\\'\\\\\\t\\n']";
    const char *want = arena_printf(&arena, "%s $[''] %s[0] %s[0][0] %s[0][1] %s[0][1]['é\x7f\"'] ", name, name, name, name, name);
    CHECK(strcmp(out.s, want) == 0, "%s\nwant %s", out.s, want);
    text_close(&out);
    json_decref(document);
    arena_close(&arena);
}

static const struct {
    const char *path, *warning; /* a part of it; NULL: none */
    size_t offset;
} warned[] = {
    {"$[?match(@.é, '\\\\d')]", "column 15: match() is never true: the pattern '\\d' is no I-Regexp (RFC 9485): character 2: no \\d",
     15},
    {"$[?search(@, 'a*?')]", "expected something before a quantifier", 13},
    {"$[?search(@, '(a')]", "expected ')', found the end", 13},
    {"$[?search(@, 'a)')]", "expected no ')' without '('", 13},
    {"$[?search(@, '[b-a]')]", "expected a range that goes up", 13},
    {"$[?search(@, '[]')]", "expected something between '[' and ']'", 13},
    {"$[?search(@, '[a')]", "found the end", 13},
    {"$[?search(@, 'a{2,1}')]", "n <= m", 13},
    {"$[?search(@, 'a{,1}')]", "expected {n}, {n,} or {n,m}", 13},
    {"$[?search(@, 'a{70000}')]", "65535", 13},
    {"$[?search(@, '\\\\p{Greek}')]", "general category", 13},
    {"$[?search(@, '(?=a)')]", "quantifier", 13},
    {"$[?search(@, 5)]", "expected a pattern in quotes", 13},
    {"$[?search(@, '((a{1000}){1000}){1000}')]", "search() is never true", 13},
    {"$[?search(@, 'a{2,}[^x-]|(b)?$')]", NULL, 0},
};

static void test_warnings(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(warned); i++) {
        struct error err = {0};
        struct json_path *path = json_path_parse(&arena, warned[i].path, (struct pos){0}, &err);
        const char *said = path ? path->warning : err.text;
        CHECK(path && !said == !warned[i].warning, "%s: %s", warned[i].path, said ? said : "no warning");
        CHECK(!said || !warned[i].warning || (strstr(said, warned[i].warning) && path->warning_offset == warned[i].offset),
              "%s: %s", warned[i].path, said);
    }
    arena_close(&arena);
}

static const struct {
    const char *path, *why; /* a part of it; NULL: it streams */
} streams[] = {
    {"$.a[*]..b", NULL},
    {"$.results[?@.error == null].ttft", NULL},
    {"$.a[?@.b[?@.c]]", NULL},
    {"$.a[?@ == 1 && length(@.x) > 1]", NULL},
    {"$.a[?@.x > $.limit]", "'$' in a filter"},
    {"$.a[?@.b[?match(@.c, value($..p))]]", "'$' in a filter"},
    {"$..[?@.x]", "'..'"},
    {"$.a[?@..[?@.x]]", "'..'"},
};

static void test_streams(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(streams); i++) {
        struct error err = {0};
        const char *why;
        struct json_path *path = json_path_parse(&arena, streams[i].path, (struct pos){0}, &err);
        bool does = path && json_path_streams(path, &why);
        CHECK(path && does == !streams[i].why && (does || strstr(why, streams[i].why)), "%s", streams[i].path);
    }
    arena_close(&arena);
}

static void test_show(void)
{
    static const struct {
        const char *path;
        size_t offset;
        const char *line, *caret;
    } rows[] = {
        {"$.a[x]", 4, "$.a[x]", "    ^"},
        {"$.é[x]", 5, "$.é[x]", "    ^"},
        {"", 0, "", "^"},
        {"$.a\n[", 5, "$.a\\x0a[", "        ^"},
        {"$.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé[0].bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
         80, "…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé[0].bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…", NULL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct text line = text_open(1000), caret = text_open(1000);
        json_path_show(rows[i].path, rows[i].offset, &line, &caret);
        CHECK(strcmp(line.s, rows[i].line) == 0 && (!rows[i].caret || strcmp(caret.s, rows[i].caret) == 0), "row %zu: %s\n%s",
              i, line.s, caret.s);
        text_close(&line);
        text_close(&caret);
    }
}

/* --- limits --- */

static struct json_nodes find_in(const char *selector, json_t *document, struct arena *arena)
{
    struct error err = {0};
    struct json_path *path = json_path_parse(arena, selector, (struct pos){0}, &err);
    CHECK(path, "%s: %s", selector, err.text);
    return path ? json_path_find(path, document, arena) : (struct json_nodes){0};
}

/* An array of n times the same value, which it takes. */
static json_t *array_of(size_t n, json_t *value)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append(array, value);
    json_decref(value);
    return array;
}

static void check_over(const char *selector, json_t *document, const char *limit)
{
    struct arena arena = {0};
    struct json_nodes nodes = find_in(selector, document, &arena);
    CHECK(nodes.over && strstr(nodes.limit, limit), "%s: %zu, %s", selector, nodes.n, nodes.over ? nodes.limit : "no limit");
    arena_close(&arena);
}

/* The search stops and says so. */
static void test_limits(void)
{
    struct arena arena = {0};
    struct text doc = text_open(4 << 20);
    text_fill(&doc, '[', 500);
    text_fill(&doc, ']', 500);
    json_t *deep = read_text(doc.s);
    struct json_nodes nodes = find_in("$..*..*", deep, &arena);
    CHECK(!nodes.over && nodes.n == 498 * 499 / 2, "%zu", nodes.n);
    text_clear(&doc);
    text_fill(&doc, 'a', 2 << 20);
    json_t *wide = array_of(5000, array_of(5000, json_null())), *long_texts = array_of(5000, json_string(doc.s));
    json_t *texts = array_of(20000, json_string("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    check_over("$[*][*]", wide, "more than 16000000 values are selected");
    check_over("$[?@ == $[0]]", long_texts, "more than 128000000 values would have to be looked at");
    check_over("$[?match(@, '(a|aa)+[bc]')]", texts, "a pattern needs too many steps");
    nodes = find_in("$[?value($[?@ == 1]) == value($[?@ == 2])]", texts, &arena); /* `$` is asked once */
    CHECK(!nodes.over && nodes.n == 20000, "%zu", nodes.n);
    json_decref(deep);
    json_decref(wide);
    json_decref(long_texts);
    json_decref(texts);
    text_close(&doc);
    arena_close(&arena);
}

/* `n` times `open`, then `middle`, then n times `close`. */
static void check_nesting(const char *open, const char *middle, const char *close, size_t n, bool right)
{
    struct arena arena = {0};
    struct text path = text_open(1 << 20);
    struct json_path_fault fault = {0};
    text_add(&path, "$");
    for (size_t i = 0; i < n; i++)
        text_add(&path, open);
    text_add(&path, middle);
    for (size_t i = 0; i < n; i++)
        text_add(&path, close);
    bool is = json_path_read(&arena, path.s, &fault) != NULL;
    CHECK(is == right, "%zu times %s: %s", n, open, is ? "taken" : fault.reason);
    text_close(&path);
    arena_close(&arena);
}

static void test_nesting(void)
{
    check_nesting("[?@", ".a", "]", 64, true);
    check_nesting("[?@", ".a", "]", 65, false);
    check_nesting("[?@", ".a", "]", 10000, false);
    check_nesting(".a", "", "", 30000, true);
    check_nesting(".a", "", "", 40000, false); /* too long */
    struct arena arena = {0};
    struct json_path_fault fault = {0};
    struct text path = text_open(100000);
    text_add(&path, "$[?");
    text_fill(&path, '(', 60000);
    CHECK(!json_path_read(&arena, path.s, &fault) && strstr(fault.reason, "within each other"), "%s", fault.reason);
    text_close(&path);
    arena_close(&arena);
}

int main(void)
{
    test_refused();
    test_singular();
    test_compliance();
    test_found();
    test_places();
    test_warnings();
    test_streams();
    test_show();
    test_limits();
    test_nesting();
    return check_end();
}
