/* regress/acks/acks_edit.h — adds lines to a file of acknowledgements: at the end of their list, everything else stays as it is, comments too.
 *
 * What comes out is read again and compared with what was there: when it does not say the same and the new lines besides, nothing is given.
 */
#ifndef REGRESS_ACKS_ACKS_EDIT_H
#define REGRESS_ACKS_ACKS_EDIT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum acks_list { ACKS_ACKNOWLEDGED, ACKS_ACCEPTED };

/* A label of a new line: the value as YAML (acks_edit_scalar). */
struct acks_edit_label {
    const char *key, *value;
};

/* A new line; what is NULL or 0 is not written. */
struct acks_edit_line {
    const char *const *kpis; /* NULL-ended */
    const struct acks_edit_label *labels;
    size_t labels_n;
    const char *since, *until, *change, *reason, *author, *date, *expires;
    bool until_it_returns;
    double limit_relative;
};

/* Texts as YAML: a string as a string; `plain` as people type it, where 8 is a number. */
const char *acks_edit_scalar(struct arena *arena, const char *text, bool plain);

/* The lines as they stand in a list: "- kpi: a\n  since: v2\n". */
void acks_edit_render(struct text *out, const struct acks_edit_line *lines, size_t n, size_t indent, const char *eol);

/* Leaves out those of the lines that the file has already, but for their date; how many are left. A file that cannot be read has none. */
size_t acks_edit_leave_new(struct arena *arena, const char *bytes, size_t len, const char *shown, enum acks_list list,
                           struct acks_edit_line *lines, size_t n);

/* The file with the lines added. `bytes` may be empty; `shown` names it. ERR_USAGE: it cannot be read, or is written in a way that nothing can be
 * added to safely. */
bool acks_edit_add(struct arena *arena, const char *bytes, size_t len, const char *shown, enum acks_list list,
                   const struct acks_edit_line *lines, size_t n, struct text *out, struct error *err);

#endif
