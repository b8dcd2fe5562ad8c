#include "base/duration.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

struct unit_row {
    const char *name;
    int64_t ns;
};

static const struct unit_row units[] = {
    {"ns", 1},
    {"us", 1000},
    {"\xC2\xB5s", 1000},
    {"\xCE\xBCs", 1000},
    {"ms", 1000000},
    {"s", SECOND},
    {"sec", SECOND},
    {"second", SECOND},
    {"seconds", SECOND},
    {"m", 60 * SECOND},
    {"min", 60 * SECOND},
    {"minute", 60 * SECOND},
    {"minutes", 60 * SECOND},
    {"h", 3600 * SECOND},
    {"hr", 3600 * SECOND},
    {"hour", 3600 * SECOND},
    {"hours", 3600 * SECOND},
    {"d", 86400 * SECOND},
    {"day", 86400 * SECOND},
    {"days", 86400 * SECOND},
    {"w", 604800 * SECOND},
    {"week", 604800 * SECOND},
    {"weeks", 604800 * SECOND},
    {0},
};
static const struct unit_row iso_days[] = {{"W", 604800 * SECOND}, {"D", 86400 * SECOND}, {0}};
static const struct unit_row iso_clock[] = {{"H", 3600 * SECOND}, {"M", 60 * SECOND}, {"S", SECOND}, {0}};

/* "12.5": whole units, and the rest in billionths. False: no digits, or too many. */
struct quantity {
    int64_t whole, billionths;
};

static bool read_number(const char **p, struct quantity *out)
{
    size_t digits = 0;
    *out = (struct quantity){0};
    for (; isdigit((unsigned char)**p); ++*p, digits++)
        if (__builtin_mul_overflow(out->whole, 10, &out->whole) || __builtin_add_overflow(out->whole, **p - '0', &out->whole))
            return false;
    if (**p == '.') {
        int64_t place = SECOND / 10;
        for (++*p; isdigit((unsigned char)**p); ++*p, digits++, place /= 10)
            out->billionths += (**p - '0') * place;
    }
    return digits > 0;
}

static size_t name_len(const char *p)
{
    size_t n = 0;
    while (isalpha((unsigned char)p[n]) || (unsigned char)p[n] >= 0x80)
        n++;
    return n;
}

static const struct unit_row *find_unit(const struct unit_row *rows, const char *name, size_t len)
{
    for (; rows->name; rows++)
        if (strlen(rows->name) == len && memcmp(rows->name, name, len) == 0)
            return rows;
    return NULL;
}

/* The part of a unit in ns: billionths × ns / 10^9, which may leave 64 bits on its way. */
static int64_t part_of(int64_t billionths, int64_t ns)
{
    return ns >= SECOND ? billionths * (ns / SECOND) : billionths / (SECOND / ns);
}

static bool add_part(int64_t *sum, const struct quantity *quantity, int64_t ns)
{
    int64_t whole;
    return !__builtin_mul_overflow(quantity->whole, ns, &whole) && !__builtin_add_overflow(*sum, whole, sum) &&
           !__builtin_add_overflow(*sum, part_of(quantity->billionths, ns), sum);
}

static void skip_blanks(const char **p)
{
    while (**p == ' ')
        ++*p;
}

static bool read_parts(const char *p, int64_t *sum)
{
    skip_blanks(&p);
    do {
        struct quantity quantity;
        if (!read_number(&p, &quantity))
            return false;
        skip_blanks(&p);
        size_t n = name_len(p);
        const struct unit_row *unit = find_unit(units, p, n);
        if (!unit || !add_part(sum, &quantity, unit->ns))
            return false;
        p += n;
        skip_blanks(&p);
    } while (*p);
    return true;
}

/* Parts in the order of `rows`, each at most once. */
static bool read_iso_parts(const char **p, const struct unit_row *rows, int64_t *sum, bool *any)
{
    while (isdigit((unsigned char)**p)) {
        struct quantity quantity;
        if (!read_number(p, &quantity))
            return false;
        const struct unit_row *unit = find_unit(rows, *p, 1);
        if (!unit || !add_part(sum, &quantity, unit->ns))
            return false;
        rows = unit + 1;
        ++*p;
        *any = true;
    }
    return true;
}

static bool read_iso(const char *p, int64_t *sum)
{
    bool any = false, clock = true;
    if (!read_iso_parts(&p, iso_days, sum, &any))
        return false;
    if (*p == 'T') {
        p++;
        clock = false;
        if (!read_iso_parts(&p, iso_clock, sum, &clock))
            return false;
    }
    return *p == '\0' && clock && (any || p[-1] != 'P');
}

/* Two digits below 60. */
static bool read_sixty(const char **p, int64_t *out)
{
    const char *s = *p;
    if (s[0] < '0' || s[0] > '5' || !isdigit((unsigned char)s[1]) || isdigit((unsigned char)s[2]))
        return false;
    *out = (s[0] - '0') * 10 + (s[1] - '0');
    *p += 2;
    return true;
}

static bool read_clock(const char *p, int64_t *sum)
{
    int64_t minutes, seconds;
    struct quantity hours, part = {0};
    if (p[strspn(p, "0123456789")] != ':' || !read_number(&p, &hours) || *p++ != ':' || !read_sixty(&p, &minutes) || *p++ != ':' || !read_sixty(&p, &seconds))
        return false;
    if (*p == '.' && (!isdigit((unsigned char)p[1]) || !read_number(&p, &part)))
        return false;
    const struct quantity rest = {.whole = minutes * 60 + seconds, .billionths = part.billionths};
    return *p == '\0' && add_part(sum, &hours, 3600 * SECOND) && add_part(sum, &rest, SECOND);
}

bool duration_parse(const char *text, double *seconds)
{
    int64_t sum = 0;
    bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    bool ok = strcmp(text, "0") == 0 || (*text == 'P'         ? read_iso(text + 1, &sum)
                                          : strchr(text, ':') ? read_clock(text, &sum)
                                                              : read_parts(text, &sum));
    char text_ns[40]; /* read as a decimal number it is rounded once, whatever its size */
    snprintf(text_ns, sizeof(text_ns), "%" PRId64 "e-9", negative ? -sum : sum);
    if (ok)
        *seconds = strtod(text_ns, NULL);
    return ok;
}
