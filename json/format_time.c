/* RFC 3339: dates and times, and durations (its appendix A). */
#include "json/format_kinds.h"

struct cursor {
    const char *p, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(struct cursor *at, char c)
{
    if (at->p == at->end || *at->p != c)
        return false;
    at->p++;
    return true;
}

/* The letter in either case. */
static bool take_letter(struct cursor *at, char c)
{
    return take(at, c) || take(at, (char)(c | 32));
}

static bool take_number(struct cursor *at, int digits, int *out)
{
    int n = 0;
    *out = 0;
    for (; n < digits && at->p < at->end && is_digit(*at->p); n++, at->p++)
        *out = *out * 10 + (*at->p - '0');
    return n == digits;
}

/* Any number of digits, at least one. */
static bool take_digits(struct cursor *at)
{
    const char *start = at->p;
    while (at->p < at->end && is_digit(*at->p))
        at->p++;
    return at->p > start;
}

static bool take_date(struct cursor *at)
{
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_number(at, 4, &year) || !take(at, '-') || !take_number(at, 2, &month) || !take(at, '-') ||
        !take_number(at, 2, &day) || month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month] + (month == 2 && leap);
}

/* hh:mm:ss, a fraction, and Z or ±hh:mm. Second 60 is the last one of a day in UTC. */
static bool take_time(struct cursor *at)
{
    int hour, minute, second, zone_hour = 0, zone_minute = 0;
    if (!take_number(at, 2, &hour) || !take(at, ':') || !take_number(at, 2, &minute) || !take(at, ':') ||
        !take_number(at, 2, &second) || (take(at, '.') && !take_digits(at)))
        return false;
    bool minus = false;
    if (!take_letter(at, 'Z')) {
        minus = take(at, '-');
        if ((!minus && !take(at, '+')) || !take_number(at, 2, &zone_hour) || !take(at, ':') || !take_number(at, 2, &zone_minute))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return false;
    int zone = zone_hour * 60 + zone_minute, utc = hour * 60 + minute + (minus ? zone : -zone);
    return second < 60 || (utc + 2 * 1440) % 1440 == 1439;
}

bool format_date(const char *s, size_t len, struct format_tools *tools)
{
    struct cursor at = {s, s + len};
    (void)tools;
    return take_date(&at) && at.p == at.end;
}

bool format_time(const char *s, size_t len, struct format_tools *tools)
{
    struct cursor at = {s, s + len};
    (void)tools;
    return take_time(&at) && at.p == at.end;
}

bool format_date_time(const char *s, size_t len, struct format_tools *tools)
{
    struct cursor at = {s, s + len};
    (void)tools;
    return take_date(&at) && take_letter(&at, 'T') && take_time(&at) && at.p == at.end;
}

/* Numbers with these units, in this order and without a gap: 1Y2M3D, 2M3D, 3D. At least one. */
static bool take_units(struct cursor *at, const char *units)
{
    bool any = false;
    while (at->p < at->end && *at->p != 'T') {
        if (!take_digits(at) || at->p == at->end)
            return false;
        for (; *units && *units != *at->p && !any; units++) {
        }
        if (*units != *at->p || !*units)
            return false;
        units++, at->p++;
        any = true;
    }
    return any;
}

bool format_duration(const char *s, size_t len, struct format_tools *tools)
{
    struct cursor at = {s, s + len}, weeks;
    (void)tools;
    if (!take(&at, 'P'))
        return false;
    weeks = at;
    if (take_digits(&weeks) && take(&weeks, 'W'))
        return weeks.p == weeks.end;
    if (at.p < at.end && *at.p != 'T' && !take_units(&at, "YMD"))
        return false;
    if (at.p == at.end)
        return len > 1;
    return take(&at, 'T') && take_units(&at, "HMS") && at.p == at.end;
}
