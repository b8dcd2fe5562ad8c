#include <math.h>
#include <string.h>

#include "base/text.h"
#include "proof/replay.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static const struct kpi_rule rules[] = {{.name = "speed", .unit = "s", .better = DIRECTION_LOWER, .min_relative = .02}};

static struct analysis_options analysis_options(void)
{
    return (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rules, .kpis_n = 1,
                                     .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .window = 30};
}

/* ---- the invocations of a past ---- */

static const struct {
    const char *what;
    struct {
        const char *id, *labels;
        int hour;
    } records[6];
    const char *runs; /* the ids of each invocation, oldest first */
} pasts[] = {
    {"a run_id", {{"a", "mode=1 run_id=7", 0}, {"b", "mode=2 run_id=7", 30}, {"c", "mode=1 run_id=8", 40}}, "ab c"},
    {"one run_id of two versions", {{"a", "mode=1 run_id=7 version=1", 0}, {"b", "mode=1 run_id=7 version=2", 1}}, "a b"},
    {"repetitions", {{"a", "mode=1 run_id=7", 0}, {"b", "mode=1 run_id=7", 1}, {"c", "mode=1 run_id=8", 2}}, "ab c"},
    {"by day", {{"a", "mode=1", 1}, {"b", "mode=2", 5}, {"c", "mode=1", 25}}, "ab c"},
    {"twice on one day", {{"a", "mode=1", 1}, {"b", "mode=2", 2}, {"c", "mode=1", 3}, {"d", "mode=2", 4}, {"e", "mode=1", 5}}, "ab cd e"},
    {"null is none", {{"a", "mode=1 run_id=null", 1}, {"b", "mode=1 run_id=null", 30}}, "a b"},
    {"runs that overlap", {{"a", "mode=1 run_id=7", 0}, {"b", "mode=1 run_id=8", 1}, {"c", "mode=2 run_id=7", 2}}, "ac b"},
    {"no day is another's", {{"a", "mode=1 version=1", 1}, {"b", "mode=2 version=2", 1}}, "a b"},
};

static void test_pasts(void)
{
    struct arena arena = {0};
    struct analysis_options options = analysis_options();
    for (size_t i = 0; i < ROWS(pasts); i++) {
        struct record records[6];
        size_t n = 0;
        for (; n < 6 && pasts[i].records[n].id; n++) {
            records[5 - n] = build_record(pasts[i].records[n].id, 0, pasts[i].records[n].labels, 1, &arena);
            records[5 - n].start_us = pasts[i].records[n].hour * 3600000000LL;
        }
        struct past past = past_of(&arena, &options, records + 6 - n, n);
        struct text text = text_open(100);
        for (size_t r = 0; r < past.runs_n; r++) {
            text_add(&text, r ? " " : "");
            for (size_t k = 0; k < past.runs[r].n; k++)
                text_add(&text, past.records[past.runs[r].at + k].id);
        }
        CHECK(strcmp(text.s, pasts[i].runs) == 0, "%s: %s", pasts[i].what, text.s);
        text_close(&text);
    }
    arena_close(&arena);
}

/* ---- alarms against changes ---- */

/* A series of 40 runs with a step for the worse at 20, and verdicts that are given. */
static const struct {
    const char *strip;
    size_t since; /* what all alarms say */
    size_t regressions, improvements, right, repeats, wrong, flaps, found, delay, suspects, vain;
} judged[] = {
    {"....................RRRRRRRRRRRRRRRRRRRR", 20, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0},
    {"....................s.sRRRRRRRRRRRRRRRRR", 20, 1, 0, 1, 0, 0, 0, 1, 3, 2, 1},
    {"......................RRR..RRRRR........", 20, 2, 0, 1, 1, 0, 1, 1, 2, 0, 0},
    {"......................RRR..RRRRR........", 27, 2, 0, 1, 0, 1, 1, 1, 2, 0, 0},
    {"....R...............RRRRRRRRRRRRRRRRRRRR", 20, 2, 0, 1, 0, 1, 0, 1, 0, 0, 0},
    {"...................R....................", 19, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0},
    {"................R.......................", 16, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0},
    {"....................++..................", 20, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0},
    {"..s....ss....................s..........", 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3},
    {"........................................", 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"...................................RRRRR", 35, 1, 0, 1, 0, 0, 0, 1, 15, 0, 0},
};

static enum verdict verdict_of(char sign)
{
    return sign == 'R' ? VERDICT_REGRESSION : sign == '+' ? VERDICT_IMPROVEMENT : sign == 's' ? VERDICT_SUSPECT : VERDICT_OK;
}

static struct replay *made(const char *strip, size_t since, struct arena *arena)
{
    struct replay *replay = ARENA_NEW(arena, struct replay);
    struct replay_options *options = ARENA_NEW(arena, struct replay_options);
    uint64_t random = 10;
    *options = (struct replay_options){.tolerance = 2};
    *replay = (struct replay){.options = options, .series = ARENA_NEW(arena, struct replay_series), .series_n = 1};
    struct replay_series *series = replay->series;
    series->rule = rules;
    series->n = strlen(strip);
    series->points = ARENA_ARRAY(arena, struct replay_point, series->n);
    for (size_t i = 0; i < series->n; i++)
        series->points[i] = (struct replay_point){.run = i, .value = 100 + build_gauss(&random) + (i >= 20 ? 8 : 0), .judged = true,
                                                  .verdict = verdict_of(strip[i]), .since = strchr("R+", strip[i]) ? since : REPLAY_NOWHERE};
    return replay;
}

static void test_judging(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(judged); i++) {
        struct replay *replay = made(judged[i].strip, judged[i].since, &arena);
        replay_judge(&arena, replay);
        const struct replay_sums *s = &replay->sums;
        CHECK(replay->series->changes_n == 1 && replay->series->changes[0].at == 20, "row %zu: the change", i);
        CHECK(s->regressions == judged[i].regressions && s->improvements == judged[i].improvements, "row %zu: %zu and %zu alarms", i, s->regressions,
              s->improvements);
        CHECK(s->right == judged[i].right && s->repeats == judged[i].repeats && s->wrong == judged[i].wrong, "row %zu: %zu right, %zu repeats, %zu wrong", i,
              s->right, s->repeats, s->wrong);
        CHECK(s->flaps == judged[i].flaps, "row %zu: %zu flaps", i, s->flaps);
        CHECK(s->found == judged[i].found && s->delay_max == judged[i].delay, "row %zu: %zu found after %zu", i, s->found, s->delay_max);
        CHECK(replay->series->changes[0].suspects == judged[i].suspects && s->suspects_only == judged[i].vain, "row %zu: %zu suspects, %zu in vain", i,
              replay->series->changes[0].suspects, s->suspects_only);
        double right = (double)(judged[i].right + judged[i].repeats), alarms = right + (double)judged[i].wrong;
        CHECK(alarms == 0 ? isnan(s->precision) : s->precision == right / alarms, "row %zu: precision %g", i, s->precision);
        CHECK(s->recall == (double)judged[i].found, "row %zu: recall %g", i, s->recall);
        arena_clear(&arena);
    }
    arena_close(&arena);
}

/* ---- a whole history ---- */

enum { RUNS = 60 };

/* Two label sets; "b" gets worse with run 40. The runs in another order are the same. */
static struct replay *replayed(struct replay_options *options, struct analysis_options *analysis, const struct acks *notes, size_t last, size_t turn,
                               unsigned workers, struct arena *arena)
{
    struct record *records = ARENA_ARRAY(arena, struct record, 2 * RUNS);
    struct past *past = ARENA_NEW(arena, struct past);
    uint64_t random = 10;
    for (size_t i = 0; i < 2 * RUNS; i++) {
        size_t run = i / 2;
        double value = 100 + build_gauss(&random) + (i % 2 && run >= 40 ? 10 : 0);
        const char *labels = arena_printf(arena, "mode=\"%s\" run_id=%zu version=\"v1.%zu\"", i % 2 ? "b" : "a", run, run);
        records[(i * turn) % (2 * RUNS)] = build_record(arena_printf(arena, "%zu", i), (int)run, labels, value, arena);
    }
    *analysis = analysis_options();
    *options = (struct replay_options){.analysis = analysis, .last = last, .tolerance = 2, .workers = workers, .notes = notes};
    *past = past_of(arena, analysis, records, 2 * RUNS);
    return replay_run(arena, past, options);
}

static void test_history(void)
{
    struct arena arena = {0};
    struct replay_options options;
    struct analysis_options analysis;
    const struct replay *replay = replayed(&options, &analysis, NULL, 0, 1, 2, &arena);
    CHECK(replay->series_n == 2 && replay->past->runs_n == RUNS && replay->sums.runs == RUNS, "%zu series", replay->series_n);
    const struct replay_series *b = &replay->series[1];
    CHECK(strcmp(replay->names[b->label_set], "mode=b") == 0 && b->n == RUNS, "%s", replay->names[b->label_set]);
    CHECK(b->changes_n == 1 && b->changes[0].at == 40 && b->changes[0].kind == VERDICT_REGRESSION, "%zu changes", b->changes_n);
    CHECK(b->alarms_n == 1 && b->alarms[0].at == 40 && b->alarms[0].end == RUNS && b->alarms[0].since == 40, "%zu alarms", b->alarms_n);
    CHECK(replay->sums.red == RUNS - 40 && replay->sums.recall == 1 && replay->sums.delay_max == 0, "%zu red", replay->sums.red);
    CHECK(b->points[0].verdict == VERDICT_NO_HISTORY && b->points[1].verdict == VERDICT_CANNOT_TELL && b->points[30].verdict == VERDICT_OK,
          "the beginning: %s, %s", verdict_name(b->points[0].verdict), verdict_name(b->points[1].verdict));

    const struct replay *turned = replayed(&options, &analysis, NULL, 0, 7, 1, &arena);
    for (size_t i = 0; i < RUNS; i++)
        CHECK(turned->series[1].points[i].verdict == b->points[i].verdict && (turned->series[1].points[i].p == b->points[i].p || isnan(b->points[i].p)), "run %zu in another order", i);

    const struct replay *last = replayed(&options, &analysis, NULL, 15, 1, 1, &arena);
    CHECK(last->sums.runs == 15 && last->first == RUNS - 15 && !last->series[1].points[44].judged && last->series[1].points[45].judged, "the last 15");
    for (size_t i = 45; i < RUNS; i++)
        CHECK(last->series[1].points[i].verdict == b->points[i].verdict && last->series[1].points[i].since == 40, "run %zu of the last", i);
    arena_close(&arena);
}

static void test_notes(void)
{
    struct arena arena = {0};
    struct replay_options options;
    struct analysis_options analysis;
    static const char *const b_only[] = {"\"b\"", NULL};
    const struct label_match label = {"mode", b_only};
    const struct ack_border borders[] = {
        {.line = {.labels = {&label, 1}, .place = "acks.yaml:3"}, .at = ack_run_of("v1.39"), .direction = ACK_WORSE},
        {.line = {.place = "acks.yaml:5"}, .at = ack_run_of("v1.20")},
        {.line = {.place = "acks.yaml:6"}, .at = ack_run_of("v9.9")},
    };
    const struct acks acks = {.file = "acks.yaml", .changes = borders, .changes_n = ROWS(borders)};
    const struct replay *replay = replayed(&options, &analysis, &acks, 0, 1, 1, &arena);
    CHECK(replay->sums.changes == 3 && replay->sums.found == 1 && replay->sums.delay_max == 1, "%zu changes, %zu found after %zu", replay->sums.changes,
          replay->sums.found, replay->sums.delay_max);
    CHECK(fabs(replay->sums.recall - 1 / 3.0) < 1e-12 && replay->sums.precision == 1, "recall %g, precision %g", replay->sums.recall, replay->sums.precision);
    CHECK(replay->unmatched[0] && strcmp(replay->unmatched[0]->line.place, "acks.yaml:6") == 0 && !replay->unmatched[1], "what is of no run");
    arena_close(&arena);
}

/* Two changes close together: the alarm is about the one that it began with, not about the newer one that was still to come. */
static void test_nearest_note(void)
{
    struct arena arena = {0};
    struct replay_options options;
    struct analysis_options analysis;
    const struct ack_border borders[] = {{.line = {.place = "acks.yaml:3"}, .at = ack_run_of("v1.40"), .direction = ACK_WORSE},
                                         {.line = {.place = "acks.yaml:4"}, .at = ack_run_of("v1.42"), .direction = ACK_WORSE}};
    const struct acks acks = {.file = "acks.yaml", .changes = borders, .changes_n = ROWS(borders)};
    const struct replay_series *b = &replayed(&options, &analysis, &acks, 0, 1, 1, &arena)->series[1];
    CHECK(b->changes_n == 2 && b->changes[0].alarm == 0 && b->changes[1].alarm == REPLAY_NOWHERE, "%zu changes, the first has alarm %zu", b->changes_n,
          b->changes[0].alarm);
    arena_close(&arena);
}

static bool stop_at_3(void *context, size_t done, size_t all)
{
    (void)context;
    (void)all;
    return done < 3;
}

static void test_stopping(void)
{
    struct arena arena = {0};
    struct record records[10];
    struct analysis_options analysis = analysis_options();
    for (int i = 0; i < 10; i++)
        records[i] = build_record(arena_printf(&arena, "%d", i), i, "mode=1", 1, &arena);
    struct past past = past_of(&arena, &analysis, records, 10);
    struct replay_options options = {.analysis = &analysis, .workers = 1, .go_on = stop_at_3};
    CHECK(replay_run(&arena, &past, &options) == NULL, "it stops");
    arena_close(&arena);
}

int main(void)
{
    test_pasts();
    test_judging();
    test_history();
    test_notes();
    test_nearest_note();
    test_stopping();
    return check_end();
}
