#include "workload/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 512 /* 309 digits, a point, 99 digits */, REPR_DIGITS_MAX = 17 };

/* ---- reading ---- */

/* At most two digits; -1 when there is none, -2 when there are more; *p then stays. */
static int read_small(const char **p)
{
    size_t n = strspn(*p, "0123456789");
    if (n == 0 || n > 2)
        return n ? -2 : -1;
    int value = (int)strtol(*p, NULL, 10);
    *p += n;
    return value;
}

static bool read_precision(const char **p, struct number_format *f)
{
    f->precision = -1;
    if (**p != '.')
        return true;
    ++*p;
    f->precision = read_small(p);
    return f->precision >= 0;
}

static bool read_width(const char **p, struct number_format *f)
{
    while (**p == '0' && f->fill[0] && (*p)[1] >= '0' && (*p)[1] <= '9') /* zeros in front of it are no flag then */
        ++*p;
    f->width = read_small(p);
    if (f->width == -1)
        f->width = 0;
    return f->width >= 0;
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static void read_align(const char **p, struct number_format *f)
{
    size_t fill = text_utf8(*p, *p + strlen(*p));
    if (fill && fill < NUMBER_FORMAT_FILL_MAX && !is_one_of(**p, "{}") && is_one_of((*p)[fill], "<>^=")) {
        memcpy(f->fill, *p, fill);
        *p += fill;
    }
    if (is_one_of(**p, "<>^="))
        f->align = *(*p)++;
}

/* What stands between "{" and "}": "", ":.2f", "0:.2f". Returns what follows the brace; NULL: it is something else. */
static const char *read_python(const char *p, struct number_format *f)
{
    p += *p == '0' && is_one_of(p[1], ":}");
    f->python = true;
    f->precision = -1;
    if (*p == ':') {
        p++;
        read_align(&p, f);
        if (is_one_of(*p, "+- "))
            f->sign = *p == '-' ? 0 : *p;
        p += is_one_of(*p, "+- ");
        if (*p == '#')
            f->alternate = *p++;
        if (*p == '0' && !f->fill[0]) {
            f->fill[0] = *p++;
            if (!f->align)
                f->align = '=';
        }
        if (!read_width(&p, f))
            return NULL;
        if (is_one_of(*p, ",_"))
            f->grouping = *p++;
        if (!read_precision(&p, f))
            return NULL;
        if (is_one_of(*p, "deEfFgGn%"))
            f->type = *p++;
    }
    bool refused = (f->precision >= 0 && f->type == 'd') || (f->grouping && f->type == 'n') || (f->alternate && !f->type);
    return *p == '}' && !refused ? p + 1 : NULL;
}

static const char *read_printf(const char *p, struct number_format *f)
{
    for (; is_one_of(*p, "-+ #0"); p++) {
        if (*p == '#')
            f->alternate = true;
        else if (*p == '-')
            f->align = '<', f->fill[0] = '\0';
        else if (*p == '0' && f->align != '<')
            f->align = '=', f->fill[0] = '0';
        else if (*p == '+' || (*p == ' ' && f->sign != '+'))
            f->sign = *p;
    }
    if (!read_width(&p, f) || !read_precision(&p, f) || !is_one_of(*p, "dieEfFgG") || (is_one_of(*p, "di") && f->precision >= 0))
        return NULL;
    f->type = *p == 'i' ? 'd' : *p;
    return p + 1;
}

/* Bytes of text before the directive that `open` begins, or of all that is left; a doubled mark stands for itself. */
static size_t text_n(const char *p, bool python)
{
    size_t n = 0;
    for (; p[n]; n++) {
        bool mark = python ? is_one_of(p[n], "{}") : p[n] == '%';
        if (!mark)
            continue;
        if (p[n + 1] != p[n])
            return n;
        n++;
    }
    return n;
}

bool number_format_parse(const char *text, struct number_format *out)
{
    for (int python = 1; python >= 0; python--) {
        char open = python ? '{' : '%';
        *out = (struct number_format){.before = text, .before_n = text_n(text, python)};
        if (text[out->before_n] != open)
            continue;
        const char *p = text + out->before_n + 1;
        out->after = python ? read_python(p, out) : read_printf(p, out);
        return out->after && out->after[text_n(out->after, python)] == '\0';
    }
    return false;
}

/* ---- writing ---- */

/* The shortest digits that read back as the value, as Python's repr: exponents below -4 and from 16 on. */
static void repr_text(char out[NUMBER_MAX], double size)
{
    for (int digits = 1; digits <= REPR_DIGITS_MAX; digits++) {
        snprintf(out, NUMBER_MAX, "%.*e", digits - 1, size);
        if (strtod(out, NULL) != size)
            continue;
        long exponent = strtol(strchr(out, 'e') + 1, NULL, 10);
        if (exponent >= -4 && exponent < 16)
            snprintf(out, NUMBER_MAX, "%.*f", digits - 1 > exponent ? (int)(digits - 1 - exponent) : 1, size);
        return;
    }
}

/* "1.50e+02" → "1.5e+02", "1.00e+02" → "1e+02". */
static void strip_mantissa(char *text)
{
    char *e = strchr(text, 'e'), *end = e;
    if (!memchr(text, '.', (size_t)(e - text)))
        return;
    while (end[-1] == '0')
        end--;
    end -= end[-1] == '.';
    memmove(end, e, strlen(e) + 1);
}

/* No type, but a precision: as 'g', with a digit behind the point, and an exponent one digit earlier. */
static void general_text(char out[NUMBER_MAX], double size, int precision)
{
    precision = precision ? precision : 1;
    snprintf(out, NUMBER_MAX, "%.*e", precision - 1, size);
    if (strtol(strchr(out, 'e') + 1, NULL, 10) == precision - 1) { /* 'g' would still write it out */
        strip_mantissa(out);
        return;
    }
    int n = snprintf(out, NUMBER_MAX, "%.*g", precision, size);
    if (!strpbrk(out, ".e"))
        snprintf(out + n, (size_t)(NUMBER_MAX - n), ".0");
}

/* "%#g", which glibc 2.36 gets wrong where rounding makes a digit more: 99.995 with two digits. */
static void alternate_general(char out[NUMBER_MAX], char type, double size, int precision)
{
    precision = precision ? precision : 1;
    snprintf(out, NUMBER_MAX, type == 'g' ? "%#.*e" : "%#.*E", precision - 1, size);
    long exponent = strtol(strpbrk(out, "eE") + 1, NULL, 10);
    if (exponent >= -4 && exponent < precision)
        snprintf(out, NUMBER_MAX, "%#.*f", (int)(precision - 1 - exponent), size);
}

static void typed_text(char out[NUMBER_MAX], const struct number_format *f, char type, double size)
{
    char pattern[8];
    int precision = f->precision < 0 ? 6 : f->precision;
    if (f->alternate && (type == 'g' || type == 'G')) {
        alternate_general(out, type, size, precision);
        return;
    }
    snprintf(pattern, sizeof(pattern), "%%%s.*%c", f->alternate ? "#" : "", type);
    snprintf(out, NUMBER_MAX, pattern, precision, size);
}

/* The digits of a size that is 0 or more, without sign and groups. */
static void digits_of(const struct number_format *f, double size, char out[NUMBER_MAX])
{
    bool whole = size == floor(size) && size < 1e21;
    if (f->type == 'd')
        snprintf(out, NUMBER_MAX, "%.0f", f->python ? size : floor(size));
    else if (f->type == '%')
        typed_text(out, f, 'f', size * 100);
    else if ((f->type == 0 || f->type == 'n') && whole && f->precision < 0)
        snprintf(out, NUMBER_MAX, "%.0f", size);
    else if (f->type == 0 && f->precision < 0)
        repr_text(out, size);
    else if (f->type == 0)
        general_text(out, size, f->precision);
    else
        typed_text(out, f, f->type == 'n' ? 'g' : f->type, size);
}

/* Digits in groups of three, from the right; zeros before them until they have `least` characters. */
static void add_groups(struct text *out, const char *digits, size_t n, char separator, size_t least)
{
    size_t zeros = 0;
    while (zeros + n + (separator ? (zeros + n - 1) / 3 : 0) < least)
        zeros++;
    for (size_t i = 0; i < zeros + n; i++) {
        if (i && separator && (zeros + n - i) % 3 == 0)
            text_addc(out, separator);
        text_addc(out, i < zeros ? '0' : digits[i - zeros]);
    }
}

/* All but the padding; `least`: how long it must be at least, by zeros. */
static void add_number(struct text *out, const struct number_format *f, double value, size_t least)
{
    char digits[NUMBER_MAX];
    digits_of(f, fabs(value), digits);
    size_t n = strspn(digits, "0123456789"), rest = strlen(digits + n) + (f->type == '%');
    bool negative = signbit(value) && !((f->type == 'd' || f->type == 0) && strcmp(digits, "0") == 0);
    char sign = negative ? '-' : f->sign;
    if (sign)
        text_addc(out, sign);
    rest += sign != 0;
    add_groups(out, digits, n, f->grouping, least > rest ? least - rest : 0);
    text_add(out, digits + n);
    if (f->type == '%')
        text_addc(out, '%');
}

static void add_fill(struct text *out, const struct number_format *f, size_t n)
{
    while (n-- > 0)
        text_add(out, f->fill[0] ? f->fill : " ");
}

void number_format_bare(struct text *out, const struct number_format *f, double value)
{
    bool zeros = f->align == '=' && strcmp(f->fill, "0") == 0;
    struct text number = text_open(4 * NUMBER_MAX);
    add_number(&number, f, value, zeros ? (size_t)f->width : 0);
    size_t missing = number.len < (size_t)f->width ? (size_t)f->width - number.len : 0;
    size_t left = f->align == '<' ? 0 : f->align == '^' ? missing / 2 : missing;
    size_t sign = f->align == '=' && number.s[0] && strchr("+- ", number.s[0]) ? 1 : 0;
    text_addn(out, number.s, sign);
    add_fill(out, f, left);
    text_add(out, number.s + sign);
    add_fill(out, f, missing - left);
    text_close(&number);
}

static void add_around(struct text *out, const char *p, size_t n, bool python)
{
    for (size_t i = 0; i < n; i++) {
        text_addc(out, p[i]);
        i += python ? p[i] == '{' || p[i] == '}' : p[i] == '%'; /* they are doubled */
    }
}

void number_format_add(struct text *out, const struct number_format *f, double value)
{
    add_around(out, f->before, f->before_n, f->python);
    number_format_bare(out, f, value);
    add_around(out, f->after, strlen(f->after), f->python);
}
