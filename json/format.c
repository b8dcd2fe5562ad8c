#include "json/format.h"

#include <string.h>

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

/* A number of `least` to `most` digits, as many as there are. */
static bool take_number(struct cursor *at, int least, int most, int *out)
{
    int n = 0;
    *out = 0;
    for (; n < most && at->p < at->end && is_digit(*at->p); n++, at->p++)
        *out = *out * 10 + (*at->p - '0');
    return n >= least;
}

static bool take_date(struct cursor *at)
{
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_number(at, 4, 4, &year) || !take(at, '-') || !take_number(at, 1, 2, &month) || !take(at, '-') ||
        !take_number(at, 1, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month] + (month == 2 && leap);
}

static bool take_time(struct cursor *at)
{
    int hour, minute, second = 0, fraction;
    if (!take_number(at, 1, 2, &hour) || !take(at, ':') || !take_number(at, 1, 2, &minute))
        return false;
    if (take(at, ':')) {
        if (!take_number(at, 1, 2, &second))
            return false;
        if (take(at, '.') && (!take_number(at, 1, 6, &fraction) || !take_number(at, 0, 6, &fraction)))
            return false;
    }
    return hour < 24 && minute < 60 && second < 60;
}

/* Nothing, Z, ±hh, ±hhmm or ±hh:mm, less than a day. */
static bool take_zone(struct cursor *at)
{
    int hours, minutes = 0;
    if (at->p == at->end || take(at, 'Z'))
        return true;
    if (!take(at, '+') && !take(at, '-'))
        return false;
    if (!take_number(at, 2, 2, &hours))
        return false;
    if (at->p < at->end) {
        take(at, ':');
        if (!take_number(at, 2, 2, &minutes))
            return false;
    }
    return hours * 60 + minutes < 24 * 60;
}

static bool is_date_time(const char *s, size_t len)
{
    struct cursor at = {s, s + len};
    return take_date(&at) && (take(&at, 'T') || take(&at, ' ')) && take_time(&at) && take_zone(&at) && at.p == at.end;
}

static bool is_uuid4(const char *s, size_t len)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";
    static const char *const sets[128] = {['x'] = "0123456789abcdefABCDEF", ['V'] = "89abAB", ['-'] = "-", ['4'] = "4"};
    if (len != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!s[i] || !strchr(sets[(int)form[i]], s[i]))
            return false;
    return true;
}

static const struct format formats[] = {
    {"date-time", is_date_time, "a date and time such as 2024-01-31T12:00:00Z"},
    {"uuid4", is_uuid4, "a UUID of version 4"},
};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}
