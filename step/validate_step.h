/* step/validate_step.h — holds documents against a JSON Schema and prints every violation (docs/validate.md). */
#ifndef STEP_VALIDATE_STEP_H
#define STEP_VALIDATE_STEP_H
#include "step/context.h"
#include "step/schema_source.h"

struct validate_step {
    struct schema_source_options schema;
    const char *const *documents; /* paths, "-" once for standard input */
    size_t documents_n;
    bool each; /* a document that is a list is many documents: its elements */
    bool json; /* one JSON document on standard output; else a line for each violation */
};

/* 0: all are valid; ERR_INVALID: one is not; ERR_ARTIFACT: one is unreadable or broken (the others have been checked);
 * ERR_USAGE: the schema is none. Everything has been logged. */
int validate_run(struct context *context, const struct validate_step *step);

#endif
