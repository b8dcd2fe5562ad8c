#include "regress/causes/varying.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "detect/law.h"
#include "detect/score.h"
#include "regress/select.h"
#include "regress/value.h"

static const double ROUNDING = 1e-13; /* of a mean */

/* Values in groups and levels; both counted from 0 without holes. */
struct table {
    double *r; /* values less the mean of their level */
    const size_t *codes, *levels;
    size_t n, groups, levels_n;
    double *sums; /* room, by group */
    size_t *sizes;
    double total; /* sum of squares of r */
};

static size_t largest(const size_t *codes, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = codes[i] > most ? codes[i] : most;
    return most;
}

static size_t count_used(const size_t *sizes, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += sizes[i] > 0;
    return used;
}

static struct table table_of(const double *x, const size_t *codes, const size_t *levels, size_t n, struct arena *scratch)
{
    struct table t = {.r = ARENA_ARRAY(scratch, double, n + 1), .codes = codes, .levels = levels, .n = n};
    size_t groups = largest(codes, n) + 1, levels_n = largest(levels, n) + 1, *in_level = ARENA_ARRAY(scratch, size_t, levels_n);
    double *mean = ARENA_ARRAY(scratch, double, levels_n);
    t.sums = ARENA_ARRAY(scratch, double, groups);
    t.sizes = ARENA_ARRAY(scratch, size_t, groups);
    for (size_t i = 0; i < n; i++) {
        in_level[levels[i]]++;
        t.sizes[codes[i]]++;
    }
    for (size_t i = 0; i < n; i++)
        mean[levels[i]] += x[i] / (double)in_level[levels[i]]; /* which no large value can carry beyond the largest double */
    for (size_t i = 0; i < n; i++) {
        t.r[i] = x[i] - mean[levels[i]];
        if (fabs(t.r[i]) < ROUNDING * fabs(x[i]))
            t.r[i] = 0;
        t.total += t.r[i] * t.r[i];
    }
    t.levels_n = count_used(in_level, levels_n);
    t.groups = count_used(t.sizes, groups);
    return t;
}

/* The part of the sum of squares that lies between the groups. */
static double between(const struct table *t, const double *r)
{
    double sum = 0;
    size_t groups = largest(t->codes, t->n) + 1;
    memset(t->sums, 0, groups * sizeof(*t->sums));
    for (size_t i = 0; i < t->n; i++)
        t->sums[t->codes[i]] += r[i];
    for (size_t g = 0; g < groups; g++)
        sum += t->sizes[g] ? t->sums[g] * t->sums[g] / (double)t->sizes[g] : 0;
    return sum;
}

static struct varying_share share_of(const struct table *t)
{
    struct varying_share none = {0, 1};
    if (t->groups < 2 || t->n < VARYING_RUNS_MIN || t->n < t->levels_n + t->groups || !(t->total > 0) || !isfinite(t->total))
        return none;
    double df = (double)(t->groups - 1), rest = (double)(t->n - t->levels_n - t->groups + 1);
    double ssb = fmin(between(t, t->r), t->total), msw = (t->total - ssb) / rest;
    double share = (ssb - df * msw) / (t->total + msw);
    if (!(share > 0))
        return none;
    return (struct varying_share){share, msw > 0 ? law_f_upper(ssb / df / msw, df, rest) : 0};
}

struct varying_share varying_share_of(const double *x, const size_t *codes, const size_t *levels, size_t n, struct arena *scratch)
{
    if (n == 0)
        return (struct varying_share){0, 1};
    struct table t = table_of(x, codes, levels, n, scratch);
    return share_of(&t);
}

/* Values change places within their level. */
static void shuffle(const size_t *starts, double *r, size_t n, uint64_t *random)
{
    for (size_t i = n; i-- > 0;) {
        size_t j = starts[i] + (size_t)(score_random(random) % (i - starts[i] + 1));
        double swapped = r[i];
        r[i] = r[j];
        r[j] = swapped;
    }
}

/* Stops when no number of draws could bring it to `limit` any more. */
static double permutation_p(const struct table *t, double limit, struct arena *scratch)
{
    uint64_t random = SCORE_SEED;
    double *r = arena_copy(scratch, t->r, t->n * sizeof(*r)), seen = between(t, t->r) * (1 - 1e-12);
    size_t hits = 0, draws = 0, *starts = ARENA_ARRAY(scratch, size_t, t->n);
    for (size_t i = 0; i < t->n; i++)
        starts[i] = i > 0 && t->levels[i] == t->levels[i - 1] ? starts[i - 1] : i;
    while (draws < VARYING_DRAWS && (double)(hits + 1) / (VARYING_DRAWS + 1) <= limit) {
        shuffle(starts, r, t->n, &random);
        hits += between(t, r) >= seen;
        draws++;
    }
    return (double)(hits + 1) / (double)(draws + 1);
}

/* ---- one label of one entry ---- */

/* Values, groups and levels of the run points of a KPI. */
struct points {
    double *x;
    size_t *codes, *levels, n;
};

/* The label's value in all repetitions, or NULL when they differ. */
static const char *value_of(const struct select_point *run, const char *key)
{
    const char *first = record_label_or_null(run->records[0], key);
    for (size_t i = 1; i < run->records_n; i++)
        if (strcmp(record_label_or_null(run->records[i], key), first) != 0)
            return NULL;
    return first;
}

/* What the label is in the runs of an entry, coded when a KPI asks for the run. */
struct coding {
    const char *key;
    const struct select_point *runs;
    size_t *codes; /* by run: code + 1, NO_CODE when its repetitions differ, 0 when nobody asked yet */
    const char **values;
    size_t n, cap;
};
static const size_t NO_CODE = SIZE_MAX;

static size_t code_of(struct coding *coding, const struct select_point *run)
{
    size_t *code = &coding->codes[run - coding->runs], i = 0;
    if (*code)
        return *code;
    const char *value = value_of(run, coding->key);
    while (value && i < coding->n && coding->values[i] != value && strcmp(coding->values[i], value) != 0)
        i++;
    if (value && i == coding->n && coding->n < coding->cap)
        coding->values[coding->n++] = value;
    *code = value && i < coding->n ? i + 1 : NO_CODE;
    return *code;
}

/* False when it has so many values that no group is left to compare with another. */
static bool points_of(const struct evidence *e, struct coding *coding, struct points *points, struct arena *scratch)
{
    *points = (struct points){.x = ARENA_ARRAY(scratch, double, e->points_n), .codes = ARENA_ARRAY(scratch, size_t, e->points_n),
                              .levels = ARENA_ARRAY(scratch, size_t, e->points_n)};
    for (size_t i = 0; i < e->points_n; i++) {
        size_t code = code_of(coding, e->points[i].run);
        if (code == NO_CODE)
            continue;
        points->x[points->n] = e->points[i].value;
        points->codes[points->n] = code - 1;
        points->levels[points->n++] = e->points[i].level;
    }
    return coding->n < coding->cap;
}

static bool is_judged(const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    return e->points_n >= VARYING_RUNS_MIN && e->points[0].level > 0 && e->points[0].run;
}

static const char *sentence(const struct varying *varying, struct arena *arena)
{
    struct text key = text_open(1 << 16);
    text_add_line(&key, varying->key);
    const char *said = arena_printf(arena, "'%s' explains %s of the spread of %s: it should be a comparison key, or be compared", key.s,
                                    value_percent(varying->share, arena), varying->kpi);
    text_close(&key);
    return said;
}

static void confirm(struct varying *varying, const struct kpi_result *kpi, struct coding *coding, size_t looked_at, struct arena *arena,
                    struct arena *scratch)
{
    struct points points;
    points_of(&kpi->evidence, coding, &points, scratch);
    struct table t = table_of(points.x, points.codes, points.levels, points.n, scratch);
    double many = (double)(looked_at < VARYING_KPIS_MAX ? looked_at : VARYING_KPIS_MAX);
    varying->p = fmin(1, fmax(varying->p, permutation_p(&t, VARYING_P / many, scratch) * many));
    varying->found = varying->p <= VARYING_P ? sentence(varying, arena) : NULL;
}

static struct varying explain(const struct entry_result *entry, const char *key, struct arena *arena)
{
    struct varying varying = {.key = key, .p = 1};
    struct arena scratch = {0};
    struct coding coding = {.key = key, .runs = entry->selection->points, .cap = VARYING_VALUES_MAX,
                            .codes = ARENA_ARRAY(&scratch, size_t, entry->selection->points_n + 1),
                            .values = ARENA_ARRAY(&scratch, const char *, VARYING_VALUES_MAX)};
    const struct kpi_result *best = NULL;
    size_t looked_at = 0;
    for (size_t i = 0; i < entry->kpis_n; i++) {
        const struct kpi_result *kpi = &entry->kpis[i];
        struct points points;
        if (!is_judged(kpi))
            continue;
        looked_at++;
        if (!points_of(&kpi->evidence, &coding, &points, &scratch)) {
            arena_close(&scratch);
            return (struct varying){.key = key, .p = 1};
        }
        struct varying_share share = varying_share_of(points.x, points.codes, points.levels, points.n, &scratch);
        if (share.share > varying.share) {
            varying = (struct varying){.key = key, .kpi = kpi->rule->name, .share = share.share, .p = share.p};
            best = kpi;
        }
    }
    varying.p = fmin(1, varying.p * (double)looked_at);
    if (best && varying.share >= VARYING_MUCH && varying.p <= VARYING_P)
        confirm(&varying, best, &coding, looked_at, arena, &scratch);
    arena_close(&scratch);
    return varying;
}

void varying_find(struct analysis *analysis, struct arena *arena)
{
    for (size_t i = 0; i < analysis->entries_n; i++) {
        struct entry_result *entry = &analysis->entries[i];
        size_t n = 0;
        while (entry->varying && entry->varying[n])
            n++;
        struct varying *explained = ARENA_ARRAY(arena, struct varying, n + 1);
        for (size_t k = 0; k < n; k++)
            explained[k] = explain(entry, entry->varying[k], arena);
        entry->explained = explained;
    }
}
