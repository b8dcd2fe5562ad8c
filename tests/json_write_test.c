/* json/write: the bytes of Python's json.dumps. */
#include "tests/check.h"
#include "tests/json_support.h"

/* Every style beside the Python that it equals. */
static const struct {
    struct json_style style;
    const char *arguments;
} styles[] = {
    {{.indent = 4, .ascii = true}, "indent=4"},
    {{.indent = 4}, "indent=4, ensure_ascii=False"},
    {{.indent = 2, .sort_keys = true}, "indent=2, ensure_ascii=False, sort_keys=True"},
    {{.indent = 0, .ascii = true}, ""},
    {{.indent = 0, .ascii = true, .sort_keys = true}, "sort_keys=True"},
    {{.indent = -1}, "separators=(',', ':'), ensure_ascii=False"},
    {{.indent = -1, .ascii = true}, "separators=(',', ':')"},
};

static const char *const documents[] = {
    "[]",
    "{}",
    "[\"\\u007f\", \"a\\u007e\", \"\\u00e9\"]",
    "null",
    "[[], {}, [[]], {\"a\": {}}]",
    "{\"b\": [1, 2.5, -3, 1e16, 1e-5, 0.1, -0.0, 9223372036854775807], \"a\": {\"z\": true, \"y\": false, \"x\": "
    "null}}",
    "[\"\\u0001\\u001f \\u007f \\u0080 \\\" \\\\ / \\b\\f\\n\\r\\t\", \"\\u00e9\\u20ac\\ud83d\\ude00\", \"plain text, "
    "longer than eight\"]",
    "[\"1234567\\\"\", \"12345678\\\"\", \"123456789\\n\", \"\\\\234567\\u00e9\", \"\\u007f2345678\\u007f\"]",
    "{\"\\u00e9\": 1, \"e\": 2, \"\\ud83d\\ude00\": 3, \"\\uffff\": 4, \"\": 5, \"a\\nb\": 6}",
};

static json_t *document(const char *text, size_t len)
{
    struct error err = {0};
    struct json_read_options options = {.file = "document", .strict = false};
    json_t *value = json_read(text, len, &options, &err);
    CHECK(value, "%s", err.text);
    return value;
}

/* The documents, one on each line. */
static void collect(struct text *lines)
{
    uint64_t state = 3;
    for (size_t i = 0; i < ROWS(documents); i++)
        text_printf(lines, "%s\n", documents[i]);
    for (int i = 0; i < 300; i++) {
        struct text one = text_open(1 << 20);
        support_document(&one, &state, 5, false);
        for (size_t j = 0; j < one.len; j++)
            one.s[j] = one.s[j] == '\n' ? ' ' : one.s[j];
        text_printf(lines, "%s\n", one.s);
        text_close(&one);
    }
    text_add(lines, "{"); /* more members than are sorted without memory of their own */
    for (int i = 0; i < 200; i++)
        text_printf(lines, "%s\"k%d\": %d", i ? ", " : "", i * 7919 % 200, i);
    text_add(lines, "}\n");
}

static void write_lines(struct text *out, const struct text *lines, const struct json_style *style)
{
    for (const char *line = lines->s; *line;) {
        size_t len = strcspn(line, "\n");
        json_t *value = document(line, len);
        if (value)
            json_write(out, value, style, 0);
        text_addc(out, '\n');
        json_decref(value);
        line += len + 1;
    }
}

static void test_against_python(void)
{
    struct text lines = text_open(1 << 24), script = text_open(1 << 16);
    collect(&lines);
    text_add(&script, "import json, sys\nsys.stdout.reconfigure(encoding='utf-8')\n"
                      "lines = sys.stdin.buffer.read().decode().split('\\n')[:-1]\n");
    for (size_t i = 0; i < ROWS(styles); i++)
        text_printf(&script, "for line in lines: print(json.dumps(json.loads(line), %s))\n", styles[i].arguments);
    size_t len;
    char *want = support_python(script.s, lines.s, lines.len, &len), *at = want;
    for (size_t i = 0; i < ROWS(styles); i++) {
        struct text got = text_open(1 << 26);
        write_lines(&got, &lines, &styles[i].style);
        bool same = len - (size_t)(at - want) >= got.len && memcmp(got.s, at, got.len) == 0;
        size_t differ = 0;
        while (!same && got.s[differ] == at[differ])
            differ++;
        CHECK(same, "%s: at byte %zu: %.40s… Python: %.40s…", styles[i].arguments, differ, got.s + differ, at + differ);
        at += got.len;
        text_close(&got);
        if (!same)
            break;
    }
    free(want);
    text_close(&script);
    text_close(&lines);
}

static void test_pieces(void)
{
    struct json_style style = {.indent = 4, .ascii = true};
    struct text out = text_open(1000);
    json_t *value = document("{\"a\":[1]}", 9);
    json_write(&out, value, &style, 1);
    CHECK(strcmp(out.s, "{\n        \"a\": [\n            1\n        ]\n    }") == 0, "%s", out.s);
    text_clear(&out);
    json_write_break(&out, &style, 2);
    json_write_real(&out, 0.1);
    json_write_string(&out, "a\0b", 3, &style);
    CHECK(strcmp(out.s, "\n        0.1\"a\\u0000b\"") == 0, "%s", out.s);
    text_close(&out);
    struct text small = text_open(10);
    json_write(&small, value, &style, 0);
    CHECK(small.over, "a text that is full says so");
    text_close(&small);
    json_decref(value);
}

int main(void)
{
    test_against_python();
    test_pieces();
    return check_end();
}
