/* workload/sandbox_inside.h — what the parts of the sandbox share: sandbox.c (opening, evaluating), sandbox_limits.c, sandbox_names.c
 * (what expressions can name) and sandbox_compile.c. Nobody else needs it. */
#ifndef WORKLOAD_SANDBOX_INSIDE_H
#define WORKLOAD_SANDBOX_INSIDE_H
#include <pthread.h>
#include <time.h>

#include <lua.h>

#include "workload/region.h"
#include "workload/sandbox.h"

enum { SANDBOX_HOOK_EVERY = 1000 /* steps between two looks at the clock */ };

struct sandbox {
    lua_State *lua;
    struct sandbox_options options;
    json_t *owned;   /* array: keeps what Lua borrows alive */
    json_t *globals; /* borrowed */
    size_t memory, allocated, owned_size;
    uint64_t steps, looked; /* looked: when the clock was looked at last */
    struct timespec started; /* when clocked */
    bool clocked;
    bool loading;
    const char *memory_limit; /* why memory was refused last; NULL */
    struct region region;     /* the state */
    size_t building;          /* JSON values that the state holds and would free */
    size_t opened_memory;     /* `memory` when the region was saved */
    struct sandbox *next;     /* of the idle ones */
};

struct sandboxes {
    pthread_mutex_t lock;
    struct sandbox *idle;
};

/* Whose state it is. */
struct sandbox *sandbox_of(lua_State *lua);

/* ---- sandbox_limits.c ---- */

/* The lua_Alloc of a sandbox, which is its context. */
void *sandbox_alloc(void *context, void *block, size_t old, size_t size);
/* Counts the steps of every evaluation from now on. */
void sandbox_watch(struct sandbox *sandbox);
/* An evaluation begins. */
void sandbox_reset_limits(struct sandbox *sandbox);
/* C has worked for an unknown time: the next step looks at the clock. */
void sandbox_look_soon(struct sandbox *sandbox);

/* ---- sandbox_names.c ---- */

/* Leaves the environment of all code on the stack; it and what the library, the helpers and the files define are in the registry, as
 * "environment" and "library". */
void sandbox_make_environment(lua_State *lua, const struct helper *helpers);

/* ---- sandbox_compile.c ---- */

/* Sets *err from `message`, or else the message on the stack. A message of the expression itself starts "expression:<line>: " and stands
 * that many lines below `at`; one of a file of functions says where it is from. */
void sandbox_take_error(lua_State *lua, const char *message, enum error_kind kind, struct pos at, struct error *err);

#endif
