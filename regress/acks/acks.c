#include "regress/acks/acks.h"

#include <ctype.h>
#include <string.h>

#include "config/period.h"
#include "regress/matches.h"
#include "regress/order.h"

enum { VALUE_MAX = 512 }; /* longer values are no versions */

/* ---- what a line speaks of ---- */

bool ack_glob(const char *pattern, const char *text)
{
    const char *star = NULL, *back = NULL; /* after the last *, and how far it reaches in the text */
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            back = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++, text++;
        } else if (star) {
            pattern = star;
            text = ++back;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

bool ack_line_names(const struct ack_line *line, const char *kpi)
{
    for (const char *const *name = line->kpis; name && *name; name++)
        if (ack_glob(*name, kpi))
            return true;
    return !line->kpis;
}

bool ack_line_fits(const struct ack_line *line, const struct record *record)
{
    return matches_record(&line->labels, record);
}

/* ---- runs ---- */

/* "2026-11-20…", "2026-11" */
static bool is_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; shape[i] && !(i == 7 && !text[i]); i++)
        if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != '-')
            return false;
    return true;
}

struct ack_run ack_run_of(const char *text)
{
    struct ack_run run = {.text = text};
    struct period from, to;
    struct error ignored = {0};
    if (text && is_date(text) && period_parse(text, NULL, "", "", 0, &from, &ignored) && period_parse(NULL, text, "", "", 0, &to, &ignored)) {
        run.from_us = from.from_us;
        run.to_us = to.to_us > from.from_us ? to.to_us : from.from_us + 1;
    }
    return run;
}

/* Whether a label's value says the text: "v1" of the JSON text "\"v1\"". */
static bool says(const char *value, const char *text)
{
    size_t n = strlen(value), len = strlen(text);
    if (n >= 2 && value[0] == '"')
        return n == len + 2 && memcmp(value + 1, text, len) == 0;
    return n == len && memcmp(value, text, len) == 0;
}

/* The whole version of several keys, as it is shown: "a|b". */
static bool says_all(const struct record *record, const char *const *keys, const char *text)
{
    if (!keys || !keys[0] || !keys[1])
        return false;
    for (; *keys; keys++) {
        const char *value = record_label_or_null(record, *keys);
        size_t n = strlen(value), quote = n >= 2 && value[0] == '"';
        if (strncmp(text, value + quote, n - 2 * quote) != 0)
            return false;
        text += n - 2 * quote;
        if (*text != (keys[1] ? '|' : '\0'))
            return false;
        text += keys[1] != NULL;
    }
    return true;
}

/* Where a value of a comparison key stands to the version that is named; false: they cannot be compared. */
static bool compare_version(const char *value, const char *text, int *order)
{
    char named[VALUE_MAX + 3];
    size_t n = strlen(text);
    if (n > VALUE_MAX)
        return false;
    bool quoted = value[0] == '"';
    named[0] = '"';
    memcpy(named + quoted, text, n);
    named[quoted + n] = '"';
    named[quoted + n + quoted] = '\0';
    return order_compare_versions(value, named, order);
}

static bool has_time(const struct ack_run *run)
{
    return run->to_us > run->from_us;
}

static bool is_named(const struct ack_run *run, const char *const *keys, const struct record *record)
{
    const char *run_id = record_label_or_null(record, "run_id");
    int order;
    if (strcmp(record->id, run->text) == 0 || (strcmp(run_id, "null") != 0 && says(run_id, run->text)) || says_all(record, keys, run->text))
        return true;
    for (; keys && *keys; keys++)
        if (says(record_label_or_null(record, *keys), run->text) ||
            (!has_time(run) && compare_version(record_label_or_null(record, *keys), run->text, &order) && order == 0))
            return true;
    return false;
}

bool ack_run_is(const struct ack_run *run, const char *const *keys, const struct record *record)
{
    return is_named(run, keys, record) || (has_time(run) && record->start_us >= run->from_us && record->start_us < run->to_us);
}

/* -1, 0, 1: where the point stands to the run, by its time, else by the first comparison key. */
static bool stands(const struct ack_run *run, const char *const *keys, const struct ack_point *point, int *order)
{
    if (has_time(run)) {
        *order = point->start_us < run->from_us ? -1 : point->start_us >= run->to_us;
        return true;
    }
    return keys && keys[0] && compare_version(record_label_or_null(point->record, keys[0]), run->text, order);
}

struct ack_span ack_run_find(const struct ack_run *run, const char *const *keys, const struct ack_point *points, size_t n)
{
    struct ack_span span = {ACK_NOWHERE, n, n};
    for (size_t i = 0; i < n; i++) {
        if (!is_named(run, keys, points[i].record))
            continue;
        span.first = span.where == ACK_FOUND ? span.first : i;
        span.end = i + 1;
        span.where = ACK_FOUND;
    }
    if (span.where == ACK_FOUND)
        return span;
    size_t before = 0, known = 0;
    for (size_t i = 0; i < n; i++) {
        int order;
        if (!stands(run, keys, &points[i], &order))
            continue;
        known++;
        before += order < 0;
        span.first = order >= 0 && span.first == n ? i : span.first;
        span.end = order <= 0 ? i + 1 : span.end == n && order > 0 ? i : span.end;
        if (order == 0)
            span.where = ACK_FOUND;
    }
    if (span.where != ACK_FOUND && known)
        span.where = before == known ? ACK_AFTER : before ? ACK_BETWEEN : ACK_BEFORE;
    if (span.where == ACK_AFTER)
        span.first = span.end = n;
    return span;
}
