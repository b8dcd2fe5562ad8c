/* Whether markup is well-formed: elements nest, attributes are quoted and single, entities are ours, ids are unique and every
 * "#…" link has one. Not a validator of HTML. Prints where it is not so. */
#ifndef TESTS_MARKUP_H
#define TESTS_MARKUP_H
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARKUP_DEPTH = 64 };

struct markup_name {
    const char *s;
    size_t len;
};

struct markup {
    const char *start, *s;
    struct markup_name open[MARKUP_DEPTH], *ids, *links;
    size_t depth, ids_n, links_n;
};

static inline bool markup_wrong(const struct markup *m, const char *what)
{
    fprintf(stderr, "byte %zu: %s: %.60s\n", (size_t)(m->s - m->start), what, m->s);
    return false;
}

static inline bool markup_text(struct markup *m, char end)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (; *m->s && *m->s != end && *m->s != '<'; m->s++) {
        bool known = *m->s != '&';
        for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
            known |= strncmp(m->s, entities[i], strlen(entities[i])) == 0;
        if (!known)
            return markup_wrong(m, "an entity of its own");
        if (((unsigned char)*m->s < ' ' && !strchr("\n\t", *m->s)) || *m->s == 0x7f)
            return markup_wrong(m, "a control character");
    }
    return true;
}

static inline struct markup_name markup_name(struct markup *m)
{
    struct markup_name name = {m->s, strspn(m->s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")};
    m->s += name.len;
    return name;
}

static inline bool markup_is(struct markup_name name, const char *text)
{
    return name.len == strlen(text) && memcmp(name.s, text, name.len) == 0;
}

static inline bool markup_attributes(struct markup *m)
{
    struct markup_name seen[16];
    size_t n = 0;
    while (*m->s == ' ') {
        m->s++;
        struct markup_name name = markup_name(m);
        if (!name.len || strncmp(m->s, "=\"", 2) != 0 || n == 16)
            return markup_wrong(m, "an attribute without quotes");
        for (size_t i = 0; i < n; i++)
            if (seen[i].len == name.len && memcmp(seen[i].s, name.s, name.len) == 0)
                return markup_wrong(m, "an attribute twice");
        seen[n++] = name;
        struct markup_name value = {m->s += 2, 0};
        if (!markup_text(m, '"') || *m->s != '"')
            return markup_wrong(m, "an attribute that does not end");
        value.len = (size_t)(m->s++ - value.s);
        if (markup_is(name, "id"))
            m->ids[m->ids_n++] = value;
        if (markup_is(name, "href") && value.len && value.s[0] == '#')
            m->links[m->links_n++] = (struct markup_name){value.s + 1, value.len - 1};
    }
    return true;
}

static inline bool markup_tag(struct markup *m)
{
    bool end = m->s[1] == '/';
    m->s += 1 + end;
    struct markup_name name = markup_name(m);
    if (!name.len || (!end && !markup_attributes(m)))
        return false;
    bool empty = *m->s == '/';
    m->s += empty;
    if (*m->s != '>')
        return markup_wrong(m, "a tag that does not end");
    if (end && (m->depth == 0 || m->open[m->depth - 1].len != name.len || memcmp(m->open[m->depth - 1].s, name.s, name.len) != 0))
        return markup_wrong(m, "the end of another element");
    if (!end && !empty && m->depth == MARKUP_DEPTH)
        return markup_wrong(m, "too deep");
    m->s++;
    if (end)
        m->depth--;
    else if (!empty)
        m->open[m->depth++] = name;
    if (!end && markup_is(name, "style"))
        m->s = strstr(m->s, "</style>") ? strstr(m->s, "</style>") : m->s;
    return true;
}

static inline int markup_compare(const void *a, const void *b)
{
    const struct markup_name *x = a, *y = b;
    size_t least = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->s, y->s, least);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static inline bool markup_links(struct markup *m)
{
    qsort(m->ids, m->ids_n, sizeof(*m->ids), markup_compare);
    for (size_t i = 1; i < m->ids_n; i++)
        if (markup_compare(&m->ids[i - 1], &m->ids[i]) == 0)
            return fprintf(stderr, "id %.*s twice\n", (int)m->ids[i].len, m->ids[i].s) < 0;
    for (size_t i = 0; i < m->links_n; i++)
        if (!bsearch(&m->links[i], m->ids, m->ids_n, sizeof(*m->ids), markup_compare))
            return fprintf(stderr, "#%.*s leads nowhere\n", (int)m->links[i].len, m->links[i].s) < 0;
    return true;
}

static inline bool markup_good(const char *page)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    size_t room = strlen(page) / 4 + 1;
    struct markup m = {.start = page, .s = page};
    m.ids = calloc(room, sizeof(*m.ids));
    m.links = calloc(room, sizeof(*m.links));
    bool good = m.ids && m.links;
    m.s += strncmp(page, doctype, strlen(doctype)) == 0 ? strlen(doctype) : 0;
    while (good && *m.s)
        good = *m.s == '<' ? markup_tag(&m) : markup_text(&m, '<');
    if (good && m.depth)
        good = markup_wrong(&m, "an element that does not end");
    good = good && markup_links(&m);
    free(m.ids);
    free(m.links);
    return good;
}
#endif
