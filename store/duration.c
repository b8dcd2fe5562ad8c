#include "store/duration.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Exact: a count of seconds and a fraction of one in units of 10^-18, the smallest that nine digits of a nanosecond reach. */
struct span {
    uint64_t seconds, atto;
};

enum { FRACTION_DIGITS = 9 /* further ones are passed over */ };
static const uint64_t one_second = UINT64_C(1000000000000000000), seconds_max = INT64_MAX / 1000000000;

static const struct {
    const char *name;
    uint64_t seconds, atto; /* of one unit */
} units[] = {
    {"h", 3600, 0},           {"ms", 0, UINT64_C(1000000000000000)},
    {"m", 60, 0},             {"us", 0, UINT64_C(1000000000000)},
    {"s", 1, 0},              {"\xC2\xB5s", 0, UINT64_C(1000000000000)}, /* the micro sign */
    {"ns", 0, UINT64_C(1000000000)}, {"\xCE\xBCs", 0, UINT64_C(1000000000000)}, /* the Greek letter */
};

static bool add(struct span *span, uint64_t seconds, uint64_t atto)
{
    span->atto += atto; /* below 2 s: it fits */
    span->seconds += seconds + span->atto / one_second;
    span->atto %= one_second;
    return span->seconds <= seconds_max;
}

/* Digits as a count of at most seconds_max thousands of nanoseconds: enough for any unit. */
static bool read_whole(const char **p, const char *end, uint64_t *out, size_t *digits)
{
    *out = 0;
    *digits = 0;
    for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, (*digits)++) {
        if (*out > (UINT64_MAX - 9) / 10)
            return false;
        *out = *out * 10 + (uint64_t)(**p - '0');
    }
    return true;
}

/* ".25" as 250000000 of 10^9. */
static size_t read_fraction(const char **p, const char *end, uint64_t *out)
{
    size_t digits = 0;
    *out = 0;
    for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, digits++)
        if (digits < FRACTION_DIGITS)
            *out = *out * 10 + (uint64_t)(**p - '0');
    for (size_t i = digits; i < FRACTION_DIGITS; i++)
        *out *= 10;
    return digits;
}

/* The longest unit that stands at *p; its index, or -1. */
static int read_unit(const char **p, const char *end)
{
    int found = -1;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t n = strlen(units[i].name);
        if (n > longest && (size_t)(end - *p) >= n && memcmp(*p, units[i].name, n) == 0) {
            found = (int)i;
            longest = n;
        }
    }
    *p += longest;
    return found;
}

static bool add_part(struct span *span, uint64_t whole, uint64_t fraction, int unit)
{
    uint64_t seconds = units[unit].seconds, atto = units[unit].atto;
    if (seconds)
        return whole <= seconds_max / seconds && add(span, whole * seconds, 0) &&
               add(span, fraction * seconds / 1000000000, fraction * seconds % 1000000000 * 1000000000);
    uint64_t in_second = one_second / atto;
    return add(span, whole / in_second, whole % in_second * atto) && add(span, 0, fraction * (atto / 1000000000));
}

static bool read_parts(const char *p, const char *end, struct span *span)
{
    if (end - p == 1 && *p == '0')
        return true;
    if (p == end)
        return false;
    while (p < end) {
        uint64_t whole, fraction = 0;
        size_t digits, behind = 0;
        if (!read_whole(&p, end, &whole, &digits))
            return false;
        if (p < end && *p == '.') {
            p++;
            behind = read_fraction(&p, end, &fraction);
        }
        int unit = digits + behind ? read_unit(&p, end) : -1;
        if (unit < 0 || !add_part(span, whole, fraction, unit))
            return false;
    }
    return true;
}

static bool read_clock(const char *p, const char *end, struct span *span)
{
    uint64_t hours, minutes, seconds, fraction = 0;
    size_t n;
    if (!read_whole(&p, end, &hours, &n) || n == 0 || p == end || *p++ != ':' || !read_whole(&p, end, &minutes, &n) || n != 2 ||
        p == end || *p++ != ':' || !read_whole(&p, end, &seconds, &n) || n != 2)
        return false;
    if (p < end && *p == '.') {
        p++;
        n = read_fraction(&p, end, &fraction);
    }
    return p == end && n > 0 && minutes < 60 && seconds < 60 && hours <= seconds_max / 3600 &&
           add(span, hours * 3600 + minutes * 60 + seconds, fraction * 1000000000);
}

bool duration_parse(const char *text, size_t len, struct pos at, double *out, struct error *err)
{
    struct span span = {0};
    bool negative = len && *text == '-', sign = negative || (len && *text == '+');
    const char *from = text + sign, *end = text + len;
    bool ok = memchr(from, ':', (size_t)(end - from)) ? read_clock(from, end, &span) : read_parts(from, end, &span);
    if (!ok)
        return error_at(err, ERR_ARTIFACT, at, "'%.*s': expected a duration, as '1h2m3.5s', '300ms' or '01:02:03'",
                        text_cut(text, len, 40), text);
    long double exact = (long double)span.seconds + (long double)span.atto / (long double)one_second;
    *out = (double)(negative ? -exact : exact);
    return true;
}
