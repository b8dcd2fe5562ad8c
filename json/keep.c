#include "json/keep.h"

#include <string.h>

enum { BITS = 64 };

static void put(uint64_t *state, size_t place)
{
    state[place / BITS] |= (uint64_t)1 << place % BITS;
}

/* Takes one place out of *word, the word of the places from `base` on. */
static size_t take_place(uint64_t *word, size_t base)
{
    size_t place = base + (size_t)__builtin_ctzll(*word);
    *word &= *word - 1;
    return place;
}

/* --- the places --- */

struct layout {
    struct arena *arena;
    LIST_OF(struct keep_place) places;
    LIST_OF(size_t) roots; /* where paths and absolute queries begin */
    bool document;         /* `$` alone is read: all of it is kept */
};

static size_t add_query(struct layout *layout, const struct json_query *query);

struct filtered { /* what the filters of one segment ask of each child */
    struct layout *layout;
    LIST_OF(size_t) starts;
    bool whole;
};

static void add_filter_query(const struct json_query *query, void *context)
{
    struct filtered *filtered = context;
    if (query->n == 0 && query->absolute)
        filtered->layout->document = true;
    else if (query->n == 0)
        filtered->whole = true;
    else if (query->absolute)
        *LIST_ADD(filtered->layout->arena, &filtered->layout->roots) = add_query(filtered->layout, query);
    else
        *LIST_ADD(filtered->layout->arena, &filtered->starts) = add_query(filtered->layout, query);
}

/* Recursion goes as deep as filters do: JSON_PATH_DEPTH_MAX. */
static size_t add_query(struct layout *layout, const struct json_query *query)
{
    size_t start = layout->places.n;
    for (size_t i = 0; i < query->n; i++)
        *LIST_ADD(layout->arena, &layout->places) = (struct keep_place){.segment = &query->segments[i]};
    *LIST_ADD(layout->arena, &layout->places) = (struct keep_place){0};
    for (size_t i = 0; i < query->n; i++) {
        struct filtered filtered = {.layout = layout};
        for (size_t k = 0; k < query->segments[i].n; k++)
            if (query->segments[i].selectors[k].kind == JSON_SELECT_FILTER)
                json_filter_queries(query->segments[i].selectors[k].filter, add_filter_query, &filtered);
        struct keep_place *place = &layout->places.v[start + i]; /* only now: the list may have moved */
        place->whole = filtered.whole;
        place->starts = filtered.starts.v;
        place->starts_n = filtered.starts.n;
    }
    return start;
}

enum keep_answer keep_open(struct keep *keep, struct arena *arena, const struct json_path *const *paths, size_t n,
                           const uint64_t **start)
{
    struct layout layout = {.arena = arena};
    for (size_t i = 0; i < n; i++) {
        layout.document |= paths[i]->query.n == 0;
        *LIST_ADD(arena, &layout.roots) = add_query(&layout, &paths[i]->query);
    }
    *keep = (struct keep){.places = layout.places.v, .n = layout.places.n, .words = layout.places.n / BITS + 1};
    uint64_t *state = ARENA_ARRAY(arena, uint64_t, keep->words);
    for (size_t i = 0; i < layout.roots.n; i++)
        put(state, layout.roots.v[i]);
    *start = state;
    return layout.document ? KEEP_ALL : n ? KEEP_LOOK : KEEP_NONE;
}

/* --- the walk --- */

static bool reaches(const struct json_segment *segment, bool array)
{
    if (segment->descendant)
        return true;
    for (size_t i = 0; i < segment->n; i++) {
        enum json_select kind = segment->selectors[i].kind;
        bool numbers = kind == JSON_SELECT_INDEX || kind == JSON_SELECT_SLICE;
        if (array ? kind != JSON_SELECT_NAME : !numbers)
            return true;
    }
    return false;
}

bool keep_reaches(const struct keep *keep, const uint64_t *state, bool array)
{
    for (size_t i = 0; i < keep->words; i++) {
        for (uint64_t word = state[i]; word;) {
            const struct json_segment *segment = keep->places[take_place(&word, i * BITS)].segment;
            if (segment && reaches(segment, array))
                return true;
        }
    }
    return false;
}

static bool selects_name(const struct json_selector *selector, const char *name, size_t len)
{
    if (selector->kind == JSON_SELECT_NAME)
        return selector->name_len == len && memcmp(selector->name, name, len) == 0;
    return selector->kind == JSON_SELECT_ALL || selector->kind == JSON_SELECT_FILTER;
}

/* How long the array is, is not known yet. */
static bool may_slice(const struct json_slice *slice, size_t index)
{
    if (index > INT64_MAX || slice->step == 0)
        return false;
    int64_t at = (int64_t)index, start = slice->has_start ? slice->start : 0;
    bool forward = slice->step > 0;
    if (slice->has_end && slice->end >= 0 && (forward ? at >= slice->end : at <= slice->end))
        return false;
    if (!forward)
        return !slice->has_start || slice->start < 0 || at <= slice->start;
    return start < 0 || (at >= start && (at - start) % slice->step == 0);
}

static bool selects_index(const struct json_selector *selector, const char *unused, size_t index)
{
    (void)unused;
    switch (selector->kind) {
    case JSON_SELECT_NAME:
        return false;
    case JSON_SELECT_INDEX:
        return selector->index < 0 || (size_t)selector->index == index;
    case JSON_SELECT_SLICE:
        return may_slice(&selector->slice, index);
    case JSON_SELECT_ALL:
    case JSON_SELECT_FILTER:
        break;
    }
    return true;
}

/* The child's state, when `matches` says which selectors select it. */
static inline enum keep_answer advance(const struct keep *keep, const uint64_t *from, uint64_t *to,
                                       bool (*matches)(const struct json_selector *, const char *, size_t),
                                       const char *name, size_t number)
{
    enum keep_answer answer = KEEP_NONE;
    memset(to, 0, keep->words * sizeof(*to));
    for (size_t i = 0; i < keep->words; i++) {
        for (uint64_t word = from[i]; word;) {
            size_t at = take_place(&word, i * BITS), k = 0;
            const struct keep_place *place = &keep->places[at];
            if (!place->segment)
                continue;
            while (k < place->segment->n && !matches(&place->segment->selectors[k], name, number))
                k++;
            bool match = k < place->segment->n;
            if (place->whole || (match && !place[1].segment))
                return KEEP_ALL;
            if (match)
                put(to, at + 1);
            if (place->segment->descendant)
                put(to, at);
            for (k = 0; k < place->starts_n; k++)
                put(to, place->starts[k]);
            if (match || place->segment->descendant)
                answer = KEEP_LOOK;
        }
    }
    return answer;
}

enum keep_answer keep_member(const struct keep *keep, const uint64_t *from, const char *name, size_t len, uint64_t *to)
{
    return advance(keep, from, to, selects_name, name, len);
}

enum keep_answer keep_element(const struct keep *keep, const uint64_t *from, size_t index, uint64_t *to)
{
    return advance(keep, from, to, selects_index, NULL, index);
}
