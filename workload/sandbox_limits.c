/* Steps, memory, copying and time of one evaluation.
 *
 * Lua counts its instructions and asks check_limits every 1,000 of them; what C does for Lua says beforehand how much it is
 * (sandbox_charge). Time is processor time, looked at when enough steps have gone by. */
#include <lauxlib.h>

#include "workload/bridge.h"
#include "workload/sandbox_inside.h"

enum {
    ALLOCATED_MAX = 1024 * 1024 * 1024, /* bytes over one evaluation, also when freed again: copying takes time */
    SECONDS_MAX = 5                     /* of processor time: for what costs much and counts little */
};

void *sandbox_alloc(void *context, void *block, size_t old, size_t size)
{
    struct sandbox *sandbox = context;
    size_t had = block ? old : 0;
    if (size == 0) {
        sandbox->memory -= had;
        return region_resize(&sandbox->region, block, had, 0);
    }
    if (size > had) {
        sandbox->allocated += size - had;
        if (sandbox->memory + (size - had) > SANDBOX_MEMORY_MAX) {
            sandbox->memory_limit = "needs more than 64 MB of memory";
            return NULL;
        }
        if (sandbox->allocated > ALLOCATED_MAX) {
            sandbox->memory_limit = "copies more than 1 GB";
            return NULL;
        }
    }
    void *moved = region_resize(&sandbox->region, block, had, size);
    if (moved)
        sandbox->memory += size - had; /* wraps around correctly when it shrinks */
    return moved;
}

/* Processor time since the first look of this evaluation: most end before one is due, and looking costs a system call. */
static double seconds_of(struct sandbox *sandbox)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    if (!sandbox->clocked)
        sandbox->started = now;
    sandbox->clocked = true;
    return (double)(now.tv_sec - sandbox->started.tv_sec) + (double)(now.tv_nsec - sandbox->started.tv_nsec) / 1e9;
}

struct sandbox *sandbox_of(lua_State *lua)
{
    return *(struct sandbox **)lua_getextraspace(lua);
}

/* `level`: whose place the error names, as for luaL_where. */
static void count_steps(lua_State *lua, size_t steps, int level)
{
    struct sandbox *sandbox = sandbox_of(lua);
    const char *limit = NULL;
    sandbox->steps += steps;
    if (sandbox->steps > SANDBOX_STEPS_MAX) {
        limit = "takes more than 20 million steps";
    } else if (sandbox->steps - sandbox->looked >= SANDBOX_HOOK_EVERY) {
        sandbox->looked = sandbox->steps;
        limit = seconds_of(sandbox) > SECONDS_MAX ? "takes more than 5 seconds" : NULL;
    }
    if (!limit)
        return;
    luaL_where(lua, level);
    lua_pushstring(lua, limit);
    lua_concat(lua, 2);
    lua_error(lua);
}

static void check_limits(lua_State *lua, lua_Debug *debug)
{
    (void)debug;
    count_steps(lua, SANDBOX_HOOK_EVERY, 0);
}

void sandbox_charge(lua_State *lua, size_t steps)
{
    if (steps)
        count_steps(lua, steps, 1);
}

void sandbox_watch(struct sandbox *sandbox)
{
    lua_sethook(sandbox->lua, check_limits, LUA_MASKCOUNT, SANDBOX_HOOK_EVERY);
}

void sandbox_look_soon(struct sandbox *sandbox)
{
    sandbox->looked = sandbox->steps - SANDBOX_HOOK_EVERY;
}

void sandbox_reset_limits(struct sandbox *sandbox)
{
    sandbox->steps = 0;
    sandbox->looked = 0;
    sandbox->allocated = 0;
    sandbox->memory_limit = NULL;
    sandbox->clocked = false;
}
