#include "history/filter.h"

#include <string.h>

#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

enum { TEXT_MAX = 16 << 20 };

static const char *label_key(const char *key)
{
    static const char prefix[] = "metadata.settings.";
    return strncmp(key, prefix, sizeof(prefix) - 1) == 0 ? key + sizeof(prefix) - 1 : key;
}

bool record_filters_parse(struct arena *arena, const char *text, struct record_filters *filters, struct error *err)
{
    LIST_OF(struct record_filter) list = {0};
    while (*text) {
        size_t len = strcspn(text, ","), equals = strcspn(text, "=");
        if (equals == 0 || equals >= len)
            return error_set(err, ERR_USAGE, "--filters: '%.*s': expected label=value, more of them after commas, or {\"label\": \"value\"}",
                             (int)len, text);
        *LIST_ADD(arena, &list) = (struct record_filter){label_key(arena_strndup(arena, text, equals)),
                                                         arena_strndup(arena, text + equals + 1, len - equals - 1)};
        text += len + (text[len] == ',');
    }
    *filters = (struct record_filters){list.v, list.n};
    return true;
}

static const char *value_text(struct arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return arena_strdup(arena, json_string_value(value));
    struct text out = text_open(TEXT_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

bool record_filters_from(struct arena *arena, const json_t *object, struct record_filters *filters, struct error *err)
{
    LIST_OF(struct record_filter) list = {0};
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return error_set(err, ERR_USAGE, "--filters: expected label=value, or an object {\"label\": \"value\"}");
    json_object_foreach((json_t *)object, key, value)
        *LIST_ADD(arena, &list) = (struct record_filter){label_key(arena_strdup(arena, key)), value_text(arena, value)};
    *filters = (struct record_filters){list.v, list.n};
    return true;
}

json_t *record_filters_json(const struct record_filters *filters)
{
    json_t *object = filters->n ? json_object() : NULL;
    for (size_t i = 0; i < filters->n; i++)
        json_object_set_new(object, filters->v[i].key, json_string(filters->v[i].text));
    return object;
}

/* A label's value is JSON: a text has its quotes on. */
static bool is_value(const char *label, const char *text)
{
    struct error ignored = {0};
    if (label[0] != '"')
        return strcmp(label, text) == 0;
    size_t n = strlen(text);
    if (!strchr(label, '\\'))
        return strncmp(label + 1, text, n) == 0 && strcmp(label + 1 + n, "\"") == 0;
    json_t *value = json_read(label, strlen(label), &(struct json_read_options){.file = "label"}, &ignored);
    bool same = json_is_string(value) && strcmp(json_string_value(value), text) == 0;
    json_decref(value);
    return same;
}

bool record_passes(const struct record *record, const struct record_filters *filters)
{
    for (size_t i = 0; i < filters->n; i++) {
        const char *label = record_label(record, filters->v[i].key);
        if (!label || !is_value(label, filters->v[i].text))
            return false;
    }
    return true;
}
