#include "report/pen.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "json/number.h"
#include "json/write.h"

static const struct json_style style = {.ascii = true};

static void begin(struct text *out, const char *name)
{
    size_t end = out->len;
    while (end > 0 && out->s[end - 1] == '\n')
        end--;
    char last = end ? out->s[end - 1] : '{';
    if (last == ',' || last == '[' || last == '{')
        ; /* nothing before it, or its comma is written */
    else
        text_addn(out, ", ", 2);
    if (name) {
        json_write_string(out, name, strlen(name), &style);
        text_addn(out, ": ", 2);
    }
}

void pen_open(struct text *out, const char *name, char bracket)
{
    begin(out, name);
    text_addc(out, bracket);
}

void pen_close(struct text *out, char bracket)
{
    text_addc(out, bracket);
}

void pen_break(struct text *out)
{
    char last = out->len ? out->s[out->len - 1] : '{';
    bool first = last == '{' || last == '[';
    text_addn(out, first ? "\n" : ",\n", first ? 1 : 2);
}

void pen_item(struct text *out)
{
    pen_break(out);
    pen_open(out, NULL, '{');
}

void pen_real(struct text *out, const char *name, double value)
{
    begin(out, name);
    if (isfinite(value))
        json_write_real(out, value);
    else
        text_add(out, "null");
}

void pen_size(struct text *out, const char *name, size_t value)
{
    char digits[NUMBER_TEXT_MAX];
    begin(out, name);
    text_addn(out, digits, number_print_int64(digits, (int64_t)value));
}

void pen_bool(struct text *out, const char *name, int value)
{
    begin(out, name);
    text_add(out, value ? "true" : "false");
}

void pen_string(struct text *out, const char *name, const char *value)
{
    size_t n = value ? strlen(value) : 0;
    begin(out, name);
    if (value && text_utf8_valid(value, n) == n)
        json_write_string(out, value, n, &style);
    else
        text_add(out, "null");
}

void pen_strings(struct text *out, const char *name, const char *const *values)
{
    pen_open(out, name, '[');
    for (; values && *values; values++)
        pen_string(out, NULL, *values);
    pen_close(out, ']');
}

void pen_moment(struct text *out, const char *name, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = us, .has_zone = true}, text);
    pen_string(out, name, text);
}

void pen_null(struct text *out, const char *name)
{
    begin(out, name);
    text_add(out, "null");
}

void pen_value(struct text *out, const char *name, const json_t *value)
{
    begin(out, name);
    if (value)
        json_write(out, value, &style, 0);
    else
        text_add(out, "null");
}
