/* json/read: what is accepted, what is mended, and where errors are; then Jansson's loader as the judge. */
#include <math.h>

#include "json/path.h"
#include "tests/check.h"
#include "tests/json_support.h"

/* `strict` and `artifact` are compact JSON, or the error behind "t.json:" in that mode. */
static const struct {
    const char *text, *strict, *artifact; /* artifact NULL: the same */
} rows[] = {
    {"{\"a\": [1, 2.5, -0, \"x\", true, false, null, {}, []]}", "{\"a\":[1,2.5,0,\"x\",true,false,null,{},[]]}", NULL},
    {" \r\n\t1 ", "1", NULL},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "\"\\\"\\\\/\\b\\f\\n\\r\\té😀\"", NULL},
    {"9223372036854775807", "9223372036854775807", NULL},
    {"{\"\":{\"\":1}}", "{\"\":{\"\":1}}", NULL},
    /* mended */
    {"[NaN]", "1:2: expected a value, found 'NaN', which JSON cannot say (byte 1)", "[null]"},
    {"[Infinity, -Infinity]", "1:2: expected a value, found 'Infinity', which JSON cannot say (byte 1)", "[null,null]"},
    {"-Infinity", "1:1: expected a value, found '-Infinity', which JSON cannot say (byte 0)", "null"},
    {"\"a\\u0000b\"", "1:3: expected no \\u0000 and no surrogate without its other half in a string (byte 2)",
     "\"a\xEF\xBF\xBD"
     "b\""},
    {"\"\\ud800x\"", "1:2: expected no \\u0000 and no surrogate without its other half in a string (byte 1)",
     "\"\xEF\xBF\xBDx\""},
    {"\"\\ude00\\ud83d\"", "1:2: expected no \\u0000 and no surrogate without its other half in a string (byte 1)",
     "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\"\\ud83d\\ud83d\\ude00\"",
     "1:2: expected no \\u0000 and no surrogate without its other half in a string (byte 1)", "\"\xEF\xBF\xBD😀\""},
    {"9223372036854775808", "1:1: expected a number within 64 bits (byte 0)", "9.223372036854776e+18"},
    {"1e999", "1:1: expected a number within a double (byte 0)", "null"},
    {"{\"a\":1,\"b\":2,\"\\u0061\":3}", "1:14: expected each member name once, found \"a\" again (byte 13)",
     "{\"a\":3,\"b\":2}"},
    /* three names with one hash (little-endian), then one of them again */
    {"{\"aaaaaaaabbbbbbbb\":1,\"oedaaaaa@o@dcn^p\":2,\"ohmaaaaa^_l0A0QB\":3}",
     "{\"aaaaaaaabbbbbbbb\":1,\"oedaaaaa@o@dcn^p\":2,\"ohmaaaaa^_l0A0QB\":3}", NULL},
    {"{\"aaaaaaaabbbbbbbb\":1,\"oedaaaaa@o@dcn^p\":2,\"aaaaaaaabbbbbbbb\":3}",
     "1:44: expected each member name once, found \"aaaaaaaabbbbbbbb\" again (byte 43)",
     "{\"aaaaaaaabbbbbbbb\":3,\"oedaaaaa@o@dcn^p\":2}"},
    {"{\"a\":1,\"b\":2,\"a\":3,\"b\":4}", "1:14: expected each member name once, found \"a\" again (byte 13)",
     "{\"a\":3,\"b\":4}"},
    {"{\"b\":1,\"a\":2,\"b\":3,\"a\":4}", "1:14: expected each member name once, found \"b\" again (byte 13)",
     "{\"b\":3,\"a\":4}"},
    {"{\"a\":{\"x\":1,\"x\":2},\"a\":1}", "1:13: expected each member name once, found \"x\" again (byte 12)",
     "{\"a\":1}"},
    /* refused */
    {"", "1:1: expected a value, found the end of the text (byte 0)", NULL},
    {" \n ", "2:2: expected a value, found the end of the text (byte 3)", NULL},
    {"\xEF\xBB\xBF{}", "1:1: expected a value, found a byte order mark (byte 0)", NULL},
    {"{\"a\": 1 x}", "1:9: expected ',' or '}' after a member, found 'x' (byte 8)", NULL},
    {"{\n  \"é\": 1,\n  \"b\" 2}", "3:7: expected ':' after a member name, found '2' (byte 19)", NULL},
    {"{\"é\": x}", "1:7: expected a value after ':', found 'x' (byte 7)", NULL},
    {"{\"a\": None}", "1:7: expected a value after ':', found 'None' (byte 6)", NULL},
    {"{'a': 1}", "1:2: expected a member name in double quotes or '}', found ' (byte 1)", NULL},
    {"{a: 1}", "1:2: expected a member name in double quotes or '}', found 'a' (byte 1)", NULL},
    {"{\"a\": 1,}", "1:9: expected a member name in double quotes after ',', found '}' (byte 8)", NULL},
    {"{\"a\":}", "1:6: expected a value after ':', found '}' (byte 5)", NULL},
    {"[1,]", "1:4: expected a value after ',', found ']' (byte 3)", NULL},
    {"[,1]", "1:2: expected a value or ']', found ',' (byte 1)", NULL},
    {"[1 2]", "1:4: expected ',' or ']' after an element, found '2' (byte 3)", NULL},
    {"[1}", "1:3: expected ',' or ']' after an element, found '}' (byte 2)", NULL},
    {"[1", "1:3: expected ',' or ']' after an element, found the end of the text (byte 2)", NULL},
    {"[", "1:2: expected a value or ']', found the end of the text (byte 1)", NULL},
    {"{\"a\":1", "1:7: expected ',' or '}' after a member, found the end of the text (byte 6)", NULL},
    {"1 2", "1:3: expected the end of the text, found '2' (byte 2)", NULL},
    {"[1] // x", "1:5: expected the end of the text, found '/' (byte 4)", NULL},
    {"nullx", "1:1: expected a value, found 'nullx' (byte 0)", NULL},
    {"tru", "1:1: expected a value, found 'tru' (byte 0)", NULL},
    {"01", "1:2: expected no further digit after a leading 0, found '1' (byte 1)", NULL},
    {"-", "1:2: expected a digit after '-', found the end of the text (byte 1)", NULL},
    {"1.x", "1:3: expected a digit after '.', found 'x' (byte 2)", NULL},
    {"+1", "1:1: expected a value, found '+' (byte 0)", NULL},
    {"\"abc", "1:5: expected '\"' at the end of a string, found the end of the text (byte 4)", NULL},
    {"\"a\nb\"",
     "1:3: expected an escape such as \\n for a control character in a string, found the control character U+000A "
     "(byte 2)",
     NULL},
    {"\"\\x\"", "1:3: expected one of \"\\/bfnrtu after '\\', found 'x' (byte 2)", NULL},
    {"\"\\u12g4\"", "1:6: expected four hexadecimal digits after '\\u', found 'g4' (byte 5)", NULL},
    {"\"\\", "1:3: expected one of \"\\/bfnrtu after '\\', found the end of the text (byte 2)", NULL},
    {"\"12345678\xFF\"", "1:10: expected UTF-8, found the byte 0xff (byte 9)", NULL},
    {"\"\xED\xA0\x80\"", "1:2: expected UTF-8, found the byte 0xed (byte 1)", NULL},
    {"[\x01]", "1:2: expected a value or ']', found the control character U+0001 (byte 1)", NULL},
};

/* A copy of exactly this size, so that the sanitizer sees a read beyond it. */
static char *exact(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    return copy;
}

static void check_row(const char *text, bool strict, const char *want)
{
    static const struct json_style style = {.indent = -1};
    size_t len = strlen(text);
    char *copy = exact(text, len);
    struct error err = {0};
    struct json_read_options options = {.file = "t.json", .strict = strict};
    json_t *value = json_read(copy, len, &options, &err);
    struct text out = text_open(4000);
    if (value)
        json_write(&out, value, &style, 0);
    const char *got = value ? out.s : err.text + strlen("t.json:");
    CHECK(strcmp(got, want) == 0, "%s (%s): %s, expected %s", text, strict ? "strict" : "artifact", got, want);
    CHECK(value || err.kind == ERR_ARTIFACT, "%s", text);
    /* Passing over finds the same errors, but for names, which it does not look at. */
    bool repeats = strstr(err.text, "expected each member name once");
    struct error skip_err = {0};
    struct json_event event;
    struct json_reader *reader = json_reader_open(copy, len, "t.json", strict);
    bool ok = json_reader_skip(reader, &skip_err) && json_reader_next(reader, &event, &skip_err);
    CHECK(repeats ? ok : ok == (value != NULL) && strcmp(skip_err.text, err.text) == 0, "%s: skip says '%s'", text, skip_err.text);
    struct error again = {0};
    CHECK(json_reader_next(reader, &event, &again) == ok && strcmp(again.text, skip_err.text) == 0, "%s: %s", text,
          again.text);
    json_reader_close(reader);
    text_close(&out);
    json_decref(value);
    free(copy);
}

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_row(rows[i].text, true, rows[i].strict);
        check_row(rows[i].text, false, rows[i].artifact ? rows[i].artifact : rows[i].strict);
    }
}

static void test_repairs(void)
{
    static const char text[] =
        "{\"k\": \"\\ud800\\u0000\", \"big\": [18446744073709551616, 1e999, NaN], \"k\": 1, \"k\": 2}";
    struct json_repairs kept, skipped;
    struct error err = {0};
    struct json_read_options options = {.file = "t.json", .repairs = &kept};
    json_decref(json_read(text, strlen(text), &options, &err));
    struct json_reader *reader = json_reader_open(text, strlen(text), "t.json", false);
    CHECK(json_reader_skip(reader, &err), "%s", err.text);
    skipped = *json_reader_repairs(reader);
    json_reader_close(reader);
    CHECK(kept.surrogates == 1 && kept.nul == 1 && kept.big_integers == 1 && kept.non_finite == 2 &&
              kept.repeated_keys == 2 && kept.first_offset == 7,
          "%zu %zu %zu %zu %zu at %zu", kept.surrogates, kept.nul, kept.big_integers, kept.non_finite,
          kept.repeated_keys, kept.first_offset);
    kept.repeated_keys = 0; /* not looked for in what is passed over */
    CHECK(memcmp(&kept, &skipped, sizeof(kept)) == 0, "the same when passed over");
}

static void test_depth(void)
{
    for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        struct text text = text_open(10000);
        for (int i = 0; i < depth; i++)
            text_add(&text, i % 2 ? "[" : "{\"a\":");
        text_add(&text, "1");
        for (int i = depth; i-- > 0;)
            text_add(&text, i % 2 ? "]" : "}");
        struct error err = {0};
        struct json_read_options options = {.file = "t.json", .strict = true};
        json_t *value = json_read(text.s, text.len, &options, &err);
        CHECK((value != NULL) == (depth <= JSON_DEPTH_MAX), "%d: %s", depth, err.text);
        CHECK(value ||
                  strcmp(err.text, "t.json:1:1537: expected at most 512 nested arrays and objects (byte 1536)") == 0,
              "%s", err.text);
        json_decref(value);
        text_close(&text);
    }
}

/* --- events --- */

static const struct {
    enum json_event_kind kind;
    size_t start, end;
    const char *string;
} events[] = {
    {JSON_EVENT_OBJECT_OPEN, 0, 1, NULL},    {JSON_EVENT_KEY, 1, 10, "ab"},
    {JSON_EVENT_ARRAY_OPEN, 12, 13, NULL},   {JSON_EVENT_INTEGER, 13, 15, NULL},
    {JSON_EVENT_REAL, 17, 20, NULL},         {JSON_EVENT_STRING, 22, 26, "\n"},
    {JSON_EVENT_ARRAY_CLOSE, 26, 27, NULL},  {JSON_EVENT_KEY, 29, 32, "s"},
    {JSON_EVENT_KEY, 43, 46, "l"},           {JSON_EVENT_ARRAY_OPEN, 48, 49, NULL},
    {JSON_EVENT_OBJECT_CLOSE, 56, 57, NULL}, {JSON_EVENT_END, 57, 57, NULL},
    {JSON_EVENT_END, 57, 57, NULL},
};

static void test_events(void)
{
    static const char text[] = "{\"\\u0061b\": [-7, 2.5, \"\\n\"], \"s\": [1, {}], \"l\": [1, [2]]}";
    struct error err = {0};
    struct json_reader *reader = json_reader_open(text, strlen(text), "t.json", true);
    for (size_t i = 0; i < ROWS(events); i++) {
        struct json_event event;
        bool ok = json_reader_next(reader, &event, &err);
        CHECK(ok && event.kind == events[i].kind && event.start == events[i].start && event.end == events[i].end,
              "event %zu: kind %d [%zu, %zu) %s", i, event.kind, event.start, event.end, err.text);
        CHECK(!events[i].string || (event.string_len == strlen(events[i].string) &&
                                    memcmp(event.string, events[i].string, event.string_len) == 0),
              "event %zu: string", i);
        CHECK(event.kind != JSON_EVENT_INTEGER || event.integer == -7, "integer");
        CHECK(event.kind != JSON_EVENT_REAL || event.real == 2.5, "real");
        if (event.kind == JSON_EVENT_KEY && event.string_len == 1 && *event.string == 's')
            CHECK(json_reader_skip(reader, &err), "%s", err.text);
        if (event.kind == JSON_EVENT_ARRAY_OPEN && event.start == 48)
            CHECK(json_reader_leave(reader, &err), "%s", err.text);
    }
    json_reader_close(reader);
}

static void test_skip_elements(void)
{
    struct error err = {0};
    struct json_event event;
    struct json_reader *reader = json_reader_open("[1,[2,3],4]", 11, "t.json", true);
    CHECK(json_reader_next(reader, &event, &err) && json_reader_skip(reader, &err) && json_reader_skip(reader, &err),
          "-");
    CHECK(json_reader_next(reader, &event, &err) && event.kind == JSON_EVENT_INTEGER && event.integer == 4,
          "third element");
    CHECK(json_reader_skip(reader, &err) && json_reader_next(reader, &event, &err) &&
              event.kind == JSON_EVENT_ARRAY_CLOSE,
          "no element left");
    json_reader_close(reader);
}

/* More names than are compared one by one. */
static void test_many_names(void)
{
    struct text text = text_open(1 << 24);
    text_add(&text, "{");
    for (int i = 0; i < 50000; i++)
        text_printf(&text, "\"\\u%04x%d\": 1, ", 0x4E00 + i % 7, i);
    size_t before = text.len;
    text_add(&text, "\"x\": 1}");
    struct json_read_options options = {.file = "t.json", .strict = true};
    struct error err = {0};
    json_t *value = json_read(text.s, text.len, &options, &err);
    CHECK(value && json_object_size(value) == 50001, "%s", err.text);
    json_decref(value);
    text.len = before;
    text_add(&text, "\"\xE4\xB8\x80"
                    "7\": 2}"); /* U+4E00: the escaped name of i = 7 */
    value = json_read(text.s, text.len, &options, &err);
    CHECK(!value && strstr(err.text, "again"), "%s", err.text);
    text_close(&text);
}

/* --- Jansson as the judge --- */

static json_t *ours(const char *text, size_t len, bool strict)
{
    struct error err = {0};
    struct json_read_options options = {.file = "t.json", .strict = strict};
    return json_read(text, len, &options, &err);
}

/* Strict mode accepts exactly what Jansson does with its duplicate check; artifact mode at least what Jansson does
 * without; and the values are equal. (Jansson allows deeper nesting; these documents are not that deep.) */
static void compare(const char *text, size_t len)
{
    json_t *strict = ours(text, len, true), *artifact = ours(text, len, false);
    json_t *unique = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    json_t *any = json_loadb(text, len, JSON_DECODE_ANY, NULL);
    CHECK((strict != NULL) == (unique != NULL), "%.*s: strict %d, Jansson %d", (int)len, text, strict != NULL,
          unique != NULL);
    CHECK(!strict || json_equal(strict, unique), "%.*s: strict value", (int)len, text);
    CHECK(!any || (artifact && json_equal(artifact, any)), "%.*s: artifact value", (int)len, text);
    json_decref(strict);
    json_decref(artifact);
    json_decref(unique);
    json_decref(any);
}

static void mutate(struct text *text, uint64_t *state)
{
    static const char bytes[] = "{}[]\",:0123456789.-+eEtfn\\u/ \n\t\x01\x7F\xC3\xA9\xFF";
    for (size_t n = support_below(state, 3); n > 0 && text->len > 0; n--) {
        size_t at = support_below(state, text->len);
        size_t len = 1 + support_below(state, 4);
        len = len > text->len - at ? text->len - at : len;
        if (support_below(state, 3) == 0) {
            memmove(text->s + at, text->s + at + len, text->len - at - len + 1);
            text->len -= len;
        } else {
            text->s[at] = bytes[support_below(state, sizeof(bytes) - 1)];
        }
    }
}

static void test_against_jansson(void)
{
    uint64_t state = 5;
    for (int i = 0; i < 30000; i++) {
        struct text text = text_open(1 << 20);
        support_document(&text, &state, 4, i % 3 == 0);
        mutate(&text, &state);
        char *copy = exact(text.s, text.len);
        compare(copy, text.len);
        free(copy);
        text_close(&text);
    }
}

static const struct {
    const char *text;
    size_t max;
    bool fits;
} value_limits[] = {
    {"[1,2,3]", 4, true},
    {"[1,2,3]", 3, false},
    {"{\"a\":[],\"b\":{}}", 3, true},
    {"{\"a\":[],\"b\":{}}", 2, false},
    {"[[[[]]]]", 3, false},
    {"7", 1, true},
    {"[1,2,3]", 0, true}, /* the default */
};

static void test_value_limit(void)
{
    for (size_t i = 0; i < sizeof(value_limits) / sizeof(value_limits[0]); i++) {
        struct error err = {0};
        struct json_read_options options = {.file = "t.json", .values_max = value_limits[i].max};
        json_t *value = json_read(value_limits[i].text, strlen(value_limits[i].text), &options, &err);
        CHECK((value != NULL) == value_limits[i].fits, "%s, at most %zu: %s", value_limits[i].text, value_limits[i].max, err.text);
        CHECK(value || (err.kind == ERR_ARTIFACT && strstr(err.text, "t.json: more than")), "%s: %s", value_limits[i].text, err.text);
        json_decref(value);
    }
}

/* What is passed over is not made and does not count, except the nulls that hold indexes. */
static void test_value_limit_of_selections(void)
{
    struct arena arena = {0};
    struct error err = {0};
    struct json_path *path = json_path_parse(&arena, "$[*].a", (struct pos){0}, &err);
    const struct json_path *const keep[] = {path};
    static const char text[] = "[{\"b\":[1,2,3,4,5]},{\"b\":[1,2,3]},{\"a\":1,\"b\":[1,2]}]";
    for (size_t max = 1; max <= 6; max++) {
        struct json_read_options options = {.file = "t.json", .keep = keep, .keep_n = 1, .values_max = max};
        err = (struct error){0};
        json_t *value = json_read(text, strlen(text), &options, &err);
        CHECK((value != NULL) == (max >= 5), "at most %zu: %s", max, err.text); /* list, null, null, object, 1 */
        json_decref(value);
    }
    arena_close(&arena);
}

int main(void)
{
    test_value_limit();
    test_value_limit_of_selections();
    test_rows();
    test_repairs();
    test_depth();
    test_events();
    test_skip_elements();
    test_many_names();
    test_against_jansson();
    return check_end();
}
