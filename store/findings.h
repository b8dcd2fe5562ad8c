/* store/findings.h — what was found out about a test on the way, in the order in which it was. */
#ifndef STORE_FINDINGS_H
#define STORE_FINDINGS_H
#include "base/arena.h"

/* What somebody should know about a test; none of them stops the others. */
enum finding_level {
    FINDING_NOTE,    /* INFO: several directories match, a file is not listed as important */
    FINDING_WARNING, /* WARNING: repaired artifacts, duplicates */
    FINDING_LACK,    /* a file or a value is missing: WARNING, ERROR when a payload is asked for */
    FINDING_BROKEN   /* an artifact is there and cannot be read */
};
struct finding {
    enum finding_level level;
    const char *text; /* one line, without the test's name */
};
struct findings {
    struct finding *v;
    size_t n, cap;
};

/* The text is made as printf makes it, in `arena`. */
void findings_add(struct arena *arena, struct findings *findings, enum finding_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
