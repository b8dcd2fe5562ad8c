/* report_html [ENTRIES [POINTS [KPIS]]] [> page.html] — how long regression_report.html takes and how large it is, for so many
 * entries with a history of so many run points each: the page on standard output, the figures on standard error. Built as the
 * target `report_html`. */
#include <time.h>

#include "report/verdict_html.h"
#include "tests/regress_build.h"

enum { KPIS_MAX = 64 };

static const char *const keys[] = {"version", NULL}, *const none[] = {NULL}, *const ignored[] = {"ocp", NULL};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct record make(size_t entry, size_t point, const struct kpi_rule *rules, size_t kpis, uint64_t *random, struct arena *arena)
{
    const char *labels = arena_printf(arena, "version=\"v2.%zu.%zu\" model=\"model-%zu\" gpu=%zu batch=%zu ocp=\"4.%zu\" "
                                             "run_id=\"%zu/pull-ci-perf-main-gating/%zu/gating\" image=\"quay.io/example/image\"",
                                      point / 10, point % 10, entry, 1 + entry % 8, entry % 4, point % 7, 600 + point,
                                      1800000000000000000u + point);
    struct record r = build_record(arena_printf(arena, "%08zx-%08zx", entry, point), (int)(19000 + point), labels, 0, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, kpis);
    r.kpis_n = kpis;
    for (size_t k = 0; k < kpis; k++)
        r.kpis[k] = (struct kpi_value){rules[k].name, (100 + build_gauss(random)) * (double)(k + 1) * (entry % 9 == 8 && point >= 195 ? .8 : 1)};
    return r;
}

int main(int argc, char **argv)
{
    size_t entries_n = argc > 1 ? strtoul(argv[1], NULL, 10) : 50, points = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
    size_t kpis = argc > 3 ? strtoul(argv[3], NULL, 10) : 8;
    struct arena arena = {0};
    struct kpi_rule rules[KPIS_MAX];
    uint64_t random = 20261121;
    kpis = kpis > KPIS_MAX ? KPIS_MAX : kpis;
    for (size_t k = 0; k < kpis; k++)
        rules[k] = (struct kpi_rule){.name = arena_printf(&arena, "kpi_of_the_bench_%02zu", k), .help = "A KPI", .unit = "tokens/s",
                                     .better = DIRECTION_HIGHER, .format = "{:.2f}", .min_relative = .05};
    struct record *entries = ARENA_ARRAY(&arena, struct record, entries_n), *history = ARENA_ARRAY(&arena, struct record, entries_n * points);
    for (size_t i = 0; i < entries_n; i++) {
        entries[i] = make(i, points, rules, kpis, &random, &arena);
        for (size_t j = 0; j < points; j++)
            history[i * points + j] = make(i, j, rules, kpis, &random, &arena);
    }
    struct analysis_options options = {.comparison_keys = keys, .ignored_keys = ignored, .sorting_keys = none, .kpis = rules, .kpis_n = kpis,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    double start = seconds();
    struct analysis *analysis = analysis_run(&arena, &options, entries, entries_n, history, entries_n * points);
    double analysed = seconds();
    struct text out = text_open(1u << 30);
    struct error err = {0};
    bool ok = verdict_html_render(&out, NULL, analysis, NULL, &err);
    fprintf(stderr, "analysis %.3f s, page %.3f s, %.2f MB, %zu regressions\n", analysed - start, seconds() - analysed, (double)out.len / 1e6,
            analysis->counts[VERDICT_REGRESSION]);
    fwrite(out.s, 1, out.len, stdout);
    text_close(&out);
    arena_close(&arena);
    return ok ? 0 : 1;
}
