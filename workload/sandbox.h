/* workload/sandbox.h — Lua for workloads: no files, no clock, no chance, limited steps and memory.
 *
 * One sandbox per test, opened fresh, so that nothing passes from test to test. It shows parsed values as read-only views
 * (no copies), and the helpers that the store registers. What is there: assert error ipairs pairs (in key order) select
 * tonumber tostring type, `null`, `list`, math without random, string.{byte char format len lower reverse sub upper},
 * table.{concat insert remove sort unpack} (sort is stable). Text is searched with the helpers match, replace and split, which
 * have limits. Statistics over lists, units and times: workload/library_lists.c, library_measures.c. Libraries, globals and parsed values are read-only; helpers work inside functions and expressions only, not
 * while a file is loaded. What C does for Lua (sorting, shifting, long texts) counts as steps, too.
 */
#ifndef WORKLOAD_SANDBOX_H
#define WORKLOAD_SANDBOX_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "workload/code.h"

enum {
    SANDBOX_STEPS_MAX = 20 * 1000 * 1000,   /* Lua instructions per evaluation: about 0.2 s */
    SANDBOX_MEMORY_MAX = 64 * 1024 * 1024,  /* bytes */
    SANDBOX_DEPTH_MAX = 100,                /* nesting of a table that Lua gives back */
    SANDBOX_VALUES_MAX = 4 * 1000 * 1000    /* values in what Lua gives back, shared ones as often as they stand there */
};

/* A function that Lua code may call: JSON values in, a JSON value out (a new reference; NULL: nil). */
struct helper {
    const char *name;
    bool (*call)(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err);
};

/* Syntax errors are ERR_USAGE with file:line:col (the column of the expression's start). */
bool sandbox_compile_expression(struct arena *arena, const char *text, struct pos at, struct code *out,
                                struct error *err);
bool sandbox_compile_file(struct arena *arena, const char *text, size_t len, const char *file, struct code *out,
                          struct error *err);

/* Sandboxes of tests that are done with them, for later tests: a sandbox is put back, bit for bit, to what it was when it had just
 * been opened (workload/region.h), so that one from here is as fresh as any. For sandboxes of the same files and helpers. */
struct sandboxes; /* shared by the workers of a run */
struct sandboxes *sandboxes_open(void);
void sandboxes_close(struct sandboxes *sandboxes); /* after the sandboxes */

struct sandbox_options {
    struct sandboxes *sandboxes;  /* where it comes from and goes to; NULL: it is made and freed */
    const struct code *files; /* run in this order; they define functions */
    size_t files_n;
    const struct helper *helpers; /* ended by a row without name */
    void *context;                /* handed to the helpers and to touched */
    /* Called with each name that an evaluation looks up among the globals; may be NULL. */
    void (*touched)(void *context, const char *name);
    const json_t *watched; /* an object; each member that is looked up in it is told to `looked`; NULL: all were used */
    void (*looked)(void *context, const char *member);
};

struct sandbox;
/* Fails (ERR_USAGE) when a file does not run. */
struct sandbox *sandbox_open(const struct sandbox_options *options, struct error *err);
void sandbox_close(struct sandbox *sandbox);

/* The names that expressions see: members of `globals` (borrowed until the next call; JSON null is nil), then the helpers,
 * functions and libraries. Any other name is an error that names it. */
void sandbox_globals(struct sandbox *sandbox, json_t *globals);
bool sandbox_has_function(struct sandbox *sandbox, const char *name);
/* Whether the library, the helpers or the files define that name. */
bool sandbox_has_name(struct sandbox *sandbox, const char *name);

/* A print of what functions keep between calls, in local variables of their files and in tables. False: too much to look at. */
bool sandbox_state(struct sandbox *sandbox, uint64_t *print);

struct sandbox_result {
    json_t *value;   /* a new reference; NULL: nil */
    bool non_finite; /* a nan or infinity was in it; it stands as null */
};

/* Errors are ERR_ARTIFACT, one line, with the place of the code: "workload.yaml:12:20: attempt to index a nil value (global
 * 'summary')"; of a function, its place: "workload.lua:7: …". */
bool sandbox_evaluate(struct sandbox *sandbox, const struct code *expression, struct sandbox_result *result,
                      struct error *err);
bool sandbox_call(struct sandbox *sandbox, const char *function, struct pos at, json_t *argument,
                  struct sandbox_result *result, struct error *err);

#endif
