/* json/schema_compile.h — what compiling a schema works with. Private to json/schema_compile.c, schema_keywords.c
 * and schema_resource.c. */
#ifndef JSON_SCHEMA_COMPILE_H
#define JSON_SCHEMA_COMPILE_H
#include "json/schema_map.h"
#include "json/schema_node.h"

struct schema_compile {
    struct arena *arena;
    struct arena scratch; /* for one reference */
    struct json_schema_options options;
    struct json_schema *schema;
    size_t compiled; /* nodes of the schema so far */
    struct schema_map sources;   /* by address of an object: its node */
    struct schema_map resources; /* by URI without fragment */
    struct schema_map anchors;   /* by "URI#name": the node */
    struct schema_map names;     /* names of dynamic anchors, each once */
    struct schema_map metas;     /* meta-schemas that are not built in, by URI: their json_t */
    struct error *err;
};

/* Where the node's keyword (NULL: the node) stands: the document and a JSON Pointer. */
struct pos schema_pos(struct schema_compile *c, const struct schema_node *node, const char *keyword);
/* Sets the error at the node's keyword (NULL: at the node); false. */
bool schema_refuse(struct schema_compile *c, const struct schema_node *node, const char *keyword, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds a node (see there for the place), to be compiled in its turn. */
struct schema_node *schema_node_add(struct schema_compile *c, const json_t *source, struct schema_resource *resource,
                                    const struct schema_node *parent, const char *keyword, const char *name);
/* Reads one keyword's value into the node; adds the nodes of the schemas in it. A keyword that is not known, or does not count
 * there, is refused, or passed over where the options are open. */
bool schema_keyword_compile(struct schema_compile *c, struct schema_node *node, const char *name, const json_t *value);
/* Compiles all nodes that wait; what they refer to is not looked up yet. */
bool schema_compile_waiting(struct schema_compile *c);
/* A document's root with its resource. */
struct schema_node *schema_document_add(struct schema_compile *c, const json_t *json, const struct schema_document *document,
                                        const char *uri, struct schema_dialect dialect);
/* Reads "$schema", "$id" and anchors: the node may become the root of a resource of its own. Before its keywords. */
bool schema_identify(struct schema_compile *c, struct schema_node *node);
/* Looks up "$ref" and "$dynamicRef" of the node. May add nodes and documents. */
bool schema_link(struct schema_compile *c, struct schema_node *node);
struct schema_dialect schema_dialect_of(enum json_draft draft);
/* Whether the node is one of draft-07 with "$ref", whose other keywords do not count. */
bool schema_only_ref(const struct schema_node *node);

#endif
