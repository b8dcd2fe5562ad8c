#include "workload/judging_check.h"

#include <string.h>

#include "config/options.h"

static bool in_names(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static const char *meant(struct arena *arena, const char *name, const char *const *names)
{
    const char *nearest = option_nearest(name, names);
    return nearest ? arena_printf(arena, "; did you mean '%s'?", nearest) : "";
}

static void check_labels(const struct placed_names *used, const char *prefix, const char *const *labels, struct problems *problems)
{
    for (size_t i = 0; labels && i < used->n; i++)
        if (!in_names(labels, used->v[i].name) && !problems_doubted(problems, "payload", used->v[i].name))
            problems_add(problems, used->v[i].at, "%s%s: '%s' is not among payload.metadata.settings%s", prefix, used->v[i].what, used->v[i].name,
                         meant(problems->arena, used->v[i].name, labels));
}

static const struct kpi *find_kpi(const struct workload *workload, const char *name)
{
    for (size_t i = 0; i < workload->kpis_n; i++)
        if (strcmp(workload->kpis[i].name, name) == 0)
            return &workload->kpis[i];
    return NULL;
}

static const char *const *kpi_names(const struct workload *workload, struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, workload->kpis_n + 1);
    for (size_t i = 0; i < workload->kpis_n; i++)
        names[i] = workload->kpis[i].name;
    return names;
}

/* "a → b → a" when dividing leads back to `kpi`, and it is the first of the circle in the file's order; else NULL. */
static const char *circle_of(const struct workload *workload, const struct kpi *kpi, struct arena *arena)
{
    const char *way = kpi->name;
    const struct kpi *at = kpi;
    for (size_t steps = 0; steps <= workload->kpis_n && at && at->judging.control.kpi; steps++) {
        at = find_kpi(workload, at->judging.control.kpi);
        if (!at || at < kpi)
            return NULL;
        way = arena_printf(arena, "%s → %s", way, at->name);
        if (at == kpi)
            return way;
    }
    return NULL;
}

static void check_control(const struct workload *workload, const struct kpi *kpi, struct problems *problems)
{
    const char *name = kpi->judging.control.kpi;
    if (!name)
        return;
    if (!find_kpi(workload, name)) {
        if (!problems_doubted(problems, "kpis", NULL))
            problems_add(problems, kpi->judging.control_at, "KPI '%s': reference: there is no KPI '%s'%s", kpi->name, name,
                         meant(problems->arena, name, kpi_names(workload, problems->arena)));
        return;
    }
    const char *circle = circle_of(workload, kpi, problems->arena);
    if (circle)
        problems_add(problems, kpi->judging.control_at, "KPI '%s': reference: a circle: %s", kpi->name, circle);
}

/* KPIs that `expect` names, and what --method would not have. */
static void check_expected(const struct workload *workload, struct problems *problems)
{
    const struct placed_names *kpis = &workload->analyze.expected_kpis;
    for (size_t i = 0; i < kpis->n; i++)
        if (!find_kpi(workload, kpis->v[i].name) && !problems_doubted(problems, "kpis", NULL))
            problems_add(problems, kpis->v[i].at, "analyze: %s: there is no KPI '%s'%s", kpis->v[i].what, kpis->v[i].name,
                         meant(problems->arena, kpis->v[i].name, kpi_names(workload, problems->arena)));
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
    for (size_t i = 0; i < workload->kpis_n; i++) {
        check_labels(&workload->kpis[i].judging.labels, arena_printf(problems->arena, "KPI '%s': ", workload->kpis[i].name), labels, problems);
        check_control(workload, &workload->kpis[i], problems);
    }
    check_labels(&workload->analyze.labels, "analyze: ", labels, problems);
    check_expected(workload, problems);
    check_fixed(workload, problems);
}
