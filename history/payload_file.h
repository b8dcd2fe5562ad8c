/* history/payload_file.h — a file of payloads: lts_payload.json as `parse --output_lts` writes it (a list), or one payload.
 *
 * Payloads are read one at a time, so that the file may be large. The file is ours: strict JSON. */
#ifndef HISTORY_PAYLOAD_FILE_H
#define HISTORY_PAYLOAD_FILE_H
#include "history/batch.h"

/* Adds the payloads to the batch; *left_out counts those whose metadata.status is not Valid, which never become history.
 * ERR_USAGE: there is no such file; ERR_ARTIFACT: it is not JSON (file:line:column); ERR_INVALID: a value in it is no payload (its
 * number in the file). */
bool payload_file_load(const char *path, struct batch *batch, size_t *left_out, struct error *err);

#endif
