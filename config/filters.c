#include "config/filters.h"

#include <string.h>

#include "base/text.h"
#include "json/write.h"

enum { VALUE_MAX = 16 << 20 };

typedef LIST_OF(const char *) values_list;

/* The end of the alternative that begins at `text`. */
static size_t span(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && text[n] != ':')
        n += text[n] == '\\' && n + 1 < len && text[n + 1] == ':' ? 2 : 1;
    return n;
}

static const char *unescaped(struct arena *arena, const char *text, size_t len)
{
    char *value = arena_strndup(arena, text, len);
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (!(text[i] == '\\' && i + 1 < len && text[i + 1] == ':'))
            value[n++] = text[i];
    value[n] = '\0';
    return value;
}

static const char *const *alternatives(struct arena *arena, const char *text)
{
    values_list list = {0};
    size_t len = strlen(text), at = 0;
    for (;;) {
        size_t n = span(text + at, len - at);
        *LIST_ADD(arena, &list) = unescaped(arena, text + at, n);
        at += n;
        if (at == len)
            break;
        at++;
    }
    if (list.n > 1)
        *LIST_ADD(arena, &list) = text;
    *LIST_ADD(arena, &list) = NULL;
    return list.v;
}

bool filters_parse(struct arena *arena, const char *text, const char *expected, struct filters *filters, struct error *err)
{
    LIST_OF(struct filter) list = {0};
    while (text && *text) {
        size_t len = strcspn(text, ","), equals = strcspn(text, "=");
        if (equals == 0 || equals >= len)
            return error_set(err, ERR_USAGE, "--filters: '%.*s': expected %s", (int)len, text, expected);
        const char *value = arena_strndup(arena, text + equals + 1, len - equals - 1);
        *LIST_ADD(arena, &list) = (struct filter){arena_strndup(arena, text, equals), value, alternatives(arena, value)};
        text += len + (text[len] == ',');
    }
    *filters = (struct filters){list.v, list.n};
    return true;
}

static bool takes_text(const struct filter *filter, const char *text)
{
    for (const char *const *value = filter->values; *value; value++)
        if (strcmp(*value, text) == 0)
            return true;
    return false;
}

bool filter_takes(const struct filter *filter, const json_t *value)
{
    if (!value || json_is_string(value))
        return value && takes_text(filter, json_string_value(value));
    struct text out = text_open(VALUE_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    bool takes = takes_text(filter, out.s) || (json_is_true(value) && takes_text(filter, "True")) ||
                 (json_is_false(value) && takes_text(filter, "False")) || (json_is_null(value) && takes_text(filter, "None"));
    text_close(&out);
    return takes;
}
