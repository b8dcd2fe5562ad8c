/* matbench ack, matbench accept — say of a change that it is known, or of a level that it is the new one. */
#include <math.h>
#include <string.h>

#include "cmd/command.h"
#include "regress/acks/acks.h"
#include "step/ack_from.h"
#include "step/ack_step.h"

#define WHERE_ROWS \
    {"acks", OPTION_TEXT, "FILE", NULL, false, "The file, made when it is not there; default: the workload's, else acks.yaml."}, \
    {"workload", OPTION_TEXT, "NAME", NULL, false, "The workload whose `acknowledgements:` names the file."}, \
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "Where a relative workload path starts."}

#define WHAT_ROWS \
    {"from", OPTION_TEXT, "FILE", NULL, false, "The verdicts of a run (regression_verdicts.json): all its regressions."}, \
    {"entry", OPTION_NUMBER, "N", NULL, false, "With --from: only this entry, as the report counts them, from 1."}, \
    {"kpi", OPTION_LIST, "NAME", NULL, false, "Only these KPIs; * and ? stand for any characters. With --from also where they are suspect."}, \
    {"labels", OPTION_LIST, "K=V", NULL, false, "Only payloads with these labels."}

#define SAID_ROWS \
    {"reason", OPTION_TEXT, "TEXT", NULL, true, "Why: for whoever reads the file later."}, \
    {"author", OPTION_TEXT, "NAME", NULL, false, "Who says so."}

static const struct option options_ack[] = {
    WHAT_ROWS,
    {"since", OPTION_TEXT, "RUN", NULL, false, "The first bad run: a version, a run id or a time."},
    {"until", OPTION_TEXT, "RUN", NULL, false, "The last run that it is said of: what begins up to there is acknowledged, too."},
    {"change", OPTION_TEXT, "ID", NULL, false, "The identity of the change, from a report: mb-3f2a91c0d7e8."},
    SAID_ROWS,
    {"expires", OPTION_TEXT, "WHEN", NULL, false, "The last day on which it holds: 2027-01-31, or 30d, 4w from now."},
    {"until_it_returns", OPTION_BOOL, NULL, "false", false, "Once the change was gone it gates again, also before --until."},
    {"limit", OPTION_NUMBER, "SHARE", NULL, false, "Gates when it is worse than this share of the level before: 0.15."},
    WHERE_ROWS,
    {0},
};

static const struct option options_accept[] = {
    WHAT_ROWS,
    {"since", OPTION_TEXT, "RUN", NULL, false, "The first run of the new level: a version, a run id or a time."},
    SAID_ROWS,
    WHERE_ROWS,
    {0},
};

static const struct option *const tables_ack[] = {options_ack, options_common, NULL};
static const struct option *const tables_accept[] = {options_accept, options_common, NULL};

/* Control characters would be escapes in YAML that nobody reads. */
static bool is_clean(const char *text)
{
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            return false;
    return text[strspn(text, " ")] && text_utf8_valid(text, strlen(text)) == strlen(text);
}

static bool check_texts(struct context *context, struct error *err)
{
    static const char *const names[] = {"reason", "author", "since", "until", "change"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = options_find_text(context->options, names[i]);
        if (text && !is_clean(text))
            return error_set(err, ERR_USAGE, "--%s=%s: expected a line of text", names[i], text);
    }
    for (const char *const *kpi = options_list(context->options, "kpi"); *kpi; kpi++)
        if (!is_clean(*kpi))
            return error_set(err, ERR_USAGE, "--kpi=%s: expected a name", *kpi);
    const char *change = options_find_text(context->options, "change");
    return !change || strncmp(change, "mb-", 3) == 0 ||
           error_set(err, ERR_USAGE, "--change=%s: expected the id of a change, as mb-3f2a91c0d7e8", change);
}

/* ---- the line, from flags ---- */

static bool read_labels(struct context *context, struct acks_edit_line *line, struct error *err)
{
    const char *const *given = options_list(context->options, "labels");
    size_t n = 0;
    while (given[n])
        n++;
    struct acks_edit_label *labels = ARENA_ARRAY(context->arena, struct acks_edit_label, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *is = strchr(given[i], '=');
        if (!is || is == given[i] || !is_clean(given[i]))
            return error_set(err, ERR_USAGE, "--labels=%s: expected label=value, more of them after commas", given[i]);
        labels[i] = (struct acks_edit_label){arena_strndup(context->arena, given[i], (size_t)(is - given[i])),
                                             acks_edit_scalar(context->arena, is + 1, true)};
        for (size_t k = 0; k < i; k++)
            if (strcmp(labels[k].key, labels[i].key) == 0)
                return error_set(err, ERR_USAGE, "--labels: '%s' is given twice", labels[i].key);
    }
    line->labels = labels;
    line->labels_n = n;
    return true;
}

static bool line_of_flags(struct context *context, struct ack_step *step, struct error *err)
{
    struct acks_edit_line *line = ARENA_NEW(context->arena, struct acks_edit_line);
    line->kpis = options_list(context->options, "kpi");
    line->since = options_text(context->options, "since");
    line->change = options_find_text(context->options, "change");
    step->lines = line;
    step->n = 1;
    if (!read_labels(context, line, err))
        return false;
    if (step->list == ACKS_ACCEPTED && !line->since)
        return error_set(err, ERR_USAGE, "accept: --since=RUN is missing: the first run of the new level (or --from=regression_verdicts.json)");
    return line->since || line->change || options_find_text(context->options, "until") || options_find_text(context->options, "expires") ||
           error_set(err, ERR_USAGE, "ack: which change? Expected --from=regression_verdicts.json, --since=RUN, --change=ID, or --until=RUN or "
                                     "--expires=DAY for all that begins until then");
}

/* ---- the lines, from verdicts ---- */

static bool lines_of_verdicts(struct context *context, struct ack_step *step, struct error *err)
{
    double entry = options_number(context->options, "entry");
    struct ack_from_lines found;
    struct ack_from from = {.file = options_text(context->options, "from"), .kpis = options_list(context->options, "kpi")};
    if (options_text(context->options, "since") || options_find_text(context->options, "change") || options_list(context->options, "labels")[0])
        return error_set(err, ERR_USAGE, "--from says since when and with which labels: --since, --change and --labels go without it");
    if (!isnan(entry) && !(entry >= 1 && entry <= 1e6 && entry == floor(entry)))
        return error_set(err, ERR_USAGE, "--entry=%g: expected a whole number from 1 on", entry);
    from.entry = isnan(entry) ? 0 : (size_t)entry;
    if (!ack_from_read(context->arena, &from, &found, err))
        return false;
    step->lines = found.lines.v;
    step->n = found.lines.n;
    for (size_t i = 0; step->list == ACKS_ACCEPTED && i < step->n; i++)
        step->lines[i].change = NULL;
    return true;
}

/* What is said of all lines alike. */
static bool complete(struct context *context, struct ack_step *step, struct error *err)
{
    double limit = options_find_number(context->options, "limit");
    bool returns = options_find_bool(context->options, "until_it_returns", false);
    if (!isnan(limit) && !(limit > 0 && limit <= 1e6))
        return error_set(err, ERR_USAGE, "--limit=%g: expected a share of the level before, as 0.15", limit);
    for (size_t i = 0; i < step->n; i++) {
        struct acks_edit_line *line = &step->lines[i];
        line->until = options_find_text(context->options, "until");
        line->reason = options_text(context->options, "reason");
        line->author = options_text(context->options, "author");
        line->until_it_returns = returns;
        line->limit_relative = isnan(limit) ? 0 : limit;
        if (returns && !line->since && !line->change)
            return error_set(err, ERR_USAGE, "--until_it_returns: expected --since or --change beside it: what has to be gone first");
    }
    step->expires = options_find_text(context->options, "expires");
    return true;
}

/* ---- the file ---- */

static bool choose_file(struct context *context, struct ack_step *step, struct error *err)
{
    const char *file = options_text(context->options, "acks"), *name = options_text(context->options, "workload");
    struct workload *workload = name ? command_workload(context, name, err) : NULL;
    if (name && !workload)
        return false;
    const char *beside = workload ? workload->analyze.acknowledgements : NULL;
    if (!file && beside)
        file = arena_join(context->arena, workload->folder, beside);
    step->configured = beside && !options_text(context->options, "acks");
    step->file = file ? file : "acks.yaml";
    workload_close(workload);
    return step->file[0] || error_set(err, ERR_USAGE, "--acks: expected a file, found an empty name");
}

static int run(struct context *context, enum acks_list list)
{
    struct error err = {0};
    struct ack_step step = {.list = list};
    bool ready = check_texts(context, &err) &&
                 (options_text(context->options, "from") ? lines_of_verdicts(context, &step, &err) : line_of_flags(context, &step, &err)) &&
                 complete(context, &step, &err) && choose_file(context, &step, &err);
    return ready ? ack_step(context, &step) : context_fail(context, &err);
}

static int run_ack(struct context *context)
{
    return run(context, ACKS_ACKNOWLEDGED);
}

static int run_accept(struct context *context)
{
    return run(context, ACKS_ACCEPTED);
}

const struct command command_ack = {"ack", "Acknowledges a regression: it is reported, and does not fail the gate.", NULL, 0, tables_ack, run_ack};
const struct command command_accept = {"accept", "Accepts a new level: what came before is no reference any more.", NULL, 0, tables_accept, run_accept};
