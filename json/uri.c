#include "json/uri.h"

#include <string.h>

#include "base/text.h"

/* The parts as RFC 3986 3 names them; a part that is absent has s == NULL. */
struct span {
    const char *s;
    size_t len;
};
struct parts {
    struct span scheme, authority, path, query, fragment;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return (c | 32) - 'a' + 10;
    return -1;
}

static size_t until(const char *s, size_t len, const char *stops)
{
    size_t n = 0;
    while (n < len && (!s[n] || !strchr(stops, s[n])))
        n++;
    return n;
}

/* Takes [s, s+n) and what marks its end. */
static struct span take(const char **s, size_t *len, size_t n, size_t mark)
{
    struct span span = {*s, n};
    *s += n + mark;
    *len -= n + mark;
    return span;
}

/* As the regular expression of RFC 3986, appendix B. */
static struct parts split(const char *s, size_t len)
{
    struct parts parts = {0};
    size_t n = until(s, len, ":/?#");
    if (n && n < len && s[n] == ':')
        parts.scheme = take(&s, &len, n, 1);
    if (len >= 2 && s[0] == '/' && s[1] == '/') {
        s += 2, len -= 2;
        parts.authority = take(&s, &len, until(s, len, "/?#"), 0);
    }
    parts.path = take(&s, &len, until(s, len, "?#"), 0);
    if (len && *s == '?') {
        s++, len--;
        parts.query = take(&s, &len, until(s, len, "#"), 0);
    }
    if (len)
        parts.fragment = (struct span){s + 1, len - 1};
    return parts;
}

/* --- syntax --- */

/* Characters and %-escapes: unreserved, sub-delims, those of `more`, and beyond ASCII when `iri`. */
static bool all_valid(struct span part, const char *more, bool iri)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.s[i];
        if (c == '%') {
            if (i + 2 >= part.len || hex_value(part.s[i + 1]) < 0 || hex_value(part.s[i + 2]) < 0)
                return false;
            i += 2;
        } else if ((unsigned char)c >= 0x80) {
            if (!iri)
                return false;
        } else if (!is_letter(c) && !is_digit(c) && (!c || (!strchr("-._~!$&'()*+,;=", c) && !strchr(more, c)))) {
            return false;
        }
    }
    return true;
}

bool uri_ipv4(const char *s, size_t len)
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        size_t from = i;
        int value = 0;
        if (part && (i >= len || s[i++] != '.'))
            return false;
        from = i;
        for (; i < len && is_digit(s[i]) && i - from < 3; i++)
            value = value * 10 + (s[i] - '0');
        if (i == from || value > 255 || (s[from] == '0' && i - from > 1))
            return false;
    }
    return i == len;
}

/* Groups of the text, -1 when one is broken; an IPv4 address at the end counts as two. */
static int count_groups(const char *s, size_t len)
{
    int n = 0;
    for (size_t i = 0; len; n++) {
        size_t group = until(s + i, len - i, ":");
        if (memchr(s + i, '.', group))
            return i + group == len && uri_ipv4(s + i, group) ? n + 2 : -1;
        if (group < 1 || group > 4)
            return -1;
        for (size_t k = 0; k < group; k++)
            if (hex_value(s[i + k]) < 0)
                return -1;
        i += group;
        if (i == len)
            return n + 1;
        i++; /* the colon: a group follows */
        if (i == len)
            return -1;
    }
    return n;
}

bool uri_ipv6(const char *s, size_t len)
{
    if (len > 45)
        return false;
    for (size_t i = 0; i + 1 < len; i++) {
        if (s[i] != ':' || s[i + 1] != ':')
            continue;
        int before = count_groups(s, i), after = count_groups(s + i + 2, len - i - 2);
        return before >= 0 && after >= 0 && before + after <= 7 && !memchr(s, '.', i);
    }
    return count_groups(s, len) == 8;
}

static bool valid_literal(struct span host)
{
    if (host.len >= 2 && (host.s[0] | 32) == 'v') { /* IPvFuture */
        size_t dot = until(host.s, host.len, ".");
        for (size_t i = 1; i < dot; i++)
            if (hex_value(host.s[i]) < 0)
                return false;
        struct span rest = {host.s + dot + 1, dot < host.len ? host.len - dot - 1 : 0};
        return dot > 1 && rest.len && !memchr(rest.s, '%', rest.len) && all_valid(rest, ":", false);
    }
    return uri_ipv6(host.s, host.len);
}

static bool valid_authority(struct span authority, bool iri)
{
    size_t at = until(authority.s, authority.len, "@");
    struct span host = authority;
    if (at < authority.len) {
        if (!all_valid((struct span){authority.s, at}, ":", iri))
            return false;
        host = (struct span){authority.s + at + 1, authority.len - at - 1};
    }
    size_t end;
    if (host.len && host.s[0] == '[') {
        size_t close = until(host.s, host.len, "]");
        if (close == host.len || !valid_literal((struct span){host.s + 1, close - 1}))
            return false;
        end = close + 1;
    } else {
        end = until(host.s, host.len, ":");
        if (!all_valid((struct span){host.s, end}, "", iri))
            return false;
    }
    if (end < host.len && host.s[end] != ':')
        return false;
    for (size_t i = end + 1; i < host.len; i++)
        if (!is_digit(host.s[i]))
            return false;
    return true;
}

static bool valid_scheme(struct span scheme)
{
    for (size_t i = 0; i < scheme.len; i++)
        if (!is_letter(scheme.s[i]) && (i == 0 || (!is_digit(scheme.s[i]) && !memchr("+-.", scheme.s[i], 3))))
            return false;
    return scheme.len > 0;
}

bool uri_valid(const char *s, size_t len, bool absolute, bool iri)
{
    struct parts parts = split(s, len);
    if (absolute && !parts.scheme.s)
        return false;
    if (parts.scheme.s && !valid_scheme(parts.scheme))
        return false; /* also a reference whose first segment holds a colon */
    if (len && s[0] == ':')
        return false;
    if (parts.authority.s && !valid_authority(parts.authority, iri))
        return false;
    if (!parts.authority.s && parts.path.len >= 2 && parts.path.s[0] == '/' && parts.path.s[1] == '/')
        return false;
    return all_valid(parts.path, ":@/", iri) && all_valid(parts.query, ":@/?", iri) &&
           all_valid(parts.fragment, ":@/?", iri);
}

/* --- references --- */

/* RFC 3986, 5.2.4, on the text from `from` on: drops "." segments, and ".." with the segment before it. */
static void remove_dots(struct text *text, size_t from)
{
    char *s = text->s + from;
    size_t len = text->len - from, to = 0;
    for (size_t i = 0; i < len;) {
        size_t slash = s[i] == '/';
        size_t n = until(s + i + slash, len - i - slash, "/");
        bool last = i + slash + n == len, dot = n == 1 && s[i + slash] == '.',
             dots = n == 2 && s[i + slash] == '.' && s[i + slash + 1] == '.';
        if (dots) {
            while (to && s[to - 1] != '/')
                to--;
            to -= to > 0;
        }
        if (dot || dots) {
            if (last && (slash || to))
                s[to++] = '/';
        } else {
            memmove(s + to, s + i, slash + n);
            to += slash + n;
        }
        i += slash + n;
    }
    text->len = from + to;
    text->s[text->len] = '\0';
}

static void add_span(struct text *text, const char *before, struct span span, const char *after)
{
    if (!span.s)
        return;
    text_add(text, before);
    text_addn(text, span.s, span.len);
    text_add(text, after);
}

/* The base's path up to its last '/', then the reference's. */
static void add_merged(struct text *text, const struct parts *base, struct span path)
{
    size_t keep = base->path.len;
    while (keep && base->path.s[keep - 1] != '/')
        keep--;
    if (base->authority.s && !base->path.len)
        text_addc(text, '/');
    text_addn(text, base->path.s, keep);
    text_addn(text, path.s, path.len);
}

char *uri_resolve(struct arena *arena, const char *base_text, const char *reference)
{
    struct parts base = split(base_text, strlen(base_text)), ref = split(reference, strlen(reference));
    struct text text = text_open(strlen(base_text) + strlen(reference) + 16);
    bool own = ref.scheme.s || ref.authority.s; /* nothing of the base's path is kept */
    add_span(&text, "", ref.scheme.s ? ref.scheme : base.scheme, ":");
    add_span(&text, "//", own ? ref.authority : base.authority, "");
    size_t from = text.len;
    if (own || (ref.path.len && ref.path.s[0] == '/'))
        text_addn(&text, ref.path.s, ref.path.len);
    else if (ref.path.len)
        add_merged(&text, &base, ref.path);
    else
        text_addn(&text, base.path.s, base.path.len);
    /* "urn:x:." has no segments to drop */
    if (text.len > from && (own || ref.path.len) && memchr(text.s + from, '/', text.len - from))
        remove_dots(&text, from);
    add_span(&text, "?", own || ref.path.len || ref.query.s ? ref.query : base.query, "");
    add_span(&text, "#", ref.fragment, "");
    char *resolved = arena_strndup(arena, text.s, text.len);
    text_close(&text);
    return resolved;
}

char *uri_cut_fragment(char *uri)
{
    char *mark = uri + strcspn(uri, "#");
    if (!*mark)
        return mark;
    *mark = '\0';
    return mark + 1;
}

bool uri_unescape(char *text)
{
    char *to = text;
    for (; *text; text++) {
        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *to++ = (char)(high * 16 + low);
        text += 2;
    }
    *to = '\0';
    return true;
}
