#include "history/kpi_census.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "history/record_list.h"

struct sample {
    const char *name, *unit;
    int64_t start_us;
    double value; /* of a list its median */
    size_t count; /* of a list; 0: a number */
};

static int by_name(const void *left, const void *right)
{
    const struct sample *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (!order)
        order = (a->count > 0) - (b->count > 0);
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

static bool same_kpi(const struct sample *a, const struct sample *b)
{
    return strcmp(a->name, b->name) == 0 && (a->count > 0) == (b->count > 0);
}

static void count_list(const struct sample *sample, struct kpi_count *kpi)
{
    kpi->list = sample->count > 0;
    kpi->shortest = !kpi->shortest || sample->count < kpi->shortest ? sample->count : kpi->shortest;
    kpi->longest = sample->count > kpi->longest ? sample->count : kpi->longest;
}

/* Of the samples [0, n), all of one KPI, ordered by start. */
static struct kpi_count count_kpi(struct arena *arena, const struct sample *samples, size_t n, double *room)
{
    struct kpi_count kpi = {.name = samples[0].name, .values = n, .first_us = samples[0].start_us, .last_us = samples[n - 1].start_us};
    size_t cap = 0;
    for (size_t i = 0; i < n; i++) {
        room[i] = samples[i].value;
        count_list(&samples[i], &kpi);
        count_unit(arena, &samples[i], &kpi, &cap);
    }
    qsort(room, n, sizeof(*room), by_value);
    kpi.min = room[0];
    kpi.median = middle(room, n);
    kpi.max = room[n - 1];
    return kpi;
}

/* What kpis[i] says; false: another of its list does. */
static bool sample_of(struct arena *arena, const struct record *record, size_t i, struct sample *sample)
{
    const struct kpi_value *kpi = &record->kpis[i];
    struct distribution list;
    *sample = (struct sample){kpi->name, record_unit(record, i), record->start_us, kpi->value, 0};
    if (record_list_place(record, i) != RECORD_LIST_COUNT)
        return record_list_place(record, i) == RECORD_LIST_NOT;
    sample->name = arena_strndup(arena, kpi->name, record_list_base(kpi->name, NULL));
    sample->unit = record_list_unit(record, sample->name);
    if (!record_list(record, sample->name, &list))
        return false;
    sample->value = list.part[DISTRIBUTION_P50];
    sample->count = list.count;
    return isfinite(sample->value);
}

struct kpi_census kpi_census_take(struct arena *arena, const struct record *records, size_t n)
{
    struct arena scratch = {0};
    LIST_OF(struct sample) samples = {0};
    LIST_OF(struct kpi_count) kpis = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < records[i].kpis_n; k++) {
            struct sample sample;
            if (sample_of(arena, &records[i], k, &sample))
                *LIST_ADD(&scratch, &samples) = sample;
        }
    double *room = ARENA_ARRAY(&scratch, double, samples.n + 1);
    if (samples.n)
        qsort(samples.v, samples.n, sizeof(*samples.v), by_name);
    for (size_t first = 0, end; first < samples.n; first = end) {
        for (end = first + 1; end < samples.n && same_kpi(&samples.v[first], &samples.v[end]); end++)
            ;
        *LIST_ADD(arena, &kpis) = count_kpi(arena, &samples.v[first], end - first, room);
    }
    arena_close(&scratch);
    return (struct kpi_census){kpis.v, kpis.n};
}
