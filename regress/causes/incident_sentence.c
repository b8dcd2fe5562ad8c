#include "regress/causes/incident_sentence.h"

#include <math.h>
#include <string.h>

#include "regress/value.h"

/* "8.2–12.4 %", "12.4 %"; NULL when no change has a share. */
static const char *range_of(const struct incident *incident, bool improved, struct arena *arena)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < incident->members_n; i++) {
        double size = fabs(incident->members[i]->evidence.relative);
        if ((incident->members[i]->verdict == VERDICT_IMPROVEMENT) != improved || !isfinite(size))
            continue;
        least = fmin(least, size);
        most = fmax(most, size);
    }
    if (!isfinite(least))
        return NULL;
    const char *low = value_percent(least, arena), *high = value_percent(most, arena);
    return strcmp(low, high) == 0 ? low : arena_printf(arena, "%.*s–%s", (int)strcspn(low, " "), low, high);
}

static const char *by(const struct incident *incident, bool improved, struct arena *arena)
{
    const char *range = range_of(incident, improved, arena);
    return range ? arena_printf(arena, " by %s", range) : "";
}

static const char *when(const struct incident *incident, bool version_begins, struct arena *arena)
{
    if (incident->since_version[0] && version_begins)
        return arena_printf(arena, "%s %s", incident->this_run ? "with" : "since", incident->since_version);
    return incident->this_run ? "in this run" : arena_printf(arena, "since the run %s", incident->since_run);
}

const char *incident_sentence(const struct incident *incident, bool version_begins, struct arena *arena)
{
    size_t n = incident->members_n, improved = 0;
    for (size_t i = 0; i < n; i++)
        improved += incident->members[i]->verdict == VERDICT_IMPROVEMENT;
    const char *head = arena_printf(arena, "%zu of %zu KPI results%s%s", n, incident->judged, incident->scope[0] ? " of " : "", incident->scope);
    const char *since = when(incident, version_begins, arena);
    if (incident->kind == INCIDENT_MIXED)
        return arena_printf(arena, "%s changed %s, %zu for the worse%s and %zu for the better%s: one thing that trades them is likelier than %zu",
                            head, since, n - improved, by(incident, false, arena), improved, by(incident, true, arena), n);
    bool worse = incident->kind == INCIDENT_WORSE;
    size_t moved = worse ? incident->worse : incident->better;
    const char *more = moved > n ? arena_printf(arena, " (%zu more moved that way)", moved - n) : "";
    return arena_printf(arena, "%s got %s%s %s%s: one cause is likelier than %zu", head, worse ? "worse" : "better",
                        by(incident, !worse, arena), since, more, n);
}
