/* report/verdict_notes.h — what is worth knowing of the histories of entries, on the screen: each note once, with the entries that it is true of.
 *
 *     Notes on the history
 *       all entries: not compared, but not the same in all runs: 'kernel'
 */
#ifndef REPORT_VERDICT_NOTES_H
#define REPORT_VERDICT_NOTES_H
#include "base/text.h"
#include "regress/analysis.h"

/* Nothing where there is no note. */
void verdict_notes_render(struct text *out, const struct analysis *analysis, struct arena *arena);

#endif
