#include "step/changepoints_step.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/content.h"
#include "base/pool.h"
#include "report/changes_report.h"

/* A piece of work is some columns, so that handing it out costs nothing beside them: so many values, by method; `auto` looks at each for long. */
enum { PIECE_AUTO = 800, PIECE_HUNTER = 4000 };
enum { TEXT_MAX = 1 << 30, PASSED_SHOWN = 3, NOTES_SHOWN = 10 };
static const uint64_t FILE_MAX = (uint64_t)1 << 30;

struct worker {
    struct arena arena;
    struct shuffles shuffles;
};

struct slot {
    struct text text;
};

struct run {
    struct context *context;
    const struct changepoints_step *step;
    struct changes_report *report;
    struct changes *found;
    struct worker *workers;
    struct slot *slots;
    size_t window, piece; /* columns */
};

/* ---- reading ---- */

static bool read_file(struct context *context, const char *file, const char **bytes, size_t *len, struct error *err)
{
    bool standard = strcmp(file, "-") == 0;
    int fd = standard ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set(err, ERR_ARTIFACT, "%s: %s", file, strerror(errno));
    struct content *content = content_of_fd(fd, standard ? "standard input" : file, FILE_MAX);
    bool ok = content_read_all(content, context->arena, bytes, len, err);
    content_close(content);
    return ok;
}

static void tell_passed_over(struct context *context, const struct columns *columns)
{
    size_t n = 0;
    for (; columns->passed_over[n]; n++)
        if (n < PASSED_SHOWN)
            log_line(&context->log, LOG_DEBUG, "no series: column %s", context_shown(context, columns->passed_over[n]));
    if (n > PASSED_SHOWN)
        log_line(&context->log, LOG_DEBUG, "… and %zu more columns", n - PASSED_SHOWN);
}

static void tell_notes(struct context *context, const char *file, const struct columns *columns)
{
    for (size_t i = 0; i < columns->notes.n && i < NOTES_SHOWN; i++)
        log_line(&context->log, columns->notes.v[i].doubt ? LOG_WARNING : LOG_INFO, "%s: %s", context_shown(context, file),
                 context_shown(context, columns->notes.v[i].text));
}

/* ---- the columns, by all processors ---- */

static size_t piece_end(const struct run *run, size_t piece)
{
    size_t end = (piece + 1) * run->piece;
    return end < run->report->columns->n ? end : run->report->columns->n;
}

static void find_piece(void *context, size_t piece, unsigned worker)
{
    struct run *run = context;
    struct worker *w = &run->workers[worker];
    for (size_t i = piece * run->piece; i < piece_end(run, piece); i++) {
        const struct column *column = &run->report->columns->v[i];
        if (!context_interrupted(run->context))
            run->found[i] = changes_find(&w->shuffles, column->x, column->n, &run->step->changes, &w->arena);
    }
}

static bool next_piece(void *context, size_t piece)
{
    (void)piece;
    return !context_interrupted(((struct run *)context)->context);
}

static void render_piece(void *context, size_t piece, unsigned worker)
{
    struct run *run = context;
    (void)worker;
    struct text *text = &run->slots[piece % run->window].text;
    bool several = run->report->columns->n != 1;
    for (size_t i = piece * run->piece; i < piece_end(run, piece); i++) {
        if (several)
            changes_json_name(text, run->report, i);
        changes_json_render_column(text, run->report, i, several);
    }
}

static bool write_piece(void *context, size_t piece)
{
    struct run *run = context;
    struct text *text = &run->slots[piece % run->window].text;
    fwrite(text->s, 1, text->len, run->context->out);
    text_clear(text);
    return true;
}

static struct pool_job job_of(struct run *run, unsigned workers)
{
    return (struct pool_job){.count = (run->report->columns->n + run->piece - 1) / run->piece, .workers = workers, .window = run->window, .context = run};
}

static void print_json(struct run *run, unsigned workers)
{
    struct text text = text_open(TEXT_MAX);
    run->slots = ARENA_ARRAY(run->context->arena, struct slot, run->window);
    for (size_t i = 0; i < run->window; i++)
        run->slots[i].text = text_open(TEXT_MAX);
    changes_json_open(&text, run->report);
    fwrite(text.s, 1, text.len, run->context->out);
    struct pool_job job = job_of(run, workers);
    job.work = render_piece;
    job.deliver = write_piece;
    pool_run(&job);
    text_clear(&text);
    changes_json_close(&text, run->report);
    fwrite(text.s, 1, text.len, run->context->out);
    for (size_t i = 0; i < run->window; i++)
        text_close(&run->slots[i].text);
    text_close(&text);
}

static void print_text(struct run *run)
{
    struct text text = text_open(TEXT_MAX);
    changes_text_render(&text, run->report, run->context->arena);
    fwrite(text.s, 1, text.len, run->context->out);
    text_close(&text);
}

/* ---- the newest run ---- */

static const struct analysis *ask(struct run *run, enum direction better, double false_alarm_rate)
{
    struct newest_options options = {better, false_alarm_rate, run->step->changes.magnitude, run->step->method};
    return newest_test(run->report->columns, &options, run->context->arena);
}

/* JSON without a direction is change points only. Both directions share the level; other tools' p are two-sided. */
static void ask_newest(struct run *run)
{
    const struct changepoints_step *step = run->step;
    if (step->better != DIRECTION_NONE) {
        run->report->newest = ask(run, step->better, step->false_alarm_rate);
    } else if (!step->json) {
        double rate = step->method ? step->false_alarm_rate : step->false_alarm_rate / 2;
        run->report->newest = ask(run, DIRECTION_HIGHER, rate);
        run->report->newest_up = ask(run, DIRECTION_LOWER, rate);
    }
}

/* The newest row of a series has no value: the run under test is missing, whatever the one before it was. */
static bool newest_is_missing(const struct columns *columns)
{
    for (size_t i = 0; i < columns->n; i++)
        if (!columns->v[i].n || columns->v[i].row[columns->v[i].n - 1] + 1 < columns->rows)
            return true;
    return false;
}

static int code_of(const struct run *run)
{
    enum { MISSING = 3 };
    int codes[VERDICT_COUNT + 2];
    size_t n = run->step->better != DIRECTION_NONE ? gate_codes(&run->step->gate, run->report->newest, codes) : 0;
    if (run->step->gate.fails[VERDICT_MISSING] && newest_is_missing(run->report->columns))
        codes[n++] = MISSING;
    for (size_t i = 0; run->step->fails_on_change && i < run->report->columns->n; i++) {
        if (!run->found[i].n)
            continue;
        codes[n++] = 1;
        break;
    }
    return gate_worst(codes, n);
}

static int find_and_print(struct run *run, const struct columns *columns)
{
    struct context *context = run->context;
    size_t values = run->step->changes.method == CHANGES_HUNTER ? PIECE_HUNTER : PIECE_AUTO;
    run->piece = columns->rows < values ? values / (columns->rows + 1) + 1 : 1;
    size_t pieces = (columns->n + run->piece - 1) / run->piece;
    unsigned jobs = context_jobs(context), workers = jobs < pieces ? jobs : pieces ? (unsigned)pieces : 1;
    struct changes_report report = {.file = strcmp(run->step->file, "-") == 0 ? "standard input" : run->step->file, .columns = columns,
                                    .method = run->step->changes.method, .judge = run->step->method, .better = run->step->better};
    report.found = run->found = ARENA_ARRAY(context->arena, struct changes, columns->n + 1);
    run->report = &report;
    run->window = 4 * (size_t)workers;
    run->workers = ARENA_ARRAY(context->arena, struct worker, workers);
    struct pool_job job = job_of(run, workers);
    job.work = find_piece;
    job.deliver = next_piece;
    pool_run(&job);
    int code = context_interrupted(context);
    if (!code) {
        ask_newest(run);
        run->step->json ? print_json(run, workers) : print_text(run);
        code = code_of(run);
    }
    for (unsigned i = 0; i < workers; i++) {
        shuffles_close(&run->workers[i].shuffles);
        arena_close(&run->workers[i].arena);
    }
    return code;
}

int changepoints_run(struct context *context, const struct changepoints_step *step)
{
    struct run run = {.context = context, .step = step};
    struct columns columns;
    struct error err = {0};
    const char *bytes, *name = strcmp(step->file, "-") == 0 ? "standard input" : step->file;
    size_t len;
    if (!read_file(context, step->file, &bytes, &len, &err) ||
        !columns_read(bytes, len, name, &step->columns, &columns, context->arena, &err))
        return context_fail(context, &err);
    tell_passed_over(context, &columns);
    tell_notes(context, name, &columns);
    return find_and_print(&run, &columns);
}
