#include "workload/find.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/root.h"
#include "config/options.h"
#include "config/yaml.h"

enum { YAML_MAX = 4 << 20 };

static bool is_workload(struct arena *arena, const char *folder)
{
    struct stat st;
    return stat(arena_printf(arena, "%s/workload.yaml", folder), &st) == 0;
}

static const char *by_path(struct arena *arena, const char *name, const char *base)
{
    const char *path = base && name[0] != '/' ? arena_printf(arena, "%s/%s", base, name) : name;
    size_t n = strlen(path);
    struct stat st;
    bool is_file = n > 5 && strcmp(path + n - 5, ".yaml") == 0 && stat(path, &st) == 0;
    return is_file || is_workload(arena, path) ? path : NULL;
}

/* Whether the workload in `folder` lists `name` among its aliases; a file that is broken has none. */
static bool has_alias(struct arena *arena, const struct root *root, const char *folder, const char *name)
{
    const char *bytes, *file = arena_printf(arena, "%s/workload.yaml", folder);
    size_t len;
    struct error ignored = {0};
    if (root_read(root, file, YAML_MAX, arena, &bytes, &len, &ignored) != ROOT_FOUND)
        return false;
    const struct node *node = yaml_parse(arena, bytes, len, file, &ignored);
    const struct node *aliases = node ? node_member(node, "aliases") : NULL;
    for (size_t i = 0; aliases && aliases->kind == NODE_LIST && i < aliases->n; i++)
        if (aliases->items[i]->kind == NODE_STRING && strcmp(aliases->items[i]->string, name) == 0)
            return true;
    return false;
}

static const char *search_place(struct arena *arena, const char *place, const char *name, struct root_names *seen)
{
    struct error ignored = {0};
    struct root *root = root_open(place, NULL, &ignored);
    if (!root)
        return NULL;
    const char *found = NULL;
    struct root_names names;
    if (root_list(root, ".", arena, &names, &ignored) == ROOT_FOUND) {
        for (size_t i = 0; i < names.n && !found; i++) {
            const char *folder = arena_printf(arena, "%s/%s", place, names.v[i]);
            if (!is_workload(arena, folder))
                continue;
            if (strcmp(names.v[i], name) == 0 || has_alias(arena, root, names.v[i], name))
                found = folder;
            const char **wider = ARENA_ARRAY(arena, const char *, seen->n + 2);
            if (seen->n)
                memcpy(wider, seen->v, seen->n * sizeof(*wider));
            wider[seen->n] = names.v[i];
            *seen = (struct root_names){wider, seen->n + 1};
        }
    }
    root_close(root);
    return found;
}

/* Python modules of TOPSAIL that stand for several flavours. */
static const struct {
    const char *name, *flavours;
} families[] = {
    {"projects.fine_tuning.visualizations.fine_tuning", "fms_hf_tuning, ilab_training, ray_benchmark"},
};

static bool say_not_found(const char *name, const struct workload_places *places, const struct root_names *seen,
                          struct error *err)
{
    struct text all = text_open(600), where = text_open(600);
    for (size_t i = 0; i < seen->n; i++)
        text_printf(&all, "%s%s", i ? ", " : "", seen->v[i]);
    for (const char *const *place = places->search; *place; place++)
        text_printf(&where, "%s%s", where.len ? ", " : "", *place);
    const char *nearest = seen->n ? option_nearest(name, seen->v) : NULL;
    struct stat st;
    if (stat(name, &st) == 0)
        error_set(err, ERR_USAGE, "workload '%s': expected a folder with a workload.yaml in it", name);
    else
        error_set(err, ERR_USAGE, "workload '%s': no such folder, name or alias; looked in: %s%s%s%s%s%s", name,
                  where.len ? where.s : "no search path", seen->n ? "; known: " : "", all.s, nearest ? "; did you mean '" : "",
                  nearest ? nearest : "", nearest ? "'?" : "");
    text_close(&all);
    text_close(&where);
    return false;
}

const char *workload_find(struct arena *arena, const char *name, const struct workload_places *places,
                          struct error *err)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (strcmp(name, families[i].name) == 0) {
            error_set(err, ERR_USAGE, "workload '%s': use one of its flavours: %s", name, families[i].flavours);
            return NULL;
        }
    }
    const char *found = by_path(arena, name, places->base_dir);
    if (!found && places->base_dir)
        found = by_path(arena, name, NULL);
    struct root_names seen = {0};
    for (const char *const *place = places->search; *place && !found; place++)
        found = search_place(arena, *place, name, &seen);
    if (!found)
        say_not_found(name, places, &seen, err);
    return found;
}
