#include "proof/inject.h"

#include <math.h>
#include <string.h>

struct record *inject_copies(struct arena *arena, const struct record *records, size_t n)
{
    struct record *copies = arena_copy(arena, records, n * sizeof(*records));
    for (size_t i = 0; i < n; i++)
        copies[i].kpis = arena_copy(arena, records[i].kpis, records[i].kpis_n * sizeof(*records[i].kpis));
    return copies;
}

bool inject_is_of(const char *name, const struct kpi_rule *rule)
{
    size_t n = strlen(rule->name);
    return strncmp(name, rule->name, n) == 0 && (name[n] == '\0' || (name[n] == ':' && strcmp(name + n, ":count") != 0));
}

/* value + worse · share · |value| */
bool inject_share(struct record *copy, const struct kpi_rule *rule, double share)
{
    bool changed = false;
    double worse = rule->better == DIRECTION_HIGHER ? -1 : 1;
    for (size_t i = 0; i < copy->kpis_n; i++) {
        double value = copy->kpis[i].value, to = value + worse * share * fabs(value);
        if (!inject_is_of(copy->kpis[i].name, rule) || !isfinite(to) || to == value)
            continue;
        copy->kpis[i].value = to;
        changed = true;
    }
    return changed;
}
