#include "config/yaml_number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* big += more */
static bool big_add(struct big *big, const struct big *more)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < more->n || carry; i++) {
        if (i == big->n) {
            if (i == LIMBS)
                return false;
            big->limb[big->n++] = 0;
        }
        carry += (uint64_t)big->limb[i] + (i < more->n ? more->limb[i] : 0);
        big->limb[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    return true;
}

/* "190:20:30": groups of a number in base 60, each of which Python reads by itself. */
static bool sexagesimal_int(struct big *big, const char *s, size_t len)
{
    for (const char *end = s + len;;) {
        const char *colon = memchr(s, ':', (size_t)(end - s));
        struct big group;
        bool negative = false;
        group.n = 0;
        if (!python_int(&group, s, (size_t)((colon ? colon : end) - s), 10, &negative) || negative ||
            !big_step(big, 60, 0) || !big_add(big, &group))
            return false;
        if (!colon)
            return true;
        s = colon + 1;
    }
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

bool yaml_number_int(struct arena *arena, struct node *node)
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

bool yaml_number_float(struct arena *arena, struct node *node)
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

bool yaml_number_core_int(struct node *node)
{
    const char *s = node->string;
    bool prefixed = node->string_len > 2 && s[0] == '0';
    node->kind = NODE_INT;
    errno = 0;
    node->integer = strtoll(prefixed ? s + 2 : s, NULL, !prefixed ? 10 : s[1] == 'x' ? 16 : 8);
    return errno == 0;
}

bool yaml_number_core_float(struct node *node)
{
    const char *s = node->string + (node->string[0] == '-' || node->string[0] == '+');
    bool infinite = strcasecmp(s, ".inf") == 0;
    double value = infinite ? INFINITY : strcasecmp(s, ".nan") == 0 ? NAN : strtod(s, NULL);
    node->kind = NODE_FLOAT;
    node->real = node->string[0] == '-' ? -value : value;
    return infinite || !isinf(value);
}
