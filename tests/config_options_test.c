/* config/options.h: spellings, booleans, where values come from, what is refused and how (contract C1.1, C1.2). */
#include <math.h>
#include <string.h>

#include "config/options.h"
#include "tests/check.h"

static const struct option table[] = {
    {"results_dirname", OPTION_TEXT, "DIR", NULL, false, "Where the results are."},
    {"output_lts", OPTION_TEXT, "FILE", NULL, false, "Payloads."},
    {"pretty", OPTION_BOOL, NULL, "true", false, "Indents."},
    {"dry_run", OPTION_BOOL, NULL, "false", false, "Sends nothing."},
    {"notify", OPTION_BOOL, NULL, NULL, false, "A name that starts as a negation does."},
    {"rate", OPTION_NUMBER, "SHARE", NULL, false, "A number."},
    {"kpi_filter", OPTION_LIST, "NAMES", NULL, false, "A list."},
    {"fail_on", OPTION_LIST, "WORDS", "regression", false, "A list that has a default."},
    {0},
};
static const struct option needy[] = {{"workload", OPTION_TEXT, "NAME", NULL, true, "What to look at."}, {0}};
static const struct option *const plain_tables[] = {table, NULL};
static const struct option *const needy_tables[] = {table, needy, NULL};

enum { WORDS_MAX = 8 };

static int count(const char *const *words)
{
    int n = 0;
    while (words[n])
        n++;
    return n;
}

static const char *list_text(struct arena *arena, const char *const *list)
{
    const char *all = "";
    for (; *list; list++)
        all = arena_printf(arena, "%s%s%s", all, all[0] ? "|" : "", *list);
    return all;
}

/* What an option says, as text. */
static const char *shown(struct arena *arena, const struct options *options, const char *name)
{
    for (const struct option *option = table; option->name; option++) {
        if (strcmp(option->name, name) != 0)
            continue;
        if (option->kind == OPTION_BOOL)
            return options_bool(options, name) ? "true" : "false";
        if (option->kind == OPTION_NUMBER)
            return arena_printf(arena, "%g", options_number(options, name));
        if (option->kind == OPTION_LIST)
            return list_text(arena, options_list(options, name));
    }
    return options_text(options, name) ? options_text(options, name) : "(none)";
}

static const struct {
    const char *argv[WORDS_MAX];
    const char *name, *value;
} good[] = {
    {{"--results_dirname=x"}, "results_dirname", "x"},
    {{"--results_dirname", "x"}, "results_dirname", "x"},
    {{"--results-dirname=x"}, "results_dirname", "x"},
    {{"--results-dirname", "x"}, "results_dirname", "x"},
    {{"--results_dirname="}, "results_dirname", ""},
    {{"--results_dirname=a=b"}, "results_dirname", "a=b"},
    {{"--results_dirname=a", "--results-dirname", "b"}, "results_dirname", "b"},
    {{"--output_lts", "-"}, "output_lts", "-"},
    {{"--output_lts=-"}, "output_lts", "-"},
    {{"--output-lts=--x"}, "output_lts", "--x"},
    {{"--rate", "-0.5"}, "rate", "-0.5"},
    {{"--rate=1e-3"}, "rate", "0.001"},
    {{NULL}, "results_dirname", "(none)"},
    {{NULL}, "rate", "nan"},
    {{NULL}, "notify", "false"},
    {{NULL}, "pretty", "true"},
    {{"--pretty"}, "pretty", "true"},
    {{"--nopretty"}, "pretty", "false"},
    {{"--no-pretty"}, "pretty", "false"},
    {{"--no_pretty"}, "pretty", "false"},
    {{"--nonotify"}, "notify", "false"},
    {{"--notify"}, "notify", "true"},
    {{"--no-dry-run"}, "dry_run", "false"},
    {{"--dry-run"}, "dry_run", "true"},
    {{"--dry_run", "--nodry_run"}, "dry_run", "false"},
    {{"--dry_run", "False"}, "dry_run", "false"},
    {{"--dry_run", "True", "x"}, "dry_run", "true"},
    {{"--dry_run", "x"}, "dry_run", "true"}, /* x is an argument */
    {{"--dry_run=True"}, "dry_run", "true"},
    {{"--dry_run=true"}, "dry_run", "true"},
    {{"--dry_run=yes"}, "dry_run", "true"},
    {{"--dry_run=y"}, "dry_run", "true"},
    {{"--dry_run=1"}, "dry_run", "true"},
    {{"--pretty=False"}, "pretty", "false"},
    {{"--pretty=false"}, "pretty", "false"},
    {{"--pretty=no"}, "pretty", "false"},
    {{"--pretty=n"}, "pretty", "false"},
    {{"--pretty=0"}, "pretty", "false"},
    {{"--kpi_filter=a,b"}, "kpi_filter", "a|b"},
    {{"--kpi_filter=a", "--kpi-filter", "b,c"}, "kpi_filter", "a|b|c"},
    {{"--kpi_filter=,a,,b,"}, "kpi_filter", "a|b"},
    {{"--kpi_filter="}, "kpi_filter", ""},
    {{NULL}, "kpi_filter", ""},
    {{NULL}, "fail_on", "regression"},
    {{"--fail_on=suspect"}, "fail_on", "suspect"},
    {{"--fail_on="}, "fail_on", ""},
};

static const struct {
    const char *argv[WORDS_MAX];
    const char *error;
} bad[] = {
    {{"--results_dirnam=x"}, "--results_dirnam: unknown option; the nearest is --results_dirname (--help lists all)"},
    {{"--result-dirname", "x"}, "--result-dirname: unknown option; the nearest is --results_dirname (--help lists all)"},
    {{"--completely_else"}, "--completely_else: unknown option (--help lists all)"},
    {{"--"  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
     "--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: unknown option (--help lists all)"},
    {{"--=x"}, "--: unknown option (--help lists all)"},
    {{"--nooutput_lts"}, "--nooutput_lts: unknown option; the nearest is --output_lts (--help lists all)"},
    {{"--nopretty=true"}, "--nopretty: unknown option; the nearest is --pretty (--help lists all)"},
    {{"--results_dirname"}, "--results_dirname: expected a value: --results_dirname=DIR"},
    {{"--results_dirname", "--pretty"}, "--results_dirname: expected a value: --results_dirname=DIR"},
    {{"--pretty=maybe"}, "--pretty (command line): 'maybe': expected true or false"},
    {{"--pretty="}, "--pretty (command line): '': expected true or false"},
    {{"--rate=fast"}, "--rate (command line): 'fast': expected a number"},
    {{"--rate=1x"}, "--rate (command line): '1x': expected a number"},
    {{"--rate=nan"}, "--rate (command line): 'nan': expected a number"},
    {{"--rate=inf"}, "--rate (command line): 'inf': expected a number"},
    {{"--rate="}, "--rate (command line): '': expected a number"},
    {{"-x"}, "-x: unknown option; options are spelt --name"},
    {{"x", "y"}, "'y': one argument too many"},
    {{"--", "-x", "--pretty"}, "'--pretty': one argument too many"},
};

static void test_command_line(void)
{
    for (size_t i = 0; i < ROWS(good); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct options *options = options_parse(&arena, plain_tables, count(good[i].argv), good[i].argv, NULL, 1, &err);
        CHECK(options, "row %zu: %s", i, err.text);
        CHECK(!options || strcmp(shown(&arena, options, good[i].name), good[i].value) == 0, "row %zu: %s", i,
              shown(&arena, options, good[i].name));
        arena_close(&arena);
    }
    for (size_t i = 0; i < ROWS(bad); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct options *options = options_parse(&arena, plain_tables, count(bad[i].argv), bad[i].argv, NULL, 1, &err);
        CHECK(!options && err.kind == ERR_USAGE, "row %zu was taken", i);
        CHECK(strcmp(err.text, bad[i].error) == 0, "row %zu: %s", i, err.text);
        arena_close(&arena);
    }
}

static void test_positional(void)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *const argv[] = {"a", "--pretty", "-", "--", "-x", "--dry_run"};
    struct options *options = options_parse(&arena, plain_tables, 6, argv, NULL, 4, &err);
    CHECK(options && strcmp(options_positional(options, 0), "a") == 0 && strcmp(options_positional(options, 1), "-") == 0 &&
              strcmp(options_positional(options, 2), "-x") == 0 && strcmp(options_positional(options, 3), "--dry_run") == 0 &&
              !options_positional(options, 4), "%s", err.text);
    CHECK(options && !options_bool(options, "dry_run"), "what stands after -- is no option");
    CHECK(!options_parse(&arena, plain_tables, 1, argv, NULL, 0, &err) &&
              strcmp(err.text, "'a': expected options only (--name=value); the directory with the tests is --results_dirname=DIR") == 0, "%s", err.text);
    arena_close(&arena);
}

static void test_mandatory(void)
{
    static const char missing[] = "--workload=NAME is missing (or the variable MATBENCH_WORKLOAD): What to look at.";
    struct arena arena = {0};
    struct variable set = {"MATBENCH_WORKLOAD", "w", "environment", NULL}, empty = {"MATBENCH_WORKLOAD", "", "environment", NULL};
    const char *const nothing[] = {"--workload="};
    struct error err = {0};
    CHECK(!options_parse(&arena, needy_tables, 0, NULL, NULL, 0, &err) && strcmp(err.text, missing) == 0, "%s", err.text);
    err = (struct error){0};
    CHECK(!options_parse(&arena, needy_tables, 0, NULL, &(struct variables){&empty, 1, 1}, 0, &err) &&
              strcmp(err.text, missing) == 0, "%s", err.text);
    err = (struct error){0};
    CHECK(!options_parse(&arena, needy_tables, 1, nothing, &(struct variables){&set, 1, 1}, 0, &err) &&
              strcmp(err.text, missing) == 0, "%s", err.text);
    err = (struct error){0};
    struct options *options = options_parse(&arena, needy_tables, 0, NULL, &(struct variables){&set, 1, 1}, 0, &err);
    CHECK(options && strcmp(options_text(options, "workload"), "w") == 0 &&
              strcmp(options_source(options, "workload"), "environment") == 0, "%s", err.text);
    arena_close(&arena);
}

/* The later source wins, for every pair; a variable of another name or spelling is nobody's. */
static void test_variables(void)
{
    struct variable all[] = {
        {"MATBENCH_RATE", "1", ".env", NULL},         {"MATBENCH_RATE", "2", ".env.yaml", NULL},    {"MATBENCH_RATE", "3", "environment", NULL},
        {"MATBENCH_FAIL_ON", "a,b", ".env", NULL},    {"MATBENCH_FAIL_ON", "c", "environment", NULL},
        {"MATBENCH_PRETTY", "false", ".env", NULL},   {"MATBENCH_UNKNOWN_THING", "x", ".env", NULL}, {"MATBENCH_Output_lts", "x", ".env", NULL},
        {"RESULTS_DIRNAME", "x", ".env", NULL},       {"MATBENCH_NOTIFY", "True", "environment", NULL},
    };
    struct arena arena = {0};
    struct error err = {0};
    const char *const none[] = {NULL}, *const rate[] = {"--rate=4", "--fail_on=d", "--fail_on=e", "--no-notify"};
    struct options *options = options_parse(&arena, plain_tables, 0, none, &(struct variables){all, ROWS(all), ROWS(all)}, 0, &err);
    CHECK(options, "%s", err.text);
    if (options) {
        CHECK(options_number(options, "rate") == 3 && strcmp(options_source(options, "rate"), "environment") == 0, "rate");
        CHECK(strcmp(shown(&arena, options, "fail_on"), "c") == 0, "%s", shown(&arena, options, "fail_on"));
        CHECK(!options_bool(options, "pretty") && strcmp(options_source(options, "pretty"), ".env") == 0, "pretty");
        CHECK(options_bool(options, "notify"), "notify");
        CHECK(!options_text(options, "results_dirname") && !options_text(options, "output_lts"), "names");
        CHECK(strcmp(options_source(options, "dry_run"), "default") == 0 && !options_source(options, "results_dirname"), "sources");
    }
    options = options_parse(&arena, plain_tables, 4, rate, &(struct variables){all, ROWS(all), ROWS(all)}, 0, &err);
    CHECK(options && options_number(options, "rate") == 4 && strcmp(options_source(options, "rate"), "command line") == 0 &&
              strcmp(shown(&arena, options, "fail_on"), "d|e") == 0 && !options_bool(options, "notify"), "%s", err.text);
    struct variable broken = {"MATBENCH_RATE", "fast", ".env.json", NULL};
    CHECK(!options_parse(&arena, plain_tables, 0, none, &(struct variables){&broken, 1, 1}, 0, &err) &&
              strcmp(err.text, "--rate (.env.json): 'fast': expected a number") == 0, "%s", err.text);
    arena_close(&arena);
}

static const struct {
    const char *text, *nearest;
} near[] = {
    {"comparison_key", "comparison_keys"}, {"comparisonkeys", "comparison_keys"}, {"kpi", "kpis"}, {"kpsi", "kpis"},
    {"x", "y"},  {"", NULL}, {"ab", "a"}, {"zzzzzz", NULL}, {"include", "include"}, {"in-clude", "include"},
};

static void test_nearest(void)
{
    static const char *const names[] = {"comparison_keys", "kpis", "include", "y", "a", NULL};
    for (size_t i = 0; i < ROWS(near); i++) {
        const char *got = option_nearest(near[i].text, names);
        bool same = near[i].nearest ? got && strcmp(got, near[i].nearest) == 0 : !got;
        if (strcmp(near[i].text, "x") == 0)
            same = !got; /* one letter that is another letter is not near */
        CHECK(same, "%s: %s", near[i].text, got ? got : "none");
    }
}

static void test_help(void)
{
    static const struct option wordy[] = {
        {"a", OPTION_BOOL, NULL, "true", false,
         "Many words that do not fit into one line of a hundred columns and so have to go on in the next one, and in the one "
         "after it, however long it takes, because nobody reads what stands beyond the edge of a terminal's window."},
        {"b", OPTION_TEXT, "FILE", NULL, true, "Needed."},
        {"c", OPTION_TEXT, "FILE", "c.txt", false, ""},
        {0},
    };
    struct text out = text_open(10000);
    options_help(&out, wordy);
    CHECK(strstr(out.s, "  --a  (default: true)\n      Many words") == out.s, "%s", out.s);
    CHECK(strstr(out.s, "  --b=FILE  (needed)\n      Needed.\n"), "%s", out.s);
    CHECK(strstr(out.s, "  --c=FILE  (default: c.txt)\n"), "%s", out.s);
    size_t widest = 0;
    for (const char *line = out.s; *line; line += strcspn(line, "\n") + 1)
        widest = strcspn(line, "\n") > widest ? strcspn(line, "\n") : widest;
    CHECK(widest <= 100 && widest > 90, "%zu columns", widest);
    text_close(&out);
}

int main(void)
{
    test_command_line();
    test_positional();
    test_mandatory();
    test_variables();
    test_nearest();
    test_help();
    return check_end();
}
