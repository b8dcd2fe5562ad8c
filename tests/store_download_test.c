/* store/download.h and store/transfer.h: which files of a source are taken, and how they come. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "store/transfer.h"
#include "tests/store_bench.h"

enum { FILES_MAX = 16 };

#define WORKLOAD                                                                              \
    "workload: w\n"                                                                           \
    "artifact_dirs: {ONE: '*__one', ALL: {glob: '*__all', all: true}, DEEP: 'x*/y*', NONE: '*__none'}\n"

/* The source: "path=content", a link "path>target", a folder "path/". `important`: the workload's list. */
static const struct {
    const char *name;
    enum download_mode mode;
    const char *important;
    const char *source[FILES_MAX];
    const char *files; /* separated by blanks; directories that are made end with "/" */
    const char *findings;
    size_t tests, cached;
} rows[] = {
    {"by name", DOWNLOAD_IMPORTANT, "[]",
     {"a/settings.yaml=", "a/exit_code=0", "a/config.yaml=", "a/settings.x.yaml=", "a/source_url=u", "a/skipped=", "a/b/settings.yaml=", "a/.matbench-cache=c",
      "settings.top=", "config.yaml=", "README="},
     "a/config.yaml a/exit_code a/settings.x.yaml a/settings.yaml a/source_url config.yaml settings.top", "", 1, 0},
    {"the top is a test", DOWNLOAD_IMPORTANT, "[log, d/e]", {"settings=", "exit_code=0", "log=1", "d/e=2"}, "d/e exit_code log settings", "", 1, 0},
    {"skip", DOWNLOAD_IMPORTANT, "[log]", {"a/settings.yaml=", "a/skip=", "a/log=", "b/skip=", "b/c/settings.yaml=", "d/settings.yml=", "d/log="},
     "a/skip b/skip d/log d/settings.yml", "", 1, 0},
    {"no test", DOWNLOAD_IMPORTANT, "[log]", {"a/log="}, "", "", 0, 0},
    {"important files", DOWNLOAD_IMPORTANT, "[log, '${ONE}/a.log', '${NONE}/x', '${ONE}/b.log', '${ONE}/a.*']",
     {"t/settings.yaml=", "t/1__one/a.log=", "t/2__one/a.log=", "t/2__one/a.txt=", "t/2__one/z="},
     "t/2__one/a.log t/2__one/a.txt t/settings.yaml t/2__one/",
     "NOTE t: missing in the source: log\nNOTE t: missing in the source: ${NONE}/x\nNOTE t: missing in the source: 2__one/b.log", 1, 0},
    {"all matches of a dir", DOWNLOAD_IMPORTANT, "['${ALL}/a']", {"t/settings.yaml=", "t/1__all/a=", "t/2__all/a=", "t/3__all/b="},
     "t/1__all/a t/2__all/a t/settings.yaml t/1__all/ t/2__all/ t/3__all/", "NOTE t: missing in the source: 3__all/a", 1, 0},
    {"a pattern of several components", DOWNLOAD_IMPORTANT, "['${DEEP}/f']", {"t/settings.yaml=", "t/x1/y1/f=", "t/x2/y2/f=", "t/x3/z="},
     "t/settings.yaml t/x2/y2/f t/x2/y2/", "", 1, 0},
    {"* matches /", DOWNLOAD_IMPORTANT, "['${ONE}/*.log', 'n[1]/*']", {"t/settings.yaml=", "t/[1]__one/.x.log=", "t/[1]__one/d/e/y.log=", "t/[1]__one/z=", "t/n1/a/b="},
     "t/[1]__one/.x.log t/[1]__one/d/e/y.log t/n1/a/b t/settings.yaml t/[1]__one/", "", 1, 0},
    {"nothing matches", DOWNLOAD_IMPORTANT, "['${ONE}/*.log', 'none/*', '*.none']", {"t/settings.yaml=", "t/1__one/z="}, "t/settings.yaml t/1__one/",
     "NOTE t: missing in the source: 1__one/*.log\nNOTE t: missing in the source: none/*\nNOTE t: missing in the source: *.none", 1, 0},
    {"a directory by name", DOWNLOAD_IMPORTANT, "['./${ONE}/', d//]", {"t/settings.yaml=", "t/1__one/a/b=", "t/1__one/c=", "t/d/e="},
     "t/1__one/a/b t/1__one/c t/d/e t/settings.yaml t/1__one/", "", 1, 0},
    {"a file where a directory is named", DOWNLOAD_IMPORTANT, "[a/b]", {"t/settings.yaml=", "t/a="}, "t/settings.yaml", "NOTE t: missing in the source: a/b", 1, 0},
    {"patterns that leave the test", DOWNLOAD_IMPORTANT, "[../x, /etc/passwd]", {"x=", "t/settings.yaml="}, "t/settings.yaml",
     "WARNING important_files: '../x' leaves the test's directory: not downloaded\nWARNING important_files: '/etc/passwd' leaves the test's directory: not downloaded", 1, 0},
    {"links", DOWNLOAD_IMPORTANT, "[in, out, gone, d/f, '*.log']",
     {"x/f=7", "t/settings.yaml>../x/f", "t/in>../x/f", "t/out>/etc/passwd", "t/gone>nowhere", "t/d>../x", "t/l.log>/etc/passwd", "l>/etc", "self>.", "t/up>.."},
     "t/d/f t/in t/settings.yaml",
     "WARNING l: leads out of *\nWARNING t/out: leads out of *\nNOTE t: missing in the source: gone\nWARNING t/l.log: leads out of *\nNOTE t: missing in the source: *.log", 1, 0},
    /* caches */
    {"prefer_cache", DOWNLOAD_PREFER_CACHE, "[log]",
     {"a/settings.yaml=", "a/exit_code=", "a/.matbench-cache=c", "a/log=", "a/config.yaml=", "b/settings.yaml=", "b/log=", "c/settings.yaml=", "c/.matbench-cache=", "c/log=",
      "d/settings.yaml=", "d/.matbench-cache/x=", "d/log="},
     "a/.matbench-cache a/exit_code a/settings.yaml b/log b/settings.yaml c/log c/settings.yaml d/log d/settings.yaml", "", 4, 1},
    {"cache_only", DOWNLOAD_CACHE_ONLY, "[log]", {"a/settings.yaml=", "a/exit_code=", "a/.matbench-cache=c", "a/log=", "b/settings.yaml=", "b/log=", "settings.top=", "config.yaml="},
     "a/.matbench-cache a/exit_code a/settings.yaml settings.top", "NOTE b: it has no .matbench-cache: left out", 1, 1},
    {"saved", DOWNLOAD_SAVED, "[log]", {"a/settings.yaml=", "a/.matbench-cache=c", "a/log=", "a/other=", "source_url=u", "settings.from_url_file.yaml="},
     "a/.matbench-cache a/log a/settings.yaml settings.from_url_file.yaml source_url", "", 1, 0},
    {"all", DOWNLOAD_ALL, "[log]", {"a/settings.yaml=", "a/x/y=", "b/z=", "c/skip=", "c/w=", "o>/etc", "p>/etc/passwd", "README="},
     "README a/settings.yaml a/x/y b/z c/skip c/w", "WARNING o: leads out of *\nWARNING p: leads out of *", 1, 0},
};

static void make(struct scratch *scratch, const char *file)
{
    char name[300];
    size_t n = strcspn(file, "=>");
    snprintf(name, sizeof(name), "results/%.*s", (int)n, file);
    if (file[n] == '=') {
        put(scratch, name, file + n + 1);
        return;
    }
    char keep[320];
    snprintf(keep, sizeof(keep), "%.*s/.keep", (int)(strrchr(name, '/') - name), name);
    put(scratch, keep, "");
    unlink(scratch_path(scratch, keep));
    CHECK(symlink(file + n + 1, scratch_path(scratch, name)) == 0, "%s", file);
}

static bool fits(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return fits(pattern + 1, text) || (*text && *text != '\n' && fits(pattern, text + 1));
    return *pattern == *text && (*text == '\0' || fits(pattern + 1, text + 1));
}

static const char *plan_text(struct arena *arena, const struct download_plan *plan)
{
    const char *all = "";
    for (size_t i = 0; i < plan->n; i++)
        all = arena_printf(arena, "%s%s%s", all, all[0] ? " " : "", plan->files[i].path);
    for (size_t i = 0; i < plan->directories_n; i++)
        all = arena_printf(arena, "%s%s%s/", all, all[0] ? " " : "", plan->directories[i]);
    return all;
}

static struct workload *load(struct arena *arena, struct scratch *scratch, const char *important)
{
    struct error err = {0};
    char text[1000];
    snprintf(text, sizeof(text), WORKLOAD "important_files: %s\n", important);
    put(scratch, "w/workload.yaml", text);
    struct workload *workload = workload_load(arena, scratch_path(scratch, "w"), store_registry(), &err);
    CHECK(workload, "%s", err.text);
    return workload;
}

static struct fetch *open_source(struct scratch *scratch, struct arena *arena)
{
    struct error err = {0};
    struct fetch_url *url = ARENA_NEW(arena, struct fetch_url);
    CHECK(fetch_url_parse(arena, arena_strdup(arena, scratch_path(scratch, "results")), url, &err), "%s", err.text);
    struct fetch *fetch = fetch_open(url, NULL, &err);
    CHECK(fetch, "%s", err.text);
    return fetch;
}

static void check_row(size_t i)
{
    struct scratch scratch;
    struct arena arena = {0};
    struct error err = {0};
    struct download_plan plan;
    scratch_open(&scratch);
    for (size_t k = 0; k < FILES_MAX && rows[i].source[k]; k++)
        make(&scratch, rows[i].source[k]);
    struct workload *workload = load(&arena, &scratch, rows[i].important);
    struct fetch *fetch = open_source(&scratch, &arena);
    struct download_options options = {.workload = workload, .mode = rows[i].mode, .limits = download_limits_default};
    CHECK(download_plan(&arena, fetch, &options, &plan, &err), "%s: %s", rows[i].name, err.text);
    const char *files = plan_text(&arena, &plan), *findings = findings_text(&arena, &plan.findings, FINDING_NOTE);
    CHECK(strcmp(files, rows[i].files) == 0, "%s:\n got %s\n not %s", rows[i].name, files, rows[i].files);
    CHECK(fits(rows[i].findings, findings), "%s:\n got %s\n not %s", rows[i].name, findings, rows[i].findings);
    CHECK(plan.tests == rows[i].tests && plan.cached == rows[i].cached, "%s: tests %zu, cached %zu", rows[i].name, plan.tests, plan.cached);
    fetch_close(fetch);
    workload_close(workload);
    arena_close(&arena);
    scratch_close(&scratch);
}

/* ---- limits ---- */

static const struct {
    struct download_limits limits;
    const char *error;
} limits[] = {
    {{.files = 2, .file_bytes = 100, .bytes = 100}, "t/settings.yaml: more than 2 files to download; *"},
    {{.files = 9, .file_bytes = 3, .bytes = 100}, "t/a: 4 bytes; one file may have 3"},
    {{.files = 9, .file_bytes = 4, .bytes = 7}, "*/results: 8 bytes to download; the limit is 7; *"},
    {{.files = 3, .file_bytes = 4, .bytes = 8}, NULL},
};

/* Two links in each of 40 folders to the next: 2^40 ways; and a folder 70 deep. */
static void make_ways(struct scratch *scratch)
{
    char name[400], target[60];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "results/d%d/x", i);
        put(scratch, name, "");
        for (int k = 0; k < 2; k++) {
            snprintf(name, sizeof(name), "results/d%d/l%d", i, k);
            snprintf(target, sizeof(target), "../d%d", i + 1);
            CHECK(symlink(target, scratch_path(scratch, name)) == 0, "link");
        }
    }
    put(scratch, "results/d40/x", "");
    size_t n = (size_t)snprintf(name, sizeof(name), "results");
    for (int i = 0; i < 70; i++)
        n += (size_t)snprintf(name + n, sizeof(name) - n, "/d");
    snprintf(name + n, sizeof(name) - n, "/x");
    put(scratch, name, "");
}

static void check_limits(void)
{
    struct scratch scratch;
    struct arena arena = {0};
    struct download_plan plan;
    scratch_open(&scratch);
    put(&scratch, "results/t/settings.yaml", "");
    put(&scratch, "results/t/a", "1234");
    put(&scratch, "results/t/b", "1234");
    struct workload *workload = load(&arena, &scratch, "[a, b]");
    struct fetch *fetch = open_source(&scratch, &arena);
    for (size_t i = 0; i < ROWS(limits); i++) {
        struct error err = {0};
        struct download_options options = {.workload = workload, .mode = DOWNLOAD_ALL, .limits = limits[i].limits};
        bool ok = download_plan(&arena, fetch, &options, &plan, &err);
        CHECK(ok == !limits[i].error && (ok || (err.kind == ERR_ARTIFACT && fits(limits[i].error, err.text))), "%zu: %s", i, err.text);
    }
    struct error err = {0};
    volatile sig_atomic_t stop = SIGINT;
    struct download_options options = {.workload = workload, .mode = DOWNLOAD_ALL, .limits = download_limits_default, .stop = &stop};
    CHECK(!download_plan(&arena, fetch, &options, &plan, &err) && err.kind == ERR_INTERRUPTED, "%s", err.text);
    make_ways(&scratch);
    options.stop = NULL;
    err = (struct error){0};
    CHECK(download_plan(&arena, fetch, &options, &plan, &err) && plan.n < 1000, "%zu files: %s", plan.n, err.text);
    const char *findings = findings_text(&arena, &plan.findings, FINDING_WARNING);
    CHECK(strstr(findings, "more than 20 links lead to this directory") && strstr(findings, "deeper than 64 directories"), "%s", findings);
    fetch_close(fetch);
    workload_close(workload);
    arena_close(&arena);
    scratch_close(&scratch);
}

/* ---- another implementation of a source: sizes are not known, and reading can go wrong ---- */

struct fake {
    struct fetch fetch;
    volatile sig_atomic_t *stop; /* set to SIGINT by the first piece of "slow" */
    int reads;
};

static const char *const fake_files[] = {"broken", "exit_code", "gone", "log", "settings.yaml", "slow"};

static enum root_found fake_list(const struct fetch *fetch, const char *directory, struct arena *arena, struct fetch_entries *entries,
                                 struct error *err)
{
    (void)fetch;
    (void)err;
    if (strcmp(directory, ".") != 0)
        return ROOT_ABSENT;
    *entries = (struct fetch_entries){ARENA_ARRAY(arena, struct fetch_entry, ROWS(fake_files)), ROWS(fake_files)};
    for (size_t i = 0; i < ROWS(fake_files); i++)
        entries->v[i] = (struct fetch_entry){.name = fake_files[i], .kind = FETCH_FILE, .size = -1};
    return ROOT_FOUND;
}

static enum root_found fake_read(const struct fetch *fetch, const char *path, fetch_sink sink, void *context, struct error *err)
{
    struct fake *fake = (struct fake *)(void *)(uintptr_t)fetch;
    fake->reads++;
    if (strcmp(path, "gone") == 0)
        return ROOT_ABSENT;
    if (!sink(context, "first ", 6))
        return ROOT_FOUND;
    if (strcmp(path, "slow") == 0 && fake->stop)
        *fake->stop = SIGINT;
    if (strcmp(path, "broken") != 0) {
        (void)(sink(context, path, strlen(path)) && sink(context, "\n", 1));
        return ROOT_FOUND;
    }
    error_at(err, ERR_ARTIFACT, (struct pos){.file = path}, "the connection was lost");
    return ROOT_REFUSED;
}

static const struct fetch_scheme fake_scheme = {"fake", fake_list, fake_read, NULL};

static const char *content(struct scratch *scratch, const char *name)
{
    static char bytes[200];
    FILE *file = fopen(scratch_path(scratch, name), "r");
    size_t n = file ? fread(bytes, 1, sizeof(bytes) - 1, file) : 0;
    if (file)
        fclose(file);
    bytes[n] = '\0';
    return file ? bytes : "(none)";
}

static void check_fake(void)
{
    struct scratch scratch;
    struct arena arena = {0};
    struct error err = {0};
    struct download_plan plan;
    volatile sig_atomic_t stop = 0;
    struct fake fake = {.fetch = {.scheme = &fake_scheme, .url = "fake://"}, .stop = &stop};
    scratch_open(&scratch);
    struct workload *workload = load(&arena, &scratch, "[log, broken, gone, slow]");
    struct download_options options = {.workload = workload, .mode = DOWNLOAD_IMPORTANT, .limits = download_limits_default};
    CHECK(download_plan(&arena, &fake.fetch, &options, &plan, &err) && plan.n == ROWS(fake_files) && plan.bytes == 0, "%s", err.text);
    char to[300];
    snprintf(to, sizeof(to), "%s", scratch_path(&scratch, "to"));
    struct folder *folder = folder_open(to, &err);
    struct transfer first = {.arena = &arena, .fetch = &fake.fetch, .folder = folder, .below = "a/b", .stop = &stop};
    /* stopped in the middle of the last file: those before are whole */
    CHECK(!transfer_run(&first, &plan, &err) && err.kind == ERR_INTERRUPTED, "%s", err.text);
    CHECK(first.counts.copied == 3 && first.counts.failed == 2, "%zu copied, %zu failed", first.counts.copied, first.counts.failed);
    CHECK(strcmp(findings_text(&arena, &first.findings, FINDING_NOTE),
                 "BROKEN broken: the connection was lost\nBROKEN gone: it was there, and is not any more") == 0,
          "%s", findings_text(&arena, &first.findings, FINDING_NOTE));
    CHECK(strcmp(content(&scratch, "to/a/b/log"), "first log\n") == 0 && strcmp(content(&scratch, "to/a/b/slow"), "(none)") == 0 &&
              strcmp(content(&scratch, "to/a/b/broken"), "(none)") == 0, "whole files only");
    /* the second run goes on */
    err = (struct error){0};
    stop = 0;
    fake.stop = NULL;
    struct transfer second = {.arena = &arena, .fetch = &fake.fetch, .folder = folder, .below = "a/b", .stop = &stop};
    CHECK(transfer_run(&second, &plan, &err), "%s", err.text);
    CHECK(second.counts.copied == 1 && second.counts.there == 3 && second.counts.failed == 2, "%zu, %zu", second.counts.copied, second.counts.there);
    CHECK(strcmp(content(&scratch, "to/a/b/slow"), "first slow\n") == 0, "slow");
    /* what is longer, shorter or other is replaced */
    static const char *const others[] = {"first lo", "first log\n ", "first lag\n", ""};
    for (size_t i = 0; i < ROWS(others); i++) {
        put(&scratch, "to/a/b/log", others[i]);
        struct transfer third = {.arena = &arena, .fetch = &fake.fetch, .folder = folder, .below = "a/b"};
        CHECK(transfer_run(&third, &plan, &err) && third.counts.copied == 1, "'%s': %zu", others[i], third.counts.copied);
        CHECK(strcmp(content(&scratch, "to/a/b/log"), "first log\n") == 0, "'%s'", others[i]);
    }
    folder_close(folder);
    workload_close(workload);
    arena_close(&arena);
    scratch_close(&scratch);
}

static const struct {
    const char *text;
    enum download_mode mode;
} modes[] = {{NULL, DOWNLOAD_PREFER_CACHE}, {"prefer_cache", DOWNLOAD_PREFER_CACHE}, {"cache_only", DOWNLOAD_CACHE_ONLY},
             {"important", DOWNLOAD_IMPORTANT}, {"all", DOWNLOAD_ALL}};

static void check_modes(void)
{
    enum download_mode mode;
    struct error err = {0};
    for (size_t i = 0; i < ROWS(modes); i++)
        CHECK(download_mode_parse(modes[i].text, &mode, &err) && mode == modes[i].mode, "%s", err.text);
    CHECK(!download_mode_parse("saved", &mode, &err) && err.kind == ERR_USAGE &&
              strcmp(err.text, "the download mode 'saved': expected cache_only, prefer_cache, important or all") == 0, "%s", err.text);
}

/* Which paths lie in the source. */
static void check_holds(void)
{
    static const struct {
        const char *path;
        bool held;
    } places[] = {{"results", true}, {"results/a/b", true}, {"results2", false}, {"other/x/y", false}, {"link/x", true}, {"", false}};
    struct scratch scratch;
    struct arena arena = {0};
    scratch_open(&scratch);
    put(&scratch, "results/f", "");
    CHECK(symlink("results", scratch_path(&scratch, "link")) == 0, "link");
    struct fetch *fetch = open_source(&scratch, &arena);
    for (size_t i = 0; i < ROWS(places); i++)
        CHECK(fetch_holds(fetch, scratch_path(&scratch, places[i].path)) == places[i].held, "%s", places[i].path);
    CHECK(!fetch_holds(fetch, "no/such") && !fetch_holds(fetch, "/no/such"), "elsewhere");
    fetch_close(fetch);
    arena_close(&arena);
    scratch_close(&scratch);
}

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        check_row(i);
    check_limits();
    check_fake();
    check_modes();
    check_holds();
    return check_end();
}
