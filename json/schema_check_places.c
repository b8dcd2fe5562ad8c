/* The keywords whose schemas hold for the same value: references, allOf, anyOf, oneOf, not, if. */
#include <string.h>

#include "json/schema_run.h"

enum { EXPECTED_MAX = 300, TELLING_MAX = 2 };

/* Adds what a branch expected: of its first violation, with the place when it is further down. */
static void add_branch(run_t *run, node_t *node, const json_t *value, place_t *at, struct text *text)
{
    struct violations own = {0}, *out = run->out;
    run->out = &own;
    schema_check_value(run, node, value, at);
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
        if (schema_enough(run))
            return;
        any |= schema_fits(run, node->any_of.v[i], value, at);
    }
    if (!any && !run->stopped && schema_failed(run))
        schema_violate(run, node, "/anyOf", value, at, branches_words(run, &node->any_of, value, at));
}

static void check_one_of(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    size_t n = 0, first = 0, last = 0;
    for (size_t i = 0; i < node->one_of.n && n < 2; i++) {
        if (schema_enough(run))
            return;
        if (!schema_fits(run, node->one_of.v[i], value, at))
            continue;
        first = n++ ? first : i;
        last = i;
    }
    if (n == 1 || run->stopped || !schema_failed(run))
        return;
    const char *expected = n ? arena_printf(run->arena, "exactly one of the schemas to fit; those at %zu and %zu both do", first, last)
                             : branches_words(run, &node->one_of, value, at);
    schema_violate(run, node, "/oneOf", value, at, expected);
}

static void check_not(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    bool fit = schema_fits(run, node->not_this, value, at);
    run->marks = marks;
    if (fit && schema_failed(run))
        schema_violate(run, node, "/not", value, at, "a value that does not fit the schema under \"not\"");
}

static void check_if(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool fit = schema_fits(run, node->if_this, value, at);
    node_t *next = fit ? node->then_this : node->else_this;
    if (next && !schema_enough(run))
        schema_check_value(run, next, value, at);
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

void schema_check_places(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->ref && !schema_enough(run))
        schema_check_value(run, node->ref, value, at);
    if (node->dynamic_ref && !schema_enough(run))
        schema_check_value(run, dynamic_target(run, node), value, at);
    for (size_t i = 0; i < node->all_of.n && !schema_enough(run); i++)
        schema_check_value(run, node->all_of.v[i], value, at);
    if (node->any_of.n && !schema_enough(run))
        check_any_of(run, node, value, at);
    if (node->one_of.n && !schema_enough(run))
        check_one_of(run, node, value, at);
    if (node->not_this && !schema_enough(run))
        check_not(run, node, value, at);
    if (node->if_this && !schema_enough(run))
        check_if(run, node, value, at);
}
