/* history/record_digest.h — what a stored record and payload must still be when they are read again.
 *
 * The digests find damage (a flipped byte, a lost row); they are no signature.
 */
#ifndef HISTORY_RECORD_DIGEST_H
#define HISTORY_RECORD_DIGEST_H
#include "base/digest.h"
#include "base/text.h"
#include "history/record.h"

/* SHA-256 over the workload, id, start, `where` (which may be another than the record's own), labels and KPIs, each
 * with its length, and the units that there are. -0.0 counts as 0.0, as which SQLite stores it. `room` is only working memory. */
void record_digest(struct digest *digest, struct text *room, const char *workload, const char *where,
                   const struct record *record, unsigned char out[DIGEST_SIZE]);

/* SHA-256 over id, NUL, text: a payload that belongs to another record does not match either. */
void payload_digest(struct digest *digest, const char *id, const char *text, size_t text_len,
                    unsigned char out[DIGEST_SIZE]);

#endif
