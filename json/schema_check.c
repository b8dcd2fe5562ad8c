/* Checking a value: recursion over value and schema together, limited in depth and in steps. Where a schema may fit or not
 * (anyOf, if, not, contains), it is first tried without collecting words. */
#include <stdint.h>
#include <stdlib.h>

#include "json/schema_run.h"

bool schema_enough(const run_t *run)
{
    return run->stopped || (run->quiet && run->failed);
}

void schema_check_part(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    schema_check_value(run, node, value, at);
    run->marks = marks;
}

bool schema_fits(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    bool quiet = run->quiet, had_failed = run->failed;
    struct schema_marks *marks = run->marks, mine = {0};
    if (marks) {
        mine = schema_marks_open(run, value);
        run->marks = &mine;
    }
    run->quiet = true;
    run->failed = false;
    schema_check_value(run, node, value, at);
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

bool schema_part_fits(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    struct schema_marks *marks = run->marks;
    run->marks = NULL;
    bool ok = schema_fits(run, node, value, at);
    run->marks = marks;
    return ok;
}

void schema_check_rest(run_t *run, node_t *node, node_t *rest, const char *keyword, const json_t *value, place_t *here,
                       const char *none)
{
    if (!rest->never)
        schema_check_part(run, rest, value, here);
    else if (schema_failed(run))
        schema_violate(run, node, keyword, value, here, none);
}

/* --- all keywords --- */

static void check_keywords(run_t *run, node_t *node, const json_t *value, place_t *at)
{
    if (node->never && schema_failed(run))
        schema_violate(run, node, "", value, at, "no value");
    schema_check_type(run, node, value, at);
    if (node->uses & SCHEMA_USES_VALUES) {
        schema_check_enum(run, node, value, at);
        schema_check_const(run, node, value, at);
    }
    if (schema_enough(run))
        return;
    if (node->uses & SCHEMA_USES_STRING && json_is_string(value))
        schema_check_string(run, node, value, at);
    else if (node->uses & SCHEMA_USES_NUMBER && json_is_number(value))
        schema_check_number(run, node, value, at);
    else if (node->uses & SCHEMA_USES_OBJECT && json_is_object(value))
        schema_check_object(run, node, value, at);
    else if (node->uses & SCHEMA_USES_ARRAY && json_is_array(value))
        schema_check_array(run, node, value, at);
    if (node->uses & SCHEMA_USES_PLACE)
        schema_check_places(run, node, value, at);
}

static void check_unevaluated(run_t *run, node_t *node, const struct schema_marks *marks, const json_t *value, place_t *at)
{
    json_t *object = (json_t *)value;
    size_t part = 0;
    void *i = node->unevaluated_members ? json_object_iter(object) : NULL;
    for (; i && !schema_enough(run); i = json_object_iter_next(object, i), part++) {
        struct schema_place here = {at, json_object_iter_key(i), json_object_iter_key_len(i)};
        if (!schema_marked(run, marks, part))
            schema_check_rest(run, node, node->unevaluated_members, "/unevaluatedProperties", json_object_iter_value(i), &here,
                       "no such member");
    }
    size_t n = node->unevaluated_items ? json_array_size(value) : 0;
    for (; part < n && !schema_enough(run); part++) {
        struct schema_place here = {at, NULL, part};
        if (!schema_marked(run, marks, part))
            schema_check_rest(run, node, node->unevaluated_items, "/unevaluatedItems", json_array_get(value, part), &here,
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

void schema_check_value(run_t *run, node_t *node, const json_t *value, place_t *at)
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
    schema_check_value(&run, schema->v[0], instance, &root);
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
