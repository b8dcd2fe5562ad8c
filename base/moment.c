#include "base/moment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char weekdays[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

bool moment_date_valid(int year, int month, int day)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* Counts from March, so that the leap day is the last of its year; 400 years are 146,097 days. */
int64_t moment_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void split_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

/* What was read of a text, before it is known to be a date that exists. */
struct reading {
    int year, month, day, hour, minute, second, us, zone_min;
    bool has_zone;
};

static bool read_digits(const char **p, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *p += n;
    *out = value;
    return true;
}

static bool read_char(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static bool read_date(const char **p, struct reading *r)
{
    return read_digits(p, 4, &r->year) && read_char(p, '-') && read_digits(p, 2, &r->month) && read_char(p, '-') &&
           read_digits(p, 2, &r->day);
}

static bool read_clock(const char **p, struct reading *r)
{
    return read_digits(p, 2, &r->hour) && read_char(p, ':') && read_digits(p, 2, &r->minute) && read_char(p, ':') &&
           read_digits(p, 2, &r->second);
}

/* 1 to 9 digits of a second. */
static bool read_fraction(const char **p, int *us)
{
    int value = 0, n = 0;
    for (; **p >= '0' && **p <= '9' && n < 9; (*p)++, n++)
        value = n < 6 ? value * 10 + (**p - '0') : value;
    for (int i = n; i < 6; i++)
        value *= 10;
    *us = value;
    return n > 0;
}

static bool read_zone(const char **p, struct reading *r)
{
    int hours, minutes;
    if (**p == '\0')
        return true;
    r->has_zone = true;
    if (read_char(p, 'Z'))
        return true;
    bool west = **p == '-';
    if (!west && **p != '+')
        return false;
    (*p)++;
    if (!read_digits(p, 2, &hours))
        return false;
    read_char(p, ':');
    if (!read_digits(p, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    r->zone_min = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

static bool read_iso(const char *p, struct reading *r)
{
    return read_date(&p, r) && (read_char(&p, 'T') || read_char(&p, ' ')) && read_clock(&p, r) &&
           (!read_char(&p, '.') || read_fraction(&p, &r->us)) && read_zone(&p, r) && *p == '\0';
}

static bool read_ansible(const char *p, struct reading *r)
{
    return read_date(&p, r) && read_char(&p, ' ') && read_clock(&p, r) &&
           (!read_char(&p, ',') || read_fraction(&p, &r->us)) && *p == '\0';
}

/* The index of the name at *p in a table of three-letter names, or -1. */
static int read_name(const char **p, const char (*names)[4], int n)
{
    for (int i = 0; i < n; i++)
        if (strncmp(*p, names[i], 3) == 0) {
            *p += 3;
            return i;
        }
    return -1;
}

static bool read_shell(const char *p, struct reading *r)
{
    static const char *const zones[] = {"UTC", "GMT", "Z"};
    if (read_name(&p, weekdays, 7) < 0 || !read_char(&p, ' '))
        return false;
    r->month = read_name(&p, months, 12) + 1;
    if (r->month < 1 || !read_char(&p, ' '))
        return false;
    while (*p == ' ') /* the day is padded with a blank */
        p++;
    if (!read_digits(&p, 2, &r->day) && !read_digits(&p, 1, &r->day))
        return false;
    if (!read_char(&p, ' ') || !read_clock(&p, r) || !read_char(&p, ' '))
        return false;
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]) && !r->has_zone; i++)
        if (strncmp(p, zones[i], strlen(zones[i])) == 0) {
            p += strlen(zones[i]);
            r->has_zone = true;
        }
    return r->has_zone && read_char(&p, ' ') && read_digits(&p, 4, &r->year) && *p == '\0';
}

static const struct {
    bool (*read)(const char *text, struct reading *out);
    const char *example;
} forms[] = {
    [MOMENT_ISO] = {read_iso, "2025-01-06T08:00:00Z"},
    [MOMENT_ANSIBLE] = {read_ansible, "2025-01-06 08:00:00"},
    [MOMENT_SHELL] = {read_shell, "Mon Jan  6 08:00:00 UTC 2025"},
};

static bool in_calendar(int64_t us)
{
    return us >= moment_days(1, 1, 1) * DAY && us < (moment_days(9999, 12, 31) + 1) * DAY;
}

bool moment_parse(const char *text, enum moment_form form, struct pos at, struct moment *out, struct error *err)
{
    struct reading r = {0};
    if (!forms[form].read(text, &r))
        return error_at(err, ERR_ARTIFACT, at, "'%.60s': expected a time like '%s'", text, forms[form].example);
    if (!moment_date_valid(r.year, r.month, r.day) || r.hour > 23 || r.minute > 59 || r.second > 59)
        return error_at(err, ERR_ARTIFACT, at, "'%.60s': there is no such date and time", text);
    int64_t seconds = (r.hour * 60 + r.minute - r.zone_min) * 60 + r.second;
    int64_t us = moment_days(r.year, r.month, r.day) * DAY + seconds * SECOND + r.us;
    if (!in_calendar(us))
        return error_at(err, ERR_ARTIFACT, at, "'%.60s': outside the years 1 to 9999 in UTC", text);
    *out = (struct moment){.us = us, .has_zone = r.has_zone, .zone_min = r.zone_min};
    return true;
}

bool moment_epoch(double seconds, struct pos at, struct moment *out, struct error *err)
{
    /* Python splits before it rounds: 6 digits of the fraction are exact then. */
    double whole, fraction = modf(seconds, &whole);
    if (!(fabs(seconds) < 1e12))
        return error_at(err, ERR_ARTIFACT, at, "%g: expected seconds since 1970", seconds);
    int64_t us = (int64_t)whole * SECOND + (int64_t)nearbyint(fraction * 1e6);
    if (!in_calendar(us))
        return error_at(err, ERR_ARTIFACT, at, "%g seconds since 1970: outside the years 1 to 9999", seconds);
    *out = (struct moment){.us = us, .has_zone = true};
    return true;
}

double moment_seconds(struct moment moment)
{
    return (double)moment.us / 1e6;
}

/* `digits` decimal digits at `to`; returns what stands behind them. By hand: reports have a time for each run of a history. */
static char *put_digits(char *to, unsigned value, int digits)
{
    for (int i = digits; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + digits;
}

/* Date and time of a count of microseconds; returns the microseconds of the second. */
static int write_clock(int64_t us, char separator, char out[MOMENT_TEXT_MAX])
{
    int64_t days = us / DAY - (us % DAY < 0);
    int64_t rest = us - days * DAY;
    int year, month, day;
    split_days(days, &year, &month, &day);
    unsigned seconds = (unsigned)(rest / SECOND) % 86400;
    const unsigned parts[] = {(unsigned)month % 100, (unsigned)day % 100, seconds / 3600, seconds / 60 % 60, seconds % 60};
    const char before[] = {'-', '-', separator, ':', ':'};
    out = put_digits(out, (unsigned)year % 10000, 4);
    for (size_t i = 0; i < sizeof(before); i++) {
        *out++ = before[i];
        out = put_digits(out, parts[i], 2);
    }
    *out = '\0';
    return (int)(rest % SECOND);
}

static void append(char out[MOMENT_TEXT_MAX], const char *more)
{
    size_t n = strlen(out), len = strlen(more);
    if (n + len < MOMENT_TEXT_MAX)
        memcpy(out + n, more, len + 1);
}

void moment_isoformat(struct moment moment, char separator, char out[MOMENT_TEXT_MAX])
{
    int us = write_clock(moment.us + moment.zone_min * 60 * SECOND, separator, out);
    int zone = moment.zone_min < 0 ? -moment.zone_min : moment.zone_min;
    char text[16];
    if (us) {
        snprintf(text, sizeof(text), ".%06d", us);
        append(out, text);
    }
    if (moment.has_zone) {
        snprintf(text, sizeof(text), "%c%02d:%02d", moment.zone_min < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
        append(out, text);
    }
}

void moment_utc_text(struct moment moment, char out[MOMENT_TEXT_MAX])
{
    char text[] = ".000000Z";
    put_digits(text + 1, (unsigned)write_clock(moment.us, 'T', out), 6);
    append(out, text);
}
