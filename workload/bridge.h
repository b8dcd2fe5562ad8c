/* workload/bridge.h — values between JSON and Lua. Only for workload/sandbox*.c and workload/library*.c. */
#ifndef WORKLOAD_BRIDGE_H
#define WORKLOAD_BRIDGE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct lua_State lua_State;

/* Registers the types that the others need; first of all. */
void bridge_make_types(lua_State *lua);

/* Pushes a value: null as nil, objects and arrays as read-only views that borrow `value`. */
void bridge_push(lua_State *lua, json_t *value);
/* What the view at `index` shows, or NULL when no view stands there. */
json_t *bridge_view(lua_State *lua, int index);
/* The Lua value at `index` as JSON, a new reference; raises a Lua error for what JSON cannot say. Numbers that are not
 * finite become null and set *non_finite. */
json_t *bridge_json(lua_State *lua, int index, bool *non_finite);

/* Marks the table on top of the stack as a list even when it is empty; and whether a table is marked. */
void bridge_mark(lua_State *lua);
bool bridge_is_marked(lua_State *lua, int index);

struct bridge_key {
    bool is_number;
    double number;
    const char *text; /* borrowed from what it is a key of */
};
/* Pushes a userdata with the table's keys in order: numbers, then texts by strcmp. */
struct bridge_key *bridge_keys(lua_State *lua, int table, size_t *n);
void bridge_sort_keys(lua_State *lua, struct bridge_key *keys, size_t n);

/* Counts what C does for Lua as `steps` of the evaluation; raises an error when a limit is passed. In workload/sandbox_limits.c. */
void sandbox_charge(lua_State *lua, size_t steps);
/* The state holds a JSON value that it has to free, or (false) no longer does. In workload/sandbox.c. */
void sandbox_building(lua_State *lua, bool held);
/* A member of the object behind a view was looked up, or (NULL) all of it was used. In workload/sandbox.c. */
void sandbox_looked(lua_State *lua, const json_t *view, const char *member);

#endif
