#include "workload/judging_check.h"

#include <stdlib.h>
#include <string.h>

#include "config/options.h"

static bool in_names(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Not beyond the problems that are kept: looking for what is near takes its time. */
static const char *meant(struct problems *problems, const char *name, const char *const *names)
{
    const char *nearest = problems->errors < PROBLEMS_MAX ? option_nearest(name, names) : NULL;
    return nearest ? arena_printf(problems->arena, "; did you mean '%s'?", nearest) : "";
}

static void check_labels(const struct placed_names *used, const char *prefix, const char *const *labels, struct problems *problems)
{
    for (size_t i = 0; labels && i < used->n; i++)
        if (!in_names(labels, used->v[i].name) && !problems_doubted(problems, "payload", used->v[i].name))
            problems_add(problems, used->v[i].at, "%s%s: '%s' is not among payload.metadata.settings%s", prefix, used->v[i].what, used->v[i].name,
                         meant(problems, used->v[i].name, labels));
}

/* The KPIs by name. */
struct kpi_index {
    const struct kpi **sorted;
    const char **names; /* in the file's order, NULL-ended */
    size_t n;
};

static int compare_names(const void *a, const void *b)
{
    const struct kpi *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static struct kpi_index index_kpis(const struct workload *workload, struct arena *arena)
{
    struct kpi_index index = {ARENA_ARRAY(arena, const struct kpi *, workload->kpis_n + 1), ARENA_ARRAY(arena, const char *, workload->kpis_n + 1),
                              workload->kpis_n};
    for (size_t i = 0; i < index.n; i++) {
        index.sorted[i] = &workload->kpis[i];
        index.names[i] = workload->kpis[i].name;
    }
    qsort(index.sorted, index.n, sizeof(*index.sorted), compare_names);
    return index;
}

static const struct kpi *find_kpi(const struct kpi_index *index, const char *name)
{
    const struct kpi wanted = {.name = name}, *key = &wanted;
    const struct kpi **found = bsearch(&key, index->sorted, index->n, sizeof(*index->sorted), compare_names);
    return found ? *found : NULL;
}

/* ---- what KPIs are divided by ---- */

static const struct kpi *control_of(const struct kpi_index *index, const struct kpi *kpi)
{
    return kpi->judging.control.kpi ? find_kpi(index, kpi->judging.control.kpi) : NULL;
}

static void check_controls_known(const struct workload *workload, const struct kpi_index *index, struct problems *problems)
{
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *kpi = &workload->kpis[i];
        const char *name = kpi->judging.control.kpi;
        if (name && !find_kpi(index, name) && !problems_doubted(problems, "kpis", NULL))
            problems_add(problems, kpi->judging.control_at, "KPI '%s': reference: there is no KPI '%s'%s", kpi->name, name,
                         meant(problems, name, index->names));
    }
}

/* Told once, at the first of its KPIs in the file. */
static void tell_circle(const struct kpi_index *index, const struct kpi *start, struct problems *problems)
{
    enum { SHOWN = 10 };
    const struct kpi *first = start, *at = start;
    while ((at = control_of(index, at)) != start)
        first = at < first ? at : first;
    const char *way = first->name;
    size_t n = 0;
    for (at = control_of(index, first); at != first; at = control_of(index, at))
        if (n++ <= SHOWN)
            way = arena_printf(problems->arena, "%s → %s", way, n <= SHOWN ? at->name : "…");
    problems_add(problems, first->judging.control_at, "KPI '%s': reference: a circle: %s → %s", first->name, way, first->name);
}

/* Each KPI is walked over once: what was met on an earlier way leads nowhere new. */
static void check_circles(const struct workload *workload, const struct kpi_index *index, struct problems *problems)
{
    size_t *met = ARENA_ARRAY(problems->arena, size_t, workload->kpis_n + 1); /* on the way from which KPI, from 1; 0: not yet */
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *at = &workload->kpis[i];
        while (at && !met[at - workload->kpis]) {
            met[at - workload->kpis] = i + 1;
            at = control_of(index, at);
        }
        if (at && met[at - workload->kpis] == i + 1)
            tell_circle(index, at, problems);
    }
}

/* KPIs that `expect` names. */
static void check_expected(const struct workload *workload, const struct kpi_index *index, struct problems *problems)
{
    const struct placed_names *kpis = &workload->analyze.expected_kpis;
    for (size_t i = 0; i < kpis->n; i++)
        if (!find_kpi(index, kpis->v[i].name) && !problems_doubted(problems, "kpis", NULL))
            problems_add(problems, kpis->v[i].at, "analyze: %s: there is no KPI '%s'%s", kpis->v[i].what, kpis->v[i].name,
                         meant(problems, kpis->v[i].name, index->names));
}

/* The method of all KPIs may be `fixed` only where all have bounds. */
static void check_fixed(const struct workload *workload, struct problems *problems)
{
    const struct method_choice *all = &workload->analyze.method;
    for (size_t i = 0; all->method == &method_fixed && i < workload->kpis_n; i++) {
        const struct kpi *kpi = &workload->kpis[i];
        bool judged = kpi->better != BETTER_NONE && !kpi->ignored && !kpi->refused && !kpi->judging.method.method && !kpi->judging.exact;
        if (!judged || kpi->judging.low.has || kpi->judging.high.has)
            continue;
        problems_add(problems, all->at, "analyze: method: fixed needs bounds, and the KPI '%s' has neither bounds nor a method of its own", kpi->name);
        return;
    }
}

void judging_check_all(const struct workload *workload, const char *const *labels, struct problems *problems)
{
    struct kpi_index index = index_kpis(workload, problems->arena);
    for (size_t i = 0; i < workload->kpis_n; i++)
        check_labels(&workload->kpis[i].judging.labels, arena_printf(problems->arena, "KPI '%s': ", workload->kpis[i].name), labels, problems);
    check_controls_known(workload, &index, problems);
    check_circles(workload, &index, problems);
    check_labels(&workload->analyze.labels, "analyze: ", labels, problems);
    check_expected(workload, &index, problems);
    check_fixed(workload, problems);
}
