/* history/batch.h — payloads on their way into a history: records in memory, texts in a temporary file.
 *
 * A history takes all payloads of a run in one call, or none; their texts (57 KB each) would fill the memory, so they wait in
 * an unnamed file and are mapped when they are needed. */
#ifndef HISTORY_BATCH_H
#define HISTORY_BATCH_H
#include "history/history.h"

struct batch;

struct batch *batch_open(struct error *err);
void batch_close(struct batch *batch);
/* `text` is the payload as compact JSON, `where` the test that it comes from. */
bool batch_add(struct batch *batch, const json_t *payload, const char *text, size_t len, const char *where,
               struct error *err);
/* A record of a history with the text that history_fetch gave; it is copied. */
bool batch_add_record(struct batch *batch, const struct record *record, const char *text, size_t len, struct error *err);
/* Everything so far, in the order of adding; valid until the next batch_add. */
bool batch_payloads(struct batch *batch, struct history_payload **payloads, size_t *n, struct error *err);
/* The same, ordered by start, then id: in an array of its own that lives until batch_close. */
bool batch_ordered(struct batch *batch, struct history_payload **payloads, size_t *n, struct error *err);
/* Only the records; valid until batch_close. */
const struct record *batch_records(struct batch *batch, size_t *n);

#endif
