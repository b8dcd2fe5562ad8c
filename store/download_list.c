#include "store/download_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/options.h"

enum { URL_FILE_MAX = 4 << 20, SHOWN_MAX = 60 };

struct reading {
    struct arena *arena;
    struct root *folder; /* of the url file */
    const char *folder_name; /* as shown: "" or "data/" */
    struct download_list *list;
    size_t lists; /* read so far */
    struct error *err;
};

/* One file in both modes of YAML: the strict one says where things are and refuses, PyYAML's has the values of settings. */
struct source {
    const char *file;
    const struct node *strict, *loose;
};

static struct pos place(const struct source *source, const struct node *node)
{
    return (struct pos){.file = source->file, .line = node->line, .col = node->col};
}

static bool wrong(struct reading *reading, const struct source *source, const struct node *node, const char *what, const char *expected)
{
    return error_at(reading->err, ERR_USAGE, place(source, node), "%s: found %s, expected %s", what, node_kind_name(node->kind), expected);
}

/* What an input says, cut where it is long. */
static const char *quoted(struct reading *reading, const char *text)
{
    char *shown = arena_strndup(reading->arena, text, strnlen(text, SHOWN_MAX * 2));
    error_shorten(shown, SHOWN_MAX);
    return shown;
}

/* `known`: NULL-ended. */
static bool check_keys(struct reading *reading, const struct source *source, const struct node *map, const char *what,
                       const char *const *known)
{
    for (size_t i = 0; i < map->n; i++) {
        const char *key = map->keys[i]->string;
        const char *const *name = known;
        while (*name && strcmp(*name, key) != 0)
            name++;
        if (*name)
            continue;
        const char *nearest = option_nearest(key, known);
        return error_at(reading->err, ERR_USAGE, place(source, map->keys[i]), "%s: unknown key '%s'%s%s%s", what, quoted(reading, key),
                        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    }
    return true;
}

/* ---- entries ---- */

static bool text_of(struct reading *reading, const struct source *source, const struct node *entry, const char *key, const char **out)
{
    const struct node *node = node_member(entry, key);
    if (!node)
        return error_at(reading->err, ERR_USAGE, place(source, entry), "an entry of download: expected the keys url and dest_dir, or files; "
                                                                       "'%s' is missing", key);
    if (node->kind != NODE_STRING || !node->string[0] || strlen(node->string) != node->string_len)
        return wrong(reading, source, node, key, "a text");
    *out = node->string;
    return true;
}

static bool read_dest_dir(struct reading *reading, const struct source *source, const struct node *entry, const char **out)
{
    const char *text;
    if (!text_of(reading, source, entry, "dest_dir", &text))
        return false;
    *out = fetch_path_clean(reading->arena, text);
    if (*out)
        return true;
    return error_at(reading->err, ERR_USAGE, place(source, node_member(entry, "dest_dir")),
                    "dest_dir: found '%s', expected a path below the results directory, without '..' and of at most %d bytes",
                    quoted(reading, text), (int)FETCH_PATH_MAX);
}

static bool is_new_dest(struct reading *reading, const struct source *source, const struct node *node, const char *dest_dir)
{
    for (size_t i = 0; i < reading->list->n; i++) {
        const struct download_entry *other = &reading->list->v[i];
        if (strcmp(other->dest_dir, dest_dir) == 0)
            return error_at(reading->err, ERR_USAGE, place(source, node), "dest_dir: '%s' is also that of the entry at %s:%d",
                            quoted(reading, dest_dir), other->at.file, other->at.line);
    }
    return true;
}

static bool read_settings(struct reading *reading, const struct source *source, const struct node *strict, const struct node *loose,
                          const struct node **out)
{
    const struct node *settings = node_member(strict, "settings");
    if (!settings || settings->kind == NODE_NULL || (settings->kind == NODE_MAP && settings->n == 0))
        return true;
    if (settings->kind != NODE_MAP)
        return wrong(reading, source, settings, "settings", "a map");
    *out = node_member(loose, "settings");
    return true;
}

static bool read_entry(struct reading *reading, const struct source *source, const struct node *strict, const struct node *loose)
{
    static const char *const known[] = {"url", "dest_dir", "settings", NULL};
    struct download_entry entry = {0};
    const char *url;
    if (!check_keys(reading, source, strict, "an entry of download", known) || !text_of(reading, source, strict, "url", &url) ||
        !read_dest_dir(reading, source, strict, &entry.dest_dir) ||
        !is_new_dest(reading, source, node_member(strict, "dest_dir"), entry.dest_dir) ||
        !read_settings(reading, source, strict, loose, &entry.settings))
        return false;
    entry.at = place(source, node_member(strict, "url"));
    if (!fetch_url_parse(reading->arena, url, &entry.url, reading->err)) {
        error_prefix(reading->err, "%s:%d:%d: url", entry.at.file, entry.at.line, entry.at.col);
        return false;
    }
    if (reading->list->n >= DOWNLOAD_ENTRIES_MAX)
        return error_at(reading->err, ERR_USAGE, entry.at, "more than %d entries to download", (int)DOWNLOAD_ENTRIES_MAX);
    *LIST_ADD(reading->arena, reading->list) = entry;
    return true;
}

/* ---- files ---- */

static bool read_file(struct reading *reading, const struct root *folder, const char *name, struct source *source)
{
    const char *bytes;
    size_t len;
    struct error why = {0};
    struct yaml_findings ignored = {0};
    source->file = arena_printf(reading->arena, "%s%s", reading->folder_name, name);
    enum root_found found = root_read(folder, name, URL_FILE_MAX, reading->arena, &bytes, &len, &why);
    if (found == ROOT_ABSENT)
        return error_at(reading->err, ERR_USAGE, (struct pos){.file = source->file}, "no such file");
    if (found == ROOT_REFUSED && root_kind(folder, name) == 0)
        return error_at(reading->err, ERR_USAGE, (struct pos){.file = source->file},
                        "a link that leaves the folder of the url file, or that cannot be followed");
    if (found == ROOT_REFUSED)
        return error_set(reading->err, ERR_USAGE, "%s%s", reading->folder_name, why.text);
    source->strict = yaml_parse(reading->arena, bytes, len, source->file, reading->err);
    source->loose = source->strict ? yaml_parse_artifact(reading->arena, bytes, len, source->file, &ignored, reading->err) : NULL;
    if (!source->loose)
        reading->err->kind = ERR_USAGE;
    return source->loose;
}

static bool read_entries(struct reading *reading, const struct source *source, const struct node *strict, const struct node *loose,
                         bool may_list);

/* A file that lists entries; `node` is its name in `above`. */
static bool read_listed(struct reading *reading, const struct source *above, const struct node *node)
{
    struct source source;
    if (node->kind != NODE_STRING || !node->string[0] || strlen(node->string) != node->string_len)
        return wrong(reading, above, node, "files", "the name of a file");
    const char *name = fetch_path_clean(reading->arena, node->string);
    if (!name)
        return error_at(reading->err, ERR_USAGE, place(above, node), "files: found '%s', expected a file beside this one or below its folder, of at most %d bytes",
                        quoted(reading, node->string), (int)FETCH_PATH_MAX);
    if (++reading->lists > DOWNLOAD_LISTS_MAX)
        return error_at(reading->err, ERR_USAGE, place(above, node), "files: more than %d files", (int)DOWNLOAD_LISTS_MAX);
    if (!read_file(reading, reading->folder, name, &source)) {
        error_prefix(reading->err, "%s:%d:%d: files", above->file, node->line, node->col);
        return false;
    }
    return read_entries(reading, &source, source.strict, source.loose, false);
}

static bool read_files(struct reading *reading, const struct source *source, const struct node *entry)
{
    static const char *const known[] = {"files", NULL};
    const struct node *files = node_member(entry, "files");
    if (!check_keys(reading, source, entry, "an entry with files", known))
        return false;
    if (files->kind != NODE_LIST)
        return wrong(reading, source, files, "files", "a list of files");
    for (size_t i = 0; i < files->n; i++)
        if (!read_listed(reading, source, files->items[i]))
            return false;
    return true;
}

static bool read_entries(struct reading *reading, const struct source *source, const struct node *strict, const struct node *loose,
                         bool may_list)
{
    if (strict->kind != NODE_LIST)
        return wrong(reading, source, strict, may_list ? "download" : "a list of downloads", "a list of entries");
    for (size_t i = 0; i < strict->n; i++) {
        const struct node *entry = strict->items[i];
        if (entry->kind != NODE_MAP)
            return wrong(reading, source, entry, "an entry of download", "a map with url and dest_dir");
        bool lists = node_member(entry, "files") != NULL;
        if (lists && !may_list)
            return error_at(reading->err, ERR_USAGE, place(source, entry), "files: a listed file cannot list further ones");
        if (lists ? !read_files(reading, source, entry) : !read_entry(reading, source, entry, loose->items[i]))
            return false;
    }
    return true;
}

static bool read_top(struct reading *reading, const struct root *root, const char *name)
{
    static const char *const known[] = {"download", "visualize", NULL};
    struct source source;
    if (!read_file(reading, root, name, &source))
        return false;
    const struct node *download = node_member(source.strict, "download");
    if (source.strict->kind != NODE_MAP || !download)
        return error_at(reading->err, ERR_USAGE, (struct pos){.file = source.file}, "expected a map with a list `download`");
    if (!check_keys(reading, &source, source.strict, "a url file", known) ||
        !read_entries(reading, &source, download, node_member(source.loose, "download"), true))
        return false;
    return reading->list->n > 0 || error_at(reading->err, ERR_USAGE, place(&source, download), "download: found no entry, expected one at least");
}

bool download_list_load(struct arena *arena, const char *file, struct download_list *list, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL}; /* the user named it: it may be a link; what it lists may not leave */
    *list = (struct download_list){0};
    const char *slash = strrchr(file, '/');
    struct reading reading = {.arena = arena, .list = list, .err = err};
    reading.folder_name = slash ? arena_strndup(arena, file, (size_t)(slash - file) + 1) : "";
    const char *folder = slash ? reading.folder_name : ".";
    struct root *root = root_open(folder, anywhere, err);
    reading.folder = root ? root_open(folder, NULL, err) : NULL;
    bool ok = reading.folder && read_top(&reading, root, slash ? slash + 1 : file);
    if (!reading.folder)
        error_prefix(err, "the url file %s", file);
    root_close(reading.folder);
    root_close(root);
    return ok;
}

bool download_list_of_url(struct arena *arena, const char *url, struct download_list *list, struct error *err)
{
    *list = (struct download_list){0};
    struct download_entry entry = {.dest_dir = "expe/from_url"};
    if (!fetch_url_parse(arena, url, &entry.url, err)) {
        error_prefix(err, "the url");
        return false;
    }
    *LIST_ADD(arena, list) = entry;
    return true;
}

/* ---- settings ---- */

struct member {
    struct node *key, *value;
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key->string, ((const struct member *)b)->key->string);
}

/* As Python sorts: where the keys cannot all be compared, their order stays. What is sorted already stays as it is, so that a
 * node with two places may be met twice. */
static void sort_keys(struct arena *arena, const struct node *node)
{
    for (size_t i = 0; i < node->n && (node->kind == NODE_LIST || node->kind == NODE_MAP); i++)
        sort_keys(arena, node->items[i]);
    if (node->kind != NODE_MAP || node->n == 0)
        return;
    struct member *members = ARENA_ARRAY(arena, struct member, node->n);
    for (size_t i = 0; i < node->n; i++) {
        if (node->keys[i]->kind != NODE_STRING)
            return;
        members[i] = (struct member){node->keys[i], node->items[i]};
    }
    qsort(members, node->n, sizeof(*members), by_key);
    for (size_t i = 0; i < node->n; i++) {
        node->keys[i] = members[i].key;
        node->items[i] = members[i].value;
    }
}

void download_settings_render(struct arena *arena, struct text *out, const struct node *settings)
{
    if (!settings) {
        text_add(out, "{}\n");
        return;
    }
    sort_keys(arena, settings);
    yaml_dump(out, settings);
}
