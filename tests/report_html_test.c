/* report: regression_report.html of the scene, of long histories, of hostile labels; short names; overviews of labels. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/label_overview.h"
#include "report/short_names.h"
#include "report/verdict_html.h"
#include "tests/markup.h"
#include "tests/report_scene.h"

static void render_html(struct text *out, const struct analysis *analysis)
{
    struct error err = {0};
    CHECK(verdict_html_render(out, NULL, analysis, NULL, &err), "%s", err.text);
}

static void check_parts(const char *html, const char *const *parts, size_t n)
{
    const char *at = html;
    for (size_t i = 0; i < n; i++) {
        const char *found = strstr(at, parts[i]);
        CHECK(found, "'%s' is not in, or not behind what is before it", parts[i]);
        at = found ? found : at;
    }
}

static void test_scene(void)
{
    static const char *const parts[] = { /* in this order */
        "<title>Regression analysis: 1 regression in 1 of 3 entries.</title>",
        "<p class=\"warn\"><strong>NOT GATED: no history for 1 of 3 entries</strong></p>",
        "<strong>NOT GATED: history no longer matches for 1 of 3 entries (a key list changed)</strong>",
        "<p class=\"bad\"><strong>1 regression in 1 of 3 entries.</strong> 18 KPI results of 3 entries: 1 regression, ",
        "What to look at", ">since when, by how much</th>",
        "<td class=\"bad\" data-c=\"verdict\">regression</td><td data-c=\"KPI and entry\"><a href=\"#entry-1-worse\">worse</a><br/><a href=\"#entry-1\">#1</a> ",
        "<td data-c=\"change\">-20.0 %</td>", "<td data-c=\"this run\">4,121", "<td data-c=\"against\">5,15",
        "new; since this run, v1.12 of 1970-02-10, by -20.0 % (-20.", "<td data-c=\"what else changed\">",
        "<td class=\"warn\" data-c=\"verdict\">missing</td><td data-c=\"KPI and entry\"><a href=\"#entry-1-gone\">",
        "<td class=\"good\" data-c=\"verdict\">improvement</td>",
        "<a href=\"#changes\">", "<a href=\"#entry-1\">Entry #1 – added=null gpu=8</a>",
        "Configuration overview", "<tr class=\"vary\"><td>gpu</td><td>4 · 8</td></tr>", "<tr class=\"fixed\"><td>ocp</td><td>4.11</td></tr>",
        "Historical records overview", "12 of 24 records of history", "<tr class=\"vary\"><td>version</td><td>v1.0 · v1.1 · v1.2 · ",
        "Results overview", "steady, s ↓", "<td class=\"bad\"><a href=\"#entry-1-worse\">4,121</a><br/>regression -20.0 %</td>",
        "<strong>Performed ", "<h2 id=\"entry-1\">Entry #1 – added=null gpu=8", "Note: not compared, but not the same in all runs: &#39;ocp&#39;.",
        "<caption>Settings</caption>", "<caption>Labels</caption>", "<td>payload</td><td>e1</td>", "<td>test directory</td><td>runs/e1</td>",
        "<h3 id=\"entry-1-better\">", "Gets better. In tokens/s; higher is better.", "<strong>Improvement</strong>: ",
        "run-to-run sd</td><td>", "interval for one new run</td>", "; after correction for the other questions and 4 tests &lt; 0.0001, level 0.05</td>", "<h3 id=\"entry-1-steady\">",
        "<strong>Ok</strong>: ", ". It would be a regression above ", "<details class=\"aside\"><summary>Evidence and 12 run points</summary>",
        "<h3 id=\"entry-1-worse\">", "Since this run, v1.12 of 1970-02-10; the last run before it: v1.11 of 1970-01-12. It would be ok above ",
        "a change has to pass</td><td>257.6 tokens/s (5.0 %)</td>",
        "<tr><td>v1.0</td><td>h00</td><td>1970-01-01 00:00</td><td>5,151</td><td>1 *</td></tr>",
        "<tr class=\"here\"><td>v1.12</td><td>e1</td><td>1970-02-10 00:00</td><td>4,121</td><td>this run</td></tr>",
        "<h2 id=\"entry-2\">", "differ only in &#39;gpu&#39; (here 4, there 8): an ignored key?", "<strong>No history</strong>: ",
        "<h2 id=\"entry-3\">", "Note: a key list changed: ", "added</td><td>x\xef\xbf\xbd[31m</td>",
    };
    char *html = render(render_html, false), *reversed = render(render_html, true), *again = render(render_html, false);
    CHECK(markup_good(html), "well-formed");
    check_parts(html, parts, ROWS(parts));
    CHECK(strcmp(html, again) == 0 && strcmp(html, reversed) == 0, "the same bytes, for a history in another order too");
    CHECK(strstr(html, "9.31 GiB") || strstr(html, "GiB"), "values have their shown unit");
    free(html);
    free(reversed);
    free(again);
}

/* ---- many KPIs ---- */

/* Two entries of 14 KPIs: a table that is wider than a screen is turned. */
static void test_many_kpis(void)
{
    enum { MANY = 14 };
    struct arena arena = {0};
    struct analysis_options options;
    struct analysis *analysis = scene(&options, false, &arena);
    struct entry_result *entries = ARENA_ARRAY(&arena, struct entry_result, 2);
    struct kpi_rule many[MANY];
    analysis->entries_n = 2;
    for (size_t i = 0; i < 2; i++) {
        entries[i] = analysis->entries[i];
        entries[i].kpis_n = MANY;
        entries[i].kpis = ARENA_ARRAY(&arena, struct kpi_result, MANY);
        for (size_t j = 0; j < MANY; j++) {
            many[j] = rules[5];
            many[j].name = arena_printf(&arena, "kpi_%c", (char)('a' + j));
            entries[i].kpis[j] = analysis->entries[i].kpis[5];
            entries[i].kpis[j].rule = &many[j];
        }
    }
    analysis->entries = entries;
    struct text out = text_open(1 << 24);
    render_html(&out, analysis);
    CHECK(markup_good(out.s), "well-formed");
    check_parts(out.s, (const char *const[]){"<thead><tr><th>KPI</th><th title=\"added=null gpu=8\">#1</th><th title=\"added=null gpu=4\">#2</th></tr></thead>",
                                             "<tr class=\"vary\"><td>gpu</td><td>8</td><td>4</td></tr>",
                                             "<tr><td>a, tokens/s ↑</td><td class=\"bad\"><a href=\"#entry-1-kpi_a\">4,121</a><br/>regression -20.0 %</td>"
                                             "<td class=\"muted\"><a href=\"#entry-2-kpi_a\">4,121</a><br/>no history</td></tr>", "<tr><td>n, tokens/s"}, 4);
    text_close(&out);
    arena_close(&arena);
}

/* ---- long histories ---- */

enum { LONG = 45 };

/* A history of LONG points with a step in the middle, two repetitions each, labels as given; the entry stands so far from its
 * last level. comparison: the comparison keys. */
static char *render_keys(const char *labels, bool empty_history, const char *const *comparison, double change)
{
    struct arena arena = {0};
    struct kpi_rule rule = {.name = "speed", .unit = "s", .better = DIRECTION_HIGHER, .format = "%.1f"};
    struct record *runs = ARENA_ARRAY(&arena, struct record, 2 * LONG + 1);
    uint64_t random = 1;
    for (size_t i = 0; i <= LONG; i++) {
        double x = 100 + build_gauss(&random) + (i >= 20 ? 50 : 0) + (i == LONG ? change : 0);
        for (size_t k = 0; k < (i < LONG ? 2 : 1); k++)
            runs[2 * i + k] = build_record(arena_printf(&arena, "i%zu-%zu", i, k), (int)i,
                                           arena_printf(&arena, "%.*s run_id=\"a/%zu/z\" %s", comparison[0] ? 99 : 0,
                                                        arena_printf(&arena, "version=\"1.%zu\"", i / 3), i, labels), x, &arena);
    }
    struct analysis_options options = {.comparison_keys = comparison, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = &rule, .kpis_n = 1,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    const struct analysis *analysis = analysis_run(&arena, &options, &runs[2 * LONG], 1, runs, empty_history ? 0 : 2 * LONG);
    struct text out = text_open(1 << 24);
    render_html(&out, analysis);
    CHECK(markup_good(out.s), "well-formed with %s", labels);
    char *copy = strdup(out.s);
    text_close(&out);
    arena_close(&arena);
    return copy;
}

static char *render_long(const char *labels, bool empty_history)
{
    return render_keys(labels, empty_history, version_key, 0);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text++)
        n++;
    return n;
}

static void test_long(void)
{
    static const char *const ok[] = {
        "Entry #1 – only entry", "90 records of history with its labels", "levels in history</td><td>2</td>", "run points of history</td><td>45</td>",
        "<summary>35 older run points</summary>", "<p class=\"muted\">level 1, 1.0…1.6, 20 run points</p>",
        "<p class=\"muted\">level 2 *, 1.6…1.11, 15 run points</p>", "<th title=\"the value is their mean\">",
        "<tr><td>1.11</td><td>35</td>", "<td>2</td><td>2 *</td></tr>", "<tr class=\"here\"><td>1.15</td><td>45</td>",
    }, *const worse[] = {
        "<strong>1 regression in 1 of 1 entry.</strong>", "What to look at", "<summary>15 older run points</summary>",
        "<p class=\"muted\">level 1, 1.0…1.4, 15 run points: 1.0 100.0 99.8 100.1; 1.1 ", "<tr><td>1.5</td><td>15</td>", "<td>2</td><td>1</td></tr>",
        "<tr><td>1.14</td><td>44</td>", "<td>2</td><td>2 *</td></tr>", "<tr class=\"here\"><td>1.15</td><td>45</td>",
    };
    char *html = render_keys("gpu=8", false, version_key, -20);
    check_parts(html, worse, ROWS(worse));
    CHECK(count(html, "<tr><td>1.") == 30, "%zu rows", count(html, "<tr><td>1."));
    free(html);
    html = render_long("gpu=8", false);
    check_parts(html, ok, ROWS(ok));
    CHECK(count(html, "<tr><td>1.") == 10, "%zu rows", count(html, "<tr><td>1."));
    CHECK(!strstr(html, "What to look at"), "nothing changed");
    CHECK(strstr(html, "<p class=\"good\"><strong>No regression in the 1 KPI result of 1 entry that could be judged.</strong>"), "good");
    free(html);
    html = render_keys("gpu=8", false, no_keys, 0);
    CHECK(strstr(html, "<thead><tr><th>run</th>") &&
          strstr(html, "1 KPI: 1 ok; 90 records") && strstr(html, "<tr><td>35</td><td>1970-02-05 00:00</td>"), "no versions, no column for them");
    free(html);
    html = render_long("gpu=8", true);
    CHECK(strstr(html, "Nothing was gated: no KPI result of 1 entry could be judged.") && strstr(html, "The history is empty."), "first run");
    free(html);
}

/* Texts of artifacts never become markup, whatever they hold. */
static void test_hostile(void)
{
    static const char *const labels[] = {
        "evil=\"<script>alert(1)</script>\"", "evil=\"'><img/src=x>\" \"><b>=\"&\"", "evil=\"\xe2\x80\xae\xff\x1b[2J\"",
        "urls={\"a\":\"javascript:alert(1)\",\"<b>\":\"https://x/\\\"><script>\",\"c\":7}", "urls=\"javascript:alert(1)\"", "urls=[[[[",
        "urls={\"a\":{\"b\":\"https://x\"}}", "urls={}", "evil=", "evil=\"\"", "evil=\"",
    };
    for (size_t i = 0; i < ROWS(labels); i++) {
        char *html = render_long(labels[i], false);
        CHECK(!strstr(html, "<script") && !strstr(html, "<img") && !strstr(html, "<b>") && !strstr(html, "href=\"javascript"), "%s", labels[i]);
        CHECK(!strchr(html, '\x1b') && !strstr(html, "\xe2\x80\xae") && text_utf8_valid(html, strlen(html)) == strlen(html), "%s", labels[i]);
        free(html);
    }
    char *html = render_long("urls={\"job\":\"https://ci.example/1?a=1&b=2\"}", false);
    CHECK(strstr(html, "href=\"https://ci.example/1?a=1&amp;b=2\">job</a>"), "a link");
    free(html);
}

static void test_no_entries(void)
{
    struct arena arena = {0};
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules, .kpis_n = KPIS,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    struct text out = text_open(1 << 20), small = text_open(1000);
    const struct analysis *analysis = analysis_run(&arena, &options, NULL, 0, NULL, 0);
    render_html(&out, analysis);
    CHECK(markup_good(out.s) && strstr(out.s, "There is no entry to judge."), "%s", out.s);
    struct error err = {0};
    CHECK(!verdict_html_render(&small, NULL, analysis, NULL, &err) && err.kind == ERR_OUTPUT, "too large: %s", err.text);
    text_close(&out);
    text_close(&small);
    arena_close(&arena);
}

/* ---- short names ---- */

static const struct {
    const char *names[4];
    size_t want;
} prefix_rows[] = {
    {{"train_loss", "train_samples"}, 6}, {{"a_b", "a_b_c"}, 2}, {{"kserve_a_x", "kserve_a_y", "kserve_b"}, 7}, {{"train_loss"}, 0},
    {{"abc", "abd"}, 0},                  {{"a_", "a_b"}, 0},    {{"x", "y"}, 0},                               {{"", "a"}, 0},
};

static const struct {
    const char *paths[3], *want[3];
    size_t max;
} path_rows[] = {
    {{"602/gating/1800/x", "603/gating/1801/x"}, {"602/1800", "603/1801"}, 24},
    {{"periodic/1800/x", "7/pull/1801/x"}, {"periodic/1800", "7/pull/1801"}, 24},
    {{"periodic-ci-with-a-long-name/1957671902507959214/x", "7/pull/1801/x"}, {"…/1957671902507959214", "7/pull/1801"}, 24},
    {{"a/b", "a/b"}, {"a/b", "a/b"}, 24},
    {{"8f14e45f-ceea-467f-a0e6-b1fcdf3bc5c1", "x"}, {"8f14e…bc5c1", "x"}, 11},
    {{"", "a/b"}, {"", "a/b"}, 24},
    {{"/a", "/b"}, {"a", "b"}, 24},
    {{"only"}, {"only"}, 24},
    {{"ééééééé"}, {"éé…éé"}, 5},
};

static void test_short_names(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(prefix_rows); i++) {
        size_t n = 0;
        while (n < 4 && prefix_rows[i].names[n])
            n++;
        CHECK(short_names_prefix(prefix_rows[i].names, n) == prefix_rows[i].want, "%s: %zu", prefix_rows[i].names[0],
              short_names_prefix(prefix_rows[i].names, n));
    }
    for (size_t i = 0; i < ROWS(path_rows); i++) {
        const char *shown[3];
        size_t n = 0;
        while (n < 3 && path_rows[i].paths[n])
            n++;
        short_names_paths(path_rows[i].paths, shown, n, path_rows[i].max, &arena);
        for (size_t k = 0; k < n; k++)
            CHECK(strcmp(shown[k], path_rows[i].want[k]) == 0, "%s: '%s', expected '%s'", path_rows[i].paths[k], shown[k], path_rows[i].want[k]);
    }
    arena_close(&arena);
}

/* ---- labels ---- */

static const struct {
    enum label_kind kind;
    const char *sorting[3], *want; /* "key:values|…", those that vary before the ';' */
} overview_rows[] = {
    {LABEL_SETTING, {NULL}, "lora:null,4|size:9,10,100|version:1.9,1.10;mode:null|model:m"},
    {LABEL_SETTING, {"version", "mode"}, "version:1.9,1.10|lora:null,4|size:9,10,100;mode:null|model:m"},
    {LABEL_BOOKKEEPING, {NULL}, "run_id:r1,r2,r3;"},
};

static void test_overview(void)
{
    struct arena arena = {0};
    struct record a = build_record("a", 1, "version=\"1.10\" size=100 model=\"m\" run_id=\"r1\" mode=null", 1, &arena),
                  b = build_record("b", 2, "version=\"1.9\" size=9 model=\"m\" run_id=\"r2\" lora=4", 1, &arena),
                  c = build_record("c", 3, "version=\"1.9\" size=10 model=\"m\" run_id=\"r3\" lora=null", 1, &arena);
    const struct record *records[] = {&a, &b, &c};
    for (size_t i = 0; i < ROWS(overview_rows); i++) {
        struct label_overview overview = label_overview_of(records, 3, overview_rows[i].kind, overview_rows[i].sorting, &arena);
        const char *got = "";
        for (size_t k = 0; k < overview.n; k++) {
            got = arena_printf(&arena, "%s%s%s:", got, k == overview.varying ? ";" : k ? "|" : "", overview.rows[k].key);
            for (size_t v = 0; v < overview.rows[k].values_n; v++)
                got = arena_printf(&arena, "%s%s%s", got, v ? "," : "", overview.rows[k].values[v]);
        }
        got = overview.varying == overview.n ? arena_printf(&arena, "%s;", got) : got;
        CHECK(strcmp(got, overview_rows[i].want) == 0, "row %zu: %s", i, got);
    }
    struct record *many = ARENA_ARRAY(&arena, struct record, 1000);
    const struct record **all = ARENA_ARRAY(&arena, const struct record *, 1000);
    for (size_t i = 0; i < 1000; i++) {
        many[i] = build_record("x", 1, arena_printf(&arena, "free=%zu", 999 - i), 1, &arena);
        all[i] = &many[i];
    }
    struct label_overview overview = label_overview_of(all, 1000, LABEL_SETTING, NULL, &arena);
    CHECK(overview.rows[0].values_n == 1000 && strcmp(overview.rows[0].values[0], "0") == 0 && strcmp(overview.rows[0].values[19], "19") == 0,
          "%zu values, the first %s", overview.rows[0].values_n, overview.rows[0].values[0]);
    CHECK(label_overview_of(NULL, 0, LABEL_SETTING, NULL, &arena).n == 0, "no records");
    arena_close(&arena);
}

int main(int argc, char **argv)
{
    if (argc > 1) { /* to look at it */
        char *html = strcmp(argv[1], "long") == 0 ? render_long("gpu=8", false) : render(render_html, false);
        fputs(html, stdout);
        free(html);
        return 0;
    }
    test_scene();
    test_many_kpis();
    test_long();
    test_hostile();
    test_no_entries();
    test_short_names();
    test_overview();
    return check_end();
}
