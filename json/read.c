/* json_read: events to values. Iterative; a container is made when its first kept value comes, so that what is passed
 * over costs no memory. */
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

#include "json/keep.h"

/* An open container. */
struct frame {
    json_t *made; /* NULL: nothing in it was kept so far; borrowed from what contains it */
    bool object;
    bool whole;       /* selected: everything in it is kept */
    size_t elements;  /* of an array that is not whole: how many have started */
    const char *name; /* of an object: the member that is being read */
    size_t name_len;
};

struct build {
    const char *text;
    struct json_reader *reader;
    struct keep keep;
    uint64_t *states;        /* [depth] is the state of the container open at that depth; only where it is not whole */
    enum keep_answer answer; /* for the value that comes next */
    struct arena arena;
    json_t *root;
    size_t values, values_max; /* made so far, and how many may be */
    size_t depth; /* frames[depth - 1] is the innermost one */
    struct frame frames[JSON_DEPTH_MAX];
};

static uint64_t *state_at(struct build *b, size_t depth)
{
    return b->states + depth * b->keep.words;
}

static json_t *made_of(const struct frame *frame)
{
    return memory_need(frame->object ? json_object() : json_array());
}

static void must(int status)
{
    if (status != 0)
        memory_need(NULL); /* the only way in which these calls fail */
}

static void pad(struct build *b, struct frame *frame, size_t n)
{
    for (; !frame->whole && json_array_size(frame->made) < n && b->values <= b->values_max; b->values++)
        must(json_array_append_new(frame->made, json_null()));
}

/* Puts a value where the document has it: the current member or element of `parent`. */
static void put(struct build *b, struct frame *parent, json_t *value)
{
    b->values++;
    if (!parent) {
        b->root = value;
    } else if (parent->object) {
        must(json_object_setn_new_nocheck(parent->made, parent->name, parent->name_len, value));
    } else {
        pad(b, parent, parent->elements - 1);
        must(json_array_append_new(parent->made, value));
    }
}

/* Makes all open containers that are not made yet: something in the innermost one is kept. */
static void make_open(struct build *b)
{
    size_t i = b->depth;
    while (i > 0 && !b->frames[i - 1].made)
        i--;
    for (; i < b->depth; i++) {
        b->frames[i].made = made_of(&b->frames[i]);
        put(b, i ? &b->frames[i - 1] : NULL, b->frames[i].made);
    }
}

static void keep_value(struct build *b, json_t *value)
{
    struct frame *top = b->depth ? &b->frames[b->depth - 1] : NULL;
    if (top && !top->made)
        make_open(b);
    put(b, top, memory_need(value));
}

/* The value is not kept: an earlier member of that name does not count any more either. */
static void drop_value(struct build *b)
{
    struct frame *top = b->depth ? &b->frames[b->depth - 1] : NULL;
    if (top && top->object && top->made)
        json_object_deln(top->made, top->name, top->name_len);
}

/* What is asked of the value that starts now, when it is an element. */
static void start_element(struct build *b)
{
    struct frame *top = b->depth ? &b->frames[b->depth - 1] : NULL;
    if (!top || top->object || top->whole)
        return;
    b->answer = keep_element(&b->keep, state_at(b, b->depth - 1), top->elements++, state_at(b, b->depth));
}

static bool on_key(struct build *b, const struct json_event *event, struct error *err)
{
    struct frame *top = &b->frames[b->depth - 1];
    top->name = event->string;
    top->name_len = event->string_len;
    if (top->whole)
        return true;
    b->answer = keep_member(&b->keep, state_at(b, b->depth - 1), top->name, top->name_len, state_at(b, b->depth));
    if (b->answer == KEEP_NONE)
        return json_reader_skip(b->reader, err);
    if (event->string != b->text + event->start + 1) /* unescaped: the reader's memory is soon reused */
        top->name = arena_strndup(&b->arena, top->name, top->name_len);
    return true;
}

static bool on_open(struct build *b, bool object, struct error *err)
{
    bool whole = b->answer == KEEP_ALL;
    if (!whole && (b->answer == KEEP_NONE || !keep_reaches(&b->keep, state_at(b, b->depth), !object))) {
        drop_value(b);
        return json_reader_leave(b->reader, err);
    }
    struct frame frame = {.object = object, .whole = whole};
    if (whole) {
        frame.made = made_of(&frame);
        keep_value(b, frame.made);
    }
    b->frames[b->depth++] = frame;
    return true;
}

static void on_close(struct build *b)
{
    struct frame *frame = &b->frames[--b->depth];
    if (!frame->made)
        drop_value(b);
    else if (!frame->object)
        pad(b, frame, frame->elements);
    if (b->depth == 0 && !b->root)
        b->root = made_of(frame); /* nothing was selected */
    b->answer = b->depth && b->frames[b->depth - 1].whole ? KEEP_ALL : KEEP_NONE;
}

static json_t *scalar_of(const struct json_event *event)
{
    switch (event->kind) {
    case JSON_EVENT_TRUE:
        return json_true();
    case JSON_EVENT_FALSE:
        return json_false();
    case JSON_EVENT_INTEGER:
        return json_integer(event->integer);
    case JSON_EVENT_REAL:
        return json_real(event->real);
    case JSON_EVENT_STRING:
        return json_stringn_nocheck(event->string, event->string_len);
    case JSON_EVENT_NULL:
    case JSON_EVENT_END:
    case JSON_EVENT_KEY:
    case JSON_EVENT_ARRAY_OPEN:
    case JSON_EVENT_ARRAY_CLOSE:
    case JSON_EVENT_OBJECT_OPEN:
    case JSON_EVENT_OBJECT_CLOSE:
        break;
    }
    return json_null();
}

static bool on_event(struct build *b, const struct json_event *event, struct error *err)
{
    switch (event->kind) {
    case JSON_EVENT_KEY:
        return on_key(b, event, err);
    case JSON_EVENT_ARRAY_OPEN:
    case JSON_EVENT_OBJECT_OPEN:
        start_element(b);
        return on_open(b, event->kind == JSON_EVENT_OBJECT_OPEN, err);
    case JSON_EVENT_ARRAY_CLOSE:
    case JSON_EVENT_OBJECT_CLOSE:
        on_close(b);
        return true;
    case JSON_EVENT_NULL:
    case JSON_EVENT_TRUE:
    case JSON_EVENT_FALSE:
    case JSON_EVENT_INTEGER:
    case JSON_EVENT_REAL:
    case JSON_EVENT_STRING:
        start_element(b);
        if (b->answer == KEEP_ALL)
            keep_value(b, scalar_of(event));
        else
            drop_value(b);
        return true;
    case JSON_EVENT_END:
        break;
    }
    return true;
}

/* What is asked of the document; everything without paths. */
static enum keep_answer start_keep(struct build *b, const struct json_read_options *options)
{
    const uint64_t *start;
    if (!options->keep)
        return KEEP_ALL;
    enum keep_answer answer = keep_open(&b->keep, &b->arena, options->keep, options->keep_n, &start);
    b->states = ARENA_ARRAY(&b->arena, uint64_t, b->keep.words * (JSON_DEPTH_MAX + 1));
    memcpy(b->states, start, b->keep.words * sizeof(*start));
    return answer;
}

json_t *json_read(const char *text, size_t len, const struct json_read_options *options, struct error *err)
{
    struct build *b = memory_need(malloc(sizeof(*b)));
    memset(b, 0, offsetof(struct build, frames));
    b->text = text;
    b->reader = json_reader_open(text, len, options->file, options->strict);
    b->answer = start_keep(b, options);
    b->values_max = options->values_max ? options->values_max : JSON_VALUES_MAX;
    struct json_event event;
    bool ok;
    do {
        ok = json_reader_next(b->reader, &event, err) && on_event(b, &event, err);
        if (ok && b->values > b->values_max)
            ok = error_at(err, ERR_ARTIFACT, (struct pos){.file = options->file},
                          "more than %zu values; a workload can select fewer of them", b->values_max);
    } while (ok && event.kind != JSON_EVENT_END);
    if (ok && !b->root)
        b->root = json_null(); /* a scalar that no path selects */
    json_t *root = b->root;
    if (!ok) {
        json_decref(root);
        root = NULL;
    }
    if (options->repairs)
        *options->repairs = *json_reader_repairs(b->reader);
    json_reader_close(b->reader);
    arena_close(&b->arena);
    free(b);
    return root;
}
