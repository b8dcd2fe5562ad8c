/* workload/bridge.h — values between JSON and Lua, and the library that workload code sees. Only for workload/sandbox.c. */
#ifndef WORKLOAD_BRIDGE_H
#define WORKLOAD_BRIDGE_H
#include <jansson.h>
#include <stdbool.h>

typedef struct lua_State lua_State;

/* Pushes a value: null as nil, objects and arrays as read-only views that borrow `value`. */
void bridge_push(lua_State *lua, json_t *value);
/* The Lua value at `index` as JSON, a new reference; raises a Lua error for what JSON cannot say. Numbers that are not
 * finite become null and set *non_finite. */
json_t *bridge_json(lua_State *lua, int index, bool *non_finite);
/* Fills the table on top of the stack with the library. */
void bridge_open(lua_State *lua);

#endif
