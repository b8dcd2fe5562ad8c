/* The reader over windows: against itself over a text in memory, and against Jansson, on every sample and suite; selections in
 * one pass against the whole document; what is very long or deep. */
#include <ftw.h>
#include <signal.h>

#include "base/window.h"
#include "tests/check.h"
#include "tests/json_agree.h"
#include "tests/json_support.h"

static const size_t windows[] = {1, 3, 64, 4096, 0};

/* --- texts that are made up --- */

static const char *const rows[] = {
    "", " ", "7", "-", "-I", "-Infinity", "[-Infinity, NaN , tru]", "nullx", "nul", "\"\\ud83d\\ude00\\u00e9\\ud83d\"", "\"\\ud83d\\u12",
    "{\"a\":1,\"a\":2}", "{\"a\" : 1, \"\\u0061\"\n:\n2 , \"b\":[1,2,{}]}", "[1,2", "[1 2]", "{\"a\"", "{\"a\" 1}", "{\"a\":}", "[1,]",
    "\"\xC3", "\"\xC3\xA9\xE2\x82\xAC\"", "\"abc\xE2\x82\"", "[\n\n\n  \"\xC3\xA9\", x]", "[\"\xC3\xA9\\x\"]", "{\"\xC3\xA9\":1,\n\"\xC3\xA9\":2}",
    "\xEF\xBB\xBF[]", "[18446744073709551616, 1e999, 0.1, -0, 01]", "[\"a\nb\"]", "[\"12345678901234567890123456789012345678901234567890123456789012345678901234567890\"]",
    "                                                                                                                       {   }   x",
    "[9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999]",
    "{\"0123456789012345678901234567890123456789\":{\"0123456789012345678901234567890123456789\":[[[[[]]]]]}}",
};

static void check_text(const char *name, const char *text, size_t len)
{
    for (size_t w = 0; w < ROWS(windows); w++) {
        for (int strict = 0; strict < 2; strict++) {
            const char *events = agree_events(text, len, strict, windows[w], 0);
            const char *skipped = agree_events(text, len, strict, windows[w], 3);
            const char *values = agree_values(text, len, strict, windows[w], NULL, 0);
            CHECK(!events && !skipped && !values, "%s, windows of %zu: %s%s%s", name, windows[w], events ? events : "",
                  skipped ? skipped : "", values ? values : "");
        }
    }
}

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        check_text(rows[i], rows[i], strlen(rows[i]));
}

static const char *const paths[] = {
    "$", "$.a", "$.a.b", "$.*", "$[*]", "$[0]", "$[1].a", "$[*].a", "$.a[*].b", "$.*.*", "$[*][*]", "$[1:3]", "$[::2].a", "$[1:]['c']",
    "$[-1]", "$[*][-1]", "$..a", "$[*]..b", "$.b..a", "$['a','b']", "$[*]['a','b']", "$[?@.a]", "$[?@.a].b", "$.*[?@.b == 1]",
    "$[?@ > 1]", "$[?@.a == $.b]", "$..[?@.a]", "$[?@[0]][*]", "$.a[?@.b].c[?@ < 3]", "$[?length(@) > 1]..a", "$[5:1]", "$.a[2:4:2]",
    "$[?@.a]['b','a']", "$['a.b']", "$[*].*.*", "$[?match(@.c, 's')]",
};

static void test_selections(void)
{
    uint64_t state = 3;
    for (int i = 0; i < 3000; i++) {
        struct arena arena = {0};
        struct text doc = text_open(1 << 20);
        const struct json_path *some[5];
        struct error err = {0};
        size_t n = 1 + support_below(&state, 5);
        support_document(&doc, &state, 4, i % 4 == 0);
        if (i % 7 == 0)
            doc.len -= doc.len / 3; /* cut */
        for (size_t k = 0; k < n; k++)
            some[k] = json_path_parse(&arena, paths[support_below(&state, ROWS(paths))], (struct pos){0}, &err);
        const char *selected = agree_selections(doc.s, doc.len, windows[support_below(&state, ROWS(windows))], some, n, i % 3 == 0);
        const char *kept = agree_values(doc.s, doc.len, false, 1 + support_below(&state, 80), some, n);
        CHECK(!selected && !kept, "%s / %s: %.*s, %s …", selected ? selected : "", kept ? kept : "", (int)doc.len, doc.s, some[0]->text);
        text_close(&doc);
        arena_close(&arena);
    }
}

/* --- the samples and the suites --- */

static size_t files, values;

/* Every value in it as a text of its own, too. */
static void check_parts(const char *name, json_t *value, int depth)
{
    static const struct json_style style = {.indent = -1};
    size_t i;
    const char *key;
    json_t *part;
    struct text text = text_open(64 << 20);
    json_write(&text, value, &style, 0);
    const char *events = text.len < 300 ? agree_events(text.s, text.len, true, 1, 0) : NULL;
    struct error err = {0};
    json_t *same = json_read(text.s, text.len, &(struct json_read_options){.strict = true}, &err);
    CHECK(!events && same && json_equal(same, value), "%s: %s %s", name, events ? events : "", err.text);
    json_decref(same);
    text_close(&text);
    values++;
    if (depth == 0)
        return;
    if (json_is_object(value))
        json_object_foreach(value, key, part)
            check_parts(name, part, depth - 1);
    json_array_foreach(value, i, part)
        check_parts(name, part, depth - 1);
}

static bool has_fault(const char *text, const char *const *faults)
{
    for (; *faults; faults++)
        if (strstr(text, *faults))
            return true;
    return false;
}

/* Jansson takes what strict mode takes, but for what it cannot hold: NUL in strings, and its own limits. */
static void check_jansson(const char *name, const char *text, size_t len, struct content *content)
{
    static const char *const faults[] = {"\\u0000", "too big", "overflow", NULL};
    json_error_t why;
    struct error err = {0};
    json_t *theirs = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
    json_t *ours = json_read_content(content, &(struct json_read_options){.file = name, .strict = true}, &err);
    CHECK((ours != NULL) == (theirs != NULL) || (!theirs && has_fault(why.text, faults)), "%s: %s / Jansson: %s", name, err.text,
          theirs ? "" : why.text);
    CHECK(!ours || !theirs || json_equal(ours, theirs), "%s: the values differ", name);
    if (ours && len < 1 << 20)
        check_parts(name, ours, 5);
    json_decref(ours);
    json_decref(theirs);
}

static void check_file(const char *path)
{
    size_t len;
    FILE *in = fopen(path, "rb");
    CHECK(in, "%s", path);
    if (!in)
        return;
    char *text = support_slurp(in, &len);
    fclose(in);
    struct content *content = agree_content(text, len);
    check_jansson(path, text, len, content);
    content_close(content);
    CHECK(!agree_events(text, len, false, 1000, 5), "%s", path);
    files++;
    free(text);
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    size_t n = strlen(path);
    (void)st;
    (void)where;
    if (kind == FTW_F && n > 5 && strcmp(path + n - 5, ".json") == 0)
        check_file(path);
    return 0;
}

static void test_files(void)
{
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    static const char *const folders[] = {"data", "suites"};
    for (size_t i = 0; i < ROWS(folders); i++) {
        struct text path = text_open(4096);
        size_t before = files;
        text_printf(&path, shared ? "%s/%s" : "%s/../shared/%s", shared ? shared : source ? source : ".", folders[i]);
        nftw(path.s, visit, 16, FTW_PHYS);
        CHECK(files > before + 50, "%s: %zu files", path.s, files - before);
        text_close(&path);
    }
    printf("json_window: %zu files of the shared material, %zu values in them\n", files, values);
}

/* --- what is very long --- */

/* A content of any size out of nothing: `head`, then `n` bytes of `fill`, from a child of this process. */
static struct content *endless(const char *head, char fill, size_t n)
{
    int ends[2];
    if (pipe(ends) != 0)
        exit(1);
    if (fork() == 0) {
        static char block[1 << 16];
        close(ends[0]);
        signal(SIGPIPE, SIG_DFL);
        memset(block, fill, sizeof(block));
        for (ssize_t wrote = write(ends[1], head, strlen(head)); wrote > 0 && n; n -= (size_t)wrote)
            wrote = write(ends[1], block, n < sizeof(block) ? n : sizeof(block));
        _exit(0);
    }
    close(ends[1]);
    return content_of_fd(ends[0], "long.json", UINT64_MAX);
}

static const struct {
    const char *head;
    char fill;
    const char *says;
} long_rows[] = {
    {"{\"a\": \"", 'x', "long.json: a JSON string or number is longer than 64 MB (from byte 6 on)"},
    {"[1, ", '7', "long.json: a JSON string or number is longer than 64 MB (from byte 4 on)"},
    {"{\"", 'k', "long.json: a JSON string or number is longer than 64 MB (from byte 1 on)"},
    {"[", '[', "1:513: expected at most 512 nested arrays and objects (byte 512)"},
    {"[1", ' ', "expected ',' or ']' after an element, found the end of the text (byte 1073741826)"},
};

static void test_long(void)
{
    for (size_t i = 0; i < ROWS(long_rows); i++) {
        struct content *content = endless(long_rows[i].head, long_rows[i].fill, (size_t)1 << 30);
        struct error err = {0};
        json_t *value = json_read_content(content, &(struct json_read_options){.file = "long.json"}, &err);
        CHECK(!value && strstr(err.text, long_rows[i].says), "'%s', expected '%s'", err.text, long_rows[i].says);
        content_close(content);
        while (wait(NULL) > 0)
            continue;
    }
}

int main(void)
{
    test_rows();
    test_selections();
    test_files();
    test_long();
    return check_end();
}
