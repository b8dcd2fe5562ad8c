/* workload/state.h — what Lua functions could leave for later ones. Only for workload/sandbox.c. */
#ifndef WORKLOAD_STATE_H
#define WORKLOAD_STATE_H
#include <stdbool.h>
#include <stdint.h>

typedef struct lua_State lua_State;

/* A print of all that can be reached from the table at `index`: members, upvalues of functions, metatables. Two prints of one
 * state are equal when nothing was assigned in between. False: there is too much to look at. Calls no Lua code. */
bool state_print(lua_State *lua, int index, uint64_t *print);

#endif
