/* store/discover.h: what is a test, its settings, what is left out and what is said of it (contract C2.1–C2.5). */
#include <stdlib.h>

#include "tests/store_bench.h"

enum { FILES_MAX = 16 };

/* A file "path=content", a link "path>target", a folder "path/". */
static const struct {
    const char *name, *workload, *filters;
    const char *files[FILES_MAX];
    const char *tests;    /* "path=exit{settings}", one a line */
    const char *findings; /* one a line */
    size_t broken, skipped;
} rows[] = {
    {"the three names", "", "",
     {"a/settings.yaml=x: 1", "a/exit_code=0", "b/settings.yml=x: 2", "b/exit_code=1\n", "c/settings=x: 3", "c/exit_code= -5 \n"},
     "a=0{\"x\":1}\nb=1{\"x\":2}\nc=-5{\"x\":3}", "", 0, 0},
    {"the root itself", "", "", {"settings.yaml=x: 1", "exit_code=0"}, ".=0{\"x\":1}", "", 0, 0},
    {"no test", "", "", {"a/b/c=x"}, "", "", 0, 0},
    {"other names", "", "", {"a/settings.json={}", "a/exit_code=0", "b/mysettings.yaml=x: 1", "b/exit_code=0"}, "", "", 0, 0},
    {"not ended", "", "", {"a/settings.yaml=x: 1", "b/settings.yaml=x: 2", "b/exit_code=", "c/settings.yaml=x: 3", "c/exit_code= \n\n"}, "",
     "NOTE a: skipped: it has no exit_code: the test has not ended\nNOTE b: skipped: its exit_code is empty: the test has not ended\n"
     "NOTE c: skipped: its exit_code is empty: the test has not ended", 0, 3},
    {"a broken exit code", "", "",
     {"a/settings.yaml=x: 1", "a/exit_code=zero", "b/settings.yaml=x: 2", "b/exit_code=1 2", "c/settings.yaml=x: 3", "c/exit_code=1.5",
      "d/settings.yaml=x: 4", "d/exit_code=99999999999999999999", "e/settings.yaml=x: 5", "e/exit_code/x="}, "",
     "BROKEN a: exit_code: found 'zero', expected one integer\nBROKEN b: exit_code: found '1 2', expected one integer\n"
     "BROKEN c: exit_code: found '1.5', expected one integer\nBROKEN d: exit_code: found '99999999999999999999', expected one integer\n"
     "BROKEN e: exit_code: expected a regular file", 5, 0},
    {"layers", "", "",
     {"settings.all.yaml=a: root\nb: root\nc: root", "x/settings.mode.yaml=b: x", "x/y/settings.yaml=c: y", "x/y/exit_code=0",
      "x/y/settings.z.yaml=d: z", "z/settings.yaml=e: 1", "z/exit_code=0"},
     "x/y=0{\"a\":\"root\",\"b\":\"x\",\"c\":\"y\",\"d\":\"z\",\"e\":null}\nz=0{\"a\":\"root\",\"b\":\"root\",\"c\":\"root\",\"e\":1,\"d\":null}", "", 0, 0},
    {"tests in tests", "", "", {"a/settings.yaml=x: 1", "a/exit_code=0", "a/in/settings.yaml=x: 2", "a/in/exit_code=0"}, "a=0{\"x\":1}", "", 0, 0},
    {"skip", "", "", {"a/skip=", "a/b/settings.yaml=x: 1", "a/b/exit_code=0", "c/settings.yaml=x: 2", "c/exit_code=0", "c/skip="}, "",
     "NOTE a: skipped: it has a file `skip`\nNOTE c: skipped: it has a file `skip`", 0, 2},
    {"duplicates", "", "",
     {"b/settings.yaml=x: 1\ny: 2", "b/exit_code=0", "a/settings.yaml=y: 2\nx: 1", "a/exit_code=1", "c/settings.yaml=x: 1\ny: '2'", "c/exit_code=0",
      "d/settings.yaml=x: 1\ny: 2", "d/exit_code=0"},
     "a=1{\"y\":2,\"x\":1}\nc=0{\"x\":1,\"y\":\"2\"}",
     "WARNING b: skipped: it has the same settings as a\nWARNING d: skipped: it has the same settings as a", 0, 2},
    {"the order is by path", "", "",
     {"z/settings.yaml=x: 1", "z/exit_code=0", "b/settings.yaml=x: 2", "b/exit_code=0", "b-c/settings.yaml=x: 3", "b-c/exit_code=0",
      "d/a/settings.yaml=x: 4", "d/a/exit_code=0", "d-x/settings.yaml=x: 7", "d-x/exit_code=0", "10/settings.yaml=x: 5", "10/exit_code=0", "9/settings.yaml=x: 6", "9/exit_code=0"},
     "10=0{\"x\":5}\n9=0{\"x\":6}\nb=0{\"x\":2}\nb-c=0{\"x\":3}\nd-x=0{\"x\":7}\nd/a=0{\"x\":4}\nz=0{\"x\":1}", "", 0, 0},
    {"null-filled", "", "", {"a/settings.yaml=x: 1", "a/exit_code=0", "b/settings.yaml=y: 2", "b/exit_code=0"},
     "a=0{\"x\":1,\"y\":null}\nb=0{\"y\":2,\"x\":null}", "", 0, 0},
    {"broken settings", "", "",
     {"a/settings.yaml=x: [1", "a/exit_code=0", "b/settings.yaml=- x", "b/exit_code=0", "c/settings.yaml=", "c/exit_code=0",
      "d/settings.x=y: [", "d/e/settings.yaml=x: 1", "d/e/exit_code=0"},
     "c=0{}", "BROKEN a: settings.yaml:*\nBROKEN b: settings.yaml: expected a map of settings, found a list\nBROKEN d/e: d/settings.x:*", 3, 0},
    {"keys given twice", "", "", {"a/settings.yaml=x: 1\nx: 2", "a/exit_code=0"}, "a=0{\"x\":2}",
     "WARNING a/settings.yaml: 1 keys are given twice (the last counts), first at 2:1", 0, 0},
    {"settings as PyYAML reads them", "", "", {"a/settings.yaml=x: yes\ny: 0777\nz: 2025-01-06", "a/exit_code=0"},
     "a=0{\"x\":true,\"y\":511,\"z\":\"2025-01-06\"}", "", 0, 0},
    {"a folder called settings", "", "", {"settings/a/settings.yaml=x: 1", "settings/a/exit_code=0"}, "settings/a=0{\"x\":1}", "", 0, 0},
    {"filters", "", "x=1,y=b",
     {"a/settings.yaml=x: 1\ny: b", "a/exit_code=0", "b/settings.yaml=x: '1'\ny: b", "b/exit_code=0", "c/settings.yaml=x: 2\ny: b", "c/exit_code=0",
      "d/settings.yaml=x: 1", "d/exit_code=0"},
     "a=0{\"x\":1,\"y\":\"b\"}\nb=0{\"x\":\"1\",\"y\":\"b\"}", "NOTE c: skipped: the filters leave it out\nNOTE d: skipped: the filters leave it out", 0, 2},
    {"filters with alternatives", "", "x=1:3:u\\:v,y=True",
     {"a/settings.yaml=x: 1\ny: yes", "a/exit_code=0", "b/settings.yaml=x: 2\ny: yes", "b/exit_code=0", "c/settings.yaml=x: 'u:v'\ny: true", "c/exit_code=0"},
     "a=0{\"x\":1,\"y\":true}\nc=0{\"x\":\"u:v\",\"y\":true}", "NOTE b: skipped: the filters leave it out", 0, 1},
    {"filters of other kinds", "", "t=true,f=1.5,n=null", {"a/settings.yaml=t: yes\nf: 1.50\nn: null", "a/exit_code=0"},
     "a=0{\"t\":true,\"f\":1.5,\"n\":null}", "", 0, 0},
    /* links */
    {"links inside", "", "", {"x/settings.yaml=x: 1", "x/exit_code=0", "l>x"}, "l=0{\"x\":1}", "WARNING x: skipped: it has the same settings as l", 0, 1},
    {"a cycle", "", "", {"a/b/up>../..", "a/t/settings.yaml=x: 1", "a/t/exit_code=0", "a/t2>t", "self>."}, "a/t=0{\"x\":1}",
     "WARNING a/t2: skipped: it has the same settings as a/t", 0, 1},
    {"links outside", "", "", {"l>/etc", "gone>nowhere", "a/settings.yaml=x: 1", "a/exit_code=0"}, "a=0{\"x\":1}",
     "WARNING l: leads out of the results directory *", 0, 0},
    {"a link as settings", "", "", {"x/common=x: 1", "a/settings.yaml>../x/common", "a/exit_code>../x/code", "x/code=3"}, "a=3{\"x\":1}", "", 0, 0},
    {"settings that lead outside", "", "", {"a/settings.yaml>/etc/passwd", "a/exit_code=0", "b/settings.yaml=x: 1", "b/exit_code=0"}, "b=0{\"x\":1}",
     "BROKEN a: settings.yaml: leads out of the results directory *", 1, 0},
    {"a dangling settings", "", "", {"a/settings.yaml>nowhere", "a/exit_code=0"}, "a=0{}", "", 0, 0},
    {"odd names", "", "", {"a\nERROR b/settings.yaml=x: 1", "a\nERROR b/exit_code=0", "\xFF/settings.yaml=x: 2", "\xFF/exit_code=0"},
     "a\nERROR b=0{\"x\":1}\n\xFF=0{\"x\":2}", "", 0, 0},
    /* rewrite_settings */
    {"drop, rename, set", "rewrite_settings: {drop: [d, none], rename: {a: b, none: c}, set: {s: 1, t: 'settings.b + 1', u: settings.none}}\n", "",
     {"t/settings.yaml=a: 1\nd: 2", "t/exit_code=0"}, "t=0{\"b\":1,\"s\":1,\"t\":2,\"u\":null}", "", 0, 0},
    {"rename to itself and over another", "rewrite_settings: {rename: {a: a, b: c}}\n", "", {"t/settings.yaml=a: 1\nb: 2\nc: 3", "t/exit_code=0"},
     "t=0{\"c\":2,\"a\":1}", "", 0, 0},
    {"by Lua", "lua: f.lua\nrewrite_settings: {drop: d, lua: rewrite}\n", "",
     {"a/settings.yaml=n: 1\nd: 1", "a/exit_code=0", "b/settings.yaml=n: 0", "b/exit_code=0", "c/settings.yaml=n: x", "c/exit_code=0",
      "d/settings.yaml=n: 5", "d/exit_code=0", "e/settings.yaml=n: 6", "e/exit_code=0"},
     "a=0{\"m\":1,\"n\":\"a-b\"}", "NOTE b: skipped: rewrite_settings leaves it out\nBROKEN c: f.lua:3: *\nBROKEN d: *rewrite must give a table or nil\n"
     "BROKEN e: f.lua:6: text: there is no test here whose files could be read", 3, 1},
    {"Lua that gives the same", "lua: f.lua\nrewrite_settings: {lua: same}\n", "", {"a/settings.yaml=n: 1", "a/exit_code=0"}, "a=0{\"n\":1}", "", 0, 0},
    {"filters see what was rewritten", "rewrite_settings: {rename: {a: b}}\n", "b=1", {"t/settings.yaml=a: 1", "t/exit_code=0"}, "t=0{\"b\":1}", "", 0, 0},
    {"duplicates after the rewriting", "rewrite_settings: {drop: a}\n", "",
     {"t/settings.yaml=a: 1", "t/exit_code=0", "u/settings.yaml=a: 2", "u/exit_code=0"}, "t=0{}", "WARNING u: skipped: it has the same settings as t", 0, 1},
};

static const char functions[] = "function rewrite(settings)\n"
                                "    if settings.n == 0 then return nil end\n"
                                "    if settings.n == 'x' then return settings.x.y end\n"
                                "    if settings.n == 5 then return 5 end\n"
                                "    if settings.n == 6 then\n"
                                "        return {text('x')} end\n"
                                "    return {m = settings.n, n = replace('a.b', '[.]', '-')}\n"
                                "end\n"
                                "function same(settings) return settings end\n";

static void make(struct scratch *scratch, const char *file)
{
    char name[300];
    size_t n = strcspn(file, "=>");
    snprintf(name, sizeof(name), "results/%.*s", (int)n, file);
    if (file[n] == '>') {
        char keep[320];
        snprintf(keep, sizeof(keep), "%.*s/.keep", (int)(strrchr(name, '/') - name), name);
        put(scratch, keep, "");
        unlink(scratch_path(scratch, keep));
        CHECK(symlink(file + n + 1, scratch_path(scratch, name)) == 0, "%s", file);
    } else {
        put(scratch, name, file + n + (file[n] == '='));
    }
}

static bool fits(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return fits(pattern + 1, text) || (*text && *text != '\n' && fits(pattern, text + 1));
    return *pattern == *text && (*text == '\0' || fits(pattern + 1, text + 1));
}

static const char *tests_text(struct store_bench *bench)
{
    const char *all = "";
    for (size_t i = 0; i < bench->found.n; i++) {
        const struct test *test = &bench->found.tests[i];
        CHECK(json_equal(test->settings, test->import_settings), "import_settings");
        all = arena_printf(&bench->arena, "%s%s%s=%ld%s", all, i ? "\n" : "", test->relative, test->exit_code,
                           json_text(&bench->arena, test->settings));
    }
    return all;
}

/* The tree, made in the given order or in the other one: what is found must not depend on it. */
static void test_row(size_t i, bool backwards)
{
    struct scratch scratch;
    struct store_bench bench;
    struct filters filters = {0};
    struct arena arena = {0};
    struct error err = {0};
    size_t n = 0;
    scratch_open(&scratch);
    char workload[1000];
    snprintf(workload, sizeof(workload), "workload: w\n%s", rows[i].workload);
    put(&scratch, "w/workload.yaml", workload);
    put(&scratch, "w/f.lua", functions);
    mkdir(scratch_path(&scratch, "results"), 0755);
    while (n < FILES_MAX && rows[i].files[n])
        n++;
    for (size_t k = 0; k < n; k++)
        make(&scratch, rows[i].files[backwards ? n - 1 - k : k]);
    CHECK(filters_parse(&arena, rows[i].filters, FILTERS_OF_SETTINGS, &filters, &err), "%s", err.text);
    CHECK(bench_open(&bench, &scratch, filters.v, filters.n), "%s", rows[i].name);
    const char *tests = tests_text(&bench), *findings = findings_text(&bench.arena, &bench.found.findings, FINDING_NOTE);
    CHECK(strcmp(tests, rows[i].tests) == 0, "%s: %s", rows[i].name, tests);
    CHECK(fits(rows[i].findings, findings), "%s: findings: %s", rows[i].name, findings);
    CHECK(bench.found.broken == rows[i].broken && bench.found.skipped == rows[i].skipped, "%s: %zu broken, %zu skipped", rows[i].name,
          bench.found.broken, bench.found.skipped);
    bench_close(&bench);
    arena_close(&arena);
    scratch_close(&scratch);
}

static void test_above(void)
{
    struct scratch scratch;
    struct store_bench bench;
    scratch_open(&scratch);
    put(&scratch, "w/workload.yaml", "workload: w\n");
    put(&scratch, "settings.above.yaml", "a: above\nb: above\n");
    put(&scratch, "results/t/settings.yaml", "b: t\n");
    put(&scratch, "results/t/exit_code", "0");
    CHECK(bench_open(&bench, &scratch, NULL, 0), "open");
    CHECK(strcmp(tests_text(&bench), "t=0{\"a\":\"above\",\"b\":\"t\"}") == 0, "%s", tests_text(&bench));
    const char *findings = findings_text(&bench.arena, &bench.found.findings, FINDING_NOTE);
    CHECK(fits("NOTE */settings.above.yaml: settings above the results directory count for all tests", findings), "%s", findings);
    char location[600];
    snprintf(location, sizeof(location), "%s/results/t", scratch.folder);
    CHECK(strcmp(bench.found.tests[0].location, location) == 0, "%s", bench.found.tests[0].location);
    bench_close(&bench);
    put(&scratch, "settings.above.yaml", "a: [\n");
    CHECK(bench_open(&bench, &scratch, NULL, 0) && bench.found.n == 0 && bench.found.broken == 1, "broken above");
    bench_close(&bench);
    scratch_close(&scratch);
}

static void test_limits(void)
{
    struct scratch scratch;
    struct store_bench bench;
    scratch_open(&scratch);
    put(&scratch, "w/workload.yaml", "workload: w\n");
    /* Two links in each of 40 folders to the next: 2^40 ways. */
    for (int i = 0; i < 40; i++) {
        char name[60], target[60];
        snprintf(name, sizeof(name), "results/d%d/x", i);
        put(&scratch, name, "");
        for (int k = 0; k < 2; k++) {
            snprintf(name, sizeof(name), "results/d%d/l%d", i, k);
            snprintf(target, sizeof(target), "../d%d", i + 1);
            CHECK(symlink(target, scratch_path(&scratch, name)) == 0, "link");
        }
    }
    put(&scratch, "results/d40/t/settings.yaml", "x: 1\n");
    put(&scratch, "results/d40/t/exit_code", "0");
    CHECK(bench_open(&bench, &scratch, NULL, 0) && bench.found.n == 1, "%zu tests", bench.found.n);
    CHECK(strstr(findings_text(&bench.arena, &bench.found.findings, FINDING_WARNING), "more than 20 links lead to this directory"), "said");
    bench_close(&bench);
    char deep[400] = "results";
    size_t n = strlen(deep);
    for (int i = 0; i < 70; i++)
        n += (size_t)snprintf(deep + n, sizeof(deep) - n, "/d");
    snprintf(deep + n, sizeof(deep) - n, "/settings.yaml");
    put(&scratch, deep, "x: 1\n");
    CHECK(bench_open(&bench, &scratch, NULL, 0) &&
              strstr(findings_text(&bench.arena, &bench.found.findings, FINDING_WARNING), "deeper than 64 directories: not looked into"), "deep");
    bench_close(&bench);
    scratch_close(&scratch);
}

static const struct {
    const char *text, *error;
} bad_filters[] = {
    {"x", "--filters: 'x': expected setting=value, more of them after commas"},
    {"a=1,x", "--filters: 'x': expected setting=value, more of them after commas"},
    {"a=1,,b=2", "--filters: '': expected setting=value, more of them after commas"},
};

/* As the Python tool splits them, and the whole. */
static const struct {
    const char *text, *values;
} alternatives[] = {
    {"k=a", "<a>"},
    {"k=", "<>"},
    {"k=a:b", "<a><b><a:b>"},
    {"k=a\\:b", "<a:b>"},
    {"k=a\\:b:c", "<a:b><c><a\\:b:c>"},
    {"k=:a:", "<><a><><:a:>"},
    {"k=a\\b\\", "<a\\b\\>"},
    {"k=\\:\\:", "<::>"},
};

static void test_filters(void)
{
    struct arena arena = {0};
    struct filters filters;
    for (size_t i = 0; i < ROWS(bad_filters); i++) {
        struct error err = {0};
        CHECK(!filters_parse(&arena, bad_filters[i].text, FILTERS_OF_SETTINGS, &filters, &err) && strcmp(err.text, bad_filters[i].error) == 0, "%s", err.text);
    }
    struct error err = {0};
    CHECK(filters_parse(&arena, "a=1,b=x=y,c=,", FILTERS_OF_SETTINGS, &filters, &err) && filters.n == 3 &&
              strcmp(filters.v[1].text, "x=y") == 0 && strcmp(filters.v[2].text, "") == 0, "%s", err.text);
    CHECK(filters_parse(&arena, NULL, FILTERS_OF_SETTINGS, &filters, &err) && filters.n == 0, "none");
    for (size_t i = 0; i < ROWS(alternatives); i++) {
        CHECK(filters_parse(&arena, alternatives[i].text, FILTERS_OF_SETTINGS, &filters, &err) && filters.n == 1, "%s", err.text);
        const char *all = "";
        for (const char *const *value = filters.v[0].values; *value; value++)
            all = arena_printf(&arena, "%s<%s>", all, *value);
        CHECK(strcmp(all, alternatives[i].values) == 0, "%s: %s", alternatives[i].text, all);
    }
    arena_close(&arena);
}

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        test_row(i, false);
        test_row(i, true);
    }
    test_above();
    test_limits();
    test_filters();
    return check_end();
}
