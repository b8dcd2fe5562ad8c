/* The keywords that look at a value by itself: its type, a number's limits, a string's pattern and format. */
#include <string.h>

#include "json/equal.h"
#include "json/schema_run.h"

enum { EXPECTED_MAX = 300 };

/* --- any value --- */

static unsigned types_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return SCHEMA_OBJECT;
    case JSON_ARRAY:
        return SCHEMA_ARRAY;
    case JSON_STRING:
        return SCHEMA_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return json_is_whole(value) ? SCHEMA_INTEGER | SCHEMA_NUMBER : SCHEMA_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return SCHEMA_BOOLEAN;
    case JSON_NULL:
        break;
    }
    return SCHEMA_NULL;
}

void schema_check_type(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (!node->types || (node->types & types_of(value)) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    for (size_t i = 0; i < SCHEMA_TYPES; i++)
        if (node->types & (unsigned)schema_types[i].type)
            text_printf(&text, "%s%s", text.len ? " or " : "", schema_types[i].words);
    schema_violate(run, node, "/type", value, at, schema_words_of(run, &text));
}

/* Among many values the few with the same hash are found by halving. */
static bool is_choice(run_t *run, node_t *node, const json_t *value)
{
    size_t n = json_array_size(node->one_of_values), low = 0, high = n;
    if (!node->choices) {
        for (size_t i = 0; i < n; i++)
            if (json_values_equal(json_array_get(node->one_of_values, i), value, &run->steps))
                return true;
        return false;
    }
    uint64_t hash = json_value_hash(value, &run->steps);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (node->choices[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n && node->choices[low].hash == hash; low++)
        if (json_values_equal(node->choices[low].value, value, &run->steps))
            return true;
    return false;
}

void schema_check_enum(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(node->one_of_values);
    if (!node->one_of_values || is_choice(run, node, value) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_add(&text, n ? "one of " : "no value");
    for (size_t i = 0; i < n && !text.over; i++)
        text_printf(&text, "%s%s", i ? ", " : "", schema_value_words(run, "", json_array_get(node->one_of_values, i)));
    schema_violate(run, node, "/enum", value, at, schema_words_of(run, &text));
}

void schema_check_const(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->constant && !json_values_equal(node->constant, value, &run->steps) && schema_failed(run))
        schema_violate(run, node, "/const", value, at, schema_value_words(run, "exactly ", node->constant));
}

/* --- numbers --- */

void schema_check_number(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    const struct {
        const json_t *limit;
        int least, most; /* of the comparison with it */
        const char *keyword, *words;
    } limits[] = {{node->minimum, 0, 1, "/minimum", "at least "},
                  {node->maximum, -1, 0, "/maximum", "at most "},
                  {node->above, 1, 1, "/exclusiveMinimum", "more than "},
                  {node->below, -1, -1, "/exclusiveMaximum", "less than "}};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        int order = limits[i].limit ? json_compare_numbers(value, limits[i].limit) : 0;
        if (limits[i].limit && (order < limits[i].least || order > limits[i].most) && schema_failed(run))
            schema_violate(run, node, limits[i].keyword, value, at, schema_value_words(run, limits[i].words, limits[i].limit));
    }
    if (node->multiple_of && !json_is_multiple(value, node->multiple_of) && schema_failed(run))
        schema_violate(run, node, "/multipleOf", value, at, schema_value_words(run, "a multiple of ", node->multiple_of));
}

/* --- strings --- */

bool schema_matches(run_t *run, const struct regex *regex, const char *s, size_t len, struct error *err)
{
    bool found;
    if (!run->scratch)
        run->scratch = regex_scratch_open();
    bool ok = regex_find(regex, run->scratch, s, len, 0, NULL, 0, &found, err);
    run->steps += regex_steps(run->scratch);
    run->stopped |= !ok && run->quiet;
    return ok && found;
}

static void check_pattern(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct error err = {0};
    if (!node->pattern ||
        schema_matches(run, node->pattern, json_string_value(value), json_string_length(value), &err) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_printf(&text, "a string that matches %s%s%s", node->pattern_text, err.kind ? ": " : "", err.text);
    schema_violate(run, node, "/pattern", value, at, schema_words_of(run, &text));
}

void schema_check_count(run_t *run, node_t *node, size_t n, const struct schema_count *least, const struct schema_count *most,
                        const char *const *keywords, const char *part, const json_t *value, place_t *at)
{
    bool few = n < least->n;
    size_t limit = few ? least->n : most->n;
    if ((!few && n <= most->n) || !schema_failed(run))
        return;
    schema_violate(run, node, keywords[!few], value, at,
            arena_printf(run->arena, "at %s %zu %s%s, not %zu", few ? "least" : "most", limit, part, limit == 1 ? "" : "s", n));
}

static size_t count_characters(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n;
}

void schema_check_string(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minLength", "/maxLength"};
    const char *s = json_string_value(value);
    size_t len = json_string_length(value);
    run->steps += len / 64;
    if (node->min_length.given || node->max_length.given)
        schema_check_count(run, node, count_characters(s, len), &node->min_length, &node->max_length, keywords, "character", value, at);
    check_pattern(run, node, value, at);
    if (!node->format)
        return;
    if (!run->tools)
        run->tools = format_tools_open();
    if (!node->format->accepts(s, len, run->tools) && schema_failed(run))
        schema_violate(run, node, "/format", value, at, node->format->expected);
}
