#include "store/marked.h"

#include <string.h>

#include "store/visits.h"

enum { DEPTH_MAX = 64, VISITS_MAX = 20 };

struct search {
    const struct root *root;
    const char *mark;
    struct arena *arena;
    struct visits visits;
    size_t max;
    LIST_OF(const char *) found;
};

static void look_into(struct search *search, const char *directory, int depth)
{
    struct stat st;
    struct root_names names;
    struct error ignored = {0};
    const char *shown = directory[0] ? directory : ".";
    if (depth > DEPTH_MAX || !root_stat(search->root, shown, &st) ||
        visits_add(&search->visits, st.st_dev, st.st_ino) > VISITS_MAX ||
        root_list(search->root, shown, search->arena, &names, &ignored) != ROOT_FOUND)
        return;
    for (size_t i = 0; i < names.n && search->found.n < search->max; i++) {
        if (directory[0] && strcmp(names.v[i], search->mark) == 0)
            *LIST_ADD(search->arena, &search->found) = directory;
        const char *child = arena_join(search->arena, directory, names.v[i]);
        if (root_kind(search->root, child) == S_IFDIR)
            look_into(search, child, depth + 1);
    }
}

struct root_names marked_directories(const struct root *root, const char *mark, size_t max, struct arena *arena)
{
    struct search search = {.root = root, .mark = mark, .arena = arena, .max = max};
    look_into(&search, "", 0);
    visits_close(&search.visits);
    return (struct root_names){.v = search.found.v, .n = search.found.n};
}
