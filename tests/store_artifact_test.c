/* Compressed artifacts in place of plain ones, and JSON files that several parsers name. */
#include <stdlib.h>
#include <zlib.h>

#include "store/parsing.h"
#include "tests/store_bench.h"

static void put_gzip(struct scratch *scratch, const char *name, const char *text)
{
    char out[4096];
    z_stream s = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text), .next_out = (Bytef *)out, .avail_out = sizeof(out)};
    CHECK(deflateInit2(&s, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK && deflate(&s, Z_FINISH) == Z_STREAM_END, "gzip");
    put_bytes(scratch, name, out, s.total_out);
    deflateEnd(&s);
}

static void put_test(struct scratch *scratch, const char *workload)
{
    put(scratch, "w/workload.yaml", workload);
    put(scratch, "results/t/settings.yaml", "a: 1\n");
    put(scratch, "results/t/exit_code", "0");
}

static bool parse(struct store_bench *bench, struct scratch *scratch)
{
    bool ok = bench_open(bench, scratch, NULL, 0) && bench->found.n == 1;
    CHECK(ok, "one test");
    if (ok)
        bench_parse(bench, 0);
    return ok;
}

static void test_compressed(void)
{
    struct scratch scratch;
    struct store_bench bench;
    scratch_open(&scratch);
    put_test(&scratch, "workload: w\n"
                       "important_files: [pod.log, both.log, 'part/*.json', gone.log]\n"
                       "parse_once:\n"
                       "  pod:   {text: pod.log}\n"
                       "  named: {text: pod.log.gz}\n"
                       "  both:  {text: both.log}\n"
                       "  part:  {json: part/a.json, select: '$.x'}\n"
                       "  there: {exists: pod.log}\n"
                       "  none:  {exists: gone.log}\n"
                       "  gone:  {text: gone.log}\n"
                       "  odd:   {text: odd.txt}\n"
                       "  bad:   {text: bad.gz}\n");
    put_gzip(&scratch, "results/t/pod.log.gz", "packed\n");
    put(&scratch, "results/t/both.log", "plain\n");
    put_gzip(&scratch, "results/t/both.log.gz", "packed\n");
    put_gzip(&scratch, "results/t/part/a.json.gz", "{\"x\": [1, 2]}");
    put_gzip(&scratch, "results/t/odd.txt.gz", "not listed\n");
    put(&scratch, "results/t/bad.gz", "plain\n");
    if (parse(&bench, &scratch)) {
        const char *got = json_text(&bench.arena, parsing_values(bench.parsing));
        CHECK(strcmp(got, "{\"pod\":\"packed\",\"named\":\"packed\",\"both\":\"plain\",\"part\":[1,2],\"there\":true,\"none\":false,"
                          "\"gone\":null,\"odd\":\"not listed\",\"bad\":null}") == 0, "%s", got);
        got = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_WARNING);
        CHECK(strcmp(got, "LACK gone.log: not found\n"
                          "WARNING odd.txt.gz: read, but not among the workload's important_files\n"
                          "WARNING bad.gz: read, but not among the workload's important_files\n"
                          "BROKEN 'bad': t/bad.gz: its name ends in .gz: expected gzip data, found something else") == 0, "%s", got);
        const struct provenance *from = &bench.parsing->provenance.v[0];
        CHECK(from->files_n == 1 && strcmp(from->files[0], "pod.log.gz") == 0, "provenance: %s", from->files_n ? from->files[0] : "none");
        from = &bench.parsing->provenance.v[3];
        CHECK(from->files_n == 1 && strcmp(from->files[0], "part/a.json.gz") == 0, "provenance: %s", from->files_n ? from->files[0] : "none");
    }
    bench_close(&bench);
    scratch_close(&scratch);
}

/* How many bytes this process has read so far. */
static long long bytes_read(void)
{
    long long n = -1;
    FILE *file = fopen("/proc/self/io", "r");
    char line[100];
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "rchar: ", 7) == 0)
            n = strtoll(line + 7, NULL, 10);
    CHECK(file && n >= 0, "/proc/self/io");
    if (file)
        fclose(file);
    return n;
}

/* A file that five parsers name, under two names, is read once; each has its own value of it. */
static void test_one_pass(void)
{
    struct scratch scratch;
    struct store_bench bench;
    enum { RECORDS = 20000 };
    scratch_open(&scratch);
    put_test(&scratch, "workload: w\n"
                       "artifact_dirs: {D: 'd*'}\n"
                       "parse_once:\n"
                       "  many:  {json: d1/a.json, select: '$.r[*].v'}\n"
                       "  some:  {json: '${D}/a.json', select: '$.r[?@.v > 19997].n'}\n"
                       "  one:   {json: d1/a.json, select: '$.r[7].v'}\n"
                       "  first: {json: d1/a.json, select: '$.r[*].n', first: true}\n"
                       "  part:  {json: d1/a.json, keep: [$.s.a]}\n"
                       "  other: {json: d1/a.json, keep: [$.s.b, '$.r[1].v']}\n"
                       "  deep:  {json: d1/a.json, select: '$..b'}\n"
                       "  again: {json: d1/b.json}\n"
                       "  twice: {json: d1/b.json, select: $.x.y}\n"
                       "  bad:   {json: d1/c.json, select: $.x}\n"
                       "  bad2:  {json: d1/c.json, select: $.y}\n");
    struct text text = text_open(64 << 20);
    text_add(&text, "{\"r\": [");
    for (int i = 0; i < RECORDS; i++)
        text_printf(&text, "%s{\"n\": \"record %d\", \"text\": \"%0200d\", \"v\": %d}", i ? ",\n" : "", i, i, i);
    text_add(&text, "], \"s\": {\"a\": 1, \"b\": [2]}}");
    put(&scratch, "results/t/d1/a.json", text.s);
    put(&scratch, "results/t/d1/b.json", "{\"x\": {\"y\": 1}, \"x\": {\"y\": 2}}"); /* the last one counts */
    put(&scratch, "results/t/d1/c.json", "{\"x\": 1, \"y\": }");
    bool ok = bench_open(&bench, &scratch, NULL, 0) && bench.found.n == 1;
    long long before = bytes_read();
    if (ok)
        bench_parse(&bench, 0);
    long long read = bytes_read() - before;
    CHECK(ok && read >= (long long)text.len && read < (long long)text.len * 3 / 2, "%lld bytes were read of a file of %zu", read, text.len);
    if (ok) {
        json_t *values = parsing_values(bench.parsing);
        CHECK(json_array_size(json_object_get(values, "many")) == RECORDS, "many");
        json_object_del(values, "many");
        const char *got = json_text(&bench.arena, values);
        CHECK(strstr(got, "\"part\":{\"s\":{\"a\":1}},\"other\":{\"r\":[null,{\"v\":1},null"),
              "%.300s", got);
        json_object_del(values, "other");
        got = json_text(&bench.arena, values);
        CHECK(strcmp(got, "{\"some\":[\"record 19998\",\"record 19999\"],\"one\":7,\"first\":\"record 0\",\"part\":{\"s\":{\"a\":1}},"
                          "\"deep\":[[2]],\"again\":{\"x\":{\"y\":2}},\"twice\":2,\"bad\":null,\"bad2\":null}") == 0, "%.400s", got);
        got = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_WARNING);
        CHECK(strcmp(got, "WARNING d1/b.json: 1 members are given twice (the last counts), first at byte 16\n"
                          "BROKEN 'bad': d1/c.json:1:15: expected a value after ':', found '}' (byte 14)") == 0, "%s", got);
        for (size_t i = 0; i < bench.parsing->provenance.n; i++)
            CHECK(bench.parsing->provenance.v[i].files_n == 1, "provenance of %s", bench.parsing->provenance.v[i].name);
    }
    text_close(&text);
    bench_close(&bench);
    scratch_close(&scratch);
}

int main(void)
{
    test_compressed();
    test_one_pass();
    return check_end();
}
