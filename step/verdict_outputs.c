#include "step/verdict_outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/pool.h"
#include "base/write.h"
#include "report/verdict_github.h"
#include "report/verdict_html.h"
#include "report/verdict_json.h"
#include "report/verdict_junit.h"
#include "report/verdict_markdown.h"
#include "report/verdict_summary.h"

const struct option options_verdict_outputs[] = {
    {"markdown_dest", OPTION_TEXT, "FILE", NULL, false, "Where the verdicts go as Markdown, for a comment on a pull request; none: nowhere."},
    {"junit_dest", OPTION_TEXT, "FILE", NULL, false, "Where the verdicts go as JUnit XML, for the test results of a CI system; none: nowhere."},
    {"github", OPTION_BOOL, NULL, "false", false,
     "For GitHub Actions: annotations to standard output, and the Markdown to the job's summary ($GITHUB_STEP_SUMMARY)."},
    {"bundle", OPTION_TEXT, "FILE", NULL, false,
     "Where everything goes that the verdicts rest on: matbench verify FILE makes them again (.gz: compressed)."},
    {0},
};

const char *verdict_outputs_file(struct context *context, const char *option, const char *fallback)
{
    const char *file = options_text(context->options, option);
    if (!file)
        return fallback;
    return file[0] && strcmp(file, "none") != 0 ? file : NULL;
}

bool verdict_outputs_apart(const char *const *options, const char *const *files, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (files[i] && files[j] && strcmp(files[i], files[j]) == 0 && strcmp(files[i], "-") != 0 && strncmp(files[i], "/dev/", 5) != 0)
                return error_set(err, ERR_USAGE, "--%s and --%s are both '%s': expected a file for each", options[i], options[j], files[i]);
    return true;
}

bool verdict_outputs_check(struct context *context, struct error *err)
{
    static const char *const options[] = {"markdown_dest", "junit_dest", "bundle"};
    enum { N = sizeof(options) / sizeof(options[0]) };
    const char *files[N];
    for (size_t i = 0; i < N; i++) {
        files[i] = verdict_outputs_file(context, options[i], NULL);
        if (files[i] && strcmp(files[i], "-") == 0)
            return error_set(err, ERR_USAGE, "--%s=-: standard output is the screen's; expected a file", options[i]);
    }
    return verdict_outputs_apart(options, files, N, err);
}

static const char *variable(const struct context *context, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *entry = context->environment; *entry; entry++)
        if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=' && (*entry)[n + 1])
            return *entry + n + 1;
    return NULL;
}

static bool write_text(struct context *context, const char *path, void (*render)(struct text *, const struct analysis *),
                       const struct analysis *analysis, struct error *err)
{
    struct text out = text_open(1 << 30);
    render(&out, analysis);
    bool ok = context_write(context, path, &out, err);
    text_close(&out);
    return ok;
}

static bool write_gated(struct context *context, const char *path, void (*render)(struct text *, const struct analysis *, const struct gate *),
                        const struct analysis *analysis, const struct gate *gate, struct error *err)
{
    struct text out = text_open(1 << 30);
    render(&out, analysis, gate);
    bool ok = context_write(context, path, &out, err);
    text_close(&out);
    return ok;
}

struct json_output {
    struct output *out;
    bool ok;
    struct error *err;
};

static void take_json(void *context, const char *bytes, size_t n)
{
    struct json_output *to = context;
    to->ok = to->ok && output_write(to->out, bytes, n, to->err);
}

static bool write_json(struct context *context, const char *path, const struct analysis *analysis, struct error *err)
{
    struct json_output to = {.out = output_open(path, context->out_fd, err), .ok = true, .err = err};
    if (!to.out)
        return false;
    if (!verdict_json_stream(analysis, &(struct verdict_json_sink){take_json, &to}) && to.ok)
        to.ok = error_set(err, ERR_OUTPUT, "%s: the evidence of one KPI is larger than 1 GiB: expected a shorter history (--history_since)", path);
    return output_end(to.out, to.ok, err);
}

static bool write_page(struct context *context, const char *path, const struct analysis *analysis, const struct gate *gate, struct error *err)
{
    struct text piece = text_open(64 << 20);
    struct output *out = output_open(path, context->out_fd, err);
    bool ok = out && output_end(out, verdict_html_render(&piece, out, analysis, gate, err), err);
    text_close(&piece);
    return ok;
}

/* ---- GitHub Actions ---- */

/* As seen from the repository, where the job runs unless GITHUB_WORKSPACE says otherwise; NULL for what is elsewhere. */
static const char *in_repository(const struct context *context, const char *file)
{
    const char *workspace = variable(context, "GITHUB_WORKSPACE");
    size_t n = workspace ? strlen(workspace) : 0;
    if (file && n && strncmp(file, workspace, n) == 0 && file[n] == '/')
        return file + n + 1;
    file += file && strncmp(file, "./", 2) == 0 ? 2 : 0;
    return file && file[0] != '/' && strncmp(file, "../", 3) != 0 ? file : NULL;
}

/* The rules are in the order of the workload's KPIs. */
static struct verdict_places places_of(struct context *context, const struct workload *workload, const struct analysis *analysis)
{
    size_t n = analysis->options->kpis_n < workload->kpis_n ? analysis->options->kpis_n : workload->kpis_n;
    const char **files = ARENA_ARRAY(context->arena, const char *, analysis->options->kpis_n + 1);
    int *lines = ARENA_ARRAY(context->arena, int, analysis->options->kpis_n + 1);
    for (size_t i = 0; i < n; i++) {
        files[i] = in_repository(context, workload->kpis[i].at.file);
        lines[i] = workload->kpis[i].at.line;
    }
    return (struct verdict_places){files, lines};
}

/* Other steps write to the summary too. */
static bool add_to_summary(struct context *context, const struct text *text, struct error *err)
{
    const char *path = variable(context, "GITHUB_STEP_SUMMARY");
    if (!path)
        return true;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    int failed = fd < 0 ? errno : write_all(fd, text->s, text->len);
    if (fd >= 0)
        close(fd);
    return !failed || error_set(err, ERR_OUTPUT, "%s (GITHUB_STEP_SUMMARY): %s", path, strerror(failed));
}

static bool tell_github(struct context *context, const struct workload *workload, const struct analysis *analysis, const struct gate *gate,
                        struct error *err)
{
    struct text annotations = text_open(1 << 20), summary = text_open(1 << 20);
    struct verdict_places places = places_of(context, workload, analysis);
    verdict_github_render(&annotations, analysis, gate, &places);
    verdict_markdown_render(&summary, analysis, gate);
    fputs(annotations.s, context->out);
    bool ok = add_to_summary(context, &summary, err);
    text_close(&annotations);
    text_close(&summary);
    return ok;
}

/* What could not be written: of several the first waits in err, the others are told at once. */
static bool keep(struct context *context, bool ok, const struct error *own, struct error *err)
{
    if (!ok && err->kind)
        context_fail(context, own);
    else if (!ok)
        *err = *own;
    return ok;
}

/* ---- the large ones ---- */

/* What a worker does: the first is the JSON, the second the page. */
struct large {
    struct context *context;
    const struct verdict_outputs *outputs;
    const struct analysis *analysis;
    const struct gate *gate;
    struct error errs[2];
    bool ok[2];
};

static void write_piece(void *context, size_t i, unsigned worker)
{
    (void)worker;
    struct large *l = context;
    l->ok[i] = i == 0 ? !l->outputs->verdicts_json || write_json(l->context, l->outputs->verdicts_json, l->analysis, &l->errs[i])
                      : !l->outputs->report_html || write_page(l->context, l->outputs->report_html, l->analysis, l->gate, &l->errs[i]);
}

static bool go_on(void *context, size_t i)
{
    (void)context;
    (void)i;
    return true;
}

/* Both at a time, unless one of them goes to standard output or both to one file. */
static bool write_large(struct context *context, const struct verdict_outputs *o, const struct analysis *analysis, const struct gate *gate, struct error *err)
{
    struct large large = {.context = context, .outputs = o, .analysis = analysis, .gate = gate};
    bool both = o->verdicts_json && o->report_html && o->verdicts_json[0] != '-' && o->report_html[0] != '-' &&
                strcmp(o->verdicts_json, o->report_html) != 0;
    struct pool_job job = {.count = 2, .workers = both && pool_processors() > 1 ? 2 : 1, .window = 2, .context = &large,
                           .work = write_piece, .deliver = go_on};
    pool_run(&job);
    bool first = keep(context, large.ok[0], &large.errs[0], err), second = keep(context, large.ok[1], &large.errs[1], err);
    return first && second;
}

bool verdict_outputs_write(struct context *context, const struct verdict_outputs *o, const struct workload *workload,
                           const struct analysis *analysis, struct error *err)
{
    struct gate fallback = gate_default();
    const struct gate *gate = o->gate ? o->gate : &fallback;
    struct error summary = {0}, markdown = {0}, junit = {0}, github = {0};
    bool ok = !o->summary_yaml || keep(context, write_text(context, o->summary_yaml, verdict_summary_render, analysis, &summary), &summary, err);
    ok &= write_large(context, o, analysis, gate, err);
    ok &= !o->markdown || keep(context, write_gated(context, o->markdown, verdict_markdown_render, analysis, gate, &markdown), &markdown, err);
    ok &= !o->junit || keep(context, write_gated(context, o->junit, verdict_junit_render, analysis, gate, &junit), &junit, err);
    ok &= !o->github || keep(context, tell_github(context, workload, analysis, gate, &github), &github, err);
    return ok;
}
