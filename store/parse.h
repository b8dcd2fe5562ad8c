/* store/parse.h — parses one test: runs the workload's parsers over its artifacts.
 *
 * A file that is not there gives null and a finding; an artifact that is broken gives null, a finding, and marks the test
 * broken. Which files a value came from is kept, so that a violation can name the artifact. */
#ifndef STORE_PARSE_H
#define STORE_PARSE_H
#include "base/root.h"
#include "store/cache.h"
#include "store/findings.h"
#include "store/test.h"
#include "store/trace.h"
#include "workload/workload.h"

struct documents; /* store/documents.h */

struct store_options {
    const struct root *root;
    const struct workload *workload;
    const char *const *environment;  /* "NAME=VALUE", NULL-ended: what env: parsers may see */
    struct documents *documents;     /* shared by all tests; may be NULL */
    struct sandboxes *sandboxes;     /* shared by all tests; may be NULL */
    struct cache *cache;             /* shared by all tests; NULL: none is read or written */
    const char *const *env_allowed;  /* NULL-ended: names allowed beside the known CI variables */
    struct trace *trace;             /* what each parser reads; NULL: nobody wants to know */
};

/* Refuses (ERR_USAGE) an env: parser of the workload that asks for a variable which may not be read. */
bool store_check(const struct store_options *options, struct error *err);

struct parsing;

/* The files that a parsed value came from. */
struct provenance {
    const char *name;
    const char *const *files; /* relative to the test's directory */
    size_t files_n;
};

/* What was wrong with a file that parsers asked for: "was not found", "is broken"; NULL: nothing. */
const char *parsing_fault(const struct parsing *parsing, const char *file);

/* What each parsed value came from, in the order of the parsers. */
const struct provenance *parsing_provenance(const struct parsing *parsing, size_t *n);
/* Whether a file, relative to the test's directory, was read. */
bool parsing_has_read(const struct parsing *parsing, const char *path);
/* The paths (relative to the test's directory) that an entry of important_files means in this test; none: it is missing. */
struct root_names parsing_matches(struct parsing *parsing, const char *important);

/* Everything lives in `arena` until parsing_close. Never fails: what went wrong is in the findings. */
struct parsing *parsing_open(struct arena *arena, const struct store_options *options, const struct test *test);
void parsing_close(struct parsing *parsing);

const struct test *parsing_test(const struct parsing *parsing);
struct arena *parsing_arena(const struct parsing *parsing);
/* The parsed values by name; borrowed. */
json_t *parsing_values(const struct parsing *parsing);
const struct findings *parsing_findings(const struct parsing *parsing);
bool parsing_broken(const struct parsing *parsing);
const struct cache_report *parsing_cache(const struct parsing *parsing);

/* Evaluates an expression over the parsed values, settings, import_settings, exit_code, test and dirs. *sources is then what
 * the value came from, for messages. */
bool parsing_evaluate(struct parsing *parsing, const struct code *expression, struct sandbox_result *result,
                      struct provenance *sources, struct error *err);
/* The test's sandbox with only the members of `globals` as names (borrowed until the next call of parsing_evaluate). */
struct sandbox *parsing_sandbox_with(struct parsing *parsing, json_t *globals, struct error *err);

/* The parsers and Lua helpers that workloads may use. */
const struct workload_registry *store_registry(void);

#endif
