/* Checking a value: recursion over value and schema together, limited in depth and in steps. Where a schema may fit or not
 * (anyOf, if, not, contains), it is first tried without collecting words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/equal.h"
#include "json/schema_run.h"

enum { EXPECTED_MAX = 300, TELLING_MAX = 2 };

/* Of what needs much room on the stack and does not go down: kept out of the frames of those that do. */
#define LEAF __attribute__((noinline)) static

typedef struct schema_run run_t;
typedef const struct schema_node node_t;
typedef const struct schema_place place_t;

static void check_value(run_t *run, node_t *node, const json_t *value, place_t *at);

static bool enough(const run_t *run)
{
    return run->stopped || (run->quiet && run->failed);
}

static void violate(run_t *run, node_t *node, const char *keyword, const json_t *value, place_t *at, const char *expected)
{
    schema_violate(run, node, keyword, NULL, value, at, expected);
}

/* Of a part of the value at hand: what was evaluated in there is another question. */
static void check_part(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    check_value(run, node, value, at);
    run->marks = marks;
}

/* Whether the value fits, without listing what does not. Of a schema that does not, nothing counts as evaluated. */
static bool fits(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool quiet = run->quiet, had_failed = run->failed;
    struct schema_marks *marks = run->marks, mine = {0};
    if (marks) {
        mine = schema_marks_open(run, value);
        run->marks = &mine;
    }
    run->quiet = true;
    run->failed = false;
    check_value(run, node, value, at);
    bool ok = !run->failed && !run->stopped;
    run->quiet = quiet;
    run->failed = had_failed;
    run->marks = marks;
    if (marks) {
        if (ok)
            schema_marks_add(run, &mine);
        schema_marks_close(run, &mine);
    }
    return ok;
}

static bool part_fits(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    bool ok = fits(run, node, value, at);
    run->marks = marks;
    return ok;
}

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

LEAF void check_type(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (!node->types || (node->types & types_of(value)) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    for (size_t i = 0; i < SCHEMA_TYPES; i++)
        if (node->types & (unsigned)schema_types[i].type)
            text_printf(&text, "%s%s", text.len ? " or " : "", schema_types[i].words);
    violate(run, node, "/type", value, at, schema_words_of(run, &text));
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

LEAF void check_enum(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(node->one_of_values);
    if (!node->one_of_values || is_choice(run, node, value) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_add(&text, n ? "one of " : "no value");
    for (size_t i = 0; i < n && !text.over; i++)
        text_printf(&text, "%s%s", i ? ", " : "", schema_value_words(run, "", json_array_get(node->one_of_values, i)));
    violate(run, node, "/enum", value, at, schema_words_of(run, &text));
}

LEAF void check_const(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->constant && !json_values_equal(node->constant, value, &run->steps) && schema_failed(run))
        violate(run, node, "/const", value, at, schema_value_words(run, "exactly ", node->constant));
}

/* --- numbers --- */

LEAF void check_number(run_t *run, node_t *node, const json_t *value, place_t *at)
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
            violate(run, node, limits[i].keyword, value, at, schema_value_words(run, limits[i].words, limits[i].limit));
    }
    if (node->multiple_of && !json_is_multiple(value, node->multiple_of) && schema_failed(run))
        violate(run, node, "/multipleOf", value, at, schema_value_words(run, "a multiple of ", node->multiple_of));
}

/* --- strings --- */

/* Looks for the pattern. What is not known because it takes too many steps is not true; nor may its contrary become true. */
LEAF bool matches(run_t *run, const struct regex *regex, const char *s, size_t len, struct error *err)
{
    bool found;
    if (!run->scratch)
        run->scratch = regex_scratch_open();
    bool ok = regex_find(regex, run->scratch, s, len, 0, NULL, 0, &found, err);
    run->steps += regex_steps(run->scratch);
    run->stopped |= !ok && run->quiet;
    return ok && found;
}

LEAF void check_pattern(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct error err = {0};
    if (!node->pattern ||
        matches(run, node->pattern, json_string_value(value), json_string_length(value), &err) || !schema_failed(run))
        return;
    struct text text = text_open(EXPECTED_MAX);
    text_printf(&text, "a string that matches %s%s%s", node->pattern_text, err.kind ? ": " : "", err.text);
    violate(run, node, "/pattern", value, at, schema_words_of(run, &text));
}

/* A number of parts within limits: "at least 2 elements". */
LEAF void check_count(run_t *run, node_t *node, size_t n, const struct schema_count *least, const struct schema_count *most,
                        const char *const *keywords, const char *part, const json_t *value, place_t *at)
{
    bool few = n < least->n;
    size_t limit = few ? least->n : most->n;
    if ((!few && n <= most->n) || !schema_failed(run))
        return;
    violate(run, node, keywords[!few], value, at,
            arena_printf(run->arena, "at %s %zu %s%s, not %zu", few ? "least" : "most", limit, part, limit == 1 ? "" : "s", n));
}

static size_t count_characters(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n;
}

LEAF void check_string(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minLength", "/maxLength"};
    const char *s = json_string_value(value);
    size_t len = json_string_length(value);
    run->steps += len / 64;
    if (node->min_length.given || node->max_length.given)
        check_count(run, node, count_characters(s, len), &node->min_length, &node->max_length, keywords, "character", value, at);
    check_pattern(run, node, value, at);
    if (!node->format)
        return;
    if (!run->tools)
        run->tools = format_tools_open();
    if (!node->format->accepts(s, len, run->tools) && schema_failed(run))
        violate(run, node, "/format", value, at, node->format->expected);
}

/* --- objects --- */

static void want_member(run_t *run, node_t *node, const char *keyword, const json_t *value, const json_t *name, place_t *at,
                        const char *because)
{
    if (json_object_getn(value, json_string_value(name), json_string_length(name)) || !schema_failed(run))
        return;
    const char *words = schema_string_words(run, json_string_value(name), json_string_length(name));
    schema_violate(run, node, keyword, "nothing", value, at, arena_printf(run->arena, "a member %s%s", words, because));
}

LEAF void check_required(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(node->required);
    run->steps += n / 4;
    for (size_t i = 0; i < n && !enough(run); i++)
        want_member(run, node, "/required", value, json_array_get(node->required, i), at, "");
}

static node_t *member_schema(node_t *node, const char *name, size_t len)
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

/* A pattern that needs too many steps is for no member: nothing more is known. */
LEAF bool is_for(run_t *run, const struct regex *regex, place_t *here)
{
    struct error err = {0};
    bool found = matches(run, regex, here->name, here->len, &err);
    run->stopped |= err.kind != ERR_NONE;
    return found;
}

/* Whether a pattern is for this member; all that are hold for it. */
static bool check_patterns(run_t *run, node_t *node, const json_t *value, place_t *here)
{
    bool any = false;
    for (size_t i = 0; i < node->patterns_n && !enough(run); i++) {
        if (!is_for(run, node->patterns[i].regex, here))
            continue;
        any = true;
        check_part(run, node->patterns[i].node, value, here);
    }
    return any;
}

/* A schema for a part that nothing else named; `false` says so in words of its own. */
static void check_rest(run_t *run, node_t *node, node_t *rest, const char *keyword, const json_t *value, place_t *here,
                       const char *none)
{
    if (!rest->never)
        check_part(run, rest, value, here);
    else if (schema_failed(run))
        violate(run, node, keyword, value, here, none);
}

static void check_members(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    json_t *object = (json_t *)value; /* Jansson iterates over mutable objects only */
    size_t part = 0;
    run->steps += json_object_size(value) / 4;
    for (void *i = json_object_iter(object); i && !enough(run); i = json_object_iter_next(object, i), part++) {
        struct schema_place here = {at, json_object_iter_key(i), json_object_iter_key_len(i)};
        node_t *member = member_schema(node, here.name, here.len);
        bool known = check_patterns(run, node, json_object_iter_value(i), &here);
        if (member)
            check_part(run, member, json_object_iter_value(i), &here);
        else if (!known && node->rest)
            check_rest(run, node, node->rest, "/additionalProperties", json_object_iter_value(i), &here, "no such member");
        if (known || member || node->rest)
            schema_mark(run, part);
    }
}

/* A name is checked as a string; a violation stands at the object. */
static void check_names(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    json_t *object = (json_t *)value;
    bool passing_by = run->passing_by;
    run->passing_by = true;
    for (void *i = json_object_iter(object); i && !enough(run); i = json_object_iter_next(object, i)) {
        json_t *name = json_stringn_nocheck(json_object_iter_key(i), json_object_iter_key_len(i));
        size_t before = run->out->n;
        check_part(run, node->names, memory_need(name), at);
        for (size_t k = before; k < run->out->n; k++)
            run->out->v[k].found = arena_printf(run->arena, "a member named %s", run->out->v[k].found);
        json_decref(name);
    }
    run->passing_by = passing_by;
}

static void check_dependents(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    for (size_t i = 0; i < node->dependents.n && !enough(run); i++) {
        const struct schema_dependent *dependent = &node->dependents.v[i];
        run->steps++;
        if (!json_object_getn(value, dependent->name, dependent->len))
            continue;
        if (dependent->node) {
            check_value(run, dependent->node, value, at);
            continue;
        }
        const char *name = schema_string_words(run, dependent->name, dependent->len);
        const char *because = arena_printf(run->arena, " beside %s", name);
        for (size_t k = 0; k < json_array_size(dependent->required) && !enough(run); k++)
            want_member(run, node, arena_printf(run->arena, "/%s", dependent->keyword), value,
                        json_array_get(dependent->required, k), at, because);
    }
}

static void check_object(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minProperties", "/maxProperties"};
    check_count(run, node, json_object_size(value), &node->min_members, &node->max_members, keywords, "member", value, at);
    check_required(run, node, value, at);
    if (node->names && !enough(run))
        check_names(run, node, value, at);
    if (node->members_n || node->rest || node->patterns_n)
        check_members(run, node, value, at);
    if (node->dependents.n)
        check_dependents(run, node, value, at);
}

/* --- arrays --- */

struct hashed {
    uint64_t hash;
    size_t index;
};

static int compare_hashed(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The first pair of equal elements among those that hash alike. */
static bool find_equal(run_t *run, const json_t *value, const struct hashed *sorted, size_t n, size_t *a, size_t *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && sorted[k].hash == sorted[i].hash && run->steps < JSON_CHECK_STEPS_MAX; k++) {
            *a = sorted[i].index;
            *b = sorted[k].index;
            if (json_values_equal(json_array_get(value, *a), json_array_get(value, *b), &run->steps))
                return true;
        }
    }
    return false;
}

LEAF void check_unique(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(value), a = 0, b = 0;
    if (n < 2)
        return;
    struct hashed *sorted = memory_need(malloc(n * sizeof(*sorted)));
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct hashed){json_value_hash(json_array_get(value, i), &run->steps), i};
    qsort(sorted, n, sizeof(*sorted), compare_hashed);
    if (find_equal(run, value, sorted, n, &a, &b) && schema_failed(run))
        violate(run, node, "/uniqueItems", value, at,
                arena_printf(run->arena, "elements that differ: those at %zu and %zu are equal", a, b));
    free(sorted);
}

static void check_elements(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(value);
    for (size_t i = 0; i < n && !enough(run); i++) {
        struct schema_place here = {at, NULL, i};
        if (i < node->prefix.n)
            check_part(run, node->prefix.v[i], json_array_get(value, i), &here);
        else if (!node->items)
            break;
        else
            check_rest(run, node, node->items, node->items->keyword[0] == 'i' ? "/items" : "/additionalItems",
                       json_array_get(value, i), &here, "no such element");
        schema_mark(run, i);
    }
}

static void check_contains(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(value), found = 0;
    for (size_t i = 0; i < n && !run->stopped; i++) {
        struct schema_place here = {at, NULL, i};
        if (!run->marks && found >= node->min_contains.n && !node->max_contains.given)
            return;
        if (!part_fits(run, node->contains, json_array_get(value, i), &here))
            continue;
        schema_mark(run, i);
        found++;
    }
    bool few = found < node->min_contains.n;
    if (run->stopped || (!few && found <= node->max_contains.n) || !schema_failed(run))
        return;
    const struct schema_count *limit = few ? &node->min_contains : &node->max_contains;
    const char *keyword = few ? limit->given ? "/minContains" : "/contains" : "/maxContains";
    violate(run, node, keyword, value, at,
            arena_printf(run->arena, "at %s %zu element%s that fit%s the schema under \"contains\", not %zu", few ? "least" : "most",
                         limit->n, limit->n == 1 ? "" : "s", limit->n == 1 ? "s" : "", found));
}

static void check_array(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minItems", "/maxItems"};
    check_count(run, node, json_array_size(value), &node->min_items, &node->max_items, keywords, "element", value, at);
    if (node->unique && !enough(run))
        check_unique(run, node, value, at);
    if (node->prefix.n || node->items)
        check_elements(run, node, value, at);
    if (node->contains && !enough(run))
        check_contains(run, node, value, at);
}

/* --- schemas for the same value --- */

/* Adds what a branch expected: of its first violation, with the place when it is further down. */
static void add_branch(run_t *run, node_t *node, const json_t *value, place_t *at, struct text *text)
{
    struct violations own = {0}, *out = run->out;
    run->out = &own;
    check_value(run, node, value, at);
    run->out = out;
    if (!own.n)
        return;
    const char *below = own.v[0].pointer + strlen(schema_pointer_of(run, at));
    text_add(text, text->len ? " or " : "");
    if (*below)
        text_printf(text, "at %s ", below);
    text_add(text, own.v[0].expected);
}

/* What the branches, of which none fits, expected. */
static const char *branches_words(run_t *run, const struct schema_branches *branches, const json_t *value, place_t *at)
{
    struct text text = text_open(EXPECTED_MAX);
    if (run->telling >= TELLING_MAX) {
        text_printf(&text, "what one of %zu schemas says", branches->n);
        return schema_words_of(run, &text);
    }
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    run->telling++;
    for (size_t i = 0; i < branches->n && !text.over && !run->stopped; i++)
        add_branch(run, branches->v[i], value, at, &text);
    run->telling--;
    run->marks = marks;
    return schema_words_of(run, &text);
}

static void check_any_of(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool any = false;
    for (size_t i = 0; i < node->any_of.n && (!any || run->marks); i++) {
        if (enough(run))
            return;
        any |= fits(run, node->any_of.v[i], value, at);
    }
    if (!any && !run->stopped && schema_failed(run))
        violate(run, node, "/anyOf", value, at, branches_words(run, &node->any_of, value, at));
}

static void check_one_of(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = 0, first = 0, last = 0;
    for (size_t i = 0; i < node->one_of.n && n < 2; i++) {
        if (enough(run))
            return;
        if (!fits(run, node->one_of.v[i], value, at))
            continue;
        first = n++ ? first : i;
        last = i;
    }
    if (n == 1 || run->stopped || !schema_failed(run))
        return;
    const char *expected = n ? arena_printf(run->arena, "exactly one of the schemas to fit; those at %zu and %zu both do", first, last)
                             : branches_words(run, &node->one_of, value, at);
    violate(run, node, "/oneOf", value, at, expected);
}

static void check_not(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    bool fit = fits(run, node->not_this, value, at);
    run->marks = marks;
    if (fit && schema_failed(run))
        violate(run, node, "/not", value, at, "a value that does not fit the schema under \"not\"");
}

static void check_if(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool fit = fits(run, node->if_this, value, at);
    node_t *next = fit ? node->then_this : node->else_this;
    if (next && !enough(run))
        check_value(run, next, value, at);
}

/* The outermost schema on the way here that has the name; else the one that the reference itself leads to. */
static node_t *dynamic_target(run_t *run, node_t *node)
{
    node_t *found = node->dynamic_ref;
    for (const struct schema_scope *scope = run->scope; node->dynamic_name && scope; scope = scope->up) {
        run->steps += 1 + scope->resource->dynamic.n;
        for (size_t i = 0; i < scope->resource->dynamic.n; i++)
            if (scope->resource->dynamic.v[i].name == node->dynamic_name)
                found = scope->resource->dynamic.v[i].node;
    }
    return found;
}

static void check_places(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->ref && !enough(run))
        check_value(run, node->ref, value, at);
    if (node->dynamic_ref && !enough(run))
        check_value(run, dynamic_target(run, node), value, at);
    for (size_t i = 0; i < node->all_of.n && !enough(run); i++)
        check_value(run, node->all_of.v[i], value, at);
    if (node->any_of.n && !enough(run))
        check_any_of(run, node, value, at);
    if (node->one_of.n && !enough(run))
        check_one_of(run, node, value, at);
    if (node->not_this && !enough(run))
        check_not(run, node, value, at);
    if (node->if_this && !enough(run))
        check_if(run, node, value, at);
}

/* --- */

static void check_keywords(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->never && schema_failed(run))
        violate(run, node, "", value, at, "no value");
    check_type(run, node, value, at);
    if (node->uses & SCHEMA_USES_VALUES) {
        check_enum(run, node, value, at);
        check_const(run, node, value, at);
    }
    if (enough(run))
        return;
    if (node->uses & SCHEMA_USES_STRING && json_is_string(value))
        check_string(run, node, value, at);
    else if (node->uses & SCHEMA_USES_NUMBER && json_is_number(value))
        check_number(run, node, value, at);
    else if (node->uses & SCHEMA_USES_OBJECT && json_is_object(value))
        check_object(run, node, value, at);
    else if (node->uses & SCHEMA_USES_ARRAY && json_is_array(value))
        check_array(run, node, value, at);
    if (node->uses & SCHEMA_USES_PLACE)
        check_places(run, node, value, at);
}

static void check_unevaluated(run_t *run, node_t *node, const struct schema_marks *marks, const json_t *value, place_t *at)
{
    json_t *object = (json_t *)value;
    size_t part = 0;
    void *i = node->unevaluated_members ? json_object_iter(object) : NULL;
    for (; i && !enough(run); i = json_object_iter_next(object, i), part++) {
        struct schema_place here = {at, json_object_iter_key(i), json_object_iter_key_len(i)};
        if (!schema_marked(run, marks, part))
            check_rest(run, node, node->unevaluated_members, "/unevaluatedProperties", json_object_iter_value(i), &here,
                       "no such member");
    }
    size_t n = node->unevaluated_items ? json_array_size(value) : 0;
    for (; part < n && !enough(run); part++) {
        struct schema_place here = {at, NULL, part};
        if (!schema_marked(run, marks, part))
            check_rest(run, node, node->unevaluated_items, "/unevaluatedItems", json_array_get(value, part), &here,
                       "no such element");
    }
}

/* All keywords; then what they left unevaluated. */
static void check_all_keywords(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool asks = (json_is_object(value) && node->unevaluated_members) || (json_is_array(value) && node->unevaluated_items);
    if (!asks) {
        check_keywords(run, node, value, at);
        return;
    }
    struct schema_marks *outer = run->marks, mine = schema_marks_open(run, value);
    run->marks = &mine;
    check_keywords(run, node, value, at);
    run->marks = NULL;
    check_unevaluated(run, node, &mine, value, at);
    run->marks = outer;
    schema_mark_all(run);
    schema_marks_close(run, &mine);
}

static void check_in_scope(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    const struct schema_scope *outer = run->scope;
    struct schema_scope here = {outer, node->resource};
    if (run->dynamic && (!outer || outer->resource != node->resource))
        run->scope = &here;
    run->depth++;
    check_all_keywords(run, node, value, at);
    run->depth--;
    run->scope = outer;
}

static void check_value(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    run->stopped |= ++run->steps > JSON_CHECK_STEPS_MAX || run->depth >= JSON_CHECK_DEPTH_MAX;
    if (run->stopped)
        return;
    bool keep = !run->marks && !run->dynamic && !run->passing_by;
    struct schema_known *known = &run->known[((uintptr_t)node / 16 * 31 + (uintptr_t)value / 16) % SCHEMA_KNOWN_MAX];
    if (keep && known->node == node && known->value == value && (known->fits || run->quiet)) {
        run->failed |= !known->fits;
        return;
    }
    size_t listed = run->out->n;
    bool had_failed = run->failed;
    run->failed = false;
    check_in_scope(run, node, value, at);
    if (keep && !run->stopped)
        *known = (struct schema_known){node, value, !run->failed && run->out->n == listed};
    run->failed |= had_failed;
}

void json_schema_check(const struct json_schema *schema, const json_t *instance, struct arena *arena,
                       struct violations *out)
{
    struct schema_run run = {.arena = arena, .out = out, .dynamic = schema->dynamic};
    struct schema_place root = {0};
    check_value(&run, schema->v[0], instance, &root);
    if (run.stopped)
        *LIST_ADD(arena, out) = (struct violation){
            .pointer = "",
            .schema_pointer = "",
            .found = out->n >= JSON_VIOLATIONS_MAX ? "further violations" : "a value that takes too many steps",
            .expected = "a value that can be checked to its end"};
    regex_scratch_close(run.scratch);
    format_tools_close(run.tools);
    free(run.bits);
}
