#include "json/track.h"

#include <string.h>

/* --- which paths can be followed --- */

static bool is_forward(const struct json_slice *slice)
{
    return slice->step > 0 && (!slice->has_start || slice->start >= 0) && (!slice->has_end || slice->end >= 0);
}

static bool is_step(const struct json_segment *segment)
{
    const struct json_selector *selector = segment->selectors;
    if (segment->descendant || segment->n != 1)
        return false;
    switch (selector->kind) {
    case JSON_SELECT_NAME:
    case JSON_SELECT_ALL:
        return true;
    case JSON_SELECT_INDEX:
        return selector->index >= 0;
    case JSON_SELECT_SLICE:
        return is_forward(&selector->slice);
    case JSON_SELECT_FILTER:
        break;
    }
    return false;
}

static bool is_filter(const struct json_segment *segment)
{
    return !segment->descendant && segment->n == 1 && segment->selectors[0].kind == JSON_SELECT_FILTER;
}

static bool is_many(const struct json_segment *segment)
{
    return segment->selectors[0].kind == JSON_SELECT_ALL || segment->selectors[0].kind == JSON_SELECT_SLICE;
}

bool track_open(struct track *track, const struct json_path *path, bool first)
{
    const struct json_query *query = &path->query;
    const char *why;
    size_t n = 0;
    while (n < query->n && is_step(&query->segments[n]))
        n++;
    bool whole = n == query->n, filters = !whole && is_filter(&query->segments[n]);
    if (query->n == 0 || (!whole && !filters && (n == 0 || !is_many(&query->segments[n - 1]))))
        return false;
    if (!json_path_streams(path, &why))
        return false;
    *track = (struct track){.path = path, .query = query, .steps = n + filters, .filters = filters, .first = first};
    track->tail.text = path->text;
    track->tail.query = (struct json_query){.absolute = true, .segments = query->segments + n, .n = query->n - n};
    track->values = memory_need(json_array());
    if (filters)
        track->hand = memory_need(json_array());
    return true;
}

void track_close(struct track *track)
{
    json_decref(track->hand);
    track->hand = NULL;
}

/* --- following --- */

/* The selector that the values of the innermost container are held against; NULL: the path does not lead there. */
static inline const struct json_selector *expected(struct track *track, size_t depth)
{
    track->hit = track->leads = false;
    if (track->live != depth || depth > track->steps || track->over || (track->first && json_array_size(track->values)))
        return NULL;
    return track->query->segments[depth - 1].selectors;
}

static inline void matched(struct track *track, size_t depth)
{
    track->hit = depth == track->steps;
    track->leads = !track->hit;
}

void track_member(struct track *track, size_t depth, const char *name, size_t len)
{
    const struct json_selector *selector = expected(track, depth);
    if (!selector || selector->kind == JSON_SELECT_INDEX || selector->kind == JSON_SELECT_SLICE)
        return;
    if (selector->kind != JSON_SELECT_NAME || (selector->name_len == len && memcmp(selector->name, name, len) == 0))
        matched(track, depth);
}

static bool in_slice(const struct json_slice *slice, size_t index)
{
    int64_t at = (int64_t)index, start = slice->has_start ? slice->start : 0;
    return at >= start && (!slice->has_end || at < slice->end) && (at - start) % slice->step == 0;
}

void track_element(struct track *track, size_t depth, size_t index)
{
    const struct json_selector *selector = expected(track, depth);
    if (!selector || selector->kind == JSON_SELECT_NAME)
        return;
    if (selector->kind == JSON_SELECT_INDEX && (size_t)selector->index != index)
        return;
    if (selector->kind == JSON_SELECT_SLICE && !in_slice(&selector->slice, index))
        return;
    matched(track, depth);
}

static void stop(struct track *track, const char *limit)
{
    track->over = true;
    track->limit = limit;
}

static void add(struct track *track, json_t *value)
{
    if (json_array_size(track->values) >= JSON_NODES_MAX)
        stop(track, "more than 16777216 values are selected");
    else if (json_array_append(track->values, value) != 0)
        memory_need(NULL);
}

/* The value and what is in it; nested at most JSON_DEPTH_MAX deep. */
static size_t count(json_t *value)
{
    size_t n = 1, i;
    const char *key;
    json_t *part;
    if (json_is_object(value))
        json_object_foreach(value, key, part)
            n += count(part);
    json_array_foreach(value, i, part)
        n += count(part);
    return n;
}

size_t track_take(struct track *track, json_t *value, struct arena *arena)
{
    if (track->tail.query.n == 0) {
        add(track, value);
        return TRACK_ALL;
    }
    json_t *from = value;
    if (track->filters) {
        from = track->hand;
        if (json_array_append(from, value) != 0)
            memory_need(NULL);
    }
    struct json_nodes nodes = json_path_find(&track->tail, from, arena);
    track->work += nodes.work;
    if (nodes.over || track->work > JSON_VISITS_MAX)
        stop(track, nodes.over ? nodes.limit : "more than 134217728 values would have to be looked at");
    size_t kept = 0;
    for (size_t i = 0; i < nodes.n && !(i && track->first); i++) {
        add(track, nodes.v[i]);
        kept += count(nodes.v[i]);
    }
    if (track->filters)
        json_array_clear(track->hand);
    return kept;
}
