/* lts/document.h: defaults and names of fields; through lists, dicts, unions, names of types, models in place and recursive ones. */
#include <string.h>

#include "json/read.h"
#include "lts/document.h"
#include "tests/check.h"

static const struct {
    const char *models, *results;
    const char *filled, *named; /* after each step */
} rows[] = {
    {"Results: {a: int}", "{'a':1,'b':2}", "{'a':1,'b':2}", "{'a':1,'b':2}"},
    /* defaults: what is not there; a null is there */
    {"Results: {a: int, b: {type: str, default: x}}", "{'a':1}", "{'a':1,'b':'x'}", "{'a':1,'b':'x'}"},
    {"Results: {a: int, b: {type: str, default: x}}", "{'b':null}", "{'b':null}", "{'b':null}"},
    {"Results: {a: {type: 'Optional[int]', default: null}}", "{}", "{'a':null}", "{'a':null}"},
    {"Results: {a: {type: 'List[int]', default: [1, 2]}}", "{}", "{'a':[1,2]}", "{'a':[1,2]}"},
    /* names */
    {"Results: {a: {type: int, alias: A a}}", "{'a':1,'b':2}", "{'a':1,'b':2}", "{'A a':1,'b':2}"},
    {"Results: {a: {type: int, alias: A a}}", "{'A a':1}", "{'A a':1}", "{'A a':1}"},
    {"Results: {a: {type: int, alias: b}, c: {type: int, alias: a}}", "{'a':1,'c':2}", "{'a':1,'c':2}", "{'b':1,'a':2}"},
    {"Results: {a: {type: int, alias: b}}", "{'a':1,'b':2}", "{'a':1,'b':2}", "{'a':1,'b':2}"},
    {"Results: {a: {type: int, alias: b, default: 7}}", "{}", "{'a':7}", "{'b':7}"},
    {"Results: {a: {type: int, alias: b, default: 7}}", "{'b':1}", "{'b':1}", "{'b':1}"},
    /* within */
    {"{N: {x: {type: int, alias: X, default: 1}}, Results: {a: N}}", "{'a':{}}", "{'a':{'x':1}}", "{'a':{'X':1}}"},
    {"{N: {x: {type: int, alias: X, default: 1}}, L: 'List[N]', Results: {a: L}}", "{'a':[{},{'x':2}]}", "{'a':[{'x':1},{'x':2}]}", "{'a':[{'X':1},{'X':2}]}"},
    {"{N: {x: {type: int, alias: X, default: 1}}, Results: {a: 'Optional[dict[str, List[N]]]'}}", "{'a':{'k':[{}]}}", "{'a':{'k':[{'x':1}]}}", "{'a':{'k':[{'X':1}]}}"},
    {"{Results: {a: {b: {type: int, alias: B, default: 1}}}}", "{'a':{}}", "{'a':{'b':1}}", "{'a':{'B':1}}"},
    {"{T: {v: {type: int, alias: V, default: 0}, more: 'List[T]'}, Results: {t: T}}", "{'t':{'more':[{'v':1,'more':[]}]}}",
     "{'t':{'more':[{'v':1,'more':[]}],'v':0}}", "{'t':{'more':[{'V':1,'more':[]}],'V':0}}"},
    /* of a union the model that the value is meant by */
    {"{A: {a: {type: int, alias: A}}, B: {b: {type: int, alias: B}}, Results: {u: 'Union[int, A, B]'}}", "{'u':{'b':1}}", "{'u':{'b':1}}", "{'u':{'B':1}}"},
    {"{A: {a: {type: int, alias: A}}, Results: {u: 'Union[A, List[A]]'}}", "{'u':[{'a':1}]}", "{'u':[{'a':1}]}", "{'u':[{'A':1}]}"},
    {"{A: {a: {type: int, alias: A}}, Results: {u: 'Union[A, int]'}}", "{'u':3}", "{'u':3}", "{'u':3}"},
    {"{A: {a: {type: int, alias: A}}, Results: {u: 'Union[A, int]'}}", "{'u':{'c':1}}", "{'u':{'c':1}}", "{'u':{'c':1}}"},
    /* what does not fit stays */
    {"{N: {x: {type: int, alias: X}}, Results: {a: N, b: 'List[N]'}}", "{'a':[1],'b':{'x':1}}", "{'a':[1],'b':{'x':1}}", "{'a':[1],'b':{'x':1}}"},
    {"{Results: 'dict[str, N]', N: {x: {type: int, alias: X, default: 1}}}", "{'k':{}}", "{'k':{'x':1}}", "{'k':{'X':1}}"},
};

/* ' stands for ". */
static json_t *read(struct arena *arena, const char *text)
{
    struct error err = {0};
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *value = json_read(copy, strlen(copy), &(struct json_read_options){.strict = true}, &err);
    CHECK(value, "%s: %s", text, err.text);
    return value;
}

static void check_same(struct arena *arena, const json_t *value, const char *expected, const char *models)
{
    json_t *other = read(arena, expected);
    char *got = json_dumps(value, JSON_COMPACT);
    CHECK(json_equal(value, other), "%s\n    gave %s\n    not  %s", models, got, expected);
    free(got);
    json_decref(other);
}

static void test_results(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct workload workload = {.name = "w", .constants = json_array()};
        struct node *node = yaml_parse(&arena, rows[i].models, strlen(rows[i].models), "m.yaml", &err);
        bool ok = node && models_load(&arena, node, "m.yaml", workload.constants, &workload.models, NULL, &err);
        CHECK(ok, "%s: %s", rows[i].models, err.text);
        json_t *given = read(&arena, rows[i].results), *before = json_deep_copy(given);
        json_t *value = document_results(&workload, DOCUMENT_DEFAULTS, json_incref(given));
        check_same(&arena, value, rows[i].filled, rows[i].models);
        value = document_results(&workload, DOCUMENT_NAMES, value);
        check_same(&arena, value, rows[i].named, rows[i].models);
        CHECK(json_equal(given, before), "%s: what was given stays as it was", rows[i].models);
        json_decref(value);
        json_decref(given);
        json_decref(before);
        json_decref(workload.constants);
        arena_close(&arena);
    }
}

static void test_pointer(void)
{
    struct arena arena = {0};
    CHECK(strcmp(document_pointer(&arena, "", "a"), "/a") == 0, "plain");
    CHECK(strcmp(document_pointer(&arena, "/a", "b/c~d é"), "/a/b~1c~0d é") == 0, "escaped");
    arena_close(&arena);
}

int main(void)
{
    test_results();
    test_pointer();
    return check_end();
}
