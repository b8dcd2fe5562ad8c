/* Segments and selectors: which nodes a query finds. Filters are judged in path_judge.c. */
#include <stdlib.h>
#include <string.h>

#include "json/path_search.h"

#define DIGITS_OF(number) #number
#define DIGITS(number) DIGITS_OF(number)

bool path_search_count(struct path_search *search, size_t n)
{
    search->work += n;
    if (search->work > JSON_VISITS_MAX)
        path_search_stop(search, "more than " DIGITS(JSON_VISITS_MAX) " values would have to be looked at");
    return !search->over;
}

void path_search_stop(struct path_search *search, const char *limit)
{
    if (!search->over)
        search->limit = limit;
    search->over = true;
}

static void widen(struct path_search *search)
{
    search->cap = search->cap ? search->cap * 2 : 64;
    search->nodes = memory_need(realloc(search->nodes, search->cap * sizeof(json_t *)));
    if (search->places)
        search->places = memory_need(realloc(search->places, search->cap * sizeof(struct json_place *)));
}

static void add_node(struct path_search *search, json_t *node, const struct json_place *place)
{
    if (search->n == JSON_NODES_MAX) {
        path_search_stop(search, "more than " DIGITS(JSON_NODES_MAX) " values are selected");
        return;
    }
    if (search->n == search->cap)
        widen(search);
    if (search->places)
        search->places[search->n] = place;
    search->nodes[search->n++] = node;
}

/* --- places --- */

static struct json_place *make_place(struct path_search *search, const struct json_place *parent)
{
    if (!search->places || search->within)
        return NULL;
    if (++search->placed > JSON_NODES_MAX)
        path_search_stop(search, "more than " DIGITS(JSON_NODES_MAX) " places would have to be kept");
    if (search->over)
        return NULL;
    struct json_place *place = ARENA_NEW(search->arena, struct json_place);
    place->parent = parent;
    return place;
}

static const struct json_place *place_element(struct path_search *search, const struct json_place *parent, size_t index)
{
    struct json_place *place = make_place(search, parent);
    if (place)
        place->index = index;
    return place;
}

static const struct json_place *place_member(struct path_search *search, const struct json_place *parent, void *member)
{
    struct json_place *place = make_place(search, parent);
    if (place) {
        place->name = json_object_iter_key(member);
        place->name_len = json_object_iter_key_len(member);
    }
    return place;
}

/* --- selectors --- */

/* A container in which something is selected. */
struct holder {
    json_t *node;
    const struct json_place *place;
};

static void add_element(struct path_search *search, const struct holder *in, size_t index)
{
    add_node(search, json_array_get(in->node, index), place_element(search, in->place, index));
}

static void select_name(struct path_search *search, const struct json_selector *selector, const struct holder *in)
{
    json_t *found = json_object_getn(in->node, selector->name, selector->name_len);
    struct json_place *place = found ? make_place(search, in->place) : NULL;
    if (place) {
        place->name = selector->name;
        place->name_len = selector->name_len;
    }
    if (found)
        add_node(search, found, place);
}

static void select_index(struct path_search *search, int64_t index, const struct holder *in)
{
    int64_t size = (int64_t)json_array_size(in->node);
    index += index < 0 ? size : 0;
    if (index >= 0 && index < size)
        add_element(search, in, (size_t)index);
}

static int64_t within(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* Section 2.3.4.2.2 of the RFC. */
static void select_slice(struct path_search *search, const struct json_slice *slice, const struct holder *in)
{
    int64_t size = (int64_t)json_array_size(in->node), step = slice->step;
    int64_t start = slice->start < 0 ? slice->start + size : slice->start;
    int64_t end = slice->end < 0 ? slice->end + size : slice->end;
    if (step == 0 || size == 0)
        return;
    if (step > 0) {
        int64_t upper = slice->has_end ? within(end, 0, size) : size;
        for (int64_t i = slice->has_start ? within(start, 0, size) : 0; i < upper && path_search_count(search, 1); i += step)
            add_element(search, in, (size_t)i);
    } else {
        int64_t lower = slice->has_end ? within(end, -1, size - 1) : -1;
        for (int64_t i = slice->has_start ? within(start, -1, size - 1) : size - 1;
             i > lower && path_search_count(search, 1); i += step)
            add_element(search, in, (size_t)i);
    }
}

static bool selects(struct path_search *search, const struct json_filter *filter, json_t *child)
{
    return !filter || path_judge(search, filter, child);
}

/* All children, or with a filter those that it selects. */
static void select_children(struct path_search *search, const struct json_filter *filter, const struct holder *in)
{
    size_t size = json_is_array(in->node) ? json_array_size(in->node) : json_object_size(in->node);
    if (!path_search_count(search, size))
        return;
    for (size_t i = 0; i < json_array_size(in->node) && !search->over; i++)
        if (selects(search, filter, json_array_get(in->node, i)))
            add_element(search, in, i);
    for (void *member = json_object_iter(in->node); member && !search->over;
         member = json_object_iter_next(in->node, member)) {
        json_t *child = json_object_iter_value(member);
        if (selects(search, filter, child))
            add_node(search, child, place_member(search, in->place, member));
    }
}

static void select_from(struct path_search *search, const struct json_segment *segment, const struct holder *in)
{
    for (size_t i = 0; i < segment->n && path_search_count(search, 1); i++) {
        const struct json_selector *selector = &segment->selectors[i];
        switch (selector->kind) {
        case JSON_SELECT_NAME:
            select_name(search, selector, in);
            break;
        case JSON_SELECT_INDEX:
            select_index(search, selector->index, in);
            break;
        case JSON_SELECT_SLICE:
            select_slice(search, &selector->slice, in);
            break;
        case JSON_SELECT_ALL:
            select_children(search, NULL, in);
            break;
        case JSON_SELECT_FILTER:
            select_children(search, selector->filter, in);
            break;
        }
    }
}

/* --- descendants --- */

static void push_open(struct path_search *search, json_t *node, const struct json_place *place)
{
    if (search->open_n == search->open_cap) {
        search->open_cap = search->open_cap ? search->open_cap * 2 : 64;
        search->open = memory_need(realloc(search->open, search->open_cap * sizeof(*search->open)));
    }
    search->open[search->open_n++] = (struct path_open){node, place};
}

static bool holds(json_t *node)
{
    return json_is_array(node) || json_is_object(node);
}

/* Pushes the containers within one, the first of them last. */
static void push_children(struct path_search *search, const struct holder *in)
{
    size_t first = search->open_n;
    for (size_t i = 0; i < json_array_size(in->node); i++) {
        json_t *child = json_array_get(in->node, i);
        if (holds(child))
            push_open(search, child, place_element(search, in->place, i));
    }
    for (void *member = json_object_iter(in->node); member; member = json_object_iter_next(in->node, member)) {
        json_t *child = json_object_iter_value(member);
        if (holds(child))
            push_open(search, child, place_member(search, in->place, member));
    }
    for (size_t low = first, high = search->open_n; low + 1 < high; low++) {
        struct path_open swap = search->open[low];
        search->open[low] = search->open[--high];
        search->open[high] = swap;
    }
}

/* The node, then what is below it in document order: section 2.5.2.2 of the RFC. */
static void select_below(struct path_search *search, const struct json_segment *segment, const struct holder *from)
{
    size_t base = search->open_n;
    if (holds(from->node))
        push_open(search, from->node, from->place);
    while (search->open_n > base && !search->over) {
        struct path_open next = search->open[--search->open_n];
        struct holder in = {next.node, next.place};
        select_from(search, segment, &in);
        path_search_count(search, json_is_array(in.node) ? json_array_size(in.node) : json_object_size(in.node));
        push_children(search, &in);
    }
    search->open_n = base;
}

/* --- queries --- */

/* Takes the nodes from `first` on down to `base`. */
static void settle(struct path_search *search, size_t base, size_t first)
{
    size_t n = search->n - first;
    memmove(search->nodes + base, search->nodes + first, n * sizeof(*search->nodes));
    if (search->places)
        memmove(search->places + base, search->places + first, n * sizeof(*search->places));
    search->n = base + n;
}

void path_search_run(struct path_search *search, const struct json_query *query, json_t *node)
{
    size_t base = search->n;
    add_node(search, node, NULL);
    for (size_t i = 0; i < query->n && !search->over; i++) {
        size_t end = search->n;
        for (size_t k = base; k < end && !search->over; k++) {
            struct holder in = {search->nodes[k], search->places ? search->places[k] : NULL};
            if (query->segments[i].descendant)
                select_below(search, &query->segments[i], &in);
            else
                select_from(search, &query->segments[i], &in);
        }
        settle(search, base, end);
    }
}

static struct json_nodes find(const struct json_path *path, json_t *document, struct arena *arena, bool placed)
{
    struct path_search search = {.arena = arena, .document = document};
    struct json_nodes nodes = {0};
    if (!document)
        return nodes;
    if (placed) /* that it is there says that places are wanted */
        search.places = memory_need(malloc(sizeof(*search.places)));
    path_search_run(&search, &path->query, document);
    nodes.n = search.n;
    nodes.v = arena_copy(arena, search.nodes, search.n * sizeof(*search.nodes));
    if (placed)
        nodes.places = arena_copy(arena, search.places, search.n * sizeof(*search.places));
    nodes.over = search.over;
    nodes.limit = search.limit;
    nodes.work = search.work;
    path_match_close(&search);
    free(search.nodes);
    free(search.places);
    free(search.open);
    return nodes;
}

struct json_nodes json_path_find(const struct json_path *path, json_t *document, struct arena *arena)
{
    return find(path, document, arena, false);
}

struct json_nodes json_path_locate(const struct json_path *path, json_t *document, struct arena *arena)
{
    return find(path, document, arena, true);
}
