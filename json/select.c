#include "json/select.h"

#include "json/build.h"

static json_t *list_of(const struct json_nodes *nodes, bool first)
{
    json_t *list = memory_need(json_array());
    for (size_t i = 0; i < nodes->n && !(i && first); i++)
        if (json_array_append(list, nodes->v[i]) != 0)
            memory_need(NULL);
    return list;
}

/* Which track follows each selection; TRACKS_MAX: none does, its path is one of those that make the document. */
struct plan {
    struct track tracks[TRACKS_MAX];
    size_t tracks_n;
    size_t *track_of;
    const struct json_path **keep;
    size_t keep_n;
};

static void make_plan(struct plan *plan, struct arena *arena, const struct json_select_options *options,
                      const struct json_selection *selections, size_t n)
{
    plan->tracks_n = 0;
    plan->keep_n = options->read.keep_n;
    plan->track_of = ARENA_ARRAY(arena, size_t, n);
    plan->keep = ARENA_ARRAY(arena, const struct json_path *, plan->keep_n + n + 1);
    for (size_t i = 0; i < plan->keep_n; i++)
        plan->keep[i] = options->read.keep[i];
    for (size_t i = 0; i < n; i++) {
        bool followed = options->follow && plan->tracks_n < TRACKS_MAX &&
                        track_open(&plan->tracks[plan->tracks_n], selections[i].path, selections[i].first);
        plan->track_of[i] = followed ? plan->tracks_n++ : TRACKS_MAX;
        if (!followed)
            plan->keep[plan->keep_n++] = selections[i].path;
    }
}

static void give_out(struct plan *plan, json_t *root, struct json_selection *selections, size_t n, struct arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        if (plan->track_of[i] < TRACKS_MAX) {
            struct track *track = &plan->tracks[plan->track_of[i]];
            selections[i].values = json_incref(track->values);
            selections[i].limit = track->limit;
            continue;
        }
        struct json_nodes nodes = json_path_find(selections[i].path, root, arena);
        selections[i].values = list_of(&nodes, selections[i].first);
        selections[i].limit = nodes.over ? nodes.limit : NULL;
    }
}

bool json_select(struct content *content, const struct json_select_options *options, struct json_selection *selections, size_t n,
                 bool *again, json_t **document, struct error *err)
{
    struct arena arena = {0};
    struct plan *plan = ARENA_NEW(&arena, struct plan);
    make_plan(plan, &arena, options, selections, n);
    struct json_read_options read = options->read;
    read.keep = plan->keep;
    read.keep_n = plan->keep_n;
    *again = false;
    struct build_options build = {.read = &read, .tracks = plan->tracks, .tracks_n = plan->tracks_n, .repeated = again};
    json_t *root = build_read(json_reader_open_content(content, read.window, read.file, read.strict), &build, err);
    bool ok = root && !*again;
    if (ok)
        give_out(plan, root, selections, n, &arena);
    if (ok && document)
        *document = json_incref(root);
    json_decref(root);
    for (size_t i = 0; i < plan->tracks_n; i++) {
        json_decref(plan->tracks[i].values);
        track_close(&plan->tracks[i]);
    }
    arena_close(&arena);
    return ok;
}

void json_selections_clear(struct json_selection *selections, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        json_decref(selections[i].values);
        selections[i].values = NULL;
    }
}
