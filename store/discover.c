#include "store/discover.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml.h"
#include "json/write.h"
#include "store/rewrite.h"
#include "store/visits.h"

enum { SETTINGS_FILE_MAX = 4 << 20, SETTINGS_MAX = 64 << 20, WALK_DEPTH_MAX = 64, VISITS_MAX = 20 };

/* A directory on the way down: its settings are merged into those of its parents. */
struct level {
    const struct level *parent;
    dev_t device;
    ino_t inode;
    json_t *settings;    /* merged so far; owned by the walk's list */
    const char *problem; /* a settings file on the way is broken */
};

struct walk {
    struct arena *arena;
    const struct root *root;
    const struct workload *workload;
    const struct filter *filters;
    size_t filters_n;
    struct discovery *found;
    struct {
        struct test *v;
        size_t n, cap;
    } tests;
    json_t *owned; /* array: merged settings of the directories */
    struct visits visits;
};

bool discover_is_settings(const char *name)
{
    return strcmp(name, "settings") == 0 || strncmp(name, "settings.", 9) == 0;
}

bool discover_marks_test(const char *name)
{
    return strcmp(name, "settings.yaml") == 0 || strcmp(name, "settings.yml") == 0 || strcmp(name, "settings") == 0;
}

/* Adds the members of one settings file; inner files win. NULL, or what is wrong with it. */
static const char *merge_file(struct walk *walk, json_t *settings, const char *shown, const char *bytes, size_t len)
{
    struct error err = {0};
    struct yaml_findings found = {0};
    struct node *node = yaml_parse_artifact(walk->arena, bytes, len, shown, &found, &err);
    if (!node)
        return arena_strdup(walk->arena, err.text);
    if (found.repeated_keys)
        findings_add(walk->arena, &walk->found->findings, FINDING_WARNING, "%s: %zu keys are given twice (the last counts), first at %d:%d",
                     shown, found.repeated_keys, found.first_line, found.first_col);
    if (node->kind == NODE_NULL)
        return NULL;
    if (node->kind != NODE_MAP)
        return arena_printf(walk->arena, "%s: expected a map of settings, found %s", shown, node_kind_name(node->kind));
    json_t *members = node_json(node, NULL);
    json_object_update(settings, members);
    json_decref(members);
    return NULL;
}

static const char *merge_in_root(struct walk *walk, json_t *settings, const char *path)
{
    const char *bytes;
    size_t len;
    struct error err = {0};
    enum root_found found = root_read(walk->root, path, SETTINGS_FILE_MAX, walk->arena, &bytes, &len, &err);
    if (found == ROOT_FOUND)
        return merge_file(walk, settings, path, bytes, len);
    return found == ROOT_REFUSED ? arena_strdup(walk->arena, err.text) : NULL;
}

/* Settings files of the directories above the results root, from "/" down: named, because people forget them. */
static const char *merge_above(struct walk *walk, json_t *settings)
{
    const char *real = root_real(walk->root), *problem = NULL;
    for (const char *slash = real; slash && slash[1] && !problem; slash = strchr(slash + 1, '/')) {
        const char *directory = slash == real ? "/" : arena_strndup(walk->arena, real, (size_t)(slash - real));
        struct error ignored = {0};
        struct root *above = root_open(directory, NULL, &ignored);
        struct root_names names = {0};
        if (above)
            root_list(above, ".", walk->arena, &names, &ignored);
        for (size_t i = 0; i < names.n && !problem; i++) {
            const char *bytes, *shown = arena_printf(walk->arena, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory, names.v[i]);
            size_t len;
            if (!discover_is_settings(names.v[i]) || root_kind(above, names.v[i]) != S_IFREG ||
                root_read(above, names.v[i], SETTINGS_FILE_MAX, walk->arena, &bytes, &len, &ignored) != ROOT_FOUND)
                continue;
            problem = merge_file(walk, settings, shown, bytes, len);
            findings_add(walk->arena, &walk->found->findings, FINDING_NOTE,
                         "%s: settings above the results directory count for all tests", shown);
        }
        root_close(above);
    }
    return problem;
}

/* `what` often begins with a path below `where`, which is then said once. */
static void broken(struct walk *walk, const char *where, const char *what)
{
    size_t n = strlen(where);
    if (strncmp(what, where, n) == 0 && what[n] == '/')
        what += n + 1;
    walk->found->broken++;
    findings_add(walk->arena, &walk->found->findings, FINDING_BROKEN, "%s: %s", where, what);
}

static void skip(struct walk *walk, enum finding_level level, const char *where, const char *why)
{
    walk->found->skipped++;
    findings_add(walk->arena, &walk->found->findings, level, "%s: skipped: %s", where, why);
}

/* The exit code; false when the directory is no finished test (the reason has been noted). */
static bool read_exit_code(struct walk *walk, const char *directory, long *code)
{
    const char *bytes, *path = arena_join(walk->arena, directory, "exit_code");
    size_t len;
    struct error err = {0};
    enum root_found found = root_read(walk->root, path, 1000, walk->arena, &bytes, &len, &err);
    if (found == ROOT_REFUSED) {
        broken(walk, directory, err.text);
        return false;
    }
    const char *text = found == ROOT_FOUND ? bytes + strspn(bytes, " \t\r\n") : "";
    if (!*text) {
        skip(walk, FINDING_NOTE, directory, found == ROOT_FOUND ? "its exit_code is empty: the test has not ended"
                                                                : "it has no exit_code: the test has not ended");
        return false;
    }
    char *end;
    errno = 0;
    *code = strtol(text, &end, 10);
    if (errno || end == text || end[strspn(end, " \t\r\n")]) {
        broken(walk, directory, arena_printf(walk->arena, "exit_code: found '%.20s', expected one integer", text));
        return false;
    }
    return true;
}

static bool passes_filters(const struct walk *walk, json_t *settings)
{
    for (size_t i = 0; i < walk->filters_n; i++)
        if (!filter_takes(&walk->filters[i], json_object_get(settings, walk->filters[i].key)))
            return false;
    return true;
}

/* ---- the walk ---- */

/* NULL: too large to be compared. */
static const char *canonical(struct arena *arena, const json_t *value)
{
    struct text out = text_open(SETTINGS_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    const char *text = out.over ? NULL : arena_strndup(arena, out.s, out.len);
    text_close(&out);
    return text;
}

/* As messages and the matrix name it: names of directories need not be UTF-8, JSON must be. */
static const char *location(struct walk *walk, const char *directory)
{
    const char *path = root_path(walk->root);
    if (strcmp(directory, ".") != 0)
        path = arena_join(walk->arena, path, directory);
    struct text clean = text_open(SETTINGS_MAX);
    text_add_utf8(&clean, path, strlen(path));
    path = arena_strdup(walk->arena, clean.s);
    text_close(&clean);
    return path;
}

static void add_test(struct walk *walk, const char *directory, const struct level *level)
{
    long exit_code;
    if (level->problem) {
        broken(walk, directory, level->problem);
        return;
    }
    if (!read_exit_code(walk, directory, &exit_code))
        return;
    struct error err = {0};
    json_t *settings = json_copy(level->settings);
    if (!settings_rewrite(walk->workload, &settings, &err)) {
        broken(walk, directory, err.text);
        json_decref(settings);
        return;
    }
    if (!settings || !passes_filters(walk, settings)) {
        skip(walk, FINDING_NOTE, directory, settings ? "the filters leave it out" : "rewrite_settings leaves it out");
        json_decref(settings);
        return;
    }
    const char *key = canonical(walk->arena, settings);
    if (!key) {
        broken(walk, directory, "its settings are larger than 64 MB");
        json_decref(settings);
        return;
    }
    *LIST_ADD(walk->arena, &walk->tests) = (struct test){
        .relative = directory,
        .location = location(walk, directory),
        .settings = settings,
        .exit_code = exit_code,
        .key = key,
    };
}

static bool seen_above(const struct level *level, const struct stat *st)
{
    for (; level; level = level->parent)
        if (level->device == st->st_dev && level->inode == st->st_ino)
            return true;
    return false;
}

static void walk_directory(struct walk *walk, const char *directory, const struct level *parent, int depth);

/* A link that leads out of the root may hide tests. */
static void note_refused(struct walk *walk, const char *path)
{
    struct root_names ignored;
    struct error err = {0};
    if (root_list(walk->root, path, walk->arena, &ignored, &err) == ROOT_REFUSED)
        findings_add(walk->arena, &walk->found->findings, FINDING_WARNING, "%s", err.text);
}

/* As root_kind of the member; most listings know it already. */
static mode_t kind_of(const struct walk *walk, const char *directory, const struct root_names *names, size_t i)
{
    bool known = names->kinds[i] && strlen(directory) + 1 + strlen(names->v[i]) < PATH_MAX;
    return known ? names->kinds[i] : root_kind(walk->root, arena_join(walk->arena, directory, names->v[i]));
}

static void walk_children(struct walk *walk, const char *directory, const struct root_names *names,
                          const struct level *level, int depth)
{
    for (size_t i = 0; i < names->n; i++) {
        const char *child = arena_join(walk->arena, directory, names->v[i]);
        mode_t kind = kind_of(walk, directory, names, i);
        if (kind == S_IFDIR)
            walk_directory(walk, child, level, depth + 1);
        else if (kind == 0)
            note_refused(walk, child);
    }
}

/* Merges the settings files of this directory; the names are sorted, so that the last one wins in a known way. */
static void merge_here(struct walk *walk, const char *directory, const struct root_names *names, struct level *level)
{
    for (size_t i = 0; i < names->n && !level->problem; i++) {
        if (!discover_is_settings(names->v[i]) || kind_of(walk, directory, names, i) == S_IFDIR)
            continue;
        if (level->settings == level->parent->settings) {
            level->settings = json_copy(level->parent->settings);
            json_array_append_new(walk->owned, level->settings);
        }
        level->problem = merge_in_root(walk, level->settings, arena_join(walk->arena, directory, names->v[i]));
    }
}

static void walk_directory(struct walk *walk, const char *directory, const struct level *parent, int depth)
{
    struct root_names names;
    struct error err = {0};
    struct stat st;
    if (depth > WALK_DEPTH_MAX) {
        findings_add(walk->arena, &walk->found->findings, FINDING_WARNING, "%s: deeper than %d directories: not looked into",
                     directory, (int)WALK_DEPTH_MAX);
        return;
    }
    enum root_found listed = root_list_seen(walk->root, directory, walk->arena, &names, &st, &err);
    if (listed != ROOT_FOUND && !root_stat(walk->root, directory, &st)) {
        if (listed == ROOT_REFUSED)
            findings_add(walk->arena, &walk->found->findings, FINDING_WARNING, "%s", err.text);
        return;
    }
    if (seen_above(parent, &st))
        return; /* a link back up: its tests are found on the way there */
    if (visits_add(&walk->visits, st.st_dev, st.st_ino) > VISITS_MAX) {
        findings_add(walk->arena, &walk->found->findings, FINDING_WARNING,
                     "%s: more than %d links lead to this directory: not looked into again", directory, (int)VISITS_MAX);
        return;
    }
    if (listed != ROOT_FOUND) {
        findings_add(walk->arena, &walk->found->findings, FINDING_WARNING, "%s", err.kind ? err.text : directory);
        return;
    }
    struct level level = {.parent = parent, .device = st.st_dev, .inode = st.st_ino, .settings = parent->settings,
                          .problem = parent->problem};
    bool is_test = false, is_skipped = false;
    for (size_t i = 0; i < names.n; i++) {
        is_test |= discover_marks_test(names.v[i]) && kind_of(walk, directory, &names, i) != S_IFDIR;
        is_skipped |= strcmp(names.v[i], "skip") == 0;
    }
    if (is_skipped) {
        skip(walk, FINDING_NOTE, directory, "it has a file `skip`");
        return;
    }
    merge_here(walk, directory, &names, &level);
    if (is_test)
        add_test(walk, directory, &level);
    else
        walk_children(walk, directory, &names, &level, depth);
}

/* ---- what needs all tests ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct test *)a)->relative, ((const struct test *)b)->relative);
}

static int by_key_then_path(const void *a, const void *b)
{
    const struct test *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);
    return order ? order : strcmp((*x)->relative, (*y)->relative);
}

/* Keeps the first by path of those with equal settings. */
static void drop_duplicates(struct walk *walk)
{
    size_t n = walk->tests.n, kept = 0;
    struct test **order = ARENA_ARRAY(walk->arena, struct test *, n + 1);
    for (size_t i = 0; i < n; i++)
        order[i] = &walk->tests.v[i];
    if (n)
        qsort(order, n, sizeof(*order), by_key_then_path);
    const struct test *first = NULL;
    walk->found->duplicates = ARENA_ARRAY(walk->arena, const char *, n);
    for (size_t i = 0; i < n; i++) {
        if (!first || strcmp(first->key, order[i]->key) != 0) {
            first = order[i];
            continue;
        }
        skip(walk, FINDING_WARNING, order[i]->relative,
             arena_printf(walk->arena, "it has the same settings as %s", first->relative));
        walk->found->duplicates[walk->found->duplicates_n++] = order[i]->relative;
        json_decref(order[i]->settings);
        order[i]->settings = NULL;
    }
    for (size_t i = 0; i < n; i++)
        if (walk->tests.v[i].settings)
            walk->tests.v[kept++] = walk->tests.v[i];
    walk->tests.n = kept;
}

/* Every test gets every key; null where it has none of its own. */
static void make_uniform(struct walk *walk)
{
    json_t *all = json_object();
    for (size_t i = 0; i < walk->tests.n; i++)
        json_object_update_missing(all, walk->tests.v[i].settings);
    const char *key;
    json_t *value;
    json_object_foreach(all, key, value)
        for (size_t i = 0; i < walk->tests.n; i++)
            if (!json_object_get(walk->tests.v[i].settings, key))
                json_object_set_new(walk->tests.v[i].settings, key, json_null());
    json_decref(all);
    for (size_t i = 0; i < walk->tests.n; i++)
        walk->tests.v[i].import_settings = json_incref(walk->tests.v[i].settings);
}

bool discover_tests(struct arena *arena, const struct root *root, const struct workload *workload,
                    const struct filter *filters, size_t filters_n, struct discovery *discovery, struct error *err)
{
    *discovery = (struct discovery){0};
    struct walk walk = {.arena = arena, .root = root, .workload = workload, .filters = filters, .filters_n = filters_n,
                        .found = discovery, .owned = json_array()};
    struct root_names names;
    bool ok = root_list(root, ".", arena, &names, err) == ROOT_FOUND;
    if (ok) {
        struct level above = {.settings = json_object()};
        json_array_append_new(walk.owned, above.settings);
        above.problem = merge_above(&walk, above.settings);
        walk_directory(&walk, ".", &above, 0);
        if (walk.tests.n)
            qsort(walk.tests.v, walk.tests.n, sizeof(*walk.tests.v), by_path);
        drop_duplicates(&walk);
        make_uniform(&walk);
        discovery->tests = walk.tests.v;
        discovery->n = walk.tests.n;
    } else if (!err->kind) {
        error_at(err, ERR_USAGE, (struct pos){.file = root_path(root)}, "expected a readable directory");
    }
    json_decref(walk.owned);
    visits_close(&walk.visits);
    return ok;
}

void discovery_close(struct discovery *discovery)
{
    for (size_t i = 0; i < discovery->n; i++) {
        json_decref(discovery->tests[i].settings);
        json_decref(discovery->tests[i].import_settings);
    }
    *discovery = (struct discovery){0};
}
