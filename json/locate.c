#include "json/locate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/read.h"

enum { POINTER_MAX = 1 << 20 };

/* An object or array that is open: where its part of the pointer ends, and the next element. */
struct level {
    size_t len, index;
    bool array;
};

struct locating {
    const char *at; /* line and col have been counted up to there */
    int line, col;
    struct json_spot **sorted;
    size_t n, left; /* spots that are not found yet */
    struct text pointer; /* of the value at hand */
    struct level levels[JSON_DEPTH_MAX + 1];
    size_t depth;
};

static int compare_spots(const void *a, const void *b)
{
    return strcmp((*(struct json_spot *const *)a)->pointer, (*(struct json_spot *const *)b)->pointer);
}

static void cut(struct text *pointer, size_t len)
{
    pointer->len = len < pointer->len ? len : pointer->len;
    pointer->s[pointer->len] = '\0';
}

static void count_to(struct locating *l, const char *to)
{
    for (; l->at < to; l->at++) {
        if (*l->at == '\n')
            l->line++, l->col = 1;
        else
            l->col += ((unsigned char)*l->at & 0xC0) != 0x80;
    }
}

static void add_token(struct text *pointer, const char *name, size_t len)
{
    text_addc(pointer, '/');
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '~' || name[i] == '/')
            text_add(pointer, name[i] == '~' ? "~0" : "~1");
        else
            text_addc(pointer, name[i]);
    }
}

/* A value starts here: an element gets its index, and all spots with its pointer their place. */
static void found(struct locating *l, const char *start)
{
    struct level *level = &l->levels[l->depth];
    if (level->array) {
        cut(&l->pointer, level->len);
        text_printf(&l->pointer, "/%zu", level->index++);
    }
    size_t low = 0, high = l->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(l->sorted[middle]->pointer, l->pointer.s) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < l->n && strcmp(l->sorted[low]->pointer, l->pointer.s) == 0; low++) {
        count_to(l, start);
        l->sorted[low]->line = l->line;
        l->sorted[low]->col = l->col;
        l->left--;
    }
}

static void take(struct locating *l, const struct json_event *event, const char *text)
{
    switch (event->kind) {
    case JSON_EVENT_KEY:
        cut(&l->pointer, l->levels[l->depth].len);
        add_token(&l->pointer, event->string, event->string_len);
        break;
    case JSON_EVENT_ARRAY_CLOSE:
    case JSON_EVENT_OBJECT_CLOSE:
        l->depth--;
        break;
    case JSON_EVENT_ARRAY_OPEN:
    case JSON_EVENT_OBJECT_OPEN:
        found(l, text + event->start);
        l->levels[++l->depth] = (struct level){l->pointer.len, 0, event->kind == JSON_EVENT_ARRAY_OPEN};
        break;
    case JSON_EVENT_END:
    case JSON_EVENT_NULL:
    case JSON_EVENT_TRUE:
    case JSON_EVENT_FALSE:
    case JSON_EVENT_INTEGER:
    case JSON_EVENT_REAL:
    case JSON_EVENT_STRING:
        found(l, text + event->start);
        break;
    }
}

void json_locate(const char *text, size_t len, struct json_spot *spots, size_t n)
{
    struct locating l = {.at = text, .line = 1, .col = 1, .n = n, .left = n, .pointer = text_open(POINTER_MAX)};
    struct json_reader *reader = json_reader_open(text, len, "", false);
    struct json_event event = {.kind = JSON_EVENT_NULL};
    struct error err = {0};
    l.sorted = memory_need(malloc((n + 1) * sizeof(struct json_spot *)));
    for (size_t i = 0; i < n; i++) {
        l.sorted[i] = &spots[i];
        spots[i].line = spots[i].col = 0;
    }
    qsort(l.sorted, n, sizeof(struct json_spot *), compare_spots);
    while (l.left && json_reader_next(reader, &event, &err) && event.kind != JSON_EVENT_END)
        take(&l, &event, text);
    json_reader_close(reader);
    text_close(&l.pointer);
    free(l.sorted);
}
