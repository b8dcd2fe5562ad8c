#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/moment.h"
#include "regress/value.h"
#include "report/clean.h"
#include "report/layout.h"
#include "report/markdown.h"
#include "report/phrases.h"
#include "report/proof/replay_report.h"
#include "report/table.h"

enum { COLUMNS = 100, STRIP_MAX = 70, SERIES_SHOWN = 40, ROWS_SHOWN = 40 };

static const char *day_of(int64_t us, struct arena *arena)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = us, .has_zone = true}, text);
    return arena_strndup(arena, text, strcspn(text, "T"));
}

static const char *plural(size_t n, const char *one, const char *many, struct arena *arena)
{
    return arena_printf(arena, "%zu %s", n, n == 1 ? one : many);
}

static const char *per_hundred(size_t n, size_t runs, struct arena *arena)
{
    return arena_printf(arena, "%.1f", runs ? 100.0 * (double)n / (double)runs : 0);
}

static const char *share(double value, struct arena *arena)
{
    return isfinite(value) ? arena_printf(arena, "%.2f", value) : "-";
}

static const char *runs_of(double value, struct arena *arena)
{
    return isfinite(value) ? arena_printf(arena, "%g", value) : "-";
}

static bool is_noteworthy(const struct replay_series *series)
{
    bool suspect = false;
    for (size_t i = 0; i < series->n; i++)
        suspect |= series->points[i].judged && series->points[i].verdict == VERDICT_SUSPECT;
    return suspect || series->alarms_n || series->changes_n;
}

static const char *name_of(const struct replay *replay, const struct replay_series *series, struct arena *arena)
{
    const char *set = replay->names[series->label_set];
    return set[0] ? arena_printf(arena, "%s  %s", series->rule->name, set) : series->rule->name;
}

/* ---- the sums, in sentences ---- */

/* Two sentences without their end, then NULL: what was replayed, and how. */
struct head {
    const char *lines[3];
};

static struct head head_of(const struct replay_report *report, const struct replay *replay, struct arena *arena)
{
    const struct past *past = replay->past;
    const char *first = day_of(past->runs[replay->first].start_us, arena), *last = day_of(past->runs[past->runs_n - 1].start_us, arena);
    return (struct head){{arena_printf(arena, "replay of '%s' in %s: %s of %zu from %s to %s, %zu series of %s", report->workload, report->history,
                                       plural(replay->sums.runs, "invocation", "invocations", arena), past->runs_n, first, last, replay->series_n,
                                       plural(past->label_sets_n, "label set", "label sets", arena)),
                          arena_printf(arena, "each judged with what came before it; chance of any false alarm in one invocation: %g promised",
                                       replay->options->analysis->false_alarm_rate), NULL}};
}

static void render_head(struct text *out, const struct replay_report *report, const struct replay *replay, struct arena *arena)
{
    struct head head = head_of(report, replay, arena);
    for (size_t i = 0; head.lines[i]; i++)
        layout_wrap(out, head.lines[i], 0, 0, COLUMNS);
}

static const char *changes_found(const struct replay_sums *s, struct arena *arena)
{
    const char *text = arena_printf(arena, "%zu, of which %zu raised an alarm", s->changes, s->found);
    if (s->found)
        text = arena_printf(arena, "%s: after %s %s in the median, %s in 90 %% of cases, %zu at most", text, runs_of(s->delay_median, arena),
                            s->delay_median == 1 ? "run" : "runs", runs_of(s->delay_p90, arena), s->delay_max);
    return text;
}

/* Whether an alarm for which no change was found lasts to the newest run. */
static bool is_open(const struct replay_series *series, const struct replay_alarm *alarm)
{
    return alarm->change == REPLAY_NOWHERE && alarm->end == series->n;
}

static size_t count_open(const struct replay *replay)
{
    size_t n = 0;
    for (size_t i = 0; i < replay->series_n; i++)
        for (size_t a = 0; a < replay->series[i].alarms_n; a++)
            n += is_open(&replay->series[i], &replay->series[i].alarms[a]);
    return n;
}

static void render_sums(struct text *out, const struct replay *replay, struct arena *arena)
{
    const struct replay_sums *s = &replay->sums;
    size_t alarms = s->regressions + s->improvements;
    struct table table = {.columns = 2};
#define ROW(name, ...) table_add(&table, arena, (const char *const[]){name, arena_printf(arena, __VA_ARGS__)})
    ROW("alarms", "%zu (%s per 100 invocations): %zu for the worse, %zu for the better; %zu of %zu invocations red", alarms,
        per_hundred(alarms, s->runs, arena), s->regressions, s->improvements, s->red, s->runs);
    size_t open = replay->options->notes ? 0 : count_open(replay);
    const char *later = open ? arena_printf(arena, " (%zu of the wrong stand%s to this day: hindsight may need more runs)", open, open == 1 ? "s" : "") : "";
    ROW("of these", "%zu right, %zu repeated, %zu wrong%s; %zu flapped", s->right, s->repeats, s->wrong, later, s->flaps);
    ROW(replay->options->notes ? "changes, noted" : "changes, by hindsight", "%s", changes_found(s, arena));
    ROW("", "precision %s, recall %s, F1 %s (± %zu runs)", share(s->precision, arena), share(s->recall, arena), share(s->f1, arena),
        replay->options->tolerance);
    ROW("suspect", "%s, %s came to nothing", plural(s->verdicts[VERDICT_SUSPECT], "result", "results", arena), plural(s->suspects_only, "stretch of them", "stretches of them", arena));
    ROW("cannot tell", "%zu of %zu results", s->verdicts[VERDICT_CANNOT_TELL],
        s->verdicts[VERDICT_CANNOT_TELL] + s->verdicts[VERDICT_OK] + s->verdicts[VERDICT_SUSPECT] + s->verdicts[VERDICT_REGRESSION] +
            s->verdicts[VERDICT_IMPROVEMENT] + s->verdicts[VERDICT_ACKNOWLEDGED]);
#undef ROW
    table_render(out, &table, 2, COLUMNS + 40);
}

/* ---- methods side by side ---- */

static void fill_methods(struct table *table, const struct replay_report *report, struct arena *arena)
{
    *table = (struct table){.columns = 11, .right = {false, true, true, true, true, true, true, true, true, true, true}};
    table_add(table, arena,
              (const char *const[]){"method", "alarms", "per 100", "right", "wrong", "flaps", "found", "median delay", "precision", "recall", "F1"});
    for (size_t i = 0; i < report->n; i++) {
        const struct replay_sums *s = &report->replays[i]->sums;
        size_t alarms = s->regressions + s->improvements;
        table_add(table, arena,
                  (const char *const[]){report->names[i], arena_printf(arena, "%zu", alarms), per_hundred(alarms, s->runs, arena),
                                        arena_printf(arena, "%zu", s->right), arena_printf(arena, "%zu", s->wrong),
                                        arena_printf(arena, "%zu", s->flaps), arena_printf(arena, "%zu/%zu", s->found, s->changes),
                                        runs_of(s->delay_median, arena), share(s->precision, arena), share(s->recall, arena), share(s->f1, arena)});
    }
}

/* ---- timeline ---- */

/* Below a strip: where its changes are. */
static const char *marks_of(const struct replay_series *series, size_t from, size_t to, struct arena *arena)
{
    char *marks = arena_alloc(arena, to - from + 1);
    size_t end = 0;
    memset(marks, ' ', to - from);
    for (size_t i = 0; i < series->changes_n; i++) {
        size_t run = series->points[series->changes[i].at].run;
        if (run < from || run >= to)
            continue;
        marks[run - from] = '^';
        end = run - from + 1 > end ? run - from + 1 : end;
    }
    marks[end] = '\0';
    return marks;
}

static void render_timeline(struct text *out, const struct replay *replay, struct arena *arena)
{
    size_t runs = replay->past->runs_n, from = replay->first, shown = 0, quiet = 0;
    from = runs - from > STRIP_MAX ? runs - STRIP_MAX : from;
    struct table table = {.columns = 2};
    for (size_t i = 0; i < replay->series_n; i++) {
        const struct replay_series *series = &replay->series[i];
        if (!is_noteworthy(series) && replay->series_n > 1) {
            quiet++;
            continue;
        }
        if (shown++ >= SERIES_SHOWN)
            continue;
        const char *marks = marks_of(series, from, runs, arena);
        table_add(&table, arena, (const char *const[]){name_of(replay, series, arena), replay_strip(series, from, runs, arena)});
        if (marks[0])
            table_add(&table, arena, (const char *const[]){"", marks});
    }
    text_printf(out, "\nTIMELINE: a sign for each of the %s%zu invocations, the newest on the right\n", runs - from < runs - replay->first ? "newest " : "", runs - from);
    text_add(out, "  . ok  s suspect  R regression  + improvement  a acknowledged  m missing  ? cannot tell  - no history\n  ^ a change begins\n");
    table_render(out, &table, 2, COLUMNS + 10);
    if (shown > SERIES_SHOWN)
        text_printf(out, "  … and %zu more series with alarms, suspects or changes: --format=json has all\n", shown - SERIES_SHOWN);
    if (quiet)
        text_printf(out, "  %s without any alarm, suspect or change\n", quiet == 1 ? "1 more series" : arena_printf(arena, "%zu more series", quiet));
}

/* ---- changes, and alarms that are none ---- */

static const char *signed_percent(double by, struct arena *arena)
{
    return arena_printf(arena, "%s%s", by > 0 ? "+" : "-", value_percent(fabs(by), arena));
}

static const char *relative(double before, double after, struct arena *arena)
{
    if (!isfinite(before) || !isfinite(after) || before == 0)
        return "";
    return signed_percent((after - before) / fabs(before), arena);
}

static void fill_changes(struct table *table, const struct replay *replay, size_t *more, struct arena *arena)
{
    size_t rows = 0;
    *table = (struct table){.columns = 6, .right = {false, false, true, false, true, true}};
    table_add(table, arena, (const char *const[]){"series", "since", "change", "first alarm", "runs later", "suspect before"});
    for (size_t i = 0; i < replay->series_n; i++) {
        const struct replay_series *s = &replay->series[i];
        for (size_t c = 0; c < s->changes_n; c++) {
            const struct replay_change *change = &s->changes[c];
            if (!change->judgeable || rows++ >= ROWS_SHOWN)
                continue;
            bool found = change->alarm != REPLAY_NOWHERE;
            const struct past_run *runs = replay->past->runs;
            const char *first = found ? replay_run_shown(&runs[s->points[s->alarms[change->alarm].at].run], arena) : "none";
            table_add(table, arena,
                      (const char *const[]){name_of(replay, s, arena), replay_run_shown(&runs[s->points[change->at].run], arena),
                                            relative(change->before, change->after, arena), first,
                                            found ? arena_printf(arena, "%zu", change->delay) : "", found ? arena_printf(arena, "%zu", change->suspects) : ""});
        }
    }
    *more = rows > ROWS_SHOWN ? rows - ROWS_SHOWN : 0;
}

static void fill_wrong(struct table *table, const struct replay *replay, size_t *more, struct arena *arena)
{
    size_t rows = 0;
    *table = (struct table){.columns = 5, .right = {false, false, false, true, true}};
    table_add(table, arena, (const char *const[]){"series", "verdict", "run", "change", "lasted (runs)"});
    for (size_t i = 0; i < replay->series_n; i++) {
        const struct replay_series *s = &replay->series[i];
        for (size_t a = 0; a < s->alarms_n; a++) {
            const struct replay_alarm *alarm = &s->alarms[a];
            if (alarm->change != REPLAY_NOWHERE || rows++ >= ROWS_SHOWN)
                continue;
            double by = s->points[alarm->at].relative;
            table_add(table, arena,
                      (const char *const[]){name_of(replay, s, arena), verdict_name(alarm->verdict),
                                            replay_run_shown(&replay->past->runs[s->points[alarm->at].run], arena),
                                            isfinite(by) ? signed_percent(by, arena) : "",
                                            arena_printf(arena, "%zu%s", alarm->end - alarm->at, is_open(s, alarm) ? ", stands" : "")});
        }
    }
    *more = rows > ROWS_SHOWN ? rows - ROWS_SHOWN : 0;
}

typedef void fill_table(struct table *table, const struct replay *replay, size_t *more, struct arena *arena);
static const struct {
    const char *heading;
    fill_table *fill;
} sections[] = {{"CHANGES", fill_changes}, {"ALARMS FOR WHICH THERE IS NO CHANGE", fill_wrong}};

void replay_text_render(struct text *out, const struct replay_report *report)
{
    struct arena arena = {0};
    const struct replay *replay = report->replays[0];
    render_head(out, report, replay, &arena);
    if (report->names) {
        struct table table;
        fill_methods(&table, report, &arena);
        text_addc(out, '\n');
        table_render(out, &table, 2, COLUMNS + 10);
        text_printf(out, "\nby %s:\n", report->names[0]);
    }
    render_sums(out, replay, &arena);
    render_timeline(out, replay, &arena);
    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        struct table table;
        size_t more;
        sections[i].fill(&table, replay, &more, &arena);
        if (table.cells.n == table.columns)
            continue;
        text_printf(out, "\n%s\n", sections[i].heading);
        table_render(out, &table, 2, COLUMNS + 10);
        if (more)
            text_printf(out, "  … and %zu more\n", more);
    }
    clean_commands(out, 0);
    arena_close(&arena);
}

/* ---- Markdown ---- */

static void add_table(struct text *out, const struct table *table)
{
    for (size_t at = 0; at < table->cells.n; at += table->columns) {
        for (size_t c = 0; c < table->columns; c++) {
            text_add(out, "| ");
            markdown_text(out, table->cells.v[at + c], MARKDOWN_WORDS);
            text_addc(out, ' ');
        }
        text_add(out, "|\n");
        for (size_t c = 0; at == 0 && c < table->columns; c++)
            text_add(out, table->right[c] ? "|---:" : "|---");
        text_add(out, at == 0 ? "|\n" : "");
    }
}

void replay_markdown_render(struct text *out, const struct replay_report *report)
{
    static const char *const headings[] = {"Changes", "Alarms for which there is no change"};
    struct arena arena = {0};
    const struct replay *replay = report->replays[0];
    struct head head = head_of(report, replay, &arena);
    text_add(out, "## Replay\n\n");
    for (size_t i = 0; head.lines[i]; i++) {
        markdown_text(out, phrases_capital(head.lines[i], &arena), MARKDOWN_WORDS);
        text_add(out, ".\n\n");
    }
    struct table table;
    struct replay_report alone = *report;
    alone.names = report->names ? report->names : (const char *const[]){"as configured", NULL};
    fill_methods(&table, &alone, &arena);
    add_table(out, &table);
    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        size_t more;
        sections[i].fill(&table, replay, &more, &arena);
        if (table.cells.n == table.columns)
            continue;
        text_printf(out, "\n### %s\n\n", headings[i]);
        add_table(out, &table);
        if (more)
            text_printf(out, "\n… and %zu more\n", more);
    }
    arena_close(&arena);
}
