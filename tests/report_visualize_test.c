/* The pages of visualize from tests made by hand: report/{test_view,key_grid,kpi_cell,kpi_table,error_report,lts_documentation}.h. */
#include <math.h>
#include <string.h>

#include "report/visualize/error_report.h"
#include "report/visualize/key_grid.h"
#include "report/visualize/kpi_cell.h"
#include "report/visualize/kpi_table.h"
#include "report/visualize/lts_documentation.h"
#include "tests/check.h"
#include "tests/markup.h"

static const struct kpi_rule rules[] = {
    {.name = "train_tokens", .help = "Tokens <a second>", .unit = "tokens/s", .better = DIRECTION_HIGHER},
    {.name = "train_cost", .help = "Hours", .unit = "hours/Mtoken", .better = DIRECTION_LOWER, .format = "{:.2f}"},
    {.name = "train_memory", .help = "Memory", .unit = "bytes", .better = DIRECTION_LOWER, .format = "%.1f", .divisor = 1073741824,
     .divisor_unit = "GiB"},
    {.name = "train_latencies", .help = "Latencies", .unit = "ms"},
};
static const char *const sorting[] = {"model", "batch", NULL};

/* A test from JSON texts; kept until close. */
struct made {
    json_t *settings, *payload, *values;
    struct test_view view;
};

static json_t *json_of(const char *text)
{
    json_error_t error;
    json_t *value = text ? json_loads(text, 0, &error) : NULL;
    CHECK(!text || value, "%s: %s", text, error.text);
    return value;
}

static struct made make(const char *title, const char *settings, const char *payload)
{
    struct made made = {json_of(settings), json_of(payload), json_of("{\"parsed\": {\"a\": 1}, \"_hidden\": 2}"), {0}};
    made.view = (struct test_view){.path = title, .title = title, .name = "", .settings = made.settings, .payload = made.payload,
                                   .values = made.values, .valid = payload != NULL};
    return made;
}

static void unmake(struct made *made)
{
    json_decref(made->settings);
    json_decref(made->payload);
    json_decref(made->values);
}

#define PAYLOAD(uuid, labels, kpis)                                                                                          \
    "{\"metadata\": {\"test_uuid\": \"" uuid "\", \"start\": \"2025-05-06T01:02:03\", \"settings\": {" labels "}}, \"results\": {}, " \
    "\"kpis\": {" kpis "}}"
#define KPIS(tokens, cost) "\"train_tokens\": {\"value\": " tokens "}, \"train_cost\": {\"value\": " cost "}"

/* ---- test_view ---- */

static const struct {
    const char *from, *to, *link;
} links[] = {
    {"/a/b", "/a/c/d", "../c/d"}, {"/a", "/a/b", "b"},       {"/a/b", "/a", ".."},  {"/a/b", "/a/b", "."},   {"/a/bc", "/a/b", "../b"},
    {"/", "/a", "a"},             {"/a/b", "/", "../.."}, {"/x", "/y/z", "../y/z"}, {"/a/b", "/a/b/c/", "c"},
};

static void check_view(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(links); i++) {
        const char *link = test_view_link(&arena, links[i].from, links[i].to);
        CHECK(strcmp(link, links[i].link) == 0, "%s to %s: %s", links[i].from, links[i].to, link);
    }
    struct test tests[] = {{.relative = "n/a/001__x", .settings = json_of("{\"m\": \"x\", \"g\": 1, \"s\": true, \"o\": null}")},
                           {.relative = "n/a/002__y", .settings = json_of("{\"m\": \"y\", \"g\": 1, \"s\": true, \"o\": 2}")},
                           {.relative = "n/b/001__x", .settings = json_of("{\"m\": \"x\", \"g\": 2, \"s\": true, \"o\": null}")}};
    const char *const *variables = test_view_variables(&arena, tests, 3), *const *titles = test_view_titles(&arena, tests, 3);
    CHECK(strcmp(variables[0], "m") == 0 && strcmp(variables[1], "o") == 0 && strcmp(variables[2], "g") == 0 && !variables[3], "variables");
    CHECK(strcmp(titles[0], "a/001__x") == 0 && strcmp(titles[2], "b/001__x") == 0, "%s", titles[0]);
    CHECK(strcmp(test_view_titles(&arena, tests, 2)[1], "002__y") == 0, "the directories that all share are left out");
    CHECK(strcmp(test_view_titles(&arena, tests, 1)[0], "001__x") == 0, "a single test");
    CHECK(strcmp(test_view_name(&arena, tests[0].settings, variables), "m=x, g=1") == 0, "null is left out of a name");
    CHECK(strcmp(test_view_json(&arena, tests[0].settings, 12), "{\"m\": \"x\"…") == 0, "%s", test_view_json(&arena, tests[0].settings, 12));
    for (size_t i = 0; i < 3; i++)
        json_decref(tests[i].settings);
    arena_close(&arena);
}

/* ---- key_grid ---- */

static void check_grid(void)
{
    static const char *const rows[] = {"{\"v\": \"1.10\", \"b\": 8, \"same\": 1}", "{\"v\": \"1.9\", \"b\": 16, \"same\": 1}",
                                       "{\"v\": \"1.9\", \"b\": null, \"same\": 1, \"late\": true}"};
    struct arena arena = {0};
    struct key_grid grid = {.arena = &arena};
    for (size_t i = 0; i < ROWS(rows); i++) {
        json_t *row = json_of(rows[i]);
        key_grid_add(&grid, row, NULL);
        json_decref(row);
    }
    size_t n;
    static const char *const first[] = {"v", NULL};
    const size_t *keys = key_grid_variable(&grid, first, &arena, &n);
    CHECK(n == 3 && keys[0] == 0 && strcmp(grid.keys.v[keys[1]], "b") == 0 && strcmp(grid.keys.v[keys[2]], "late") == 0, "%zu keys vary", n);
    const size_t *sorted = key_grid_sorted(&grid, keys, n, &arena);
    CHECK(sorted[0] == 2 && sorted[1] == 1 && sorted[2] == 0, "1.9 before 1.10, none before 16");
    const char **values = key_grid_distinct(&grid, 0, &arena, &n);
    CHECK(n == 2 && strcmp(values[0], "\"1.9\"") == 0, "%zu different versions", n);
    values = key_grid_distinct(&grid, 1, &arena, &n);
    CHECK(n == 3 && !values[0] && strcmp(values[1], "8") == 0, "null comes first");
    static const char *const shown[][2] = {{"\"a\"", "a"}, {"8", "8"}, {"\"a\\\"b\\\\n\\n\\t\"", "a\"b\\n\n\t"}, {"\"\\u001b[1m\"", "?[1m"},
                                             {"\"cut…", "cut…"}, {"{\"a\": 1}", "{\"a\": 1}"}, {"\"\"", ""}};
    for (size_t i = 0; i < ROWS(shown); i++)
        CHECK(strcmp(key_grid_shown(shown[i][0], &arena), shown[i][1]) == 0, "%s", shown[i][0]);
    json_t *wide = json_object();
    for (int i = 0; i < 2 * KEY_GRID_KEYS_MAX; i++)
        json_object_set_new(wide, arena_printf(&arena, "key %d", i), json_integer(i));
    key_grid_add(&grid, wide, NULL);
    CHECK(grid.keys.n == KEY_GRID_KEYS_MAX, "%zu keys", grid.keys.n);
    json_decref(wide);
    arena_close(&arena);
}

/* ---- kpi_cell ---- */

static const struct {
    const char *value;
    size_t rule;
    const char *shown;
} cells[] = {
    {"5151.5", 0, "5,152 tokens/s"},
    {"0.071", 1, "0.07 hours/Mtoken"},
    {"null", 1, "--- hours/Mtoken"},
    {"3221225472", 2, "3.0 GiB"},
    {"[4, 1, 2]", 3, "3 values: min 1 ms, median 2 ms, max 4 ms"},
    {"[4, 1]", 3, "2 values: min 1 ms, median 2.5 ms, max 4 ms"},
    {"[\"x\", 7]", 3, "1 value: min 7 ms, median 7 ms, max 7 ms"},
    {"[]", 3, "no values"},
    {"\"text\"", 0, "--- tokens/s"},
};

static void check_cells(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(cells); i++) {
        json_t *payload = json_of(arena_printf(&arena, "{\"kpis\": {\"k\": {\"value\": %s}}}", cells[i].value));
        const struct kpi_cell cell = kpi_cell_of(payload, "k");
        const char *shown = kpi_cell_shown(&cell, &rules[cells[i].rule], &arena);
        CHECK(strcmp(shown, cells[i].shown) == 0, "%s: %s", cells[i].value, shown);
        json_decref(payload);
    }
    const struct kpi_cell none = kpi_cell_of(NULL, "k");
    CHECK(none.kind == KPI_CELL_NONE && isnan(none.value), "no payload");
    arena_close(&arena);
}

/* ---- pages ---- */

/* Places where a line may end say nothing. */
static void drop_breaks(char *out)
{
    static const char mark[] = "<wbr/>";
    for (char *at = strstr(out, mark); at; at = strstr(at, mark))
        memmove(at, at + sizeof(mark) - 1, strlen(at + sizeof(mark) - 1) + 1);
}

static void check_parts(const char *page, char *out, const char *const *parts)
{
    CHECK(markup_good(out), "%s", page);
    drop_breaks(out);
    const char *from = out;
    for (; *parts; parts++) { /* in this order */
        const char *at = **parts == '!' ? NULL : strstr(from, *parts);
        if (**parts == '!')
            CHECK(!strstr(out, *parts + 1), "%s has '%s'", page, *parts + 1);
        else
            CHECK(at, "%s lacks '%s'", page, *parts);
        from = at ? at : from;
    }
}

static void render_table(struct made *tests, size_t n, bool by_labels, struct text *out, size_t *distinct)
{
    struct kpi_table *table = kpi_table_open(&(struct kpi_table_options){
        .by_labels = by_labels, .sorting_keys = sorting, .rules = rules, .rules_n = ROWS(rules)});
    for (size_t i = 0; i < n; i++)
        kpi_table_add(table, &tests[i].view);
    struct page page = page_open(out, NULL, "t");
    struct error err = {0};
    kpi_table_render(table, &page);
    CHECK(page_close(&page, &err), "%s", err.text);
    *distinct = kpi_table_distinct(table);
    CHECK(kpi_table_rows(table) == n, "rows");
    kpi_table_close(table);
}

static struct made *some_tests(struct made *tests)
{
    tests[0] = make("001__b", "{\"model\": \"b\", \"batch\": 16, \"gpu\": 1}",
                    PAYLOAD("11111111-aaaa", "\"model\": \"b\", \"batch\": 16, \"gpu\": 1, \"run_id\": \"r1\"",
                            KPIS("1000.5", "0.071") ", \"train_latencies\": {\"value\": [3, 1, 2]}"));
    tests[1] = make("002__b", "{\"model\": \"b\", \"batch\": 8, \"gpu\": 1}",
                    PAYLOAD("22222222-aaaa", "\"model\": \"b\", \"batch\": 8, \"gpu\": 1, \"run_id\": \"r2\"", KPIS("2000", "0.5")));
    tests[2] = make("003__<a>", "{\"model\": \"<a>\", \"batch\": 8, \"gpu\": 1}", PAYLOAD("", "\"model\": \"<a>\", \"batch\": 8, \"gpu\": 1",
                                                                                        KPIS("null", "null")));
    tests[2].view.valid = false;
    return tests;
}

static void check_table(void)
{
    struct made tests[3];
    struct text out = text_open(1 << 20);
    size_t distinct;
    render_table(some_tests(tests), 3, true, &out, &distinct);
    check_parts("by labels", out.s,
                (const char *const[]){"Showing 3 tests.", "KPI Labels Overview", "<tr class=\"vary\"><td>model</td><td>&lt;a&gt; · b</td>",
                                      "<tr class=\"vary\"><td>batch</td><td>8 · 16</td>", "<tr class=\"fixed\"><td>gpu</td><td>1</td>",
                                      "KPI Results overview", "1 of the tests has no valid payload", ">tokens ↑ (tokens/s)</th>",
                                      ">train_cost ↓ (hours/Mtoken)</th>", ">memory ↓ (GiB)</th>", "003__&lt;a&gt;", "---",
                                      "22222222", "<td>2,000</td><td>0.50</td>", "11111111", "<td>1,000</td><td>0.07</td>",
                                      "KPIs that are lists", "train_latencies", "<td>3</td><td>1 ms</td><td>2 ms</td><td>3 ms</td>",
                                      "KPIs description", "Tokens &lt;a second&gt;; in tokens/s; higher is better ↑", "converted into GiB",
                                      "!run_id", "!unique KPI labels", NULL});
    CHECK(distinct == 3, "%zu", distinct);
    text_clear(&out);
    render_table(tests, 3, false, &out, &distinct);
    check_parts("by settings", out.s, (const char *const[]){"Test Settings Overview", "22222222", "11111111", NULL});
    unmake(&tests[1]);
    tests[1] = make("004__b", "{\"model\": \"b\", \"batch\": 1}",
                    PAYLOAD("44444444-a", "\"model\": \"b\", \"batch\": 16, \"gpu\": 1, \"run_id\": \"r3\"", KPIS("1", "1")));
    text_clear(&out);
    render_table(tests, 3, true, &out, &distinct);
    check_parts("by labels", out.s, (const char *const[]){"found 2 unique KPI labels for 3 test entries", NULL});
    CHECK(distinct == 2, "%zu", distinct);
    text_clear(&out);
    render_table(tests, 0, true, &out, &distinct);
    check_parts("no tests", out.s, (const char *const[]){"Showing 0 tests.", "The payloads have no labels.", NULL});
    CHECK(distinct == 0, "%zu", distinct);
    for (size_t i = 0; i < 3; i++)
        unmake(&tests[i]);
    text_close(&out);
}

static void check_documentation(void)
{
    struct made tests[3];
    struct text out = text_open(1 << 20), csv = text_open(1 << 20);
    struct lts_documentation *documentation = lts_documentation_open(rules, ROWS(rules));
    struct page page = page_open(&out, NULL, "t");
    struct error err = {0};
    some_tests(tests);
    json_object_set_new(json_object_get(json_object_get(tests[0].payload, "metadata"), "settings"), "urls",
                        json_pack("{s:s, s:s}", "JOB", "https://ci/1", "BAD", "javascript:alert(1)"));
    json_object_set_new(json_object_get(json_object_get(tests[1].payload, "metadata"), "settings"), "image", json_string("a,\"b\""));
    for (size_t i = 0; i < 3; i++)
        lts_documentation_add(documentation, &page, &tests[i].view);
    struct made without = make("004", "{}", NULL);
    lts_documentation_add(documentation, &page, &without.view);
    lts_documentation_finish(documentation, &page);
    CHECK(page_close(&page, &err), "%s", err.text);
    check_parts("documentation", out.s,
                (const char *const[]){"<h2 id=\"test-1\">001__b", "11111111-aaaa", "href=\"https://ci/1\">JOB</a>", "BAD: javascript:alert(1)",
                                      "2025-05-06T01:02:03", "<td>batch</td><td>16</td>", "<td>train_cost</td><td>0.07 hours/Mtoken</td>",
                                      "3 values: min 1 ms, median 2 ms, max 3 ms", "[3, 1, 2]", "id=\"test-3\"", "The payload is not valid",
                                      "id=\"test-4\"", "This workload has no payloads.", "CSV summary", "!<td>run_id</td>", NULL});
    lts_documentation_csv(documentation, &csv);
    static const char want[] = "test_uuid,model,batch,gpu,image,timestamp,train_tokens,train_cost,train_memory,train_latencies\n"
                               "11111111-aaaa,b,16,1,,2025-05-06T01:02:03,1000.5,0.071,,\"[3, 1, 2]\"\n"
                               "22222222-aaaa,b,8,1,\"a,\"\"b\"\"\",2025-05-06T01:02:03,2000,0.5,,\n"
                               ",<a>,8,1,,2025-05-06T01:02:03,,,,\n";
    CHECK(strcmp(csv.s, want) == 0, "CSV: %s", csv.s);
    lts_documentation_close(documentation);
    for (size_t i = 0; i < 3; i++)
        unmake(&tests[i]);
    unmake(&without);
    text_close(&csv);
    text_close(&out);
}

static void check_errors(void)
{
    struct made tests[3];
    some_tests(tests);
    const struct finding findings[] = {{FINDING_NOTE, "two directories match"}, {FINDING_LACK, "pod.log: not found"},
                                       {FINDING_BROKEN, "nodes.json:1:1: <broken>"}};
    const struct view_violation violations[] = {{"/results/a", "found null"}, {"/results/b", "found null"}, {"/results/c", "found null"},
                                                 {"/results/d", "found null"}, {"/results/e", "found null"}, {"payload", "because <broken>"}};
    json_t *values = json_of("{\"list\": [\"4 nodes\", \"1 × m5\"], \"map\": {\"a\": \"</pre>\"}, \"text\": \"x\\ny\"}");
    const struct view_field fields[] = {{"Nodes", json_object_get(values, "list"), NULL}, {"Job", json_object_get(values, "map"), NULL},
                                        {"Log", json_object_get(values, "text"), NULL}, {"Gone", NULL, "line 3: nil"}, {"Empty", NULL, NULL}};
    tests[1].view.exit_code = 3;
    tests[1].view.findings = findings;
    tests[1].view.findings_n = ROWS(findings);
    tests[1].view.violations = violations;
    tests[1].view.violations_n = ROWS(violations);
    tests[1].view.fields = fields;
    tests[1].view.fields_n = ROWS(fields);
    tests[1].view.link = "../r/002__b";
    struct text out = text_open(1 << 20);
    struct error_report *report = error_report_open();
    struct page page = page_open(&out, NULL, "t");
    struct error err = {0};
    struct finding unreadable = {FINDING_BROKEN, "x/y: settings.yaml: broken"};
    for (size_t i = 0; i < 3; i++)
        error_report_add(report, &tests[i].view);
    error_report_render(report, &page, &(struct findings){&unreadable, 1, 1});
    CHECK(page_close(&page, &err), "%s", err.text);
    CHECK(error_report_wrong(report) == 1, "%zu", error_report_wrong(report));
    check_parts("errors", out.s,
                (const char *const[]){"1 of 3 tests: something went wrong.", "x/y: settings.yaml: broken", "href=\"#test-2\">002__b</a>",
                                      "<br/>the test ended with exit code 3<br/>pod.log: not found<br/>",
                                      "(and 1 more)", "Tests that are all right (2)", "id=\"test-1\"", "Parsed values", "parsed</summary>",
                                      "id=\"test-2\"", "4 things went wrong:", "<li>/results/a, /results/b, /results/c, /results/d and 1 more: found null</li>",
                                      "<li>payload: because &lt;broken&gt;</li>", "href=\"../r/002__b\">002__b</a>", "22222222-aaaa",
                                      "<code>3</code>", "4 nodes<br/>1 × m5", "not available: line 3: nil", "<dt>Empty</dt><dd>none</dd>",
                                      "Job</summary>", "&lt;/pre&gt;", "Log</summary>", "x\ny", "Settings</summary>", "Notes</summary>",
                                      "two directories match", "id=\"test-3\"", "!_hidden", "!<broken>", NULL});
    error_report_close(report);
    for (size_t i = 0; i < 3; i++)
        unmake(&tests[i]);
    json_decref(values);
    text_close(&out);
}

int main(void)
{
    check_view();
    check_grid();
    check_cells();
    check_table();
    check_documentation();
    check_errors();
    return check_end();
}
