#include "proof/selftest.h"

#include <math.h>
#include <string.h>

#include "proof/inject.h"

enum { HALVINGS = 12 };
static const double LEAST = 1e-4;

struct work {
    struct arena *arena;
    const struct selftest_options *options;
    const struct record *entries, *history;
    size_t entries_n, history_n;
};

static bool is_chosen(const struct selftest_options *options, const struct kpi_rule *rule)
{
    const char *filter = options->analysis->kpi_filter;
    if (filter && filter[0] && !strstr(rule->name, filter))
        return false;
    return !rule->ignored && rule->better != DIRECTION_NONE && (!options->kpi || strcmp(options->kpi, rule->name) == 0);
}

static const struct analysis *analyse(const struct work *work, const struct record *entries)
{
    return analysis_run(work->arena, work->options->analysis, entries, work->entries_n, work->history, work->history_n);
}

/* Entries stand in one order in all analyses, which goes by their labels; each is a payload of its own. */
static const struct kpi_result *find_kpi(const struct analysis *analysis, const struct entry_result *like, const struct kpi_result *kpi)
{
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n && strcmp(analysis->entries[i].entry->id, like->entry->id) == 0; j++)
            if (strcmp(analysis->entries[i].kpis[j].rule->name, kpi->rule->name) == 0)
                return &analysis->entries[i].kpis[j];
    return NULL;
}

/* ---- the three analyses ---- */

static const struct analysis *analyse_same(const struct work *work, const struct analysis *as_is)
{
    struct record *copies = inject_copies(work->arena, work->entries, work->entries_n);
    for (size_t i = 0; i < as_is->entries_n; i++) {
        struct record *copy = &copies[as_is->entries[i].entry - work->entries];
        for (size_t j = 0; j < as_is->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &as_is->entries[i].kpis[j];
            for (size_t k = 0; k < copy->kpis_n; k++)
                if (isfinite(kpi->evidence.level) && strcmp(copy->kpis[k].name, kpi->rule->name) == 0)
                    copy->kpis[k].value = kpi->evidence.level;
        }
    }
    return analyse(work, copies);
}

static const struct analysis *analyse_changed(const struct work *work)
{
    const struct analysis_options *analysis = work->options->analysis;
    struct record *copies = inject_copies(work->arena, work->entries, work->entries_n);
    for (size_t i = 0; i < work->entries_n; i++)
        for (size_t k = 0; k < analysis->kpis_n; k++)
            if (is_chosen(work->options, &analysis->kpis[k]))
                inject_share(&copies[i], &analysis->kpis[k], work->options->share);
    return analyse(work, copies);
}

/* ---- one KPI alone ---- */

/* All repetitions of the payload's run are changed with it. */
static bool is_repetition(const struct entry_result *a, const struct entry_result *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->version, b->version) == 0 && strcmp(a->run_id, b->run_id) == 0;
}

static bool is_seen(const struct work *work, const struct selftest *selftest, const struct selftest_kpi *kpi, double share)
{
    struct arena scratch = {0};
    struct record *copies = inject_copies(&scratch, work->entries, work->entries_n);
    for (size_t i = 0; i < selftest->as_is->entries_n; i++) {
        const struct entry_result *other = &selftest->as_is->entries[i];
        if (is_repetition(other, kpi->entry))
            inject_share(&copies[other->entry - work->entries], kpi->changed->rule, share);
    }
    struct analysis_options options = *work->options->analysis;
    options.verdicts_only = true;
    const struct analysis *analysis = analysis_run(&scratch, &options, copies, work->entries_n, work->history, work->history_n);
    const struct kpi_result *result = find_kpi(analysis, kpi->entry, kpi->changed);
    bool seen = result && result->verdict == VERDICT_REGRESSION;
    arena_close(&scratch);
    return seen;
}

static double find_needed(const struct work *work, const struct selftest *selftest, const struct selftest_kpi *kpi)
{
    double low = kpi->seen_alone ? LEAST : work->options->share, high = kpi->seen_alone ? work->options->share : SELFTEST_MOST;
    if (!kpi->seen_alone && !is_seen(work, selftest, kpi, high))
        return INFINITY;
    for (int i = 0; i < HALVINGS && high > 1.02 * low; i++) {
        double mid = sqrt(low * high);
        *(is_seen(work, selftest, kpi, mid) ? &high : &low) = mid;
    }
    return high;
}

/* ---- all of it ---- */

static double value_of(const struct entry_result *entry, const char *name)
{
    double value;
    return record_kpi(entry->entry, name, &value) ? value : NAN;
}

static enum selftest_outcome outcome_of(const struct selftest_kpi *kpi)
{
    if (kpi->as_is && kpi->as_is->verdict == VERDICT_REGRESSION)
        return SELFTEST_ALREADY;
    return kpi->changed->verdict == VERDICT_REGRESSION ? SELFTEST_SEEN : SELFTEST_NOT_SEEN;
}

static void gather(const struct work *work, struct selftest *selftest)
{
    const struct analysis *changed = selftest->changed;
    selftest->kpis = ARENA_ARRAY(work->arena, struct selftest_kpi, work->entries_n * work->options->analysis->kpis_n + 1);
    for (size_t i = 0; i < changed->entries_n; i++) {
        for (size_t j = 0; j < changed->entries[i].kpis_n; j++) {
            struct selftest_kpi kpi = {.entry = &changed->entries[i], .changed = &changed->entries[i].kpis[j], .needed = NAN};
            if (!is_chosen(work->options, kpi.changed->rule) || kpi.changed->verdict == VERDICT_NOT_ANALYSED)
                continue;
            kpi.as_is = find_kpi(selftest->as_is, kpi.entry, kpi.changed);
            kpi.same = find_kpi(selftest->same, kpi.entry, kpi.changed);
            kpi.value = kpi.as_is ? kpi.as_is->evidence.value : NAN;
            kpi.changed_value = value_of(kpi.entry, kpi.changed->rule->name);
            kpi.outcome = outcome_of(&kpi);
            selftest->outcomes[kpi.outcome]++;
            selftest->same_regressions += kpi.same && kpi.same->verdict == VERDICT_REGRESSION;
            selftest->kpis[selftest->kpis_n++] = kpi;
        }
    }
}

struct selftest *selftest_run(struct arena *arena, const struct selftest_options *options, const struct record *entries, size_t entries_n,
                              const struct record *history, size_t history_n)
{
    struct work work = {arena, options, entries, history, entries_n, history_n};
    struct selftest *selftest = ARENA_NEW(arena, struct selftest);
    *selftest = (struct selftest){.options = options, .as_is = analyse(&work, entries), .known = !options->kpi};
    for (size_t i = 0; i < options->analysis->kpis_n; i++)
        selftest->known |= options->kpi && strcmp(options->analysis->kpis[i].name, options->kpi) == 0;
    selftest->same = analyse_same(&work, selftest->as_is);
    selftest->changed = analyse_changed(&work);
    gather(&work, selftest);
    for (size_t i = 0; i < selftest->kpis_n; i++) {
        struct selftest_kpi *kpi = &selftest->kpis[i];
        if (options->go_on && !options->go_on(options->context, i, selftest->kpis_n))
            return NULL;
        if (kpi->outcome == SELFTEST_ALREADY)
            continue;
        kpi->seen_alone = is_seen(&work, selftest, kpi, options->share);
        kpi->needed = find_needed(&work, selftest, kpi);
    }
    return selftest;
}

bool selftest_passes(const struct selftest *selftest)
{
    return selftest->outcomes[SELFTEST_SEEN] && !selftest->same_regressions && !selftest->outcomes[SELFTEST_NOT_SEEN];
}
