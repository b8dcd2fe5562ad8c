#include "config/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/moment.h"

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return (c | 32) - 'a' + 10;
    return 99;
}

/* The text without underscores, as PyYAML reads numbers. */
static const char *without_underscores(struct arena *arena, const char *s, size_t *len)
{
    if (!memchr(s, '_', *len))
        return s;
    char *to = arena_alloc(arena, *len + 1);
    size_t n = 0;
    for (size_t i = 0; i < *len; i++)
        if (s[i] != '_')
            to[n++] = s[i];
    *len = n;
    return to;
}

/* A natural number of any length up to YAML_DIGITS_MAX, in limbs of nine decimal digits, lowest first. */
enum { LIMB = 1000000000, LIMBS = YAML_DIGITS_MAX / 9 + 1 };
struct big {
    uint32_t limb[LIMBS];
    size_t n;
};

/* big = big * factor + more; false when it gets too long. */
static bool big_step(struct big *big, uint32_t factor, uint64_t more)
{
    uint64_t carry = more;
    for (size_t i = 0; i < big->n; i++) {
        carry += (uint64_t)big->limb[i] * factor;
        big->limb[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    while (carry) {
        if (big->n == LIMBS)
            return false;
        big->limb[big->n++] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    return true;
}

/* Adds the digits s[0..len) of a base to what is there; false: no digits, or too many. */
static bool big_digits(struct big *big, const char *s, size_t len, int base)
{
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(s[i]);
        if (digit >= base || !big_step(big, (uint32_t)base, (uint64_t)digit))
            return false;
    }
    return len > 0;
}

/* What Python's int(s, base) takes: blanks around, a sign, a prefix of that base. */
static bool python_int(struct big *big, const char *s, size_t len, int base, bool *negative)
{
    while (len && blank(s[0]))
        s++, len--;
    while (len && blank(s[len - 1]))
        len--;
    if (len && (s[0] == '-' || s[0] == '+')) {
        *negative = *negative != (s[0] == '-');
        s++, len--;
    }
    char letter = base == 16 ? 'x' : base == 8 ? 'o' : base == 2 ? 'b' : '\0';
    if (len > 1 && letter && s[0] == '0' && (s[1] | 32) == letter)
        s += 2, len -= 2;
    return big_digits(big, s, len, base);
}

/* "190:20:30": groups of a number in base 60. */
static bool sexagesimal_int(struct big *big, const char *s, size_t len)
{
    const char *end = s + len, *colon = memchr(s, ':', len);
    if (!big_digits(big, s, (size_t)(colon - s), 10))
        return false;
    while (colon) {
        const char *part = colon + 1;
        colon = memchr(part, ':', (size_t)(end - part));
        struct big group = {0};
        if (!big_digits(&group, part, (size_t)((colon ? colon : end) - part), 10) || group.n > 1)
            return false;
        if (!big_step(big, 60, group.n ? group.limb[0] : 0))
            return false;
    }
    return true;
}

static bool big_fits(const struct big *big, bool negative, int64_t *out)
{
    uint64_t value = 0, top = (uint64_t)INT64_MAX + negative;
    if (big->n > 3)
        return false;
    for (size_t i = big->n; i-- > 0;) {
        if (value > (top - big->limb[i]) / LIMB)
            return false;
        value = value * LIMB + big->limb[i];
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static bool set_big(struct arena *arena, struct node *node, const struct big *big, bool negative)
{
    char *text = arena_alloc(arena, big->n * 9 + 2);
    size_t n = (size_t)snprintf(text, 12, "%s%u", negative ? "-" : "", big->limb[big->n - 1]);
    for (size_t i = big->n - 1; i-- > 0; n += 9)
        snprintf(text + n, 10, "%09u", big->limb[i]);
    if (n - negative > YAML_DIGITS_MAX)
        return false;
    *node = (struct node){.kind = NODE_FLOAT, .line = node->line, .col = node->col, .boolean = true,
                          .real = strtod(text, NULL), .string = text, .string_len = n};
    return true;
}

/* Most integers: a sign and up to 18 digits, no 0 in front. */
static bool short_int(const char *s, size_t len, int64_t *out)
{
    size_t i = len && (s[0] == '-' || s[0] == '+');
    if (len - i < 1 || len - i > 18 || (s[i] == '0' && len - i > 1))
        return false;
    int64_t value = 0;
    for (size_t at = i; at < len; at++) {
        if (s[at] < '0' || s[at] > '9')
            return false;
        value = value * 10 + (s[at] - '0');
    }
    *out = s[0] == '-' ? -value : value;
    return true;
}

static bool set_int(struct arena *arena, struct node *node)
{
    node->kind = NODE_INT;
    if (short_int(node->string, node->string_len, &node->integer))
        return true;
    size_t len = node->string_len;
    const char *s = without_underscores(arena, node->string, &len);
    bool negative = len && s[0] == '-';
    if (len && (s[0] == '-' || s[0] == '+'))
        s++, len--;
    struct big big;
    big.n = 0;
    bool ok;
    if (len == 1 && s[0] == '0')
        ok = true;
    else if (len > 1 && s[0] == '0' && (s[1] == 'b' || s[1] == 'x'))
        ok = python_int(&big, s + 2, len - 2, s[1] == 'b' ? 2 : 16, &negative);
    else if (len && s[0] == '0')
        ok = python_int(&big, s, len, 8, &negative);
    else if (len && memchr(s, ':', len))
        ok = sexagesimal_int(&big, s, len);
    else
        ok = python_int(&big, s, len, 10, &negative);
    return ok && (big_fits(&big, negative, &node->integer) || set_big(arena, node, &big, negative));
}

/* What Python's float() takes, blanks and sign aside: "1.5e3", "1.", ".5", "inf", "infinity", "nan". */
static bool python_float(const char *s, size_t len, double *out)
{
    static const char *const words[] = {"inf", "infinity", "nan"};
    while (len && blank(s[0]))
        s++, len--;
    while (len && blank(s[len - 1]))
        len--;
    size_t i = len && (s[0] == '-' || s[0] == '+'), digits = 0;
    for (size_t w = 0; w < 3; w++)
        if (len - i == strlen(words[w]) && strncasecmp(s + i, words[w], len - i) == 0) {
            *out = copysign(w == 2 ? NAN : INFINITY, s[0] == '-' ? -1.0 : 1.0);
            return true;
        }
    for (; i < len && digit_of(s[i]) < 10; i++)
        digits++;
    if (i < len && s[i] == '.')
        for (i++; i < len && digit_of(s[i]) < 10; i++)
            digits++;
    if (digits && i < len && (s[i] | 32) == 'e') {
        i += i + 1 < len && (s[i + 1] == '-' || s[i + 1] == '+') ? 2 : 1;
        size_t first = i;
        while (i < len && digit_of(s[i]) < 10)
            i++;
        if (i == first)
            return false;
    }
    if (!digits || i != len)
        return false;
    *out = strtod(s, NULL); /* stops where we stopped: what follows is a blank, a colon or the end */
    return true;
}

/* "1:30:5.25": the parts from the last to the first, in the order in which PyYAML adds them. */
static bool sexagesimal_float(const char *s, size_t len, double *out)
{
    double value = 0, base = 1;
    for (const char *end = s + len;;) {
        const char *colon = memrchr(s, ':', (size_t)(end - s));
        const char *part = colon ? colon + 1 : s;
        double number;
        if (!python_float(part, (size_t)(end - part), &number) || isinf(base))
            return false;
        value += number * base;
        base *= 60;
        if (!colon)
            break;
        end = colon;
    }
    *out = value;
    return true;
}

static bool set_float(struct arena *arena, struct node *node)
{
    size_t len = node->string_len;
    const char *s = without_underscores(arena, node->string, &len);
    bool negative = len && s[0] == '-';
    if (len && (s[0] == '-' || s[0] == '+'))
        s++, len--;
    double value;
    if (len == 4 && strcasecmp(s, ".inf") == 0)
        value = INFINITY;
    else if (len == 4 && strcasecmp(s, ".nan") == 0)
        value = NAN;
    else if (!(memchr(s, ':', len) ? sexagesimal_float(s, len, &value) : python_float(s, len, &value)))
        return false;
    node->kind = NODE_FLOAT;
    node->real = isnan(value) ? NAN : negative ? -value : value;
    return true;
}

static bool set_bool(struct node *node)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    for (size_t i = 0; i < 6; i++)
        if (strlen(words[i]) == node->string_len && strcasecmp(words[i], node->string) == 0) {
            node->kind = NODE_BOOL;
            node->boolean = i % 2;
            return true;
        }
    return false;
}

/* Up to `most` digits at *p. */
static bool number(const char **p, int least, int most, int *out)
{
    int value = 0, n = 0;
    for (; n < most && **p >= '0' && **p <= '9'; n++)
        value = value * 10 + (*(*p)++ - '0');
    *out = value;
    return n >= least;
}

static bool character(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static void skip_blanks(const char **p)
{
    while (**p == ' ' || **p == '\t')
        (*p)++;
}

/* "[ \t]*(Z|[-+]hh?(:mm)?)" or nothing, up to the end. */
static bool read_zone(const char *p, struct moment *out)
{
    if (*p == '\0')
        return true;
    skip_blanks(&p);
    out->has_zone = true;
    if (character(&p, 'Z'))
        return *p == '\0';
    int sign = *p == '-' ? -1 : 1, hours, minutes = 0;
    if (*p != '-' && *p != '+')
        return false;
    p++;
    if (!number(&p, 1, 2, &hours) || (character(&p, ':') && !number(&p, 2, 2, &minutes)) || *p != '\0')
        return false;
    out->zone_min = sign * (hours * 60 + minutes);
    return hours * 60 + minutes < 24 * 60;
}

static bool read_clock(const char *p, int year, int month, int day, struct moment *out)
{
    int hour, minute, second, us = 0, digits = 0;
    if (*p == 'T' || *p == 't')
        p++;
    else if (*p == ' ' || *p == '\t')
        skip_blanks(&p);
    else
        return false;
    if (!number(&p, 1, 2, &hour) || !character(&p, ':') || !number(&p, 2, 2, &minute) || !character(&p, ':') ||
        !number(&p, 2, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    if (character(&p, '.'))
        for (; *p >= '0' && *p <= '9'; p++, digits++)
            us = digits < 6 ? us * 10 + (*p - '0') : us;
    for (; digits && digits < 6; digits++)
        us *= 10;
    if (!read_zone(p, out))
        return false;
    out->us = ((moment_days(year, month, day) * 24 + hour) * 60 + minute - out->zone_min) * 60000000 +
              second * INT64_C(1000000) + us;
    return true;
}

/* Text as Python's str() of a date or a datetime; `integer` is the instant and `boolean` says that a zone was given. */
static bool set_time(struct arena *arena, struct node *node)
{
    const char *p = node->string;
    int year, month, day;
    if (strlen(p) != node->string_len || !number(&p, 4, 4, &year) || !character(&p, '-') ||
        !number(&p, 1, 2, &month) || !character(&p, '-') || !number(&p, 1, 2, &day) ||
        !moment_date_valid(year, month, day))
        return false;
    struct moment moment = {0};
    char text[MOMENT_TEXT_MAX];
    if (*p == '\0')
        snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
    else if (read_clock(p, year, month, day, &moment))
        moment_isoformat(moment, ' ', text);
    else
        return false;
    node->kind = NODE_TIME;
    node->integer = moment.us;
    node->boolean = moment.has_zone;
    node->string_len = strlen(text);
    node->string = arena_strndup(arena, text, node->string_len);
    return true;
}

/* Base64 as Python's binascii.a2b_base64 reads it: characters of no meaning are passed over, "=" ends it. */
static bool set_binary(struct arena *arena, struct node *node)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const unsigned shifts[4] = {[2] = 4, [3] = 2, [0] = 0}; /* bits that are not yet a whole byte */
    char *out = arena_alloc(arena, node->string_len / 4 * 3 + 4);
    size_t n = 0;
    unsigned bits = 0, in_group = 0, pads = 0;
    for (size_t i = 0; i < node->string_len; i++) {
        char c = node->string[i];
        if ((unsigned char)c > 127)
            return false;
        if (c == '=' && in_group >= 2 && in_group + ++pads >= 4) {
            in_group = 0;
            for (; i < node->string_len; i++)
                if ((unsigned char)node->string[i] > 127)
                    return false;
            break;
        }
        const char *at = c && c != '=' ? strchr(alphabet, c) : NULL;
        if (!at)
            continue;
        pads = 0;
        bits = bits << 6 | (unsigned)(at - alphabet);
        in_group = (in_group + 1) % 4;
        if (in_group != 1)
            out[n++] = (char)(bits >> shifts[in_group]);
    }
    node->kind = NODE_BINARY;
    node->string = out;
    node->string_len = n;
    return in_group == 0;
}

bool yaml_scalar_set(struct arena *arena, struct node *node, enum yaml_tag tag, const char **why)
{
    *why = "expected one scalar type";
    switch (tag) {
    case YAML_TAG_NULL:
        node->kind = NODE_NULL;
        return true;
    case YAML_TAG_BOOL:
        *why = "expected a boolean";
        return set_bool(node);
    case YAML_TAG_INT:
        *why = "expected an integer of at most 4300 digits";
        return set_int(arena, node);
    case YAML_TAG_FLOAT:
        *why = "expected a number";
        return set_float(arena, node);
    case YAML_TAG_TIMESTAMP:
        *why = "expected a date or a time that exists";
        return set_time(arena, node);
    case YAML_TAG_BINARY:
        *why = "expected base64";
        return set_binary(arena, node);
    case YAML_TAG_MERGE:
    case YAML_TAG_VALUE:
        node->integer = tag;
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_STR:
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_SEQ:
    case YAML_TAG_OMAP:
    case YAML_TAG_PAIRS:
        *why = "expected a list, found a scalar";
        return false;
    case YAML_TAG_MAP:
    case YAML_TAG_SET:
        *why = "expected a mapping, found a scalar";
        return false;
    case YAML_TAG_OTHER:
    case YAML_TAG_N:
        *why = "unknown tag";
        return false;
    }
    return false;
}

static bool set_core_int(struct node *node)
{
    const char *s = node->string;
    bool prefixed = node->string_len > 2 && s[0] == '0';
    node->kind = NODE_INT;
    errno = 0;
    node->integer = strtoll(prefixed ? s + 2 : s, NULL, !prefixed ? 10 : s[1] == 'x' ? 16 : 8);
    return errno == 0;
}

static bool set_core_float(struct node *node)
{
    const char *s = node->string + (node->string[0] == '-' || node->string[0] == '+');
    bool infinite = strcasecmp(s, ".inf") == 0;
    double value = infinite ? INFINITY : strcasecmp(s, ".nan") == 0 ? NAN : strtod(s, NULL);
    node->kind = NODE_FLOAT;
    node->real = node->string[0] == '-' ? -value : value;
    return infinite || !isinf(value);
}

static bool set_core_bool(struct node *node)
{
    node->kind = NODE_BOOL;
    node->boolean = (node->string[0] | 32) == 't';
    return true;
}

bool yaml_scalar_set_core(struct node *node, enum yaml_tag tag, const char **why)
{
    enum yaml_tag looks = yaml_tag_core(node->string, node->string_len);
    switch ((int)tag) {
    case YAML_TAG_STR:
        node->kind = NODE_STRING;
        return true;
    case YAML_TAG_MERGE:
        node->kind = NODE_STRING;
        node->integer = tag;
        return true;
    case YAML_TAG_NULL:
        *why = "expected null";
        node->kind = NODE_NULL;
        return looks == tag;
    case YAML_TAG_BOOL:
        *why = "expected true or false";
        return looks == tag && set_core_bool(node);
    case YAML_TAG_INT:
        *why = looks == tag ? "does not fit 64 bits; quoted it would be a string" : "expected an integer";
        return looks == tag && set_core_int(node);
    case YAML_TAG_FLOAT:
        *why = looks == tag || looks == YAML_TAG_INT ? "is beyond a double's range" : "expected a number";
        if (looks == YAML_TAG_INT && set_core_int(node)) {
            node->kind = NODE_FLOAT;
            node->real = (double)node->integer;
            return true;
        }
        return looks == tag && set_core_float(node);
    default:
        *why = "a tag that is not known here";
        return false;
    }
}

/* The 17 digits that always tell doubles apart, or as few as do; *exponent is that of the first digit. */
static void shortest_digits(double value, char digits[20], int *exponent)
{
    char text[40];
    for (int precision = fabs(value) < 1e-300 ? 1 : 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
        bool same = strtod(text, NULL) == value;
        if (!same && precision == 16) {
            /* At powers of two the nearest 16 digits may miss where the next ones up hit. */
            char *last = text + precision + (text[0] == '-');
            if (*last < '9') {
                (*last)++;
                same = strtod(text, NULL) == value;
            }
        }
        if (same || precision == 17)
            break;
    }
    size_t n = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    *exponent = (int)strtol(p + 1, NULL, 10);
}

void yaml_real_text(double value, char out[YAML_REAL_TEXT_MAX])
{
    if (isnan(value) || isinf(value)) {
        snprintf(out, YAML_REAL_TEXT_MAX, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char digits[20];
    int exponent;
    shortest_digits(value, digits, &exponent);
    const char *minus = signbit(value) ? "-" : "";
    int n = (int)strlen(digits);
    if (exponent < -4 || exponent >= 16)
        snprintf(out, YAML_REAL_TEXT_MAX, "%s%c%s%se%c%02d", minus, digits[0], n > 1 ? "." : "", digits + 1,
                 exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
    else if (exponent < 0)
        snprintf(out, YAML_REAL_TEXT_MAX, "%s0.%.*s%s", minus, -exponent - 1, "0000", digits);
    else if (n <= exponent + 1)
        snprintf(out, YAML_REAL_TEXT_MAX, "%s%s%.*s.0", minus, digits, exponent + 1 - n, "0000000000000000");
    else
        snprintf(out, YAML_REAL_TEXT_MAX, "%s%.*s.%s", minus, exponent + 1, digits, digits + exponent + 1);
}
