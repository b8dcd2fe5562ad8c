/* regress/acks/acks_file.h — the file of acknowledgements (docs/acknowledgements.md): strict YAML, every mistake told with its place.
 *
 *     format: 1
 *     acknowledged:
 *     - {kpi: train_runtime, labels: {gpu: 8}, since: v2.8.1, reason: "slower allocator, fix planned", expires: 2027-01-31}
 *     accepted:
 *     - {kpi: "dataset_*", since: v2.9.0, reason: new data loader}
 *     changes:
 *     - {kpi: train_runtime, at: v2.5.0, direction: worse, note: new compiler}
 *     excluded:
 *     - {run: 2026-11-03, reason: the disk was full}
 */
#ifndef REGRESS_ACKS_ACKS_FILE_H
#define REGRESS_ACKS_ACKS_FILE_H
#include <stdbool.h>

#include "config/yaml.h"
#include "regress/acks/acks.h"

enum { ACKS_FORMAT = 1, ACKS_FILE_MAX = 4 << 20, ACKS_LINES_MAX = 10000 };

/* `shown` names the file in messages and places. An empty file says nothing. Lives in `arena`. ERR_USAGE. */
struct acks *acks_parse(struct arena *arena, const char *bytes, size_t len, const char *shown, struct error *err);
/* The file at a path that the user named; links are followed. `must_exist`: one that is not there is an error, else empty. */
struct acks *acks_load(struct arena *arena, const char *path, bool must_exist, struct error *err);
/* The file beside the workload's; it cannot lead out of that folder. Places of its lines begin with `name`. Before anything was acknowledged it is not there: empty. */
struct acks *acks_load_beside(struct arena *arena, const char *folder, const char *name, struct error *err);
/* Its bytes, NULL when there is none and it need not be there (*err is not set then). */
const char *acks_bytes(struct arena *arena, const char *path, bool must_exist, size_t *len, struct error *err);

/* The moment after a day or time: "2027-01-31" is all of that day. False: it is none. */
bool acks_expiry(const char *text, int64_t *us);

#endif
