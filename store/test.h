/* store/test.h — tests, and what parsing one gave. */
#ifndef STORE_TEST_H
#define STORE_TEST_H
#include <jansson.h>
#include <stdbool.h>

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
void findings_add(struct arena *arena, struct findings *findings, enum finding_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A directory with settings and an exit code. */
struct test {
    const char *relative; /* below the results root; "." for the root itself */
    const char *location; /* results_dirname/relative, as Python's matrix names it */
    json_t *settings;     /* as read and rewritten, made uniform: what others have and this one has not is null */
    json_t *import_settings;
    long exit_code;
    const char *key;      /* canonical JSON of the settings: equal for duplicates */
};

#endif
