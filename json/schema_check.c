/* Checking a value: recursion over value and schema together, limited in depth and in steps. The branches of an anyOf
 * are first tried without collecting anything. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/schema.h"
#include "json/schema_node.h"
#include "json/write.h"

enum { FOUND_MAX = 60, EXPECTED_MAX = 300 };

static const struct json_style one_line = {.indent = 0};

/* Where a value stands: the way up to the root. */
struct place {
    const struct place *up;
    const char *name; /* NULL: an element */
    size_t len;       /* of the name; or the element's index */
};

/* One value often stands in many places of a document (the labels of a payload's KPIs are its settings): what has passed a
 * schema once need not be looked at again. Direct-mapped; a newer pair takes the place of an older one. */
enum { PASSED_MAX = 256 };
struct passed {
    const struct schema_node *node;
    const json_t *value;
};

struct check {
    struct passed passed[PASSED_MAX];
    struct arena *arena;
    struct violations *out;
    struct regex_scratch *scratch; /* NULL until a pattern needs it */
    size_t steps;
    int depth;
    bool quiet; /* only `failed` matters: nothing is listed */
    bool failed;
    bool stopped; /* a limit was passed */
};

static void check_value(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at);

/* --- words --- */

static const char *words_of(struct check *c, struct text *text)
{
    const char *words = arena_printf(c->arena, "%s%s", text->s, text->over ? "…" : "");
    text_close(text);
    return words;
}

/* The root is ""; each step down is "/" and the name. */
static const char *pointer_of(struct check *c, const struct place *at)
{
    const struct place *way[JSON_CHECK_DEPTH_MAX + 1];
    size_t n = 0;
    struct text text = text_open(1 << 16);
    for (; at->up && n <= JSON_CHECK_DEPTH_MAX; at = at->up)
        way[n++] = at;
    while (n-- > 0) {
        const struct place *step = way[n];
        if (!step->name)
            text_printf(&text, "/%zu", step->len);
        else
            text_addc(&text, '/');
        for (size_t i = 0; step->name && i < step->len; i++) {
            char c1 = step->name[i];
            if (c1 == '~' || c1 == '/')
                text_add(&text, c1 == '~' ? "~0" : "~1");
            else
                text_addc(&text, c1);
        }
    }
    return words_of(c, &text);
}

/* A string of the document in quotes, cut to a few words. */
static const char *string_words(struct check *c, const json_t *value)
{
    char *start = arena_strndup(c->arena, json_string_value(value),
                                json_string_length(value) > FOUND_MAX ? FOUND_MAX + 1 : json_string_length(value));
    struct text text = text_open(FOUND_MAX * 6 + 10);
    error_shorten(start, FOUND_MAX);
    json_write_string(&text, start, strlen(start), &one_line);
    return words_of(c, &text);
}

static const char *found_words(struct check *c, const json_t *value)
{
    if (json_is_object(value) && json_object_size(value))
        return arena_printf(c->arena, "an object of %zu member%s", json_object_size(value),
                            json_object_size(value) == 1 ? "" : "s");
    if (json_is_array(value) && json_array_size(value))
        return arena_printf(c->arena, "an array of %zu element%s", json_array_size(value),
                            json_array_size(value) == 1 ? "" : "s");
    if (json_is_string(value))
        return string_words(c, value);
    struct text text = text_open(FOUND_MAX);
    json_write(&text, value, &one_line, 0);
    return words_of(c, &text);
}

/* --- violations --- */

static void list_violation(struct check *c, struct violation violation)
{
    if (c->out->n == JSON_VIOLATIONS_MAX)
        c->stopped = true;
    else
        *LIST_ADD(c->arena, c->out) = violation;
}

/* Whether words are wanted: says that the value failed, and is true when the violation is to be listed. */
static bool failed(struct check *c)
{
    c->failed = true;
    return !c->quiet && !c->stopped;
}

static void violate(struct check *c, const struct schema_node *node, const char *keyword, const json_t *value,
                    const struct place *at, const char *expected)
{
    list_violation(c, (struct violation){.pointer = pointer_of(c, at),
                                         .schema_pointer = arena_printf(c->arena, "%s%s", node->pointer, keyword),
                                         .found = value ? found_words(c, value) : "nothing",
                                         .expected = expected});
}

static bool enough(const struct check *c)
{
    return c->stopped || (c->quiet && c->failed);
}

/* --- single keywords --- */

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
        return SCHEMA_INTEGER | SCHEMA_NUMBER;
    case JSON_REAL:
        return floor(json_real_value(value)) == json_real_value(value) ? SCHEMA_INTEGER | SCHEMA_NUMBER : SCHEMA_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return SCHEMA_BOOLEAN;
    case JSON_NULL:
        break;
    }
    return SCHEMA_NULL;
}

static void check_type(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    if (!node->types || (node->types & types_of(value)) || !failed(c))
        return;
    struct text text = text_open(EXPECTED_MAX);
    for (size_t i = 0; i < SCHEMA_TYPES; i++)
        if (node->types & (unsigned)schema_types[i].type)
            text_printf(&text, "%s%s", text.len ? " or " : "", schema_types[i].words);
    violate(c, node, "/type", value, at, words_of(c, &text));
}

static bool equal_numbers(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b))
        return json_integer_value(a) == json_integer_value(b);
    if (json_is_real(a) && json_is_real(b))
        return json_real_value(a) == json_real_value(b);
    json_int_t integer = json_integer_value(json_is_integer(a) ? a : b);
    double real = json_real_value(json_is_real(a) ? a : b);
    if (real < -0x1p63 || real >= 0x1p63 || floor(real) != real)
        return false;
    return (json_int_t)real == integer;
}

/* As JSON Schema means it: numbers by value, members in any order. */
static bool equal_values(struct check *c, const json_t *a, const json_t *b, int depth)
{
    c->steps++;
    if (json_is_number(a) && json_is_number(b))
        return equal_numbers(a, b);
    if (json_typeof(a) != json_typeof(b) || depth > JSON_CHECK_DEPTH_MAX)
        return false;
    if (json_is_array(a)) {
        bool equal = json_array_size(a) == json_array_size(b);
        for (size_t i = 0; equal && i < json_array_size(a); i++)
            equal = equal_values(c, json_array_get(a, i), json_array_get(b, i), depth + 1);
        return equal;
    }
    if (json_is_object(a)) {
        json_t *object = (json_t *)a;
        bool equal = json_object_size(a) == json_object_size(b);
        for (void *i = json_object_iter(object); equal && i; i = json_object_iter_next(object, i)) {
            const json_t *other = json_object_getn(b, json_object_iter_key(i), json_object_iter_key_len(i));
            equal = other && equal_values(c, json_object_iter_value(i), other, depth + 1);
        }
        return equal;
    }
    return json_equal(a, b);
}

static void check_enum(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    size_t n = json_array_size(node->one_of_values);
    if (!node->one_of_values)
        return;
    for (size_t i = 0; i < n; i++)
        if (equal_values(c, json_array_get(node->one_of_values, i), value, 0))
            return;
    if (!failed(c))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_add(&text, n ? "one of " : "no value");
    for (size_t i = 0; i < n && !text.over; i++) {
        text_add(&text, i ? ", " : "");
        json_write(&text, json_array_get(node->one_of_values, i), &one_line, 0);
    }
    violate(c, node, "/enum", value, at, words_of(c, &text));
}

static void check_const(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    if (!node->constant || equal_values(c, node->constant, value, 0) || !failed(c))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_add(&text, "exactly ");
    json_write(&text, node->constant, &one_line, 0);
    violate(c, node, "/const", value, at, words_of(c, &text));
}

static void check_pattern(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    bool found;
    struct error err = {0};
    if (!node->pattern)
        return;
    if (!c->scratch)
        c->scratch = regex_scratch_open();
    bool ok = regex_find(node->pattern, c->scratch, json_string_value(value), json_string_length(value), 0, NULL, 0,
                         &found, &err);
    c->steps += regex_steps(c->scratch);
    if (found || !failed(c))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_printf(&text, "a string that matches %s%s%s", node->pattern_text, ok ? "" : ": ", err.text);
    violate(c, node, "/pattern", value, at, words_of(c, &text));
}

static void check_string(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    check_pattern(c, node, value, at);
    if (node->format && !node->format->accepts(json_string_value(value), json_string_length(value)) && failed(c))
        violate(c, node, "/format", value, at, node->format->expected);
}

/* --- objects and arrays --- */

static void check_required(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    for (size_t i = 0; i < json_array_size(node->required) && !enough(c); i++) {
        const json_t *name = json_array_get(node->required, i);
        c->steps++;
        if (!json_object_getn(value, json_string_value(name), json_string_length(name)) && failed(c))
            violate(c, node, "/required", NULL, at, arena_printf(c->arena, "a member %s", string_words(c, name)));
    }
}

static const struct schema_node *member_schema(const struct schema_node *node, const char *name, size_t len)
{
    size_t low = 0, high = node->members_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = schema_compare_names(name, len, node->members[middle].name, node->members[middle].len);
        if (order == 0)
            return node->members[middle].node;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bool name_matches(struct check *c, const struct regex *regex, const char *name, size_t len)
{
    bool found;
    struct error err = {0}; /* a pattern that needs too many steps matches nothing: the member is then one too many */
    if (!c->scratch)
        c->scratch = regex_scratch_open();
    bool ok = regex_find(regex, c->scratch, name, len, 0, NULL, 0, &found, &err);
    c->steps += regex_steps(c->scratch);
    return ok && found;
}

/* Whether a pattern is for this member; all that are hold for it. */
static bool check_patterns(struct check *c, const struct schema_node *node, const json_t *value, const struct place *here)
{
    bool any = false;
    for (size_t i = 0; i < node->patterns_n && !enough(c); i++) {
        if (!name_matches(c, node->patterns[i].regex, here->name, here->len))
            continue;
        any = true;
        check_value(c, node->patterns[i].node, value, here);
    }
    return any;
}

static void check_object(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    json_t *object = (json_t *)value; /* Jansson iterates over mutable objects only */
    check_required(c, node, value, at);
    if (!node->members_n && !node->rest && !node->patterns_n)
        return;
    for (void *i = json_object_iter(object); i && !enough(c); i = json_object_iter_next(object, i)) {
        struct place here = {at, json_object_iter_key(i), json_object_iter_key_len(i)};
        const struct schema_node *member = member_schema(node, here.name, here.len);
        bool known = check_patterns(c, node, json_object_iter_value(i), &here);
        if (member)
            check_value(c, member, json_object_iter_value(i), &here);
        else if (known)
            continue;
        else if (node->rest && !node->rest->never)
            check_value(c, node->rest, json_object_iter_value(i), &here);
        else if (node->rest && failed(c))
            violate(c, node, "/additionalProperties", json_object_iter_value(i), &here, "no such member");
    }
}

static void check_array(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    for (size_t i = 0; node->items && i < json_array_size(value) && !enough(c); i++) {
        struct place here = {at, NULL, i};
        check_value(c, node->items, json_array_get(value, i), &here);
    }
}

/* --- anyOf --- */

/* Whether the value fits, without listing what does not. */
static bool fits(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    bool quiet = c->quiet, had_failed = c->failed;
    c->quiet = true;
    c->failed = false;
    check_value(c, node, value, at);
    bool ok = !c->failed && !c->stopped;
    c->quiet = quiet;
    c->failed = had_failed;
    return ok;
}

/* Adds what a branch expected: of its first violation, with the place when it is further down. */
static void add_branch(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at,
                       struct text *text)
{
    struct violations own = {0}, *out = c->out;
    c->out = &own;
    check_value(c, node, value, at);
    c->out = out;
    if (!own.n)
        return;
    const char *below = own.v[0].pointer + strlen(pointer_of(c, at));
    text_add(text, text->len ? " or " : "");
    if (*below)
        text_printf(text, "at %s ", below);
    text_add(text, own.v[0].expected);
}

static void check_any_of(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    for (size_t i = 0; i < node->any_of_n; i++)
        if (enough(c) || fits(c, node->any_of[i], value, at))
            return;
    if (!node->any_of_n || !failed(c))
        return;
    struct text text = text_open(EXPECTED_MAX);
    for (size_t i = 0; i < node->any_of_n && !text.over; i++)
        add_branch(c, node->any_of[i], value, at, &text);
    violate(c, node, "/anyOf", value, at, words_of(c, &text));
}

/* --- */

static void check_keywords(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    if (node->never && failed(c))
        violate(c, node, "", value, at, "no value");
    check_type(c, node, value, at);
    check_enum(c, node, value, at);
    check_const(c, node, value, at);
    if (enough(c))
        return;
    if (json_is_string(value))
        check_string(c, node, value, at);
    else if (json_is_object(value))
        check_object(c, node, value, at);
    else if (json_is_array(value))
        check_array(c, node, value, at);
    if (node->ref && !enough(c))
        check_value(c, node->ref, value, at);
    if (!enough(c))
        check_any_of(c, node, value, at);
}

static void check_value(struct check *c, const struct schema_node *node, const json_t *value, const struct place *at)
{
    c->stopped |= ++c->steps > JSON_CHECK_STEPS_MAX || c->depth >= JSON_CHECK_DEPTH_MAX;
    struct passed *passed = &c->passed[((uintptr_t)node / 16 * 31 + (uintptr_t)value / 16) % PASSED_MAX];
    if (c->stopped || (passed->node == node && passed->value == value))
        return;
    size_t listed = c->out->n;
    bool had_failed = c->failed;
    c->depth++;
    check_keywords(c, node, value, at);
    c->depth--;
    if (!had_failed && !c->failed && !c->stopped && c->out->n == listed)
        *passed = (struct passed){node, value};
}

void json_schema_check(const struct json_schema *schema, const json_t *instance, struct arena *arena,
                       struct violations *out)
{
    struct check c = {.arena = arena, .out = out};
    struct place root = {0};
    check_value(&c, schema->v[0], instance, &root);
    if (c.stopped)
        *LIST_ADD(arena, out) = (struct violation){
            .pointer = "",
            .schema_pointer = "",
            .found = out->n >= JSON_VIOLATIONS_MAX ? "further violations" : "a value that takes too many steps",
            .expected = "a value that can be checked to its end"};
    regex_scratch_close(c.scratch);
}
