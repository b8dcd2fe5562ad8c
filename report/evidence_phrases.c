#include "report/evidence_phrases.h"

#include <math.h>
#include <string.h>

#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/phrases.h"

static const char *people(const struct kpi_result *kpi, double value, struct arena *arena)
{
    return value_shown(kpi->rule, value, VALUE_PEOPLE, arena);
}

static const char *with_share(const struct kpi_result *kpi, double value, struct arena *arena)
{
    double share = value / fabs(kpi->evidence.level);
    return isfinite(share) && value != 0 ? arena_printf(arena, "%s (%s)", people(kpi, value, arena), value_percent(share, arena))
                                         : people(kpi, value, arena);
}

const char *evidence_phrases_p(const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (!isfinite(e->p_corrected))
        return "";
    return arena_printf(arena, "%s; after correction for %s%zu test%s %s, level %.4g", value_p(e->p, arena),
                        e->test ? "the other questions and " : "", analysis->tested, analysis->tested == 1 ? "" : "s", value_p(e->p_corrected, arena), analysis->options->false_alarm_rate);
}

const char *evidence_phrases_test(const struct analysis *analysis, const struct kpi_result *kpi, struct arena *arena)
{
    const struct check *decided = change_phrases_decided(kpi);
    const char *p = evidence_phrases_p(analysis, kpi, arena);
    const char *test = kpi->evidence.test ? kpi->evidence.test : decided ? change_phrases_check(decided, arena) : "";
    return p[0] && test[0] ? arena_printf(arena, "%s, p %s", test, p) : "";
}

const char *evidence_phrases_thresholds(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (!isfinite(e->relative_threshold) && !isfinite(e->absolute_threshold))
        return "";
    const char *relative = e->relative_threshold > 0 ? with_share(kpi, e->relative_threshold, arena) : "";
    const char *absolute = e->absolute_threshold > 0 ? people(kpi, e->absolute_threshold, arena) : "";
    if (!relative[0] && !absolute[0])
        return "no threshold";
    return arena_printf(arena, "%s%s%s", relative, relative[0] && absolute[0] ? ", and " : "", absolute);
}

const char *evidence_phrases_interval(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    return isfinite(e->low) && isfinite(e->high) ? arena_printf(arena, "%s to %s", people(kpi, e->low, arena), people(kpi, e->high, arena)) : "";
}

/* Of a list it begins with the part that decided; and not each sentence is of the KPI: "3 more runs would tell". */
const char *evidence_phrases_flip(const struct kpi_result *kpi, struct arena *arena)
{
    static const char *const verbs[] = {"would ", "will ", "cannot "};
    const char *flip = kpi->evidence.flip ? kpi->evidence.flip : "";
    const struct check *decided = change_phrases_decided(kpi);
    const char *part = decided && decided->kind == CHECK_DISTRIBUTION && decided->part ? decided->part : "";
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strncmp(flip, verbs[i], strlen(verbs[i])) == 0)
            return arena_printf(arena, "It %s", flip);
    bool of_part = part[0] && strncmp(flip, part, strlen(part)) == 0;
    return of_part ? arena_printf(arena, "Its %s", flip) : phrases_capital(flip, arena);
}

const char *evidence_phrases_repetitions(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (e->repetitions < 2)
        return "";
    const char *sd = isfinite(e->own_sd) ? arena_printf(arena, ", between which the sd is %s", people(kpi, e->own_sd, arena)) : "";
    return arena_printf(arena, "the mean of %zu%s", e->repetitions, sd);
}
