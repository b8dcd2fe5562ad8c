/* Containers are known by their address; what is in them is added to the sum once. The sum does not depend on the order of a
 * table's members. */
#include "workload/state.h"

#include <string.h>

#include <lauxlib.h>
#include <lua.h>

enum { SEEN_MAX = 4096 /* a power of two; half of it is used */, DEPTH_MAX = 50, STACK_NEEDED = 8 };

struct look {
    lua_State *lua;
    const void *seen[SEEN_MAX];
    size_t n;
    uint64_t sum;
    bool over;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * UINT64_C(0x9E3779B97F4A7C15);
    return a ^ a >> 29;
}

static uint64_t bytes_print(const char *bytes, size_t len)
{
    uint64_t print = len;
    for (size_t i = 0; i < len; i++)
        print = (print ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    return print;
}

/* True when it is new. */
static bool remember(struct look *look, const void *place)
{
    size_t at = (size_t)(mix((uint64_t)(uintptr_t)place, 1) >> 40);
    for (;; at++) {
        const void **slot = &look->seen[at % SEEN_MAX];
        if (*slot == place)
            return false;
        if (*slot)
            continue;
        if (look->n >= SEEN_MAX / 2)
            look->over = true;
        else
            look->n++, *slot = place;
        return !look->over;
    }
}

static uint64_t value_print(struct look *look, int index, int depth);

static void look_at_table(struct look *look, int table, uint64_t place, int depth)
{
    lua_State *lua = look->lua;
    for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1)) {
        int top = lua_gettop(lua);
        look->sum += mix(mix(place, value_print(look, top - 1, depth)), value_print(look, top, depth));
    }
    if (lua_getmetatable(lua, table)) {
        look->sum += mix(mix(place, 2), value_print(look, lua_gettop(lua), depth));
        lua_pop(lua, 1);
    }
}

static void look_at_function(struct look *look, int function, uint64_t place, int depth)
{
    lua_State *lua = look->lua;
    for (int i = 1; lua_getupvalue(lua, function, i); i++) {
        look->sum += mix(mix(place, (uint64_t)i), value_print(look, lua_gettop(lua), depth));
        lua_pop(lua, 1);
    }
}

static uint64_t container_print(struct look *look, int index, int depth)
{
    const void *at = lua_topointer(look->lua, index);
    uint64_t place = (uint64_t)(uintptr_t)at;
    if (!remember(look, at))
        return place;
    if (depth >= DEPTH_MAX || !lua_checkstack(look->lua, STACK_NEEDED))
        look->over = true;
    else if (lua_type(look->lua, index) == LUA_TTABLE)
        look_at_table(look, index, place, depth + 1);
    else
        look_at_function(look, index, place, depth + 1);
    return place;
}

static uint64_t value_print(struct look *look, int index, int depth)
{
    lua_State *lua = look->lua;
    uint64_t print = (uint64_t)lua_type(lua, index);
    if (look->over)
        return 0;
    switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN: return mix(print, (uint64_t)lua_toboolean(lua, index));
    case LUA_TNUMBER: {
        lua_Number number = lua_isinteger(lua, index) ? 0 : lua_tonumber(lua, index);
        uint64_t bits = (uint64_t)lua_tointeger(lua, index);
        if (!lua_isinteger(lua, index))
            memcpy(&bits, &number, sizeof(bits));
        return mix(print + (lua_isinteger(lua, index) ? 100 : 0), bits);
    }
    case LUA_TSTRING: {
        size_t len;
        const char *text = lua_tolstring(lua, index, &len); /* a string: nothing is converted */
        return mix(print, bytes_print(text, len));
    }
    case LUA_TTABLE:
    case LUA_TFUNCTION: return mix(print, container_print(look, index, depth));
    case LUA_TNIL: return print;
    default: return mix(print, (uint64_t)(uintptr_t)lua_topointer(lua, index)); /* userdata: views never change */
    }
}

bool state_print(lua_State *lua, int index, uint64_t *print)
{
    struct look look = {.lua = lua};
    if (!lua_checkstack(lua, STACK_NEEDED))
        return false;
    uint64_t root = value_print(&look, lua_absindex(lua, index), 0);
    *print = mix(look.sum, root);
    return !look.over;
}
