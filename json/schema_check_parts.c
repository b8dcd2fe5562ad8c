/* The keywords that look at the members of an object and the elements of an array. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/equal.h"
#include "json/schema_run.h"

/* What needs much room on the stack and does not go down is kept out of the frames of those that do. */
#define LEAF __attribute__((noinline)) static

/* --- objects --- */

static void want_member(run_t *run, node_t *node, const char *keyword, const json_t *value, const json_t *name, place_t *at,
                        const char *because)
{
    if (json_object_getn(value, json_string_value(name), json_string_length(name)) || !schema_failed(run))
        return;
    const char *words = schema_string_words(run, json_string_value(name), json_string_length(name));
    schema_violate_found(run, node, keyword, "nothing", at, arena_printf(run->arena, "a member %s%s", words, because));
}

LEAF void check_required(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(node->required);
    run->steps += n / 4;
    for (size_t i = 0; i < n && !schema_enough(run); i++)
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
    bool found = schema_matches(run, regex, here->name, here->len, &err);
    run->stopped |= err.kind != ERR_NONE;
    return found;
}

/* Whether a pattern is for this member; all that are hold for it. */
static bool check_patterns(run_t *run, node_t *node, const json_t *value, place_t *here)
{
    bool any = false;
    for (size_t i = 0; i < node->patterns_n && !schema_enough(run); i++) {
        if (!is_for(run, node->patterns[i].regex, here))
            continue;
        any = true;
        schema_check_part(run, node->patterns[i].node, value, here);
    }
    return any;
}

static void check_members(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    json_t *object = (json_t *)value; /* Jansson iterates over mutable objects only */
    size_t part = 0;
    run->steps += json_object_size(value) / 4;
    for (void *i = json_object_iter(object); i && !schema_enough(run); i = json_object_iter_next(object, i), part++) {
        struct schema_place here = {at, json_object_iter_key(i), json_object_iter_key_len(i)};
        node_t *member = member_schema(node, here.name, here.len);
        bool known = check_patterns(run, node, json_object_iter_value(i), &here);
        if (member)
            schema_check_part(run, member, json_object_iter_value(i), &here);
        else if (!known && node->rest)
            schema_check_rest(run, node, node->rest, "/additionalProperties", json_object_iter_value(i), &here, "no such member");
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
    for (void *i = json_object_iter(object); i && !schema_enough(run); i = json_object_iter_next(object, i)) {
        json_t *name = json_stringn_nocheck(json_object_iter_key(i), json_object_iter_key_len(i));
        size_t before = run->out->n;
        schema_check_part(run, node->names, memory_need(name), at);
        for (size_t k = before; k < run->out->n; k++)
            run->out->v[k].found = arena_printf(run->arena, "a member named %s", run->out->v[k].found);
        json_decref(name);
    }
    run->passing_by = passing_by;
}

static void check_dependents(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    for (size_t i = 0; i < node->dependents.n && !schema_enough(run); i++) {
        const struct schema_dependent *dependent = &node->dependents.v[i];
        run->steps++;
        if (!json_object_getn(value, dependent->name, dependent->len))
            continue;
        if (dependent->node) {
            schema_check_value(run, dependent->node, value, at);
            continue;
        }
        const char *name = schema_string_words(run, dependent->name, dependent->len);
        const char *because = arena_printf(run->arena, " beside %s", name);
        for (size_t k = 0; k < json_array_size(dependent->required) && !schema_enough(run); k++)
            want_member(run, node, arena_printf(run->arena, "/%s", dependent->keyword), value,
                        json_array_get(dependent->required, k), at, because);
    }
}

void schema_check_object(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minProperties", "/maxProperties"};
    schema_check_count(run, node, json_object_size(value), &node->min_members, &node->max_members, keywords, "member", value, at);
    check_required(run, node, value, at);
    if (node->names && !schema_enough(run))
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
        schema_violate(run, node, "/uniqueItems", value, at,
                arena_printf(run->arena, "elements that differ: those at %zu and %zu are equal", a, b));
    free(sorted);
}

static void check_elements(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = json_array_size(value);
    for (size_t i = 0; i < n && !schema_enough(run); i++) {
        struct schema_place here = {at, NULL, i};
        if (i < node->prefix.n)
            schema_check_part(run, node->prefix.v[i], json_array_get(value, i), &here);
        else if (!node->items)
            break;
        else
            schema_check_rest(run, node, node->items, node->items->keyword[0] == 'i' ? "/items" : "/additionalItems",
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
        if (!schema_part_fits(run, node->contains, json_array_get(value, i), &here))
            continue;
        schema_mark(run, i);
        found++;
    }
    bool few = found < node->min_contains.n;
    if (run->stopped || (!few && found <= node->max_contains.n) || !schema_failed(run))
        return;
    const struct schema_count *limit = few ? &node->min_contains : &node->max_contains;
    const char *keyword = few ? limit->given ? "/minContains" : "/contains" : "/maxContains";
    schema_violate(run, node, keyword, value, at,
            arena_printf(run->arena, "at %s %zu element%s that fit%s the schema under \"contains\", not %zu", few ? "least" : "most",
                         limit->n, limit->n == 1 ? "" : "s", limit->n == 1 ? "s" : "", found));
}

void schema_check_array(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    static const char *const keywords[] = {"/minItems", "/maxItems"};
    schema_check_count(run, node, json_array_size(value), &node->min_items, &node->max_items, keywords, "element", value, at);
    if (node->unique && !schema_enough(run))
        check_unique(run, node, value, at);
    if (node->prefix.n || node->items)
        check_elements(run, node, value, at);
    if (node->contains && !schema_enough(run))
        check_contains(run, node, value, at);
}
