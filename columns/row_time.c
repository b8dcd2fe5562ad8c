#include "columns/row_time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/moment.h"
#include "columns/grid.h"

enum { TIME_MAX = 64, DAY = 86400, HOUR = 3600 };

/* Numbers of seconds, milliseconds …: what lies in the years up to 5138 as seconds is seconds. */
static double seconds_of(double number)
{
    double size = fabs(number);
    return size < 1e11 ? number : size < 1e14 ? number / 1e3 : size < 1e17 ? number / 1e6 : number / 1e9;
}

/* ---- pieces of a date: each moves *p behind what it read, or leaves it ---- */

static void skip_blanks(const char **p)
{
    while (**p == ' ' || **p == ',')
        ++*p;
}

static bool read_digits(const char **p, size_t most, int *value, size_t *digits)
{
    *value = 0;
    for (*digits = 0; **p >= '0' && **p <= '9' && *digits < most; ++*p, ++*digits)
        *value = *value * 10 + (**p - '0');
    return *digits && !(**p >= '0' && **p <= '9');
}

static size_t letters(const char *p)
{
    size_t n = 0;
    while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') || (p[n] & 0x80))
        n++;
    return n;
}

static int read_word(const char **p, const char *const *words, size_t least)
{
    size_t n = letters(*p);
    for (int i = 0; n >= least && words[i]; i++) {
        if (strncasecmp(*p, words[i], strlen(words[i])) != 0)
            continue;
        *p += n;
        *p += **p == '.';
        return i;
    }
    return -1;
}

static bool read_month(const char **p, int *month)
{
    static const char *const names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
                                        "mai", "okt", "dez", "mrz", "mär", NULL};
    static const int months[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 5, 10, 12, 3, 3};
    int i = read_word(p, names, 3);
    if (i >= 0)
        *month = months[i];
    return i >= 0;
}

static void skip_weekday(const char **p)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
    if (read_word(p, names, 3) >= 0)
        skip_blanks(p);
}

/* ---- the parts ---- */

struct when {
    int year, month, day;
    double clock; /* seconds since midnight */
    int zone;     /* seconds east of UTC */
};

static bool read_year(const char **p, int *year)
{
    size_t digits;
    if (!read_digits(p, 4, year, &digits) || (digits != 2 && digits != 4))
        return false;
    *year += digits == 2 ? *year < 70 ? 2000 : 1900 : 0;
    return true;
}

static bool read_numeric_date(const char **p, enum row_time_slash slash, struct when *w)
{
    int part[3];
    size_t digits[3];
    const char *q = *p;
    char mark = '\0';
    for (int i = 0; i < 3; i++) {
        if (!read_digits(&q, 4, &part[i], &digits[i]))
            return false;
        if (i < 2 && !((*q == '-' || *q == '/' || *q == '.') && (!i || *q == mark)))
            return false;
        mark = i < 2 ? *q++ : mark;
    }
    bool year_first = digits[0] == 4, month_first = mark == '/' && slash == SLASH_MONTH_FIRST;
    bool shape = year_first ? digits[1] <= 2 && digits[2] <= 2 : digits[0] <= 2 && digits[1] <= 2 && (digits[2] == 4 || (digits[2] == 2 && mark != '-'));
    if (!shape)
        return false;
    w->year = year_first ? part[0] : digits[2] == 2 ? part[2] + (part[2] < 70 ? 2000 : 1900) : part[2];
    w->month = year_first || !month_first ? part[1] : part[0];
    w->day = year_first ? part[2] : month_first ? part[1] : part[0];
    *p = q;
    return true;
}

/* 6-Jan-2025, 6. Jan 2025, 06 Jan 25. */
static bool read_day_month(const char **p, struct when *w)
{
    size_t digits;
    const char *q = *p;
    if (!read_digits(&q, 2, &w->day, &digits))
        return false;
    q += *q == '.';
    q += *q == '-' || *q == '/';
    skip_blanks(&q);
    if (!read_month(&q, &w->month))
        return false;
    q += *q == '-' || *q == '/';
    skip_blanks(&q);
    if (!read_year(&q, &w->year))
        return false;
    *p = q;
    return true;
}

static bool read_clock(const char **p, struct when *w)
{
    static const char *const halves[] = {"am", "pm", NULL};
    int hour, minute, second = 0;
    size_t digits;
    double part = 0, unit = 0.1;
    const char *q = *p;
    if (!read_digits(&q, 2, &hour, &digits) || *q++ != ':' || !read_digits(&q, 2, &minute, &digits) || digits != 2)
        return false;
    if (*q == ':' && (q++, !read_digits(&q, 2, &second, &digits) || digits != 2))
        return false;
    if ((*q == '.' || *q == ',') && q[1] >= '0' && q[1] <= '9')
        for (q++; *q >= '0' && *q <= '9'; q++, unit /= 10)
            part += unit * (*q - '0');
    const char *r = q;
    skip_blanks(&r);
    int half = letters(r) == 2 ? read_word(&r, halves, 2) : -1;
    if (hour > 23 || minute > 59 || second > 60 || (half >= 0 && (hour < 1 || hour > 12)))
        return false;
    hour = half >= 0 ? hour % 12 + 12 * half : hour;
    w->clock = (hour * 60 + minute) * 60.0 + second + part;
    *p = half >= 0 ? r : q;
    return true;
}

static bool read_zone(const char **p, struct when *w)
{
    static const char *const names[] = {"utc", "gmt", "z", "cest", "cet", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", NULL};
    static const int hours[] = {0, 0, 0, 2, 1, -5, -4, -6, -5, -7, -6, -8, -7};
    static const size_t lengths[] = {3, 3, 1, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    const char *q = *p;
    for (size_t i = 0; names[i]; i++)
        if (letters(q) == lengths[i] && strncasecmp(q, names[i], lengths[i]) == 0) {
            w->zone = hours[i] * HOUR;
            *p = q + lengths[i];
            return true;
        }
    int hour, minute = 0;
    size_t digits;
    bool west = *q == '-';
    if ((!west && *q != '+') || (q++, !read_digits(&q, 4, &hour, &digits)) || digits == 3)
        return false;
    if (digits == 4) {
        minute = hour % 100;
        hour /= 100;
    } else if (*q == ':' && (q++, !read_digits(&q, 2, &minute, &digits) || digits != 2)) {
        return false;
    }
    if (hour > 14 || minute > 59)
        return false;
    w->zone = (west ? -1 : 1) * (hour * HOUR + minute * 60);
    *p = q;
    return true;
}

/* Jan 6, 2025 with all behind it; Jan 6 08:00:00 [UTC] 2025. */
static bool read_month_day(const char **p, struct when *w)
{
    size_t digits;
    if (!read_month(p, &w->month))
        return false;
    skip_blanks(p);
    if (!read_digits(p, 2, &w->day, &digits))
        return false;
    skip_blanks(p);
    if (read_clock(p, w)) {
        skip_blanks(p);
        if (read_zone(p, w))
            skip_blanks(p);
    }
    return read_year(p, &w->year);
}

/* The whole of the text, which ISO 8601 is not. */
static bool read_other(const char *p, enum row_time_slash slash, struct when *w)
{
    *w = (struct when){0};
    skip_weekday(&p);
    if (!read_numeric_date(&p, slash, w) && !read_day_month(&p, w) && !read_month_day(&p, w))
        return false;
    if (!moment_date_valid(w->year, w->month, w->day))
        return false;
    p += *p == 'T';
    skip_blanks(&p);
    if (read_clock(&p, w))
        skip_blanks(&p);
    if (*p && read_zone(&p, w))
        skip_blanks(&p);
    return *p == '\0';
}

/* 20250106T080000Z, as ISO 8601 has it in its short form. */
static bool widen(const char *text, char room[TIME_MAX])
{
    if (strspn(text, "0123456789") != 8 || text[8] != 'T' || strspn(text + 9, "0123456789") != 6)
        return false;
    return snprintf(room, TIME_MAX, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%s", text, text + 4, text + 6, text + 9, text + 11, text + 13, text + 15) < TIME_MAX;
}

bool row_time_is_date(const char *text, enum row_time_slash slash, double *seconds)
{
    char room[TIME_MAX];
    struct moment moment;
    struct when when;
    struct error ignored = {0};
    size_t len = strlen(text);
    if (!len || len >= TIME_MAX)
        return false;
    if (moment_parse(widen(text, room) ? room : text, MOMENT_ISO, (struct pos){0}, &moment, &ignored)) {
        *seconds = moment_seconds(moment);
        return true;
    }
    if (!read_other(text, slash, &when))
        return false;
    *seconds = (double)moment_days(when.year, when.month, when.day) * DAY + when.clock - when.zone;
    return true;
}

bool row_time_read(const char *text, enum row_time_slash slash, struct pos at, double *seconds, struct error *err)
{
    bool gap;
    if (grid_number(text, strlen(text), seconds, &gap) && !gap) {
        if (!row_time_is_compact(*seconds, seconds))
            *seconds = seconds_of(*seconds);
        return true;
    }
    if (row_time_is_date(text, slash, seconds))
        return true;
    return error_at(err, ERR_ARTIFACT, at,
                    "found '%.60s', expected a time: 2025-01-06, 2025-01-06T08:00:00Z, 06.01.2025, 6-Jan-2025, or seconds since 1970", text);
}

bool row_time_is_compact(double number, double *seconds)
{
    if (!(number >= 19700101 && number <= 20991231) || number != floor(number))
        return false;
    int day = (int)number;
    if (!moment_date_valid(day / 10000, day / 100 % 100, day % 100))
        return false;
    *seconds = (double)moment_days(day / 10000, day / 100 % 100, day % 100) * DAY;
    return true;
}

bool row_time_is_serial(double number, double *seconds)
{
    *seconds = (number - 25569) * DAY; /* 25569 is 1970-01-01 */
    return number >= 30000 && number <= 80000;
}

const char *row_time_shown(const char *text, struct arena *arena)
{
    double number, seconds;
    bool gap;
    struct moment moment;
    struct error ignored = {0};
    char iso[MOMENT_TEXT_MAX];
    if (!grid_number(text, strlen(text), &number, &gap) || gap)
        return text;
    if (!row_time_is_compact(number, &seconds) && !row_time_is_serial(number, &seconds))
        seconds = seconds_of(number);
    if (fabs(seconds) < 1e8 || !moment_epoch(floor(seconds), (struct pos){0}, &moment, &ignored))
        return text;
    moment_isoformat(moment, ' ', iso);
    return arena_printf(arena, "%.*s", fmod(floor(seconds), DAY) == 0 ? 10 : 16, iso);
}

/* ---- 01/06/2025 ---- */

/* Whether all cells that are dates this way go one way. */
static bool in_order(const char *const *cells, size_t n, enum row_time_slash slash)
{
    bool up = false, down = false, any = false;
    double last = 0, seconds;
    for (size_t i = 0; i < n; i++) {
        if (!row_time_is_date(cells[i], slash, &seconds))
            continue;
        up |= any && seconds > last;
        down |= any && seconds < last;
        last = seconds;
        any = true;
    }
    return !(up && down);
}

enum row_time_slash row_time_slashes(const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *p = cells[i];
        int first, second;
        size_t digits;
        if (!read_digits(&p, 2, &first, &digits) || *p++ != '/' || !read_digits(&p, 2, &second, &digits) || *p != '/')
            continue;
        if (first > 12 || second > 12)
            return first > 12 ? SLASH_DAY_FIRST : SLASH_MONTH_FIRST;
    }
    return !in_order(cells, n, SLASH_MONTH_FIRST) && in_order(cells, n, SLASH_DAY_FIRST) ? SLASH_DAY_FIRST : SLASH_MONTH_FIRST;
}
