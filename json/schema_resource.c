/* Identities and references: "$id", anchors, "$schema" with its vocabularies, and what "$ref" leads to. */
#include <stdlib.h>
#include <string.h>

#include "json/meta.h"
#include "json/read.h"
#include "json/schema_compile.h"
#include "json/uri.h"

enum { META_DEPTH_MAX = 8, URI_MAX = 2000 };

static const struct {
    const char *uri;
    enum json_draft draft;
} drafts[] = {
    {"https://json-schema.org/draft/2020-12/schema", JSON_DRAFT_2020_12},
    {"http://json-schema.org/draft-07/schema", JSON_DRAFT_07},
    {"https://json-schema.org/draft-07/schema", JSON_DRAFT_07},
};

static const struct {
    const char *name;
    enum schema_vocabulary bit;
} vocabularies[] = {
    {"core", SCHEMA_CORE},
    {"applicator", SCHEMA_APPLICATOR},
    {"unevaluated", SCHEMA_UNEVALUATED},
    {"validation", SCHEMA_VALIDATION},
    {"meta-data", SCHEMA_META_DATA},
    {"format-annotation", SCHEMA_FORMAT_ANNOTATION},
    {"format-assertion", SCHEMA_FORMAT_ASSERTION},
    {"content", SCHEMA_CONTENT},
};

struct schema_dialect schema_dialect_of(enum json_draft draft)
{
    unsigned all = SCHEMA_CORE | SCHEMA_APPLICATOR | SCHEMA_UNEVALUATED | SCHEMA_VALIDATION | SCHEMA_META_DATA |
                   SCHEMA_FORMAT_ANNOTATION | SCHEMA_CONTENT;
    return (struct schema_dialect){draft, all};
}

bool schema_only_ref(const struct schema_node *node)
{
    return node->resource->dialect.draft == JSON_DRAFT_07 && json_object_get(node->source, "$ref");
}

/* --- documents --- */

/* A meta-schema that is built in, or NULL. */
static const json_t *built_in(struct schema_compile *c, const char *uri)
{
    size_t len;
    const char *text = meta_text(uri, &len);
    if (!text)
        return NULL;
    struct json_read_options options = {.file = uri, .strict = true};
    json_t *json = json_read(text, len, &options, c->err);
    if (json)
        *LIST_ADD(c->arena, &c->schema->owned) = json;
    return json;
}

/* The document of a URI; NULL with the error set, at the node's keyword. */
static const json_t *fetch(struct schema_compile *c, const struct schema_node *node, const char *keyword, const char *uri,
                           const char **name)
{
    const json_t *json = built_in(c, uri);
    *name = uri;
    if (json)
        return json;
    struct json_schema_document found = {0};
    struct error err = {0};
    if (!c->options.load) {
        schema_refuse(c, node, keyword, "'%.200s' is not in this schema, and no other one is known here", uri);
        return NULL;
    }
    if (!c->options.load(c->options.context, uri, &found, &err)) {
        const char *known = strcmp(keyword, "$schema") == 0 ? "only draft 2020-12 and draft-07 are built in; " : "";
        schema_refuse(c, node, keyword, "%s'%.200s': %s", known, uri, err.text);
        return NULL;
    }
    *name = found.name;
    return found.json;
}

struct schema_node *schema_document_add(struct schema_compile *c, const json_t *json, const struct schema_document *document,
                                        const char *uri, struct schema_dialect dialect)
{
    struct schema_resource *resource = ARENA_NEW(c->arena, struct schema_resource);
    *resource = (struct schema_resource){.uri = uri, .document = document, .dialect = dialect};
    *schema_map_at(c->arena, &c->resources, uri, strlen(uri)) = resource;
    resource->root = schema_node_add(c, json, resource, NULL, "", NULL);
    return resource->root;
}

/* The resource of a URI, read when it is not known yet. */
static struct schema_resource *resource_of(struct schema_compile *c, const struct schema_node *node, const char *keyword,
                                           const char *uri)
{
    struct schema_resource *known = schema_map_get(&c->resources, uri, strlen(uri));
    if (known)
        return known;
    struct schema_document *document = ARENA_NEW(c->arena, struct schema_document);
    uri = arena_strdup(c->arena, uri);
    const json_t *json = fetch(c, node, keyword, uri, &document->name);
    if (!json)
        return NULL;
    struct schema_node *root = schema_document_add(c, json, document, uri, node->resource->dialect);
    return schema_compile_waiting(c) ? root->resource : NULL; /* now its names are known */
}

/* --- "$schema" --- */

static bool known_draft(const char *uri, struct schema_dialect *out)
{
    for (size_t i = 0; i < sizeof(drafts) / sizeof(drafts[0]); i++) {
        size_t len = strlen(drafts[i].uri);
        if (strncmp(uri, drafts[i].uri, len) == 0 && (!uri[len] || strcmp(uri + len, "#") == 0)) {
            *out = schema_dialect_of(drafts[i].draft);
            return true;
        }
    }
    return false;
}

static bool read_vocabularies(struct schema_compile *c, const struct schema_node *node, const char *uri, json_t *used,
                              struct schema_dialect *out)
{
    static const char prefix[] = "https://json-schema.org/draft/2020-12/vocab/";
    *out = (struct schema_dialect){JSON_DRAFT_2020_12, SCHEMA_CORE};
    for (void *i = json_object_iter(used); i; i = json_object_iter_next(used, i)) {
        const char *name = json_object_iter_key(i);
        unsigned bit = 0;
        for (size_t k = 0; k < sizeof(vocabularies) / sizeof(vocabularies[0]); k++)
            if (strncmp(name, prefix, strlen(prefix)) == 0 && strcmp(name + strlen(prefix), vocabularies[k].name) == 0)
                bit = vocabularies[k].bit;
        out->vocabularies |= bit;
        if (!bit && json_is_true(json_object_iter_value(i)))
            return schema_refuse(c, node, "$schema", "'%.200s' needs the vocabulary '%.200s', which is not known", uri, name);
    }
    return true;
}

/* A meta-schema of one's own. */
static const json_t *meta_of(struct schema_compile *c, const struct schema_node *node, const char *uri)
{
    struct schema_resource *known = schema_map_get(&c->resources, uri, strlen(uri));
    if (known)
        return known->root->source;
    void **kept = schema_map_at(c->arena, &c->metas, uri, strlen(uri));
    const char *name;
    if (!*kept)
        *kept = (void *)(uintptr_t)fetch(c, node, "$schema", uri, &name);
    return *kept;
}

static bool read_dialect(struct schema_compile *c, const struct schema_node *node, const char *text, struct schema_dialect *out)
{
    for (int depth = 0; depth < META_DEPTH_MAX; depth++) {
        if (known_draft(text, out))
            return true;
        char *uri = uri_resolve(c->arena, node->resource->uri, text);
        uri_cut_fragment(uri);
        if (!c->options.load && !schema_map_get(&c->resources, uri, strlen(uri)))
            return schema_refuse(c, node, "$schema", "only draft 2020-12 and draft-07 are known");
        const json_t *meta = meta_of(c, node, uri);
        if (!meta)
            return false;
        json_t *used = json_object_get(meta, "$vocabulary");
        if (json_is_object(used))
            return read_vocabularies(c, node, uri, used, out);
        text = json_string_value(json_object_get(meta, "$schema"));
        if (!text)
            return schema_refuse(c, node, "$schema", "'%.200s' has neither \"$vocabulary\" nor \"$schema\"", uri);
    }
    return schema_refuse(c, node, "$schema", "meta-schemas of meta-schemas without end; expected draft 2020-12 or draft-07");
}

/* --- identities --- */

static bool is_anchor(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    return *name && strchr(letters, *name) && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-.") == strlen(name);
}

static const char *interned(struct schema_compile *c, const char *name)
{
    void **kept = schema_map_at(c->arena, &c->names, name, strlen(name));
    if (!*kept)
        *kept = arena_strdup(c->arena, name);
    return *kept;
}

static const char *place_words(struct schema_compile *c, const struct schema_node *node)
{
    return node->parent ? schema_node_pointer(c->arena, node) : "the root";
}

static bool add_anchor(struct schema_compile *c, struct schema_node *node, const char *keyword, const char *name)
{
    const char *full = arena_printf(c->arena, "%s#%s", node->resource->uri, name);
    void **kept = schema_map_at(c->arena, &c->anchors, full, strlen(full));
    if (*kept && *kept != node)
        return schema_refuse(c, node, keyword, "'%.100s' is the name of another schema, too: %s", name,
                             place_words(c, *kept));
    *kept = node;
    return true;
}

static bool identify_anchors(struct schema_compile *c, struct schema_node *node)
{
    static const char *const keywords[] = {"$anchor", "$dynamicAnchor"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *value = json_object_get(node->source, keywords[i]);
        const char *name = json_string_value(value);
        if (!value)
            continue;
        if (!name || !is_anchor(name))
            return schema_refuse(c, node, keywords[i], "expected a name: letters, digits, '_', '-' and '.'");
        if (!add_anchor(c, node, keywords[i], name))
            return false;
        if (i == 1) {
            node->dynamic_anchor = interned(c, name);
            *LIST_ADD(c->arena, &node->resource->dynamic) = (struct schema_anchor){node->dynamic_anchor, node};
        }
    }
    return true;
}

/* A resource of its own under the URI that `id` gives; the root of a document keeps the one that it was found under, too. */
static bool identify_resource(struct schema_compile *c, struct schema_node *node, const char *id, struct schema_dialect dialect)
{
    struct schema_resource *resource = node->resource;
    char *uri = uri_resolve(c->arena, resource->uri, id), *fragment = uri_cut_fragment(uri);
    if (strlen(uri) > URI_MAX)
        return schema_refuse(c, node, "$id", "expected at most %d bytes", (int)URI_MAX);
    if (*fragment && dialect.draft != JSON_DRAFT_07)
        return schema_refuse(c, node, "$id", "expected a URI without fragment ('#…')");
    if (resource->root != node) {
        resource = ARENA_NEW(c->arena, struct schema_resource);
        *resource = (struct schema_resource){.root = node, .document = node->resource->document};
        node->resource = resource;
    }
    resource->dialect = dialect;
    resource->uri = uri;
    void **kept = schema_map_at(c->arena, &c->resources, uri, strlen(uri));
    struct schema_resource *other = *kept;
    if (other && other != resource && other->root->source != node->source)
        return schema_refuse(c, node, "$id", "'%.200s' is the identity of another schema, too: %s", uri,
                             place_words(c, other->root));
    *kept = resource;
    return !*fragment || add_anchor(c, node, "$id", fragment);
}

bool schema_identify(struct schema_compile *c, struct schema_node *node)
{
    const json_t *id = json_object_get(node->source, "$id"), *named = json_object_get(node->source, "$schema");
    bool root = node->resource->root == node;
    struct schema_dialect dialect = node->resource->dialect;
    if (id && !json_is_string(id))
        return schema_refuse(c, node, "$id", "expected a URI");
    if (named && !json_is_string(named))
        return schema_refuse(c, node, "$schema", "expected the URI of a meta-schema");
    if (named && (root || id) && !read_dialect(c, node, json_string_value(named), &dialect))
        return false;
    const char *text = json_string_value(id);
    if (root)
        node->resource->dialect = dialect;
    if (dialect.draft == JSON_DRAFT_07) {
        if (text && !json_object_get(node->source, "$ref"))
            return text[0] == '#' && text[1] ? add_anchor(c, node, "$id", text + 1) : identify_resource(c, node, text, dialect);
        return true;
    }
    return (!text || identify_resource(c, node, text, dialect)) && identify_anchors(c, node);
}

/* --- references --- */

/* Undoes ~0 and ~1 in place; false where a '~' stands alone. */
static bool unescape_token(char *token)
{
    char *to = token;
    for (; *token; token++) {
        if (*token == '~' && token[1] != '0' && token[1] != '1')
            return false;
        *to++ = *token != '~' ? *token : *++token == '1' ? '/' : '~';
    }
    *to = '\0';
    return true;
}

static const json_t *child_of(const json_t *value, const char *token)
{
    if (!json_is_array(value))
        return json_object_get(value, token);
    size_t digits = strspn(token, "0123456789");
    if (digits == 0 || digits > 9 || token[digits] || (token[0] == '0' && digits > 1))
        return NULL;
    return json_array_get(value, (size_t)strtoul(token, NULL, 10));
}

static struct schema_node *node_of(const struct schema_compile *c, const json_t *source)
{
    return json_is_object(source) ? schema_map_get(&c->sources, &source, sizeof(source)) : NULL;
}

/* What a JSON Pointer below `root` means, or NULL; changes `pointer`. *nearest becomes the last schema on the way. */
static const json_t *pointed(const struct schema_compile *c, const struct schema_node *root, char *pointer,
                             const struct schema_node **nearest)
{
    const json_t *value = root->source;
    char *next;
    *nearest = root;
    for (char *token = *pointer ? pointer + 1 : NULL; value && token; token = next) {
        size_t len = strcspn(token, "/");
        next = token[len] ? token + len + 1 : NULL;
        token[len] = '\0';
        if (!unescape_token(token))
            return NULL;
        value = child_of(value, token);
        const struct schema_node *known = node_of(c, value);
        if (known)
            *nearest = known;
    }
    return value;
}

/* The node that a pointer below a resource leads to: one that is known, or a new one (below a keyword that is not known). */
static struct schema_node *node_at(struct schema_compile *c, const struct schema_node *node, const char *keyword,
                                   const char *text, const struct schema_resource *resource, const char *pointer)
{
    const struct schema_node *nearest;
    const json_t *target = pointed(c, resource->root, arena_strdup(&c->scratch, pointer), &nearest);
    if (!target) {
        schema_refuse(c, node, keyword, "'%.100s' leads to nothing in this schema", text);
        return NULL;
    }
    struct schema_node *known = node_of(c, target);
    if (known)
        return known;
    if (!json_is_boolean(target) && (!json_is_object(target) || !c->options.open)) { /* strict: only what is walked anyway */
        schema_refuse(c, node, keyword, "'%.100s' does not lead to a schema", text);
        return NULL;
    }
    return schema_node_add(c, target, nearest->resource, resource->root, arena_strdup(c->arena, pointer), NULL);
}

static struct schema_node *target_of(struct schema_compile *c, const struct schema_node *node, const char *keyword,
                                     const char *text, const char **name)
{
    char *uri = uri_resolve(&c->scratch, node->resource->uri, text), *fragment = uri_cut_fragment(uri);
    *name = NULL;
    if (strlen(uri) > URI_MAX) {
        schema_refuse(c, node, keyword, "expected at most %d bytes before '#'", (int)URI_MAX);
        return NULL;
    }
    if (!uri_unescape(fragment)) {
        schema_refuse(c, node, keyword, "expected two hexadecimal digits after each '%%'");
        return NULL;
    }
    const struct schema_resource *resource = resource_of(c, node, keyword, uri);
    if (!resource)
        return NULL;
    if (!*fragment)
        return resource->root;
    if (*fragment == '/')
        return node_at(c, node, keyword, text, resource, fragment);
    const char *full = arena_printf(&c->scratch, "%s#%s", resource->uri, fragment);
    struct schema_node *found = schema_map_get(&c->anchors, full, strlen(full));
    if (!found)
        schema_refuse(c, node, keyword, "'%.100s' leads to nothing: no \"$anchor\" has that name", text);
    *name = fragment;
    return found;
}

static bool link_one(struct schema_compile *c, struct schema_node *node, const char *keyword, struct schema_node **out,
                     const char **name)
{
    const json_t *value = json_object_get(node->source, keyword);
    *out = NULL;
    if (!value)
        return true;
    if (!json_is_string(value))
        return schema_refuse(c, node, keyword, "expected a reference to a schema: a URI or '#/…'");
    *out = target_of(c, node, keyword, json_string_value(value), name);
    return *out != NULL;
}

bool schema_link(struct schema_compile *c, struct schema_node *node)
{
    struct schema_node *target;
    const char *name;
    arena_clear(&c->scratch);
    if (!link_one(c, node, "$ref", &target, &name))
        return false;
    node->ref = target;
    node->uses |= target ? (unsigned)SCHEMA_USES_PLACE : 0;
    if (target)
        *LIST_ADD(c->arena, &node->places) = target;
    if (node->resource->dialect.draft == JSON_DRAFT_07)
        return true;
    if (!link_one(c, node, "$dynamicRef", &target, &name))
        return false;
    node->dynamic_ref = target;
    if (target && name && target->dynamic_anchor && strcmp(target->dynamic_anchor, name) == 0) {
        node->dynamic_name = target->dynamic_anchor;
        c->schema->dynamic = true;
    } else if (target) {
        *LIST_ADD(c->arena, &node->places) = target;
    }
    node->uses |= target ? (unsigned)SCHEMA_USES_PLACE : 0;
    return true;
}
