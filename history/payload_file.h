/* history/payload_file.h — a file of payloads: lts_payload.json as `parse --output_lts` writes it (a list), or one payload.
 *
 * Payloads are read one at a time, so that the file may be large. The file is ours: strict JSON. */
#ifndef HISTORY_PAYLOAD_FILE_H
#define HISTORY_PAYLOAD_FILE_H
#include "history/history.h"

/* Visits the payloads in the order of the file, each alive during its visit only; false from visit ends it (the result is still true).
 * *left_out counts those whose metadata.status is not Valid, which never become history.
 * ERR_USAGE: there is no such file; ERR_ARTIFACT: it is not JSON (file:line:column); ERR_INVALID: a value in it is no payload (its
 * number in the file). */
bool payload_file_read(const char *path, bool (*visit)(void *context, const struct history_payload *payload), void *context,
                       size_t *left_out, struct error *err);

#endif
