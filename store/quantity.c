#include "store/quantity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NUMBER_MAX = 60 };

/* A suffix stands for a decimal exponent, which strtod takes into account exactly, or for a power of two. */
static const struct {
    const char *suffix;
    int ten, two;
} suffixes[] = {
    {"", 0, 0},   {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},   {"G", 9, 0},   {"T", 12, 0},
    {"P", 15, 0}, {"E", 18, 0}, {"Ki", 0, 10}, {"Mi", 0, 20}, {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* Bytes of "[-+]?digits[.digits]", or 0 when there is no digit. */
static size_t number_len(const char *text)
{
    static const char digits[] = "0123456789";
    const char *p = text + (*text == '-' || *text == '+');
    size_t whole = strspn(p, digits), fraction = 0;
    p += whole;
    if (*p == '.') {
        fraction = strspn(p + 1, digits);
        p += 1 + fraction;
    }
    return whole + fraction ? (size_t)(p - text) : 0;
}

/* "e3", "E-06": at most three digits. False: it is no exponent. */
static bool read_exponent(const char *p, int *out)
{
    if (*p != 'e' && *p != 'E')
        return false;
    const char *digits = p + 1 + (p[1] == '-' || p[1] == '+');
    size_t n = strspn(digits, "0123456789");
    if (n < 1 || n > 3 || digits[n])
        return false;
    *out = (int)strtol(p + 1, NULL, 10);
    return true;
}

bool quantity_parse(const char *text, struct pos at, double *out, struct error *err)
{
    size_t len = number_len(text);
    int cut = text_cut(text, strlen(text), 80);
    if (len == 0 || len > NUMBER_MAX)
        return error_at(err, ERR_ARTIFACT, at, "'%.*s': expected a quantity, as in '500m' or '1.5Gi'", cut, text);
    int ten = 0, two = 0;
    bool known = read_exponent(text + len, &ten);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && !known; i++)
        if (strcmp(text + len, suffixes[i].suffix) == 0) {
            known = true;
            ten = suffixes[i].ten;
            two = suffixes[i].two;
        }
    if (!known)
        return error_at(err, ERR_ARTIFACT, at,
                        "'%.*s': unknown suffix '%.*s', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei", cut, text,
                        text_cut(text + len, strlen(text + len), 20), text + len);
    char number[NUMBER_MAX + 16];
    snprintf(number, sizeof(number), "%.*se%d", (int)len, text, ten);
    double value = ldexp(strtod(number, NULL), two);
    if (!isfinite(value))
        return error_at(err, ERR_ARTIFACT, at, "'%.*s': beyond the range of a double", cut, text);
    *out = value;
    return true;
}
