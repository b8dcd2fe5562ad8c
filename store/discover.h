/* store/discover.h — finds the tests below a results directory (contract C2).
 *
 * Settings are read here for all tests (a few KB each), merged with those of the parent directories, rewritten as the
 * workload says, made uniform; duplicates are dropped. The order is by path. */
#ifndef STORE_DISCOVER_H
#define STORE_DISCOVER_H
#include "base/root.h"
#include "config/filters.h"
#include "store/findings.h"
#include "store/test.h"
#include "workload/workload.h"

struct discovery {
    struct test *tests;
    size_t n;
    struct findings findings; /* with the paths that they are about */
    const char **duplicates;  /* directories left out because another test has the same settings */
    size_t duplicates_n;
    size_t broken;            /* directories that look like tests and cannot be read */
    size_t skipped;           /* no exit code yet, a skip file, filtered out, duplicates */
};

/* Fails only when the results root cannot be read at all. */
bool discover_tests(struct arena *arena, const struct root *root, const struct workload *workload,
                    const struct filter *filters, size_t filters_n, struct discovery *discovery, struct error *err);
void discovery_close(struct discovery *discovery);

/* By its name: does the file hold settings; does it make its directory a test? */
bool discover_is_settings(const char *name);
bool discover_marks_test(const char *name);

#endif
