/* json/schema: messages, refusals, limits. The official tests: json_schema_suite_test.c. */
#include "json/schema.h"
#include "tests/check.h"
#include "tests/json_support.h"

static json_t *value_of(const char *text, size_t len)
{
    struct error err = {0};
    struct json_read_options options = {.file = "test", .strict = true};
    json_t *value = json_read(text, len, &options, &err);
    CHECK(value, "%.80s: %s", text, err.text);
    return value;
}

/* --- violations --- */

static const struct {
    const char *schema, *instance;
    const char *violations; /* "pointer|schema pointer|found|expected" on a line for each */
} rows[] = {
    {"{\"type\":\"integer\"}", "8", ""},
    {"{\"type\":\"integer\"}", "8.0", ""},
    {"{\"type\":\"integer\"}", "0.2", "|/type|0.2|an integer\n"},
    {"{\"type\":[\"integer\",\"null\"]}", "\"eight\"", "|/type|\"eight\"|null or an integer\n"},
    {"{\"type\":\"string\"}", "{\"a\":1}", "|/type|an object of 1 member|a string\n"},
    {"{\"type\":\"string\"}", "[1,2]", "|/type|an array of 2 elements|a string\n"},
    {"{\"type\":\"object\"}", "[]", "|/type|[]|an object\n"},
    {"{\"type\":\"boolean\"}", "\"a long text that goes on and on and on, well beyond what anybody reads in one line\"",
     "|/type|\"a long text that goes on and on and on, well beyond what …\"|true or false\n"},
    {"{\"properties\":{\"a/b\":{\"properties\":{\"m~n\":{\"items\":{\"type\":\"null\"}}}}}}",
     "{\"a/b\":{\"m~n\":[null,5]}}", "/a~1b/m~0n/1|/properties/a~1b/properties/m~0n/items/type|5|null\n"},
    {"{\"required\":[\"gpu\",\"b\"],\"type\":\"object\"}", "{\"b\":1}", "|/required|nothing|a member \"gpu\"\n"},
    {"{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1,\"x\":\"y\",\"z\":[]}",
     "/x|/additionalProperties|\"y\"|no such member\n/z|/additionalProperties|[]|no such member\n"},
    {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"u\":1}", "/u|/additionalProperties/type|1|a string\n"},
    {"{\"patternProperties\":{\"^[0-9]+$\":{\"type\":\"number\"}},\"additionalProperties\":false}", "{\"7\":1,\"8\":\"x\",\"y\":1}",
     "/8|/patternProperties/^[0-9]+$/type|\"x\"|a number\n/y|/additionalProperties|1|no such member\n"},
    {"{\"properties\":{\"a1\":{\"type\":\"number\"}},\"patternProperties\":{\"^a\":{\"enum\":[1]},\"1$\":{\"enum\":[2]}}}", "{\"a1\":3}",
     "/a1|/patternProperties/^a/enum|3|one of 1\n/a1|/patternProperties/1$/enum|3|one of 2\n"},
    {"{\"enum\":[\"Valid\",\"Invalid\",1]}", "\"valid\"", "|/enum|\"valid\"|one of \"Valid\", \"Invalid\", 1\n"},
    {"{\"enum\":[1,{\"a\":[1.0]}]}", "{\"a\":[1]}", ""},
    {"{\"const\":{\"a\":null}}", "{}", "|/const|{}|exactly {\"a\": null}\n"},
    {"{\"const\":1}", "1.5", "|/const|1.5|exactly 1\n"},
    {"{\"const\":9223372036854775807}", "9223372036854775808.0",
     "|/const|9.223372036854776e+18|exactly 9223372036854775807\n"},
    {"{\"const\":9007199254740993}", "9007199254740992.0", "|/const|9007199254740992.0|exactly 9007199254740993\n"},
    {"{\"pattern\":\"^\\\\d+$\"}", "\"7x\"", "|/pattern|\"7x\"|a string that matches ^\\d+$\n"},
    {"{\"pattern\":\"^a$\"}", "\"a\\n\"", "|/pattern|\"a\\n\"|a string that matches ^a$\n"},
    {"{\"format\":\"date-time\"}", "\"no\"", ""},
    {"false", "1", "||1|no value\n"},
    {"{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]}", "\"x\"", "|/anyOf|\"x\"|an integer or null\n"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/"
     "s\"}],\"$defs\":{\"s\":{\"type\":\"object\",\"properties\":{\"gpu\":"
     "{\"type\":\"integer\"}}}}}",
     "{\"gpu\":\"eight\"}", "|/anyOf|an object of 1 member|null or at /gpu an integer\n"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"},\"b\":{\"$ref\":\"#/$defs/"
     "n\"}},\"$defs\":{\"n\":{\"type\":\"number\"}},"
     "\"required\":[\"c\"]}",
     "{\"b\":true,\"a\":\"\"}",
     "|/required|nothing|a member \"c\"\n/b|/$defs/n/type|true|a number\n/a|/$defs/n/type|\"\"|a number\n"},
    {"{\"minimum\":2,\"maximum\":4.5}", "5", "|/maximum|5|at most 4.5\n"},
    {"{\"minimum\":2,\"maximum\":4.5}", "1.5", "|/minimum|1.5|at least 2\n"},
    {"{\"exclusiveMinimum\":0,\"exclusiveMaximum\":1}", "0", "|/exclusiveMinimum|0|more than 0\n"},
    {"{\"exclusiveMinimum\":0,\"exclusiveMaximum\":1}", "1.0", "|/exclusiveMaximum|1.0|less than 1\n"},
    {"{\"maximum\":9007199254740992.0}", "9007199254740993", "|/maximum|9007199254740993|at most 9007199254740992.0\n"},
    {"{\"multipleOf\":0.01}", "4.02", ""},
    {"{\"multipleOf\":0.0001}", "0.00751", "|/multipleOf|0.00751|a multiple of 0.0001\n"},
    {"{\"multipleOf\":3}", "1e300", "|/multipleOf|1e+300|a multiple of 3\n"},
    {"{\"multipleOf\":7}", "9223372036854775807", ""},
    {"{\"minLength\":2,\"maxLength\":3}", "\"é\"", "|/minLength|\"é\"|at least 2 characters, not 1\n"},
    {"{\"minLength\":2,\"maxLength\":3}", "\"éééé\"", "|/maxLength|\"éééé\"|at most 3 characters, not 4\n"},
    {"{\"minItems\":1}", "[]", "|/minItems|[]|at least 1 element, not 0\n"},
    {"{\"maxItems\":1}", "[1,2]", "|/maxItems|an array of 2 elements|at most 1 element, not 2\n"},
    {"{\"minProperties\":2}", "{\"a\":1}", "|/minProperties|an object of 1 member|at least 2 members, not 1\n"},
    {"{\"maxProperties\":0}", "{\"a\":1}", "|/maxProperties|an object of 1 member|at most 0 members, not 1\n"},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":[2]},3,{\"b\":[2.0],\"a\":1.0}]", "|/uniqueItems|an array of 3 elements|elements that differ: those at 0 and 2 are equal\n"},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[1,2,3]", "/0|/prefixItems/0/type|1|a string\n/1|/items|2|no such element\n/2|/items|3|no such element\n"},
    {"{\"contains\":{\"const\":1}}", "[2,3]", "|/contains|an array of 2 elements|at least 1 element that fits the schema under \"contains\", not 0\n"},
    {"{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,3,1]", "|/maxContains|an array of 3 elements|at most 1 element that fits the schema under \"contains\", not 2\n"},
    {"{\"contains\":{\"const\":1},\"minContains\":2}", "[1,3]", "|/minContains|an array of 2 elements|at least 2 elements that fit the schema under \"contains\", not 1\n"},
    {"{\"propertyNames\":{\"maxLength\":2}}", "{\"a\":1,\"abc\":2}", "|/propertyNames/maxLength|a member named \"abc\"|at most 2 characters, not 3\n"},
    {"{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}", "{\"a\":1,\"b\":1}", "|/dependentRequired|nothing|a member \"c\" beside \"a\"\n"},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}", "|/dependentSchemas/a/required|nothing|a member \"b\"\n"},
    {"{\"dependencies\":{\"a\":[\"b\"],\"c\":{\"maxProperties\":1}}}", "{\"a\":1,\"c\":1}", "|/dependencies|nothing|a member \"b\" beside \"a\"\n|/dependencies/c/maxProperties|an object of 2 members|at most 1 member, not 2\n"},
    {"{\"allOf\":[{\"minimum\":2},{\"maximum\":0}]}", "1", "|/allOf/0/minimum|1|at least 2\n|/allOf/1/maximum|1|at most 0\n"},
    {"{\"oneOf\":[{\"minimum\":2},{\"type\":\"string\"}]}", "1", "|/oneOf|1|at least 2 or a string\n"},
    {"{\"oneOf\":[{\"minimum\":2},{\"type\":\"string\"},{\"type\":\"integer\"}]}", "3", "|/oneOf|3|exactly one of the schemas to fit; those at 0 and 2 both do\n"},
    {"{\"not\":{\"type\":\"null\"}}", "null", "|/not|null|a value that does not fit the schema under \"not\"\n"},
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"required\":[\"a\"]},\"else\":{\"required\":[\"b\"]}}", "{\"k\":1}", "|/then/required|nothing|a member \"a\"\n"},
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"required\":[\"a\"]},\"else\":{\"required\":[\"b\"]}}", "{\"k\":2}", "|/else/required|nothing|a member \"b\"\n"},
    {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "{\"a\":1,\"b\":2}", "/b|/unevaluatedProperties|2|no such member\n"},
    {"{\"prefixItems\":[true],\"unevaluatedItems\":{\"type\":\"null\"}}", "[1,null,2]", "/2|/unevaluatedItems/type|2|null\n"},
    {"{\"$id\":\"http://h/a\",\"$ref\":\"b#x\",\"$defs\":{\"b\":{\"$id\":\"b\",\"$defs\":{\"c\":{\"$anchor\":\"x\",\"type\":\"null\"}}}}}", "1", "|/$defs/b/$defs/c/type|1|null\n"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[true,{\"type\":\"null\"}],\"additionalItems\":false}", "[1,2,3]", "/1|/items/1/type|2|null\n/2|/additionalItems|3|no such element\n"},
    {"{\"enum\":[1,2,3,4,5,6,7,8,9,10,11,12,13,{\"a\":[14.0]}]}", "{\"a\":[14]}", ""},
    {"{\"enum\":[1,2,3,4,5,6,7,8,9,10,11,12,13,{\"a\":[14.0]}]}", "15", "|/enum|15|one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, {\"a\": [14.0]}\n"},
    {"{\"$dynamicRef\":\"#n\",\"$defs\":{\"a\":{\"$dynamicAnchor\":\"n\",\"type\":\"null\"}}}", "1", "|/$defs/a/type|1|null\n"},
    {"{\"anyOf\":[{\"anyOf\":[{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}]}]}", "1", "|/anyOf|1|what one of 2 schemas says\n"},
    {"{\"items\":{\"$ref\":\"#\"},\"type\":\"array\"}", "[[[]],[[1]]]", "/1/0/0|/type|1|an array\n"},
};

static void check_row(size_t i, struct arena *arena)
{
    struct error err = {0};
    json_t *source = value_of(rows[i].schema, strlen(rows[i].schema));
    json_t *instance = value_of(rows[i].instance, strlen(rows[i].instance));
    struct json_schema *schema = json_schema_compile(arena, source, "s.json", &err);
    CHECK(schema, "%s: %s", rows[i].schema, err.text);
    struct violations all = {0};
    struct text got = text_open(10000);
    if (schema)
        json_schema_check(schema, instance, arena, &all);
    for (size_t j = 0; j < all.n; j++)
        text_printf(&got, "%s|%s|%s|%s\n", all.v[j].pointer, all.v[j].schema_pointer, all.v[j].found,
                    all.v[j].expected);
    CHECK(strcmp(got.s, rows[i].violations) == 0, "%s in %s:\n%s, expected\n%s", rows[i].instance, rows[i].schema,
          got.s, rows[i].violations);
    text_close(&got);
    json_schema_close(schema);
    json_decref(source);
    json_decref(instance);
}

static void test_violations(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++)
        check_row(i, &arena);
    arena_close(&arena);
}

/* --- schemas that are refused --- */

static const struct {
    const char *schema, *error; /* behind "s.json#" */
} refused[] = {
    {"5", ": expected a schema: an object, true or false"},
    {"{\"properties\":{\"a\":{\"minumum\":1}}}", "/properties/a/minumum: this keyword is not known here"},
    {"{\"a/b\":1}", "/a~1b: this keyword is not known here"},
    {"{\"type\":\"int\"}", "/type: expected null, boolean, integer, number, string, array or object"},
    {"{\"type\":[]}", "/type: expected at least one type"},
    {"{\"properties\":[]}", "/properties: expected an object of schemas"},
    {"{\"properties\":{\"x/y\":3}}", "/properties/x~1y: expected a schema: an object, true or false"},
    {"{\"required\":[1]}", "/required: expected an array of member names"},
    {"{\"items\":[{}]}", "/items: expected a schema; a list of schemas is \"prefixItems\" in draft 2020-12"},
    {"{\"anyOf\":[]}", "/anyOf: expected a list of schemas"},
    {"{\"enum\":1}", "/enum: expected an array of values"},
    {"{\"pattern\":\"a(\"}", "/pattern: pattern 'a(', byte 2: expected ')'"},
    {"{\"$ref\":\"other.json#/a\"}", "/$ref: 'other.json' is not in this schema, and no other one is known here"},
    {"{\"$ref\":\"#/$defs/no\"}", "/$ref: '#/$defs/no' leads to nothing in this schema"},
    {"{\"$ref\":\"#/a~2\"}", "/$ref: '#/a~2' leads to nothing in this schema"},
    {"{\"$ref\":\"#/%zz\"}", "/$ref: expected two hexadecimal digits after each '%'"},
    {"{\"enum\":[{}],\"$ref\":\"#/enum/0\"}", "/$ref: '#/enum/0' does not lead to a schema"},
    {"{\"$ref\":\"#\"}", ": leads back to itself without going down into the value"},
    {"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"anyOf\":[true,{\"$ref\":\"#/$defs/a\"}]}}}",
     "/$defs/b/anyOf/1: leads back to itself without going down into the value"},
    {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}",
     "/$schema: only draft 2020-12 and draft-07 are known"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"$ref\":\"#/definitions/"
     "a\",\"definitions\":{\"a\":{}},\"type\":\"null\"}",
     "/type: draft-07 ignores keywords beside $ref"},
    {"{\"properties\":{\"a\":{\"$id\":\"x#y\"}}}", "/properties/a/$id: expected a URI without fragment ('#…')"},
    {"{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}", "/$defs/b/$id: 'x' is the identity of another schema, too: /$defs/a"},
    {"{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", "/$defs/b/$anchor: 'x' is the name of another schema, too: /$defs/a"},
    {"{\"$anchor\":\"#x\"}", "/$anchor: expected a name: letters, digits, '_', '-' and '.'"},
    {"{\"$ref\":\"#x\"}", "/$ref: '#x' leads to nothing: no \"$anchor\" has that name"},
    {"{\"minLength\":-1}", "/minLength: expected a whole number, 0 or greater"},
    {"{\"maxItems\":1.5}", "/maxItems: expected a whole number, 0 or greater"},
    {"{\"maximum\":\"1\"}", "/maximum: expected a number"},
    {"{\"multipleOf\":0}", "/multipleOf: expected a number greater than 0"},
    {"{\"uniqueItems\":1}", "/uniqueItems: expected true or false"},
    {"{\"not\":[]}", "/not: expected a schema: an object, true or false"},
    {"{\"dependentRequired\":{\"a\":[1]}}", "/dependentRequired: 'a': expected an array of member names"},
    {"{\"prefixItems\":[1]}", "/prefixItems/0: expected a schema: an object, true or false"},
    {"{\"title\":1}", "/title: expected a string"},
    {"{\"pattern\":\"\\\\Z\"}", "/pattern: pattern '\\Z', byte 1: expected an escape that ECMA-262 has"},
    {"{\"allOf\":[{\"$ref\":\"#\"}]}", "/allOf/0: leads back to itself without going down into the value"},
    {"{\"if\":{\"not\":{\"$ref\":\"#/if\"}}}", "/if/not: leads back to itself without going down into the value"},
    {"{\"$defs\":{\"a\":{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}}}", "/$defs/a/$schema: expected the same as at the root of the schema, or \"$id\" beside it"},
};

static void test_refused(void)
{
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct arena arena = {0};
        struct error err = {0};
        json_t *source = value_of(refused[i].schema, strlen(refused[i].schema));
        bool ok = !json_schema_compile(&arena, source, "s.json", &err) && err.kind == ERR_USAGE;
        CHECK(ok && strcmp(err.text + strlen("s.json#"), refused[i].error) == 0, "%s: %s", refused[i].schema, err.text);
        json_decref(source);
        arena_close(&arena);
    }
}

/* --- formats --- */

static const struct {
    const char *format, *value;
    bool ok;
} format_rows[] = {
    {"date-time", "2024-02-29T12:00:00Z", true},
    {"date-time", "2024-02-29 12:00:00Z", false},
    {"date-time", "2024-02-29T12:00:00", false},
    {"date-time", "2000-02-29t12:00:00.5z", true},
    {"date-time", "1900-02-29T12:00:00Z", false},
    {"date-time", "2024-01-31T12:00:00.Z", false},
    {"time", "00:59:60+01:00", true},
    {"duration", "P1M2D", true},
    {"duration", "P1YT", false},
    {"email", "\"a\\\"b\"@example.org", true},
    {"email", "a@b@c", false},
    {"hostname", "0a.xn--4db", false},
    {"ipv6", "1::2::3", false},
    {"ipv6", "1:2:3:4:5:6:7::", true},
    {"ipv6", "1:2:3:4:5:6:1.2.3.4", true},
    {"uri", "http://[::1]:80/a?b#c", true},
    {"uri", "http://h/%", false},
    {"uri-reference", "a:b", true},
    {"uri-reference", "1a:b", false},
    {"regex", "(?<=a+)[\\w-.]{2,3}?", true},
    {"regex", "a{3,2}", false},
    {"regex", "a++", false},
    {"regex", "\\1(a)", true},
    {"regex", "\\2(a)", false},
    {"no such format", "x", true},
    {"uuid4", "9a7872f9-fcbe-42d5-bc45-aff02a9599a9", true},
    {"uuid4", "9A7872F9-FCBE-42D5-BC45-AFF02A9599A9", true},
    {"uuid4", "9a7872f9-fcbe-12d5-bc45-aff02a9599a9", false},
    {"uuid4", "9a7872f9-fcbe-42d5-cc45-aff02a9599a9", false},
    {"uuid4", "9a7872f9-fcbe-42d5-bc45-aff02a9599a", false},
    {"uuid4", "9a7872f9fcbe42d5bc45aff02a9599a9", false},
    {"uuid4", "9a7872f9-fcbe-42d5-bc45-aff02a9599ag", false},
};

static void test_formats(void)
{
    struct arena arena = {0};
    struct json_schema_options options = {.name = "s.json", .assert_formats = true, .open = true};
    for (size_t i = 0; i < ROWS(format_rows); i++) {
        struct error err = {0};
        json_t *source = json_object(), *instance = json_string(format_rows[i].value);
        json_object_set_new(source, "format", json_string(format_rows[i].format));
        struct json_schema *schema = json_schema_compile_with(&arena, source, &options, &err);
        struct violations all = {0};
        CHECK(schema, "%s", err.text);
        json_schema_check(schema, instance, &arena, &all);
        CHECK(all.n == !format_rows[i].ok, "%s '%s': %zu", format_rows[i].format, format_rows[i].value, all.n);
        json_schema_close(schema);
        json_decref(source);
        json_decref(instance);
    }
    struct error err = {0};
    json_t *source = value_of("{\"format\":\"emall\"}", 18);
    options.open = false;
    CHECK(!json_schema_compile_with(&arena, source, &options, &err) &&
              strcmp(err.text, "s.json#/format: 'emall' is no format that is known here") == 0,
          "%s", err.text);
    json_decref(source);
    arena_close(&arena);
}

/* --- limits --- */

/* A check that would take for ever, or very deep, ends with a violation. */
static const struct {
    const char *schema;
    const char *open, *close;
    int depth;
    bool ok;
} limit_rows[] = {
    /* two ways at each level: 2^500 */
    {"{\"$defs\":{\"a\":{\"additionalProperties\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/"
     "a\"}]},\"type\":\"object\"}},"
     "\"$ref\":\"#/$defs/a\"}",
     "{\"a\":", "}", 400, false},
    {"{\"$defs\":{\"a\":{\"items\":{\"anyOf\":[false,{\"$ref\":\"#/$defs/a\"}]},\"type\":\"array\"}},\"$ref\":\"#/"
     "$defs/a\"}",
     "[", "]", 500, true},
    {"{\"additionalProperties\":{\"$ref\":\"#\"},\"type\":[\"object\",\"integer\"]}", "{\"a\":", "}", 512, true},
    /* five schemas for each level: too deep */
    {"{\"items\":{\"$ref\":\"#/$defs/a\"},\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/"
     "c\"},\"c\":{\"$ref\":\"#/$defs/d\"},"
     "\"d\":{\"$ref\":\"#\"}}}",
     "[", "]", 512, false},
    /* a pattern that backtracks without end on each element */
    {"{\"items\":{\"pattern\":\"^(a+)+$\"}}",
     "[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\",1", "]", 1, false},
};

static void test_limits(void)
{
    for (size_t i = 0; i < ROWS(limit_rows); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct text text = text_open(100000);
        for (int d = 0; d < limit_rows[i].depth; d++)
            text_add(&text, limit_rows[i].open);
        if (limit_rows[i].open[0] == '{')
            text_add(&text, "1");
        for (int d = 0; d < limit_rows[i].depth; d++)
            text_add(&text, limit_rows[i].close);
        json_t *source = value_of(limit_rows[i].schema, strlen(limit_rows[i].schema)),
               *deep = value_of(text.s, text.len);
        struct json_schema *schema = json_schema_compile(&arena, source, "s.json", &err);
        struct violations all = {0};
        CHECK(schema, "%s", err.text);
        if (schema)
            json_schema_check(schema, deep, &arena, &all);
        CHECK((all.n == 0) == limit_rows[i].ok, "row %zu: %zu violations, the first: %s", i, all.n,
              all.n ? all.v[0].found : "-");
        json_schema_close(schema);
        json_decref(source);
        json_decref(deep);
        text_close(&text);
        arena_close(&arena);
    }
}

/* A chain of references: up to 64 in a row, in any number of schemas. */
static void test_chain(void)
{
    for (int n = 60; n <= 50000; n += 49940) {
        struct arena arena = {0};
        struct error err = {0};
        struct text text = text_open(1 << 24);
        text_add(&text, "{\"$defs\":{");
        for (int i = 0; i < n; i++)
            text_printf(&text, "\"%d\":{\"$ref\":\"#/$defs/%d\"},", i, i + 1);
        text_printf(&text, "\"%d\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/0\"}", n);
        json_t *source = value_of(text.s, text.len);
        struct json_schema *schema = json_schema_compile(&arena, source, "s.json", &err);
        CHECK((schema != NULL) == (n == 60), "%d: %s", n, err.text);
        struct violations all = {0};
        if (schema)
            json_schema_check(schema, source, &arena, &all);
        CHECK(all.n == (schema != NULL), "%zu", all.n);
        json_schema_close(schema);
        json_decref(source);
        text_close(&text);
        arena_close(&arena);
    }
}

/* More violations than are listed. */
static void test_many(void)
{
    struct arena arena = {0};
    struct error err = {0};
    json_t *source = value_of("{\"items\":{\"type\":\"null\"}}", 25), *array = json_array();
    for (int i = 0; i < JSON_VIOLATIONS_MAX + 5; i++)
        json_array_append_new(array, json_integer(i));
    struct json_schema *schema = json_schema_compile(&arena, source, "s.json", &err);
    struct violations all = {0};
    json_schema_check(schema, array, &arena, &all);
    CHECK(all.n == JSON_VIOLATIONS_MAX + 1 && strcmp(all.v[all.n - 1].found, "further violations") == 0, "%zu", all.n);
    json_schema_close(schema);
    json_decref(source);
    json_decref(array);
    arena_close(&arena);
}

int main(void)
{
    test_violations();
    test_refused();
    test_formats();
    test_limits();
    test_chain();
    test_many();
    return check_end();
}
