/* config/yaml.h: strict mode, positions, limits, JSON. The artifact mode is tests/yaml_differential.py's. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/repr.h"
#include "config/yaml.h"
#include "tests/check.h"

/* `json` is what strict mode makes of it; or `error`. */
static const struct {
    const char *text, *json, *error;
} strict_rows[] = {
    {"", "null", NULL},
    {"# nothing\n", "null", NULL},
    {"a: 1\nb: [x, 2.5, true, ~]\n", "{\"a\": 1, \"b\": [\"x\", 2.5, true, null]}", NULL},
    {"[yes, No, on, 0777, 08, 1_000, 12:30:00, 2001-01-01, 0b11, =]",
     "[\"yes\", \"No\", \"on\", \"0777\", \"08\", \"1_000\", \"12:30:00\", \"2001-01-01\", \"0b11\", \"=\"]", NULL},
    {"[0, -0, +5, 0x1F, 0o17, 0x, -0x1]", "[0, 0, 5, 31, 15, \"0x\", \"-0x1\"]", NULL},
    {"[1., .5, -1e3, 1E-2, 1e, .e1, ., -.5]", "[1.0, 0.5, -1000.0, 0.01, \"1e\", \".e1\", \".\", -0.5]", NULL},
    {"[.inf, -.INF, .nan, +.inf, -.nan]", "[null, null, null, null, \"-.nan\"]", NULL},
    {"[~, null, NULL, nUll, ]", "[null, null, null, \"nUll\"]", NULL},
    {"[true, True, TRUE, tRue, false]", "[true, true, true, \"tRue\", false]", NULL},
    {"['1', \"true\", !!str 5, !!float 5, !!int 7, !!null ~]", "[\"1\", \"true\", \"5\", 5.0, 7, null]", NULL},
    {"a: &x {b: 1}\nc: *x\n", "{\"a\": {\"b\": 1}, \"c\": {\"b\": 1}}", NULL},
    {"\xEF\xBB\xBF" "a: 1", "{\"a\": 1}", NULL},
    {"a: <<", "{\"a\": \"<<\"}", NULL},
    {"-9223372036854775808", "-9223372036854775808", NULL},
    {"a: 1\n\nb: 2\n'a': 3\n", NULL, "w.yaml:4:1: key 'a' is given twice, first at line 1"},
    {"x:\n  - {a: 1, b: 2, a: 3}\n", NULL, "w.yaml:2:18: key 'a' is given twice, first at line 2"},
    {"a: {<<: {b: 1}}", NULL, "w.yaml:1:5: merge keys ('<<') are not allowed here"},
    {"1: a", NULL, "w.yaml:1:1: key '1': expected a string, found an integer (quote it)"},
    {"? [a]\n: b", NULL, "w.yaml:1:3: expected a string as key, found a list"},
    {"a: !foo b", NULL, "w.yaml:1:4: unknown tag '!foo'"},
    {"a: !!set {b}", NULL, "w.yaml:1:4: tag '!!set' is not allowed here"},
    {"a: !!timestamp 2001-01-01", NULL, "w.yaml:1:4: tag '!!timestamp' is not allowed here"},
    {"a: !!int b", NULL, "w.yaml:1:4: 'b': expected an integer"},
    {"a: !!seq b", NULL, "w.yaml:1:4: 'b': expected a list, found a scalar"},
    {"a: !!map [b]", NULL, "w.yaml:1:4: tag '!!map': expected a mapping, found a list"},
    {"a: 9223372036854775808", NULL, "w.yaml:1:4: '9223372036854775808': does not fit 64 bits; quoted it would be a string"},
    {"a: 1e999", NULL, "w.yaml:1:4: '1e999': is beyond a double's range"},
    {"--- a\n--- b\n", NULL, "w.yaml:2:1: expected one document, found a second one"},
    {"a: *b", NULL, "w.yaml:1:4: alias '*b': there is no such anchor before it"},
    {"a: &b [*b]", NULL, "w.yaml:1:8: alias '*b' is inside of what it stands for"},
    {"[&a 1, &a 2]", NULL, "w.yaml:1:8: anchor 'a' is given twice, first at line 1"},
    {"a: b: c", NULL, "w.yaml:1:5: mapping values are not allowed in this context"},
    {"a: [b\n", NULL, "w.yaml:2:1: did not find expected ',' or ']' while parsing a flow sequence (from line 1)"},
    {"a: 1\n\xFF", NULL, "w.yaml:2:1: invalid leading UTF-8 octet"},
    {"a: \x01", NULL, "w.yaml:1:4: control characters are not allowed"},
};

static void test_strict(void)
{
    for (size_t i = 0; i < ROWS(strict_rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        const char *text = strict_rows[i].text, *want = strict_rows[i].json;
        struct node *node = yaml_parse(&arena, text, strlen(text), "w.yaml", &err);
        CHECK((node != NULL) == (want != NULL), "row %zu: %s", i, err.text);
        json_t *got = node ? node_json(node, NULL) : NULL;
        json_t *expected = want ? json_loads(want, JSON_DECODE_ANY, NULL) : NULL;
        char *shown = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
        CHECK(json_equal(got, expected) || (!got && !expected), "row %zu: %s", i, shown ? shown : err.text);
        CHECK(node || (err.kind == ERR_USAGE && strcmp(err.text, strict_rows[i].error) == 0), "row %zu: %s", i, err.text);
        free(shown);
        json_decref(got);
        json_decref(expected);
        arena_close(&arena);
    }
}

static void test_positions(void)
{
    static const char text[] = "a:\n  - 1\n  - b: x\n    é: 0x10\n";
    struct arena arena = {0};
    struct error err = {0};
    struct node *root = yaml_parse(&arena, text, strlen(text), "w.yaml", &err);
    struct node *list = node_member(root, "a");
    struct node *map = list ? list->items[1] : NULL, *number = node_member(map, "é");
    CHECK(list && list->line == 2 && list->col == 3, "list");
    CHECK(map && map->line == 3 && map->col == 5 && map->keys[1]->line == 4, "map");
    CHECK(number && number->integer == 16 && number->col == 8 && strcmp(number->string, "0x10") == 0, "number");
    CHECK(!node_member(root, "b") && !node_member(list, "a") && !node_member(NULL, "a"), "no member");
    CHECK(strcmp(node_kind_name(NODE_MAP), "a mapping") == 0, "name");
    arena_close(&arena);
}

static void test_findings(void)
{
    static const char text[] = "base: &b {x: 1}\nm: {<<: *b, x: 2}\nbig: 18446744073709551616\nn: 1\nn: 2\nn: 3\nnan: .nan\n";
    struct arena arena = {0};
    struct error err = {0};
    struct yaml_findings findings = {0};
    size_t non_finite = 0;
    struct node *root = yaml_parse_artifact(&arena, text, strlen(text), "c.yaml", &findings, &err);
    CHECK(root && findings.repeated_keys == 2 && findings.big_integers == 1, "%s", err.text);
    CHECK(findings.first_line == 3 && findings.first_col == 6, "%d:%d", findings.first_line, findings.first_col);
    CHECK(root && node_member(root, "n")->integer == 3 && node_member(root, "big")->kind == NODE_FLOAT, "values");
    json_t *json = node_json(root, &non_finite);
    CHECK(non_finite == 1 && json_is_null(json_object_get(json, "nan")), "%zu", non_finite);
    CHECK(json_integer_value(json_object_get(json_object_get(json, "m"), "x")) == 2, "merged");
    json_decref(json);
    arena_close(&arena);
}

/* The same node gives the same json_t. */
static void test_shared(void)
{
    static const char text[] = "a: &x [1]\nb: *x\n";
    struct arena arena = {0};
    struct error err = {0};
    json_t *json = node_json(yaml_parse_artifact(&arena, text, strlen(text), "c.yaml", NULL, &err), NULL);
    CHECK(json_object_get(json, "a") == json_object_get(json, "b"), "shared");
    json_decref(json);
    arena_close(&arena);
}

static bool refused(struct text *text, const char *part)
{
    struct arena arena = {0};
    struct error strict = {0}, artifact = {0};
    bool taken = yaml_parse(&arena, text->s, text->len, "w.yaml", &strict);
    taken = yaml_parse_artifact(&arena, text->s, text->len, "w.yaml", NULL, &artifact) || taken;
    bool right = !taken && strstr(strict.text, part) && strstr(artifact.text, part);
    if (!right)
        fprintf(stderr, "%s | %s\n", strict.text, artifact.text);
    arena_close(&arena);
    text_close(text);
    return right;
}

static void test_limits(void)
{
    struct text text = text_open(1 << 26);
    text_fill(&text, '[', YAML_DEPTH_MAX + 1);
    CHECK(refused(&text, "nested deeper than 200 levels"), "depth");

    text_add(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"); /* 10^7 values */
    for (int i = 1; i < 7; i++) {
        text_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            text_printf(&text, "*a%d,", i - 1);
        text_add(&text, "]\n");
    }
    CHECK(refused(&text, "more than 2000000 values"), "aliases");

    text_add(&text, "a0: &a0 x\n");
    for (int i = 1; i <= YAML_DEPTH_MAX + 1; i++)
        text_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    CHECK(refused(&text, "nested deeper than 200 levels"), "depth by aliases");

    for (int i = 0; i <= YAML_ANCHORS_MAX; i++)
        text_printf(&text, "- &a%d x\n", i);
    CHECK(refused(&text, "more than 10000 anchors"), "anchors");
}

/* Many keys, sorted instead of compared each with each. */
static void test_many_keys(void)
{
    struct text text = text_open(1 << 26);
    struct arena arena = {0};
    struct error err = {0};
    struct yaml_findings findings = {0};
    for (int i = 0; i < 50000; i++)
        text_printf(&text, "k%d: %d\n", i * 7919 % 49999, i);
    struct node *root = yaml_parse_artifact(&arena, text.s, text.len, "c.yaml", &findings, &err);
    CHECK(root && root->n == 49999 && findings.repeated_keys == 1, "%s", err.text);
    CHECK(root && node_member(root, "k0")->integer == 49999 && strcmp(root->keys[0]->string, "k0") == 0, "first place");
    CHECK(!yaml_parse(&arena, text.s, text.len, "c.yaml", &err) && strstr(err.text, "key 'k0' is given twice, first at line 1"),
          "%s", err.text);
    text_close(&text);
    arena_close(&arena);
}

static const struct {
    double value;
    const char *text;
} real_rows[] = {
    {0.1, "0.1"}, {-0.0, "-0.0"}, {1e16, "1e+16"}, {1e15, "1000000000000000.0"}, {123456.75, "123456.75"}, {1e-4, "0.0001"},
    {1e-5, "1e-05"}, {5e-324, "5e-324"}, {1.7976931348623157e308, "1.7976931348623157e+308"}, {0x1p-44, "5.684341886080802e-14"},
    {9007199254740993.0, "9007199254740992.0"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}, {NAN, "nan"}, {12300, "12300.0"},
};

static void test_reals(void)
{
    for (size_t i = 0; i < ROWS(real_rows); i++) {
        char text[REPR_REAL_MAX];
        repr_real(real_rows[i].value, text);
        CHECK(strcmp(text, real_rows[i].text) == 0, "row %zu: %s", i, text);
    }
}

int main(void)
{
    test_strict();
    test_positions();
    test_findings();
    test_shared();
    test_limits();
    test_many_keys();
    test_reals();
    return check_end();
}
