#include "workload/gather.h"

#include <string.h>

#include "workload/reader.h"

enum { WORKLOAD_FILE_MAX = 4 << 20, INCLUDE_DEPTH_MAX = 10 };

static bool read_file(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                      const char **bytes, size_t *len, struct error *err)
{
    struct error why = {0};
    if (gathering->sources.n + gathering->lua.n >= WORKLOAD_FILES_MAX)
        return error_at(err, ERR_USAGE, at, "the workload has more than %d files", (int)WORKLOAD_FILES_MAX);
    if (relative[0] == '/' || strncmp(relative, "../", 3) == 0)
        return error_at(err, ERR_USAGE, at, "%s: lies outside the folder that holds the workload's folder", shown);
    enum root_found found =
        root_read(gathering->root, relative, WORKLOAD_FILE_MAX, gathering->arena, bytes, len, &why);
    if (found == ROOT_FOUND) {
        digest_add(gathering->digest, len, sizeof(*len)); /* so that bytes cannot move from one file to the next */
        digest_add(gathering->digest, *bytes, *len);
        return true;
    }
    return error_at(err, ERR_USAGE, at.file ? at : (struct pos){.file = shown}, "%s%s%s", at.file ? shown : "",
                    at.file ? ": " : "", found == ROOT_ABSENT ? "no such file" : why.text + why.place_n);
}

/* The path of `name` as seen from the file `relative`; leading "../" are taken up, for shorter messages. */
static const char *beside(struct arena *arena, const char *relative, const char *name)
{
    const char *slash = strrchr(relative, '/');
    size_t n = slash ? (size_t)(slash - relative) : 0;
    while (n && strncmp(name, "../", 3) == 0 && !(n >= 2 && memcmp(relative + n - 2, "..", 2) == 0)) {
        name += 3;
        while (n && relative[n - 1] != '/')
            n--;
        n -= n > 0;
    }
    return n ? arena_printf(arena, "%.*s/%s", (int)n, relative, name) : name;
}

/* The names that a key lists, with their places; none when there is no such key. */
static const char *const *read_names(struct gathering *gathering, const struct source *source, const char *key, const struct pos **at)
{
    static const char *const none[] = {NULL};
    struct error err = {0};
    const struct node *node = node_member(source->node, key);
    struct reader reader = {.arena = gathering->arena, .file = source->shown, .err = &err, .problems = gathering->problems};
    const char *const *names = none;
    if (!node || reader_collect(&reader, reader_placed_names(&reader, node, key, &names, at)))
        return names;
    problems_doubt(gathering->problems, "", NULL);
    return none;
}

static bool gather_file(struct gathering *gathering, const struct source *source, const char *name, struct pos at, struct error *err)
{
    const char *bytes, *shown = beside(gathering->arena, source->shown, name);
    size_t len;
    struct code code;
    problems_file(gathering->problems, shown);
    problems_file(gathering->problems, name); /* as errors of Lua call it */
    if (!read_file(gathering, beside(gathering->arena, source->relative, name), shown, at, &bytes, &len, err) ||
        !sandbox_compile_file(gathering->arena, bytes, len, name, &code, err))
        return false;
    *LIST_ADD(gathering->arena, &gathering->lua) = code;
    return true;
}

static void gather_lua(struct gathering *gathering, const struct source *source)
{
    const struct pos *at = NULL;
    for (const char *const *name = read_names(gathering, source, "lua", &at); *name; name++) {
        struct error err = {0};
        if (gather_file(gathering, source, *name, *at++, &err))
            continue;
        problems_take(gathering->problems, &err);
        problems_doubt(gathering->problems, "lua", NULL);
    }
}

static bool gather(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                   const struct source *includer, int depth, struct error *err);

static void gather_includes(struct gathering *gathering, const struct source *source, int depth)
{
    const struct pos *at = NULL;
    for (const char *const *name = read_names(gathering, source, "include", &at); *name; name++) {
        struct error err = {0};
        if (gather(gathering, beside(gathering->arena, source->relative, *name), beside(gathering->arena, source->shown, *name), *at++, source,
                   depth + 1, &err))
            continue;
        problems_take(gathering->problems, &err);
        problems_doubt(gathering->problems, "", NULL); /* anything may have stood there */
    }
}

static bool gather(struct gathering *gathering, const char *relative, const char *shown, struct pos at,
                   const struct source *includer, int depth, struct error *err)
{
    struct source source = {.relative = relative, .shown = shown, .includer = includer};
    for (const struct source *open = includer; open; open = open->includer)
        if (strcmp(open->shown, shown) == 0)
            return error_at(err, ERR_USAGE, at, "%s includes itself", shown);
    if (depth > INCLUDE_DEPTH_MAX)
        return error_at(err, ERR_USAGE, at, "%s: includes are nested more than %d deep", shown, (int)INCLUDE_DEPTH_MAX);
    const char *bytes;
    size_t len;
    problems_file(gathering->problems, shown);
    if (!read_file(gathering, relative, shown, at, &bytes, &len, err))
        return false;
    source.node = yaml_parse(gathering->arena, bytes, len, shown, err);
    if (!source.node)
        return false;
    if (source.node->kind != NODE_MAP)
        return error_at(err, ERR_USAGE, (struct pos){.file = shown}, "expected a map of workload keys, found %s",
                        node_kind_name(source.node->kind));
    gather_includes(gathering, &source, depth);
    gather_lua(gathering, &source);
    source.includer = NULL;
    *LIST_ADD(gathering->arena, &gathering->sources) = source;
    return true;
}

void gather_all(struct gathering *gathering, const char *relative, const char *shown)
{
    struct error err = {0};
    if (gather(gathering, relative, shown, (struct pos){0}, NULL, 0, &err))
        return;
    problems_take(gathering->problems, &err);
    problems_doubt(gathering->problems, "", NULL);
}
