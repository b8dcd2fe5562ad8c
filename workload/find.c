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

/* A search below the places, and what it passed by. */
struct search {
    struct arena *arena;
    const char *name;
    struct root_names seen;     /* workloads */
    struct root_names flavours; /* of `name`, which is none itself */
};

static void remember(struct arena *arena, struct root_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], name) == 0)
            return;
    const char **wider = ARENA_ARRAY(arena, const char *, names->n + 2);
    if (names->n)
        memcpy(wider, names->v, names->n * sizeof(*wider));
    wider[names->n] = name;
    *names = (struct root_names){.v = wider, .n = names->n + 1};
}

static bool is_text(const struct node *node, const char *text)
{
    return node && node->kind == NODE_STRING && strcmp(node->string, text) == 0;
}

static bool is_listed(const struct node *aliases, const char *name)
{
    for (size_t i = 0; aliases && aliases->kind == NODE_LIST && i < aliases->n; i++)
        if (is_text(aliases->items[i], name))
            return true;
    return is_text(aliases, name);
}

/* Whether the workload in `folder` says that it is called so; a file that is broken says nothing. */
static bool is_called(struct search *search, const struct root *root, const char *folder)
{
    const char *bytes, *file = arena_printf(search->arena, "%s/workload.yaml", folder);
    size_t len;
    struct error ignored = {0};
    if (root_read(root, file, YAML_MAX, search->arena, &bytes, &len, &ignored) != ROOT_FOUND)
        return false;
    const struct node *node = yaml_parse(search->arena, bytes, len, file, &ignored);
    const struct node *flavour = node ? node_member(node, "flavour") : NULL;
    const struct node *flavour_name = flavour ? node_member(flavour, "name") : NULL;
    if (flavour && is_text(node_member(flavour, "of"), search->name) && flavour_name && flavour_name->kind == NODE_STRING)
        remember(search->arena, &search->flavours, flavour_name->string);
    return node && (is_listed(node_member(node, "aliases"), search->name) || is_text(flavour_name, search->name));
}

static const char *search_place(struct search *search, const char *place)
{
    struct error ignored = {0};
    struct root *root = root_open(place, NULL, &ignored);
    if (!root)
        return NULL;
    const char *found = NULL;
    struct root_names names;
    if (root_list(root, ".", search->arena, &names, &ignored) == ROOT_FOUND) {
        for (size_t i = 0; i < names.n && !found; i++) {
            const char *folder = arena_printf(search->arena, "%s/%s", place, names.v[i]);
            if (!is_workload(search->arena, folder))
                continue;
            if (strcmp(names.v[i], search->name) == 0 || is_called(search, root, names.v[i]))
                found = folder;
            remember(search->arena, &search->seen, names.v[i]);
        }
    }
    root_close(root);
    return found;
}

static bool say_flavours(const struct search *search, struct error *err)
{
    struct text all = text_open(600);
    for (size_t i = 0; i < search->flavours.n; i++)
        text_printf(&all, "%s%s", i ? ", " : "", search->flavours.v[i]);
    error_set(err, ERR_USAGE, "workload '%s': use one of its flavours: %s", search->name, all.s);
    text_close(&all);
    return false;
}

static bool say_not_found(const char *name, const struct workload_places *places, const struct root_names *seen,
                          struct error *err)
{
    struct text all = text_open(600), where = text_open(600);
    for (size_t i = 0; i < seen->n; i++)
        text_printf(&all, "%s%s", i ? ", " : "", seen->v[i]);
    for (const char *const *place = places->search; *place; place++)
        text_printf(&where, "%s%s", where.len ? ", " : "", *place);
    const char *nearest = seen->n ? option_nearest(name, seen->v) : NULL;
    bool module = strncmp(name, "projects.", 9) == 0; /* TOPSAIL's */
    struct stat st;
    if (stat(name, &st) == 0)
        error_set(err, ERR_USAGE, "workload '%s': expected a folder with a workload.yaml in it", name);
    else
        error_set(err, ERR_USAGE, "workload '%s': no such folder, name or alias; looked in: %s%s%s%s%s%s%s", name,
                  where.len ? where.s : "no search path", seen->n ? "; known: " : "", all.s, nearest ? "; did you mean '" : "",
                  nearest ? nearest : "", nearest ? "'?" : "",
                  module ? "; Python modules are not run: write one as docs/workload.md tells" : "");
    text_close(&all);
    text_close(&where);
    return false;
}

const char *workload_find(struct arena *arena, const char *name, const struct workload_places *places,
                          struct error *err)
{
    const char *found = by_path(arena, name, places->base_dir);
    if (!found && places->base_dir)
        found = by_path(arena, name, NULL);
    struct search search = {.arena = arena, .name = name};
    for (const char *const *place = places->search; *place && !found; place++)
        found = search_place(&search, *place);
    if (!found && search.flavours.n)
        say_flavours(&search, err);
    else if (!found)
        say_not_found(name, places, &search.seen, err);
    return found;
}
