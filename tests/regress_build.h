/* Records and noise for the tests of regress/ and report/: made in an arena, labels sorted. */
#ifndef TESTS_REGRESS_BUILD_H
#define TESTS_REGRESS_BUILD_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regress/analysis.h"
#include "detect/score.h"

static inline int build_compare(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->key, ((const struct label *)b)->key);
}

/* "version=\"v1\" gpu=8 lora=null": JSON texts without blanks in them. */
static inline void build_labels(struct record *record, const char *text, struct arena *arena)
{
    char *copy = arena_strdup(arena, text), *save = NULL;
    size_t words = 1;
    for (const char *c = text; *c; c++)
        words += *c == ' ';
    record->labels = ARENA_ARRAY(arena, struct label, words);
    record->labels_n = 0;
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *is = strchr(word, '=');
        *is = '\0';
        record->labels[record->labels_n++] = (struct label){word, is + 1};
    }
    qsort(record->labels, record->labels_n, sizeof(*record->labels), build_compare);
}

/* One KPI "speed"; day: start in days. */
static inline struct record build_record(const char *id, int day, const char *labels, double speed, struct arena *arena)
{
    struct record r = {.id = arena_strdup(arena, id), .start_us = day * 86400000000LL};
    r.where = arena_printf(arena, "runs/%s", id);
    build_labels(&r, labels, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, 1);
    r.kpis[0] = (struct kpi_value){"speed", speed};
    r.kpis_n = isnan(speed) ? 0u : 1u;
    return r;
}

static inline double build_uniform(uint64_t *random)
{
    return ((double)(score_random(random) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double build_gauss(uint64_t *random)
{
    double radius = sqrt(-2 * log(build_uniform(random)));
    return radius * cos(6.283185307179586 * build_uniform(random));
}

/* 100 + noise of a family: "gauss", "t3", "lognormal" (sigma .8), "AR(.3)". */
static inline void build_noise(const char *family, double *x, size_t n, uint64_t *random)
{
    double last = build_gauss(random);
    for (size_t i = 0; i < n; i++) {
        double g = build_gauss(random);
        if (strcmp(family, "t3") == 0) {
            double a = build_gauss(random), b = build_gauss(random), c = build_gauss(random);
            g /= sqrt((a * a + b * b + c * c) / 3);
        } else if (strcmp(family, "lognormal") == 0) {
            g = exp(.8 * g);
        } else if (strcmp(family, "AR(.3)") == 0) {
            g = last = .3 * last + sqrt(1 - .09) * g;
        }
        x[i] = 100 + g;
    }
}
#endif
