/* Any bytes as a file of acknowledgements: refused with ERR_USAGE and a place, or read; what can be read can be added to, and then says the
 * same and a line more, or nothing is given. Its lines are looked for among runs, and an analysis goes by them. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "regress/acks/acks_edit.h"
#include "regress/acks/acks_file.h"
#include "regress/analysis.h"
#include "tests/regress_build.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_edit(struct arena *arena, const char *bytes, size_t size, const struct acks *acks)
{
    static const char *const kpis[] = {"speed", NULL};
    const struct acks_edit_line line = {.kpis = kpis, .since = "v1", .reason = "x"};
    struct error err = {0};
    struct text out = text_open(1 << 24);
    if (acks_edit_add(arena, bytes, size, "a.yaml", ACKS_ACKNOWLEDGED, &line, 1, &out, &err)) {
        const struct acks *more = acks_parse(arena, out.s, out.len, "a.yaml", &err);
        assert(more && more->acknowledged_n == acks->acknowledged_n + 1 && more->excluded_n == acks->excluded_n);
    } else {
        assert(err.kind == ERR_USAGE && err.text[0]);
    }
    text_close(&out);
}

static void check_analysis(struct arena *arena, const struct acks *acks)
{
    static const char *const keys[] = {"version", NULL}, *const none[] = {NULL};
    static const struct kpi_rule rules[] = {{.name = "speed", .better = DIRECTION_HIGHER}};
    struct record runs[14];
    for (size_t i = 0; i < 14; i++)
        runs[i] = build_record(arena_printf(arena, "r%zu", i), 20000 + (int)i, arena_printf(arena, "gpu=8 run_id=\"%zu\" version=\"v1.%zu\"", i, i),
                               i < 9 ? 100 + (double)(i % 3) : 88, arena);
    struct analysis_options options = {.comparison_keys = keys, .ignored_keys = none, .sorting_keys = none, .kpis = rules, .kpis_n = 1,
                                       .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .acks = acks,
                                       .now_us = 20000 * 86400000000LL};
    const struct analysis *analysis = analysis_run(arena, &options, &runs[13], 1, runs, 13);
    const struct kpi_result *kpi = &analysis->entries[0].kpis[0];
    assert(kpi->evidence.reason && (kpi->change.id != NULL) == (kpi->change.status != CHANGE_NONE));
    assert(kpi->verdict != VERDICT_ACKNOWLEDGED || kpi->change.ack_place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    const char *bytes = arena_strndup(&arena, (const char *)data, size);
    const struct acks *acks = acks_parse(&arena, bytes, size, "a.yaml", &err);
    assert(acks ? !err.kind : err.kind == ERR_USAGE && err.text[0]);
    if (acks) {
        check_edit(&arena, bytes, size, acks);
        check_analysis(&arena, acks);
    }
    arena_close(&arena);
    return 0;
}
