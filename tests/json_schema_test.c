/* json/schema: messages, limits, and the official tests of the known keywords. */
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
    {"{\"properties\":{\"a\":{\"minimum\":1}}}", "/properties/a/minimum: this keyword is not known here"},
    {"{\"a/b\":1}", "/a~1b: this keyword is not known here"},
    {"{\"type\":\"int\"}", "/type: expected null, boolean, integer, number, string, array or object"},
    {"{\"type\":[]}", "/type: expected at least one type"},
    {"{\"properties\":[]}", "/properties: expected an object of schemas"},
    {"{\"properties\":{\"x/y\":3}}", "/properties/x~1y: expected a schema: an object, true or false"},
    {"{\"required\":[1]}", "/required: expected an array of member names"},
    {"{\"items\":[{}]}", "/items: a schema for each element is not known here, only one for all"},
    {"{\"anyOf\":[]}", "/anyOf: expected a list of schemas"},
    {"{\"enum\":1}", "/enum: expected an array of values"},
    {"{\"pattern\":\"a(\"}", "/pattern: pattern 'a(', byte 2: missing closing parenthesis"},
    {"{\"$ref\":\"other.json#/a\"}", "/$ref: expected a reference within this schema, '#' or '#/…'"},
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
    {"{\"properties\":{\"a\":{\"$id\":\"x\"}}}", "/properties/a/$id: not known below the root of a schema"},
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
    {"date-time", "2024-02-29 12:00", true},
    {"date-time", "2024-2-9T1:00:59.123456789012+02:00", true},
    {"date-time", "2024-02-29T23:59:59.5-0330", true},
    {"date-time", "2024-02-29T23:59:59+14", true},
    {"date-time", "2023-02-29T12:00:00Z", false},
    {"date-time", "1900-02-29T12:00:00Z", false},
    {"date-time", "2000-02-29T12:00:00", true},
    {"date-time", "2024-13-01T12:00:00Z", false},
    {"date-time", "2024-01-00T12:00:00Z", false},
    {"date-time", "0000-01-01T12:00:00Z", false},
    {"date-time", "2024-01-31T24:00:00Z", false},
    {"date-time", "2024-01-31T12:60:00Z", false},
    {"date-time", "2024-01-31T12:00:60Z", false},
    {"date-time", "2024-01-31T12:00:00.", false},
    {"date-time", "2024-01-31T12:00:00.1234567890123", false},
    {"date-time", "2024-01-31T12:00:00z", false},
    {"date-time", "2024-01-31t12:00:00Z", false},
    {"date-time", "2024-01-31T12:00:00+24:00", false},
    {"date-time", "2024-01-31T12:00:00+1", false},
    {"date-time", "2024-01-31T12:00:00Zx", false},
    {"date-time", "2024-01-31", false},
    {"date-time", "", false},
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
    struct json_schema_options options = {.name = "s.json", .assert_formats = true};
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
    json_t *source = value_of("{\"format\":\"email\"}", 18);
    CHECK(!json_schema_compile_with(&arena, source, &options, &err) &&
              strcmp(err.text, "s.json#/format: 'email' is not known, only date-time and uuid4") == 0,
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

/* --- the official tests --- */

/* Keywords that are not known yet: a group that uses one is refused, which is right; then what else a group may be
 * refused for. A group that is refused for none of these fails. */
static const char *const reasons[] = {
    "additionalItems: this keyword is not known here",
    "allOf: this keyword is not known here",
    "dependentSchemas: this keyword is not known here",
    "else: this keyword is not known here",
    "if: this keyword is not known here",
    "maxItems: this keyword is not known here",
    "maxLength: this keyword is not known here",
    "maximum: this keyword is not known here",
    "minItems: this keyword is not known here",
    "minLength: this keyword is not known here",
    "minimum: this keyword is not known here",
    "not: this keyword is not known here",
    "prefixItems: this keyword is not known here",
    "propertyNames: this keyword is not known here",
    "then: this keyword is not known here",
    "unevaluatedProperties: this keyword is not known here",
    "items: a schema for each element is not known here, only one for all",
    "$ref: expected a reference within this schema, '#' or '#/…'",                   /* other documents, anchors */
    "pattern: pattern '^\\p{Letter}+$', byte 11: unknown property after \\P or \\p", /* PCRE2 has only the short names
                                                                                      */
    "patternProperties: pattern '^\\p{Letter}+$', byte 11: unknown property after \\P or \\p",
    "$id: not known below the root of a schema",
};

static const char *const folders[] = {"draft2020-12", "draft7"};
static const struct {
    const char *name;
    int right[ROWS(folders)]; /* groups that compile, in each folder */
} files[] = {
    {"type", {11, 11}},  {"properties", {5, 5}}, {"required", {5, 5}},       {"additionalProperties", {6, 6}},
    {"items", {5, 5}},   {"anyOf", {6, 6}},      {"ref", {16, 11}},          {"enum", {15, 14}},
    {"const", {17, 17}}, {"pattern", {2, 2}},    {"boolean_schema", {2, 2}}, {"infinite-loop-detection", {0, 0}},
    {"default", {1, 1}}, {"format", {19, 17}}, {"patternProperties", {4, 4}},
};

static const char *reason_of(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < ROWS(reasons); i++) {
        size_t tail = strlen(reasons[i]);
        if (len > tail && strcmp(text + len - tail, reasons[i]) == 0 && text[len - tail - 1] == '/')
            return reasons[i];
    }
    return NULL;
}

static bool run_group(const json_t *group, const char *where)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *name = json_string_value(json_object_get(group, "description"));
    struct json_schema *schema = json_schema_compile(&arena, json_object_get(group, "schema"), where, &err);
    json_t *tests = json_object_get(group, "tests");
    if (!schema)
        CHECK(err.kind == ERR_USAGE && reason_of(err.text), "%s, %s: %s", where, name, err.text);
    for (size_t i = 0; schema && i < json_array_size(tests); i++) {
        json_t *test = json_array_get(tests, i);
        struct violations all = {0};
        json_schema_check(schema, json_object_get(test, "data"), &arena, &all);
        CHECK((all.n == 0) == json_is_true(json_object_get(test, "valid")), "%s, %s, %s: %zu violations", where, name,
              json_string_value(json_object_get(test, "description")), all.n);
    }
    json_schema_close(schema);
    arena_close(&arena);
    return schema != NULL;
}

static void run_file(const char *folder, const char *name, int want)
{
    char path[200];
    size_t len;
    snprintf(path, sizeof(path), "suites/json-schema/%s/%s.json", folder, name);
    char *text = support_shared(path, &len);
    struct error err = {0};
    struct json_read_options options = {.file = path, .strict = false}; /* the suite has \u0000 in strings */
    json_t *groups = json_read(text, len, &options, &err);
    CHECK(groups, "%s", err.text);
    int right = 0;
    for (size_t i = 0; i < json_array_size(groups); i++)
        right += run_group(json_array_get(groups, i), path);
    CHECK(right == want, "%s: %d of %zu groups compile, expected %d", path, right, json_array_size(groups), want);
    json_decref(groups);
    free(text);
}

static void test_official(void)
{
    for (size_t i = 0; i < ROWS(files); i++)
        for (size_t j = 0; j < ROWS(folders); j++)
            run_file(folders[j], files[i].name, files[i].right[j]);
}

int main(void)
{
    test_violations();
    test_refused();
    test_formats();
    test_limits();
    test_chain();
    test_many();
    test_official();
    return check_end();
}
