/* proof/bundle.h — everything that an analysis was made of, as JSON and back: so that anybody can make it again, without the history.
 *
 *     {"options": {…}, "kpis": [{"name": …}, …], "expect": null, "acknowledgements": {"file": "acks.yaml", "text": "…"},
 *      "counts": {"tests": 5, …}, "entries": [{"id": …, "labels": {"gpu": "8"}, "kpis": {"speed": 12.5}}, …], "history": […],
 *      "recent": […] or null}
 *
 * Labels are the JSON texts that records hold; numbers read back as the same doubles (null: NAN; "inf", "-inf"); what is not UTF-8 is null.
 * The analysis of what was read gives the same verdicts, byte for byte, as that of what was written.
 */
#ifndef PROOF_BUNDLE_H
#define PROOF_BUNDLE_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "regress/analysis.h"

/* An analysis' inputs, and what its caller counted. */
struct bundle {
    struct analysis_options options;
    const struct record *entries, *history;
    size_t entries_n, history_n;
    size_t tests, without_payload, elsewhere; /* elsewhere: records of history that were not read, since they are like no entry */
};

/* Appends the object, without blanks. */
void bundle_write(struct text *out, const struct bundle *bundle);
/* The same bytes piece by piece, without room for all of them. False: one record has more than 1 GiB. */
bool bundle_stream(const struct bundle *bundle, void (*take)(void *context, const char *bytes, size_t n), void *context);
/* The object read; `file` is for errors, which name the member: ERR_ARTIFACT. Lives in `arena`. */
bool bundle_read(struct arena *arena, const json_t *object, const char *file, struct bundle *bundle, struct error *err);

#endif
