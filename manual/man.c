#include "manual/man.h"

#include <string.h>

#include "manual/markdown.h"
#include "manual/roff.h"

static const char *const formats[] = {"openmetrics", "workload", NULL}; /* docs about files: section 5 */

static bool is_command(const struct man_source *source, const char *name)
{
    for (const struct command *const *command = source->commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return true;
    return false;
}

int man_section(const struct man_source *source, const char *name)
{
    if (is_command(source, name))
        return 1;
    for (const char *const *format = formats; *format; format++)
        if (strcmp(*format, name) == 0)
            return 5;
    return 7;
}

/* "regression.md", "docs/regression.md#the-verdicts" → "matbench-regression(7)". */
static bool page_of(const void *context, const char *target, size_t len, struct text *page)
{
    const struct man_source *source = context;
    const char *mark = memchr(target, '#', len);
    len = mark ? (size_t)(mark - target) : len;
    for (size_t i = 0; i < source->docs_n; i++) {
        const char *name = source->docs[i].name;
        size_t n = strlen(name);
        if (len < n + 3 || memcmp(target + len - 3, ".md", 3) != 0 || memcmp(target + len - 3 - n, name, n) != 0)
            continue;
        if (len > n + 3 && target[len - n - 4] != '/')
            continue;
        text_printf(page, "matbench-%s(%d)", name, man_section(source, name));
        return true;
    }
    return false;
}

static const struct man_doc *doc_of(const struct man_source *source, const char *name)
{
    for (size_t i = 0; i < source->docs_n; i++)
        if (strcmp(source->docs[i].name, name) == 0)
            return &source->docs[i];
    return NULL;
}

/* ---- pieces ---- */

static void add_prose(struct text *out, const struct man_source *source, const char *markdown)
{
    markdown_to_roff(out, markdown, page_of, source);
}

static void add_words(struct text *out, const char *plain)
{
    struct text escaped = text_open(1 << 20);
    roff_escape(&escaped, plain, strlen(plain));
    roff_words(out, escaped.s);
    text_close(&escaped);
}

/* Begins the page up to its description. The summary is one line, without a period. */
static void begin_page(struct text *out, const struct man_source *source, const char *name, int section, const char *summary)
{
    size_t n = strlen(summary);
    roff_title(out, name, section, source->version);
    roff_heading(out, "Name");
    roff_escape(out, name, strlen(name));
    text_add(out, " \\- ");
    roff_escape(out, summary, n && summary[n - 1] == '.' ? n - 1 : n);
    text_addc(out, '\n');
}

static void add_reference(struct text *out, const char *name, int section, const char *after)
{
    text_add(out, ".BR ");
    roff_code(out, name, strlen(name));
    text_printf(out, " (%d)%s\n", section, after);
}

/* Its own page is not among them. */
static void add_see_also(struct text *out, const struct man_source *source, const char *but)
{
    struct text name = text_open(1 << 16);
    roff_heading(out, "See also");
    if (strcmp(but, "matbench") != 0)
        add_reference(out, "matbench", 1, source->docs_n ? "," : "");
    for (size_t i = 0; i < source->docs_n; i++) {
        if (strcmp(source->docs[i].name, but) == 0)
            continue;
        bool last = i + 1 == source->docs_n || (i + 2 == source->docs_n && strcmp(source->docs[i + 1].name, but) == 0);
        text_clear(&name);
        text_printf(&name, "matbench-%s", source->docs[i].name);
        add_reference(out, name.s, man_section(source, source->docs[i].name), last ? "" : ",");
    }
    text_close(&name);
}

/* DIR as \fIDIR\fR; "older|all" stays upright: one of these, literally. */
static void add_value(struct text *out, const char *value_name)
{
    bool literal = strchr(value_name, '|') != NULL;
    text_printf(out, "=%s", literal ? "" : "\\fI");
    roff_code(out, value_name, strlen(value_name));
    text_add(out, literal ? "" : "\\fR");
}

static void add_option(struct text *out, const struct option *option)
{
    text_add(out, ".TP\n\\fB\\%\\-\\-");
    roff_escape(out, option->name, strlen(option->name));
    text_add(out, "\\fR");
    if (option->value_name)
        add_value(out, option->value_name);
    text_addc(out, '\n');
    add_words(out, option->help);
    struct text more = text_open(1 << 16);
    if (option->mandatory)
        text_add(&more, "Needed.");
    else if (option->fallback && option->fallback[0])
        text_printf(&more, "Default: %s.", option->fallback);
    if (option->kind == OPTION_LIST)
        text_add(&more, " Several are separated by commas, or the option is given more than once.");
    add_words(out, more.s);
    text_close(&more);
}

static void add_synopsis(struct text *out, const struct command *command)
{
    roff_heading(out, "Synopsis");
    text_add(out, "\\fBmatbench ");
    roff_escape(out, command->name, strlen(command->name));
    text_add(out, "\\fR [\\fB\\-\\-\\fIoption\\fR=\\fIvalue\\fR ...]");
    if (command->arguments) {
        text_addc(out, ' ');
        roff_escape(out, command->arguments, strlen(command->arguments));
    }
    text_addc(out, '\n');
}

/* ---- pages ---- */

void man_command_page(struct text *out, const struct man_source *source, const struct command *command)
{
    struct text name = text_open(1 << 16);
    const struct man_doc *doc = doc_of(source, command->name);
    text_printf(&name, "matbench-%s", command->name);
    begin_page(out, source, name.s, 1, command->summary);
    add_synopsis(out, command);
    roff_heading(out, "Description");
    if (doc)
        add_prose(out, source, doc->text);
    else
        add_words(out, command->summary);
    roff_heading(out, "Options");
    for (const struct option *const *table = command->tables; *table; table++)
        for (const struct option *option = *table; option->name; option++)
            add_option(out, option);
    add_prose(out, source,
              "## Environment\n"
              "Each option is also a variable, `MATBENCH_` and its name in capitals, and a key of the env files (`.env.yaml` …). "
              "The later wins: defaults, env files, environment, flags.\n"
              "## Exit status\n"
              "0 to 4 speak of performance, from 100 on of trouble: [exit-codes.md](exit-codes.md).\n");
    add_see_also(out, source, command->name);
    text_close(&name);
}

void man_doc_page(struct text *out, const struct man_source *source, const struct man_doc *doc)
{
    struct text name = text_open(1 << 16), title = text_open(1 << 16);
    text_printf(&name, "matbench-%s", doc->name);
    markdown_title(&title, doc->text);
    begin_page(out, source, name.s, man_section(source, doc->name), title.len ? title.s : doc->name);
    roff_heading(out, "Description");
    add_prose(out, source, doc->text);
    add_see_also(out, source, doc->name);
    text_close(&name);
    text_close(&title);
}

void man_program_page(struct text *out, const struct man_source *source)
{
    struct text name = text_open(1 << 16);
    begin_page(out, source, "matbench", 1, "the post-test step of a performance CI: test artifacts in, a gate out");
    roff_heading(out, "Synopsis");
    text_add(out, "\\fBmatbench\\fR \\fIcommand\\fR [\\fB\\-\\-\\fIoption\\fR=\\fIvalue\\fR ...]\n.br\n"
                  "\\fBmatbench\\fR \\fIcommand\\fR \\fB\\-\\-help\\fR\n.br\n\\fBmatbench \\-\\-version\\fR\n");
    add_prose(out, source,
              "## Description\n"
              "Parses the artifact directories of performance tests, validates a payload per test, derives KPIs, compares the newest run of each "
              "configuration with the history, stores it there, and says which KPI changed, by how much and since when. "
              "`matbench ci` does all of it; the other commands do parts.\n\n"
              "What is parsed and compared stands in a workload, a folder of YAML: [workload.md](workload.md).\n"
              "## Commands\n");
    for (const struct command *const *command = source->commands; *command; command++) {
        text_clear(&name);
        text_printf(&name, "matbench-%s", (*command)->name);
        text_add(out, ".TP\n");
        add_reference(out, name.s, 1, "");
        add_words(out, (*command)->summary);
    }
    add_prose(out, source,
              "## Options\n"
              "Options are `--name=value` or `--name value`; dashes and underscores in names are alike. A flag that is true or false may be given as "
              "`--name`, `--noname` or `--name=false`.\n"
              "## Environment\n"
              "| | |\n|---|---|\n"
              "| `MATBENCH_`*OPTION* | an option's value, e.g. `MATBENCH_RESULTS_DIRNAME`; flags win over it |\n"
              "| `MATBENCH_WORKLOADS` | folders with workloads, separated by colons; looked at before the shipped ones |\n"
              "| `ARTIFACT_DIR` | where outputs that are not named go |\n"
              "## Files\n"
              "| | |\n|---|---|\n"
              "| `.env`, `.env.yaml`, `.env.json`, `.env.generated`… | in the current directory: values of options |\n"
              "| `history.db` | the history, unless `--history` says otherwise |\n"
              "## Exit status\n"
              "0 no regression, 1 regression; 2 suspect, 3 missing data, 4 improvement only with `--fail_on`; from 100 on trouble: "
              "[exit-codes.md](exit-codes.md).\n"
              "## Examples\n"
              "    matbench ci RESULTS_DIR --workload=fine_tuning --history=sqlite:history.db\n"
              "    matbench parse --workload=fine_tuning --results_dirname=RESULTS_DIR --output_kpis=-\n"
              "    matbench check fine_tuning TEST_DIR\n");
    add_see_also(out, source, "matbench");
    text_close(&name);
}
