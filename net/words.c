#include "net/words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"

enum { LOOKED_AT = 64 << 10, DEPTH_MAX = 32 }; /* of an answer; of nested JSON */

const char *words_status(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {301, "Moved Permanently"}, {302, "Found"},
                 {303, "See Other"}, {304, "Not Modified"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
                 {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
                 {406, "Not Acceptable"}, {407, "Proxy Authentication Required"}, {408, "Request Timeout"}, {409, "Conflict"},
                 {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Content Too Large"},
                 {414, "URI Too Long"}, {415, "Unsupported Media Type"}, {421, "Misdirected Request"},
                 {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {500, "Internal Server Error"},
                 {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
                 {507, "Insufficient Storage"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].status == status)
            return names[i].name;
    return "";
}

/* --- one clean line --- */

/* Blanks of all kinds become one space; bytes that are no UTF-8 and controls are shown. */
const char *words_clean(struct arena *arena, const char *text, size_t len, size_t max)
{
    struct text valid = text_open((size_t)LOOKED_AT * 3 + 1), line = text_open((size_t)LOOKED_AT * 12);
    text_trim(&text, &len);
    text_add_utf8(&valid, text, len < LOOKED_AT ? len : LOOKED_AT);
    size_t to = 0;
    for (size_t i = 0; i < valid.len; i++) { /* a NUL would end what follows */
        char c = isspace((unsigned char)valid.s[i]) || valid.s[i] == '\0' ? ' ' : valid.s[i];
        if (c != ' ' || (to && valid.s[to - 1] != ' '))
            valid.s[to++] = c;
    }
    if (valid.len)
        valid.s[to - (to && valid.s[to - 1] == ' ')] = '\0';
    text_add_line(&line, valid.s);
    char *clean = arena_strdup(arena, line.s);
    error_shorten(clean, max);
    text_close(&line);
    text_close(&valid);
    return clean;
}

/* --- JSON: only strings and how deep they stand --- */

struct span {
    const char *s;
    size_t len;
};

struct scan {
    const char *p, *end;
    struct span keys[DEPTH_MAX]; /* of the object at each depth, the last one read */
    int depth;
};

/* The string at p[0] == '"', without its quotes and with its escapes. */
static struct span take_string(struct scan *scan)
{
    const char *start = ++scan->p;
    while (scan->p < scan->end && *scan->p != '"')
        scan->p += *scan->p == '\\' && scan->p + 1 < scan->end ? 2 : 1;
    struct span span = {start, (size_t)(scan->p - start)};
    scan->p += scan->p < scan->end;
    return span;
}

static bool is_word(struct span span, const char *word)
{
    return span.len == strlen(word) && memcmp(span.s, word, span.len) == 0;
}

/* How much a string says about what went wrong: 0 nothing, more is better. `key` is its own, `above` that of what it stands in. */
static int worth(struct span key, struct span above, int depth)
{
    static const struct {
        const char *key, *above; /* NULL: at the top */
        int worth;
    } rows[] = {{"reason", "error", 9}, {"message", "error", 8}, {"error", NULL, 7}, {"errorMessage", NULL, 7}, {"message", NULL, 6},
                {"detail", NULL, 8}, {"details", NULL, 5}, {"title", NULL, 4}, {"reason", NULL, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (is_word(key, rows[i].key) && (rows[i].above ? depth == 2 && is_word(above, rows[i].above) : depth == 1))
            return rows[i].worth;
    return is_word(key, "reason") || is_word(key, "message"); /* deeper: better than nothing */
}

struct reasons {
    struct span best, cause;
    int worth;
};

static void weigh(const struct scan *scan, struct span string, struct reasons *found)
{
    int depth = scan->depth;
    struct span none = {"", 0}, key = depth ? scan->keys[depth - 1] : none, above = depth > 1 ? scan->keys[depth - 2] : none;
    int value = string.len ? worth(key, above, depth) : 0;
    if (value > found->worth) {
        found->worth = value;
        found->best = string;
    }
    if (is_word(key, "reason") && is_word(above, "caused_by") && string.len)
        found->cause = string; /* the last one is the deepest */
}

static struct reasons scan_json(const char *s, size_t len)
{
    struct scan scan = {.p = s, .end = s + len};
    struct reasons found = {0};
    while (scan.p < scan.end) {
        char c = *scan.p;
        if (c == '"') {
            struct span string = take_string(&scan);
            while (scan.p < scan.end && isspace((unsigned char)*scan.p))
                scan.p++;
            if (scan.p < scan.end && *scan.p == ':' && scan.depth)
                scan.keys[scan.depth - 1] = string;
            else
                weigh(&scan, string, &found);
            continue;
        }
        if (c == '{' || c == '[') {
            if (scan.depth == DEPTH_MAX)
                break;
            /* a list counts as what it stands under */
            scan.keys[scan.depth] = c == '[' && scan.depth ? scan.keys[scan.depth - 1] : (struct span){"", 0};
            scan.depth++;
        }
        if ((c == '}' || c == ']') && scan.depth)
            scan.depth--;
        scan.p++;
    }
    return found;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Without escapes; a \u of a surrogate or of a control becomes a blank. */
static void add_unescaped(struct text *out, struct span span)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/     ";
    for (size_t i = 0; i < span.len; i++) {
        const char *known = span.s[i] == '\\' && i + 1 < span.len && span.s[i + 1] ? strchr(from, span.s[i + 1]) : NULL;
        uint32_t code = 0;
        if (known) {
            text_addc(out, to[known - from]);
            i++;
        } else if (span.s[i] == '\\' && i + 5 < span.len && span.s[i + 1] == 'u') {
            for (size_t k = 2; k < 6; k++)
                code = code * 16 + (uint32_t)(hex_digit(span.s[i + k]) & 15);
            char bytes[4];
            bool plain = code >= 32 && (code < 0xD800 || code > 0xDFFF);
            text_addn(out, plain ? bytes : " ", plain ? text_encode(bytes, code) : 1);
            i += 5;
        } else {
            text_addc(out, span.s[i]);
        }
    }
}

static bool add_json(struct text *out, const char *body, size_t len)
{
    struct reasons found = scan_json(body, len);
    if (!found.worth)
        return false;
    add_unescaped(out, found.best);
    bool same = found.cause.len == found.best.len && found.cause.len && memcmp(found.cause.s, found.best.s, found.cause.len) == 0;
    if (found.cause.len && !same) {
        text_add(out, ": ");
        add_unescaped(out, found.cause);
    }
    return true;
}

/* --- HTML --- */

static const char *find_tag(const char *s, const char *end, const char *tag)
{
    size_t n = strlen(tag);
    for (; (size_t)(end - s) >= n; s++)
        if (strncasecmp(s, tag, n) == 0)
            return s;
    return NULL;
}

static void add_without_tags(struct text *out, const char *s, const char *end)
{
    bool in_tag = false;
    for (; s < end; s++) {
        if (*s == '<') {
            in_tag = true;
            text_addc(out, ' ');
        } else if (*s == '>' && in_tag) {
            in_tag = false;
        } else if (!in_tag) {
            text_addc(out, *s);
        }
    }
}

static bool add_html(struct text *out, const char *body, size_t len)
{
    const char *end = body + len, *title = find_tag(body, end, "<title");
    bool html = title || find_tag(body, end, "<html") || find_tag(body, end, "<body");
    if (!html)
        return false;
    const char *from = title ? memchr(title, '>', (size_t)(end - title)) : NULL;
    const char *to = from ? find_tag(from, end, "</title") : NULL;
    add_without_tags(out, to ? from + 1 : body, to ? to : end);
    return true;
}

const char *words_of(struct arena *arena, const char *body, size_t len, size_t max)
{
    struct text out = text_open(LOOKED_AT * 2);
    len = len < LOOKED_AT ? len : LOOKED_AT;
    text_trim(&body, &len);
    bool json = len && (*body == '{' || *body == '['), done = json && add_json(&out, body, len);
    if (!done && !json && len && *body == '<')
        done = add_html(&out, body, len);
    const char *words = done ? words_clean(arena, out.s, out.len, max) : words_clean(arena, body, len, max);
    text_close(&out);
    return words;
}
