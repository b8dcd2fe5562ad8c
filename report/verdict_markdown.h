/* report/verdict_markdown.h — the verdicts as GitHub's Markdown, for a comment on a pull request and the summary of a job.
 *
 * First the verdict in a sentence and what the gate makes of it, what was not gated, incidents and what is missing; then a table of what
 * changed, and of each such KPI why, what would flip it, what people know of it and what else changed there; the rest is folded away.
 * Never longer than VERDICT_MARKDOWN_MAX: blocks that do not fit are left out, and a note says so. */
#ifndef REPORT_VERDICT_MARKDOWN_H
#define REPORT_VERDICT_MARKDOWN_H
#include "base/text.h"
#include "regress/analysis.h"
#include "regress/gate.h"

/* Bytes; GitHub takes 65,536 characters for a comment, to which callers may want to add. */
enum { VERDICT_MARKDOWN_MAX = 60000 };

/* Appends; the same analysis gives the same bytes. */
void verdict_markdown_render(struct text *out, const struct analysis *analysis, const struct gate *gate);

#endif
