/* workload/code.h — pieces of Lua in a workload: where they stand and what they were compiled to. */
#ifndef WORKLOAD_CODE_H
#define WORKLOAD_CODE_H
#include <stddef.h>

#include "base/error.h"

/* An expression ("summary.train_runtime / 60") or a file of functions. The byte code is our own, made when the workload
 * is loaded; a workload never brings byte code of its own. */
struct code {
    const char *source; /* NUL-terminated */
    struct pos at;      /* where it starts */
    const char *bytes;
    size_t bytes_n;
    const char *const *path; /* of a plain path ("a.b.c", "a[\"b\"]"), as most expressions are: its names, NULL-ended; else NULL */
};

#endif
