/* store/test.h — a test, as discovery gives it. */
#ifndef STORE_TEST_H
#define STORE_TEST_H
#include <jansson.h>

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
