/* gate_tables level|detect|export … — the tables of docs/statistics.md, by simulation, seeded.
 *
 *   level  REPLICATES SEED [NOISES [POINTS]]   the share of invocations with any regression when nothing changed
 *   detect REPLICATES SEED HISTORY [NOISES]    steps of 2, 3, 5 sd after 1 … 10 runs: ours beside the peers on the same series
 *   export REPLICATES SEED HISTORY [NOISES]    those series as text, for peers in other languages (bench/python_peers.py)
 *
 * NOISES: a bit for each family of bench/noise.h, 0x1ff (those that the promise names) by default; POINTS: only so many run points.
 * "Lower is better": the long tail of skewed noise is the worse side. No thresholds. Built as the target `gate_tables`. */
#include "bench/noise.h"

#include "detect/hunter.h"
#include "detect/method.h"
#include "regress/answers.h"

enum { KPIS_MAX = 24, POINTS_MAX = 256, STEPS = 4 };

static const char *const no_keys[] = {NULL}, *const version_key[] = {"version", NULL};
static const double steps[STEPS] = {0, 2, 3, 5};
static const size_t ages[] = {1, 2, 3, 5, 10};
enum { AGES = sizeof(ages) / sizeof(*ages) };

/* ---- the level ---- */

struct cell {
    enum noise noise;
    size_t points, kpis;
    double rate;
    enum correction correction;
};

struct rates {
    double any, suspect, cannot_tell; /* of invocations; of KPIs */
};

static void invoke(const struct cell *cell, uint64_t *random, struct rates *sum)
{
    struct arena arena = {0};
    struct record runs[POINTS_MAX + 1];
    struct kpi_rule rules[KPIS_MAX];
    for (size_t i = 0; i <= cell->points; i++) {
        runs[i] = build_record(arena_printf(&arena, "i%03zu", i), (int)i, arena_printf(&arena, "version=\"1.%zu\"", i), 0, &arena);
        runs[i].kpis = ARENA_ARRAY(&arena, struct kpi_value, cell->kpis);
        runs[i].kpis_n = cell->kpis;
    }
    for (size_t k = 0; k < cell->kpis; k++) {
        double x[POINTS_MAX + 1];
        const char *name = arena_printf(&arena, "k%02zu", k);
        noise_fill(cell->noise, x, cell->points + 1, random);
        rules[k] = (struct kpi_rule){.name = name, .better = DIRECTION_LOWER};
        for (size_t i = 0; i <= cell->points; i++)
            runs[i].kpis[k] = (struct kpi_value){name, x[i]};
    }
    /* 5 points are enough within one version */
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules,
                                       .kpis_n = cell->kpis, .min_history = cell->points < 8 ? (int)cell->points : 8,
                                       .false_alarm_rate = cell->rate, .suspect_level = .05, .correction = cell->correction};
    struct analysis *analysis = analysis_run(&arena, &options, &runs[cell->points], 1, runs, cell->points);
    sum->any += analysis->counts[VERDICT_REGRESSION] > 0;
    sum->suspect += (double)analysis->counts[VERDICT_SUSPECT] / (double)cell->kpis;
    sum->cannot_tell += (double)analysis->counts[VERDICT_CANNOT_TELL] / (double)cell->kpis;
    arena_close(&arena);
}

static void show_level(const struct cell *cell, int replicates, uint64_t seed)
{
    struct rates sum = {0};
    uint64_t random = seed * 1000003 + (uint64_t)cell->noise * 10007 + cell->points * 101 + cell->kpis;
    for (int i = 0; i < replicates; i++)
        invoke(cell, &random, &sum);
    printf(" %.4f (%.3f %.3f)", sum.any / replicates, sum.suspect / replicates, sum.cannot_tell / replicates);
    fflush(stdout);
}

static void level_tables(int replicates, uint64_t seed, unsigned noises, size_t only)
{
    static const size_t points[] = {5, 8, 12, 20, 30, 50, 100, 200}, kpis[] = {1, 8, 24};
    printf("any regression when nothing changed (share of KPIs that are suspect, cannot tell); 1, 8, 24 KPIs at .05; with 8 and 30 points then 8 KPIs at .01, "
           ".10, and at .05 by Holm\n");
    for (enum noise f = 0; f < NOISES; f++)
        for (size_t p = 0; p < sizeof(points) / sizeof(*points); p++) {
            if (!(noises >> f & 1) || (only && points[p] != only))
                continue;
            printf("%-16s n %3zu:", noise_names[f], points[p]);
            for (size_t k = 0; k < 3; k++)
                show_level(&(struct cell){f, points[p], kpis[k], .05, CORRECTION_BH}, replicates, seed);
            if (points[p] != 8 && points[p] != 30) {
                printf("\n");
                continue;
            }
            printf(" |");
            show_level(&(struct cell){f, points[p], 8, .01, CORRECTION_BH}, replicates, seed);
            show_level(&(struct cell){f, points[p], 8, .10, CORRECTION_BH}, replicates, seed);
            show_level(&(struct cell){f, points[p], 8, .05, CORRECTION_HOLM}, replicates, seed);
            printf("\n");
        }
}

/* ---- detection ---- */

struct bench {
    struct shuffles shuffles;
    struct arena arena;
    double x[POINTS_MAX];
    size_t n, age; /* with the newest; runs at the new level */
    bool declared; /* the KPI is declared as independent, with normal tails: what the peers take for granted */
};

/* The gate's p that the newest state is worse, since one of the newest age + 2 runs. */
static double gate_p(struct bench *b, double level)
{
    struct kpi_rule rule = {.name = "k", .better = DIRECTION_LOWER, .independent = b->declared, .normal_tails = b->declared};
    struct series s = {.rule = &rule, .x = b->x, .n = b->n - 1, .worse = SIDE_ABOVE};
    arena_clear(&b->arena);
    struct answers f = answers_of(&s, &b->shuffles, &b->arena);
    if (!f.tested)
        return 1;
    answers_resolve(&s, &f, &b->shuffles, level);
    size_t earliest = b->n - b->age - 2;
    f.recent.found = f.recent.found && f.recent.start >= earliest;
    f.step.found = f.step.found && f.step.start >= earliest;
    f.few.found = f.few.found && f.few.start >= earliest;
    const struct began *began;
    return answers_worse(&s, &f, &began);
}

static bool by_otava(struct bench *b)
{
    arena_clear(&b->arena);
    struct hunter_changes c = hunter_find(b->x, b->n, &(struct hunter_options){0}, &b->arena);
    for (size_t i = 0; i < c.n; i++)
        if (c.v[i].at + b->age + 2 >= b->n && c.v[i].mean_after > c.v[i].mean_before)
            return true;
    return false;
}

static bool by_method(struct bench *b, const struct method *method, size_t newest, double share)
{
    arena_clear(&b->arena);
    struct method_options options = method_defaults();
    options.share = share;
    struct method_question question = {b->x, b->n - newest, b->x + b->n - newest, newest, DIRECTION_LOWER};
    struct method_answer answer = method_judge(method, &question, &options, &b->arena);
    return answer.tested && answer.flagged && answer.worse;
}

enum peer { PEER_OTAVA, PEER_STDEV, PEER_ZSCORE, PEER_5, PEER_10, PEER_20, PEER_RANKS, PEERS };
static const char *const peer_names[PEERS] = {"Otava 0.8", "stdev", "zscore", "5 %", "10 %", "20 %", "Mann-Whitney"};

static bool by_peer(struct bench *b, enum peer peer)
{
    switch (peer) {
    case PEER_OTAVA: return by_otava(b);
    case PEER_STDEV: return by_method(b, &method_stdev, 1, 0);
    case PEER_ZSCORE: return by_method(b, &method_zscore, 1, 0);
    case PEER_5: return by_method(b, &method_threshold, 1, .05);
    case PEER_10: return by_method(b, &method_threshold, 1, .10);
    case PEER_20: return by_method(b, &method_threshold, 1, .20);
    case PEER_RANKS: return by_method(b, &method_mann_whitney, 3, 0);
    case PEERS: break;
    }
    return false;
}

/* The series of one cell: history runs and `age` more, sd 5 % of the level; the same noise for every step. */
static void fill(struct bench *b, enum noise noise, size_t history, double step, uint64_t *random)
{
    b->n = history + b->age;
    noise_fill(noise, b->x, b->n, random);
    for (size_t i = 0; i < b->n; i++)
        b->x[i] = 100 + 5 * (b->x[i] - 100 + (i >= history ? step : 0));
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The largest p of ours at which no more than `alarms` quiet series cry. */
static double matched(const double *quiet, int replicates, int alarms)
{
    double *sorted = malloc((size_t)replicates * sizeof(*sorted));
    memcpy(sorted, quiet, (size_t)replicates * sizeof(*sorted));
    qsort(sorted, (size_t)replicates, sizeof(*sorted), compare_doubles);
    int i = alarms < replicates ? alarms : replicates - 1;
    double limit = sorted[i];
    while (i > 0 && sorted[i - 1] == limit) /* all of the equal ones would be too many */
        i--;
    limit = i > 0 ? sorted[i - 1] : 0;
    free(sorted);
    return limit;
}

static double share_within(const double *p, int n, double limit)
{
    int within = 0;
    for (int i = 0; i < n; i++)
        within += p[i] <= limit;
    return (double)within / n;
}

struct totals {
    double difference, nominal;
    int cells, worse;
};

static void show_peers(int (*hits)[STEPS], double *const *p, const char *where, int replicates, struct totals *totals)
{
    for (enum peer peer = 0; peer < PEERS; peer++) {
        double rate = (double)hits[peer][0] / replicates, limit = matched(p[0], replicates, hits[peer][0]);
        printf("%s  %-12s %.4f", where, peer_names[peer], rate);
        for (size_t s = 1; s < STEPS; s++) {
            double theirs = (double)hits[peer][s] / replicates, ours = share_within(p[s], replicates, limit);
            double error = sqrt((theirs * (1 - theirs) + ours * (1 - ours)) / replicates);
            bool worse = ours < theirs - 3 * error - .05;
            printf("   %.3f %.3f%c (%.3f)", theirs, ours, worse ? '!' : ' ', share_within(p[s], replicates, rate));
            totals[peer].difference += ours - theirs;
            totals[peer].nominal += share_within(p[s], replicates, rate) - theirs;
            totals[peer].cells++;
            totals[peer].worse += worse;
        }
        printf("\n");
    }
}

static void detect_tables(int replicates, uint64_t seed, size_t history, unsigned noises, bool declared)
{
    struct bench b = {.declared = declared};
    struct totals totals[PEERS] = {{0}};
    double *p[STEPS];
    for (size_t s = 0; s < STEPS; s++)
        p[s] = malloc((size_t)replicates * sizeof(double));
    printf("peer, its false alarms; per step of 2, 3, 5 sd: its detection, ours at the same measured false alarms (! worse by more than 3 s.e. + 5 "
           "points), ours with the level set to that number; after that ours at .05 when quiet, and per step as regression, as regression or "
           "suspect\n");
    for (enum noise f = 0; f < NOISES; f++)
        for (size_t a = 0; a < AGES; a++) {
            if (!(noises >> f & 1))
                continue;
            int hits[PEERS][STEPS] = {{0}};
            char where[64];
            b.age = ages[a];
            snprintf(where, sizeof(where), "%-16s %zu+%-2zu", noise_names[f], history, b.age);
            for (size_t s = 0; s < STEPS; s++) {
                uint64_t random = seed * 1000003 + (uint64_t)f * 10007 + history * 101 + b.age;
                for (int r = 0; r < replicates; r++) {
                    fill(&b, f, history, steps[s], &random);
                    p[s][r] = gate_p(&b, .005);
                    for (enum peer peer = 0; peer < PEERS; peer++)
                        hits[peer][s] += by_peer(&b, peer);
                }
            }
            show_peers(hits, p, where, replicates, totals);
            printf("%s  ours         %.4f", where, share_within(p[0], replicates, .05));
            for (size_t s = 1; s < STEPS; s++)
                printf("   %.3f", share_within(p[s], replicates, .05));
            printf("\n");
            fflush(stdout);
        }
    for (enum peer peer = 0; peer < PEERS; peer++)
        printf("against %-12s: %d cells, worse in %d, mean difference %+.3f (level set to the number: %+.3f)\n", peer_names[peer],
               totals[peer].cells, totals[peer].worse, totals[peer].difference / totals[peer].cells, totals[peer].nominal / totals[peer].cells);
    for (size_t s = 0; s < STEPS; s++)
        free(p[s]);
    shuffles_close(&b.shuffles);
    arena_close(&b.arena);
}

static void export(int replicates, uint64_t seed, size_t history, unsigned noises)
{
    struct bench b = {0};
    for (enum noise f = 0; f < NOISES; f++)
        for (size_t a = 0; a < AGES; a++)
            for (size_t s = 0; s < STEPS && noises >> f & 1; s++) {
                b.age = ages[a];
                uint64_t random = seed * 1000003 + (uint64_t)f * 10007 + history * 101 + b.age;
                for (int r = 0; r < replicates; r++) {
                    fill(&b, f, history, steps[s], &random);
                    printf("%d\t%zu\t%g\t%d\t%d\t%.17g", (int)f, b.age, steps[s], by_peer(&b, PEER_OTAVA), 2 * by_peer(&b, PEER_STDEV) + by_peer(&b, PEER_ZSCORE), gate_p(&b, .005));
                    for (size_t i = 0; i < b.n; i++)
                        printf("\t%.17g", b.x[i]);
                    printf("\n");
                }
            }
    shuffles_close(&b.shuffles);
    arena_close(&b.arena);
}

static unsigned long number(int argc, char **argv, int i, unsigned long otherwise)
{
    return argc > i ? strtoul(argv[i], NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "level";
    int replicates = (int)number(argc, argv, 2, 1000);
    uint64_t seed = number(argc, argv, 3, 1);
    bool level = strcmp(what, "level") == 0;
    unsigned noises = (unsigned)number(argc, argv, level ? 4 : 5, (1u << NOISES_PROMISED) - 1);
    if (level)
        level_tables(replicates, seed, noises, number(argc, argv, 5, 0));
    else if (strcmp(what, "export") == 0)
        export(replicates, seed, number(argc, argv, 4, 30), noises);
    else
        detect_tables(replicates, seed, number(argc, argv, 4, 30), noises, argc > 6);
    return 0;
}
