/* verdict_growth — how the time of an analysis and its outputs grows with entries, run points of each, KPIs and labels of a record. A third of
 * the KPI results changed in one of the last 25 runs, an extra label in ten varies and is ignored. Each row is a process of its own. Built as the
 * target `verdict_growth`; with four numbers (entries, points, KPIs, extra labels) only that row. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report/verdict_html.h"
#include "report/verdict_json.h"
#include "tests/regress_build.h"

struct size {
    size_t entries, points, kpis, labels;
};

static const struct size sizes[] = {
    {50, 200, 8, 10}, {50, 2000, 8, 10}, {10, 1000, 8, 10}, {10, 10000, 8, 10}, {200, 50, 8, 10}, {200, 500, 8, 10},
    {1000, 10, 8, 10}, {10000, 10, 1, 10}, {50, 200, 80, 10}, {50, 200, 8, 100},
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double changed(const struct size *size, size_t entry, size_t kpi, size_t point)
{
    size_t mark = (entry * 7919 + kpi * 104729) % 1000003;
    return mark % 3 == 0 && point + 3 * (mark % 9) >= size->points ? .85 : 1;
}

static const char *labels_of(const struct size *size, size_t entry, size_t point, struct arena *arena)
{
    const char *labels = arena_printf(arena, "version=\"v2.%zu.%zu\" model=\"model-%zu\" gpu=%zu run_id=\"%zu/gating\"", point / 10, point % 10, entry,
                                      1 + entry % 8, 600 + point);
    for (size_t i = 0; i < size->labels; i++)
        labels = arena_printf(arena, "%s label_%zu=\"%zu\"", labels, i, i % 10 == 0 ? point / 3 % 50 : i);
    return labels;
}

static struct record make(const struct size *size, size_t entry, size_t point, const struct kpi_rule *rules, uint64_t *random, struct arena *arena)
{
    struct record r = build_record(arena_printf(arena, "%08zx-%08zx", entry, point), (int)(15000 + point), labels_of(size, entry, point, arena), 0, arena);
    r.kpis = ARENA_ARRAY(arena, struct kpi_value, size->kpis);
    r.kpis_n = size->kpis;
    for (size_t k = 0; k < size->kpis; k++)
        r.kpis[k] = (struct kpi_value){rules[k].name, (100 + build_gauss(random)) * (double)(k + 1) * changed(size, entry, k, point)};
    return r;
}

static void count_bytes(void *context, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)context += n;
}

static void tell(const struct size *size, const struct analysis *analysis, const double times[4])
{
    struct text out = text_open(1u << 30);
    struct error err = {0};
    size_t json = 0;
    verdict_json_stream(analysis, &(struct verdict_json_sink){count_bytes, &json});
    double written = seconds();
    verdict_html_render(&out, NULL, analysis, NULL, &err);
    double page = seconds();
    printf("%7zu %7zu %5zu %7zu  %9.3f s  %8.3f s %7.1f MB  %8.3f s %7.1f MB  %zu regressions\n", size->entries, size->points, size->kpis, size->labels,
           times[1] - times[0], written - times[1], (double)json / 1e6, page - written, (double)out.len / 1e6,
           analysis->counts[VERDICT_REGRESSION]);
    text_close(&out);
}

static void run(const struct size *size)
{
    static const char *const keys[] = {"version", NULL}, *const none[] = {NULL};
    struct arena arena = {0};
    struct kpi_rule *rules = ARENA_ARRAY(&arena, struct kpi_rule, size->kpis);
    const char **ignored = ARENA_ARRAY(&arena, const char *, size->labels / 10 + 2);
    uint64_t random = 20261121;
    double times[4];
    for (size_t k = 0; k < size->kpis; k++)
        rules[k] = (struct kpi_rule){.name = arena_printf(&arena, "kpi_of_the_bench_%03zu", k), .help = "A KPI", .unit = "tokens/s",
                                     .better = DIRECTION_HIGHER, .format = "{:.2f}", .min_relative = .05};
    for (size_t i = 0; i < size->labels; i += 10)
        ignored[i / 10] = arena_printf(&arena, "label_%zu", i);
    struct record *entries = ARENA_ARRAY(&arena, struct record, size->entries), *history = ARENA_ARRAY(&arena, struct record, size->entries * size->points);
    for (size_t i = 0; i < size->entries; i++) {
        entries[i] = make(size, i, size->points, rules, &random, &arena);
        for (size_t j = 0; j < size->points; j++)
            history[i * size->points + j] = make(size, i, j, rules, &random, &arena);
    }
    struct analysis_options options = {.comparison_keys = keys, .ignored_keys = ignored, .sorting_keys = none, .kpis = rules, .kpis_n = size->kpis,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .completeness = true};
    times[0] = seconds();
    struct analysis *analysis = analysis_run(&arena, &options, entries, size->entries, history, size->entries * size->points);
    times[1] = seconds();
    tell(size, analysis, times);
    arena_close(&arena);
}

int main(int argc, char **argv)
{
    struct size one;
    printf("entries  points  KPIs  labels     analysis                  JSON                  HTML\n");
    fflush(stdout);
    if (argc == 5) {
        one = (struct size){strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10)};
        run(&one);
        return 0;
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        pid_t child = fork();
        if (child == 0) {
            run(&sizes[i]);
            fflush(stdout);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    return 0;
}
