/* report/verdict_notes.h — what is worth knowing of the histories of entries: each note once, with the entries that it is true of.
 *
 *     Notes on the history
 *       all entries: not compared, but not the same in all runs: 'kernel'
 */
#ifndef REPORT_VERDICT_NOTES_H
#define REPORT_VERDICT_NOTES_H
#include "base/text.h"
#include "regress/analysis.h"

struct verdict_note {
    const char *text, *who; /* an entry, "all entries", "3 entries" */
    size_t entries;
};
struct verdict_notes {
    struct verdict_note *v;
    size_t n, cap;
};
struct verdict_notes verdict_notes_of(const struct analysis *analysis, struct arena *arena);

/* On the screen. Nothing where there is no note. */
void verdict_notes_render(struct text *out, const struct analysis *analysis, struct arena *arena);

#endif
