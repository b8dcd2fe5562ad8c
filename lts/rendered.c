/* Invariant: texts[0 … n) are complete before n is raised, under the lock, and never change afterwards. */
#include "lts/rendered.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { TEXTS_MAX = 128, TEXT_MAX = 4 << 20, ALL_MAX = 32 << 20 };

struct one {
    const json_t *value;
    int depth;
    struct text text;
};

struct rendered {
    pthread_mutex_t lock;
    struct json_style style;
    struct one texts[TEXTS_MAX];
    size_t n, size; /* size: of all texts together */
};

struct rendered *rendered_open(const struct json_style *style)
{
    struct rendered *rendered = memory_need(calloc(1, sizeof(*rendered)));
    pthread_mutex_init(&rendered->lock, NULL);
    rendered->style = *style;
    return rendered;
}

void rendered_close(struct rendered *rendered)
{
    for (size_t i = 0; i < rendered->n; i++)
        text_close(&rendered->texts[i].text);
    pthread_mutex_destroy(&rendered->lock);
    free(rendered);
}

static const struct one *find(const struct rendered *rendered, const json_t *value, int depth)
{
    for (size_t i = 0; i < rendered->n; i++)
        if (rendered->texts[i].value == value && rendered->texts[i].depth == depth)
            return &rendered->texts[i];
    return NULL;
}

/* Too large a text stays in the list as one that is not known, so that it is not tried again. */
static const struct one *add(struct rendered *rendered, const json_t *value, int depth)
{
    if (rendered->n == TEXTS_MAX || rendered->size > ALL_MAX)
        return NULL;
    struct one *one = &rendered->texts[rendered->n];
    *one = (struct one){value, depth, text_open(TEXT_MAX)};
    json_write(&one->text, value, &rendered->style, depth);
    rendered->n++;
    rendered->size += one->text.len;
    return one;
}

const struct text *rendered_text(struct rendered *rendered, const json_t *value, int depth)
{
    if (value->refcount != (size_t)-1)
        return NULL;
    if (json_is_string(value))
        depth = 0;
    pthread_mutex_lock(&rendered->lock);
    const struct one *one = find(rendered, value, depth);
    one = one ? one : add(rendered, value, depth);
    pthread_mutex_unlock(&rendered->lock);
    return one && !one->text.over ? &one->text : NULL;
}

void rendered_deepen(struct text *out, const struct text *text, int indent, int deeper)
{
    const char *at = text->s, *end = text->s + text->len, *line;
    size_t blanks = indent > 0 ? (size_t)indent * (size_t)deeper : 0;
    while (blanks && (line = memchr(at, '\n', (size_t)(end - at))) != NULL) { /* in strings it is an escape */
        size_t n = (size_t)(line + 1 - at);
        char *to = text_room(out, n + blanks);
        if (!to)
            return;
        memcpy(to, at, n);
        memset(to + n, ' ', blanks);
        out->len += n + blanks;
        at += n;
    }
    text_addn(out, at, (size_t)(end - at));
}
