/* Filters: section 2.3.5 of the RFC. Recursion goes as deep as a path's filters do: JSON_PATH_DEPTH_MAX. */
#include "json/path_function.h"
#include "json/path_search.h"

static struct path_value operand_value(struct path_search *search, const struct json_operand *operand, json_t *node);

/* --- queries in a filter --- */

/* The only node of a singular query, or NULL. */
static json_t *walk(const struct json_query *query, json_t *node)
{
    for (size_t i = 0; i < query->n && node; i++) {
        const struct json_selector *selector = query->segments[i].selectors;
        int64_t size = (int64_t)json_array_size(node), index = selector->index;
        if (selector->kind == JSON_SELECT_NAME) {
            node = json_object_getn(node, selector->name, selector->name_len);
            continue;
        }
        index += index < 0 ? size : 0;
        node = index >= 0 && index < size ? json_array_get(node, (size_t)index) : NULL;
    }
    return node;
}

static struct path_answer run(struct path_search *search, const struct json_query *query, json_t *from)
{
    size_t base = search->n;
    search->within++;
    path_search_run(search, query, from);
    search->within--;
    struct path_answer answer = {query, search->n - base, search->n > base ? search->nodes[base] : NULL};
    search->n = base;
    return answer;
}

static struct path_answer ask(struct path_search *search, const struct json_query *query, json_t *node)
{
    json_t *from = query->absolute ? search->document : node;
    path_search_count(search, query->n + 1);
    if (query->singular) {
        json_t *found = walk(query, from);
        return (struct path_answer){query, found != NULL, found};
    }
    for (size_t i = 0; query->absolute && i < search->answers_n; i++)
        if (search->answers[i].query == query)
            return search->answers[i];
    struct path_answer answer = run(search, query, from);
    if (query->absolute && search->answers_n < PATH_ANSWERS_KEPT)
        search->answers[search->answers_n++] = answer;
    return answer;
}

/* --- functions --- */

/* Characters of a string, elements or members of a container, else Nothing. */
static struct path_value length_of(struct path_search *search, struct path_value value)
{
    struct path_value length = {.kind = PATH_NOTHING};
    size_t n = 0;
    if (value.kind == PATH_STRING) {
        path_search_count(search, value.string.len / 64);
        for (size_t i = 0; i < value.string.len; i++)
            n += ((unsigned char)value.string.s[i] & 0xC0) != 0x80;
    } else if (value.kind == PATH_TREE) {
        n = json_is_array(value.tree) ? json_array_size(value.tree) : json_object_size(value.tree);
    } else {
        return length;
    }
    length.kind = PATH_INTEGER;
    length.integer = (int64_t)n;
    return length;
}

static struct path_value call_value(struct path_search *search, const struct json_call *call, json_t *node)
{
    struct path_value value = {.kind = PATH_NOTHING};
    if (call->function->which == PATH_LENGTH)
        return length_of(search, operand_value(search, &call->arguments[0], node));
    struct path_answer answer = ask(search, &call->arguments[0].query, node);
    if (call->function->which == PATH_COUNT) {
        value.kind = PATH_INTEGER;
        value.integer = (int64_t)answer.n;
    } else if (answer.n == 1) { /* value() of several nodes is Nothing */
        value = path_value_of(answer.first);
    }
    return value;
}

static struct path_value operand_value(struct path_search *search, const struct json_operand *operand, json_t *node)
{
    switch (operand->kind) {
    case JSON_OPERAND_LITERAL:
        break;
    case JSON_OPERAND_QUERY:
        return path_value_of(ask(search, &operand->query, node).first);
    case JSON_OPERAND_CALL:
        return call_value(search, operand->call, node);
    }
    return operand->literal;
}

/* --- conditions --- */

static bool judge_comparison(struct path_search *search, const struct json_filter *filter, json_t *node)
{
    struct path_value left = operand_value(search, &filter->left, node);
    struct path_value right = operand_value(search, &filter->right, node);
    bool answer = path_value_compare(left, filter->comparison, right, &search->work, JSON_VISITS_MAX);
    return path_search_count(search, 0) && answer;
}

static bool judge(struct path_search *search, const struct json_filter *filter, json_t *node)
{
    switch (filter->kind) {
    case JSON_FILTER_OR:
    case JSON_FILTER_AND:
        for (size_t i = 0; i < filter->n; i++)
            if (judge(search, &filter->parts[i], node) == (filter->kind == JSON_FILTER_OR))
                return filter->kind == JSON_FILTER_OR;
        return filter->kind == JSON_FILTER_AND;
    case JSON_FILTER_NOT:
        return !judge(search, filter->parts, node);
    case JSON_FILTER_COMPARE:
        return judge_comparison(search, filter, node);
    case JSON_FILTER_EXISTS:
        return ask(search, &filter->query, node).n > 0;
    case JSON_FILTER_CALL:
        break;
    }
    struct path_value subject = operand_value(search, &filter->call->arguments[0], node);
    struct path_value pattern = {.kind = PATH_NOTHING};
    if (!filter->call->literal_pattern)
        pattern = operand_value(search, &filter->call->arguments[1], node);
    return path_match(search, filter->call, subject, pattern);
}

bool path_judge(struct path_search *search, const struct json_filter *filter, json_t *node)
{
    bool answer = judge(search, filter, node);
    return !search->over && answer;
}
