/* workload/model.h and lts/schema.h: models in Pydantic's notation: what is refused, where; and the JSON Schema that they give. */
#include <string.h>

#include "json/read.h"
#include "lts/schema.h"
#include "tests/check.h"

/* Two models that every workload needs, in line 1. */
#define NEEDED "{Settings: {}, Results: {}}"

static bool load(struct arena *arena, const char *text, struct workload *workload, struct error *err)
{
    static const char needed[] = NEEDED;
    struct node *node = yaml_parse(arena, needed, strlen(needed), "needed.yaml", err);
    *workload = (struct workload){.name = "w", .file = "m.yaml", .lts = true, .constants = json_array()};
    if (!node || !models_load(arena, node, "needed.yaml", workload->constants, &workload->models, NULL, err))
        return false;
    node = yaml_parse(arena, text, strlen(text), "m.yaml", err);
    return node && models_load(arena, node, "m.yaml", workload->constants, &workload->models, NULL, err);
}

static const struct {
    const char *text, *error;
} bad[] = {
    /* the notation: the column is where it went wrong */
    {"M:\n  a: Optional[int", "m.yaml:2:18: type 'Optional[int': ends here, expected ',' or ']'"},
    {"M:\n  a: 'dict[str, List[int]'", "m.yaml:2:26: type 'dict[str, List[int]': ends here, expected ',' or ']'"},
    {"M:\n  a: \"Union[int, ]\"", "m.yaml:2:18: type 'Union[int, ]': found ']', expected a type, as int, str or Optional[float]"},
    {"M: {a: ''}", "m.yaml:1:9: type '': ends here, expected a type, as int, str or Optional[float]"},
    {"M: {a: 'List[int]]'}", "m.yaml:1:18: type 'List[int]]': found ']', expected the end of the type"},
    {"M: {a: 'List[int, str]'}", "m.yaml:1:14: type 'List[int, str]': found 'int, str]', expected one type in the brackets: List[T]"},
    {"M: {a: 'List[None]'}", "m.yaml:1:14: type 'List[None]': found 'None]', expected one type in the brackets: List[T]"},
    {"M: {a: 'dict[str]'}", "m.yaml:1:14: type 'dict[str]': found 'str]', expected two types in the brackets: dict[str, T]"},
    {"M: {a: 'dict[float, str]'}", "m.yaml:1:14: type 'dict[float, str]': found 'float, str]', expected dict[str, T] or dict[int, T]: JSON has text keys only"},
    {"M: {a: 'dict[Optional[str], str]'}", "m.yaml:1:14: type 'dict[Optional[str], str]': found 'Optional[str], str]', expected dict[str, T] or dict[int, T]: JSON has text keys only"},
    {"M: {a: 'Optional[]'}", "m.yaml:1:18: type 'Optional[]': found ']', expected a type, as int, str or Optional[float]"},
    {"M: {a: Optional}", "m.yaml:1:16: type 'Optional': ends here, expected '[': Optional[T]"},
    {"M: {a: 'Optional[int, str]'}", "m.yaml:1:18: type 'Optional[int, str]': found 'int, str]', expected one type in the brackets: Optional[T]"},
    {"M: {a: None}", "m.yaml:1:8: type 'None': found 'None', expected a type beside None"},
    {"M: {a: None | None}", "m.yaml:1:8: type 'None | None': found 'None | None', expected a type beside None"},
    {"M: {a: 'Union[None]'}", "m.yaml:1:15: type 'Union[None]': found 'None]', expected a type beside None"},
    {"M: {a: int |}", "m.yaml:1:13: type 'int |': ends here, expected a type, as int, str or Optional[float]"},
    {"M: {a: int str}", "m.yaml:1:12: type 'int str': found 'str', expected the end of the type"},
    {"M: {a: matbench_models.SemVer}", "m.yaml:1:8: type 'matbench_models.SemVer': found 'matbench_models.SemVer', expected a name without the module before it, as SemVer"},
    {"M: {a: 'Literal[a]'}", "m.yaml:1:17: type 'Literal[a]': found 'a]', expected a value: 'text', an integer, True, False or None"},
    {"M: {a: 'Literal[1.5]'}", "m.yaml:1:17: type 'Literal[1.5]': found '1.5]', expected a value: 'text', an integer, True, False or None"},
    {"M: {a: 'Literal[99999999999999999999]'}", "m.yaml:1:17: type 'Literal[99999999999999999999]': found '99999999999999999999]', expected a value: 'text', an integer, True, False or None"},
    {"M: {a: \"Literal['a]\"}", "m.yaml:1:20: type 'Literal['a]': ends here, expected the closing '"},
    {"M: {a: 'Literal[None]'}", "m.yaml:1:17: type 'Literal[None]': found 'None]', expected a value beside None"},
    {"M: {a: constr}", "m.yaml:1:14: type 'constr': ends here, expected constr(regex='…')"},
    {"M: {a: constr(min=3)}", "m.yaml:1:15: type 'constr(min=3)': found 'min=3)', expected constr(regex='…')"},
    {"M: {a: constr(regex='a(')}", "m.yaml:1:22: pattern 'a(', byte 2: missing closing parenthesis"},
    {"M: {a: 'List[é]'}", "m.yaml:1:14: type 'List[é]': found 'é]', expected a type, as int, str or Optional[float]"},
    {"M: {é: 'List[int'}", "m.yaml:1:17: type 'List[int': ends here, expected ',' or ']'"},
    {"M:\n  a: |\n    List[int\n", "m.yaml:2:6: type 'List[int\\x0a': ends here, expected ',' or ']'"},
    {"M:\n  a: &t 'List[int'", "m.yaml:2:6: type 'List[int': ends here, expected ',' or ']'"},
    {"M: {a: 'List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[List[int]]]]]]]]]]]]]]]]]]]]]'}",
     "m.yaml:1:109: *"},
    /* names */
    {"M: {a: itn}", "m.yaml:1:8: type 'itn': unknown; did you mean 'int'?"},
    {"M: {a: 'dict[str, Optional[Matrics]]'}\nMetrics: {}", "m.yaml:1:*"},
    {"M: {a: 'dict[str, Optional[Matrics]]'}", "m.yaml:1:28: type 'Matrics': expected int, float, str, bool, datetime, date, UUID, SemVer, Any, List[…], dict[…, …], "
                                                "Optional[…], Union[…], Literal[…] or a name of `models:`"},
    {"{Metrics: {}, M: {a: 'dict[str, Optional[Metric]]'}}", "m.yaml:1:42: type 'Metric': unknown; did you mean 'Metrics'?"},
    {"{M: {a: {b: {c: flaot}}}}", "m.yaml:1:17: type 'flaot': unknown; did you mean 'float'?"},
    {"{S: Strin}", "m.yaml:1:5: type 'Strin': expected int*"},
    /* fields */
    {"M: {a: 1}", "m.yaml:1:8: field 'a': found an integer, expected a type, as int or Optional[str], or a map of fields"},
    {"M: {a: [int]}", "m.yaml:1:8: field 'a': found a list, expected a type, as int or Optional[str], or a map of fields"},
    {"M: {a: {type: int, alais: b}}", "m.yaml:1:20: field 'a': unknown key 'alais'; did you mean 'alias'?"},
    {"M: {a: {typ: int, coerce: pydantic}}", "m.yaml:1:9: field 'a': unknown key 'typ'; did you mean 'type'?"},
    {"M: {a: {coerce: pydantic}}", "m.yaml:1:8: field 'a': found a mapping, expected a key `type`"},
    {"M: {a: {type: str, name: str}}", "m.yaml:1:20: field 'a': unknown key 'name'; known are type, alias, default, help, coerce (a model in place that has a field 'type' "
                                       "is written {type: {type: …}})"},
    {"M: {a: {type: int, coerce: no}}", "m.yaml:1:28: coerce: found 'no', expected pydantic"},
    {"M: {a: {type: int, alias: 1}}", "m.yaml:1:27: alias: found an integer, expected the field's name in the payload"},
    {"M: {a: {type: int, alias: ''}}", "m.yaml:1:27: alias: found '', expected the field's name in the payload"},
    {"M: {a: {type: int, help: [x]}}", "m.yaml:1:26: help: found a list, expected text"},
    {"M: {a: {type: float, default: .nan}}", "m.yaml:1:31: default: found a number, expected a value that JSON has"},
    {"M: {a: int, b: {type: int, alias: a}}", "m.yaml:1:16: fields 'a' and 'b' are both called 'a' in the payload"},
    {"M: {a: {type: int, alias: x}, b: {type: int, alias: x}}", "m.yaml:1:34: fields 'a' and 'b' are both called 'x' in the payload"},
    /* defaults are what the type takes */
    {"M: {a: {type: int, default: '1'}}", "m.yaml:1:8: default of 'a': found \"1\", expected an integer"},
    {"M: {a: int, b: {type: 'List[E]', default: [x, z]}}\nE: [x, y]", "m.yaml:1:*"},
    {"{M: {a: int, b: {type: 'List[E]', default: [x, z]}}, E: [x, y]}", "m.yaml:1:17: default of 'b': found \"z\", expected one of \"x\", \"y\""},
    {"M: {a: {b: {type: SemVer, alias: 'x/y~z', default: '4.15'}}}", "m.yaml:1:12: default of 'b': found \"4.15\", expected *"},
    {"{N: {x: int}, M: {a: {type: N, default: {}}}}", "m.yaml:1:22: default of 'a': found nothing, expected a member \"x\""},
    /* models */
    {"M: 1", "m.yaml:1:4: model 'M': found an integer, expected a map of fields (or a list: an enumeration; a text: a type)"},
    {"[]", "m.yaml:1:1: models: found a list, expected a map of models"},
    {"int: {a: str}", "m.yaml:1:1: model 'int': expected a name of letters, digits and _ that is no type and not KPI or KPIs"},
    {"KPI: {a: str}", "m.yaml:1:1: model 'KPI': expected a name of letters, digits and _ that is no type and not KPI or KPIs"},
    {"a/b: {a: str}", "m.yaml:1:1: model 'a/b': expected a name of letters, digits and _ that is no type and not KPI or KPIs"},
    {"M: []", "m.yaml:1:4: enumeration 'M': found a list, expected 1 to 1000 values"},
    {"M: [a, 1.5]", "m.yaml:1:8: enumeration 'M': found a number, expected a text, an integer, true or false"},
    {"Settings: {x: int}\nMetadata: [a]", "m.yaml:2:1: models: 'Metadata' has to be a map of fields"},
    {"Payload: str", "m.yaml:1:1: models: 'Payload' has to be a map of fields"},
    {"Payload: {kpis: str}", "m.yaml:1:17: model 'Payload': every payload has 'kpis' already"},
    /* extends, extra */
    {"M: {extends: N, a: int}\nN: {b: int}", "m.yaml:1:*"},
    {"{M: {extends: N, a: int}, N: {b: int}}", "m.yaml:1:15: extends: found 'N', expected the name of a model given before this one (a field of this name is written {type: …})"},
    {"{M: {extends: M}}", "m.yaml:1:15: extends: found 'M', expected the name of*"},
    {"{N: [a], M: {extends: N}}", "m.yaml:1:23: extends: found 'N', expected the name of*"},
    {"{N: {}, M: {extends: [N, O]}}", "m.yaml:1:26: extends: found 'O', expected the name of*"},
    {"M: {extra: perhaps}", "m.yaml:1:12: extra: found 'perhaps', expected allow or forbid (a field of this name is written {type: …})"},
    /* circles */
    {"M: {a: M}", "m.yaml:1:8: model 'M' contains itself; a List, a dict or Optional between ends it"},
    {"M: {a: N}\nN: {b: O}\nO: {c: N}", "m.yaml:3:8: model 'N' contains itself; a List, a dict or Optional between ends it"},
    {"M: {a: {b: M}}", "m.yaml:1:12: model 'M' contains itself; a List, a dict or Optional between ends it"},
    {"A: A", "m.yaml:1:4: type 'A' is nothing but itself"},
    {"A: 'Optional[B]'\nB: 'Union[int, A]'", "m.yaml:2:16: type 'A' is nothing but itself"},
    {"A: M\nM: {a: A}", "m.yaml:2:8: model 'M' contains itself; a List, a dict or Optional between ends it"},
};

static bool is_like(const char *text, const char *expected)
{
    size_t n = strlen(expected);
    return n && expected[n - 1] == '*' ? strncmp(text, expected, n - 1) == 0 : strcmp(text, expected) == 0;
}

static void test_bad(void)
{
    for (size_t i = 0; i < ROWS(bad); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct workload workload;
        json_t *schema = load(&arena, bad[i].text, &workload, &err) ? lts_schema(&workload, &err) : NULL;
        CHECK(!schema && err.kind == ERR_USAGE && is_like(err.text, bad[i].error), "%s\n    gave     %s\n    expected %s", bad[i].text, err.text, bad[i].error);
        json_decref(schema);
        json_decref(workload.constants);
        arena_close(&arena);
    }
}

/* The schema of the model M. */
#define OBJECT(properties, required) \
    "{\"title\":\"M\",\"type\":\"object\",\"properties\":{" properties "},\"required\":[" required "],\"additionalProperties\":false}"
#define A(schema) OBJECT("\"a\":{" schema "\"title\":\"A\"}", "\"a\"")
#define A_OPTIONAL(schema) OBJECT("\"a\":{" schema "\"title\":\"A\"}", "")

static const struct {
    const char *text, *schema;
} good[] = {
    {"M: {}", OBJECT("", "")},
    {"M: {a: int}", A("\"type\":\"integer\",")},
    {"M: {a: float}", A("\"type\":\"number\",")},
    {"M: {a: Any}", A_OPTIONAL("")},
    {"M: {a: date}", A("\"type\":\"string\",\"format\":\"date\",\"pattern\":\"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$\",")},
    {"M: {a: List}", A("\"type\":\"array\",\"items\":{},")},
    {"M: {a: 'list[ int ]'}", A("\"type\":\"array\",\"items\":{\"type\":\"integer\"},")},
    {"M: {a: dict}", A("\"type\":\"object\",\"additionalProperties\":{},")},
    {"M: {a: 'Dict[str, Dict[str, Optional[int]]]'}",
     A("\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"integer\",\"null\"]}},")},
    {"M: {a: 'dict[int, float]'}",
     A("\"type\":\"object\",\"patternProperties\":{\"^-?[0-9]+$\":{\"type\":\"number\"}},\"additionalProperties\":false,")},
    {"M: {a: int | None}", A_OPTIONAL("\"type\":[\"integer\",\"null\"],")},
    {"M: {a: None | int}", A_OPTIONAL("\"type\":[\"integer\",\"null\"],")},
    {"M: {a: 'Optional[Optional[int]]'}", A_OPTIONAL("\"type\":[\"integer\",\"null\"],")},
    {"M: {a: 'Union[int, None]'}", A_OPTIONAL("\"type\":[\"integer\",\"null\"],")},
    {"M: {a: int | str | None}", A_OPTIONAL("\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"},{\"type\":\"null\"}],")},
    {"M: {a: 'Union[int, List[int]]'}", A("\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}],")},
    {"M: {a: 'Optional[Union[int, List[int]]]'}",
     A_OPTIONAL("\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},{\"type\":\"null\"}],")},
    {"M: {a: 'Union[Optional[int], str]'}",
     A_OPTIONAL("\"anyOf\":[{\"type\":[\"integer\",\"null\"]},{\"type\":\"string\"},{\"type\":\"null\"}],")},
    {"M: {a: 'List[int | str]'}", A("\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]},")},
    {"M: {a: \"Literal['a', \\\"b'c\\\", 3, -4, True, False]\"}", A("\"enum\":[\"a\",\"b'c\",3,-4,true,false],")},
    {"M: {a: \"Literal['a', None]\"}", A_OPTIONAL("\"anyOf\":[{\"enum\":[\"a\"]},{\"type\":\"null\"}],")},
    {"M: {a: \"constr(regex='^urn:x:[0-9]+$')\"}", A("\"type\":\"string\",\"pattern\":\"^urn:x:[0-9]+$\",")},
    {"M:\n  a: Union[int,\n    str]", A("\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}],")},
    {"M: {a: E}\nE: [x, 2, true]", OBJECT("\"a\":{\"$ref\":\"#/$defs/E\"}", "\"a\"")},
    {"M: [x, 2, true]", "{\"enum\":[\"x\",2,true],\"title\":\"M\"}"},
    {"M: 'List[N]'\nN: {}", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/N\"},\"title\":\"M\"}"},
    {"M: {a: N}\nN: 'Optional[int]'", OBJECT("\"a\":{\"$ref\":\"#/$defs/N\"}", "")},
    {"M: {a: 'Optional[N]'}\nN: {}", A_OPTIONAL("\"anyOf\":[{\"$ref\":\"#/$defs/N\"},{\"type\":\"null\"}],")},
    {"M: {a: 'List[M]', b: 'Optional[M]', c: 'dict[str, M]'}",
     OBJECT("\"a\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/M\"},\"title\":\"A\"},\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/M\"},{\"type\":\"null\"}],\"title\":\"B\"},"
            "\"c\":{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/$defs/M\"},\"title\":\"C\"}", "\"a\",\"c\"")},
    {"M: 'Union[float, List[M]]'", "{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/M\"}}],\"title\":\"M\"}"},
    /* fields */
    {"M: {a: {type: int, alias: 'b c', help: How many}}",
     OBJECT("\"b c\":{\"type\":\"integer\",\"description\":\"How many\",\"title\":\"B c\"}", "\"b c\"")},
    {"M: {a: {type: str, default: Not set}}", A_OPTIONAL("\"type\":\"string\",\"default\":\"Not set\",")},
    {"M: {a: {type: int, default: null}}", A_OPTIONAL("\"type\":[\"integer\",\"null\"],\"default\":null,")},
    {"M: {a: {type: E, default: x}}\nE: [x]", OBJECT("\"a\":{\"$ref\":\"#/$defs/E\",\"default\":\"x\"}", "")},
    {"M: {a: {type: 'List[str]', default: []}}", A_OPTIONAL("\"type\":\"array\",\"items\":{\"type\":\"string\"},\"default\":[],")},
    /* in place */
    {"M: {a: {b: int, c: {d: 'Optional[str]'}}}",
     A("\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\",\"title\":\"B\"},\"c\":{\"type\":\"object\",\"properties\":{\"d\":{\"type\":[\"string\",\"null\"],"
       "\"title\":\"D\"}},\"required\":[],\"additionalProperties\":false,\"title\":\"C\"}},\"required\":[\"b\",\"c\"],\"additionalProperties\":false,")},
    {"M: {a: {type: {type: str}, default: null}}",
     A_OPTIONAL("\"type\":[\"object\",\"null\"],\"properties\":{\"type\":{\"type\":\"string\",\"title\":\"Type\"}},\"required\":[\"type\"],\"additionalProperties\":false,"
                "\"default\":null,")},
    {"M: {a: {}}", A("\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false,")},
    /* extends, extra */
    {"{A: {a: int, b: int}, B: {extends: A, c: int}, M: {extends: B, a: str}}",
     OBJECT("\"a\":{\"type\":\"string\",\"title\":\"A\"},\"b\":{\"type\":\"integer\",\"title\":\"B\"},\"c\":{\"type\":\"integer\",\"title\":\"C\"}", "\"a\",\"b\",\"c\"")},
    {"{A: {a: int}, B: {a: str, b: int}, M: {c: int, extends: [A, B]}}",
     OBJECT("\"a\":{\"type\":\"string\",\"title\":\"A\"},\"b\":{\"type\":\"integer\",\"title\":\"B\"},\"c\":{\"type\":\"integer\",\"title\":\"C\"}", "\"a\",\"b\",\"c\"")},
    {"{A: {a: {type: int, alias: x}}, M: {extends: A, a: int}}", A("\"type\":\"integer\",")},
    {"M: {extra: allow}", "{\"title\":\"M\",\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":true}"},
    {"{A: {extra: allow}, M: {extends: A}}", "{\"title\":\"M\",\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":true}"},
    {"{A: {extra: allow}, M: {extends: A, extra: forbid}}", OBJECT("", "")},
    {"M: {extra: {type: str}, extends: {type: str}}",
     OBJECT("\"extra\":{\"type\":\"string\",\"title\":\"Extra\"},\"extends\":{\"type\":\"string\",\"title\":\"Extends\"}", "\"extra\",\"extends\"")},
    /* coerce: pydantic */
    {"M: {a: {type: str, coerce: pydantic}}", A("\"type\":[\"string\",\"number\",\"boolean\"],\"$comment\":\"coerce: pydantic, string\",")},
    {"M: {a: {type: 'Optional[List[str]]', coerce: pydantic}}",
     A_OPTIONAL("\"type\":[\"array\",\"null\"],\"items\":{\"type\":[\"string\",\"number\",\"boolean\"],\"$comment\":\"coerce: pydantic, string\"},")},
    {"M: {a: {type: 'Optional[int]', coerce: pydantic}}",
     A_OPTIONAL("\"anyOf\":[{\"type\":[\"number\",\"boolean\"]},{\"type\":\"string\",\"pattern\":\"^\\\\s*[+-]?[0-9]+\\\\s*$\"},{\"type\":\"null\"}],\"$comment\":\"coerce: pydantic, integer\",")},
};

static void test_good(void)
{
    for (size_t i = 0; i < ROWS(good); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct workload workload;
        json_t *schema = load(&arena, good[i].text, &workload, &err) ? lts_schema(&workload, &err) : NULL;
        char *text = json_dumps(json_object_get(json_object_get(schema, "$defs"), "M"), JSON_COMPACT | JSON_ENCODE_ANY);
        CHECK(text && strcmp(text, good[i].schema) == 0, "%s\n    gave     %s\n    expected %s\n    %s", good[i].text, text ? text : "none", good[i].schema, err.text);
        free(text);
        struct json_schema *compiled = schema ? json_schema_compile(&arena, schema, "M", &err) : NULL;
        CHECK(compiled, "%s: %s", good[i].text, err.text);
        json_schema_close(compiled);
        json_decref(schema);
        json_decref(workload.constants);
        arena_close(&arena);
    }
}

/* ---- coerce: pydantic — what Pydantic 1.10 takes (tried with it) ---- */

static const struct {
    const char *type, *taken, *refused; /* JSON arrays of values */
} coerced[] = {
    {"int", "[3, 0.2, true, \"3\", \" -7 \", \"+4\"]", "[\"0.2\", \"x\", \"\", null, [], {}]"},
    {"float", "[3, 0.2, true, \"3\", \" -7.5 \", \"1e5\", \".5\", \"1.\"]", "[\"x\", \"\", \".\", null, [], {}]"},
    {"str", "[3, 0.2, true, \"\", \"x\"]", "[null, [], {}]"},
    {"bool", "[true, 0, 1, 1.0, \"on\", \"OFF\", \"t\", \"False\", \"y\", \"no\", \"1\"]", "[2, 0.5, \"\", \"x\", \"2\", null, [], {}]"},
    {"datetime", "[\"2025-01-06T08:00:00\", \"2025-01-06 08:00Z\", 1736150400, 1.5, true, \"1736150400\"]", "[\"2025-01-06\", \"x\", null, []]"},
    {"List[int]", "[[], [0.2, \"3\"]]", "[[\"x\"], [null], {}, null]"},
    {"dict[str, float]", "[{}, {\"a\": \"0.5\"}]", "[{\"a\": \"x\"}, null]"},
    {"Union[int, SemVer]", "[\"4\", \"4.5.6\", 0.5]", "[\"4.5\", null]"},
};

static void check_values(const struct json_schema *schema, const char *values, bool taken, const char *type)
{
    struct error err = {0};
    json_t *list = json_read(values, strlen(values), &(struct json_read_options){.strict = true}, &err), *value;
    size_t i;
    CHECK(json_array_size(list), "%s: %s", values, err.text);
    json_array_foreach(list, i, value) {
        struct arena arena = {0};
        struct violations found = {0};
        json_t *object = json_pack("{s:O}", "a", value);
        json_schema_check(schema, object, &arena, &found);
        CHECK((found.n == 0) == taken, "%s: value %zu of %s", type, i, values);
        json_decref(object);
        arena_close(&arena);
    }
    json_decref(list);
}

static void test_coerced(void)
{
    for (size_t i = 0; i < ROWS(coerced); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct workload workload;
        json_t *schema = NULL, *whole = NULL;
        if (load(&arena, arena_printf(&arena, "M: {a: {type: '%s', coerce: pydantic}}", coerced[i].type), &workload, &err))
            schema = lts_schema(&workload, &err);
        if (schema)
            whole = json_pack("{s:s s:O}", "$ref", "#/$defs/M", "$defs", json_object_get(schema, "$defs"));
        struct json_schema *compiled = whole ? json_schema_compile(&arena, whole, "M", &err) : NULL;
        CHECK(compiled, "%s: %s", coerced[i].type, err.text);
        if (compiled) {
            check_values(compiled, coerced[i].taken, true, coerced[i].type);
            check_values(compiled, coerced[i].refused, false, coerced[i].type);
        }
        json_schema_close(compiled);
        json_decref(whole);
        json_decref(schema);
        json_decref(workload.constants);
        arena_close(&arena);
    }
}

/* ---- small files that mean much work ---- */

static void test_bomb(const char *what, struct text *text, const char *error)
{
    struct arena arena = {0};
    struct error err = {0};
    struct workload workload;
    json_t *schema = load(&arena, text->s, &workload, &err) ? lts_schema(&workload, &err) : NULL;
    CHECK(!text->over && (error ? !schema && strstr(err.text, error) : schema != NULL), "%s: %s", what, err.text);
    if (schema)
        json_decref(lts_mapping(&workload, &err));
    json_decref(schema);
    json_decref(workload.constants);
    arena_close(&arena);
    text_clear(text);
}

static void test_bombs(void)
{
    struct text text = text_open(64 << 20);
    text_add(&text, "T0: int\n");
    for (int i = 1; i < 90; i++)
        text_printf(&text, "T%d: 'Union[T%d, List[T%d]]'\n", i, i - 1, i - 1);
    test_bomb("types of types", &text, NULL);
    text_add(&text, "T0: int\n");
    for (int i = 1; i < 200; i++)
        text_printf(&text, "T%d: T%d\n", i, i + 1);
    text_add(&text, "T200: int\n");
    test_bomb("a long way to a type", &text, "nested more than 100 deep");
    for (int i = 0; i < 2100; i++)
        text_printf(&text, "T%d: {}\n", i);
    test_bomb("models", &text, "more than 2000 models");
    text_add(&text, "M:\n");
    for (int i = 0; i < 1001; i++)
        text_printf(&text, "  f%d: int\n", i);
    test_bomb("fields", &text, "more than 1000 fields in a model");
    text_add(&text, "B: {a: &t 'Union[int");
    for (int i = 0; i < 900; i++)
        text_add(&text, ", str");
    text_add(&text, "]', b: *t, c: *t}\n");
    for (int i = 0; i < 1900; i++)
        text_printf(&text, "M%d: {extends: B}\n", i);
    test_bomb("a wide type in many models", &text, "more than 100000 parts");
    text_add(&text, "B: 'Union[int");
    for (int i = 0; i < 3000; i++)
        text_add(&text, ", str");
    text_add(&text, "]'\n");
    test_bomb("a long type", &text, "expected at most 10000 bytes");
    text_add(&text, "B:\n");
    for (int i = 0; i < 1000; i++)
        text_printf(&text, "  f%d: int\n", i);
    for (int i = 0; i < 50; i++)
        text_printf(&text, "M%d: {extends: [B, B, B, B, B, B, B, B, B, B]}\n", i);
    test_bomb("bases", &text, "more than 100000 parts");
    text_add(&text, "M: ");
    for (int i = 0; i < 30; i++)
        text_add(&text, "{a: ");
    text_add(&text, "int");
    text_fill(&text, '}', 30);
    test_bomb("in place", &text, "written in place more than 20 deep");
    text_add(&text, "A: {");
    for (int i = 0; i < 60; i++)
        text_printf(&text, "a%d: 'List[A]', ", i);
    text_add(&text, "}\nResults: {a: A}\n");
    test_bomb("a model that holds itself often", &text, NULL);
    text_close(&text);
}

int main(void)
{
    test_bad();
    test_good();
    test_coerced();
    test_bombs();
    return check_end();
}
