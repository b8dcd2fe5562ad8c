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

bool record_filters_parse(struct arena *arena, const char *text, struct filters *filters, struct error *err)
{
    if (!filters_parse(arena, text, "label=value, more of them after commas, or {\"label\": \"value\"}", filters, err))
        return false;
    for (size_t i = 0; i < filters->n; i++)
        filters->v[i].key = label_key(filters->v[i].key);
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

bool record_filters_from(struct arena *arena, const json_t *object, struct filters *filters, struct error *err)
{
    LIST_OF(struct filter) list = {0};
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return error_set(err, ERR_USAGE, "--filters: expected label=value, or an object {\"label\": \"value\"}");
    json_object_foreach((json_t *)object, key, value)
    {
        const char **values = ARENA_ARRAY(arena, const char *, 2);
        values[0] = value_text(arena, value);
        *LIST_ADD(arena, &list) = (struct filter){label_key(arena_strdup(arena, key)), values[0], values};
    }
    *filters = (struct filters){list.v, list.n};
    return true;
}

json_t *record_filters_json(const struct filters *filters)
{
    json_t *object = filters->n ? json_object() : NULL;
    for (size_t i = 0; i < filters->n; i++)
        json_object_set_new(object, filters->v[i].key, json_string(filters->v[i].text));
    return object;
}

/* A label's value is JSON. */
static bool takes_label(const struct filter *filter, const char *label)
{
    struct error ignored = {0};
    json_t *value = label ? json_read(label, strlen(label), &(struct json_read_options){.file = "label"}, &ignored) : NULL;
    bool takes = filter_takes(filter, value);
    json_decref(value);
    return takes;
}

bool record_passes(const struct record *record, const struct filters *filters)
{
    for (size_t i = 0; i < filters->n; i++)
        if (!takes_label(&filters->v[i], record_label(record, filters->v[i].key)))
            return false;
    return true;
}
