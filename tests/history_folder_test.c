/* history: the folder back end. The Python tool's own folder is read; ours are compared byte for byte with what it would write. */
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>
#include <unistd.h>

#include "history/folder/anchor.h"
#include "tests/folder_payloads.h"
#include "tests/scratch.h"

static struct scratch scratch;
static struct arena arena;
static const char *folder, *uri; /* of the case at hand */
static int cases;

static void begin(void)
{
    folder = arena_printf(&arena, "%s/case-%d", scratch.folder, cases++);
    uri = arena_printf(&arena, "dir:%s", folder);
}

static const char *in(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void put_text(const char *name, const char *text, size_t len)
{
    FILE *out = fopen(in(name), "wb");
    CHECK(out && fwrite(text, 1, len, out) == len, "%s", in(name));
    if (out)
        fclose(out);
}

static const char *get_text(const char *path)
{
    struct text text = text_open(1 << 24);
    FILE *file = fopen(path, "rb");
    char block[4096];
    for (size_t n; file && (n = fread(block, 1, sizeof(block), file)) > 0;)
        text_addn(&text, block, n);
    if (file)
        fclose(file);
    const char *copy = file ? arena_strdup(&arena, text.s) : "(no such file)";
    text_close(&text);
    return copy;
}

static const char *names_in(const char *path)
{
    struct text names = text_open(1 << 16);
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            text_printf(&names, "%s%s", names.len ? " " : "", entries[i]->d_name);
        free(entries[i]);
    }
    free(n >= 0 ? entries : NULL);
    const char *copy = arena_strdup(&arena, names.s);
    text_close(&names);
    return copy;
}

static void make_anchored(void)
{
    begin();
    mkdir(folder, 0777);
    put_text("source.lts.yaml", "index: idx\n", 11);
}

static bool counts_are(struct history_counts counts, size_t added, size_t unchanged, size_t replaced)
{
    return counts.added == added && counts.unchanged == unchanged && counts.replaced == replaced;
}

/* ---- what the Python tool wrote ---- */

static void test_python_folder(void)
{
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    struct error err = {0};
    struct arena records = {0};
    struct seen *seen = calloc(1, sizeof(*seen));
    const char *golden = shared ? arena_printf(&arena, "%s/data/python-golden/history/lts", shared)
                                : arena_printf(&arena, "%s/../shared/data/python-golden/history/lts", source ? source : ".");
    struct history *history = history_open(arena_printf(&arena, "dir:%s", golden), HISTORY_READ, NULL, &err);
    CHECK(history && history_exists(history), "%s (MB_SHARED names the shared material)", err.text);
    if (!history)
        return;
    CHECK(history_walk(history, &(struct history_selection){.workload = "fine_tuning"}, &records, seen_take, seen, &err) && seen->n == 30, "%zu %s", seen->n, err.text);
    CHECK(history_findings(history).n == 0, "%s", history_findings(history).v[0]);
    for (size_t i = 0; i < seen->n; i++) {
        const struct record *record = &seen->records[i];
        CHECK(!record_fault(record) && record->kpis_n == 9 && record->labels_n == 24, "%s: %zu %zu", record->id, record->kpis_n, record->labels_n);
        CHECK(!i || record[-1].start_us <= record->start_us, "%s", record->id);
    }
    struct history_workload *workloads;
    size_t n;
    CHECK(history_workloads(history, &records, &workloads, &n, &err) && n == 1, "%zu %s", n, err.text);
    CHECK(strcmp(workloads[0].name, "topsail-fine-tuning") == 0 && workloads[0].is_index && workloads[0].records == 30, "%s", workloads[0].name);
    /* Written by us, its payloads have the same names and bytes. */
    begin();
    struct payloads payloads = {ARENA_ARRAY(&arena, struct history_payload, 30), 30};
    for (size_t i = 0; i < 30; i++) {
        size_t len;
        payloads.v[i].record = seen->records[i];
        payloads.v[i].text = history_fetch(history, seen->records[i].id, &records, &len, &err);
        payloads.v[i].text_len = len;
    }
    struct history_origin origin = {.index = "topsail-fine-tuning", .date_us = 1748736000000000};
    struct history_counts counts;
    CHECK(folder_put(uri, NULL, payloads, &origin, &counts, &err) && counts_are(counts, 30, 0, 0), "%s", err.text);
    CHECK(strcmp(names_in(folder), names_in(golden)) == 0, "%s", names_in(folder));
    for (size_t i = 0; i < 30; i++) {
        const char *name = arena_printf(&arena, "topsail-fine-tuning_%s.json", payloads.v[i].record.id);
        CHECK(strcmp(get_text(in(name)), get_text(arena_printf(&arena, "%s/%s", golden, name))) == 0, "%s", name);
    }
    CHECK(strcmp(get_text(in("source.lts.yaml")), get_text(arena_printf(&arena, "%s/source.lts.yaml", golden))) == 0, "%s",
          get_text(in("source.lts.yaml")));
    history_close(history);
    arena_close(&records);
    free(seen);
}

/* ---- files that are and are not payloads ---- */

#define PAYLOAD(status, kpis) \
    "{\"metadata\": {\"start\": \"2025-01-01T08:00:00\", \"test_uuid\": \"a-1\", \"settings\": {\"m\": \"x\"}" status "}, \"kpis\": " kpis "}"

static const struct {
    const char *name, *text;
    size_t records, kpis;
    const char *finding; /* part of it; NULL: none */
} file_rows[] = {
    {"a.json", PAYLOAD("", "{\"k\": {\"value\": 1.5}}"), 1, 1, NULL},
    {"any name at all.json", PAYLOAD("", "{}"), 1, 0, NULL},
    {"a.json", PAYLOAD(", \"status\": \"Valid\"", "{}"), 1, 0, NULL},
    {"a.json", PAYLOAD(", \"status\": null", "{}"), 1, 0, NULL},
    {"a.json", PAYLOAD(", \"status\": \"Invalid\"", "{}"), 0, 0, "status is not Valid, which are left out: 1"},
    {"a.json", PAYLOAD(", \"status\": 7", "{}"), 0, 0, "status is not Valid, which are left out: 1"},
    {"a.json", PAYLOAD("", "{\"a\": {\"value\": null}, \"b\": {\"value\": [1]}, \"c\": {}, \"d\": {\"value\": NaN}, \"e\": {\"value\": 1e999}, \"f\": {\"value\": 2}}"), 1, 4, NULL}, /* b: count, mean, p50 */
    {"a.json", PAYLOAD("", "null"), 1, 0, NULL},
    {"a.json", PAYLOAD("", "[1, 2]"), 1, 0, NULL},
    {".hidden.json", "nonsense", 0, 0, NULL},
    {"notes.txt", "nonsense", 0, 0, NULL},
    {"a.json", "", 0, 0, "a.json:1:1: "},
    {"a.json", "{\"metadata\": ", 0, 0, "a.json:1:"},
    {"a.json", PAYLOAD("", "{}") " x", 0, 0, "a.json:1:"},
    {"a.json", "{\"metadata\": \"\xff\"}", 0, 0, "a.json:1:"},
    {"a.json", "[]", 0, 0, "a.json: found no metadata.settings, expected a payload {metadata, results, kpis}; the file is left out"},
    {"a.json", "7", 0, 0, "found no metadata.settings"},
    {"a.json", "{\"metadata\": {\"settings\": []}}", 0, 0, "found no metadata.settings"},
    {"a.json", "{\"metadata\": {\"settings\": {}, \"start\": \"2025-01-01T08:00:00\"}}", 0, 0, "found no metadata.test_uuid"},
    {"a.json", "{\"metadata\": {\"settings\": {}, \"test_uuid\": \"a\"}}", 0, 0, "found no metadata.start"},
    {"a.json", "{\"metadata\": {\"settings\": {}, \"test_uuid\": \"a\", \"start\": \"soon\"}}", 0, 0, "'soon'"},
    {"a.json", "{\"metadata\": {\"settings\": {}, \"test_uuid\": 7, \"start\": \"2025-01-01T08:00:00\"}}", 0, 0, "found no metadata.test_uuid"},
    {"a.json", "{\"metadata\": {\"settings\": {}, \"test_uuid\": \"\", \"start\": \"2025-01-01T08:00:00\"}}", 0, 0, "no id"},
};

static void test_files(void)
{
    for (size_t i = 0; i < ROWS(file_rows); i++) {
        struct error err = {0};
        struct arena records = {0};
        struct seen *seen = calloc(1, sizeof(*seen));
        make_anchored();
        put_text(file_rows[i].name, file_rows[i].text, strlen(file_rows[i].text));
        struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
        CHECK(history && history_exists(history) && history_walk(history, NULL, &records, seen_take, seen, &err), "row %zu: %s", i, err.text);
        CHECK(seen->n == file_rows[i].records, "row %zu: %zu", i, seen->n);
        CHECK(!seen->n || seen->records[0].kpis_n == file_rows[i].kpis, "row %zu: %zu", i, seen->records[0].kpis_n);
        struct history_findings findings = history_findings(history);
        CHECK(findings.n == (file_rows[i].finding != NULL), "row %zu: %s", i, findings.n ? findings.v[0] : "");
        CHECK(!findings.n || strstr(findings.v[0], file_rows[i].finding), "row %zu: %s", i, findings.v[0]);
        CHECK(history_walk(history, NULL, &records, seen_take, seen, &err) && history_findings(history).n == findings.n, "row %zu: again", i);
        history_close(history);
        arena_close(&records);
        free(seen);
    }
}

/* What is no regular file, or leads out of the folder, is a finding; the others count. */
static void test_odd_files(void)
{
    struct error err = {0};
    struct payloads one = payloads_make(&arena, "p", 1, 10, 0);
    make_anchored();
    mkdir(in("dir.json"), 0777);
    mkfifo(in("fifo.json"), 0666);
    CHECK(symlink("/etc/passwd", in("link.json")) == 0 && symlink("loop.json", in("loop.json")) == 0, "links");
    put_text("deep.json", memset(arena_alloc(&arena, 100000), '[', 100000), 100000);
    put_text("good.json", one.v[0].text, one.v[0].text_len);
    CHECK(symlink("good.json", in("same.json")) == 0, "a link within is a copy");
    struct arena records = {0};
    struct seen *seen = calloc(1, sizeof(*seen));
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history && history_walk(history, NULL, &records, seen_take, seen, &err) && seen->n == 1, "%zu %s", seen->n, err.text);
    CHECK(history_findings(history).n == 5, "%zu", history_findings(history).n);
    history_close(history);
    for (int i = 0; i < 40; i++)
        put_text(arena_printf(&arena, "broken-%02d.json", i), "x", 1);
    history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history_walk(history, NULL, &records, seen_take, seen, &err), "%s", err.text);
    CHECK(history_findings(history).n == 20 && history_findings(history).more == 25, "%zu", history_findings(history).more);
    history_close(history);
    arena_close(&records);
    free(seen);
}

static void test_two_files_of_one_id(void)
{
    struct error err = {0};
    struct payloads one = payloads_make(&arena, "p", 1, 10, 0), other = payloads_make(&arena, "p", 1, 10, 1);
    make_anchored();
    put_text("a.json", one.v[0].text, one.v[0].text_len);
    put_text("b.json", arena_printf(&arena, "\n %s", one.v[0].text), one.v[0].text_len + 2);
    CHECK(folder_records(uri, &err) == 1, "copies are one record: %s", err.text);
    put_text("b.json", other.v[0].text, other.v[0].text_len);
    CHECK(folder_records(uri, &err) == -1 && err.kind == ERR_STORE && strstr(err.text, "two different payloads: a.json and b.json"), "%s", err.text);
}

static void test_folders_below(void)
{
    struct error err = {0};
    struct payloads some = payloads_make(&arena, "p", 4, 10, 0);
    begin();
    CHECK(folder_records(uri, &err) == 0, "there is none yet: %s", err.text);
    CHECK(strcmp(names_in(folder), "") == 0 && access(folder, F_OK) != 0, "reading makes nothing");
    mkdir(folder, 0777);
    CHECK(folder_records(uri, &err) == 0, "an empty one");
    put_text("loose.json", some.v[0].text, some.v[0].text_len);
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history && !history_exists(history) && history_findings(history).n == 1, "no source.lts.yaml");
    history_close(history);
    CHECK(!folder_put(uri, "w", some, NULL, NULL, &err) && strstr(err.text, "it is no folder of payloads"), "%s", err.text);
    err = (struct error){0};
    static const char *const below[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        mkdir(in(below[i]), 0777);
        put_text(arena_printf(&arena, "%s/x.json", below[i]), some.v[i + 1].text, some.v[i + 1].text_len);
        if (i < 2)
            put_text(arena_printf(&arena, "%s/source.lts.yaml", below[i]), "", 0);
    }
    CHECK(folder_records(uri, &err) == 3, "a, b and the folder itself: %s", err.text);
    put_text("b/skip", "", 0);
    CHECK(folder_records(uri, &err) == 2, "b is skipped: %s", err.text);
    put_text("file", "", 0);
    CHECK(!history_open(arena_printf(&arena, "%s/file", uri), HISTORY_READ, NULL, &err) && err.kind == ERR_STORE, "%s", err.text);
    err = (struct error){0};
    CHECK(!history_open("dir:", HISTORY_READ, NULL, &err) && err.kind == ERR_USAGE, "%s", err.text);
}

/* ---- putting ---- */

static void test_put(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads some = payloads_make(&arena, "p", 3, 10, 0), other = payloads_make(&arena, "p", 2, 10, 1);
    begin();
    folder = arena_printf(&arena, "%s/made/too", folder);
    uri = arena_printf(&arena, "dir:%s/", folder);
    CHECK(folder_put(uri, "w", some, &(struct history_origin){.date_us = 1}, &counts, &err) && counts_are(counts, 3, 0, 0), "%s", err.text);
    CHECK(strcmp(names_in(folder), "source.lts.yaml w_p-0000.json w_p-0001.json w_p-0002.json") == 0, "%s", names_in(folder));
    CHECK(strcmp(get_text(in("source.lts.yaml")),
                 "date: '1970-01-01T00:00:00.000001Z'\nfilters: []\nindex: w\nworkload: w\n\n") == 0, "%s", get_text(in("source.lts.yaml")));
    const char *text = get_text(in("w_p-0001.json"));
    CHECK(strncmp(text, "{\n    \"metadata\": {\n        \"lts_schema_version\": \"1.0\",\n", 50) == 0, "%s", text);
    CHECK(strstr(text, "\"model\": \"\\u00e9t\\u00e9 1\"") && strcmp(text + strlen(text) - 4, "}\n}\n") == 0, "%s", text);
    struct stat before, after;
    stat(in("w_p-0001.json"), &before);
    CHECK(folder_put(uri, "w", some, &(struct history_origin){.date_us = 2}, &counts, &err) && counts_are(counts, 0, 3, 0), "%s", err.text);
    stat(in("w_p-0001.json"), &after);
    CHECK(before.st_ino == after.st_ino && strstr(get_text(in("source.lts.yaml")), ".000001Z"), "unchanged is not touched");
    CHECK(folder_put(uri, "w", other, NULL, &counts, &err) && counts_are(counts, 0, 0, 2), "%s", err.text);
    CHECK(folder_records(uri, &err) == 3 && strstr(get_text(in("w_p-0001.json")), "\"value\": 1\n"), "%s", get_text(in("w_p-0001.json")));
    CHECK(strcmp(names_in(folder), "source.lts.yaml w_p-0000.json w_p-0001.json w_p-0002.json") == 0, "%s", names_in(folder));
    CHECK(!folder_put(uri, "v", some, NULL, &counts, &err) && err.kind == ERR_USAGE && strstr(err.text, "holds payloads of workload 'w'"), "%s", err.text);
    err = (struct error){0};
    CHECK(folder_put(uri, NULL, some, NULL, &counts, &err) && counts_are(counts, 0, 1, 2), "%s", err.text);
    struct payloads twice = {ARENA_ARRAY(&arena, struct history_payload, 2), 2};
    twice.v[0] = twice.v[1] = payloads_make(&arena, "q", 1, 10, 0).v[0];
    CHECK(folder_put(uri, "w", twice, NULL, &counts, &err) && counts_are(counts, 1, 1, 0), "%zu %s", counts.added, err.text);
}

static void test_names(void)
{
    static const struct {
        const char *anchor, *index, *workload, *name; /* NULL name: refused */
    } rows[] = {
        {"index: theirs\n", "mine", "w", "theirs_p-0000.json"},
        {"date: x\n", "mine", "w", "mine_p-0000.json"},
        {"date: x\n", NULL, "w", "w_p-0000.json"},
        {"index: 7\n", NULL, "w", "w_p-0000.json"},
        {NULL, "mine", "w", "mine_p-0000.json"},
        {NULL, NULL, "w", "w_p-0000.json"},
        {NULL, "..", "w", NULL},
        {NULL, "a/b", "w", NULL},
        {NULL, ".a", "w", NULL},
        {NULL, "a\nb", "w", NULL},
        {NULL, "", "w", NULL},
        {NULL, NULL, NULL, NULL},
        {"index: ../x\n", NULL, "w", NULL},
    };
    struct payloads one = payloads_make(&arena, "p", 1, 10, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct history_counts counts;
        begin();
        mkdir(folder, 0777);
        if (rows[i].anchor)
            put_text("source.lts.yaml", rows[i].anchor, strlen(rows[i].anchor));
        bool ok = folder_put(uri, rows[i].workload, one, &(struct history_origin){.index = rows[i].index}, &counts, &err);
        CHECK(ok == (rows[i].name != NULL) && (ok || err.kind == ERR_USAGE), "row %zu: %s", i, err.text);
        CHECK(!ok || access(in(rows[i].name), F_OK) == 0, "row %zu: %s", i, names_in(folder));
        CHECK(ok || strcmp(names_in(folder), rows[i].anchor ? "source.lts.yaml" : "") == 0, "row %zu: %s", i, names_in(folder));
    }
    static const char *const ids[] = {"a/b", "../a", ".a", "a\tb"};
    for (size_t i = 0; i < ROWS(ids); i++) {
        struct error err = {0};
        struct payloads bad = payloads_make(&arena, "p", 1, 10, 0);
        bad.v[0].record.id = ids[i];
        begin();
        CHECK(!folder_put(uri, "w", bad, NULL, NULL, &err) && err.kind == ERR_INVALID, "%s: %s", ids[i], err.text);
        CHECK(access(folder, F_OK) != 0, "what was made for it is gone");
    }
}

/* A payload goes into the file that has it; one whose file is another's is refused. */
static void test_names_of_others(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads some = payloads_make(&arena, "p", 2, 10, 0), other = payloads_make(&arena, "p", 2, 10, 1);
    make_anchored();
    put_text("mine.json", some.v[0].text, some.v[0].text_len);
    CHECK(folder_put(uri, "w", (struct payloads){other.v, 1}, NULL, &counts, &err) && counts_are(counts, 0, 0, 1), "%s", err.text);
    CHECK(strcmp(names_in(folder), "mine.json source.lts.yaml") == 0, "%s", names_in(folder));
    put_text("idx_p-0001.json", "broken", 6);
    CHECK(folder_put(uri, "w", some, NULL, &counts, &err) && counts_are(counts, 1, 0, 1), "a broken file is written over: %s", err.text);
    put_text("idx_p-0001.json", payloads_make(&arena, "q", 1, 10, 0).v[0].text, payloads_make(&arena, "q", 1, 10, 0).v[0].text_len);
    CHECK(!folder_put(uri, "w", some, NULL, &counts, &err) && strstr(err.text, "idx_p-0001.json holds another payload than 'p-0001'"), "%s", err.text);
}

static void test_clean_and_renew(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads some = payloads_make(&arena, "p", 3, 10, 0), next = {some.v + 1, 2};
    json_t *filters = json_pack("{s:s s:s}", "model", "x y", "n", "8");
    struct history_origin origin = {.index = "other", .date_us = 1700000000000000, .filters = filters, .renew = true, .clean = true};
    begin();
    CHECK(folder_put(uri, "w", some, &(struct history_origin){.index = "idx"}, &counts, &err), "%s", err.text);
    put_text(".hidden.json", "x", 1);
    put_text("broken.json", "x", 1);
    put_text("notes.txt", "x", 1);
    CHECK(folder_put(uri, "v", next, &origin, &counts, &err) && counts_are(counts, 2, 0, 0), "%s", err.text);
    CHECK(strcmp(names_in(folder), ".hidden.json notes.txt other_p-0001.json other_p-0002.json source.lts.yaml") == 0, "%s", names_in(folder));
    CHECK(strcmp(get_text(in("source.lts.yaml")), "date: '2023-11-14T22:13:20.000000Z'\nfilters:\n    model: x y\n    n: '8'\nindex: other\nworkload: v\n\n") == 0,
          "%s", get_text(in("source.lts.yaml")));
    struct stat before, after;
    stat(in("other_p-0002.json"), &before);
    CHECK(folder_put(uri, "v", next, &origin, &counts, &err) && counts_are(counts, 0, 2, 0), "%s", err.text);
    stat(in("other_p-0002.json"), &after);
    CHECK(before.st_ino == after.st_ino, "what stays is not written again");
    CHECK(folder_put(uri, "v", (struct payloads){0}, &origin, &counts, &err) && folder_records(uri, &err) == 0, "nothing to download: %s", err.text);
    CHECK(strcmp(names_in(folder), ".hidden.json notes.txt source.lts.yaml") == 0, "%s", names_in(folder));
    json_decref(filters);
}

/* What a killed writer left behind. */
static void test_pending(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads some = payloads_make(&arena, "p", 4, 10, 0), other = payloads_make(&arena, "p", 1, 10, 1);
    begin();
    CHECK(folder_put(uri, "w", (struct payloads){some.v, 2}, NULL, &counts, &err), "%s", err.text);
    mkdir(in(".matbench-new"), 0777);
    put_text(".matbench-new/w_p-0003.json", some.v[3].text, 40); /* torn */
    CHECK(folder_records(uri, &err) == 2, "not there yet: %s", err.text);
    mkdir(in(".matbench-commit"), 0777);
    put_text(".matbench-commit/w_p-0000.json", other.v[0].text, other.v[0].text_len);
    put_text(".matbench-commit/w_p-0002.json", some.v[2].text, some.v[2].text_len);
    static const char deleted[] = "w_p-0001.json\0../victim.json\0source.lts.yaml\0.hidden.json";
    put_text(".matbench-commit/delete", deleted, sizeof(deleted));
    put_text(".hidden.json", "x", 1);
    put_text("../victim.json", "x", 1);
    struct arena records = {0};
    struct seen *seen = calloc(1, sizeof(*seen));
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history && history_walk(history, NULL, &records, seen_take, seen, &err) && seen->n == 2, "%zu %s", seen->n, err.text);
    double salt = 0;
    CHECK(strcmp(seen->records[0].id, "p-0000") == 0 && record_kpi(&seen->records[0], "salt", &salt) && salt == 1, "%g", salt);
    CHECK(strcmp(seen->records[1].id, "p-0002") == 0, "%s", seen->records[1].id);
    const char *text = history_fetch(history, "p-0000", &arena, NULL, &err);
    CHECK(text && strcmp(text, other.v[0].text) == 0 && !history_fetch(history, "p-0001", &arena, NULL, &err), "%s", err.text);
    CHECK(access(in(".matbench-commit/w_p-0002.json"), F_OK) == 0, "a reader moves nothing");
    /* The same handle still finds them when a writer has finished it meanwhile. */
    CHECK(folder_put(uri, "w", (struct payloads){some.v + 3, 1}, NULL, &counts, &err) && counts_are(counts, 1, 0, 0), "%s", err.text);
    text = history_fetch(history, "p-0002", &arena, NULL, &err);
    CHECK(text && strcmp(text, some.v[2].text) == 0, "%s", err.text);
    history_close(history);
    CHECK(strcmp(names_in(folder), ".hidden.json source.lts.yaml w_p-0000.json w_p-0002.json w_p-0003.json") == 0, "%s", names_in(folder));
    CHECK(access(in("../victim.json"), F_OK) == 0, "only payload files of the folder go");
    CHECK(folder_records(uri, &err) == 3, "%s", err.text);
    symlink("/tmp", in(".matbench-commit"));
    CHECK(!folder_put(uri, "w", some, NULL, &counts, &err) && err.kind == ERR_STORE, "%s", err.text);
    arena_close(&records);
    free(seen);
}

static void test_compare(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads some = payloads_make(&arena, "p", 3, 10, 0), other = payloads_make(&arena, "p", 1, 10, 1);
    begin();
    const char *const uris[] = {uri, arena_printf(&arena, "sqlite:%s.db", folder)};
    struct payloads mixed = {ARENA_ARRAY(&arena, struct history_payload, 3), 3};
    mixed.v[0] = other.v[0], mixed.v[1] = some.v[1], mixed.v[2] = some.v[2];
    for (size_t i = 0; i < 2; i++) {
        struct history *history = history_open(uris[i], HISTORY_READ, NULL, &err);
        CHECK(history_compare(history, mixed.v, 3, &counts, &err) && counts_are(counts, 3, 0, 0), "%s: %s", uris[i], err.text);
        history_close(history);
        CHECK(folder_put(uris[i], "w", (struct payloads){some.v, 2}, NULL, &counts, &err), "%s", err.text);
        history = history_open(uris[i], HISTORY_READ, NULL, &err);
        CHECK(history_compare(history, mixed.v, 3, &counts, &err) && counts_are(counts, 1, 1, 1), "%s: %s", uris[i], err.text);
        history_close(history);
        CHECK(folder_records(uris[i], &err) == 2, "nothing was stored: %s", err.text);
    }
}

static void test_anchors(void)
{
    static const struct {
        const char *text, *index, *workload, *error;
    } rows[] = {
        {"date: '2025-06-01T00:00:00.000000Z'\nfilters: []\nindex: topsail-fine-tuning\n\n", "topsail-fine-tuning", NULL, NULL},
        {"{index: a, workload: b, more: [1]}", "a", "b", NULL},
        {"index: ''\nworkload: [b]\n", NULL, NULL, NULL},
        {"filters: {a: 1}", NULL, NULL, NULL},
        {"", NULL, NULL, "source.lts.yaml:1:1: found null, expected a map"},
        {"- a", NULL, NULL, "found a list"},
        {"index: [", NULL, NULL, "source.lts.yaml:2:1: "},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct folder_anchor anchor = {0};
        bool ok = folder_anchor_parse(&arena, rows[i].text, strlen(rows[i].text), &anchor, &err);
        CHECK(ok == !rows[i].error && (ok || (err.kind == ERR_STORE && strstr(err.text, rows[i].error))), "row %zu: %s", i, err.text);
        CHECK(!rows[i].index == !anchor.index && (!anchor.index || strcmp(anchor.index, rows[i].index) == 0), "row %zu", i);
        CHECK(!rows[i].workload == !anchor.workload && (!anchor.workload || strcmp(anchor.workload, rows[i].workload) == 0), "row %zu", i);
    }
    struct error err = {0};
    make_anchored();
    put_text("source.lts.yaml", "- a", 3);
    struct payloads one = payloads_make(&arena, "p", 1, 10, 0);
    put_text("x.json", one.v[0].text, one.v[0].text_len);
    struct history *history = history_open(uri, HISTORY_READ, NULL, &err);
    CHECK(history && history_exists(history) && history_findings(history).n == 1, "a broken one hides no payloads: %s", err.text);
    CHECK(folder_records(uri, &err) == 1, "%s", err.text);
    history_close(history);
}

static void test_lock(void)
{
    struct error err = {0};
    struct history_counts counts;
    struct payloads one = payloads_make(&arena, "p", 1, 10, 0);
    make_anchored();
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    CHECK(flock(fd, LOCK_SH) == 0, "lock");
    CHECK(folder_records(uri, &err) == 0, "readers get on with each other: %s", err.text);
    struct history *history = history_open(uri, HISTORY_WRITE, &(struct history_access){.wait_s = 0.2}, &err);
    bool ok = history && history_put(history, "w", one.v, one.n, &counts, &err);
    CHECK(!ok && err.kind == ERR_STORE && strstr(err.text, "locked by another process (waited 0.2 s;"), "%s", err.text);
    history_close(history);
    close(fd);
    err = (struct error){0};
    CHECK(folder_put(uri, "w", one, NULL, &counts, &err), "%s", err.text);
}

int main(void)
{
    scratch_open(&scratch);
    test_python_folder();
    test_files();
    test_odd_files();
    test_two_files_of_one_id();
    test_folders_below();
    test_put();
    test_names();
    test_names_of_others();
    test_clean_and_renew();
    test_pending();
    test_compare();
    test_anchors();
    test_lock();
    scratch_close(&scratch);
    arena_close(&arena);
    return check_end();
}
