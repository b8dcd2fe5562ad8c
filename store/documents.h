/* store/documents.h — YAML documents: the nodes, their JSON, and what yaml.dump makes of them.
 *
 * Tests of one job mostly carry the same configuration, byte for byte, and YAML is the dearest thing that they carry. So the first
 * few documents that come a second time in a run are kept and shared by the workers; what is shared never changes any more.
 */
#ifndef STORE_DOCUMENTS_H
#define STORE_DOCUMENTS_H
#include "config/yaml.h"

struct document {
    struct node *node;
    struct yaml_findings findings;
    json_t *json; /* borrowed by users */
    size_t non_finite; /* numbers that became null in it */
    json_t *dump;  /* a string; NULL until document_dump asked for it */
};

struct documents; /* shared by the workers of a run */

struct documents *documents_open(void);
void documents_close(struct documents *documents);

/* The document of these bytes: a shared one, or one of the caller's own in `arena`, to be ended with document_close.
 * `documents` may be NULL: never shared. NULL with *err set when it is not YAML. */
struct document *documents_read(struct documents *documents, struct arena *arena, const char *bytes, size_t len,
                                const char *file, bool *shared, struct error *err);
/* All documents of a stream as one, a list; the caller's own. */
struct document *documents_read_all(struct arena *arena, const char *bytes, size_t len, const char *file, struct error *err);
const json_t *document_dump(struct document *document);
void document_close(struct document *document); /* only of one's own */

#endif
