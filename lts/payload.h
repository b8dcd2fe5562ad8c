/* lts/payload.h — builds the LTS payload of a parsed test and holds it against its schema.
 *
 * Building never fails: what could not be filled in is null, and every violation says where, what was found, what was expected,
 * which artifact the value came from, and why there is none. */
#ifndef LTS_PAYLOAD_H
#define LTS_PAYLOAD_H
#include "json/schema.h"
#include "store/parse.h"

struct lts; /* what payloads of one workload are built and validated with; shared by the workers */

struct lts *lts_open(struct arena *arena, const struct workload *workload, struct error *err);
void lts_close(struct lts *lts);

struct payload_violation {
    const char *pointer;  /* "/results/train_runtime" */
    const char *found, *expected;
    const char *artifact; /* "001__x/artifacts/pod.log", several after commas; NULL when none was read */
    const char *reason;   /* why there is no value; NULL */
};

struct payload {
    json_t *json;   /* {metadata, results, kpis}; NULL for a workload without payloads */
    const char *id; /* test_uuid; NULL when there is none */
    struct payload_violation *violations;
    size_t violations_n;
    bool invalid_status; /* metadata.status is not Valid: it never becomes history */
};

void payload_build(const struct lts *lts, struct parsing *parsing, struct payload *payload);
void payload_close(struct payload *payload);

/* "/results/train_runtime", or "payload" for the whole. */
const char *payload_violation_where(const struct payload_violation *violation);
/* What is wrong there, one line: "found null, expected a number; because …/pod.log was not found". */
const char *payload_violation_text(struct arena *arena, const struct payload_violation *violation);

#endif
