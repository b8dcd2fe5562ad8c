/* Filters: logical-expr of the RFC, by recursive descent; how deep is bounded by the cursor. Types are checked here. */
#include <string.h>

#include "json/iregexp.h"
#include "json/number.h"
#include "json/path_function.h"
#include "json/path_parse.h"

static bool parse_operand(struct path_cursor *in, struct json_operand *out);

/* --- literals --- */

static bool parse_number(struct path_cursor *in, struct path_value *out)
{
    struct number number;
    const char *expected;
    if (!number_scan(in->p, in->end, &number, &expected)) {
        in->p = number.end;
        return path_cursor_expected(in, expected);
    }
    in->p = number.end;
    out->kind = PATH_INTEGER;
    if (!number_int64(&number, &out->integer)) {
        out->kind = PATH_REAL;
        out->real = number_double(&number);
    }
    return true;
}

static bool parse_string(struct path_cursor *in, struct path_value *out)
{
    out->kind = PATH_STRING;
    return path_cursor_quoted(in, &out->string.s, &out->string.len);
}

/* --- calls --- */

static const char *count_of(size_t n)
{
    return n == 1 ? "one argument" : "two arguments";
}

/* Whether an argument is of the type of its parameter: section 2.4.3 of the RFC. */
static bool check_argument(struct path_cursor *in, const char *where, const struct path_function *function,
                           enum path_type parameter, const struct json_operand *argument)
{
    bool query = argument->kind == JSON_OPERAND_QUERY;
    if (parameter == PATH_TYPE_NODES)
        return query || path_cursor_refuse(in, where, "expected a query ('@' or '$') for %s()", function->name);
    if (query && !argument->query.singular)
        return path_cursor_refuse(in, where, "expected one value for %s(): a query of names and indexes only, or value(…)",
                                  function->name);
    if (argument->kind == JSON_OPERAND_CALL && argument->call->function->result != PATH_TYPE_VALUE)
        return path_cursor_refuse(in, where, "expected a value for %s(), found %s(), which gives true or false",
                                  function->name, argument->call->function->name);
    return true;
}

/* What is no I-Regexp matches nothing, says the RFC; nobody means that. */
static void compile_pattern(struct path_cursor *in, const char *where, struct json_call *call)
{
    const struct json_operand *pattern = &call->arguments[1];
    if (pattern->kind != JSON_OPERAND_LITERAL)
        return;
    call->literal_pattern = true;
    struct error err = {0};
    if (pattern->literal.kind != PATH_STRING)
        error_set(&err, ERR_USAGE, "expected a pattern in quotes");
    else
        call->pattern = iregexp_compile(pattern->literal.string.s, pattern->literal.string.len,
                                        call->function->which == PATH_MATCH, &err);
    if (call->pattern)
        arena_defer(in->arena, iregexp_close, call->pattern);
    else
        path_cursor_warn(in, where, "%s() is never true: %s", call->function->name, err.text);
}

static bool parse_argument(struct path_cursor *in, const char *name, struct json_call *call,
                           struct json_operand *argument, size_t i)
{
    const struct path_function *function = call->function;
    const char *where = in->p;
    if (i == function->n)
        return path_cursor_refuse(in, name, "%s() takes %s, found more", function->name, count_of(function->n));
    if (!parse_operand(in, argument) || !check_argument(in, where, function, function->parameters[i], argument))
        return false;
    if (i == 1)
        compile_pattern(in, where, call);
    path_cursor_blank(in);
    char c = path_cursor_peek(in);
    return c == ',' || c == ')' || path_cursor_expected(in, "',' or ')'");
}

/* The call whose name ends before the '(' at the cursor. */
static bool parse_call(struct path_cursor *in, const char *name, struct json_operand *out)
{
    struct json_call *call = ARENA_NEW(in->arena, struct json_call);
    struct json_operand *arguments = ARENA_ARRAY(in->arena, struct json_operand, PATH_PARAMETERS_MAX);
    size_t len = (size_t)(in->p - name), n = 0;
    call->function = path_function_find(name, len);
    call->arguments = arguments;
    if (!call->function)
        return path_cursor_refuse(in, name, "no function '%.*s': expected one of %s", len > 40 ? 40 : (int)len, name,
                                  path_function_names);
    if (!path_cursor_enter(in))
        return false;
    do {
        in->p++;
        path_cursor_blank(in);
        if (n == 0 && path_cursor_peek(in) == ')')
            break;
        if (!parse_argument(in, name, call, &arguments[n < PATH_PARAMETERS_MAX ? n : 0], n))
            return false;
        n++;
    } while (path_cursor_peek(in) == ',');
    in->p++;
    in->depth--;
    *out = (struct json_operand){.kind = JSON_OPERAND_CALL, .call = call};
    return n == call->function->n || path_cursor_refuse(in, name, "%s() takes %s, found %zu", call->function->name,
                                                        count_of(call->function->n), n);
}

/* --- operands --- */

/* true, false, null, or the name of a function. */
static bool parse_word(struct path_cursor *in, struct json_operand *out)
{
    static const struct {
        const char *word;
        enum path_value_kind kind;
    } words[] = {{"true", PATH_TRUE}, {"false", PATH_FALSE}, {"null", PATH_NULL}};
    const char *start = in->p;
    while ((*in->p >= 'a' && *in->p <= 'z') || *in->p == '_' || path_cursor_at_digit(in))
        in->p++;
    size_t len = (size_t)(in->p - start);
    if (path_cursor_peek(in) == '(')
        return parse_call(in, start, out);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == len && memcmp(words[i].word, start, len) == 0) {
            *out = (struct json_operand){.literal = {.kind = words[i].kind}};
            return true;
        }
    }
    return path_cursor_refuse(in, start, "expected true, false, null or a function with '(', found '%.*s'",
                              len > 40 ? 40 : (int)len, start);
}

static bool parse_operand(struct path_cursor *in, struct json_operand *out)
{
    char c = path_cursor_peek(in);
    *out = (struct json_operand){.kind = JSON_OPERAND_LITERAL};
    if (c == '@' || c == '$') {
        out->kind = JSON_OPERAND_QUERY;
        return path_parse_query(in, &out->query);
    }
    if (c == '"' || c == '\'')
        return parse_string(in, &out->literal);
    if (c == '-' || path_cursor_at_digit(in))
        return parse_number(in, &out->literal);
    if (c >= 'a' && c <= 'z')
        return parse_word(in, out);
    return path_cursor_expected(in, "'@', '$', a literal or a function");
}

/* --- conditions --- */

/* Whether the operand, which stands at `where`, gives one value. */
static bool check_comparable(struct path_cursor *in, const char *where, const struct json_operand *operand)
{
    if (operand->kind == JSON_OPERAND_QUERY && !operand->query.singular)
        return path_cursor_refuse(in, where, "expected one value to compare: a query of names and indexes only, or value(…)");
    if (operand->kind == JSON_OPERAND_CALL && operand->call->function->result != PATH_TYPE_VALUE)
        return path_cursor_refuse(in, where, "%s() gives true or false by itself: expected no comparison with it",
                                  operand->call->function->name);
    return true;
}

static bool take_comparison(struct path_cursor *in, enum path_comparison *out)
{
    static const struct { /* the longer ones first */
        const char *word;
        enum path_comparison comparison;
    } words[] = {{"==", PATH_EQUAL},   {"!=", PATH_UNEQUAL}, {"<=", PATH_AT_MOST},
                 {">=", PATH_AT_LEAST}, {"<", PATH_LESS},     {">", PATH_GREATER}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (path_cursor_take_word(in, words[i].word)) {
            *out = words[i].comparison;
            return true;
        }
    }
    return false;
}

/* An operand that is no side of a comparison. */
static bool make_test(struct path_cursor *in, const char *where, const struct json_operand *operand,
                      struct json_filter *out)
{
    switch (operand->kind) {
    case JSON_OPERAND_LITERAL:
        return path_cursor_expected(in, "'==' or another comparison behind a literal");
    case JSON_OPERAND_QUERY:
        *out = (struct json_filter){.kind = JSON_FILTER_EXISTS, .query = operand->query};
        return in->p == in->end || strchr("&|,)]", *in->p) ||
               path_cursor_expected(in, "a comparison ('==', '!=', '<', …), '&&', '||', ')' or ']'");
    case JSON_OPERAND_CALL:
        break;
    }
    *out = (struct json_filter){.kind = JSON_FILTER_CALL, .call = operand->call};
    return operand->call->function->result == PATH_TYPE_LOGICAL ||
           path_cursor_refuse(in, where, "%s() gives a value: expected a comparison with it",
                              operand->call->function->name);
}

/* comparison-expr or test-expr */
static bool parse_condition(struct path_cursor *in, bool negated, struct json_filter *out)
{
    const char *left = in->p;
    struct json_filter filter = {.kind = JSON_FILTER_COMPARE};
    if (!parse_operand(in, &filter.left))
        return false;
    path_cursor_blank(in);
    const char *sign = in->p;
    if (!take_comparison(in, &filter.comparison))
        return make_test(in, left, &filter.left, out);
    if (negated)
        return path_cursor_refuse(in, sign, "expected no comparison behind '!': it needs parentheses, !(… == …)");
    path_cursor_blank(in);
    const char *right = in->p;
    *out = filter;
    return check_comparable(in, left, &filter.left) && parse_operand(in, &out->right) &&
           check_comparable(in, right, &out->right);
}

static bool parse_parentheses(struct path_cursor *in, struct json_filter *out)
{
    if (!path_cursor_enter(in))
        return false;
    in->p++;
    path_cursor_blank(in);
    if (!path_parse_filter(in, out))
        return false;
    in->depth--;
    return path_cursor_take(in, ')') || path_cursor_expected(in, "'&&', '||' or ')'");
}

/* basic-expr = ["!"] "(" logical-expr ")" | comparison-expr | ["!"] test-expr, and the blanks behind it */
static bool parse_basic(struct path_cursor *in, struct json_filter *out)
{
    bool negated = path_cursor_take(in, '!');
    if (negated)
        path_cursor_blank(in);
    bool parentheses = path_cursor_peek(in) == '(';
    if (!(parentheses ? parse_parentheses(in, out) : parse_condition(in, negated, out)))
        return false;
    if (negated) {
        struct json_filter *part = arena_copy(in->arena, out, sizeof(*out));
        *out = (struct json_filter){.kind = JSON_FILTER_NOT, .parts = part, .n = 1};
    }
    path_cursor_blank(in);
    return true;
}

/* One or more parts with `word` between them. */
static bool parse_parts(struct path_cursor *in, const char *word, enum json_filter_kind kind,
                        bool (*parse)(struct path_cursor *, struct json_filter *), struct json_filter *out)
{
    LIST_OF(struct json_filter) parts = {0};
    do {
        path_cursor_blank(in);
        struct json_filter part = {0};
        if (!parse(in, &part))
            return false;
        *LIST_ADD(in->arena, &parts) = part;
    } while (path_cursor_take_word(in, word));
    *out = parts.n == 1 ? parts.v[0] : (struct json_filter){.kind = kind, .parts = parts.v, .n = parts.n};
    return true;
}

static bool parse_and(struct path_cursor *in, struct json_filter *out)
{
    return parse_parts(in, "&&", JSON_FILTER_AND, parse_basic, out);
}

bool path_parse_filter(struct path_cursor *in, struct json_filter *out)
{
    return parse_parts(in, "||", JSON_FILTER_OR, parse_and, out);
}
