/* Iterative; a container is made when its first kept value comes, so that what is passed over costs no memory. */
#include "json/build.h"

#include <stdlib.h>
#include <string.h>

#include "json/keep.h"

/* Records have the same members in the same order: what a walk made of the i-th one is likely asked again. */
enum { RECALL_DEPTH = 8, RECALL_MEMBERS = 32, RECALL_NAME = 31 };
struct recall {
    uint64_t from, to;
    enum keep_answer answer;
    unsigned char len;
    char name[RECALL_NAME];
    bool set;
};

/* Paths on their way through the document. */
struct walk {
    struct keep keep;
    uint64_t *states; /* [depth] is the state of the container open at that depth; only where it is looked into */
    struct recall *recalls; /* RECALL_DEPTH × RECALL_MEMBERS; NULL: states have more than one word */
};

/* An open container. */
struct frame {
    json_t *made; /* NULL: nothing in it was kept so far; borrowed from what contains it, unless it is loose */
    bool object;
    bool whole;       /* everything in it is kept */
    bool aside;       /* not whole: tails of tracks may reach into it, once a track gets there */
    bool loose;       /* only tracks have taken it: in no document, owned here */
    struct walk *walk; /* not whole: what reaches into it, the paths of the document or, in a value that tails look at, theirs */
    uint64_t hits;    /* tracks that take it when it is complete */
    bool led;         /* tracks lead through it */
    size_t elements;  /* how many elements have started, or members */
    const char *name; /* of an object: the member that is being read; if not whole, it stands among the names */
    size_t name_at, name_len;
    size_t values;    /* made before it */
};

struct build {
    struct json_reader *reader;
    struct walk document, tails;
    enum keep_answer answer; /* for the value that comes next: is it in the document (or in the value that tails look at)? */
    enum keep_answer aside;  /* for that value: what the paths of the tracks with tails make of it */
    uint64_t direct;         /* tracks without a tail */
    uint64_t hits;           /* for that value: tracks that take it */
    bool leads;              /* for that value: tracks lead into it */
    struct track *tracks;
    size_t tracks_n;
    bool repeated;           /* a name repeats where tracks lead through */
    size_t repeats;          /* repeated names so far */
    struct arena arena, scratch;
    char *names;             /* of the members that are being read, innermost last */
    size_t names_cap;
    json_t *root;
    size_t values, values_max; /* made so far, and how many may be */
    size_t depth; /* frames[depth - 1] is the innermost one */
    struct frame frames[JSON_DEPTH_MAX];
};

static struct frame *top_of(struct build *b)
{
    return b->depth ? &b->frames[b->depth - 1] : NULL;
}

static uint64_t *state_at(const struct walk *walk, size_t depth)
{
    return walk->states + depth * walk->keep.words;
}

/* The i-th member of an object. */
static enum keep_answer walk_member(const struct walk *walk, size_t depth, size_t i, const char *name, size_t len)
{
    const uint64_t *from = state_at(walk, depth - 1);
    uint64_t *to = state_at(walk, depth);
    if (!walk->recalls || depth >= RECALL_DEPTH || i >= RECALL_MEMBERS || len > RECALL_NAME)
        return keep_member(&walk->keep, from, name, len, to);
    struct recall *recall = &walk->recalls[depth * RECALL_MEMBERS + i];
    if (recall->set && recall->from == *from && recall->len == len && memcmp(recall->name, name, len) == 0) {
        *to = recall->to;
        return recall->answer;
    }
    *recall = (struct recall){.from = *from, .len = (unsigned char)len, .set = true};
    memcpy(recall->name, name, len);
    recall->answer = keep_member(&walk->keep, from, name, len, to);
    recall->to = *to;
    return recall->answer;
}

/* What a walk makes of the value that comes next, the i-th one; NULL: nothing. name: NULL for an element. */
static enum keep_answer walk_on(const struct walk *walk, size_t depth, size_t i, const char *name, size_t len)
{
    if (!walk)
        return KEEP_NONE;
    if (name)
        return walk_member(walk, depth, i, name, len);
    return keep_element(&walk->keep, state_at(walk, depth - 1), i, state_at(walk, depth));
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

/* --- the document --- */

static const char *name_of(const struct build *b, const struct frame *frame)
{
    return frame->whole ? frame->name : b->names + frame->name_at;
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
        must(json_object_setn_new_nocheck(parent->made, name_of(b, parent), parent->name_len, value));
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
    struct frame *top = top_of(b);
    if (top && !top->made)
        make_open(b);
    put(b, top, memory_need(value));
}

/* The value is not kept: an earlier member of that name does not count any more either. */
static void drop_value(struct build *b)
{
    struct frame *top = top_of(b);
    if (top && top->object && top->made)
        json_object_deln(top->made, name_of(b, top), top->name_len);
}

/* --- the tracks --- */

static uint64_t bit(size_t track)
{
    return (uint64_t)1 << track;
}

/* What the tracks make of the value that comes next; name: NULL for an element. */
static void follow(struct build *b, const char *name, size_t number)
{
    for (size_t i = 0; i < b->tracks_n; i++) {
        struct track *track = &b->tracks[i];
        if (name)
            track_member(track, b->depth, name, number);
        else
            track_element(track, b->depth, number);
        b->hits |= track->hit ? bit(i) : 0;
        b->leads |= track->leads;
    }
}

/* How many values of `all`, the parts of `value` and itself, are kept by that. */
static size_t take(struct build *b, uint64_t hits, json_t *value, size_t all)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->tracks_n && hits; i++) {
        if (!(hits & bit(i)))
            continue;
        size_t more = track_take(&b->tracks[i], value, &b->scratch);
        kept = more == TRACK_ALL || kept + more > all ? all : kept + more;
    }
    arena_clear(&b->scratch);
    return kept;
}

/* Whether a track leads through the container that comes next. */
static bool enter(struct build *b)
{
    bool led = false;
    for (size_t i = 0; i < b->tracks_n && (b->leads || b->depth == 0); i++) {
        if (b->depth != 0 && !b->tracks[i].leads)
            continue;
        b->tracks[i].live = b->depth + 1;
        led = true;
    }
    return led;
}

/* The innermost container was closed. */
static void leave(struct build *b, const struct frame *frame)
{
    size_t repeats = json_reader_repairs(b->reader)->repeated_keys;
    bool is_on = b->tracks_n && !frame->whole;
    for (size_t i = 0; i < b->tracks_n; i++) {
        is_on |= b->tracks[i].live > b->depth;
        if (b->tracks[i].live > b->depth)
            b->tracks[i].live = b->depth;
    }
    b->repeated |= is_on && repeats > b->repeats;
    b->repeats = repeats;
}

/* --- events --- */

/* What is asked of the value that starts now; name: NULL for an element. */
static void ask(struct build *b, struct frame *top, const char *name, size_t len)
{
    size_t i = top->elements++;
    b->hits = 0;
    b->leads = false;
    if (top->led)
        follow(b, name, name ? len : i);
    if (top->whole)
        return;
    b->answer = walk_on(top->walk, b->depth, i, name, len);
    b->aside = walk_on(top->aside && (b->hits || b->leads) ? &b->tails : NULL, b->depth, i, name, len);
}

static void start_element(struct build *b)
{
    struct frame *top = top_of(b);
    if (top && !top->object)
        ask(b, top, NULL, 0);
}

/* A name stays until the next one of its object, though the reader's memory is soon reused. */
static void keep_name(struct build *b, struct frame *frame, const char *name, size_t len)
{
    if (b->names_cap < frame->name_at + len + 1) {
        b->names_cap = (frame->name_at + len + 1) * 2;
        b->names = memory_need(realloc(b->names, b->names_cap));
    }
    memcpy(b->names + frame->name_at, name, len);
    frame->name_len = len;
}

static bool on_key(struct build *b, const struct json_event *event, struct error *err)
{
    struct frame *top = top_of(b);
    ask(b, top, event->string, event->string_len);
    if (top->whole) {
        top->name = event->string;
        top->name_len = event->string_len;
        return true;
    }
    if (b->answer == KEEP_NONE && !b->hits && !b->leads)
        return json_reader_skip(b->reader, err);
    keep_name(b, top, event->string, event->string_len);
    return true;
}

static bool is_kept(struct build *b)
{
    if (b->hits && b->answer == KEEP_LOOK)
        b->answer = KEEP_ALL; /* it is made anyhow */
    return b->answer == KEEP_ALL;
}

/* The frame of a container that starts now. */
static struct frame frame_of(struct build *b, bool object, bool kept)
{
    const struct frame *top = top_of(b);
    struct walk *walk = top ? top->walk : &b->document;
    bool tails_only = b->hits && !(b->hits & b->direct);
    bool in_part = tails_only && !kept && b->aside == KEEP_LOOK; /* only what the tails look at is made of it */
    struct frame frame = {.object = object, .hits = b->hits, .values = b->values};
    frame.whole = kept || (b->hits && !in_part);
    frame.loose = b->hits && !kept;
    frame.walk = in_part ? &b->tails : b->answer == KEEP_LOOK ? walk : NULL;
    frame.aside = !frame.whole && b->leads && b->aside == KEEP_LOOK;
    frame.name_at = top && top->object && !top->whole ? top->name_at + top->name_len : top ? top->name_at : 0;
    return frame;
}

static bool on_open(struct build *b, bool object, struct error *err)
{
    const struct frame *top = top_of(b);
    const struct walk *walk = top ? top->walk : &b->document;
    bool kept = is_kept(b);
    if (b->answer == KEEP_LOOK && !keep_reaches(&walk->keep, state_at(walk, b->depth), !object))
        b->answer = KEEP_NONE;
    if (b->answer == KEEP_NONE) {
        drop_value(b);
        if (!b->leads && !b->hits)
            return json_reader_leave(b->reader, err);
    }
    struct frame frame = frame_of(b, object, kept);
    if (kept || frame.loose)
        frame.made = made_of(&frame);
    if (kept)
        keep_value(b, frame.made);
    b->values += frame.loose;
    frame.led = enter(b);
    b->frames[b->depth++] = frame;
    if (frame.whole)
        b->answer = KEEP_ALL; /* all that comes in it */
    return true;
}

static void on_close(struct build *b)
{
    struct frame *frame = &b->frames[--b->depth];
    if (frame->made && !frame->object)
        pad(b, frame, frame->elements);
    size_t taken = frame->hits ? take(b, frame->hits, frame->made, b->values - frame->values) : 0;
    leave(b, frame);
    if (frame->loose) { /* a value that only tracks wanted */
        json_decref(frame->made);
        b->values = frame->values + taken;
    } else if (!frame->made && frame->walk) {
        drop_value(b);
    }
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

static void on_scalar(struct build *b, const struct json_event *event)
{
    start_element(b);
    bool kept = is_kept(b);
    if (!kept)
        drop_value(b);
    if (!kept && !b->hits)
        return;
    json_t *value = memory_need(scalar_of(event));
    if (kept)
        keep_value(b, value);
    size_t taken = b->hits ? take(b, b->hits, value, 1) : 0;
    if (!kept) {
        b->values += taken;
        json_decref(value);
    }
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
        on_scalar(b, event);
        return true;
    case JSON_EVENT_END:
        break;
    }
    return true;
}

/* What is asked of the document itself. */
static enum keep_answer start_walk(struct build *b, struct walk *walk, const struct json_path *const *paths, size_t n)
{
    const uint64_t *start;
    enum keep_answer answer = keep_open(&walk->keep, &b->arena, paths, n, &start);
    walk->states = ARENA_ARRAY(&b->arena, uint64_t, walk->keep.words * (JSON_DEPTH_MAX + 1));
    memcpy(walk->states, start, walk->keep.words * sizeof(*start));
    if (walk->keep.words == 1)
        walk->recalls = ARENA_ARRAY(&b->arena, struct recall, RECALL_DEPTH * RECALL_MEMBERS);
    return answer;
}

static void start(struct build *b, const struct build_options *options)
{
    const struct json_read_options *read = options->read;
    const struct json_path *tails[TRACKS_MAX];
    size_t n = 0;
    b->answer = read->keep ? start_walk(b, &b->document, read->keep, read->keep_n) : KEEP_ALL;
    b->tracks = options->tracks;
    b->tracks_n = options->tracks_n;
    b->leads = b->tracks_n > 0;
    for (size_t i = 0; i < b->tracks_n; i++) {
        if (b->tracks[i].tail.query.n)
            tails[n++] = b->tracks[i].path;
        else
            b->direct |= bit(i);
    }
    b->aside = n ? start_walk(b, &b->tails, tails, n) : KEEP_NONE;
    b->values_max = read->values_max ? read->values_max : JSON_VALUES_MAX;
}

/* A document that was not read to its end: loose values are in nothing else. */
static void drop_open(struct build *b)
{
    for (size_t i = 0; i < b->depth; i++)
        if (b->frames[i].loose)
            json_decref(b->frames[i].made);
    json_decref(b->root);
    b->root = NULL;
}

static bool run(struct build *b, const char *file, struct error *err)
{
    struct json_event event;
    bool ok;
    do {
        ok = json_reader_next(b->reader, &event, err) && on_event(b, &event, err);
        if (ok && b->values > b->values_max)
            ok = error_at(err, ERR_ARTIFACT, (struct pos){.file = file},
                          "more than %zu values; a workload can select fewer of them", b->values_max);
    } while (ok && event.kind != JSON_EVENT_END);
    return ok;
}

json_t *build_read(struct json_reader *reader, const struct build_options *options, struct error *err)
{
    const struct json_read_options *read = options->read;
    struct build *b = memory_need(malloc(sizeof(*b)));
    memset(b, 0, offsetof(struct build, frames));
    b->reader = reader;
    start(b, options);
    if (!run(b, read->file, err))
        drop_open(b);
    else if (!b->root)
        b->root = json_null(); /* a scalar that no path selects */
    json_t *root = b->root;
    if (read->repairs)
        *read->repairs = *json_reader_repairs(reader);
    if (options->repeated)
        *options->repeated |= b->repeated;
    json_reader_close(reader);
    free(b->names);
    arena_close(&b->scratch);
    arena_close(&b->arena);
    free(b);
    return root;
}
