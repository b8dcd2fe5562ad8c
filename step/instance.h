/* step/instance.h — a document that the user names: a JSON or YAML file (.yaml, .yml), JSON Lines (.jsonl, .ndjson), or standard
 * input, which is JSON.
 *
 * What JSON cannot say (NaN, a name twice, more than one value) is an error; what only our values cannot hold is mended, with a
 * note: \u0000 and lone surrogates are U+FFFD, integers beyond 64 bits doubles. YAML is read as PyYAML's safe_load does. */
#ifndef STEP_INSTANCE_H
#define STEP_INSTANCE_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "json/locate.h"

enum instance_kind { INSTANCE_JSON, INSTANCE_LINES, INSTANCE_YAML };

struct instance {
    const char *name; /* as the user would name it */
    enum instance_kind kind;
    struct text bytes;
    size_t next; /* where the next value begins */
    int line;    /* of the value at hand: from 1; of JSON Lines */
    const char *start;
    size_t len;
    const struct node *yaml;
    json_t *json; /* the value at hand; the document's own */
    bool big_integers, odd_characters; /* what was mended so far */
};

/* Reads the bytes. `path` "-" is standard input. Errors: ERR_ARTIFACT. Closed also when it fails. */
bool instance_open(struct instance *instance, const char *path, struct error *err);
/* The same for bytes that have been read: a copy of them is kept. */
void instance_open_bytes(struct instance *instance, const char *name, const char *bytes, size_t len);
void instance_close(struct instance *instance);
/* The next value: false at the end, or with *err set (ERR_ARTIFACT with file:line:column; JSON Lines go on behind the line).
 * A JSON or YAML file has one. `arena`: until the next value. */
bool instance_next(struct instance *instance, struct arena *arena, struct error *err);
/* Where the values of the one at hand stand that the pointers mean, as lines and columns of the file. */
void instance_locate(const struct instance *instance, struct json_spot *spots, size_t n);

#endif
