#include "json/prune.h"

#include <stdlib.h>
#include <string.h>

#include "json/keep.h"

struct pruning {
    struct keep keep;
    struct arena arena;
};

static json_t *prune(struct pruning *p, json_t *value, enum keep_answer answer, const uint64_t *state);

static void must(int status)
{
    if (status != 0)
        memory_need(NULL);
}

static json_t *prune_object(struct pruning *p, json_t *object, const uint64_t *from, uint64_t *to)
{
    json_t *out = memory_need(json_object());
    for (void *member = json_object_iter(object); member; member = json_object_iter_next(object, member)) {
        const char *name = json_object_iter_key(member);
        size_t len = json_object_iter_key_len(member);
        enum keep_answer answer = keep_member(&p->keep, from, name, len, to);
        json_t *part = prune(p, json_object_iter_value(member), answer, to);
        if (part)
            must(json_object_setn_new_nocheck(out, name, len, part));
    }
    return out;
}

static json_t *prune_array(struct pruning *p, json_t *array, const uint64_t *from, uint64_t *to, bool *any)
{
    json_t *out = memory_need(json_array());
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum keep_answer answer = keep_element(&p->keep, from, i, to);
        json_t *part = prune(p, json_array_get(array, i), answer, to);
        *any |= part != NULL;
        must(json_array_append_new(out, part ? part : json_null()));
    }
    return out;
}

/* NULL: nothing of it is kept. Recursion goes as deep as documents may. */
static json_t *prune(struct pruning *p, json_t *value, enum keep_answer answer, const uint64_t *state)
{
    bool array = json_is_array(value), any = false;
    if (answer == KEEP_ALL)
        return json_incref(value);
    if (answer == KEEP_NONE || (!array && !json_is_object(value)) || !keep_reaches(&p->keep, state, array))
        return NULL;
    uint64_t few[8], *to = p->keep.words > 8 ? memory_need(malloc(p->keep.words * sizeof(*to))) : few;
    json_t *out = array ? prune_array(p, value, state, to, &any) : prune_object(p, value, state, to);
    if (to != few)
        free(to);
    if (any || json_object_size(out))
        return out;
    json_decref(out);
    return NULL;
}

json_t *json_prune(json_t *document, const struct json_path *const *paths, size_t n)
{
    struct pruning p = {0};
    const uint64_t *start;
    enum keep_answer answer = keep_open(&p.keep, &p.arena, paths, n, &start);
    json_t *out = prune(&p, document, answer, start);
    if (!out)
        out = memory_need(json_is_array(document) ? json_array() : json_is_object(document) ? json_object() : json_null());
    arena_close(&p.arena);
    return out;
}
