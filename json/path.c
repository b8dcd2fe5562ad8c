/* What can be asked of a path without a document. */
#include "json/path.h"

#include "json/path_function.h"

const char *json_path_text(const struct json_path *path)
{
    return path->text;
}

bool json_path_singular(const struct json_path *path)
{
    return path->query.singular;
}

/* --- the queries in a filter --- */

typedef void visit_query(const struct json_query *, void *);

static void visit_operand(const struct json_operand *operand, visit_query *visit, void *context);

static void visit_call(const struct json_call *call, visit_query *visit, void *context)
{
    for (size_t i = 0; i < call->function->n; i++)
        visit_operand(&call->arguments[i], visit, context);
}

static void visit_operand(const struct json_operand *operand, visit_query *visit, void *context)
{
    if (operand->kind == JSON_OPERAND_QUERY)
        visit(&operand->query, context);
    if (operand->kind == JSON_OPERAND_CALL)
        visit_call(operand->call, visit, context);
}

/* Recursion goes as deep as parentheses and calls do: JSON_PATH_DEPTH_MAX. */
void json_filter_queries(const struct json_filter *filter, visit_query *visit, void *context)
{
    switch (filter->kind) {
    case JSON_FILTER_OR:
    case JSON_FILTER_AND:
    case JSON_FILTER_NOT:
        for (size_t i = 0; i < filter->n; i++)
            json_filter_queries(&filter->parts[i], visit, context);
        break;
    case JSON_FILTER_COMPARE:
        visit_operand(&filter->left, visit, context);
        visit_operand(&filter->right, visit, context);
        break;
    case JSON_FILTER_EXISTS:
        visit(&filter->query, context);
        break;
    case JSON_FILTER_CALL:
        visit_call(filter->call, visit, context);
        break;
    }
}

/* --- streaming --- */

static void find_obstacle(const struct json_query *query, void *why);

static void find_in_segment(const struct json_segment *segment, const char **why)
{
    for (size_t i = 0; i < segment->n && !*why; i++) {
        if (segment->selectors[i].kind != JSON_SELECT_FILTER)
            continue;
        if (segment->descendant)
            *why = "a filter behind '..': what it looks at lies within what it looked at before";
        else
            json_filter_queries(segment->selectors[i].filter, find_obstacle, why);
    }
}

static void find_obstacle(const struct json_query *query, void *context)
{
    const char **why = context;
    if (query->absolute && !*why)
        *why = "'$' in a filter: it may be decided only at the document's end";
    for (size_t i = 0; i < query->n && !*why; i++)
        find_in_segment(&query->segments[i], why);
}

bool json_path_streams(const struct json_path *path, const char **why)
{
    *why = NULL;
    for (size_t i = 0; i < path->query.n && !*why; i++)
        find_in_segment(&path->query.segments[i], why);
    return !*why;
}
