#include "config/period.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"

static const int64_t SECOND = 1000000, DAY = 86400 * SECOND;

/* What one text means: a moment twice, or the first moment of a day, month or year and that of the next. */
struct span {
    int64_t from, to;
};

/* "30d" */
static bool parse_ago(const char *text, int64_t now_us, struct span *span)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = {{"min", 60 * SECOND}, {"h", 3600 * SECOND}, {"d", 86400 * SECOND}, {"w", 7 * 86400 * SECOND}};
    char *end;
    if (!isdigit((unsigned char)text[0]))
        return false;
    unsigned long n = strtoul(text, &end, 10);
    for (size_t i = 0; n <= 100000 && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) == 0) {
            span->from = span->to = now_us - (int64_t)n * units[i].us;
            return true;
        }
    }
    return false;
}

static bool parse_word(const char *text, int64_t now_us, struct span *span)
{
    int64_t today = now_us - now_us % DAY;
    bool is_today = strcmp(text, "today") == 0;
    if (!is_today && strcmp(text, "yesterday") != 0)
        return false;
    span->from = is_today ? today : today - DAY;
    span->to = span->from + DAY;
    return true;
}

/* `n` digits as a number; -1: they are none. */
static int digits(const char *text, int n)
{
    int number = 0;
    for (int i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* "2025", "2025-10", "2025-10-31". */
static bool parse_date(const char *text, struct span *span)
{
    size_t n = strlen(text);
    if ((n != 4 && n != 7 && n != 10) || (n > 4 && text[4] != '-') || (n > 7 && text[7] != '-'))
        return false;
    int year = digits(text, 4), month = n > 4 ? digits(text + 5, 2) : 1, day = n > 7 ? digits(text + 8, 2) : 1;
    if (year >= 9999 || !moment_date_valid(year, month, day))
        return false;
    bool december = month == 12;
    int64_t next = n == 10  ? moment_days(year, month, day) + 1
                   : n == 7 ? moment_days(december ? year + 1 : year, december ? 1 : month + 1, 1)
                            : moment_days(year + 1, 1, 1);
    *span = (struct span){moment_days(year, month, day) * DAY, next * DAY};
    return true;
}

/* Seconds may be missing. */
static bool parse_moment(const char *text, struct span *span)
{
    char whole[MOMENT_TEXT_MAX];
    struct moment moment;
    struct error ignored = {0};
    size_t n = strlen(text);
    bool minutes = n >= 16 && n < 30 && text[13] == ':' && text[16] != ':';
    if (minutes) {
        memcpy(whole, text, 16);
        memcpy(whole + 16, ":00", 3);
        memcpy(whole + 19, text + 16, n - 16 + 1);
    }
    if (!moment_parse(minutes ? whole : text, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return false;
    span->from = span->to = moment.us;
    return true;
}

static bool parse(const char *text, const char *option, int64_t now_us, struct span *span, struct error *err)
{
    return parse_ago(text, now_us, span) || parse_word(text, now_us, span) || parse_date(text, span) || parse_moment(text, span) ||
           error_set(err, ERR_USAGE, "--%s=%s: expected a time: so long ago (12h, 30d, 4w), a day, month or year (2025-10-31, 2025-10), or "
                                     "2025-10-31T08:00", option, text);
}

bool period_parse(const char *since, const char *until, const char *since_option, const char *until_option, int64_t now_us,
                  struct period *period, struct error *err)
{
    struct span from = {0}, to = {0};
    if ((since && *since && !parse(since, since_option, now_us, &from, err)) ||
        (until && *until && !parse(until, until_option, now_us, &to, err)))
        return false;
    *period = (struct period){from.from, to.to};
    return !period->from_us || !period->to_us || period->from_us < period->to_us ||
           error_set(err, ERR_USAGE, "--%s=%s --%s=%s: no time is between them", since_option, since, until_option, until);
}
