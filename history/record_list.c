#include "history/record_list.h"

#include <math.h>
#include <string.h>

static const char count_name[] = "count";

static const char *part_name(size_t i)
{
    return i < DISTRIBUTION_PARTS ? distribution_part_name((enum distribution_part)i) : count_name;
}

const char *record_list_name(struct arena *arena, const char *kpi, size_t i)
{
    return arena_printf(arena, "%s:%s", kpi, part_name(i));
}

size_t record_list_base(const char *name, size_t *part)
{
    const char *colon = strrchr(name, ':');
    for (size_t i = 0; colon && i < RECORD_LIST_NAMES; i++) {
        if (strcmp(colon + 1, part_name(i)) != 0)
            continue;
        if (part)
            *part = i;
        return (size_t)(colon - name);
    }
    return 0;
}

bool record_list(const struct record *record, const char *kpi, struct distribution *list)
{
    struct arena scratch = {0};
    double count;
    bool found = record_kpi(record, record_list_name(&scratch, kpi, DISTRIBUTION_PARTS), &count) && count >= 1 && count < 1e15;
    list->count = found ? (size_t)count : 0;
    for (size_t i = 0; i < DISTRIBUTION_PARTS; i++)
        if (!found || !record_kpi(record, record_list_name(&scratch, kpi, i), &list->part[i]) || !isfinite(list->part[i]))
            list->part[i] = NAN;
    arena_close(&scratch);
    return found;
}

const char *record_list_unit(const struct record *record, const char *kpi)
{
    struct arena scratch = {0};
    size_t i = record_kpi_index(record, record_list_name(&scratch, kpi, DISTRIBUTION_MEAN));
    arena_close(&scratch);
    return i < record->kpis_n ? record_unit(record, i) : "";
}

/* Whether kpis[i] is the count of a list. */
static bool is_count(const struct record *record, size_t i)
{
    size_t part;
    return record_list_base(record->kpis[i].name, &part) && part == DISTRIBUTION_PARTS;
}

enum record_list_place record_list_place(const struct record *record, size_t i)
{
    struct arena scratch = {0};
    double count;
    size_t len = record_list_base(record->kpis[i].name, NULL);
    if (!len)
        return RECORD_LIST_NOT;
    const char *kpi = arena_strndup(&scratch, record->kpis[i].name, len);
    bool kept = record_kpi(record, record_list_name(&scratch, kpi, DISTRIBUTION_PARTS), &count);
    arena_close(&scratch);
    return !kept ? RECORD_LIST_NOT : is_count(record, i) ? RECORD_LIST_COUNT : RECORD_LIST_PART;
}

bool record_has_lists(const struct record *record)
{
    for (size_t i = 0; i < record->kpis_n; i++)
        if (is_count(record, i))
            return true;
    return false;
}

size_t record_list_count(const struct record *record)
{
    size_t n = 0;
    for (size_t i = 0; i < record->kpis_n; i++)
        n += record_list_place(record, i) != RECORD_LIST_PART;
    return n;
}

struct record record_list_without(struct arena *arena, const struct record *record)
{
    struct record bare = *record;
    const char **units = record->units ? ARENA_ARRAY(arena, const char *, record->kpis_n + 1) : NULL;
    bare.kpis = ARENA_ARRAY(arena, struct kpi_value, record->kpis_n + 1);
    bare.kpis_n = 0;
    for (size_t i = 0; i < record->kpis_n; i++) {
        if (record_list_place(record, i) != RECORD_LIST_NOT)
            continue;
        if (units)
            units[bare.kpis_n] = record->units[i];
        bare.kpis[bare.kpis_n++] = record->kpis[i];
    }
    bare.units = units;
    return bare;
}
