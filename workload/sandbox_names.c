/* What code in the sandbox can name: values, helpers, functions of the files, the library. */
#include <string.h>

#include <lauxlib.h>

#include "workload/bridge.h"
#include "workload/library.h"
#include "workload/sandbox_inside.h"

enum { OWNED_MAX = 1024 * 1024 * 1024 /* bytes that helpers gave, over the life of the sandbox */ };

/* _ENV.name: a global value, else what the sandbox has (upvalue 1). A value comes first, so that a parser may be named as
 * the function that it calls. */
static int env_index(lua_State *lua)
{
    struct sandbox *sandbox = sandbox_of(lua);
    size_t len = 0;
    const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tolstring(lua, 2, &len) : NULL;
    sandbox_charge(lua, len / 64);
    json_t *value = name ? json_object_getn(sandbox->globals, name, len) : NULL;
    if (value) {
        if (sandbox->options.touched)
            sandbox->options.touched(sandbox->options.context, name);
        bridge_push(lua, value);
        return 1;
    }
    lua_pushvalue(lua, 2);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    return luaL_error(lua, "unknown name '%s'", name ? name : "?");
}

static int env_newindex(lua_State *lua)
{
    if (!sandbox_of(lua)->loading)
        return luaL_error(lua, "'%s': globals are read-only (use local)",
                          lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?");
    lua_settop(lua, 3);
    lua_rawset(lua, lua_upvalueindex(1));
    return 0;
}

/* Bytes that a value takes, about. */
static size_t weight(const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i, sum = 64;
    if (json_is_string(value))
        return sum + json_string_length(value);
    json_array_foreach(value, i, member)
        sum += weight(member);
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
        sum += strlen(key) + weight(member);
    return sum;
}

/* Pushes what a helper gave. Objects and arrays are borrowed by Lua, so they stay; all else is copied. */
static void push_result(lua_State *lua, struct sandbox *sandbox, json_t *result)
{
    json_array_append_new(sandbox->owned, result);
    bridge_push(lua, result);
    if (!json_is_object(result) && !json_is_array(result)) {
        json_array_remove(sandbox->owned, json_array_size(sandbox->owned) - 1);
        return;
    }
    sandbox->owned_size += weight(result);
    if (sandbox->owned_size > OWNED_MAX)
        luaL_error(lua, "the helpers gave more than 1 GB");
}

static int call_helper(lua_State *lua)
{
    struct sandbox *sandbox = sandbox_of(lua);
    const struct helper *helper = lua_touserdata(lua, lua_upvalueindex(1));
    enum { ARGUMENTS_MAX = 8 };
    json_t *arguments[ARGUMENTS_MAX], *result = NULL;
    int n = lua_gettop(lua);
    if (sandbox->loading)
        return luaL_error(lua, "%s: only inside a function: there is no test yet when the file is loaded", helper->name);
    if (n > ARGUMENTS_MAX)
        return luaL_error(lua, "%s: more than %d arguments", helper->name, (int)ARGUMENTS_MAX);
    size_t owned = json_array_size(sandbox->owned);
    for (int i = 0; i < n; i++) {
        bool non_finite = false;
        arguments[i] = bridge_json(lua, i + 1, &non_finite);
        json_array_append_new(sandbox->owned, arguments[i]);
    }
    struct error err = {0};
    bool ok = helper->call(sandbox->options.context, arguments, (size_t)n, &result, &err);
    while (json_array_size(sandbox->owned) > owned)
        json_array_remove(sandbox->owned, json_array_size(sandbox->owned) - 1);
    if (!ok) {
        json_decref(result);
        return luaL_error(lua, "%s: %s", helper->name, err.text);
    }
    if (result)
        push_result(lua, sandbox, result);
    sandbox_look_soon(sandbox); /* nobody knows how long it took */
    sandbox_charge(lua, 1);
    return result ? 1 : 0;
}

static void add_helpers(lua_State *lua, const struct helper *helpers)
{
    for (; helpers && helpers->name; helpers++) {
        lua_pushlightuserdata(lua, (void *)(uintptr_t)helpers);
        lua_pushcclosure(lua, call_helper, 1);
        lua_setfield(lua, -2, helpers->name);
    }
}

/* The library table is upvalue 1 of the environment's metamethods. */
void sandbox_make_environment(lua_State *lua, const struct helper *helpers)
{
    bridge_make_types(lua);
    lua_newtable(lua); /* the environment: always empty, so that both metamethods see everything */
    lua_newtable(lua); /* its metatable */
    lua_newtable(lua); /* what there is */
    library_open(lua);
    add_helpers(lua, helpers);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "library");
    lua_pushvalue(lua, -1);
    lua_pushcclosure(lua, env_index, 1);
    lua_setfield(lua, -3, "__index");
    lua_pushcclosure(lua, env_newindex, 1);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, "environment");
}
