/* workload/review.h — what `check` tells an author beyond what loading refuses: parts of a declaration that do not fit together.
 *
 * Errors are what every test would fail of: names that nothing gives, payload fields that no model has, needed fields that nothing
 * fills. Notes are what is probably not meant: parts that nothing uses, important files that nothing reads. */
#ifndef WORKLOAD_REVIEW_H
#define WORKLOAD_REVIEW_H
#include "workload/workload.h"

/* Of a workload that was loaded, also with errors (workload_load_faulty). Adds to the problems and sorts them. What was refused is
 * doubted, and nothing follows from it: in doubt nothing is said. */
void workload_review(const struct workload *workload, const struct workload_registry *registry, struct problems *problems);

/* models against payload: (workload/review_models.c); a part of workload_review. */
void review_models(const struct workload *workload, struct problems *problems);
/* artifact dirs, important files, parsers: (workload/review_files.c); a part of it. */
void review_files(const struct workload *workload, struct problems *problems);

/* Every expression of a workload: where it stands and what it may name. */
enum review_scope {
    SCOPE_TEST,    /* parsed values, settings, … */
    SCOPE_PAYLOAD, /* metadata and results */
    SCOPE_SETTINGS /* settings: before there is a test */
};
struct review_code {
    const struct code *code;
    enum review_scope scope;
    const struct parser *parser; /* of value: only what was parsed before it can be seen; NULL */
};
struct review_codes {
    struct review_code *v;
    size_t n, cap;
};
struct review_codes review_codes(struct arena *arena, const struct workload *workload);
/* The i-th of parse_once and parse_always together; NULL behind the last. */
const struct parser *review_parser(const struct workload *workload, size_t i);
/* Whether the word stands in any expression or Lua file. */
bool review_mentioned(const struct workload *workload, const struct review_codes *codes, const char *word);
/* Whether all that may use a part is known: no section with expressions, files or functions has anything that was refused. */
bool review_uses_known(const struct problems *problems);
/* "; did you mean 'x'?", or "". `names`: NULL-ended. */
const char *review_nearest(struct arena *arena, const char *name, const char *const *names);

#endif
