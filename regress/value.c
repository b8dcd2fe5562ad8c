#include "regress/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload/format.h"

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

static const char *formatted(struct number_format *format, double value, enum value_style style, struct arena *arena)
{
    struct text out = text_open(1 << 16);
    bool zeros = format->align == '=' && format->fill[0] == '0';
    format->grouping = style == VALUE_PEOPLE ? (format->grouping ? format->grouping : zeros ? 0 : ',') : 0;
    number_format_add(&out, format, value);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
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
    double shown = rule->divisor != 0 ? value / rule->divisor : value;
    struct number_format format;
    if (!isfinite(shown))
        return "---";
    if (rule->format && number_format_parse(rule->format, &format))
        return formatted(&format, shown, style, arena);
    const char *number = shortest(shown, arena);
    return style == VALUE_PEOPLE ? separate(number, arena) : number;
}

const char *value_shown(const struct kpi_rule *rule, double value, enum value_style style, struct arena *arena)
{
    const char *number = value_number(rule, value, style, arena), *unit = value_unit(rule);
    return unit[0] ? arena_printf(arena, "%s %s", number, unit) : number;
}

const char *value_spread(const struct kpi_rule *rule, double value, struct arena *arena)
{
    double unit = isfinite(value) && value > 0 ? pow(10, floor(log10(value)) - 1) : 0;
    bool rounds = unit > 0 && isfinite(value / unit);
    const char *formatted = rule->format || !rounds ? value_number(rule, value, VALUE_PEOPLE, arena) : NULL;
    if (formatted && (!rounds || strpbrk(formatted, "123456789")))
        return formatted;
    struct kpi_rule plain = *rule;
    plain.format = NULL;
    return value_number(&plain, round(value / unit) * unit, VALUE_PEOPLE, arena);
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
