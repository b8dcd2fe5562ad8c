/* json/keep: a path finds in what the reader keeps for it what it finds in the whole document. */
#include "json/keep.h"
#include "tests/check.h"
#include "tests/json_support.h"

static void random_query(struct text *out, uint64_t *state, const char *root, int depth);

static void random_singular(struct text *out, uint64_t *state)
{
    static const char *const segments[] = {".a", ".b", "['c']", "[0]", "[-1]"};
    text_add(out, support_below(state, 4) ? "@" : "$");
    for (size_t n = support_below(state, 3); n > 0; n--)
        text_add(out, segments[support_below(state, ROWS(segments))]);
}

/* One side of a comparison. */
static void random_operand(struct text *out, uint64_t *state, int depth)
{
    static const char *const literals[] = {"1", "'s'", "null", "true", "2.5", "-7", "'é'", "0"};
    static const char *const calls[] = {"length(", "count(", "value("};
    size_t kind = support_below(state, 5), call = support_below(state, 3);
    if (kind < 2)
        random_singular(out, state);
    else if (kind < 4)
        text_add(out, literals[support_below(state, ROWS(literals))]);
    else {
        text_add(out, calls[call]);
        if (call == 0)
            random_singular(out, state);
        else
            random_query(out, state, support_below(state, 5) ? "@" : "$", depth - 1);
        text_add(out, ")");
    }
}

static void random_filter(struct text *out, uint64_t *state, int depth)
{
    static const char *const comparisons[] = {" == ", " != ", "<", ">", "<=", ">="};
    switch (support_below(state, depth > 0 ? 7 : 4)) {
    case 0:
        text_add(out, support_below(state, 3) ? "" : "!");
        random_query(out, state, support_below(state, 5) ? "@" : "$", depth - 1);
        break;
    case 1:
        text_add(out, support_below(state, 3) ? "" : "!");
        text_add(out, support_below(state, 2) ? "match(" : "search(");
        random_singular(out, state);
        text_add(out, support_below(state, 2) ? ", '[a-s]')" : ", @.a)");
        break;
    case 4:
    case 5:
        random_filter(out, state, depth - 1);
        text_add(out, support_below(state, 2) ? " && " : "||");
        random_filter(out, state, depth - 1);
        break;
    case 6:
        text_add(out, support_below(state, 2) ? "(" : "!(");
        random_filter(out, state, depth - 1);
        text_add(out, ")");
        break;
    default:
        random_operand(out, state, depth);
        text_add(out, comparisons[support_below(state, ROWS(comparisons))]);
        random_operand(out, state, depth);
    }
}

static void random_segment(struct text *out, uint64_t *state, int depth)
{
    static const char *const plain[] = {".a", ".b", "['c']", "['a.b']", ".ab", "[0]", "[1]", "[-1]", "[-2]", "[*]", ".*", "..a",
                                        "..b", "..*", "..[0]", "..[-1]", ".é", "['x\\ty']", "['']", "[1:]", "[:2]", "[::2]",
                                        "[::-1]", "[-2:]", "[1:-1]", "[2:0:-1]", "['a','b']", "[0,'a',-1]", "[0,*]", "..[1:]",
                                        "..['b','a']", "[-1:0:-2]", "[1::3]", "[:-1]", "[-3::2]"};
    if (depth <= 0 || support_below(state, 3)) {
        text_add(out, plain[support_below(state, ROWS(plain))]);
        return;
    }
    text_add(out, support_below(state, 4) ? "[?" : "..[?");
    random_filter(out, state, depth);
    text_add(out, support_below(state, 5) ? "]" : ",'a']");
}

static void random_query(struct text *out, uint64_t *state, const char *root, int depth)
{
    text_add(out, root);
    for (size_t n = support_below(state, 4); n > 0; n--)
        random_segment(out, state, depth);
}

/* Records, of which filters make a difference: {"a":[{"a":1,"b":[2],"c":"s"},…],"b":…}. */
static void random_records(struct text *out, uint64_t *state)
{
    static const char *const values[] = {"0", "1", "2.5", "null", "true", "\"s\"", "[1,0]", "[\"s\",[1]]", "{\"a\":1}", "{\"b\":0}"};
    text_add(out, "{\"a\":[");
    for (size_t i = 0, n = support_below(state, 6); i < n; i++) {
        text_add(out, i ? ",{" : "{");
        for (size_t k = 0, first = support_below(state, 3); k < 3 && support_below(state, 6); k++)
            text_printf(out, "%s\"%c\":%s", k ? "," : "", (char)('a' + (char)((k + first) % 3)),
                        values[support_below(state, ROWS(values))]);
        text_add(out, "}");
    }
    text_printf(out, "],\"b\":%s,\"c\":%s}", values[support_below(state, ROWS(values))],
                values[support_below(state, ROWS(values))]);
}

static void random_record_query(struct text *out, uint64_t *state, int depth)
{
    text_add(out, "$.a[?");
    random_filter(out, state, depth);
    text_add(out, "]");
    for (size_t n = support_below(state, 3); n > 0; n--)
        random_segment(out, state, 0);
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
        struct text doc = text_open(1 << 20), path = text_open(100000);
        const struct json_path *paths[3];
        size_t n = 1 + support_below(&state, 3);
        bool repeat = i % 8 == 0;
        bool records = i % 2;
        if (records)
            random_records(&doc, &state);
        else
            support_document(&doc, &state, 5, repeat);
        for (size_t j = 0; j < n; j++) {
            struct error err = {0};
            text_clear(&path);
            if (records)
                random_record_query(&path, &state, i % 3);
            else
                random_query(&path, &state, "$", i % 3);
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
    {{"$[?@.e == null].t"}, "[{\"e\":null,\"t\":1,\"x\":5},{\"t\":2},{\"x\":1}]", "[{\"e\":null,\"t\":1},{\"t\":2},null]"},
    {{"$.r[?@.e == $.no].t"}, "{\"r\":[{\"e\":[1],\"t\":2,\"x\":3}],\"no\":{\"a\":1},\"q\":[]}",
     "{\"r\":[{\"e\":[1],\"t\":2}],\"no\":{\"a\":1}}"},
    {{"$[?@ == 1].a"}, "[{\"a\":1,\"b\":2},3]", "[{\"a\":1,\"b\":2},3]"},
    {{"$.r[?$ == 1].a"}, "{\"r\":1,\"b\":2}", "{\"r\":1,\"b\":2}"},
    {{"$[?@.a]"}, "[{\"a\":1,\"b\":2},3]", "[{\"a\":1,\"b\":2},3]"},
    {{"$[?@.a[?@.b == 1]].c"}, "[{\"a\":[{\"b\":1,\"d\":2}],\"c\":3,\"d\":4}]", "[{\"a\":[{\"b\":1,\"d\":2}],\"c\":3}]"},
    {{"$[?length(@.a[0].b) == 1].c"}, "[{\"a\":[{\"b\":1,\"d\":2},5],\"c\":3,\"d\":4}]", "[{\"a\":[{\"b\":1},null],\"c\":3}]"},
    {{"$[1:3].a"}, "[{\"a\":1},{\"a\":1},{\"a\":1,\"b\":1},{\"a\":1}]", "[null,{\"a\":1},{\"a\":1},null]"},
    {{"$['a','b'].c"}, "{\"a\":{\"c\":1,\"d\":1},\"b\":{\"c\":1},\"c\":{\"c\":1}}", "{\"a\":{\"c\":1},\"b\":{\"c\":1}}"},
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

int main(void)
{
    test_keep_rows();
    test_keep();
    return check_end();
}
