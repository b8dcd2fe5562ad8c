#include "regress/checks/control.h"

#include <math.h>
#include <string.h>

#include "regress/checks/beside.h"
#include "regress/matches.h"
#include "regress/value.h"

struct control_index {
    const struct analysis_options *options;
    struct beside **pinned; /* one per rule, in the rules' order; NULL: it has no pinned runs */
};

struct pinning {
    const struct analysis_options *options;
    const struct kpi_rule *rule;
};

static bool is_pinned(const void *context, const struct record *record)
{
    const struct pinning *p = context;
    double value;
    return series_counts(p->options, record, record, p->rule, &value) && matches_record(&p->rule->control.labels, record);
}

static bool has_pinned(const struct kpi_rule *rule)
{
    return !rule->control.kpi && rule->control.labels.n > 0;
}

static struct beside *open_pinned(struct arena *arena, const struct analysis_options *options, const struct kpi_rule *rule,
                                  const struct record *entries, size_t entries_n, const struct record *history, size_t history_n)
{
    const char **keys = ARENA_ARRAY(arena, const char *, rule->control.labels.n + 1);
    for (size_t i = 0; i < rule->control.labels.n; i++)
        keys[i] = rule->control.labels.v[i].key;
    struct pinning pinning = {options, rule};
    struct beside_options beside = {.analysis = options, .left_out = keys, .wanted = is_pinned, .context = &pinning};
    return beside_open(arena, &beside, entries, entries_n, history, history_n);
}

struct control_index *control_open(struct arena *arena, const struct analysis_options *options, const struct record *entries,
                                   size_t entries_n, const struct record *history, size_t history_n)
{
    struct control_index *index = NULL;
    for (size_t i = 0; i < options->kpis_n; i++) {
        if (!has_pinned(&options->kpis[i]))
            continue;
        if (!index) {
            index = ARENA_NEW(arena, struct control_index);
            *index = (struct control_index){options, ARENA_ARRAY(arena, struct beside *, options->kpis_n)};
        }
        index->pinned[i] = open_pinned(arena, options, &options->kpis[i], entries, entries_n, history, history_n);
    }
    return index;
}

/* The rules of entries may be copies with other thresholds: they are known by their names. */
static const struct beside *pinned_of(const struct control_index *index, const struct kpi_rule *rule)
{
    for (size_t i = 0; index && i < index->options->kpis_n; i++)
        if (strcmp(index->options->kpis[i].name, rule->name) == 0)
            return index->pinned[i];
    return NULL;
}

/* ---- the control of one run ---- */

/* One run: its repetitions, in history or in this invocation. */
struct run {
    const struct record *const *records;
    size_t n;
    int64_t start_us;
};

static const struct kpi_rule *rule_named(const struct analysis_options *options, const char *kpi)
{
    for (size_t i = 0; i < options->kpis_n; i++)
        if (strcmp(options->kpis[i].name, kpi) == 0)
            return &options->kpis[i];
    return NULL;
}

/* A control counts as any KPI does: in the unit of the entry's, not where it is left out by hand or stands for nothing. */
static bool control_counts(const struct analysis_options *options, const struct record *record, const struct record *entry,
                           const struct kpi_rule *rule, double *control)
{
    const struct kpi_rule *own = rule_named(options, rule->control.kpi);
    return own ? series_counts(options, record, entry, own, control) : record_kpi(record, rule->control.kpi, control);
}

/* Means over the repetitions that count and have the control. */
static bool control_kpi(const struct analysis_options *options, const struct record *entry, const struct kpi_rule *rule, const struct run *run,
                        double *value, double *control)
{
    double sums[2] = {0, 0}, x, c;
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++) {
        if (!series_counts(options, run->records[i], entry, rule, &x) || !control_counts(options, run->records[i], entry, rule, &c))
            continue;
        sums[0] += x;
        sums[1] += c;
        n++;
    }
    if (n == 0)
        return false;
    *value = sums[0] / (double)n;
    *control = sums[1] / (double)n;
    return true;
}

/* The pinned runs that an entry's runs may be divided by: all have the KPI. */
struct pinned {
    const struct kpi_rule *rule;
    struct beside_found found;
};

static double value_of(const struct pinned *pinned, const struct beside_record *beside)
{
    double value;
    return series_value(beside->record, pinned->rule, &value) ? value : NAN;
}

/* The mean over those of the same run_id; NAN: there is none. */
static double same_run(const struct pinned *pinned, const char *run)
{
    const struct beside_record *all = pinned->found.by_run;
    size_t low = 0, high = pinned->found.n, n = 0;
    double sum = 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(beside_run(all[mid].record), run) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < pinned->found.n && strcmp(beside_run(all[low].record), run) == 0; low++, n++)
        sum += value_of(pinned, &all[low]);
    return n ? sum / (double)n : NAN;
}

/* The latest that started by then, and not too long before; of several that started at once, their mean. */
static double latest_before(const struct pinned *pinned, int64_t start_us)
{
    const struct beside_found *all = &pinned->found;
    size_t low = 0, high = all->n, n = 0;
    double sum = 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (all->v[mid].record->start_us <= start_us)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 || !beside_near(start_us, all->v[low - 1].record->start_us))
        return NAN;
    int64_t latest = all->v[low - 1].record->start_us;
    for (size_t i = low; i > 0 && all->v[i - 1].record->start_us == latest; i--, n++)
        sum += value_of(pinned, &all->v[i - 1]);
    return sum / (double)n;
}

static double pinned_value(const struct pinned *pinned, const struct run *run)
{
    const char *id = beside_run(run->records[0]);
    double same = id[0] ? same_run(pinned, id) : NAN;
    return isnan(same) ? latest_before(pinned, run->start_us) : same;
}

/* ---- the series ---- */

static const char *name_of(const struct kpi_rule *rule, struct arena *arena)
{
    if (rule->control.kpi)
        return arena_printf(arena, "the control %s", rule->control.kpi);
    const char *labels = "";
    for (size_t i = 0; i < rule->control.labels.n; i++) {
        const struct label_match *match = &rule->control.labels.v[i];
        labels = arena_printf(arena, "%s%s%s=", labels, i ? " " : "", match->key);
        for (const char *const *value = match->values; *value; value++)
            labels = arena_printf(arena, "%s%s%s", labels, value == match->values ? "" : "|", label_shown(*value, arena));
    }
    return arena_printf(arena, "the control runs with %s", labels);
}

/* The values of all runs, this one last, and their controls, NAN where there is none. */
static void look_up(const struct beside *index, const struct selection *selection, const struct record *entry, struct series *series,
                    struct control_found *found, double *x, double *control, struct arena *arena)
{
    const struct kpi_rule *rule = series->rule;
    struct pinned pinned = {rule, index ? beside_find(index, entry, arena) : (struct beside_found){0}};
    const struct run own = {selection->own, selection->own_n, entry->start_us}, alone = {&entry, 1, entry->start_us};
    for (size_t i = 0; i <= series->n; i++) {
        const struct select_point *point = i < series->n ? series->from[i] : NULL;
        struct run run = point ? (struct run){point->records, point->records_n, point->start_us} : rule->control.kpi ? own : alone;
        x[i] = series->x[i];
        control[i] = NAN;
        if (rule->control.kpi)
            (void)control_kpi(selection->options, entry, rule, &run, &x[i], &control[i]);
        else if (matches_record(&rule->control.labels, run.records[0]))
            found->own++;
        else
            control[i] = pinned_value(&pinned, &run);
    }
}

static void keep_values(struct series *series, const double *values)
{
    size_t kept = 0, n = series->n;
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            continue;
        series->points[kept] = series->points[i];
        series->from[kept] = series->from[i];
        series->points[kept].value = series->x[kept] = values[i];
        kept++;
    }
    series->n = kept;
    series->x[kept] = values[n];
    series->has = !isnan(values[n]);
}

void control_divide(const struct control_index *index, const struct selection *selection, const struct record *entry, struct series *series,
                    struct arena *arena)
{
    const struct kpi_rule *rule = series->rule;
    if (!rule->control.kpi && (!has_pinned(rule) || matches_record(&rule->control.labels, entry)))
        return;
    struct control_found *found = ARENA_NEW(arena, struct control_found);
    double *x = ARENA_ARRAY(arena, double, series->n + 1), *control = ARENA_ARRAY(arena, double, series->n + 1);
    *found = (struct control_found){.name = name_of(rule, arena)};
    look_up(pinned_of(index, rule), selection, entry, series, found, x, control, arena);
    found->reference = reference_of(x, control, series->n + 1, arena);
    keep_values(series, found->reference.values);
    series->control = found;
}

const char *control_text(const struct control_found *found, struct arena *arena)
{
    if (!found)
        return NULL;
    const struct reference *r = &found->reference;
    const char *text = arena_printf(arena, "divided by %s", found->name);
    size_t gaps = r->no_control - (found->own < r->no_control ? found->own : r->no_control);
    if (gaps)
        text = arena_printf(arena, "%s, without %zu run%s that ha%s none", text, gaps, gaps == 1 ? "" : "s", gaps == 1 ? "s" : "ve");
    if (isnan(r->spread_before) || isnan(r->spread_after))
        return text;
    const char *before = value_percent(r->spread_before, arena), *after = value_percent(r->spread_after, arena);
    if (r->helps)
        return arena_printf(arena, "%s, run-to-run spread %s instead of %s", text, after, before);
    return arena_printf(arena, "%s, which does not help: run-to-run spread %s with it, %s without: the control scatters by itself", text, after, before);
}
