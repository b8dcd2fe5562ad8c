/* report/proof/replay_report.h — a replay (proof/replay.h) as text, Markdown and JSON (docs/replay.schema.json).
 *
 * Of several replays, by different methods, the first is shown in full; a table compares them.
 */
#ifndef REPORT_PROOF_REPLAY_REPORT_H
#define REPORT_PROOF_REPLAY_REPORT_H
#include "base/text.h"
#include "proof/replay.h"

enum { REPLAY_FORMAT = 1 };

struct replay_report {
    const char *history, *workload;
    const char *annotations;            /* file, or NULL */
    const char *const *names;           /* of the methods; NULL: one replay, by what the workload says */
    const struct replay **replays;
    size_t n;
};

void replay_text_render(struct text *out, const struct replay_report *report);
void replay_markdown_render(struct text *out, const struct replay_report *report);
void replay_json_render(struct text *out, const struct replay_report *report);

/* For both texts. The sign of a verdict in a timeline. */
char replay_sign(const struct replay_point *point);
/* One sign for each of the runs [from, to), blank where the series has none. In `arena`. */
const char *replay_strip(const struct replay_series *series, size_t from, size_t to, struct arena *arena);
/* "v1.2", or the run id, with the day: "v1.2 of 2025-03-01". */
const char *replay_run_shown(const struct past_run *run, struct arena *arena);

#endif
