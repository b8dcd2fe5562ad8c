/* Loading a workload: the files in order (included ones first), each section by its table, then the checks that need the
 * whole. A later file's entry replaces an earlier one's of the same name, so that a flavour can change a shared base. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "workload/check.h"
#include "workload/gather.h"
#include "workload/reader.h"

static void load_sources(struct gathering *gathering, struct workload *workload, const struct workload_registry *registry)
{
    for (size_t i = 0; i < gathering->sources.n; i++) {
        struct error err = {0};
        struct reader reader = {.arena = gathering->arena, .file = gathering->sources.v[i].shown, .err = &err, .workload = workload,
                                .registry = registry, .problems = gathering->problems};
        reader_collect(&reader, reader_section(&reader, gathering->sources.v[i].node, "", sections_keys(), workload));
    }
    workload->lua = gathering->lua.v;
    workload->lua_n = gathering->lua.n;
    workload_check(workload, registry, gathering->problems);
}

/* "folder" or "folder/workload.yaml" → the folder and the file's name. */
static bool split_path(struct arena *arena, const char *path, const char **folder, const char **file, struct error *err)
{
    char real[PATH_MAX];
    struct stat st;
    if (!realpath(path, real) || stat(real, &st) != 0)
        return error_at(err, ERR_USAGE, (struct pos){.file = path}, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode)) {
        *folder = arena_strdup(arena, real);
        *file = "workload.yaml";
        return true;
    }
    *folder = arena_strdup(arena, dirname(arena_strdup(arena, real)));
    *file = arena_strdup(arena, basename(arena_strdup(arena, real)));
    return true;
}

static void take_digest(struct digest *digest, struct workload *workload)
{
    unsigned char whole[DIGEST_SIZE];
    digest_end(digest, whole);
    digest_hex(whole, workload->digest);
    digest_close(digest);
}

static struct workload *open_workload(struct arena *arena, const char *path, const char *folder, const char *file)
{
    struct workload *workload = ARENA_NEW(arena, struct workload);
    size_t n = strlen(path);
    bool is_folder = strcmp(file, "workload.yaml") == 0 && (n < 5 || strcmp(path + n - 5, ".yaml") != 0);
    workload->lts = true;
    workload->constants = memory_need(json_array());
    workload->folder = folder;
    while (n > 1 && path[n - 1] == '/')
        n--;
    workload->file = is_folder ? arena_printf(arena, "%.*s/%s", (int)n, path, file) : path;
    return workload;
}

struct workload *workload_load_faulty(struct arena *arena, const char *path, const struct workload_registry *registry,
                                      struct problems *problems)
{
    const char *folder = NULL, *file = NULL;
    struct error err = {0};
    problems->arena = arena;
    if (!split_path(arena, path, &folder, &file, &err)) {
        problems_take(problems, &err);
        return NULL;
    }
    struct workload *workload = open_workload(arena, path, folder, file);
    struct gathering gathering = {.arena = arena, .problems = problems, .digest = digest_open()};
    gathering.root = root_open(dirname(arena_strdup(arena, folder)), NULL, &err);
    if (gathering.root) {
        root_describe(gathering.root, "the folder that holds the workload's folder");
        gather_all(&gathering, arena_printf(arena, "%s/%s", basename(arena_strdup(arena, folder)), file), workload->file);
        load_sources(&gathering, workload, registry);
    } else {
        problems_doubt(problems, "", NULL);
    }
    problems_take(problems, &err);
    take_digest(gathering.digest, workload);
    root_close(gathering.root);
    problems_sort(problems);
    return workload;
}

struct workload *workload_load_all(struct arena *arena, const char *path, const struct workload_registry *registry,
                                   struct problems *problems)
{
    struct workload *workload = workload_load_faulty(arena, path, registry, problems);
    if (!problems->errors)
        return workload;
    workload_close(workload);
    return NULL;
}

struct workload *workload_load(struct arena *arena, const char *path, const struct workload_registry *registry,
                               struct error *err)
{
    struct problems problems = {0};
    struct workload *workload = workload_load_all(arena, path, registry, &problems);
    if (!workload)
        problems_first(&problems, err);
    return workload;
}

/* ---- closing ---- */

void workload_close(struct workload *workload)
{
    if (!workload)
        return;
    for (size_t i = 0; i < workload->patterns.n; i++)
        regex_close(workload->patterns.v[i]);
    json_decref(workload->constants);
}
