/* history/folder/anchor.h — source.lts.yaml, which makes a folder of payload files a history; for the folder's own files.
 *
 *     date: '2025-06-01T00:00:00.000000Z'
 *     filters: []
 *     index: topsail-fine-tuning
 *     workload: fine_tuning
 *
 * The Python tool writes the first three (with a date in local time, whatever its Z says) and an empty line at the end; it
 * reads none of them. `workload` is ours: whose payloads these are. Here the date is UTC.
 */
#ifndef HISTORY_FOLDER_ANCHOR_H
#define HISTORY_FOLDER_ANCHOR_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#define FOLDER_ANCHOR "source.lts.yaml"

struct folder_anchor {
    const char *index, *workload; /* NULL: not said */
};

/* `text` as it stands in the file; keys that are not known are passed over. ERR_STORE when it is no YAML map. */
bool folder_anchor_parse(struct arena *arena, const char *text, size_t len, struct folder_anchor *anchor, struct error *err);
/* `filters`: an object, or NULL for none. */
bool folder_anchor_render(struct text *out, int64_t date_us, const json_t *filters, const struct folder_anchor *anchor,
                          struct error *err);

/* Why a text cannot be part of a payload file's name ("it has a '/'"), or NULL when it can. */
const char *folder_name_fault(const char *text);

#endif
