#include "history/kpi_census.h"

#include <stdlib.h>
#include <string.h>

struct sample {
    const char *name, *unit;
    int64_t start_us;
    double value;
};

static int by_name(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (order)
        return order;
    return a->start_us < b->start_us ? -1 : a->start_us > b->start_us;
}

static int by_value(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Between two numbers, also where their sum is too large to be one. */
static double middle(const double *sorted, size_t n)
{
    double low = sorted[(n - 1) / 2], high = sorted[n / 2];
    return low == high ? low : low / 2 + high / 2;
}

static void count_unit(struct arena *arena, const struct sample *sample, struct kpi_count *kpi, size_t *cap)
{
    struct kpi_census_unit *unit = NULL;
    for (size_t i = 0; i < kpi->units_n && !unit; i++)
        unit = strcmp(kpi->units[i].unit, sample->unit) == 0 ? &kpi->units[i] : NULL;
    if (!unit) {
        kpi->units = arena_grow(arena, kpi->units, kpi->units_n, cap, sizeof(*kpi->units));
        unit = &kpi->units[kpi->units_n++];
        *unit = (struct kpi_census_unit){.unit = sample->unit, .first_us = sample->start_us};
    }
    unit->values++;
    unit->last_us = sample->start_us;
}

/* Of the samples [0, n), all of one name, ordered by start. */
static struct kpi_count count_kpi(struct arena *arena, const struct sample *samples, size_t n, double *room)
{
    struct kpi_count kpi = {.name = samples[0].name, .values = n, .first_us = samples[0].start_us, .last_us = samples[n - 1].start_us};
    size_t cap = 0;
    for (size_t i = 0; i < n; i++) {
        room[i] = samples[i].value;
        count_unit(arena, &samples[i], &kpi, &cap);
    }
    qsort(room, n, sizeof(*room), by_value);
    kpi.min = room[0];
    kpi.median = middle(room, n);
    kpi.max = room[n - 1];
    return kpi;
}

struct kpi_census kpi_census_take(struct arena *arena, const struct record *records, size_t n)
{
    struct arena scratch = {0};
    LIST_OF(struct sample) samples = {0};
    LIST_OF(struct kpi_count) kpis = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < records[i].kpis_n; k++)
            *LIST_ADD(&scratch, &samples) = (struct sample){records[i].kpis[k].name, record_unit(&records[i], k), records[i].start_us,
                                                            records[i].kpis[k].value};
    double *room = ARENA_ARRAY(&scratch, double, samples.n + 1);
    if (samples.n)
        qsort(samples.v, samples.n, sizeof(*samples.v), by_name);
    for (size_t first = 0, end; first < samples.n; first = end) {
        for (end = first + 1; end < samples.n && strcmp(samples.v[first].name, samples.v[end].name) == 0; end++)
            ;
        *LIST_ADD(arena, &kpis) = count_kpi(arena, &samples.v[first], end - first, room);
    }
    arena_close(&scratch);
    return (struct kpi_census){kpis.v, kpis.n};
}
