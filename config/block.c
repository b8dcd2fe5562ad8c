#include "config/block.h"

#include <assert.h>
#include <libgen.h>
#include <string.h>

#include "base/root.h"
#include "config/options.h"

enum { BLOCK_FILE_MAX = 16 << 20 };

struct block {
    const struct node *node, *project; /* the map `matbench:`, and the document that it stands in */
};

enum key_kind { KEY_TEXT, KEY_FLAG, KEY_MAP };

/* Every key of the block, parents first. Source: TOPSAIL's configuration (lts, download), and our own (history, fail_on). */
static const struct block_key {
    const char *path;
    enum key_kind kind;
} keys[] = {
    {"preset", KEY_TEXT},
    {"workload", KEY_TEXT},
    {"prom_workload", KEY_TEXT},
    {"config_file", KEY_TEXT},
    {"test_directory", KEY_TEXT},
    {"download", KEY_MAP},
    {"download.mode", KEY_TEXT},
    {"download.url", KEY_TEXT},
    {"download.url_file", KEY_TEXT},
    {"download.save_to_artifacts", KEY_FLAG},
    {"enabled", KEY_FLAG},
    {"generate_lts", KEY_FLAG},
    {"lts", KEY_MAP},
    {"lts.generate", KEY_FLAG},
    {"lts.horreum", KEY_MAP},
    {"lts.horreum.test_name", KEY_TEXT},
    {"lts.opensearch", KEY_MAP},
    {"lts.opensearch.export", KEY_MAP},
    {"lts.opensearch.export.enabled", KEY_FLAG},
    {"lts.opensearch.export.enabled_on_replot", KEY_FLAG},
    {"lts.opensearch.export.fail_test_on_fail", KEY_FLAG},
    {"lts.opensearch.upload", KEY_FLAG},
    {"lts.opensearch.fail_test_on_upload_fail", KEY_FLAG},
    {"lts.opensearch.build_counter_index", KEY_TEXT},
    {"lts.opensearch.instance", KEY_TEXT},
    {"lts.opensearch.index", KEY_TEXT},
    {"lts.opensearch.index_prefix", KEY_TEXT},
    {"lts.opensearch.prom_index_suffix", KEY_TEXT},
    {"lts.regression_analyses", KEY_MAP},
    {"lts.regression_analyses.enabled", KEY_FLAG},
    {"lts.regression_analyses.enabled_on_replot", KEY_FLAG},
    {"lts.regression_analyses.fail_test_on_regression", KEY_FLAG},
    {"lts.regression_analyses.fail_test_on_regression_fail", KEY_FLAG},
    {"lts.regression_analyses.upload_lts_on_regression", KEY_FLAG},
    {"lts.regression_analyses.notification", KEY_MAP},
    {"lts.regression_analyses.notification.enabled", KEY_FLAG},
    {"lts.regression_analyses.notification.title", KEY_TEXT},
    {"lts.history", KEY_MAP},
    {"lts.history.uri", KEY_TEXT},
    {"lts.history.upload", KEY_FLAG},
    {"lts.gate", KEY_MAP},
    {"lts.gate.fail_on", KEY_TEXT},
    {"lts.gate.min_history", KEY_TEXT},
    {"lts.gate.history_since", KEY_TEXT},
    {"lts.gate.history_until", KEY_TEXT},
    {"lts.gate.false_alarm_rate", KEY_TEXT},
    {"lts.gate.suspect_level", KEY_TEXT},
    {"lts.gate.correction", KEY_TEXT},
    {"lts.gate.method", KEY_TEXT},
    {"lts.gate.window", KEY_TEXT},
};

/* Names that older projects still have. */
static const struct {
    const char *path, *now;
} old_names[] = {
    {"generate_lts", "lts.generate"},
    {"lts.opensearch.upload", "lts.opensearch.export.enabled"},
    {"lts.opensearch.fail_test_on_upload_fail", "lts.opensearch.export.fail_test_on_fail"},
    {"lts.regression_analyses.fail_test_on_regression_fail", "lts.regression_analyses.fail_test_on_regression"},
};

static const struct block_key *find_key(const char *path)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i].path, path) == 0)
            return &keys[i];
    return NULL;
}

static bool unknown_key(const struct node *key, const char *file, const char *path, struct error *err)
{
    const char *names[sizeof(keys) / sizeof(keys[0]) + 1];
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        names[i] = keys[i].path;
    names[sizeof(keys) / sizeof(keys[0])] = NULL;
    const char *nearest = option_nearest(path, names);
    return error_at(err, ERR_USAGE, (struct pos){.file = file, .line = key->line, .col = key->col},
                    "unknown key 'matbench.%s'%s%s%s", path, nearest ? "; did you mean 'matbench." : "", nearest ? nearest : "",
                    nearest ? "'?" : "");
}

static bool right_kind(const struct block_key *key, const struct node *value)
{
    bool scalar = value->kind != NODE_MAP && value->kind != NODE_LIST;
    switch (key->kind) {
    case KEY_MAP: return value->kind == NODE_MAP || value->kind == NODE_NULL;
    case KEY_FLAG: return value->kind == NODE_BOOL || value->kind == NODE_NULL;
    case KEY_TEXT: return scalar && value->kind != NODE_BOOL;
    }
    return false;
}

static bool check_keys(struct arena *arena, const struct node *map, const char *above, const char *file, struct error *err)
{
    static const char *const expected[] = {[KEY_TEXT] = "text", [KEY_FLAG] = "true or false", [KEY_MAP] = "a map"};
    for (size_t i = 0; i < map->n; i++) {
        const struct node *name = map->keys[i], *value = map->items[i];
        const char *path = arena_printf(arena, "%s%s%s", above, above[0] ? "." : "", name->string ? name->string : "?");
        const struct block_key *key = find_key(path);
        if (!key)
            return unknown_key(name, file, path, err);
        if (!right_kind(key, value))
            return error_at(err, ERR_USAGE, (struct pos){.file = file, .line = value->line, .col = value->col},
                            "matbench.%s: found %s, expected %s", path, node_kind_name(value->kind), expected[key->kind]);
        if (value->kind == NODE_MAP && !check_keys(arena, value, path, file, err))
            return false;
    }
    return true;
}

struct block *block_load(struct arena *arena, const char *file, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL};
    struct root *root = file[0] ? root_open(dirname(arena_strdup(arena, file)), anywhere, err)
                                : (error_set(err, ERR_USAGE, "--config: expected a file, found an empty name"), NULL);
    if (!root)
        return NULL;
    const char *bytes;
    size_t len;
    struct yaml_findings ignored = {0};
    struct error why = {0};
    struct node *node = NULL;
    enum root_found found = root_read(root, basename(arena_strdup(arena, file)), BLOCK_FILE_MAX, arena, &bytes, &len, &why);
    root_close(root);
    if (found != ROOT_FOUND)
        error_at(err, ERR_USAGE, (struct pos){.file = file}, "%s", found == ROOT_ABSENT ? "no such file" : why.text);
    else
        node = yaml_parse_artifact(arena, bytes, len, file, &ignored, err);
    if (!node) {
        err->kind = ERR_USAGE;
        return NULL;
    }
    const struct node *map = node_member(node, "matbench");
    if (!map || map->kind != NODE_MAP) {
        error_at(err, ERR_USAGE, (struct pos){.file = file}, "expected a map `matbench:`");
        return NULL;
    }
    if (!check_keys(arena, map, "", file, err))
        return NULL;
    struct block *block = ARENA_NEW(arena, struct block);
    *block = (struct block){.node = map, .project = node};
    return block;
}

static const struct node *descend(const struct node *node, const char *path)
{
    while (node && *path) {
        char name[64];
        size_t n = strcspn(path, ".");
        assert(n < sizeof(name));
        memcpy(name, path, n);
        name[n] = '\0';
        node = node->kind == NODE_MAP ? node_member(node, name) : NULL;
        path += n + (path[n] == '.');
    }
    return node;
}

static const struct node *find(const struct block *block, const char *path)
{
    assert(find_key(path));
    const struct node *node = block ? descend(block->node, path) : NULL;
    for (size_t i = 0; block && !node && i < sizeof(old_names) / sizeof(old_names[0]); i++)
        if (strcmp(old_names[i].now, path) == 0)
            node = descend(block->node, old_names[i].path);
    return node;
}

static const char *text_of(const struct node *node)
{
    return node && node->kind != NODE_NULL && node->string && node->string[0] ? node->string : NULL;
}

const char *block_text(const struct block *block, const char *path)
{
    return text_of(find(block, path));
}

const char *block_project_text(const struct block *block, const char *path)
{
    return block ? text_of(descend(block->project, path)) : NULL;
}

bool block_flag(const struct block *block, const char *path, bool fallback)
{
    const struct node *node = find(block, path);
    return node && node->kind == NODE_BOOL ? node->boolean : fallback;
}

bool block_has(const struct block *block, const char *path)
{
    const struct node *node = find(block, path);
    return node && node->kind != NODE_NULL;
}
