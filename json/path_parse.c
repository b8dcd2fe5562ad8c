/* Paths and segments; filters are in path_filter.c. */
#include "json/path_parse.h"

#include <string.h>

enum { SHOWN_MAX = 80 };

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80 ||
           (!first && c >= '0' && c <= '9');
}

/* member-name-shorthand of the RFC */
static bool parse_name(struct path_cursor *in, struct json_selector *selector)
{
    const char *start = in->p;
    while (is_name_char(path_cursor_peek(in), in->p == start)) {
        size_t len = text_utf8(in->p, in->end);
        if (!len)
            return path_cursor_expected(in, "UTF-8");
        in->p += len;
    }
    if (in->p == start)
        return path_cursor_expected(in, "a name, '*' or '['");
    selector->kind = JSON_SELECT_NAME;
    selector->name_len = (size_t)(in->p - start);
    selector->name = arena_strndup(in->arena, start, selector->name_len);
    return true;
}

static bool at_integer(const struct path_cursor *in)
{
    return path_cursor_at_digit(in) || path_cursor_peek(in) == '-';
}

/* ":" of "start:end:step", with what follows it. */
static bool parse_slice(struct path_cursor *in, struct json_slice *slice)
{
    in->p++;
    slice->step = 1;
    path_cursor_blank(in);
    slice->has_end = at_integer(in);
    if (slice->has_end && !path_cursor_integer(in, "the end of a slice", &slice->end))
        return false;
    path_cursor_blank(in);
    if (!path_cursor_take(in, ':'))
        return true;
    path_cursor_blank(in);
    return !at_integer(in) || path_cursor_integer(in, "the step of a slice", &slice->step);
}

static bool parse_number(struct path_cursor *in, struct json_selector *selector)
{
    struct json_slice slice = {0};
    slice.has_start = at_integer(in);
    if (slice.has_start && !path_cursor_integer(in, "an index", &slice.start))
        return false;
    const char *behind = in->p;
    path_cursor_blank(in);
    if (path_cursor_peek(in) == ':') {
        selector->kind = JSON_SELECT_SLICE;
        bool ok = parse_slice(in, &slice);
        selector->slice = slice;
        return ok;
    }
    in->p = behind;
    selector->kind = JSON_SELECT_INDEX;
    selector->index = slice.start;
    return true;
}

static bool parse_filter(struct path_cursor *in, struct json_selector *selector)
{
    struct json_filter *filter = ARENA_NEW(in->arena, struct json_filter);
    if (!path_cursor_enter(in))
        return false;
    in->p++;
    path_cursor_blank(in);
    selector->kind = JSON_SELECT_FILTER;
    selector->filter = filter;
    bool ok = path_parse_filter(in, filter);
    in->depth--;
    return ok;
}

static bool parse_selector(struct path_cursor *in, struct json_selector *selector)
{
    char c = path_cursor_peek(in);
    if (c == '?')
        return parse_filter(in, selector);
    if (c == ':' || at_integer(in))
        return parse_number(in, selector);
    if (c == '"' || c == '\'') {
        selector->kind = JSON_SELECT_NAME;
        return path_cursor_quoted(in, &selector->name, &selector->name_len);
    }
    selector->kind = JSON_SELECT_ALL;
    if (path_cursor_take(in, '*'))
        return true;
    bool bare = is_name_char(c, true);
    return path_cursor_expected(in, bare ? "a name in quotes, an index, a slice, '*' or '?'"
                                         : "a quoted name, an index, a slice, '*' or '?'");
}

static const char *behind_selector(const struct json_selector *selector)
{
    switch (selector->kind) {
    case JSON_SELECT_INDEX: return "',', ':' or ']'";
    case JSON_SELECT_FILTER: return "'&&', '||', ',' or ']'";
    case JSON_SELECT_NAME:
    case JSON_SELECT_SLICE:
    case JSON_SELECT_ALL: break;
    }
    return "',' or ']'";
}

static bool parse_bracket(struct path_cursor *in, struct json_segment *segment)
{
    LIST_OF(struct json_selector) selectors = {0};
    do {
        in->p++;
        path_cursor_blank(in);
        struct json_selector selector = {0};
        if (!parse_selector(in, &selector))
            return false;
        *LIST_ADD(in->arena, &selectors) = selector;
        path_cursor_blank(in);
    } while (path_cursor_peek(in) == ',');
    segment->selectors = selectors.v;
    segment->n = selectors.n;
    return path_cursor_take(in, ']') ||
           path_cursor_expected(in, behind_selector(&selectors.v[selectors.n - 1]));
}

/* segment = "." name | ".*" | "[" selectors "]" | ".." name | "..*" | "..[" selectors "]" */
static bool parse_segment(struct path_cursor *in, struct json_segment *segment)
{
    bool dot = path_cursor_take(in, '.');
    segment->descendant = dot && path_cursor_take(in, '.');
    if (path_cursor_peek(in) == '[' && (!dot || segment->descendant))
        return parse_bracket(in, segment);
    if (!dot)
        return path_cursor_expected(in, "'.' or '['");
    struct json_selector *selector = ARENA_NEW(in->arena, struct json_selector);
    *segment = (struct json_segment){segment->descendant, selector, 1};
    selector->kind = JSON_SELECT_ALL;
    return path_cursor_take(in, '*') || parse_name(in, selector);
}

static bool is_singular(const struct json_segment *segment)
{
    return !segment->descendant && segment->n == 1 &&
           (segment->selectors->kind == JSON_SELECT_NAME || segment->selectors->kind == JSON_SELECT_INDEX);
}

bool path_parse_query(struct path_cursor *in, struct json_query *out)
{
    LIST_OF(struct json_segment) segments = {0};
    *out = (struct json_query){.absolute = *in->p++ == '$', .singular = true};
    for (;;) {
        const char *behind = in->p;
        path_cursor_blank(in);
        char c = path_cursor_peek(in);
        if (c != '.' && c != '[') {
            in->p = behind;
            break;
        }
        struct json_segment segment = {0};
        if (!parse_segment(in, &segment))
            return false;
        out->singular = out->singular && is_singular(&segment);
        *LIST_ADD(in->arena, &segments) = segment;
    }
    out->segments = segments.v;
    out->n = segments.n;
    return true;
}

static bool parse_path(struct path_cursor *in)
{
    if (in->end - in->text > JSON_PATH_MAX)
        return path_cursor_refuse(in, in->text, "expected at most %d bytes, found %zu", JSON_PATH_MAX,
                                  (size_t)(in->end - in->text));
    if (path_cursor_peek(in) != '$')
        return path_cursor_expected(in, "'$'");
    if (!path_parse_query(in, &in->path->query))
        return false;
    const char *behind = in->p;
    path_cursor_blank(in);
    if (in->p == in->end)
        return behind == in->end || path_cursor_refuse(in, behind, "expected no blank at the end");
    if (path_cursor_peek(in) == '(')
        return path_cursor_refuse(in, in->p, "expected '.' or '[', found '(': functions stand in filters, as [?length(@.a) > 1]");
    return path_cursor_expected(in, "'.' or '['");
}

struct json_path *json_path_read(struct arena *arena, const char *text, struct json_path_fault *fault)
{
    struct json_path *path = ARENA_NEW(arena, struct json_path);
    path->text = arena_strdup(arena, text);
    struct path_cursor in = {.arena = arena, .text = text, .p = text, .end = text + strlen(text), .fault = fault,
                             .path = path};
    return parse_path(&in) ? path : NULL;
}

struct json_path *json_path_parse(struct arena *arena, const char *text, struct pos at, struct error *err)
{
    struct json_path_fault fault = {0};
    struct json_path *path = json_path_read(arena, text, &fault);
    if (path)
        return path;
    char *shown = arena_strdup(arena, text);
    error_shorten(shown, SHOWN_MAX);
    at.col += at.col > 0 ? fault.column - 1 : 0;
    error_at(err, ERR_USAGE, at, "JSONPath '%s', column %d: %s", shown, fault.column, fault.reason);
    return NULL;
}
