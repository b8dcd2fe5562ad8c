#include "step/download_step.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/download_list.h"
#include "store/transfer.h"

enum { PROGRESS_EVERY_MS = 100 };

static const char settings_name[] = "settings.from_url_file.yaml";

/* One source and what is taken of it. */
struct job {
    const struct download_entry *entry;
    struct fetch *fetch;
    struct download_plan plan;
    bool writes_settings; /* of the entry; else those of the source count */
};

struct step {
    struct context *context;
    const char *results_dirname;
    const struct workload *workload;
    enum download_mode mode;
    bool own_files; /* source_url and settings.from_url_file.yaml are written */
    struct download_counts *counts;
    struct job *jobs;
    size_t jobs_n;
    struct folder *folder;
    struct error err;
};

/* ---- what people see ---- */

static const char *size_text(struct arena *arena, unsigned long long bytes)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB"};
    double shown = (double)bytes / 1000;
    size_t unit = 0;
    if (bytes < 1000)
        return arena_printf(arena, "%llu bytes", bytes);
    for (; shown >= 999.95 && unit < 3; unit++)
        shown /= 1000;
    return arena_printf(arena, "%.1f %s", shown, units[unit]);
}

/* A line that is written over, on a terminal only. */
struct progress {
    FILE *out; /* NULL: none is shown */
    size_t files;
    unsigned long long bytes;
    struct timespec shown;
};

static void show_progress(void *context, const struct transfer_counts *counts)
{
    struct progress *progress = context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long passed_ms = (now.tv_sec - progress->shown.tv_sec) * 1000LL + (now.tv_nsec - progress->shown.tv_nsec) / 1000000;
    if (!progress->out || passed_ms < PROGRESS_EVERY_MS)
        return;
    progress->shown = now;
    fprintf(progress->out, "\r%zu of %zu files, %llu of %llu MB\033[K", counts->copied + counts->there, progress->files,
            (counts->bytes + counts->there_bytes) / 1000000, progress->bytes / 1000000);
    fflush(progress->out);
}

static struct progress progress_begin(const struct context *context, const struct download_plan *plan)
{
    bool shows = context->log.least <= LOG_INFO && isatty(fileno(context->log.out));
    return (struct progress){.out = shows ? context->log.out : NULL, .files = plan->n, .bytes = plan->bytes};
}

static void progress_end(const struct progress *progress)
{
    if (progress->out && progress->shown.tv_sec)
        fprintf(progress->out, "\r\033[K");
}

/* With several sources, each line says which. */
static void log_findings(struct step *step, const struct job *job, const struct findings *findings)
{
    bool several = step->counts->entries > 1;
    static const enum log_level levels[] = {[FINDING_NOTE] = LOG_INFO, [FINDING_WARNING] = LOG_WARNING,
                                            [FINDING_LACK] = LOG_WARNING, [FINDING_BROKEN] = LOG_ERROR};
    for (size_t i = 0; i < findings->n; i++)
        log_line(&step->context->log, levels[findings->v[i].level], "%s%s%s", several ? job->fetch->url : "", several ? ": " : "",
                 findings->v[i].text);
}

/* ---- what is taken ---- */

static const char *destination(struct step *step, const struct job *job)
{
    return strcmp(job->entry->dest_dir, ".") == 0
               ? step->results_dirname
               : arena_printf(step->context->arena, "%s/%s", step->results_dirname, job->entry->dest_dir);
}

static bool open_job(struct step *step, struct job *job)
{
    struct context *context = step->context;
    job->fetch = fetch_open(&job->entry->url, options_list(context->options, "allow_root"), &step->err);
    if (!job->fetch || !fetch_holds(job->fetch, destination(step, job)))
        return job->fetch;
    return error_set(&step->err, ERR_USAGE, "%s: the results directory %s lies in it; expected one beside it", job->fetch->url,
                     destination(step, job));
}

static bool plan_job(struct step *step, struct job *job)
{
    const char *const own_names[] = {"source_url", job->entry->settings ? settings_name : NULL, NULL};
    struct download_options options = {.workload = step->workload, .mode = step->mode, .limits = download_limits_default,
                                       .left_out = step->own_files ? own_names : NULL, .stop = step->context->signal};
    bool ok = open_job(step, job) && download_plan(step->context->arena, job->fetch, &options, &job->plan, &step->err);
    if (!ok) {
        const struct pos *at = &job->entry->at;
        if (at->file)
            error_prefix(&step->err, "%s:%d:%d: url", at->file, at->line, at->col);
        else if (step->own_files)
            error_prefix(&step->err, "the url");
        return false;
    }
    if (job->entry->url.had_credentials)
        log_line(&step->context->log, LOG_WARNING, "%s: a user name or password stood in the url; it is not used and kept nowhere", job->fetch->url);
    job->writes_settings = step->own_files && !download_plan_has(&job->plan, settings_name);
    log_findings(step, job, &job->plan.findings);
    step->counts->tests += job->plan.tests;
    step->counts->cached += job->plan.cached;
    step->counts->missing += job->plan.missing;
    return true;
}

/* All of them before anything is written: a wrong one changes nothing. */
static bool plan_jobs(struct step *step, const struct download_list *list)
{
    size_t left_out = 0;
    step->jobs = ARENA_ARRAY(step->context->arena, struct job, list->n);
    step->counts->entries = list->n;
    for (size_t i = 0; i < list->n; i++) {
        step->jobs[step->jobs_n].entry = &list->v[i];
        if (!plan_job(step, &step->jobs[step->jobs_n++]))
            return false;
        left_out += step->jobs[i].plan.left_out;
        if (!step->jobs[i].plan.tests && !step->jobs[i].plan.left_out)
            log_line(&step->context->log, LOG_WARNING, "%s: no test found: a test is a directory with settings.yaml", step->jobs[i].fetch->url);
    }
    if (left_out)
        log_line(&step->context->log, LOG_WARNING, "tests left out because they have no cache: %zu", left_out);
    if (step->counts->tests || step->mode == DOWNLOAD_ALL)
        return true;
    return error_set(&step->err, ERR_NO_TEST, "nothing to download: %s", left_out ? "no test has a cache" : "no test found");
}

/* ---- rehearsal and download ---- */

static struct transfer transfer_of(struct step *step, const struct job *job)
{
    return (struct transfer){.arena = step->context->arena, .fetch = job->fetch, .folder = step->folder,
                             .below = job->entry->dest_dir, .stop = step->context->signal};
}

/* One line a file: its size, a tab, where it would go. */
static void rehearse_job(struct step *step, const struct job *job)
{
    struct transfer transfer = transfer_of(step, job);
    const char *to = destination(step, job);
    for (size_t i = 0; i < job->plan.n && !*step->context->signal; i++) {
        const struct download_file *file = &job->plan.files[i];
        if (transfer_is_there(&transfer, file)) {
            step->counts->there++;
            continue;
        }
        step->counts->files++;
        step->counts->bytes += file->size > 0 ? (unsigned long long)file->size : 0;
        const char *path = context_shown(step->context, arena_printf(step->context->arena, "%s/%s", to, file->path));
        if (file->size < 0)
            fprintf(step->context->out, "?\t%s\n", path);
        else
            fprintf(step->context->out, "%lld\t%s\n", file->size, path);
    }
}

static bool write_own_files(struct step *step, const struct job *job, struct transfer *transfer)
{
    struct arena *arena = step->context->arena;
    const char *url = arena_printf(arena, "%s\n", job->fetch->url);
    struct text settings = text_open(YAML_SIZE_MAX);
    download_settings_render(arena, &settings, job->entry->settings);
    bool ok = !settings.over || error_set(&step->err, ERR_USAGE, "%s: its settings are too large", job->fetch->url);
    ok = ok && transfer_text(transfer, "source_url", url, strlen(url), &step->err) &&
         (!job->writes_settings || transfer_text(transfer, settings_name, settings.s, settings.len, &step->err));
    text_close(&settings);
    return ok;
}

static bool run_job(struct step *step, const struct job *job)
{
    struct transfer transfer = transfer_of(step, job);
    struct progress progress = progress_begin(step->context, &job->plan);
    transfer.progress = show_progress;
    transfer.context = &progress;
    log_line(&step->context->log, LOG_INFO, "%s → %s (%s): tests: %zu, files: %zu, %s", job->fetch->url, destination(step, job),
             download_mode_name(step->mode), job->plan.tests, job->plan.n, size_text(step->context->arena, job->plan.bytes));
    bool ok = folder_make(step->folder, job->entry->dest_dir, &step->err) && (!step->own_files || write_own_files(step, job, &transfer)) &&
              transfer_run(&transfer, &job->plan, &step->err);
    progress_end(&progress);
    log_findings(step, job, &transfer.findings);
    step->counts->files += transfer.counts.copied;
    step->counts->bytes += transfer.counts.bytes;
    step->counts->there += transfer.counts.there;
    step->counts->failed += transfer.counts.failed;
    return ok;
}

static void say_counts(struct step *step, const char *verb)
{
    const struct download_counts *n = step->counts;
    log_line(&step->context->log, LOG_INFO, "tests: %zu, %zu of them by their cache; files: %zu %s (%s), %zu there already, %zu missing in the source",
             n->tests, n->cached, n->files, verb, size_text(step->context->arena, n->bytes), n->there, n->missing);
}

static bool rehearse(struct step *step)
{
    if (access(step->results_dirname, F_OK) == 0 && !(step->folder = folder_open(step->results_dirname, &step->err)))
        return false;
    for (size_t i = 0; i < step->jobs_n; i++)
        rehearse_job(step, &step->jobs[i]);
    if (*step->context->signal)
        return true;
    say_counts(step, "would be fetched");
    log_line(&step->context->log, LOG_WARNING, "nothing was fetched: this was a rehearsal; --do_download fetches");
    return true;
}

static bool run_jobs(struct step *step)
{
    step->folder = folder_open(step->results_dirname, &step->err);
    if (!step->folder)
        return false;
    bool ok = true;
    for (size_t i = 0; i < step->jobs_n && ok; i++)
        ok = run_job(step, &step->jobs[i]);
    if (ok)
        say_counts(step, "fetched");
    return ok && (!step->counts->failed || error_set(&step->err, ERR_ARTIFACT, "%zu files of the source could not be read; the others are there",
                                                     step->counts->failed));
}

static int finish(struct step *step, bool ok)
{
    struct error stopped = {0};
    int code = 0;
    if (context_stopped(step->context, "only whole files were kept; the same command goes on from there", &stopped))
        code = context_fail(step->context, &stopped);
    else if (!ok)
        code = context_fail(step->context, &step->err);
    for (size_t i = 0; i < step->jobs_n; i++)
        fetch_close(step->jobs[i].fetch);
    folder_close(step->folder);
    return code;
}

/* ---- the steps ---- */

static bool read_list(struct step *step, const struct download_request *request, struct download_list *list)
{
    struct context *context = step->context;
    if (!request->url && !request->url_file)
        return error_set(&step->err, ERR_USAGE, "--url=URL or --url_file=FILE is missing (or the variables MATBENCH_URL, MATBENCH_URL_FILE)");
    if (request->url && request->url_file)
        log_line(&context->log, LOG_WARNING, "both --url and --url_file are given: --url_file=%s counts", request->url_file);
    return request->url_file ? download_list_load(context->arena, request->url_file, list, &step->err)
                             : download_list_of_url(context->arena, request->url, list, &step->err);
}

int download_step(struct context *context, const struct download_request *request, struct download_counts *counts)
{
    struct download_list list;
    struct step step = {.context = context, .results_dirname = request->results_dirname, .workload = request->workload,
                        .own_files = true, .counts = counts};
    *counts = (struct download_counts){0};
    bool ok = download_mode_parse(request->mode, &step.mode, &step.err) && read_list(&step, request, &list) &&
              plan_jobs(&step, &list) && (request->do_download ? run_jobs(&step) : rehearse(&step));
    return finish(&step, ok);
}

int download_save(struct context *context, const struct workload *workload, const char *results_dirname, const char *directory,
                  struct download_counts *counts)
{
    struct step step = {.context = context, .results_dirname = directory, .workload = workload, .mode = DOWNLOAD_SAVED, .counts = counts};
    struct download_entry entry = {.url = {.url = results_dirname, .path = results_dirname}, .dest_dir = "."};
    struct download_list list = {.v = &entry, .n = 1};
    *counts = (struct download_counts){0};
    return finish(&step, plan_jobs(&step, &list) && run_jobs(&step));
}
