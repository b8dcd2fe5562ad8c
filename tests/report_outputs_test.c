/* report: the renderings of the verdict model that programs and other sites read: JSON, Markdown, JUnit XML, GitHub's annotations, and the
 * text, of a scene with every field filled. With an argument it prints one of them: tests/command/outputs_test.py judges it. */
#include <stdlib.h>

#include "regress/known.h"
#include "report/clean.h"
#include "report/evidence_phrases.h"
#include "report/markdown.h"
#include "report/verdict_github.h"
#include "report/verdict_html.h"
#include "report/verdict_json.h"
#include "report/verdict_junit.h"
#include "report/verdict_markdown.h"
#include "report/verdict_summary.h"
#include "report/verdict_text.h"
#include "tests/markup.h"
#include "tests/report_full_scene.h"
#include "tests/verdict_schema.h"

enum what { AS_JSON, AS_MARKDOWN, AS_JUNIT, AS_GITHUB, AS_TEXT, AS_SUMMARY, AS_HTML };
static const char *const names[] = {"json", "markdown", "junit", "github", "text", "summary", "html"};
static const int whats = ROWS(names);
static const struct gate gates[] = {
    {.fails = {[VERDICT_REGRESSION] = true}},
    {.fails = {[VERDICT_REGRESSION] = true, [VERDICT_MISSING] = true, [VERDICT_SUSPECT] = true, [VERDICT_NO_HISTORY] = true}},
    {.fails = {[VERDICT_REGRESSION] = true}, .only_new = true},
    {.fails = {[VERDICT_REGRESSION] = true}, .only_known = true},
    {.fails = {[VERDICT_SUSPECT] = true}},
};

static void render_as(struct text *out, enum what what, const struct analysis *analysis, const struct gate *gate)
{
    struct error err = {0};
    static const char *const files[KPIS] = {"workload.yaml", "workload.yaml", "workload.yaml", "workload.yaml", NULL, "a,b:c%.yaml"};
    static const int lines[KPIS] = {10, 20, 30, 40, 50, 60};
    switch (what) {
    case AS_JSON:
        verdict_json_render(out, analysis);
        break;
    case AS_MARKDOWN:
        verdict_markdown_render(out, analysis, gate);
        break;
    case AS_JUNIT:
        verdict_junit_render(out, analysis, gate);
        break;
    case AS_GITHUB:
        verdict_github_render(out, analysis, gate, &(struct verdict_places){files, lines});
        break;
    case AS_TEXT:
        verdict_text_render(out, analysis);
        break;
    case AS_SUMMARY:
        verdict_summary_render(out, analysis);
        break;
    case AS_HTML:
        CHECK(verdict_html_render(out, NULL, analysis, gate, &err), "%s", err.text);
        break;
    }
}

/* variant: "", "spoiled", "many" (256 regressions), "empty". */
static char *full(enum what what, const char *variant, bool reversed, size_t gate);

static struct analysis *many(struct analysis_options *options, struct arena *arena)
{
    enum { ENTRIES = 32, EACH = 8 };
    struct analysis *analysis = full_scene(options, false, arena);
    struct entry_result *entries = ARENA_ARRAY(arena, struct entry_result, ENTRIES);
    for (size_t i = 0; i < ENTRIES; i++) {
        entries[i] = analysis->entries[0];
        entries[i].name = arena_printf(arena, "model=a-model-with-a-long-name-%zu gpu=8 batch_size=%zu", i, 16 * i);
        entries[i].kpis_n = EACH;
        entries[i].kpis = ARENA_ARRAY(arena, struct kpi_result, EACH);
        for (size_t j = 0; j < EACH; j++)
            entries[i].kpis[j] = analysis->entries[0].kpis[5];
    }
    analysis->entries = entries;
    analysis->entries_n = ENTRIES;
    analysis->incidents_n = analysis->absences_n = 0;
    full_counts(analysis);
    return analysis;
}

static char *full(enum what what, const char *variant, bool reversed, size_t gate)
{
    struct arena arena = {0};
    struct analysis_options options;
    struct text out = text_open(1 << 26);
    struct analysis *analysis = strcmp(variant, "many") == 0 ? many(&options, &arena) : full_scene(&options, reversed, &arena);
    if (strcmp(variant, "spoiled") == 0)
        full_spoil(analysis);
    if (strcmp(variant, "empty") == 0)
        analysis->entries_n = analysis->incidents_n = analysis->absences_n = 0;
    render_as(&out, what, analysis, &gates[gate]);
    CHECK(!out.over && text_utf8_valid(out.s, out.len) == out.len, "valid text");
    char *copy = strdup(out.s);
    text_close(&out);
    arena_close(&arena);
    return copy;
}

static void test_determinism(void)
{
    for (int i = 0; i < whats; i++) {
        enum what what = (enum what)i;
        char *first = full(what, "", false, 0), *again = full(what, "", false, 0), *reversed = full(what, "", true, 0);
        CHECK(strcmp(first, again) == 0 && strcmp(first, reversed) == 0, "%s: the same bytes, for a history in another order too", names[what]);
        free(first);
        free(again);
        free(reversed);
    }
}

static void check_parts(const char *what, const char *text, const char *const *parts)
{
    const char *at = text;
    for (; *parts; parts++) {
        const char *found = strstr(at, *parts);
        CHECK(found, "%s: '%s' is not in, or not behind what is before it, in:\n%s", what, *parts, text);
        at = found ? found : at;
    }
}

static void check_absent(const char *what, const char *text, const char *const *parts)
{
    for (; *parts; parts++)
        CHECK(!strstr(text, *parts), "%s: '%s' is in:\n%s", what, *parts, text);
}

/* ---- Markdown ---- */

static void test_markdown(void)
{
    static const char *const parts[] = {
        "### Performance: 3 regressions in 2 of 3 entries.\n", "**NOT GATED: no valid payload for 2 of 5 tests**\n", "The gate fails with exit code 1: a regression.",
        "> **Incident:** 2 of 5 KPIs of added=null gpu=8 shift together since v1.9\n", "Members of the incident",
        "| regression | `worse` | `added=null gpu=8` | 4,121 tokens/s | 5,153 tokens/s | -20.0 % | v1.9, known |",
        "| acknowledged | `memory_of_a_kpi_", "known: since v1.9 of 1970", "  - test: newest run, p ", "  - one new run is expected at ", "a change has to pass: ", "last good v1.8, first bad v1.9\n", "what else changed there: ocp from 4.10 to 4.11; ",
        "commits: [0a1b2c3d..4e5f6071](https://github.com/o/r/compare/0a1b2c3d...4e5f6071)\n", "commits: ``a|b", "links: [last good](https://ci.example/job/8?a=1&b=%282%29), first bad `javascript:alert(1)`",
        "- missing label set: no run with model=granite gpu=16",
        "| verdict | KPI | entry | this run | against | change | since | p |\n", "| regression (bound) | `steady` | ", "| missing | `gone` |",
        "<details><summary>Why, and what would flip it</summary>", "was acknowledged by bob until 2026-01-31 (acks.yaml:30), which is past: the new allocator needs it",
        "p99: p99 moved by", "back again: was acknowledged by carol (acks.yaml:44) until it returns: a slow disk",
        "other KPI results</summary>", "| gone again: its acknowledgement by dave (acks.yaml:60) may go |", "Notes on the history", "explains 62 % of what varies in steady", "tested against 24 records", NULL};
    char *text = full(AS_MARKDOWN, "", false, 0);
    check_parts("markdown", text, parts);
    CHECK(!strstr(text, "password"), "a password in:\n%s", text);
    free(text);
    text = full(AS_MARKDOWN, "many", false, 0);
    CHECK(strlen(text) <= VERDICT_MARKDOWN_MAX && strstr(text, "256 regressions"), "%zu bytes", strlen(text));
    CHECK(strstr(text, "and 206 more: the HTML report has them.") || strstr(text, "did not fit into a comment"), "it says what is left out:\n%s", text);
    free(text);
}

static const struct {
    const char *text, *want, *code;
} markdown_rows[] = {
    {"plain text, 12.4 % (a).", "plain text, 12.4 % (a).", "`plain text, 12.4 % (a).`"},
    {"a|b*c_d", "a\\|b\\*c\\_d", "`a\\|b*c_d`"},
    {"`x`", "\\`x\\`", "`` `x` ``"},
    {"<script>&amp;", "\\<script\\>\\&amp;", "`<script>&amp;`"},
    {"@user", "@&#8203;user", "`@user`"},
    {"fix #12 GH-7 #x", "fix #&#8203;12 GH-&#8203;7 \\#x", "`fix #12 GH-7 #x`"},
    {"https://x.example www.y.example", "https&#58;//x.example www&#46;&#8203;y.example", "`https://x.example www.y.example`"},
    {"![i](u) [l](u)", "\\!\\[i\\](u) \\[l\\](u)", "`![i](u) [l](u)`"},
    {"mailto:a img:v1", "mailto&#58;a img:v1", "`mailto:a img:v1`"},
    {"a\nb\tc", "a b c", "`a b c`"},
    {"a\x01\xff\xe2\x80\xae", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "`a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd`"},
    {"", "", ""},
};

static void test_markdown_words(void)
{
    for (size_t i = 0; i < ROWS(markdown_rows); i++) {
        struct text out = text_open(1000), code = text_open(1000);
        markdown_text(&out, markdown_rows[i].text, 100);
        markdown_cell(&code, markdown_rows[i].text, 100);
        CHECK(strcmp(out.s, markdown_rows[i].want) == 0, "row %zu: %s", i, out.s);
        CHECK(strcmp(code.s, markdown_rows[i].code) == 0, "row %zu: %s", i, code.s);
        text_close(&out);
        text_close(&code);
    }
    struct text out = text_open(1000);
    markdown_text(&out, "ääää", 5);
    markdown_code(&out, "abcdef", 3);
    CHECK(strcmp(out.s, "ää…`abc…`") == 0, "%s", out.s);
    text_close(&out);
}

/* ---- JUnit ---- */

static void test_junit(void)
{
    static const char *const parts[] = {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"matbench\" tests=\"", "<testsuite name=\"completeness\"",
        "<skipped message=\"NOT GATED: no valid payload for 2 of 5 tests\"/>", "<skipped message=\"no run with model=granite gpu=16; expected in every run\"/>",
        "<testsuite name=\"added=null gpu=8\" tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"3\" time=\"0\" timestamp=\"1970-02-10T00:00:00\">",
        "<property name=\"version\" value=\"v1.12\"/>", "<testcase classname=\"matbench.added=null gpu=8\" name=\"better\" time=\"0\">\n      <system-out>improvement: ",
        "<skipped message=\"missing: ", "<skipped message=\"not analysed: ignored for regression", "<skipped message=\"acknowledged by ann until 2027-01-31 (acks.yaml:12): ",
        "<failure type=\"new-regression\" message=\"regression, acknowledgement expired: 100.05 s is above the bound of 90 s\">", "p99: p99 moved", "</failure>",
        "<failure type=\"known-regression\" message=\"regression, known since v1.9: 20.0 % below the level of ",
        "this run: 4,121 tokens/s", "which is: the mean of 3, between which the sd is 21.5 tokens/s", "level: 5,153 tokens/s", "interval for one new run: ",
        "a change has to pass: ", "test: newest run, p ", "; after correction for the other questions and 4 tests 0.0005, level 0.05",
        "change id: worse@v1.9-5f2a", "what else changed there: ocp from 4.10 to 4.11", NULL};
    char *text = full(AS_JUNIT, "", false, 0), *strict = full(AS_JUNIT, "", false, 1);
    check_parts("junit", text, parts);
    CHECK(strstr(strict, "<error type=\"missing\" message=\"missing: ") && strstr(strict, "<failure type=\"suspect\" ") &&
          strstr(strict, "<failure type=\"no history\" "), "what --fail_on names fails:\n%s", strict);
    CHECK(markup_good(text + strcspn(text, "\n") + 1), "well-formed");
    free(text);
    free(strict);
    text = full(AS_JUNIT, "spoiled", false, 0);
    CHECK(markup_good(text + strcspn(text, "\n") + 1) && !strchr(text, '\x1b') && !strstr(text, "<b>"), "hostile texts stay texts");
    free(text);
    text = full(AS_JUNIT, "empty", false, 0);
    CHECK(markup_good(text + strcspn(text, "\n") + 1) && strstr(text, "NOT GATED"), "empty:\n%s", text);
    free(text);
}

/* ---- GitHub ---- */

static void test_github(void)
{
    static const char *const parts[] = {
        "::error file=a%2Cb%3Ac%25.yaml,line=60,title=incident (known since v1.9)::2 of 5 KPIs of added=null gpu=8 shift together since v1.9: worse, memory_of_",
        "::error title=regression (acknowledgement expired)%3A steady::added=null gpu=8: 100.05 s is above the bound of 90 s%0Awas acknowledged by bob", 
        "::warning title=not gated::NOT GATED: no valid payload for 2 of 5 tests\n", "::warning title=missing label set::no run with",
        "::warning file=workload.yaml,line=20,title=missing%3A gone::", "::warning file=a%2Cb%3Ac%25.yaml,line=60,title=suspect%3A worse::",
        "::notice file=workload.yaml,line=10,title=improvement%3A better::", NULL};
    char *text = full(AS_GITHUB, "", false, 0), *strict = full(AS_GITHUB, "", false, 1), *save = NULL;
    check_parts("github", text, parts);
    CHECK(strstr(strict, "::error title=missing label set::") && strstr(strict, "title=suspect%3A worse::"), "what --fail_on names is an error:\n%s", strict);
    free(text);
    free(strict);
    text = full(AS_GITHUB, "spoiled", false, 0);
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        CHECK(strncmp(line, "::error ", 8) == 0 || strncmp(line, "::warning ", 10) == 0 || strncmp(line, "::notice ", 9) == 0,
              "a line of somebody else: %s", line);
    free(text);
    text = full(AS_GITHUB, "many", false, 0);
    size_t n = 0;
    for (const char *s = text; (s = strstr(s, "::error ")); s++)
        n++;
    CHECK(n == VERDICT_GITHUB_SHOWN && strstr(text, "%0Aand 246 more: see the report\n"), "%zu errors:\n%s", n, text);
    free(text);
}

/* ---- new and known ---- */

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    while ((text = strstr(text, part))) {
        n++;
        text += strlen(part);
    }
    return n;
}

/* The scene has a regression whose acknowledgement expired, one that returned, and a known one. */
static const struct {
    size_t gate, new_failures, known_failures, errors;
    const char *junit, *github;
} apart_rows[] = {
    {0, 2, 1, 2, "<failure type=\"known-regression\" message=\"regression, known since v1.9: ", "::error title=regression (returned)%3A steady::"},
    {2, 2, 0, 2, "<skipped message=\"regression, known since v1.9, which --fail_on does not name: ", "::warning file=a%2Cb%3Ac%25.yaml,line=60,title=incident (known since v1.9)::"},
    {3, 0, 1, 0, "<skipped message=\"regression, returned, which --fail_on does not name: ", "::warning title=regression (returned)%3A steady::"},
    {4, 2, 1, 0, "<failure type=\"suspect\" message=\"suspect: ", "::warning title=regression (acknowledgement expired)%3A steady::"},
};

static void test_new_and_known(void)
{
    for (size_t i = 0; i < ROWS(apart_rows); i++) {
        char *junit = full(AS_JUNIT, "", false, apart_rows[i].gate), *github = full(AS_GITHUB, "", false, apart_rows[i].gate);
        CHECK(count_of(junit, "<failure type=\"new-regression\"") == apart_rows[i].new_failures &&
                  count_of(junit, "<failure type=\"known-regression\"") == apart_rows[i].known_failures && strstr(junit, apart_rows[i].junit),
              "row %zu:\n%s", i, junit);
        CHECK(count_of(github, "::error title=regression ") == apart_rows[i].errors && strstr(github, apart_rows[i].github), "row %zu:\n%s", i, github);
        CHECK(!strstr(junit, "<failure type=\"acknowledged\""), "row %zu: an acknowledged one is no failure", i);
        free(junit);
        free(github);
    }
}

/* The rule of a list is a copy, with the unit of its elements. */
static void test_place_of_a_list(void)
{
    struct arena arena = {0};
    struct analysis_options options;
    struct text out = text_open(1 << 20);
    struct analysis *analysis = full_scene(&options, false, &arena);
    struct kpi_rule copy = *analysis->entries[0].kpis[0].rule;
    analysis->entries[0].kpis[0].rule = &copy;
    render_as(&out, AS_GITHUB, analysis, &gates[0]);
    CHECK(strstr(out.s, "::notice file=workload.yaml,line=10,title=improvement%3A better::"), "its place:\n%s", out.s);
    text_close(&out);
    arena_close(&arena);
}

/* ---- JSON ---- */

static void test_json(void)
{
    static const char *const variants[] = {"", "spoiled", "many", "empty"};
    struct verdict_schema schema;
    verdict_schema_open(&schema);
    for (size_t i = 0; i < ROWS(variants); i++) {
        char *text = full(AS_JSON, variants[i], false, 0);
        json_t *document = verdict_schema_read(text, strlen(text), "verdicts");
        CHECK(verdict_schema_violations(&schema, document) == 0, "'%s' follows its schema", variants[i]);
        CHECK(variants[i][0] || strstr(text, "\"repetitions\": 3, \"repetitions_sd\": 21.5, "), "how many repetitions value is the mean of:\n%s", text);
        json_decref(document);
        free(text);
    }
    verdict_schema_close(&schema);
}

/* ---- HTML ---- */

static void test_html(void)
{
    static const char *const parts[] = {
        " are missing. The gate fails with exit code 1: a regression.</p>", "<a href=\"#incidents\">", "<a href=\"#absences\">", "<h2 id=\"incidents\">", "2 of 5 KPIs of added=null gpu=8 shift together since v1.9</strong>",
        "2 moved for the worse, 1 for the better; since v1.9; p 0.030 that so many", "Change <code>worse@v1.9-5f2a</code>",
        "Last good: <a rel=\"noopener noreferrer\" href=\"https://ci.example/job/8?a=1&amp;b=(2)\">v1.8</a>; first bad: ",
        "<h2 id=\"absences\">", "no run with model=granite gpu=16", ">What else to look at<", "regression (bound)", "was acknowledged by bob",
        "Note: &#39;ocp&#39; is not compared and explains 62 % of what varies in steady: a comparison key?</p>", "<figure class=\"chart\">", "class=\"band\"", "class=\"level\"",
        "class=\"dots\"", "class=\"this\"", "the mean of 3, between which the sd is 21.5 tokens/s", "New with this run.", "Checks beyond the level", "<td data-c=\"check\">p99</td>", NULL};
    static const char *const never[] = {"password", "<script", "href=\"javascript", "<img", NULL};
    char *html = full(AS_HTML, "", false, 0), *spoiled = full(AS_HTML, "spoiled", false, 0), *big = full(AS_HTML, "many", false, 0);
    for (size_t i = 0; parts[i]; i++)
        CHECK(strstr(html, parts[i]), "'%s' is not on the page", parts[i]);
    check_absent("html", html, never);
    check_absent("html", spoiled, never);
    CHECK(markup_good(html) && markup_good(spoiled), "well-formed");
    free(html);
    free(spoiled);
    free(big);
}

/* ---- text ---- */

static void test_text(void)
{
    static const char *const parts[] = {
        "NOT GATED: no valid payload for 2 of 5 tests\n", "\nREGRESSION incident: 2 of 5 KPIs of added=null gpu=8 shift together since v1.9\n  known: since v1.9 of 1970-01-10, 3 runs ago",
        "\n  what else changed: ocp from 4.10 to 4.11; ", "\n  worse  ", "\nMISSING label set: no run with model=granite",
        "\nREGRESSION added=null gpu=8\n", "  steady (bound): 100.05 s is above the bound of 90 s; would be ok up to 90 s",
        "was acknowledged by bob until 2026-01-31 (acks.yaml:30), which is past: the new allocator needs",
        "\nFIXED better of added=null gpu=4: gone again: its acknowledgement by dave (acks.yaml:60) may go\n", NULL};
    static const char *const never[] = {"\x1b", "\x01", "\xe2\x80\xae", NULL};
    char *text = full(AS_TEXT, "", false, 0), *save = NULL, *spoiled = full(AS_TEXT, "spoiled", false, 0), *big = full(AS_TEXT, "many", false, 0);
    check_parts("text", text, parts);
    check_absent("text", spoiled, never);
    CHECK(strstr(big, "REGRESSION …and 228 more KPIs (28 more entries): see the report"), "capped:\n%s", big);
    size_t lines = 0;
    for (char *line = strtok_r(big, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        CHECK(text_width(line) <= VERDICT_TEXT_COLUMNS && ++lines, "%zu columns: %s", text_width(line), line);
    CHECK(lines <= 80, "256 regressions are %zu lines", lines);
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        CHECK(text_width(line) <= VERDICT_TEXT_COLUMNS, "%zu columns: %s", text_width(line), line);
    free(text);
    free(spoiled);
    free(big);
}

/* The one KPI was left out by hand: why is said in the first lines. */
static void test_text_of_an_excluded_run(void)
{
    static const struct analysis_options options = {.kpi_filter = ""};
    const struct kpi_rule rule = {.name = "x"};
    struct kpi_result kpi = {.rule = &rule, .verdict = VERDICT_NOT_ANALYSED, .evidence = {.reason = KNOWN_LEFT_OUT FULL_HOSTILE}};
    const struct record record = {.id = "e", .where = "e"};
    struct entry_result entry = {.name = "only entry", .entry = &record, .kpis = &kpi, .kpis_n = 1};
    const struct analysis analysis = {.entries = &entry, .entries_n = 1, .options = &options, .counts = {[VERDICT_NOT_ANALYSED] = 1}};
    struct text out = text_open(1 << 16);
    verdict_text_render(&out, &analysis);
    CHECK(strncmp(out.s, "NOT GATED: " KNOWN_LEFT_OUT, strlen("NOT GATED: " KNOWN_LEFT_OUT)) == 0, "%s", out.s);
    check_absent("text", out.s, (const char *const[]){"\x1b", "\x01", "\xe2\x80\xae", "\nj", "\n::", NULL});
    text_close(&out);
}

/* Each flip as a sentence of its own: not all are of the KPI. */
static void test_flips(void)
{
    static const struct check part = {.kind = CHECK_DISTRIBUTION, .part = "p99"};
    static const struct {
        bool list;
        const char *flip, *want;
    } rows[] = {
        {false, "would be ok below 104 s; 2 more runs would tell", "It would be ok below 104 s; 2 more runs would tell"},
        {false, "cannot be settled by more runs", "It cannot be settled by more runs"},
        {false, "will be judged once history has runs of it", "It will be judged once history has runs of it"},
        {false, "3 more runs would tell", "3 more runs would tell"},
        {false, "more runs alone would not tell", "More runs alone would not tell"},
        {true, "p99 would be ok below 104 s", "Its p99 would be ok below 104 s"},
        {true, "3 more runs would tell", "3 more runs would tell"},
        {false, NULL, ""},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        const struct kpi_result kpi = {.checks = &part, .checks_n = rows[i].list,
                                       .evidence = {.decided_by = rows[i].list ? CHECK_DISTRIBUTION : CHECK_LEVEL, .flip = rows[i].flip}};
        const char *said = evidence_phrases_flip(&kpi, &arena);
        CHECK(strcmp(said, rows[i].want) == 0, "row %zu: '%s'", i, said);
        arena_close(&arena);
    }
}

/* A KPI that is ok, but close to its bound: the text and the Markdown say so. */
static void test_close(void)
{
    struct arena arena = {0};
    struct analysis_options options;
    struct analysis *analysis = full_scene(&options, false, &arena);
    analysis->entries[0].kpis[4].verdict = VERDICT_OK;
    full_counts(analysis);
    struct text text = text_open(1 << 24), markdown = text_open(1 << 24);
    render_as(&text, AS_TEXT, analysis, &gates[0]);
    render_as(&markdown, AS_MARKDOWN, analysis, &gates[0]);
    CHECK(strstr(text.s, "\nCLOSE steady of added=null gpu=8: 0.55 % of the budget of 5 % since 4.18 is used\n"), "%s", text.s);
    CHECK(strstr(markdown.s, "| close: 0.55 % of the budget of 5 % since 4.18 is used |"), "%s", markdown.s);
    text_close(&text);
    text_close(&markdown);
    arena_close(&arena);
}

/* Who acknowledged a change is said once, where the reason says it already. */
static void test_acknowledged_once(void)
{
    /* JSON as a member of its own, too; JUnit has a message and a body, HTML a summary and the KPI's part. */
    static const size_t said[] = {[AS_JSON] = 2, [AS_MARKDOWN] = 1, [AS_JUNIT] = 2, [AS_GITHUB] = 1, [AS_TEXT] = 1, [AS_SUMMARY] = 0, [AS_HTML] = 2};
    struct arena arena = {0};
    struct analysis_options options;
    struct analysis *analysis = full_scene(&options, false, &arena);
    struct kpi_result *kpi = &analysis->entries[0].kpis[4];
    kpi->verdict = VERDICT_ACKNOWLEDGED;
    kpi->change = (struct known_change){CHANGE_ACKNOWLEDGED, "steady@v1.9-1", "a new disk", "erin", NULL, "acks.yaml:77"};
    kpi->evidence.reason = "100.05 s is above the bound of 90 s; acknowledged by erin: a new disk (acks.yaml:77)";
    for (int i = 0; i < whats; i++) {
        struct text out = text_open(1 << 24);
        render_as(&out, (enum what)i, analysis, &gates[0]);
        CHECK(count_of(out.s, "a new disk") == said[i], "%s: %zu times", names[i], count_of(out.s, "a new disk"));
        text_close(&out);
    }
    struct text junit = text_open(1 << 24);
    render_as(&junit, AS_JUNIT, analysis, &gates[0]);
    CHECK(strstr(junit.s, "<skipped message=\"acknowledged: 100.05 s is above the bound of 90 s; acknowledged by erin: a new disk (acks.yaml:77)\"/>"), "%s", junit.s);
    text_close(&junit);
    arena_close(&arena);
}

/* A `cannot tell` in place of a regression is told as what to look at, not among the rest: --fail_on=suspect fails for it. */
static void test_in_place(void)
{
    static const struct {
        enum what what;
        const char *parts[3], *kept; /* `kept`: not there when it is an ordinary one */
    } rows[] = {
        {AS_MARKDOWN, {"| cannot tell | `worse` |", "Why, and what would flip it"}, "**cannot tell** `worse`"},
        {AS_HTML, {"<h2 id=\"changes\">", "<td class=\"warn\" data-c=\"verdict\">cannot tell</td>"}, "<td class=\"warn\" data-c=\"verdict\">cannot tell"},
        {AS_TEXT, {"\nCANNOT TELL added=null gpu=4\n  worse: ", "\n    what else changed: "}, "\n    what else changed: "},
    };
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        struct arena arena = {0};
        struct analysis_options options;
        struct analysis *analysis = full_scene(&options, false, &arena);
        struct kpi_result *kpi = &analysis->entries[1].kpis[5];
        const bool kept = i % 2;
        enum what what = rows[i / 2].what;
        *kpi = analysis->entries[0].kpis[5];
        kpi->verdict = VERDICT_CANNOT_TELL;
        kpi->evidence.level_kept = kept;
        full_counts(analysis);
        struct text out = text_open(1 << 24);
        render_as(&out, what, analysis, &gates[0]);
        if (kept)
            check_absent(names[what], out.s, (const char *const[]){rows[i / 2].kept, NULL});
        else
            check_parts(names[what], out.s, rows[i / 2].parts);
        text_close(&out);
        arena_close(&arena);
    }
}

/* What a CI system would take for a command is broken, wherever wrapping puts it; the rest stays as it is. */
static void test_commands(void)
{
    static const char *const rows[][2] = {
        {"a\n  ::stop-commands::x\n", "a\n  : :stop-commands::x\n"},
        {"::error::x", ": :error::x"},
        {"\xc2\xa0::error::x", "\xc2\xa0: :error::x"},
        {"mode=##[add-mask]x", "mode=# #[add-mask]x"},
        {"mode=##VSO[task.complete]", "mode=# #VSO[task.complete]"},
        {"std::string, ## heading, a::b", "std::string, ## heading, a::b"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct text out = text_open(1000);
        text_add(&out, rows[i][0]);
        clean_commands(&out, 0);
        CHECK(strcmp(out.s, rows[i][1]) == 0, "'%s' became '%s'", rows[i][0], out.s);
        text_close(&out);
    }
}

int main(int argc, char **argv)
{
    for (int i = 0; argc > 1 && i < whats; i++) {
        if (strcmp(argv[1], names[i]) != 0)
            continue;
        char *text = full((enum what)i, argc > 2 ? argv[2] : "", false, argc > 3 ? 1 : 0);
        fputs(text, stdout);
        free(text);
        return 0;
    }
    test_determinism();
    test_markdown();
    test_markdown_words();
    test_junit();
    test_github();
    test_new_and_known();
    test_place_of_a_list();
    test_json();
    test_html();
    test_text();
    test_text_of_an_excluded_run();
    test_flips();
    test_close();
    test_acknowledged_once();
    test_in_place();
    test_commands();
    return check_end();
}
