#include "json/path.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/scan.h"

enum { SHOWN_MAX = 80 };

struct parse {
    struct arena *arena;
    const char *text, *p, *end;
    struct pos at;
    struct error *err;
    LIST_OF(struct json_segment) segments;
};

static bool refuse(struct parse *in, const char *where, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Columns count characters, as everywhere. */
static bool refuse(struct parse *in, const char *where, const char *format, ...)
{
    int column = 0;
    for (const char *p = in->text; p < where; p++)
        column += ((unsigned char)*p & 0xC0) != 0x80;
    char *shown = arena_strdup(in->arena, in->text);
    error_shorten(shown, SHOWN_MAX);
    va_list args;
    va_start(args, format);
    const char *said = arena_vprintf(in->arena, format, args);
    va_end(args);
    struct pos at = in->at;
    at.col += at.col > 0 ? column : 0;
    return error_at(in->err, ERR_USAGE, at, "JSONPath '%s', column %d: %s", shown, column + 1, said);
}

static bool refuse_found(struct parse *in, const char *expected)
{
    if (in->p == in->end)
        return refuse(in, in->p, "expected %s, found the end", expected);
    size_t len = text_utf8(in->p, in->end);
    if (!len)
        return refuse(in, in->p, "expected UTF-8, found the byte 0x%02x", (unsigned char)*in->p);
    return refuse(in, in->p, "expected %s, found '%.*s'", expected, (int)len, in->p);
}

static char peek(const struct parse *in)
{
    return in->p < in->end ? *in->p : '\0';
}

static bool take(struct parse *in, char c)
{
    if (in->p == in->end || *in->p != c)
        return false;
    in->p++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80 ||
           (!first && is_digit(c));
}

/* member-name-shorthand of the RFC */
static bool parse_name(struct parse *in, struct json_segment *segment)
{
    const char *start = in->p;
    while (is_name_char(peek(in), in->p == start)) {
        size_t len = text_utf8(in->p, in->end);
        if (!len)
            return refuse_found(in, "UTF-8");
        in->p += len;
    }
    if (in->p == start)
        return refuse_found(in, "a name, '*' or '['");
    segment->selector = JSON_SELECT_NAME;
    segment->name_len = (size_t)(in->p - start);
    segment->name = arena_strndup(in->arena, start, segment->name_len);
    return true;
}

/* The code point of "uXXXX", or of a surrogate pair "uXXXX\uXXXX", at in->p. */
static bool parse_unicode(struct parse *in, uint32_t *code)
{
    int32_t high = scan_hex4(in->p + 1, in->end);
    if (high < 0)
        return refuse(in, in->p, "expected four hexadecimal digits after '\\u'");
    in->p += 5;
    *code = (uint32_t)high;
    if (high < 0xD800 || high > 0xDFFF)
        return true;
    bool pair = high < 0xDC00 && in->end - in->p >= 6 && in->p[0] == '\\' && in->p[1] == 'u';
    int32_t low = pair ? scan_hex4(in->p + 2, in->end) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return refuse(in, in->p, "expected both halves of a surrogate pair");
    in->p += 6;
    *code = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return true;
}

/* One escape, behind its backslash. */
static bool parse_escape(struct parse *in, char quote, struct text *out)
{
    static const char from[] = "bfnrt/\\", to[] = "\b\f\n\r\t/\\";
    char c = peek(in);
    const char *found = c ? strchr(from, c) : NULL;
    if (c == 'u') {
        uint32_t code = 0;
        char utf8[4];
        if (!parse_unicode(in, &code))
            return false;
        text_addn(out, utf8, scan_encode(utf8, code));
        return true;
    }
    if (!found && c != quote)
        return refuse_found(in, quote == '"' ? "one of \"\\/bfnrtu after '\\'" : "one of '\\/bfnrtu after '\\'");
    text_addc(out, found ? to[found - from] : quote);
    in->p++;
    return true;
}

static bool parse_quoted_into(struct parse *in, char quote, struct text *out)
{
    while (!take(in, quote)) {
        if (take(in, '\\')) {
            if (!parse_escape(in, quote, out))
                return false;
            continue;
        }
        size_t len = text_utf8(in->p, in->end);
        if (!len || (unsigned char)*in->p < 0x20)
            return refuse_found(in, quote == '"' ? "the closing '\"'" : "the closing quote \"'\"");
        text_addn(out, in->p, len);
        in->p += len;
    }
    return true;
}

static bool parse_quoted(struct parse *in, struct json_segment *segment)
{
    char quote = *in->p++;
    struct text name = text_open((size_t)(in->end - in->text));
    bool ok = parse_quoted_into(in, quote, &name);
    if (ok) {
        segment->selector = JSON_SELECT_NAME;
        segment->name_len = name.len;
        segment->name = arena_strndup(in->arena, name.s, name.len);
    }
    text_close(&name);
    return ok;
}

static bool parse_index(struct parse *in, struct json_segment *segment)
{
    const int64_t index_max = ((int64_t)1 << 53) - 1; /* I-JSON, section 2.1 of the RFC */
    const char *start = in->p;
    bool negative = take(in, '-');
    const char *digits = in->p;
    int64_t index = 0;
    for (; is_digit(peek(in)) && index <= index_max; in->p++)
        index = index * 10 + (*in->p - '0');
    if (in->p == digits)
        return refuse_found(in, "a digit");
    if (*digits == '0' && (in->p - digits > 1 || negative))
        return refuse(in, start, "an index has no leading 0 and no '-0'");
    if (index > index_max)
        return refuse(in, start, "the index is beyond 2^53 - 1");
    segment->selector = JSON_SELECT_INDEX;
    segment->index = negative ? -index : index;
    return true;
}

static void skip_blank(struct parse *in)
{
    in->p = scan_blank(in->p, in->end);
}

/* Parts of the RFC that are refused by name. */
static const struct {
    char c;
    const char *what;
} unknown[] = {
    {'?', "filters ('?') are not known here"},
    {':', "slices (':') are not known here"},
    {',', "several selectors in one bracket (',') are not known here"},
};

static bool refuse_unknown(struct parse *in, const char *expected)
{
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        if (peek(in) == unknown[i].c)
            return refuse(in, in->p, "%s, only names, indexes, '*' and '..'", unknown[i].what);
    return refuse_found(in, expected);
}

static bool parse_bracket(struct parse *in, struct json_segment *segment)
{
    in->p++;
    skip_blank(in);
    char c = peek(in);
    bool ok = true;
    if (c == '*')
        in->p++;
    else if (c == '"' || c == '\'')
        ok = parse_quoted(in, segment);
    else if (c == '-' || is_digit(c))
        ok = parse_index(in, segment);
    else
        ok = refuse_unknown(in, "a quoted name, an index or '*'");
    if (!ok)
        return false;
    skip_blank(in);
    return take(in, ']') || refuse_unknown(in, "']'");
}

/* segment = "." name | ".*" | "[" selector "]" | ".." name | "..*" | "..[" selector "]" */
static bool parse_segment(struct parse *in)
{
    struct json_segment segment = {.selector = JSON_SELECT_ALL};
    bool dot = take(in, '.');
    segment.descendant = dot && take(in, '.');
    bool ok = true;
    if (peek(in) == '[' && (!dot || segment.descendant))
        ok = parse_bracket(in, &segment);
    else if (!dot)
        ok = refuse_found(in, "'.' or '['");
    else if (!take(in, '*'))
        ok = parse_name(in, &segment);
    if (ok)
        *LIST_ADD(in->arena, &in->segments) = segment;
    return ok;
}

struct json_path *json_path_parse(struct arena *arena, const char *text, struct pos at, struct error *err)
{
    struct parse in = {.arena = arena, .text = text, .p = text, .end = text + strlen(text), .at = at, .err = err};
    if (!take(&in, '$')) {
        refuse_found(&in, "'$'");
        return NULL;
    }
    while (in.p < in.end) {
        const char *before = in.p;
        skip_blank(&in);
        if (in.p == in.end) {
            refuse(&in, before, "expected no blank at the end");
            return NULL;
        }
        if (!parse_segment(&in))
            return NULL;
    }
    struct json_path *path = ARENA_NEW(arena, struct json_path);
    *path = (struct json_path){arena_strdup(arena, text), in.segments.v, in.segments.n};
    return path;
}

const char *json_path_text(const struct json_path *path)
{
    return path->text;
}

bool json_path_singular(const struct json_path *path)
{
    for (size_t i = 0; i < path->n; i++)
        if (path->segments[i].descendant || path->segments[i].selector == JSON_SELECT_ALL)
            return false;
    return true;
}

/* --- evaluation --- */

struct search {
    struct arena *arena;
    size_t visits;
    bool over;
    LIST_OF(json_t *) found;
    LIST_OF(json_t *) open; /* descendant: containers still to look into, the next one last */
};

static void add_node(struct search *search, json_t *node)
{
    if (!node)
        return;
    if (search->found.n == JSON_NODES_MAX)
        search->over = true;
    else
        *LIST_ADD(search->arena, &search->found) = node;
}

static bool count_visits(struct search *search, size_t n)
{
    search->visits += n + 1;
    search->over |= search->visits > JSON_VISITS_MAX;
    return !search->over;
}

static void select_all(struct search *search, json_t *node)
{
    if (!count_visits(search, json_is_array(node) ? json_array_size(node) : json_object_size(node)))
        return;
    for (size_t i = 0; i < json_array_size(node); i++)
        add_node(search, json_array_get(node, i));
    for (void *member = json_object_iter(node); member; member = json_object_iter_next(node, member))
        add_node(search, json_object_iter_value(member));
}

static void select_from(struct search *search, const struct json_segment *segment, json_t *node)
{
    int64_t size = (int64_t)json_array_size(node), index = segment->index;
    switch (segment->selector) {
    case JSON_SELECT_NAME:
        add_node(search, json_object_getn(node, segment->name, segment->name_len));
        break;
    case JSON_SELECT_INDEX:
        index += index < 0 ? size : 0;
        if (index >= 0 && index < size)
            add_node(search, json_array_get(node, (size_t)index));
        break;
    case JSON_SELECT_ALL:
        select_all(search, node);
        break;
    }
}

static void push_open(struct search *search, json_t *node)
{
    if (json_is_array(node) || json_is_object(node))
        *LIST_ADD(search->arena, &search->open) = node;
}

/* Pushes the containers within `node`, the first one last. */
static void push_children(struct search *search, json_t *node)
{
    size_t first = search->open.n;
    if (json_is_array(node))
        for (size_t i = json_array_size(node); i-- > 0;)
            push_open(search, json_array_get(node, i));
    for (void *member = json_object_iter(node); member; member = json_object_iter_next(node, member))
        push_open(search, json_object_iter_value(member));
    if (!json_is_object(node))
        return;
    for (size_t low = first, high = search->open.n; low + 1 < high; low++) {
        json_t *swap = search->open.v[low];
        search->open.v[low] = search->open.v[--high];
        search->open.v[high] = swap;
    }
}

/* The node, then what is below it in document order: section 2.5.2.2 of the RFC. */
static void select_below(struct search *search, const struct json_segment *segment, json_t *node)
{
    search->open.n = 0;
    push_open(search, node);
    while (search->open.n > 0 && !search->over) {
        json_t *next = search->open.v[--search->open.n];
        select_from(search, segment, next);
        count_visits(search, json_is_array(next) ? json_array_size(next) : json_object_size(next));
        push_children(search, next);
    }
}

struct json_nodes json_path_find(const struct json_path *path, json_t *document, struct arena *arena)
{
    struct search search = {.arena = arena};
    struct json_nodes nodes = {0};
    add_node(&search, document);
    for (size_t i = 0; i < path->n && !search.over; i++) {
        nodes = (struct json_nodes){search.found.v, search.found.n, false};
        memset(&search.found, 0, sizeof(search.found));
        for (size_t j = 0; j < nodes.n && !search.over; j++) {
            if (path->segments[i].descendant)
                select_below(&search, &path->segments[i], nodes.v[j]);
            else
                select_from(&search, &path->segments[i], nodes.v[j]);
        }
    }
    return (struct json_nodes){search.found.v, search.found.n, search.over};
}
