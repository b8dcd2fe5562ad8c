#include "proof/calibrate.h"

#include <string.h>

#include "base/pool.h"
#include "proof/calibrate_advice.h"
#include "proof/calibrate_effects.h"
#include "proof/calibrate_take.h"
#include "proof/inject.h"

/* Replicates for detectable changes: as many in all, so many for each series. */
enum { EFFECTS_ALL = 10000, EFFECTS_LEAST = 25, EFFECTS_MOST = 100 };

/* ---- one shuffled invocation ---- */

/* A verdict of a shuffled series, the worst last: of several entries of one series the worst counts. */
enum found { FOUND_NOTHING, FOUND_CANNOT_TELL, FOUND_SUSPECT, FOUND_REGRESSION };

static unsigned char found_by(enum verdict verdict)
{
    return verdict == VERDICT_REGRESSION    ? FOUND_REGRESSION
           : verdict == VERDICT_SUSPECT     ? FOUND_SUSPECT
           : verdict == VERDICT_CANNOT_TELL ? FOUND_CANNOT_TELL
                                            : FOUND_NOTHING;
}

/* A piece of work for the pool: one shuffled invocation, judged. */
static void replicate(void *context, size_t piece, unsigned worker)
{
    struct calibrate_work *work = context;
    struct calibrate_room *room = &work->rooms[worker];
    unsigned char *found = work->found + (piece % work->window) * work->result->series_n;
    memset(found, 0, work->result->series_n);
    for (size_t c = 0; c < work->columns.n; c++) {
        calibrate_write(room, &work->columns.v[c], calibrate_seed(work, piece));
        arena_clear(&room->scratch);
    }
    struct analysis_options options = *work->options->analysis;
    options.workers = 1;
    options.verdicts_only = true;
    options.shuffles = &room->shuffles;
    const struct analysis *analysis = analysis_run(&room->arena, &options, room->copies + work->history_n, work->base.n - work->history_n,
                                                   room->copies, work->history_n);
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct calibrate_set *set = calibrate_set_of(work, (size_t)(analysis->entries[i].entry - room->copies));
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++) {
            size_t s = calibrate_series_of(work, set, analysis->entries[i].kpis[j].rule->name);
            unsigned char now = found_by(analysis->entries[i].kpis[j].verdict);
            if (s != SIZE_MAX && now > found[s])
                found[s] = now;
        }
    }
    arena_clear(&room->arena);
}

static bool tell_done(struct calibrate_work *work)
{
    work->done++;
    return !work->options->go_on || work->options->go_on(work->options->context, work->done, work->all);
}

/* The same one's verdicts, counted on the main thread, in order. */
static bool count(void *context, size_t piece)
{
    struct calibrate_work *work = context;
    struct calibration *result = work->result;
    const unsigned char *found = work->found + (piece % work->window) * result->series_n;
    bool any = false, suspect = false;
    for (size_t k = 0; k < result->kpis_n; k++) {
        bool kpi = false, kpi_suspect = false;
        for (size_t s = 0; s < result->series_n; s++) {
            if (strcmp(result->series[s].rule->name, result->kpis[k].rule->name) != 0 || !result->series[s].shuffled)
                continue;
            result->series[s].regressions += found[s] == FOUND_REGRESSION;
            result->series[s].suspects += found[s] == FOUND_SUSPECT;
            result->series[s].cannot_tell += found[s] == FOUND_CANNOT_TELL;
            kpi |= found[s] == FOUND_REGRESSION;
            kpi_suspect |= found[s] == FOUND_SUSPECT;
        }
        result->kpis[k].regressions += kpi;
        result->kpis[k].suspects += kpi_suspect;
        any |= kpi;
        suspect |= kpi_suspect;
    }
    result->alarms += any;
    result->suspects += suspect;
    return tell_done(work);
}

static bool next_series(void *context, size_t piece)
{
    struct calibrate_work *work = context;
    (void)piece;
    return tell_done(work);
}

/* ---- all of it ---- */

static size_t choose_effects(const struct calibrate_work *work)
{
    size_t given = work->options->effect_replicates, series = work->result->series_n;
    if (given != CALIBRATE_AS_MANY || !series)
        return given != CALIBRATE_AS_MANY ? given : 0;
    size_t each = EFFECTS_ALL / series;
    return each < EFFECTS_LEAST ? EFFECTS_LEAST : each > EFFECTS_MOST ? EFFECTS_MOST : each;
}

static void gather_kpis(struct calibrate_work *work)
{
    struct calibration *result = work->result;
    const struct analysis_options *options = work->options->analysis;
    result->kpis = ARENA_ARRAY(work->arena, struct calibrate_kpi, options->kpis_n + 1);
    for (size_t k = 0; k < options->kpis_n; k++) {
        struct calibrate_kpi kpi = {.rule = &options->kpis[k]};
        for (size_t s = 0; s < result->series_n; s++)
            if (result->series[s].shuffled && strcmp(result->series[s].rule->name, kpi.rule->name) == 0)
                kpi.series++;
        if (kpi.series)
            result->kpis[result->kpis_n++] = kpi;
    }
}

static bool run_pieces(struct calibrate_work *work)
{
    const struct calibrate_options *options = work->options;
    size_t series = work->result->effect_replicates ? work->result->series_n : 0;
    struct pool_job job = {.count = work->columns.n ? options->replicates : 0, .workers = options->workers, .window = work->window,
                           .context = work, .work = replicate, .deliver = count};
    work->all = job.count + series;
    if (!pool_run(&job))
        return false;
    job.count = work->columns.n ? series : 0;
    job.work = calibrate_effects_find;
    job.deliver = next_series;
    return pool_run(&job);
}

struct calibration *calibrate_run(struct arena *arena, const struct past *past, const struct calibrate_options *options)
{
    struct calibration *result = ARENA_NEW(arena, struct calibration);
    struct calibrate_work work = {.arena = arena, .past = past, .options = options, .result = result, .window = 2 * (size_t)options->workers};
    *result = (struct calibration){.past = past, .options = options, .names = past_names(arena, options->analysis, past),
                                   .newest = &past->runs[past->runs_n - 1]};
    calibrate_take(&work);
    result->label_sets = work.sets_n;
    calibrate_look(&work);
    gather_kpis(&work);
    result->effect_replicates = choose_effects(&work);
    work.found = ARENA_ARRAY(arena, unsigned char, work.window * result->series_n + 1);
    work.rooms = ARENA_ARRAY(arena, struct calibrate_room, options->workers);
    for (unsigned i = 0; i < options->workers; i++)
        work.rooms[i].copies = inject_copies(&work.rooms[i].keeps, work.base.v, work.base.n);
    bool complete = run_pieces(&work);
    for (unsigned i = 0; i < options->workers; i++) {
        shuffles_close(&work.rooms[i].shuffles);
        arena_close(&work.rooms[i].keeps);
        arena_close(&work.rooms[i].arena);
        arena_close(&work.rooms[i].scratch);
    }
    if (!complete)
        return NULL;
    result->false_alarms = proportion_of(result->alarms, work.columns.n ? options->replicates : 0, 0.95); /* nothing was shuffled: not known */
    for (size_t k = 0; k < result->kpis_n; k++)
        result->kpis[k].false_alarms = proportion_of(result->kpis[k].regressions, options->replicates, 0.95);
    for (size_t s = 0; s < result->series_n; s++)
        result->series[s].advice = calibrate_advice(arena, &result->series[s], options->analysis);
    return result;
}
