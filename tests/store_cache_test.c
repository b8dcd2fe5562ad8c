/* store/pack.h, store/packed.h, store/cache_file.h, base/replace.h, and the cache below parsing_open. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>

#include "base/replace.h"
#include "store/cache_file.h"
#include "store/packed.h"
#include "tests/store_bench.h"

/* ---- packing ---- */

static json_t *read_json(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    CHECK(value, "%s: %s", text, error.text);
    return value;
}

static void test_values(void)
{
    static const char *const rows[] = {"null", "true", "false", "0", "-1", "1", "63", "64", "-64", "-65", "9223372036854775807",
                                       "-9223372036854775808", "0.1", "-0.0", "1e308", "5e-324", "\"\"", "\"a\\u0000b\"", "\"\xC3\xA9\"",
                                       "[]", "{}", "[[],{},[null]]", "{\"a\":{\"b\":[1,2.5,\"x\"]},\"\":0}"};
    for (size_t i = 0; i < ROWS(rows); i++) {
        json_t *value = read_json(rows[i]);
        struct text out = text_open(1 << 20);
        CHECK(pack_value(&out, value), "%s", rows[i]);
        struct unpack in = {.at = (unsigned char *)out.s, .end = (unsigned char *)out.s + out.len};
        json_t *back = unpack_value(&in);
        CHECK(back && in.at == in.end && json_equal(value, back) && json_typeof(value) == json_typeof(back), "%s", rows[i]);
        json_decref(back);
        for (size_t n = 0; n < out.len; n++) { /* cut anywhere: never a value */
            in = (struct unpack){.at = (unsigned char *)out.s, .end = (unsigned char *)out.s + n};
            back = unpack_value(&in);
            CHECK(!back && in.bad, "%s cut to %zu", rows[i], n);
            json_decref(back);
        }
        text_close(&out);
        json_decref(value);
    }
}

static void test_hostile_values(void)
{
    static const struct {
        const char *name, *bytes;
        size_t n;
    } rows[] = {
#define BYTES(text) text, sizeof(text) - 1
        {"unknown letter", BYTES("x")},
        {"array longer than the bytes", BYTES("a\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7Fn")},
        {"number without end", BYTES("i\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
        {"string longer than the bytes", BYTES("s\x05" "abcd")},
        {"string that is not UTF-8", BYTES("s\x01\xFF")},
        {"key that is not UTF-8", BYTES("o\x01\x01\xFFn")},
        {"a key twice", BYTES("o\x02\x01" "an\x01" "an")},
        {"object with fewer members", BYTES("o\x02\x01" "an")},
        {"infinity", BYTES("d\0\0\0\0\0\0\xF0\x7F")},
        {"nan", BYTES("d\1\0\0\0\0\0\xF8\x7F")},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct unpack in = {.at = (const unsigned char *)rows[i].bytes, .end = (const unsigned char *)rows[i].bytes + rows[i].n};
        json_t *value = unpack_value(&in);
        CHECK(!value && in.bad, "%s", rows[i].name);
        json_decref(value);
    }
    for (int deep = 0; deep < 2; deep++) {
        struct text out = text_open(1 << 20);
        json_t *value = json_array(), *outer;
        for (int i = 1; i < PACK_DEPTH_MAX - 1 + 2 * deep; i++, value = outer) {
            outer = json_array();
            json_array_append_new(outer, value);
        }
        CHECK(pack_value(&out, value) == !deep, "written %d", deep);
        json_decref(value);
        text_close(&out);
        out = text_open(1 << 20);
        for (int i = 0; i < PACK_DEPTH_MAX - 1 + 2 * deep; i++)
            text_addn(&out, "a\1", 2);
        text_addc(&out, 'n');
        struct unpack in = {.at = (unsigned char *)out.s, .end = (unsigned char *)out.s + out.len};
        value = unpack_value(&in);
        CHECK((value != NULL) == !deep, "read %d", deep);
        json_decref(value);
        text_close(&out);
    }
    struct unpack many = {.at = (const unsigned char *)"n", .end = (const unsigned char *)"n" + 1, .values = PACK_VALUES_MAX};
    json_t *value = unpack_value(&many);
    CHECK(!value, "too many");
}

/* Equal bytes give one value from the third time on; it lives until packed_close. */
static void test_packed(void)
{
    struct packed *packed = packed_open();
    struct text out = text_open(1 << 20), small = text_open(100);
    json_t *list = json_array();
    for (int i = 0; i < 300; i++)
        json_array_append_new(list, json_integer(i * 100));
    pack_value(&out, list);
    const unsigned char *bytes = (const unsigned char *)out.s;
    json_t *got[4];
    for (int i = 0; i < 4; i++) {
        got[i] = packed_value(packed, bytes, out.len);
        CHECK(json_equal(got[i], list), "%d", i);
    }
    CHECK(got[0] != got[1] && got[1] == got[2] && got[2] == got[3], "kept from the second time on");
    for (int k = 0; k < 3; k++)
        CHECK(!packed_value(packed, bytes, out.len - 1) && !packed_value(packed, bytes + 1, out.len - 1), "not a value");
    CHECK(!packed_frozen(packed, list), "not frozen");
    const struct text *again = packed_frozen(packed, got[3]);
    CHECK(again && again->len == out.len && memcmp(again->s, out.s, out.len) == 0 && packed_frozen(packed, got[1]) == again, "bytes");
    for (int i = 0; i < 4; i++)
        json_decref(got[i]);
    pack_value(&small, json_true());
    CHECK(packed_value(packed, (const unsigned char *)small.s, small.len) == json_true(), "small");
    json_decref(list);
    text_close(&out);
    text_close(&small);
    packed_close(packed);
}

/* ---- the file ---- */

static void fill(struct cache_content *content, json_t *value)
{
    static struct observation seen[2];
    static struct cached_fault faults[] = {{"a", true}, {"b", false}};
    static const char *const names[] = {"000__x", "001__y"};
    static struct cached_paths dirs[] = {{names, 2}, {NULL, 0}};
    static struct cached_value values[2];
    static struct finding findings[] = {{FINDING_NOTE, "a note"}, {FINDING_BROKEN, "b: broken"}};
    seen[0] = (struct observation){.kind = OBSERVED_READ, .path = "f", .size = 3, .inode = 7, .mtime = -1, .ctime = INT64_MAX, .bytes = "abc"};
    seen[1] = (struct observation){.kind = OBSERVED_NOTHING, .path = "g/\xFF"};
    values[0] = (struct cached_value){.name = "v", .files = {names, 1}, .value = value};
    values[1] = (struct cached_value){.name = "w", .bytes = (const unsigned char *)"n", .len = 1};
    *content = (struct cache_content){.key = {.used = USED_SETTINGS | USED_RELATIVE}, .started = INT64_MIN, .broken = true, .dirs = dirs, .dirs_n = 2,
                                      .seen = seen, .seen_n = 2, .findings = {findings, 2, 2}, .faults = faults, .faults_n = 2,
                                      .unlisted = {names, 2}, .values = values, .values_n = 2};
}

static void test_file(void)
{
    struct arena arena = {0};
    struct cache_content content, back;
    struct text out = text_open(CACHE_FILE_MAX);
    json_t *value = read_json("{\"x\":[1,2.5]}");
    char hex[DIGEST_HEX_SIZE];
    fill(&content, value);
    CHECK(cache_file_write(&out, &content), "written");
    CHECK(cache_file_read(&arena, out.s, out.len, &back) == CACHE_GOOD, "read");
    CHECK(back.started == INT64_MIN && back.broken && back.key.used == (USED_SETTINGS | USED_RELATIVE), "head");
    CHECK(back.dirs_n == 2 && back.dirs[0].n == 2 && strcmp(back.dirs[0].v[1], "001__y") == 0 && back.dirs[1].n == 0, "dirs");
    CHECK(back.seen_n == 2 && back.seen[0].size == 3 && back.seen[0].inode == 7 && back.seen[0].mtime == -1 && back.seen[0].ctime == INT64_MAX &&
          back.seen[1].kind == OBSERVED_NOTHING && strcmp(back.seen[1].path, "g/\xFF") == 0, "seen");
    digest_hex(back.seen[0].digest, hex);
    CHECK(strncmp(hex, "ba7816bf8f01cfea", 16) == 0, "the digest of abc: %s", hex);
    CHECK(back.findings.n == 2 && back.findings.v[1].level == FINDING_BROKEN && strcmp(back.findings.v[1].text, "b: broken") == 0, "findings");
    CHECK(back.faults_n == 2 && back.faults[0].absent && !back.faults[1].absent && strcmp(back.faults[1].file, "b") == 0, "faults");
    CHECK(back.unlisted.n == 2 && back.values_n == 2 && strcmp(back.values[0].files.v[0], "000__x") == 0, "values");
    struct unpack in = {.at = back.values[0].bytes, .end = back.values[0].bytes + back.values[0].len};
    json_t *read = unpack_value(&in);
    CHECK(json_equal(read, value) && back.values[1].len == 1 && *back.values[1].bytes == 'n', "values");
    json_decref(read);
    for (size_t n = 0; n < out.len; n++)
        CHECK(cache_file_read(&arena, out.s, n, &back) == CACHE_TORN, "cut to %zu", n);
    for (size_t n = 0; n < out.len; n++) {
        enum cache_fault expected = n < 8 ? CACHE_FOREIGN : n < 12 ? CACHE_FORMATTED : CACHE_TORN;
        out.s[n] ^= 0x10;
        CHECK(cache_file_read(&arena, out.s, out.len, &back) == expected, "a flipped bit in byte %zu", n);
        out.s[n] ^= 0x10;
    }
    text_close(&out);
    out = text_open(300); /* what does not fit is not written */
    fill(&content, value);
    CHECK(!cache_file_write(&out, &content), "too large");
    content.seen_n = CACHE_LIST_MAX + 1;
    CHECK(!cache_file_write(&out, &content), "too long a list");
    text_close(&out);
    json_decref(value);
    arena_close(&arena);
}

/* ---- replacing ---- */

static const char *content_of(struct arena *arena, struct root *root, const char *name)
{
    const char *bytes;
    size_t len;
    struct error err = {0};
    return root_read(root, name, 100, arena, &bytes, &len, &err) == ROOT_FOUND ? bytes : "none";
}

static void test_replace(struct scratch *scratch)
{
    struct arena arena = {0};
    struct error err = {0};
    mkdir(scratch_path(scratch, "r"), 0755);
    struct root *root = root_open(scratch_path(scratch, "r"), NULL, &err);
    int folder = root_folder(root, ".");
    CHECK(root_folder(root, "..") < 0 && root_folder(root, "/") < 0, "beneath the root only");
    CHECK(replace_file(folder, "f", "f.new", "one", 3) == 0 && strcmp(content_of(&arena, root, "f"), "one") == 0, "made");
    CHECK(replace_file(folder, "f", "f.new", "two", 3) == 0 && strcmp(content_of(&arena, root, "f"), "two") == 0, "replaced");
    put(scratch, "r/f.new", "left over");
    CHECK(replace_file(folder, "f", "f.new", "three", 5) == 0 && strcmp(content_of(&arena, root, "f"), "three") == 0, "left over");
    CHECK(strcmp(content_of(&arena, root, "f.new"), "none") == 0, "taken away");
    put(scratch, "r/f.new", "");
    int other = open(scratch_path(scratch, "r/f.new"), O_WRONLY | O_CLOEXEC);
    CHECK(flock(other, LOCK_EX) == 0, "lock");
    CHECK(replace_file(folder, "f", "f.new", "four", 4) == EBUSY && replace_clean(folder, "f.new") == EBUSY, "busy");
    CHECK(strcmp(content_of(&arena, root, "f"), "three") == 0, "as it was");
    close(other);
    CHECK(replace_clean(folder, "f.new") == 0 && replace_clean(folder, "f.new") == 0, "cleaned, and nothing there");
    mkdir(scratch_path(scratch, "r/d"), 0755);
    CHECK(replace_file(folder, "d", "f.new", "x", 1) == EISDIR && strcmp(content_of(&arena, root, "f.new"), "none") == 0, "a directory stays");
    close(folder);
    root_close(root);
    arena_close(&arena);
}

/* ---- as parsers see it ---- */

static void parse_with(struct store_bench *bench, struct cache *cache)
{
    struct store_options options = {.root = bench->root, .workload = bench->workload, .cache = cache};
    parsing_close(bench->parsing);
    struct store_options *kept = arena_copy(&bench->arena, &options, sizeof(options));
    bench->parsing = parsing_open(&bench->arena, kept, &bench->found.tests[0]);
}

/* Provenance, faults and findings come back too, so that what follows says the same. */
static void test_parsing(struct scratch *scratch)
{
    put(scratch, "results/t/settings.yaml", "a: 1\n");
    put(scratch, "results/t/exit_code", "0");
    put(scratch, "results/t/log", "loss: 0.5\n");
    put(scratch, "results/t/bad.json", "{");
    put(scratch, "w/workload.yaml",
        "workload: w\nimportant_files: [none]\nparse_once:\n  log: {lines: log, match: 'loss: (.*)'}\n  lack: {text: none}\n  bad: {json: bad.json}\n"
        "  both: {value: \"log[1] .. (lack or '')\"}\n"
        "parse_always:\n  again: {text: log}\n  late: {value: \"text('none') or both\"}\n");
    struct store_bench bench;
    if (!bench_open(&bench, scratch, NULL, 0))
        return;
    const char *said[2], *values[2];
    for (int turn = 0; turn < 2; turn++) {
        struct cache *cache = cache_open(false);
        parse_with(&bench, cache);
        CHECK(parsing_cache(bench.parsing)->use == (turn ? CACHE_USED : CACHE_NONE), "turn %d: %s", turn,
              parsing_cache(bench.parsing)->passed_over ? parsing_cache(bench.parsing)->passed_over : "");
        said[turn] = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_NOTE);
        values[turn] = json_text(&bench.arena, parsing_values(bench.parsing));
        CHECK(parsing_broken(bench.parsing), "broken");
        CHECK(parsing_fault(bench.parsing, "none") && strcmp(parsing_fault(bench.parsing, "none"), "was not found") == 0, "absent");
        CHECK(parsing_fault(bench.parsing, "bad.json") && strcmp(parsing_fault(bench.parsing, "bad.json"), "is broken") == 0, "broken");
        struct code code;
        struct error err = {0};
        struct sandbox_result result = {0};
        struct provenance from = {0};
        CHECK(sandbox_compile_expression(&bench.arena, "both", (struct pos){.file = "e"}, &code, &err) &&
              parsing_evaluate(bench.parsing, &code, &result, &from, &err), "%s", err.text);
        CHECK(from.files_n == 2 && strcmp(from.files[0], "log") == 0 && strcmp(from.files[1], "none") == 0, "%zu files", from.files_n);
        json_decref(result.value);
        parsing_close(bench.parsing);
        bench.parsing = NULL;
        cache_close(cache);
    }
    CHECK(strcmp(said[0], said[1]) == 0, "%s\n%s", said[0], said[1]);
    CHECK(strcmp(values[0], values[1]) == 0 && strstr(values[0], "\"late\":\"0.5\""), "%s\n%s", values[0], values[1]);
    CHECK(strstr(said[0], "log: read, but not among"), "%s", said[0]);
    parse_with(&bench, NULL);
    CHECK(parsing_cache(bench.parsing)->use == CACHE_NONE, "no cache is asked for");
    bench_close(&bench);
}

/* What patterns match is looked at anew: another file is a change, also where none was. */
static void test_globs(struct scratch *scratch)
{
    static const struct {
        const char *made, *value, *why; /* why: NULL when the cache is taken */
    } turns[] = {
        {NULL, "{\"logs\":{\"a.log\":1},\"none\":[],\"any\":false}", ""},
        {NULL, "{\"logs\":{\"a.log\":1},\"none\":[],\"any\":false}", NULL},
        {"results/g/s[1]/b.log", "{\"logs\":{\"a.log\":1,\"b.log\":1},\"none\":[],\"any\":false}", "other files match: s\\[1\\]/*.log"},
        {"results/g/s[1]/b.txt", "{\"logs\":{\"a.log\":1,\"b.log\":1},\"none\":[],\"any\":false}", NULL},
        {"results/g/x.gz", "{\"logs\":{\"a.log\":1,\"b.log\":1},\"none\":[\"x.gz\"],\"any\":true}", "other files match: *.gz"},
        {NULL, "{\"logs\":{\"a.log\":1,\"b.log\":1},\"none\":[\"x.gz\"],\"any\":true}", NULL},
    };
    put(scratch, "results/g/settings.yaml", "a: 1\n");
    put(scratch, "results/g/exit_code", "0");
    put(scratch, "results/g/s[1]/a.log", "x\n");
    put(scratch, "w/workload.yaml", "workload: w\nartifact_dirs: {S: 's[1]'}\nparse_once:\n  logs: {lines: {glob: '${S}/*.log'}, match: x, keep: count}\n"
                                    "  none: {files: '*.gz'}\n  any: {exists: {glob: '*.gz'}}\n");
    for (size_t i = 0; i < ROWS(turns); i++) {
        struct store_bench bench;
        if (turns[i].made)
            put(scratch, turns[i].made, "x\n");
        if (!bench_open(&bench, scratch, NULL, 0))
            return;
        struct cache *cache = cache_open(false);
        parse_with(&bench, cache);
        const struct cache_report *report = parsing_cache(bench.parsing);
        const char *why = report->passed_over ? report->passed_over : "", *value = json_text(&bench.arena, parsing_values(bench.parsing));
        CHECK((report->use == CACHE_USED) == !turns[i].why && strcmp(why, turns[i].why ? turns[i].why : "") == 0, "turn %zu: %s", i, why);
        CHECK(strcmp(value, turns[i].value) == 0, "turn %zu: %s", i, value);
        bench_close(&bench);
        cache_close(cache);
    }
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    test_values();
    test_hostile_values();
    test_packed();
    test_file();
    test_replace(&scratch);
    test_parsing(&scratch);
    test_globs(&scratch);
    scratch_close(&scratch);
    return check_end();
}
