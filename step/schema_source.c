#include "step/schema_source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "json/meta.h"
#include "json/uri.h"
#include "step/instance.h"

enum { SCHEMA_SIZE_MAX = 64 << 20 };

/* Documents whose URI begins with `uri` are files below a folder. */
struct place {
    const char *uri, *directory;
    struct root *root;
};

struct schema_source {
    struct arena *arena;
    LIST_OF(struct place) places;
    LIST_OF(json_t *) owned;
    struct json_schema *schema;
};

/* --- places --- */

static bool add_place(struct schema_source *source, const char *uri, const char *directory, struct error *err)
{
    struct root *root = root_open(directory, NULL, err);
    if (!root)
        return false;
    root_describe(root, "the folder of schemas");
    *LIST_ADD(source->arena, &source->places) = (struct place){uri, directory, root};
    return true;
}

/* "https://example.org/schemas/=schemas" */
static bool add_directory(struct schema_source *source, const char *text, struct error *err)
{
    const char *mark = strrchr(text, '=');
    if (!mark || mark == text || !mark[1])
        return error_set(err, ERR_USAGE, "--schema-dir=%s: expected URI=DIR, as in https://example.org/schemas/=schemas", text);
    const char *uri = arena_strndup(source->arena, text, (size_t)(mark - text));
    bool ok = add_place(source, uri, mark + 1, err);
    if (!ok)
        error_prefix(err, "--schema-dir=%s", text);
    err->kind = ok ? ERR_NONE : ERR_USAGE;
    return ok;
}

/* The path as the rest of a file: URI. */
static const char *file_uri(struct arena *arena, const char *path)
{
    struct text uri = text_open(PATH_MAX * 3 + 8);
    text_add(&uri, "file://");
    for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
        bool plain = (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z') || strchr("/-._~", *p);
        if (plain)
            text_addc(&uri, (char)*p);
        else
            text_printf(&uri, "%%%02X", *p);
    }
    const char *kept = arena_strdup(arena, uri.s);
    text_close(&uri);
    return kept;
}

/* The schema's own folder: "defs.json" is the file beside it. Gives the schema's URI. */
static const char *add_own_folder(struct schema_source *source, const char *path)
{
    struct error err = {0}; /* then there is nothing beside it to refer to */
    const char *slash = strrchr(path, '/');
    const char *directory = !slash ? "." : slash == path ? "/" : arena_strndup(source->arena, path, (size_t)(slash - path));
    char *real = realpath(directory, NULL);
    if (!real)
        return NULL; /* such a schema cannot be read either */
    const char *folder = arena_printf(source->arena, "%s/", strcmp(real, "/") == 0 ? "" : real);
    free(real);
    const char *uri = file_uri(source->arena, folder);
    if (!add_place(source, uri, directory, &err))
        return NULL;
    return arena_printf(source->arena, "%s%s", uri, file_uri(source->arena, slash ? slash + 1 : path) + strlen("file://"));
}

/* --- reading --- */

static json_t *read_document(struct schema_source *source, struct instance *document, struct error *err)
{
    struct arena scratch = {0};
    json_t *json = NULL;
    if (document->kind == INSTANCE_LINES)
        error_at(err, ERR_USAGE, (struct pos){.file = document->name}, "JSON Lines; expected a schema as .json or .yaml");
    else if (instance_next(document, &scratch, err)) {
        json = json_incref(document->json);
        *LIST_ADD(source->arena, &source->owned) = json;
    }
    arena_close(&scratch);
    return json;
}

/* The longest place that the URI lies below. */
static const struct place *find_place(const struct schema_source *source, const char *uri)
{
    const struct place *best = NULL;
    for (size_t i = 0; i < source->places.n; i++) {
        const struct place *place = &source->places.v[i];
        size_t len = strlen(place->uri);
        if (strncmp(uri, place->uri, len) == 0 && (!best || len > strlen(best->uri)))
            best = place;
    }
    return best;
}

static enum root_found read_below(const struct schema_source *source, const struct place *place, const char *relative,
                                  struct instance *document, struct error *err)
{
    struct arena scratch = {0};
    const char *bytes;
    size_t len;
    const char *name = arena_join(source->arena, place->directory, relative);
    enum root_found found = root_read(place->root, relative, SCHEMA_SIZE_MAX, &scratch, &bytes, &len, err);
    if (found == ROOT_FOUND)
        instance_open_bytes(document, name, bytes, len);
    arena_close(&scratch);
    return found;
}

static bool load(void *context, const char *uri, struct json_schema_document *out, struct error *err)
{
    struct schema_source *source = context;
    const struct place *place = find_place(source, uri);
    if (!place)
        return error_set(err, ERR_USAGE, "not known; --schema-dir=URI=DIR says which folder holds it (the network is never asked)");
    char *relative = arena_strdup(source->arena, uri + strlen(place->uri));
    while (*relative == '/')
        relative++;
    if (!uri_unescape(relative) || !*relative)
        return error_set(err, ERR_USAGE, "expected the name of a file behind '%s'", place->uri);
    struct instance document = {0};
    enum root_found found = read_below(source, place, relative, &document, err);
    if (found == ROOT_ABSENT && !strchr(relative, '.')) {
        relative = arena_printf(source->arena, "%s.json", relative);
        found = read_below(source, place, relative, &document, err);
    }
    if (found != ROOT_FOUND)
        return found == ROOT_ABSENT
                   ? error_set(err, ERR_USAGE, "there is no file '%s'", arena_join(source->arena, place->directory, relative))
                   : false;
    out->name = document.name;
    out->json = read_document(source, &document, err);
    instance_close(&document);
    return out->json != NULL;
}

static json_t *read_schema(struct schema_source *source, const char *path, struct error *err)
{
    struct instance document = {0};
    size_t len;
    const char *meta = meta_text(path, &len);
    bool ok = true;
    if (meta)
        instance_open_bytes(&document, path, meta, len);
    else
        ok = instance_open(&document, path, err);
    json_t *json = ok ? read_document(source, &document, err) : NULL;
    instance_close(&document);
    return json;
}

/* Holds the schema against the meta-schema that it names. Its own keywords have been read by then; this finds the rest. */
static bool check_meta(struct arena *arena, const json_t *json, const struct json_schema_options *options, struct violations *broken,
                       struct error *err)
{
    static const char *const uris[] = {[JSON_DRAFT_2020_12] = "https://json-schema.org/draft/2020-12/schema",
                                       [JSON_DRAFT_07] = "http://json-schema.org/draft-07/schema"};
    const char *named = json_string_value(json_object_get(json, "$schema"));
    const char *uri = uri_resolve(arena, options->uri ? options->uri : "", named ? named : uris[options->draft]);
    json_t *reference = json_pack("{s:s}", "$ref", uri);
    struct json_schema_options own = *options;
    own.assert_formats = false;
    own.uri = NULL; /* a meta-schema may be its own one */
    struct json_schema *meta = json_schema_compile_with(arena, memory_need(reference), &own, err);
    if (meta)
        json_schema_check(meta, json, arena, broken);
    json_schema_close(meta);
    json_decref(reference);
    if (meta && broken->n)
        error_at(err, ERR_USAGE, (struct pos){.file = options->name, .pointer = broken->v[0].pointer}, "found %s, expected %s",
                 broken->v[0].found, broken->v[0].expected);
    return meta && !broken->n;
}

static bool open_all(struct schema_source *source, const struct schema_source_options *options, struct violations *broken,
                     struct error *err)
{
    for (size_t i = 0; options->directories[i]; i++)
        if (!add_directory(source, options->directories[i], err))
            return false;
    size_t len;
    bool built_in = meta_text(options->path, &len) != NULL;
    const char *uri = built_in ? options->path : add_own_folder(source, options->path);
    const json_t *json = read_schema(source, options->path, err);
    struct json_schema_options compiling = {.name = options->path, .uri = uri, .draft = options->draft,
                                            .assert_formats = options->assert_formats, .open = true, .load = load,
                                            .context = source};
    if (!json)
        return false;
    source->schema = json_schema_compile_with(source->arena, json, &compiling, err);
    return source->schema && check_meta(source->arena, json, &compiling, broken, err);
}

struct schema_source *schema_source_open(struct arena *arena, const struct schema_source_options *options,
                                         struct violations *broken, struct error *err)
{
    struct schema_source *source = ARENA_NEW(arena, struct schema_source);
    source->arena = arena;
    if (open_all(source, options, broken, err))
        return source;
    if (err->kind == ERR_ARTIFACT)
        err->kind = ERR_USAGE; /* a schema that cannot be read is no artifact */
    schema_source_close(source);
    return NULL;
}

const struct json_schema *schema_source_schema(const struct schema_source *source)
{
    return source->schema;
}

void schema_source_close(struct schema_source *source)
{
    json_schema_close(source->schema);
    for (size_t i = 0; i < source->owned.n; i++)
        json_decref(source->owned.v[i]);
    for (size_t i = 0; i < source->places.n; i++)
        root_close(source->places.v[i].root);
}
