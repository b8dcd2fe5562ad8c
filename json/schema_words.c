/* What a check says: places, and values in a few words. */
#include <string.h>

#include "base/text.h"
#include "json/equal.h"
#include "json/schema_run.h"
#include "json/write.h"

enum { FOUND_MAX = 60, EXPECTED_MAX = 300, POINTER_MAX = 1 << 14 };

static const struct json_style one_line = {.indent = 0};

const char *schema_words_of(struct schema_run *run, struct text *text)
{
    size_t len = text->over ? text_utf8_valid(text->s, text->len) : text->len; /* not in the middle of a character */
    const char *words = arena_printf(run->arena, "%.*s%s", (int)len, text->s, text->over ? "…" : "");
    text_close(text);
    return words;
}

/* The root is ""; each step down is "/" and the name. */
const char *schema_pointer_of(struct schema_run *run, const struct schema_place *at)
{
    const struct schema_place *way[JSON_CHECK_DEPTH_MAX + 1];
    size_t n = 0;
    struct text text = text_open(POINTER_MAX);
    for (; at->up && n <= JSON_CHECK_DEPTH_MAX; at = at->up)
        way[n++] = at;
    while (n-- > 0 && !text.over) {
        const struct schema_place *step = way[n];
        if (!step->name) {
            text_printf(&text, "/%zu", step->len);
            continue;
        }
        text_addc(&text, '/');
        schema_add_token(&text, step->name, step->len);
    }
    return schema_words_of(run, &text);
}

const char *schema_string_words(struct schema_run *run, const char *s, size_t len)
{
    char *start = arena_strndup(run->arena, s, len > FOUND_MAX ? FOUND_MAX + 1 : len);
    struct text text = text_open(FOUND_MAX * 6 + 10);
    error_shorten(start, FOUND_MAX);
    json_write_string(&text, start, strlen(start), &one_line);
    return schema_words_of(run, &text);
}

const char *schema_found_words(struct schema_run *run, const json_t *value)
{
    size_t members = json_object_size(value), elements = json_array_size(value);
    if (members)
        return arena_printf(run->arena, "an object of %zu member%s", members, members == 1 ? "" : "s");
    if (elements)
        return arena_printf(run->arena, "an array of %zu element%s", elements, elements == 1 ? "" : "s");
    if (json_is_string(value))
        return schema_string_words(run, json_string_value(value), json_string_length(value));
    struct text text = text_open(FOUND_MAX);
    json_write(&text, value, &one_line, 0);
    return schema_words_of(run, &text);
}

const char *schema_value_words(struct schema_run *run, const char *before, const json_t *value)
{
    struct text text = text_open(EXPECTED_MAX);
    json_value_hash(value, &run->steps); /* writing looks at all of it, too */
    text_add(&text, before);
    json_write(&text, value, &one_line, 0);
    return schema_words_of(run, &text);
}

static void list(struct schema_run *run, struct violation violation)
{
    if (run->out->n >= JSON_VIOLATIONS_MAX)
        run->stopped = true;
    else
        *LIST_ADD(run->arena, run->out) = violation;
}

bool schema_failed(struct schema_run *run)
{
    run->failed = true;
    return !run->quiet && !run->stopped;
}

void schema_violate_found(struct schema_run *run, const struct schema_node *node, const char *keyword, const char *found,
                          const struct schema_place *at, const char *expected)
{
    const char *document = node->resource->document->name;
    const char *pointer = schema_node_pointer(run->arena, node);
    const char *schema_pointer =
        arena_printf(run->arena, "%s%s%s%s", document ? document : "", document ? "#" : "", pointer, keyword);
    list(run, (struct violation){schema_pointer_of(run, at), schema_pointer, found, expected});
}

void schema_violate(struct schema_run *run, const struct schema_node *node, const char *keyword, const json_t *value,
                    const struct schema_place *at, const char *expected)
{
    schema_violate_found(run, node, keyword, schema_found_words(run, value), at, expected);
}
