/* history/horreum/document.h — a payload as Horreum keeps it: the document of a run, and the run's description.
 *
 * Horreum finds the schema of a run by the member `$schema`. A payload that has none gets it by the parameter ?schema= of the upload,
 * and it is taken out again when the run is read.
 *
 * JSON comes back with its members in another order and numbers spelled otherwise (150.0 for 1.5e2, 10000000 for 1e7), so payloads are
 * compared by a digest of their meaning: SHA-256 over the JSON text with sorted members, without blanks, whole numbers as integers. Its
 * first 16 hex digits stand in the description, so that nobody has to read a run to know that it is the same. */
#ifndef HISTORY_HORREUM_DOCUMENT_H
#define HISTORY_HORREUM_DOCUMENT_H
#include <jansson.h>

#include "history/history.h"

enum { HORREUM_DIGEST_SIZE = 17 /* 16 hex digits and the NUL */ };

void horreum_digest(const json_t *payload, char out[HORREUM_DIGEST_SIZE]);

/* "matbench:<id> sha256:<digest>" in `arena`. */
const char *horreum_description(struct arena *arena, const char *id, const char *digest);
/* The payload id, in `arena`, and the digest ("" when there is none): people may add words behind. NULL: it is not one of ours. */
const char *horreum_description_read(struct arena *arena, const char *description, char digest[HORREUM_DIGEST_SIZE]);

/* The payload of a run's document: in place, without the `$schema` that the upload put in. `digest`: of the description, or "". */
void horreum_document_strip(json_t *document, const char *digest);

/* What an upload says beside the document. */
struct horreum_document {
    char digest[HORREUM_DIGEST_SIZE];
    bool has_schema;      /* it names its own $schema */
    int64_t start_us, stop_us;
};
/* ERR_INVALID: the text is no JSON object. */
bool horreum_document_read(const struct history_payload *payload, struct horreum_document *document, struct error *err);

/* ---- the label that history is read from ---- */

/* The record in a value of the label that lts/horreum_schema.h makes, in `arena`; false: it is none (another label of that name, labels that are not there yet).
 * *valid: its status lets it be history. `where` is kept as it is. */
bool horreum_label_record(struct arena *arena, const json_t *value, const char *where, struct record *record, bool *valid);
/* Whether the payload has KPIs that are lists, which the label has not: what is to be kept of them is in the document only. */
bool horreum_label_has_lists(const json_t *value);
/* Whether metadata.status lets the payload be history: absent, null, "Valid". */
bool horreum_is_valid(const json_t *status);

#endif
