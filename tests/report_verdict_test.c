/* report: verdicts as text, JSON and summary. One analysis with every verdict; its bytes must not depend on the order of
 * the history, nor change from one run to the next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/layout.h"
#include "report/verdict_json.h"
#include "report/verdict_notes.h"
#include "report/verdict_summary.h"
#include "report/verdict_text.h"
#include "tests/check.h"
#include "tests/report_scene.h"
#include "tests/verdict_schema.h"

static void test_determinism(void)
{
    static void (*const renderers[])(struct text *, const struct analysis *) = {verdict_text_render, verdict_json_render, verdict_summary_render};
    for (size_t i = 0; i < ROWS(renderers); i++) {
        char *first = render(renderers[i], false), *again = render(renderers[i], false), *reversed = render(renderers[i], true);
        CHECK(strcmp(first, again) == 0, "renderer %zu: the same bytes twice", i);
        CHECK(strcmp(first, reversed) == 0, "renderer %zu: the same bytes for a history in another order", i);
        free(first);
        free(again);
        free(reversed);
    }
}

static void test_text(void)
{
    char *text = render(verdict_text_render, false), *save = NULL;
    static const char *const parts[] = {
        "NOT GATED: no history for 1 of 3 entries\nNOT GATED: history no longer matches for 1 of 3 entries (a key list changed)\n18 KPI results of 3 entries: 1 regression, ",
        "\nREGRESSION added=null gpu=8\n", "  worse  5,153  ±", "     4,121  tokens/s  -20.0 %  ",
        "  new: since this run, v1.12 of 1970-02-10; the last run before it: v1.11 of 1970-01-12\n", "  held against v1.0…v1.11, 12 run points\n",
        "≥ 4,", "\nMISSING added=null gpu=8\n  gone: ", "\nIMPROVEMENT added=null gpu=8\n", "differ only in 'gpu' (here 4, there 8): an ignored key?",
        "a key list changed: history agrees on every shared label, but 'added'", "not compared, but not the same in all runs: 'ocp'", "added=x?[31m",
        "\nOK added=null gpu=8: 2 KPIs, change", "\nNO HISTORY added=null gpu=4: ",
    };
    for (size_t i = 0; i < ROWS(parts); i++)
        CHECK(strstr(text, parts[i]), "'%s' is not in:\n%s", parts[i], text);
    CHECK(strncmp(text, "NOT GATED", 9) == 0, "the first line says so");
    CHECK(strstr(text, "REGRESSION") < strstr(text, "\nMISSING") && strstr(text, "\nMISSING") < strstr(text, "IMPROVEMENT"), "by weight");
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        CHECK(text_width(line) <= VERDICT_TEXT_COLUMNS, "%zu columns: %s", text_width(line), line);
        CHECK(!strchr(line, '\x1b') && line[strlen(line) - 1] != ' ', "clean: '%s'", line);
    }
    free(text);
}

static const struct {
    const char *text;
    size_t indent, hang, columns;
    const char *want;
} wrap_rows[] = {
    {"one two three", 0, 2, 8, "one two\n  three\n"},
    {"  blanks   shrink ", 1, 1, 80, " blanks shrink\n"},
    {"abcdefghijkl x", 0, 0, 6, "abcde…\nx\n"},
    {"", 2, 2, 10, "  \n"},
    {"ééé ééé", 0, 0, 3, "ééé\nééé\n"},
    {"a\x01\x7f\xffz", 0, 0, 9, "a???z\n"},
    {"a\xc2\x9bz", 0, 0, 9, "a?z\n"}, /* CSI as one character */
    {"ab ::error::x", 0, 2, 12, "ab\n  ?:error::x\n"}, /* no workflow command */
};

static void test_layout(void)
{
    for (size_t i = 0; i < ROWS(wrap_rows); i++) {
        struct text out = text_open(1000);
        layout_wrap(&out, wrap_rows[i].text, wrap_rows[i].indent, wrap_rows[i].hang, wrap_rows[i].columns);
        CHECK(strcmp(out.s, wrap_rows[i].want) == 0, "row %zu: '%s'", i, out.s);
        text_close(&out);
    }
    struct text out = text_open(1000);
    layout_cell(&out, "abc", 5, false);
    layout_cell(&out, "abc", 5, true);
    layout_cell(&out, "abcdef", 4, true);
    CHECK(strcmp(out.s, "abc    abcabc…") == 0, "'%s'", out.s);
    text_close(&out);
}

/* ---- JSON ---- */

static void test_json(void)
{
    struct verdict_schema schema;
    char *text = render(verdict_json_render, false);
    verdict_schema_open(&schema);
    json_t *document = verdict_schema_read(text, strlen(text), "verdicts");
    CHECK(verdict_schema_violations(&schema, document) == 0, "follows its schema");
    const json_t *entry = json_array_get(json_object_get(document, "entries"), 1);
    const json_t *kpi = json_array_get(json_object_get(entry, "kpis"), KPIS - 1);
    CHECK(json_array_size(json_object_get(document, "entries")) == 3 && kpi, "entries");
    CHECK(json_is_null(json_object_get(json_object_get(kpi, "evidence"), "p")), "without history there is no p");
    json_object_set_new((json_t *)json_object_get(document, "counts"), "surprise", json_integer(1));
    CHECK(verdict_schema_violations(&schema, document) == 1, "the schema is strict");
    json_decref(document);
    verdict_schema_close(&schema);
    free(text);
}

/* ---- summary ---- */

static const struct {
    const char *what;
    size_t counts[VERDICT_COUNT]; /* of 2 entries x 4 KPIs, dealt out in the enum's order */
    const char *want;
} summary_rows[] = {
    {"all is well", {[VERDICT_OK] = 8},
     "entries_count: 2\nfailures: 0\nkpis_count: 4\nmessage: 'Performed 8 KPI regression analyses over 2 entries x 4 KPIs. 0 KPIs didn''t pass.'\n"
     "no_history: 0\nnot_analyzed: 0\nsignificant_performance_decrease: 0\nsignificant_performance_increase: 0\ntotal_points: 8\n"},
    {"both directions", {[VERDICT_REGRESSION] = 3, [VERDICT_IMPROVEMENT] = 1, [VERDICT_OK] = 4},
     "entries_count: 2\nfailures: 3\nkpis_count: 4\nmessage: 'Performed 8 KPI regression analyses over 2 entries x 4 KPIs. 3 KPIs didn''t pass. "
     "3 KPIs had a significant performance decrease.  1 KPIs had a significant performance increase. '\n"
     "no_history: 0\nnot_analyzed: 0\nsignificant_performance_decrease: 3\nsignificant_performance_increase: 1\ntotal_points: 8\n"},
    {"acknowledged ones are no failures", {[VERDICT_ACKNOWLEDGED] = 2, [VERDICT_OK] = 6},
     "entries_count: 2\nfailures: 0\nkpis_count: 4\nmessage: 'Performed 8 KPI regression analyses over 2 entries x 4 KPIs. 0 KPIs didn''t pass. "
     "2 KPIs had a significant performance decrease. '\n"
     "no_history: 0\nnot_analyzed: 0\nsignificant_performance_decrease: 2\nsignificant_performance_increase: 0\ntotal_points: 8\n"},
    {"no history, and not to be judged", {[VERDICT_CANNOT_TELL] = 2, [VERDICT_NO_HISTORY] = 5, [VERDICT_NOT_ANALYSED] = 1},
     "entries_count: 2\nfailures: 0\nkpis_count: 4\nmessage: 'Performed 7 KPI regression analyses over 2 entries x 4 KPIs. 0 KPIs didn''t pass. "
     "1 entries didn''t have historical records. 2 entries couldn''t be analyzed (check the logs for an explanation). '\n"
     "no_history: 1\nnot_analyzed: 2\nsignificant_performance_decrease: 0\nsignificant_performance_increase: 0\ntotal_points: 7\n"},
};

static void test_summary(void)
{
    for (size_t i = 0; i < ROWS(summary_rows); i++) {
        struct kpi_result kpis[8];
        struct entry_result entries[2] = {{.kpis = kpis, .kpis_n = 4}, {.kpis = kpis + 4, .kpis_n = 4}};
        struct analysis analysis = {.entries = entries, .entries_n = 2};
        size_t n = 0;
        for (int v = 0; v < VERDICT_COUNT; v++) {
            analysis.counts[v] = summary_rows[i].counts[v];
            for (size_t j = 0; j < summary_rows[i].counts[v]; j++)
                kpis[n++] = (struct kpi_result){.verdict = (enum verdict)v};
        }
        struct text out = text_open(4096);
        verdict_summary_render(&out, &analysis);
        CHECK(strcmp(out.s, summary_rows[i].want) == 0, "%s:\n%s", summary_rows[i].what, out.s);
        text_close(&out);
    }
}

/* A note of some entries is not said of all. */
static void test_notes(void)
{
    struct entry_result entries[] = {{.name = "first", .newer_left_out = 2}, {.name = "second", .newer_left_out = 2}, {.name = "third", .newer_left_out = 1}};
    static const struct {
        size_t entries_n;
        const char *want;
    } rows[] = {
        {1, "\nNotes on the history\n  first: 2 run points of newer versions left out\n"},
        {2, "\nNotes on the history\n  all entries: 2 run points of newer versions left out\n"},
        {3, "\nNotes on the history\n  2 entries: 2 run points of newer versions left out\n  third: 1 run point of newer versions left out\n"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct text out = text_open(1 << 16);
        verdict_notes_render(&out, &(struct analysis){.entries = entries, .entries_n = rows[i].entries_n}, &arena);
        CHECK(strcmp(out.s, rows[i].want) == 0, "%zu entries: %s", rows[i].entries_n, out.s);
        text_close(&out);
        arena_close(&arena);
    }
}

/* What nothing was compared of stands in the first lines, whatever the reason. */
static void test_nothing_compared(void)
{
    static const struct analysis_options all = {.kpi_filter = ""}, filtered = {.kpi_filter = "sped"};
    static const struct {
        struct analysis analysis;
        const char *want;
    } rows[] = {
        {{.entries_n = 1, .options = &filtered}, "NOT GATED: no KPI has 'sped' in its name (--kpi_filter)\n"},
        {{.entries_n = 1, .options = &all, .counts = {[VERDICT_NOT_ANALYSED] = 2}}, "NOT GATED: the workload has no KPI that is compared"},
        {{.entries_n = 0, .options = &all}, "NOT GATED: no payload is left to compare (rewrite_settings, ignored_entries)\n"},
        {{.entries_n = 1, .options = &all, .counts = {[VERDICT_OK] = 2}, .tests = 5, .without_payload = 2},
         "NOT GATED: no valid payload for 2 of 5 tests\n2 KPI results"},
        {{.entries_n = 1, .options = &all, .counts = {[VERDICT_NO_HISTORY] = 1}, .history_records = 3, .own_records = 3},
         "1 KPI result of 1 entry: 1 no history.\n0 tested against 3 records of history, all of them this run's own, stored before;"},
        {{.entries_n = 1, .options = &all, .counts = {[VERDICT_OK] = 1}, .history_records = 3, .own_records = 1, .tested = 1},
         "1 KPI result of 1 entry: 1 ok.\n1 tested against 3 records of history; chance"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct record record = {.id = "e", .where = "e"};
        struct entry_result entry = {.name = "only entry", .entry = &record};
        struct analysis analysis = rows[i].analysis;
        struct text out = text_open(4096);
        analysis.entries = &entry;
        verdict_text_render(&out, &analysis);
        CHECK(strncmp(out.s, rows[i].want, strlen(rows[i].want)) == 0, "%s", out.s);
        text_close(&out);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) { /* to look at it */
        char *text = render(strcmp(argv[1], "json") == 0 ? verdict_json_render : verdict_text_render, false);
        fputs(text, stdout);
        free(text);
        return 0;
    }
    test_determinism();
    test_text();
    test_layout();
    test_json();
    test_summary();
    test_notes();
    test_nothing_compared();
    return check_end();
}
