/* workload/problems.h — all that is wrong with a declaration, at once.
 *
 * A reader that meets something wrong adds it and goes on with the next part. What refers to a part that was refused is no
 * problem of its own: the refused part is doubted, and checks of names ask for that.
 */
#ifndef WORKLOAD_PROBLEMS_H
#define WORKLOAD_PROBLEMS_H
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum {
    PROBLEMS_MAX = 100, /* that are kept; more are counted */
    DOUBTS_MAX = 1000   /* with more, everything is doubted */
};

struct problem {
    bool note;           /* worth to know; the workload works */
    const char *file;    /* as in text; "" when the place is not known */
    int line, col;       /* from 1; 0: not known */
    const char *text;    /* one line: "w/workload.yaml:3:5: unknown key 'x'" */
    const char *message; /* the same without the place */
    size_t rank;         /* of the file, in the order in which they were read */
};

/* A part that was refused: of `section` ("parse_once") the entry `name`, or all of it (NULL). */
struct doubt {
    const char *section, *name;
};

struct problems {
    struct arena *arena;
    LIST_OF(struct problem) list;
    LIST_OF(const char *) files; /* read so far */
    LIST_OF(struct doubt) doubts;
    size_t errors, notes; /* those that were not kept, too */
};

/* Moves *err, if it is set, into the list and clears it. Returns false. `problems` may be NULL: then *err stays. */
bool problems_take(struct problems *problems, struct error *err);
void problems_note(struct problems *problems, struct pos at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool problems_add(struct problems *problems, struct pos at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A file is read: its problems stand after those of the files before it. */
void problems_file(struct problems *problems, const char *shown);
/* The first error among those that are sorted, as an error again. */
void problems_first(const struct problems *problems, struct error *err);
/* "w: the workload has 3 problems", as an error. */
void problems_count(const struct problems *problems, const char *shown, struct error *err);
/* By file, line and column, errors and notes together. */
void problems_sort(struct problems *problems);

/* Takes back the problems since `before`, a copy of *problems; what was doubted since stays so. For reading by a guess. */
void problems_unsay(struct problems *problems, const struct problems *before);

/* Sections beside those of the file: "sections" (name: one in which something was refused). */
void problems_doubt(struct problems *problems, const char *section, const char *name);
/* Whether that entry, all of the section, or everything ("") is doubted. */
bool problems_doubted(const struct problems *problems, const char *section, const char *name);

#endif
