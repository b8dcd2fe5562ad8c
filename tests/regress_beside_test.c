/* regress: checks against what ran beside an entry: its control, its pair. */
#include <math.h>
#include <string.h>

#include "regress/acks/acks.h"
#include "regress/analysis.h"
#include "tests/regress_judged.h"

/* ---- controls ---- */

/* Machines that run 20 % slower now and then: the KPI moves with them, the ratio does not. */
static void test_control_kpi(void)
{
    static const struct {
        const char *what;
        bool control;
        double machine, own; /* factors of the newest run */
        double warm;         /* its control; NAN: none; 0: by the machine */
        double scatter;      /* of the control by itself */
        enum verdict verdict;
        const char *reason;
    } rows[] = {
        {"without a control a slow machine is a regression", false, 1.5, 1, 0, 0, VERDICT_REGRESSION, NULL},
        {"with one it is not", true, 1.5, 1, 0, 0, VERDICT_OK, "divided by the control warm, run-to-run spread "},
        {"what is the KPI's own still is", true, 1, 1.2, 0, 0, VERDICT_REGRESSION, "divided by the control warm"},
        {"hidden by a fast machine, seen through it", true, .8, 1.25, 0, 0, VERDICT_REGRESSION, "divided by the control warm"},
        {"no control in this run", true, 1, 1, NAN, 0, VERDICT_CANNOT_TELL, "no value of the control warm"},
        {"a control that scatters by itself", true, 1, 1, 0, .4, VERDICT_CANNOT_TELL, "which does not help"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        enum { N = 16 };
        struct record runs[N];
        uint64_t random = 5;
        for (size_t k = 0; k < N; k++) {
            bool last = k == N - 1;
            double machine = last ? rows[i].machine : 1 + .02 * build_gauss(&random), scatter = exp(rows[i].scatter * build_gauss(&random));
            double warm = last && isnan(rows[i].warm) ? NAN : 10 * machine * scatter;
            runs[k] = two(arena_printf(&arena, "i%02zu", k), (int)k, arena_printf(&arena, "version=\"v1.%zu\"", k),
                          (100 + noise[k % ROWS(noise)]) * machine * (last ? rows[i].own : 1), warm, &arena);
        }
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .control = {.kpi = rows[i].control ? "warm" : NULL}};
        struct analysis_options options = usual(&rule, 1);
        const struct kpi_result *kpi = &analysis_run(&arena, &options, &runs[N - 1], 1, runs, N)->entries[0].kpis[0];
        expect(rows[i].what, kpi, rows[i].verdict, CHECK_LEVEL, rows[i].reason);
        CHECK(kpi->evidence.measured == runs[N - 1].kpis[0].value, "%s: measured %g", rows[i].what, kpi->evidence.measured);
        CHECK(!kpi->evidence.control == !rows[i].control, "%s: control %s", rows[i].what, kpi->evidence.control);
        arena_close(&arena);
    }
}

/* Runs without a control are gaps; the level stays in the KPI's unit. */
static void test_control_gaps(void)
{
    struct arena arena = {0};
    enum { N = 14 };
    struct record runs[N];
    for (size_t k = 0; k < N; k++)
        runs[k] = two(arena_printf(&arena, "i%02zu", k), (int)k, arena_printf(&arena, "version=\"v1.%zu\"", k), 100 + noise[k % ROWS(noise)],
                      k == 3 ? NAN : k == 5 ? 0 : k == 6 ? -1 : 10, &arena);
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .control = {.kpi = "warm"}};
    struct analysis_options options = usual(&rule, 1);
    const struct kpi_result *kpi = &analysis_run(&arena, &options, &runs[N - 1], 1, runs, N)->entries[0].kpis[0];
    CHECK(kpi->evidence.points_n == N - 1 - 3, "%zu points", kpi->evidence.points_n);
    CHECK(fabs(kpi->evidence.level - 100) < 1, "level %g", kpi->evidence.level);
    CHECK(strstr(kpi->evidence.control, "without 3 runs that have none"), "'%s'", kpi->evidence.control);
    arena_close(&arena);
}

/* The run under test is its repetitions in this invocation, each divided by its own control: one odd repetition is not the run. */
static void test_control_repetitions(void)
{
    struct arena arena = {0};
    enum { N = 14, REPETITIONS = 5 };
    struct record runs[N], entries[REPETITIONS];
    for (size_t k = 0; k < N; k++)
        runs[k] = two(arena_printf(&arena, "i%02zu", k), (int)k, arena_printf(&arena, "version=\"v1.%02zu\" run_id=\"r%zu\"", k, k),
                      100 + noise[k % ROWS(noise)], 10, &arena);
    for (size_t k = 0; k < REPETITIONS; k++)
        entries[k] = two(arena_printf(&arena, "e%zu", k), N, "version=\"v2\" run_id=\"now\"", k == 2 ? 104 : k % 2 ? 199 : 200,
                         k == 2 ? 10 : 20, &arena);
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .control = {.kpi = "warm"}};
    struct analysis_options options = usual(&rule, 1);
    struct analysis *analysis = analysis_run(&arena, &options, entries, REPETITIONS, runs, N);
    for (size_t k = 0; k < REPETITIONS; k++) {
        const struct kpi_result *kpi = &analysis->entries[k].kpis[0];
        expect("repetitions with a control", kpi, VERDICT_OK, CHECK_LEVEL, NULL);
        CHECK(kpi->evidence.value == analysis->entries[0].kpis[0].evidence.value && kpi->evidence.repetitions == REPETITIONS, "entry %zu: %g of %zu",
              k, kpi->evidence.value, kpi->evidence.repetitions);
    }
    arena_close(&arena);
}

/* The pinned version runs beside each run: found by run_id, else by time, up to a week before. */
static void test_control_pinned(void)
{
    static const char *const values[] = {"\"v0.1\"", NULL};
    static const struct label_match match = {"version", values};
    static const struct {
        const char *what;
        int offset;    /* days by which the pinned runs are earlier; negative: later */
        bool same_run; /* by run_id */
        size_t points;
        enum verdict verdict;
    } rows[] = {
        {"at the same time", 0, false, 12, VERDICT_OK},
        {"in the same run, though later", -1, true, 12, VERDICT_OK},
        {"three days before", 3, false, 12, VERDICT_OK},
        {"later, and of another run", -1, false, 11, VERDICT_OK},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        enum { N = 13 };
        struct record runs[2 * N];
        for (size_t k = 0; k < N; k++) {
            double machine = k == N - 1 ? 1.5 : k % 2 ? 1.1 : .9;
            const char *run = arena_printf(&arena, "run_id=\"r%zu\"", k);
            runs[k] = build_record(arena_printf(&arena, "i%02zu", k), 10 * (int)k, arena_printf(&arena, "version=\"v1.%zu\" gpu=8 %s", k, run),
                                   (100 + noise[k]) * machine, &arena);
            runs[N + k] = build_record(arena_printf(&arena, "p%02zu", k), 10 * (int)k - rows[i].offset,
                                       arena_printf(&arena, "version=\"v0.1\" gpu=8 %s", rows[i].same_run ? run : ""), 50 * machine, &arena);
        }
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .control = {.labels = {&match, 1}}};
        struct analysis_options options = usual(&rule, 1);
        struct record entries[] = {runs[N - 1], runs[2 * N - 1]};
        struct analysis *analysis = analysis_run(&arena, &options, entries, rows[i].offset < 0 && !rows[i].same_run ? 1 : 2, runs, 2 * N);
        const struct kpi_result *kpi = NULL;
        for (size_t k = 0; k < analysis->entries_n; k++) {
            if (strcmp(analysis->entries[k].entry->id, "i12") == 0)
                kpi = &analysis->entries[k].kpis[0];
            else
                CHECK(!analysis->entries[k].kpis[0].evidence.control, "%s: a control run is judged as it is", rows[i].what);
        }
        if (rows[i].points < 12) {
            CHECK(kpi->verdict == VERDICT_CANNOT_TELL, "%s: %s", rows[i].what, verdict_name(kpi->verdict));
        } else {
            CHECK(kpi->verdict == rows[i].verdict, "%s: %s: %s", rows[i].what, verdict_name(kpi->verdict), kpi->evidence.reason);
            CHECK(kpi->evidence.points_n == rows[i].points, "%s: %zu points", rows[i].what, kpi->evidence.points_n);
            CHECK(strstr(kpi->evidence.reason, "the control runs with version=v0.1"), "%s: '%s'", rows[i].what, kpi->evidence.reason);
        }
        arena_close(&arena);
    }
}

/* ---- pairs ---- */

struct pairs {
    const char *what;
    size_t n;
    double factor;       /* candidate/baseline */
    double scatter;      /* of the pairs' common factor: machines */
    double min_relative; /* threshold */
    bool run_ids;
    size_t other_kpis; /* KPIs beside it, which nothing happens to: more tests */
    enum verdict verdict;
    const char *reason;
};

static struct analysis *run_pairs(const struct pairs *row, struct record *runs, struct kpi_rule *rules, struct analysis_options *options,
                                  struct arena *arena)
{
    uint64_t random = 3;
    size_t kpis = row->other_kpis + 1;
    for (size_t k = 0; k < kpis; k++)
        rules[k] = (struct kpi_rule){.name = arena_printf(arena, "k%02zu", k), .unit = "ms", .better = DIRECTION_LOWER, .min_relative = row->min_relative};
    for (size_t i = 0; i < 2 * row->n; i++) {
        bool candidate = i % 2;
        static double machine;
        machine = candidate ? machine : exp(row->scatter * build_gauss(&random));
        runs[i] = build_record(arena_printf(arena, "i%02zu", i), 1,
                               arena_printf(arena, "version=\"v%d\" gpu=8 pair_id=%zu variant=\"%s\" %s", candidate ? 2 : 1, i / 2, candidate ? "new" : "base",
                                            row->run_ids ? "run_id=\"now\"" : ""), 0, arena);
        runs[i].start_us += (int64_t)i * 1000000;
        runs[i].kpis = ARENA_ARRAY(arena, struct kpi_value, kpis);
        runs[i].kpis_n = kpis;
        for (size_t k = 0; k < kpis; k++)
            runs[i].kpis[k] = (struct kpi_value){rules[k].name, 100 * machine * (1 + .002 * build_gauss(&random)) * (candidate && k == 0 ? row->factor : 1)};
    }
    *options = usual(rules, kpis);
    options->pairing = (struct pairing){"pair_id", "variant", "\"base\""};
    return analysis_run(arena, options, runs, 2 * row->n, NULL, 0);
}

static void test_pairs(void)
{
    static const struct pairs rows[] = {
        {"eight pairs, 3 % slower on machines that differ by half", 8, 1.03, .5, 0, true, 0, VERDICT_REGRESSION, "candidate/baseline is 1.029 (2.9 % more, 1.027 … 1.032) in 8 pairs; p = 0.004 after"},
        {"the same without run_id", 8, 1.03, .5, 0, false, 0, VERDICT_REGRESSION, "in 8 pairs"},
        {"faster", 8, .97, .5, 0, true, 0, VERDICT_IMPROVEMENT, "% less"},
        {"equal", 8, 1, .5, 0, true, 0, VERDICT_OK, "in 8 pairs; p "},
        {"below the threshold", 8, 1.03, .5, .05, true, 0, VERDICT_OK, "a change below 5.0 % does not count"},
        {"four pairs are too few", 4, 1, .5, 0, true, 0, VERDICT_CANNOT_TELL, "a regression needs 5 pairs"},
        {"five pairs on one side are enough for one test", 5, 1.03, .5, 0, true, 0, VERDICT_REGRESSION, "in 5 pairs"},
        {"but not for ten", 5, 1.03, .5, 0, true, 9, VERDICT_SUSPECT, "alone, but p = "},
        {"nor is nothing told of equal ones", 5, 1, .5, 0, true, 9, VERDICT_CANNOT_TELL, "a regression needs 8 pairs"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct record runs[32];
        struct kpi_rule rules[16];
        struct analysis_options options;
        struct analysis *analysis = run_pairs(&rows[i], runs, rules, &options, &arena);
        size_t judged = 0, elsewhere = 0, baselines = 0;
        for (size_t k = 0; k < analysis->entries_n; k++) {
            const struct kpi_result *kpi = &analysis->entries[k].kpis[0];
            baselines += strstr(kpi->evidence.reason, "the baseline of pair ") != NULL;
            elsewhere += strstr(kpi->evidence.reason, "all pairs of a run are one test: judged with pair 0 (runs/i01)") != NULL;
            CHECK(kpi->evidence.repetitions == 1 && isnan(kpi->evidence.own_sd), "%s: runs of pairs are no repetitions of each other", rows[i].what);
            if (kpi->evidence.decided_by != CHECK_PAIRED) {
                CHECK(kpi->evidence.value == kpi->evidence.measured, "%s: each shows its own value, %g", rows[i].what, kpi->evidence.value);
                continue;
            }
            judged++;
            expect(rows[i].what, kpi, rows[i].verdict, CHECK_PAIRED, rows[i].reason);
            CHECK(kpi->verdict == VERDICT_CANNOT_TELL || fabs(kpi->evidence.relative - (rows[i].factor - 1)) < .004, "%s: %g", rows[i].what, kpi->evidence.relative);
        }
        CHECK(judged == 1 && elsewhere == rows[i].n - 1 && baselines == rows[i].n, "%s: %zu judged, %zu elsewhere, %zu baselines", rows[i].what, judged,
              elsewhere, baselines);
        CHECK(analysis->tested == rows[i].other_kpis + 1, "%s: %zu tests", rows[i].what, analysis->tested);
        arena_close(&arena);
    }
}

/* Pairs cancel what their runs share: a control has no effect on them, also where no run has a value of it. */
static void test_pairs_with_a_control(void)
{
    static const char *const old[] = {"\"old\"", NULL};
    static const struct label_match pinned = {"variant", old};
    static const struct pairs row = {"a control that no run has", 8, 1.03, .5, 0, true, 0, VERDICT_REGRESSION, "in 8 pairs"};
    struct arena arena = {0};
    struct record runs[32];
    struct kpi_rule rules[16];
    struct analysis_options options;
    run_pairs(&row, runs, rules, &options, &arena);
    rules[0].control.labels = (struct label_matches){&pinned, 1};
    struct analysis *analysis = analysis_run(&arena, &options, runs, 2 * row.n, NULL, 0);
    size_t judged = 0;
    for (size_t k = 0; k < analysis->entries_n; k++) {
        const struct kpi_result *kpi = &analysis->entries[k].kpis[0];
        judged += kpi->evidence.decided_by == CHECK_PAIRED;
        if (kpi->evidence.decided_by == CHECK_PAIRED)
            expect(row.what, kpi, row.verdict, CHECK_PAIRED, "; not divided by the control runs with variant=old: a pair cancels what its two runs share");
        CHECK(kpi->evidence.decided_by != CHECK_PAIRED || !kpi->evidence.control, "nothing is said to be divided");
    }
    CHECK(judged == 1 && analysis->tested == 1, "%zu judged, %zu tests", judged, analysis->tested);
    arena_close(&arena);
}

/* Baselines may have been stored before; what has another label, or is weeks away, is no baseline; thresholds in the KPI's unit count. */
static void test_pair_places(void)
{
    static const struct {
        const char *what, *labels; /* of the baselines */
        int days;                  /* before the candidates */
        double min_absolute;
        enum verdict verdict;
        const char *reason;
    } rows[] = {
        {"stored, of another run", "gpu=8 run_id=\"other\"", 2, 0, VERDICT_REGRESSION, "in 8 pairs"},
        {"stored weeks ago", "gpu=8 run_id=\"other\"", 30, 0, VERDICT_CANNOT_TELL, "no baseline of its pair (variant=base) was found"},
        {"other labels", "gpu=4 run_id=\"now\"", 0, 0, VERDICT_CANNOT_TELL, "no baseline of its pair (variant=base) was found"},
        {"a change below the absolute threshold", "gpu=8 run_id=\"now\"", 0, 20, VERDICT_OK, "a change below"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct record history[8], entries[8];
        for (size_t k = 0; k < 8; k++) {
            history[k] = build_record(arena_printf(&arena, "h%zu", k), 100 - rows[i].days,
                                      arena_printf(&arena, "version=\"v1\" pair_id=\"p%zu\" variant=\"base\" %s", k, rows[i].labels), 100 + noise[k], &arena);
            entries[k] = build_record(arena_printf(&arena, "e%zu", k), 100,
                                      arena_printf(&arena, "version=\"v2\" pair_id=\"p%zu\" variant=\"new\" gpu=8 run_id=\"now\"", k), 110 + noise[k], &arena);
        }
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .min_absolute = rows[i].min_absolute};
        struct analysis_options options = usual(&rule, 1);
        options.pairing = (struct pairing){"pair_id", "variant", "\"base\""};
        struct analysis *analysis = analysis_run(&arena, &options, entries, 8, history, 8);
        expect(rows[i].what, &analysis->entries[0].kpis[0], rows[i].verdict, CHECK_PAIRED, rows[i].reason);
        /* A run that is no pair is judged by its level, as ever. */
        struct record alone = build_record("alone", 200, "version=\"v3\" gpu=8", 100, &arena);
        analysis = analysis_run(&arena, &options, &alone, 1, history, 8);
        CHECK(analysis->entries[0].kpis[0].evidence.decided_by == CHECK_LEVEL, "not a pair");
        arena_close(&arena);
    }
}

/* What is left out by hand stands beside nothing: neither as a control, nor as a side of a pair, nor as the candidate that all pairs are told with. */
static void test_excluded(void)
{
    static const struct ack_run odd = {.text = "odd"};
    static const struct ack_exclusion out = {.line = {.reason = "broken fan", .place = "acks.yaml:1"}, .runs = &odd, .runs_n = 1};
    static const struct acks acks = {.file = "acks.yaml", .excluded = &out, .excluded_n = 1};
    static const struct {
        const char *what;
        size_t side;   /* of pair 0, the one that is left out: 0 the baseline, 1 the candidate */
        double factor; /* of its value */
    } rows[] = {{"the first candidate", 1, 1}, {"a baseline", 0, .1}};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct record runs[18];
        size_t judged = 0;
        for (size_t k = 0; k < ROWS(runs); k++)
            runs[k] = build_record(k == rows[i].side ? "odd" : arena_printf(&arena, "i%02zu", k), 1,
                                   arena_printf(&arena, "version=\"v%zu\" pair_id=%zu variant=\"%s\" run_id=\"now\"", k % 2, k / 2, k % 2 ? "new" : "base"),
                                   (100 + noise[k % ROWS(noise)]) * (k % 2 ? 1.1 : 1) * (k == rows[i].side ? rows[i].factor : 1), &arena);
        for (size_t k = 0; k < ROWS(runs); k++)
            runs[k].start_us += (int64_t)k;
        struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER};
        struct analysis_options options = usual(&rule, 1);
        options.pairing = (struct pairing){"pair_id", "variant", "\"base\""};
        options.acks = &acks;
        struct analysis *analysis = analysis_run(&arena, &options, runs, ROWS(runs), NULL, 0);
        for (size_t k = 0; k < analysis->entries_n; k++) {
            const struct kpi_result *kpi = &analysis->entries[k].kpis[0];
            if (kpi->evidence.decided_by != CHECK_PAIRED)
                continue;
            judged++;
            expect(rows[i].what, kpi, VERDICT_REGRESSION, CHECK_PAIRED, "in 8 pairs");
        }
        CHECK(judged == 1, "%s is left out: %zu judged", rows[i].what, judged);
        arena_close(&arena);
    }
}

/* The pinned run of one day was left out: the one before stands in its place. */
static void test_excluded_control(void)
{
    static const char *const values[] = {"\"v0.1\"", NULL};
    static const struct label_match match = {"version", values};
    static const struct ack_run odd = {.text = "odd"};
    static const struct ack_exclusion out = {.line = {.reason = "broken fan", .place = "acks.yaml:1"}, .runs = &odd, .runs_n = 1};
    static const struct acks acks = {.file = "acks.yaml", .excluded = &out, .excluded_n = 1};
    struct arena arena = {0};
    enum { N = 13 };
    struct record runs[2 * N];
    for (size_t k = 0; k < N; k++) {
        bool last = k == N - 1;
        runs[k] = build_record(arena_printf(&arena, "i%02zu", k), (int)k, arena_printf(&arena, "version=\"v1.%02zu\" gpu=8", k), 100 + noise[k], &arena);
        runs[N + k] = build_record(last ? "odd" : arena_printf(&arena, "p%02zu", k), (int)k, "version=\"v0.1\" gpu=8", last ? 20 : 50, &arena);
    }
    struct kpi_rule rule = {.name = "speed", .unit = "ms", .better = DIRECTION_LOWER, .control = {.labels = {&match, 1}}};
    struct analysis_options options = usual(&rule, 1);
    options.acks = &acks;
    const struct kpi_result *kpi = &analysis_run(&arena, &options, &runs[N - 1], 1, runs, 2 * N)->entries[0].kpis[0];
    expect("a control that is left out", kpi, VERDICT_OK, CHECK_LEVEL, "the control runs with version=v0.1");
    arena_close(&arena);
}

int main(void)
{
    test_control_kpi();
    test_control_gaps();
    test_control_repetitions();
    test_control_pinned();
    test_pairs();
    test_pairs_with_a_control();
    test_pair_places();
    test_excluded();
    test_excluded_control();
    return check_end();
}
