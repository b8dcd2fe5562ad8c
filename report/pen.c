#include "report/pen.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "json/write.h"

static const struct json_style style = {0};

static void begin(struct text *out, const char *name)
{
    size_t end = out->len;
    while (end > 0 && out->s[end - 1] == '\n')
        end--;
    char last = end ? out->s[end - 1] : '{';
    if (last == ',' || last == '[' || last == '{')
        ; /* nothing before it, or its comma is written */
    else
        text_add(out, ", ");
    if (name) {
        json_write_string(out, name, strlen(name), &style);
        text_add(out, ": ");
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
    text_add(out, last == '{' || last == '[' ? "\n" : ",\n");
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
    begin(out, name);
    text_printf(out, "%zu", value);
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
