#include "regress/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a display format says: "{:,.2f}" or "%.2f", with text around it. */
struct format {
    int precision; /* -1: not given */
    char type;     /* f e g d, or 0: shortest */
    bool separators;
    const char *before, *after; /* texts around the directive */
    size_t before_len;
};

/* ",.2f" after "{:" or ".2f" after "%": returns what follows, or NULL when it is something else. */
static const char *parse_directive(const char *s, struct format *f)
{
    if (*s == ',') {
        f->separators = true;
        s++;
    }
    if (*s == '.') {
        int precision = 0;
        for (s++; *s >= '0' && *s <= '9' && precision < 100; s++)
            precision = precision * 10 + (*s - '0');
        f->precision = precision > 17 ? 17 : precision;
    }
    if (*s && strchr("fFeEgGd", *s))
        f->type = *s++;
    return s;
}

static bool parse_format(const char *text, struct format *f)
{
    *f = (struct format){.precision = -1, .before = text};
    const char *open = text ? strpbrk(text, "{%") : NULL;
    if (!open)
        return false;
    f->before_len = (size_t)(open - text);
    const char *s = open + 1;
    if (*open == '{') {
        s = parse_directive(*s == ':' ? s + 1 : s, f);
        if (*s != '}')
            return false;
        f->after = s + 1;
        return true;
    }
    f->after = parse_directive(s, f);
    return f->type != 0;
}

/* Puts separators into the digits before the point. */
static const char *separate(const char *digits, struct arena *arena)
{
    size_t sign = digits[0] == '-', whole = sign + strspn(digits + sign, "0123456789"), len = strlen(digits);
    char *out = arena_alloc(arena, len + len / 3 + 2), *to = out;
    for (size_t i = 0; i < len; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

/* Four significant digits, whole numbers as they are: 5151.484 → 5151, 12.345 → 12.35, 0.071 → 0.071. */
static const char *shortest(double value, struct arena *arena)
{
    double size = fabs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4))
        return arena_printf(arena, "%.4g", value);
    if (size >= 1000 || value == floor(value))
        return arena_printf(arena, "%.0f", value);
    int digits_before = size > 0 ? (int)floor(log10(size)) + 1 : 1;
    char *text = arena_printf(arena, "%.*f", 4 - digits_before, value);
    if (strchr(text, '.')) {
        size_t len = strlen(text);
        while (text[len - 1] == '0')
            text[--len] = '\0';
        if (text[len - 1] == '.')
            text[len - 1] = '\0';
    }
    return text;
}

static const char *formatted(const struct format *f, double value, struct arena *arena)
{
    int precision = f->precision < 0 ? 6 : f->precision;
    switch (f->type) {
    case 'd':
        return arena_printf(arena, "%.0f", trunc(value));
    case 'e':
    case 'E':
        return arena_printf(arena, "%.*e", precision, value);
    case 'g':
    case 'G':
        return arena_printf(arena, "%.*g", precision, value);
    case 'f':
    case 'F':
        return arena_printf(arena, "%.*f", precision, value);
    default:
        return shortest(value, arena);
    }
}

const char *value_unit(const struct kpi_rule *rule)
{
    const char *unit = rule->divisor != 0 && rule->divisor_unit ? rule->divisor_unit : rule->unit;
    return unit ? unit : "";
}

const char *value_number(const struct kpi_rule *rule, double value, enum value_style style, struct arena *arena)
{
    if (!isfinite(value))
        return "---";
    struct format f;
    bool given = parse_format(rule->format, &f);
    double shown = rule->divisor != 0 ? value / rule->divisor : value;
    if (!isfinite(shown))
        return "---";
    const char *number = given ? formatted(&f, shown, arena) : shortest(shown, arena);
    if (style == VALUE_PEOPLE)
        number = separate(number, arena);
    if (!given)
        return number;
    return arena_printf(arena, "%.*s%s%s", (int)f.before_len, f.before, number, f.after);
}

const char *value_shown(const struct kpi_rule *rule, double value, enum value_style style, struct arena *arena)
{
    const char *number = value_number(rule, value, style, arena), *unit = value_unit(rule);
    return unit[0] ? arena_printf(arena, "%s %s", number, unit) : number;
}

const char *value_percent(double share, struct arena *arena)
{
    double percent = 100 * fabs(share);
    if (!isfinite(percent))
        return "--- %";
    int decimals = percent >= 99.95 ? 0 : percent >= 0.995 ? 1 : 2;
    return arena_printf(arena, "%s %%", separate(arena_printf(arena, "%.*f", decimals, percent), arena));
}

const char *value_p(double p, struct arena *arena)
{
    if (!isfinite(p))
        return "---";
    if (p < 0.0001)
        return "< 0.0001";
    return arena_printf(arena, "%.*f", p < 0.00095 ? 4 : p < 0.0995 ? 3 : 2, p);
}
