#include <math.h>
#include <string.h>

#include "columns/newest.h"
#include "columns/row_time.h"
#include "detect/trend.h"
#include "regress/value.h"
#include "report/changes_report.h"
#include "report/clean.h"

enum { PICTURE = 60, SECTIONS_ALL = 5, TREND_RUNS = 10, TREND_NEWEST = 200 };
static const double TREND_STEADY = 0.8; /* of all pairs of runs nine in ten go the same way */
static const struct kpi_rule plain = {.name = ""};

/* ---- which verdict ---- */

static int weight(enum verdict verdict)
{
    static const int weights[VERDICT_COUNT] = {[VERDICT_REGRESSION] = 5, [VERDICT_IMPROVEMENT] = 4, [VERDICT_SUSPECT] = 3, [VERDICT_CANNOT_TELL] = 2,
                                               [VERDICT_NO_HISTORY] = 1};
    return weights[verdict];
}

const struct kpi_result *changes_newest(const struct changes_report *report, size_t column)
{
    if (!report->newest)
        return NULL;
    const struct kpi_result *down = &report->newest->entries[0].kpis[column];
    const struct kpi_result *up = report->newest_up ? &report->newest_up->entries[0].kpis[column] : down;
    if (weight(up->verdict) != weight(down->verdict))
        return weight(up->verdict) > weight(down->verdict) ? up : down;
    return up->evidence.change > 0 ? up : down;
}

/* ---- words ---- */

static const char *number(double value, struct arena *arena)
{
    return value_number(&plain, value, VALUE_PEOPLE, arena);
}

/* A value of the file with all its digits, as people will look for it there. */
static const char *as_given(double value, struct arena *arena)
{
    static const char *const formats[] = {"%.0f", "%.1f", "%.2f", "%.3f", "%.4f", "%.5f", "%.6f"};
    double size = fabs(value), scale = 1;
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats) && size < 1e12; i++, scale *= 10)
        if (fabs(nearbyint(size * scale) / scale - size) <= size * 1e-12)
            return value_number(&(struct kpi_rule){.name = "", .format = formats[i]}, value, VALUE_PEOPLE, arena);
    return number(value, arena);
}

static const char *runs(size_t n, struct arena *arena)
{
    return arena_printf(arena, "%zu run%s", n, n == 1 ? "" : "s");
}

/* "run 31 (2024-01-31, build 1.4.139)" */
static const char *run_name(const struct changes_report *report, size_t row, struct arena *arena)
{
    const struct columns *columns = report->columns;
    const char *time = columns->times ? row_time_shown(columns->times[row], arena) : "", *name = columns->names ? columns->names[row] : "";
    if (!time[0] && !name[0])
        return arena_printf(arena, "run %zu", row + 1);
    const char *called = name[0] ? arena_printf(arena, "%s%s %s", time[0] ? ", " : "", columns->naming, name) : "";
    return arena_printf(arena, "run %zu (%s%s)", row + 1, time, called);
}

static const char *share(double size, double level, struct arena *arena)
{
    return level != 0 ? value_percent(size / level, arena) : number(fabs(size), arena);
}

static const char *sure(double p, const char *of, struct arena *arena)
{
    return p < 0.00095 ? arena_printf(arena, "chance would do this in fewer than 1 of 1,000 such %s", of)
                       : arena_printf(arena, "chance would do this in %s of 1,000 such %s", number(ceil(p * 1000 - 1e-6), arena), of);
}

/* Hunter's level is nominal: chance does it more often than p says. */
static const char *how_sure(const struct changes_report *report, const struct change *c, struct arena *arena)
{
    return report->method == CHANGES_HUNTER ? arena_printf(arena, "nominal p %s", value_p(c->p, arena)) : sure(c->p, "series", arena);
}

/* What rises or falls all along has no usual level: by how much from run to run; 0: it does not. */
static double steady_slope(const struct column *column)
{
    size_t n = column->n < TREND_NEWEST ? column->n : TREND_NEWEST;
    if (n < TREND_RUNS)
        return 0;
    struct trend trend = trend_test(column->x + column->n - n, n, &(struct trend_options){.rho = NAN, .confidence = .95});
    return fabs(trend.tau) >= TREND_STEADY && isfinite(trend.slope) ? trend.slope : 0;
}

/* ---- the newest run ---- */

static const char *answer(const struct kpi_result *result, bool directed)
{
    bool above = result->evidence.change > 0;
    if (verdict_in_place(result))
        return "PERHAPS";
    switch (result->verdict) {
    case VERDICT_REGRESSION:
        return directed ? "YES" : above ? "YES, HIGHER" : "YES, LOWER";
    case VERDICT_SUSPECT:
        return "PERHAPS";
    case VERDICT_IMPROVEMENT:
        return directed ? "NO, IT WAS BETTER" : above ? "YES, HIGHER" : "YES, LOWER";
    case VERDICT_OK:
    case VERDICT_ACKNOWLEDGED:
        return "NO";
    case VERDICT_CANNOT_TELL:
    case VERDICT_NO_HISTORY:
    case VERDICT_MISSING:
    case VERDICT_NOT_ANALYSED:
        break;
    }
    return "CANNOT TELL";
}

/* Whether the runs of the level that the newest is held against are all alike. */
static bool level_is_constant(const struct column *column, const struct evidence *e)
{
    size_t from = newest_index(column, e, e->level_start);
    for (size_t i = 1; i < e->level_n && from + i < column->n; i++)
        if (column->x[from + i] != column->x[from])
            return false;
    return true;
}

static void add_distance(struct text *out, const struct column *column, const struct evidence *e, struct arena *arena)
{
    if (e->change == 0)
        text_add(out, "exactly");
    else
        text_printf(out, "%s %s", share(e->change, e->level, arena), e->change > 0 ? "above" : "below");
    text_printf(out, " the usual level, %s: ", number(e->level, arena));
    if (level_is_constant(column, e))
        text_printf(out, "that of %s, which are all alike.", runs(e->level_n, arena));
    else
        text_printf(out, "the middle of %s that scatter by about ±%s.", runs(e->level_n, arena), value_spread(&plain, e->sd, arena));
}

static void add_more_runs(struct text *out, const struct evidence *e, struct arena *arena)
{
    if (e->more_runs > 0)
        text_printf(out, " %s more like this would settle it.", runs((size_t)e->more_runs, arena));
    else if (e->more_runs < 0)
        text_add(out, " More runs would not settle it: too little is known about the level before.");
}

/* Without a direction each side was asked for itself: chance has two ways. All series of a file were asked together. */
static const char *how_sure_newest(const struct changes_report *report, const struct evidence *e, struct arena *arena)
{
    double p = report->newest_up ? fmin(1, 2 * e->p_corrected) : e->p_corrected;
    return sure(p, report->columns->n == 1 ? "series" : "files", arena);
}

static void add_why(struct text *out, const struct changes_report *report, const struct column *column, const struct kpi_result *result, struct arena *arena)
{
    const struct evidence *e = &result->evidence;
    enum verdict verdict = result->verdict;
    text_add(out, "  ");
    if (report->judge) {
        const char *found = newest_found(result);
        text_printf(out, "The method %s.", found ? found : arena_printf(arena, "%s says so", report->judge->name));
        return;
    }
    if (!e->level_n) {
        text_printf(out, "It takes at least 4 runs, and 9 to be sure; there %s only %zu.", column->n == 1 ? "is" : "are", column->n);
        return;
    }
    text_add(out, "It is ");
    add_distance(out, column, e, arena);
    text_add(out, "\n  ");
    if (verdict == VERDICT_REGRESSION || verdict == VERDICT_IMPROVEMENT)
        text_printf(out, "That is more than these runs scatter: %s.", how_sure_newest(report, e, arena));
    else if (verdict == VERDICT_SUSPECT)
        text_add(out, "That is far out for one run, but too little to be sure.");
    else if (verdict_in_place(result))
        text_printf(out, "That is far out, but noise like this has a long tail, and %s too few to show how long.",
                    e->points_n == 1 ? "1 run is" : arena_printf(arena, "%zu runs are", e->points_n));
    else if (!isfinite(e->smallest_seen))
        text_add(out, verdict == VERDICT_CANNOT_TELL ? "The runs scatter so much that no change would be seen." : "So far out is nothing special here.");
    else if (verdict == VERDICT_CANNOT_TELL)
        text_printf(out, "The runs scatter so much that only a change of about %s would be seen.", share(e->smallest_seen, e->level, arena));
    else
        text_printf(out, "%s %s (%s) would most likely have been seen.", e->change == 0 ? "A change of" : "So far out is nothing special here; a change of",
                    value_spread(&plain, e->smallest_seen, arena), share(e->smallest_seen, e->level, arena));
    if (steady_slope(column) == 0)
        add_more_runs(out, e, arena);
}

/* The newest row may be a gap: then it is the run before it that is asked for, and said so. */
static void add_subject(struct text *out, const struct changes_report *report, size_t row, struct arena *arena)
{
    const char *what = report->better != DIRECTION_NONE ? "worse" : "different from those before";
    size_t last = report->columns->rows - 1;
    if (row == last) {
        text_printf(out, "Was the newest run %s?  ", what);
        return;
    }
    text_printf(out, "Was the newest run %s?  CANNOT TELL\n  There is no value of ", what);
    text_add_line(out, run_name(report, last, arena));
    text_printf(out, ".\nWas the last run that has one %s?  ", what);
}

static void add_newest(struct text *out, const struct changes_report *report, size_t index, struct arena *arena)
{
    const struct column *column = &report->columns->v[index];
    const struct kpi_result *result = changes_newest(report, index);
    bool directed = report->better != DIRECTION_NONE;
    if (!result)
        return;
    if (!column->n) {
        text_add(out, "There is no value in this column.\n");
        return;
    }
    const struct evidence *e = &result->evidence;
    bool since = verdict_is_worse(result) && e->since_point < e->points_n;
    size_t row = column->row[column->n - 1];
    add_subject(out, report, row, arena);
    text_add(out, answer(result, directed));
    if (since) {
        text_add(out, ", as those since ");
        text_add_line(out, run_name(report, column->row[newest_index(column, e, e->since_point)], arena));
    }
    text_printf(out, "\n  %s value is %s, of ", row + 1 < report->columns->rows ? "Its" : "The newest", as_given(column->x[column->n - 1], arena));
    text_add_line(out, run_name(report, row, arena));
    text_add(out, ".\n");
    add_why(out, report, column, result, arena);
    text_add(out, "\n");
}

/* ---- the picture ---- */

static void add_picture(struct text *out, const struct column *column, const struct changes *found)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    size_t n = column->n, width = n < PICTURE ? n : PICTURE, next = 0;
    double means[PICTURE], low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < width; i++) {
        size_t from = i * n / width, to = (i + 1) * n / width;
        double sum = 0;
        for (size_t j = from; j < to; j++)
            sum += column->x[j] / (double)(to - from);
        means[i] = sum;
        low = fmin(low, sum);
        high = fmax(high, sum);
    }
    text_add(out, "\n  ");
    for (size_t i = 0; i < width; i++) {
        double part = high / 2 - low / 2 > 0 ? (means[i] / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
        text_add(out, bars[(size_t)fmin(7, floor(part * 8))]);
    }
    text_add(out, "\n");
    if (!found->n)
        return;
    text_add(out, "  ");
    for (size_t i = 0; i < width && next < found->n; i++) {
        bool here = found->v[next].at < (i + 1) * n / width;
        text_add(out, here ? "^" : " ");
        while (next < found->n && found->v[next].at < (i + 1) * n / width)
            next++;
    }
    text_add(out, "\n");
}

/* ---- the changes ---- */

static void add_change(struct text *out, const struct changes_report *report, const struct column *column, const struct change *c,
                       struct arena *arena)
{
    double low = fmin(fabs(c->size_low), fabs(c->size_high)), high = fmax(fabs(c->size_low), fabs(c->size_high));
    bool crosses = (c->size_low < 0) != (c->size_high < 0);
    text_add(out, "  ");
    text_add_line(out, run_name(report, column->row[c->at], arena));
    text_printf(out, ": %s%s, from %s to %s", share(c->size, c->before, arena), c->size > 0 ? " higher" : " lower", number(c->before, arena),
                number(c->after, arena));
    text_printf(out, " (%s to %s)", crosses ? number(0, arena) : share(low, c->before, arena), share(high, c->before, arena));
    if (c->low < c->high)
        text_printf(out, "; it began at one of the runs %zu to %zu", column->row[c->low] + 1, column->row[c->high] + 1);
    text_printf(out, "; %s%s\n", c->drift ? "a slow drift rather than a step; " : "", how_sure(report, c, arena));
}

static void add_changes(struct text *out, const struct changes_report *report, size_t index, struct arena *arena)
{
    const struct column *column = &report->columns->v[index];
    const struct changes *found = &report->found[index];
    double slope = steady_slope(column);
    if (!found->n && slope == 0) {
        text_printf(out, "No lasting change in %s.\n", runs(column->n, arena));
        return;
    }
    if (slope != 0) {
        const char *ways[2][2] = {{"fall", "shrink"}, {"rise", "grow"}};
        text_printf(out, "The values %s nearly all along, by about %s from run to run: there is no usual level to hold the newest run against.\n"
                         "If they %s by their nature, as a counter does, give a column with the differences between the runs.\n",
                    ways[slope > 0][0], value_spread(&plain, fabs(slope), arena), ways[slope > 0][1]);
    }
    if (!found->n)
        return;
    text_printf(out, "%zu lasting change%s in %s:\n", found->n, found->n == 1 ? "" : "s", runs(column->n, arena));
    for (size_t i = 0; i < found->n; i++)
        add_change(out, report, column, &found->v[i], arena);
}

/* The newest row has no value. */
static bool gap_behind(const struct columns *columns, size_t column)
{
    const struct column *c = &columns->v[column];
    return !c->n || c->row[c->n - 1] + 1 < columns->rows;
}

static bool stands_out(const struct changes_report *report, size_t column)
{
    const struct kpi_result *newest = changes_newest(report, column);
    return report->found[column].n || (newest && (newest->verdict != VERDICT_OK || gap_behind(report->columns, column)));
}

static void add_section(struct text *out, const struct changes_report *report, size_t i, struct arena *arena)
{
    const struct column *column = &report->columns->v[i];
    text_add_line(out, report->file);
    text_add(out, report->columns->numbered ? ", column " : ", ");
    text_add_line(out, column->name);
    text_printf(out, ": %s%s\n\n", runs(column->n, arena), column->gaps ? arena_printf(arena, " and %zu gap%s", column->gaps, column->gaps == 1 ? "" : "s") : "");
    add_newest(out, report, i, arena);
    if (column->n > 1)
        add_picture(out, column, &report->found[i]);
    text_add(out, "\n");
    add_changes(out, report, i, arena);
}

/* ---- which way is worse ---- */

/* What the words of a name usually mean; never more than a hint. The first that fits counts: "errors_per_second" are errors. */
static enum direction usual_direction(const char *name)
{
    static const struct {
        const char *word;
        enum direction better;
    } words[] = {{"error", DIRECTION_LOWER},       {"fail", DIRECTION_LOWER},     {"latency", DIRECTION_LOWER},   {"latenz", DIRECTION_LOWER},
                 {"throughput", DIRECTION_HIGHER}, {"durchsatz", DIRECTION_HIGHER}, {"per_s", DIRECTION_HIGHER},  {"/s", DIRECTION_HIGHER},
                 {"per s", DIRECTION_HIGHER},      {"bandwidth", DIRECTION_HIGHER}, {"iops", DIRECTION_HIGHER},   {"rps", DIRECTION_HIGHER},
                 {"qps", DIRECTION_HIGHER},        {"tps", DIRECTION_HIGHER},     {"speed", DIRECTION_HIGHER},    {"score", DIRECTION_HIGHER},
                 {"time", DIRECTION_LOWER},        {"duration", DIRECTION_LOWER}, {"dauer", DIRECTION_LOWER},     {"zeit", DIRECTION_LOWER},
                 {"second", DIRECTION_LOWER},      {"memory", DIRECTION_LOWER},   {"rss", DIRECTION_LOWER},       {"bytes", DIRECTION_LOWER},
                 {"delay", DIRECTION_LOWER},       {"_ms", DIRECTION_LOWER},      {"[ms]", DIRECTION_LOWER},      {"_ns", DIRECTION_LOWER},
                 {"p50", DIRECTION_LOWER},         {"p95", DIRECTION_LOWER},      {"p99", DIRECTION_LOWER}};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcasestr(name, words[i].word))
            return words[i].better;
    return DIRECTION_NONE;
}

static void add_question(struct text *out, const struct changes_report *report)
{
    const struct columns *columns = report->columns;
    enum direction usual = columns->n ? usual_direction(columns->v[0].name) : DIRECTION_NONE;
    for (size_t i = 1; i < columns->n; i++)
        if (usual_direction(columns->v[i].name) != usual)
            usual = DIRECTION_NONE;
    text_add(out, "\nWhich way is worse? ");
    if (usual == DIRECTION_NONE) {
        text_printf(out, "--better=higher (as for a throughput) or --better=lower (as for a time) says it%s.\n",
                    columns->n > 1 ? ", with --column=NAME for one of the series" : "");
        return;
    }
    const char *word = usual == DIRECTION_HIGHER ? "higher" : "lower";
    text_printf(out, "%s --better=%s; with that the answer is yes or no.\n", columns->n > 1 ? "Their names suggest" : "Its name suggests", word);
}

/* Many series: the answer before any of them. */
static void add_tally(struct text *out, const struct changes_report *report)
{
    const struct columns *columns = report->columns;
    struct tally {
        const char *answer;
        size_t n;
    } tally[] = {{"YES", 0}, {"PERHAPS", 0}, {"CANNOT TELL", 0}, {"NO", 0}};
    bool directed = report->better != DIRECTION_NONE;
    const char *separator = "";
    if (!report->newest)
        return;
    for (size_t i = 0; i < columns->n; i++) {
        const struct kpi_result *result = changes_newest(report, i);
        const char *said = gap_behind(columns, i) ? "CANNOT TELL" : answer(result, directed);
        for (size_t j = 0; j < sizeof(tally) / sizeof(*tally); j++)
            tally[j].n += strncmp(said, tally[j].answer, strlen(tally[j].answer)) == 0;
    }
    text_add_line(out, report->file);
    text_printf(out, ": %zu series\n\nWas the newest run %s?  ", columns->n, directed ? "worse" : "different from those before");
    for (size_t j = 0; j < sizeof(tally) / sizeof(*tally); j++) {
        if (!tally[j].n)
            continue;
        text_printf(out, "%s%s in %s%zu", separator, tally[j].answer, tally[j].n == columns->n ? "all " : "", tally[j].n);
        separator = ", ";
    }
    text_add(out, "\n\n");
}

void changes_text_render(struct text *out, const struct changes_report *report, struct arena *arena)
{
    size_t quiet = 0, shown = 0;
    if (report->columns->n > SECTIONS_ALL)
        add_tally(out, report);
    for (size_t i = 0; i < report->columns->n; i++) {
        if (report->columns->n > SECTIONS_ALL && !stands_out(report, i)) {
            quiet++;
            continue;
        }
        if (shown++)
            text_add(out, "\n");
        add_section(out, report, i, arena);
    }
    if (quiet)
        text_printf(out, "%s%s%zu series without a change%s\n", shown ? "\n" : "", shown ? "and " : "", quiet,
                    report->newest ? ", whose newest run is like those before" : "");
    if (report->newest_up)
        add_question(out, report);
    clean_commands(out, 0);
}
