#include "cmd/ci_screen.h"

#include <string.h>

#include "report/verdict_text.h"
#include "step/analyze_step.h"

static void show_parsed(const struct ci_pass *pass)
{
    const struct parse_counts *n = &pass->parsed;
    FILE *out = pass->context->out;
    fprintf(out, "\n%s: tests: %zu read", context_shown(pass->context, pass->directory), n->tests);
    if (n->broken)
        fprintf(out, ", %zu of them broken", n->broken);
    if (n->skipped)
        fprintf(out, ", %zu skipped", n->skipped);
    if (pass->lts)
        fprintf(out, "; payloads: %zu valid, %zu invalid", n->valid, n->invalid);
    fprintf(out, "\n");
}

/* The code of the last such step; 0 when there was none. */
static int code_of(const struct ci_pass *pass, const char *step)
{
    int code = 0;
    for (size_t i = 0; i < pass->outcomes.n; i++)
        if (strcmp(pass->outcomes.v[i].step, step) == 0)
            code = pass->outcomes.v[i].code;
    return code;
}

static const char *why_not_compared(const struct ci_pass *pass)
{
    if (code_of(pass, "download"))
        return "the download failed, see above";
    if (!pass->analyze)
        return pass->plan->skipped  ? pass->plan->skipped
               : pass->plan->replot ? "this is a replot, and lts.regression_analyses.enabled_on_replot is not true"
                                    : "the analysis is off (lts.regression_analyses.enabled)";
    return code_of(pass, "analyze_lts") ? "the history cannot be used, see above"
           : ci_pass_is_cut(pass)       ? "parsing ended early, see above"
                                        : "there is no valid payload to compare";
}

static void show_verdicts(const struct ci_pass *pass)
{
    if (!pass->lts)
        return;
    if (!pass->analysis) {
        fprintf(pass->context->out, "NOT GATED: %s\n", why_not_compared(pass));
        return;
    }
    struct text out = text_open(64 << 20);
    text_addc(&out, '\n');
    verdict_text_render(&out, pass->analysis);
    fprintf(pass->context->out, "%s\n", out.s);
    text_close(&out);
}

/* `why`: nothing was tried; a part that went is told too, and what waits in the spool is told by the log. */
static void show_history(FILE *out, const char *history, bool stored, const struct history_counts *n, const char *why)
{
    if (why || (!stored && n->added + n->replaced + n->unchanged == 0))
        fprintf(out, "nothing stored%s%s: %s\n", history ? " in " : "", history ? history : "", why ? why : "it failed, see above");
    else
        fprintf(out, "%s in %s: %zu added, %zu replaced, %zu there already\n", stored ? "stored" : "only a part is stored, see above,", history,
                n->added, n->replaced, n->unchanged);
}

static void show_stored(const struct ci_pass *pass)
{
    FILE *out = pass->context->out;
    if (!pass->lts)
        return;
    show_history(out, pass->history ? context_shown(pass->context, pass->history) : NULL, pass->uploaded, &pass->stored, pass->not_stored);
    if (pass->horreum)
        show_history(out, context_shown(pass->context, pass->horreum), pass->horreum_uploaded, &pass->horreum_stored, NULL);
}

/* "regression_report.md, ", as seen from the outputs' folder. */
static const char *file_shown(const struct ci_pass *pass, const char *file)
{
    size_t n = strlen(pass->artifacts);
    bool below = file && strncmp(file, pass->artifacts, n) == 0 && file[n] == '/';
    return file ? arena_printf(pass->context->arena, "%s, ", context_shown(pass->context, below ? file + n + 1 : file)) : "";
}

static void show_files(const struct ci_pass *pass)
{
    const struct {
        bool there;
        const char *names;
    } files[] = {
        {pass->parsed.written, "internal_matrix.json, "},
        {pass->parsed.written && pass->lts, "lts_payload.json, lts_payload.schema.json, "},
        {pass->parsed.written && pass->lts && pass->workload->kpis_n, "kpis.om, "},
        {pass->reported, "regression_report.html, regression_summary.yaml, regression_verdicts.json, "},
        {pass->reported && pass->markdown, file_shown(pass, pass->markdown)},
        {pass->reported && pass->junit, file_shown(pass, pass->junit)},
        {pass->drawn, "reports_index.html, "},
    };
    FILE *out = pass->context->out;
    bool outcome = !code_of(pass, "outcome");
    if (!outcome && !pass->parsed.written && !pass->reported && !pass->drawn)
        return;
    fprintf(out, "files in %s: ", strcmp(pass->artifacts, ".") == 0 ? "this directory" : context_shown(pass->context, pass->artifacts));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        fprintf(out, "%s", files[i].there ? files[i].names : "");
    fprintf(out, "%s\n", outcome ? "outcome.json" : "but no outcome.json");
}

/* Whether there is a KPI that more history would settle: "cannot tell" may be for scatter alone. */
static bool history_is_short(const struct analysis *analysis)
{
    size_t needed = (size_t)analysis->options->min_history;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t k = 0; k < analysis->entries[i].kpis_n; k++) {
            const struct kpi_result *kpi = &analysis->entries[i].kpis[k];
            if (kpi->verdict == VERDICT_NO_HISTORY || (kpi->verdict == VERDICT_CANNOT_TELL && kpi->evidence.points_n < needed))
                return true;
        }
    return false;
}

/* What people should do now: for the worst that happened first. */
static void show_next(const struct ci_pass *pass)
{
    const size_t *counts = pass->analysis ? pass->analysis->counts : NULL;
    FILE *out = pass->context->out;
    if (pass->parsed.invalid || pass->parsed.broken)
        fprintf(out, "next: the log says what is wrong with each test; matbench check %s TEST_DIR shows what every line gave\n",
                pass->workload->name);
    if (!counts)
        return;
    int needed = pass->analysis->options->min_history, same = pass->analysis->options->min_history_same;
    if (counts[VERDICT_REGRESSION])
        fprintf(out, "next: look at what changed since the last run before it; another run of the same version would confirm it\n"
                     "known already? %s\n", analyze_ack_command(pass->context, pass->workload, ci_pass_file(pass, "regression_verdicts.json")));
    if (counts[VERDICT_SUSPECT])
        fprintf(out, "next: run the suspect configurations again; the last column says how often\n");
    if (history_is_short(pass->analysis))
        fprintf(out, "next: keep running: %d run points of history (%d of one version) are needed before a change is called a regression\n",
                needed, same ? same : needed);
}

void ci_screen_show(const struct ci_pass *pass)
{
    show_parsed(pass);
    show_verdicts(pass);
    show_stored(pass);
    show_files(pass);
    show_next(pass);
}

/* What 0 means depends on what was found: it never says more than that. */
static const char *good_meaning(const struct ci_pass *passes, size_t n)
{
    size_t counts[VERDICT_COUNT] = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; passes[i].analysis && v < VERDICT_COUNT; v++)
            counts[v] += passes[i].analysis->counts[v];
    if (counts[VERDICT_REGRESSION])
        return "a regression, but of no kind that --fail_on names";
    if (counts[VERDICT_ACKNOWLEDGED])
        return "no regression but what is acknowledged";
    return counts[VERDICT_OK] + counts[VERDICT_SUSPECT] + counts[VERDICT_IMPROVEMENT] ? ci_code_meaning(0) : "nothing was gated";
}

/* An earlier outcome had this code: each is named once. */
static bool is_said(const struct ci_pass *passes, size_t i, size_t k)
{
    bool said = false;
    for (size_t p = 0; p <= i; p++)
        for (size_t o = 0; o < (p < i ? passes[p].outcomes.n : k); o++)
            said |= passes[p].outcomes.v[o].code == passes[i].outcomes.v[k].code &&
                    passes[p].outcomes.v[o].tolerated == passes[i].outcomes.v[k].tolerated;
    return said;
}

void ci_screen_code(const struct ci_pass *passes, size_t n, int code)
{
    FILE *out = passes->context->out;
    fprintf(out, "exit code %d: %s", code, code == 0 ? good_meaning(passes, n) : ci_code_meaning(code));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < passes[i].outcomes.n; k++) {
            int other = passes[i].outcomes.v[k].code;
            bool tolerated = passes[i].outcomes.v[k].tolerated;
            if (other && other != code && !is_said(passes, i, k))
                fprintf(out, "; also %d: %s%s", other, ci_code_meaning(other), tolerated ? " (does not count)" : "");
        }
    fprintf(out, "\n");
}
