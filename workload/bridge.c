/* Values between JSON and Lua.
 *
 * Views are userdata that hold a borrowed json_t. A C resource must not be held where Lua can raise an error, so a JSON
 * value under construction is kept in a userdata whose __gc frees it. */
#include "workload/bridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/arena.h"
#include "workload/sandbox.h"

enum {
    VIEW_DEPTH_MAX = 512 + SANDBOX_DEPTH_MAX, /* nesting of documents and tables together */
    COUNT_EVERY = 16                          /* values whose counting costs as much as a step */
};

static const char view_type[] = "view", list_type[] = "list", building_type[] = "building";

json_t *bridge_view(lua_State *lua, int index)
{
    json_t **view = luaL_testudata(lua, index, view_type);
    return view ? *view : NULL;
}

void bridge_push(lua_State *lua, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_NULL: lua_pushnil(lua); break;
    case JSON_TRUE: lua_pushboolean(lua, 1); break;
    case JSON_FALSE: lua_pushboolean(lua, 0); break;
    case JSON_INTEGER: lua_pushinteger(lua, json_integer_value(value)); break;
    case JSON_REAL: lua_pushnumber(lua, json_real_value(value)); break;
    case JSON_STRING: lua_pushlstring(lua, json_string_value(value), json_string_length(value)); break;
    case JSON_ARRAY:
    case JSON_OBJECT: {
        json_t **view = lua_newuserdatauv(lua, sizeof(json_t *), 0);
        *view = value;
        luaL_setmetatable(lua, view_type);
        break;
    }
    }
}

static int view_index(lua_State *lua)
{
    json_t *view = bridge_view(lua, 1), *value = NULL;
    int is_integer = 0;
    lua_Integer i = lua_type(lua, 2) == LUA_TNUMBER ? lua_tointegerx(lua, 2, &is_integer) : 0;
    if (json_is_object(view) && lua_type(lua, 2) == LUA_TSTRING) {
        size_t len;
        const char *name = lua_tolstring(lua, 2, &len);
        sandbox_charge(lua, len / 64);
        sandbox_looked(lua, view, name);
        value = json_object_getn(view, name, len);
    } else if (json_is_array(view) && is_integer && i > 0) {
        value = json_array_get(view, (size_t)i - 1);
    }
    if (value)
        bridge_push(lua, value);
    else
        lua_pushnil(lua);
    return 1;
}

static int view_length(lua_State *lua)
{
    json_t *view = bridge_view(lua, 1);
    lua_pushinteger(lua, (lua_Integer)(json_is_array(view) ? json_array_size(view) : json_object_size(view)));
    return 1;
}

static int view_equal(lua_State *lua)
{
    lua_pushboolean(lua, bridge_view(lua, 1) == bridge_view(lua, 2));
    return 1;
}

static int view_assign(lua_State *lua)
{
    return luaL_error(lua, "parsed values are read-only");
}

/* ---- Lua to JSON ---- */

/* Holds a value while its members are converted. */
static json_t **new_building(lua_State *lua, bool list)
{
    json_t **building = lua_newuserdatauv(lua, sizeof(json_t *), 0);
    *building = NULL;
    luaL_setmetatable(lua, building_type);
    *building = memory_need(list ? json_array() : json_object());
    sandbox_building(lua, true);
    return building;
}

static int building_free(lua_State *lua)
{
    json_t **building = luaL_checkudata(lua, 1, building_type);
    if (*building)
        sandbox_building(lua, false);
    json_decref(*building);
    *building = NULL;
    return 0;
}

/* One value on its way from Lua to JSON. */
struct conversion {
    lua_State *lua;
    bool *non_finite;
    size_t values; /* converted so far; members of views count as often as they stand there */
};

static json_t *convert(struct conversion *conversion, int index, int depth);

static void count_value(struct conversion *conversion, int depth)
{
    if (++conversion->values % COUNT_EVERY == 0)
        sandbox_charge(conversion->lua, 1);
    if (conversion->values > SANDBOX_VALUES_MAX)
        luaL_error(conversion->lua, "a value of more than %d parts", (int)SANDBOX_VALUES_MAX);
    if (depth > VIEW_DEPTH_MAX)
        luaL_error(conversion->lua, "a value nested more than %d deep", (int)VIEW_DEPTH_MAX);
}

/* A view is shared, not copied; but who writes it writes all of it, each time. */
static void count_view(struct conversion *conversion, const json_t *view, int depth)
{
    const char *key;
    json_t *member;
    size_t i;
    count_value(conversion, depth);
    json_array_foreach(view, i, member)
        count_view(conversion, member, depth + 1);
    json_object_foreach((json_t *)(uintptr_t)view, key, member)
        count_view(conversion, member, depth + 1);
}

static json_t *convert_number(struct conversion *conversion, int index)
{
    lua_State *lua = conversion->lua;
    if (lua_isinteger(lua, index))
        return memory_need(json_integer(lua_tointeger(lua, index)));
    double number = lua_tonumber(lua, index);
    if (isfinite(number))
        return memory_need(json_real(number));
    *conversion->non_finite = true;
    return json_null();
}

static json_t *convert_string(lua_State *lua, int index)
{
    size_t len;
    const char *text = lua_tolstring(lua, index, &len);
    sandbox_charge(lua, len / 64);
    json_t *value = json_stringn(text, len);
    if (!value)
        luaL_error(lua, "text that is not UTF-8");
    return value;
}

static int by_key(const void *a, const void *b)
{
    const struct bridge_key *x = a, *y = b;
    if (x->is_number != y->is_number)
        return x->is_number ? -1 : 1;
    if (x->is_number)
        return x->number < y->number ? -1 : x->number > y->number;
    return strcmp(x->text, y->text);
}

void bridge_sort_keys(lua_State *lua, struct bridge_key *keys, size_t n)
{
    sandbox_charge(lua, 16 * n);
    if (n)
        qsort(keys, n, sizeof(*keys), by_key);
}

static struct bridge_key key_of(lua_State *lua, int index)
{
    int type = lua_type(lua, index);
    size_t len;
    if (type == LUA_TNUMBER)
        return (struct bridge_key){true, lua_tonumber(lua, index), NULL};
    if (type != LUA_TSTRING)
        luaL_error(lua, "a table's key is a %s: expected text or a number", lua_typename(lua, type));
    const char *text = lua_tolstring(lua, index, &len);
    if (strlen(text) != len)
        luaL_error(lua, "a table's key holds a NUL");
    return (struct bridge_key){false, 0, text};
}

struct bridge_key *bridge_keys(lua_State *lua, int table, size_t *n)
{
    size_t count = 0;
    for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1))
        count++;
    struct bridge_key *keys = lua_newuserdatauv(lua, (count ? count : 1) * sizeof(*keys), 0);
    *n = 0;
    for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1)) {
        keys[*n] = key_of(lua, -2);
        ++*n;
    }
    bridge_sort_keys(lua, keys, *n);
    return keys;
}

bool bridge_is_marked(lua_State *lua, int index)
{
    if (!lua_getmetatable(lua, index))
        return false;
    luaL_getmetatable(lua, list_type);
    bool same = lua_rawequal(lua, -1, -2);
    lua_pop(lua, 2);
    return same;
}

void bridge_mark(lua_State *lua)
{
    luaL_setmetatable(lua, list_type);
}

/* A list has the keys 1 … n, and at least one of them unless it was marked by list(). */
static bool is_list(lua_State *lua, int table, const struct bridge_key *keys, size_t n)
{
    bool marked = bridge_is_marked(lua, table);
    if (!marked && (n == 0 || !keys[0].is_number))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!keys[i].is_number || keys[i].number != (lua_Number)(i + 1))
            return luaL_error(lua, "a table with both text keys and numbers, or a list with holes");
    return true;
}

static json_t *convert_table(struct conversion *conversion, int table, int depth)
{
    lua_State *lua = conversion->lua;
    size_t n;
    if (depth > SANDBOX_DEPTH_MAX)
        luaL_error(lua, "a value nested more than %d deep", (int)SANDBOX_DEPTH_MAX);
    luaL_checkstack(lua, 8, "a value nested too deeply");
    const struct bridge_key *keys = bridge_keys(lua, table, &n);
    bool list = is_list(lua, table, keys, n);
    json_t **building = new_building(lua, list);
    for (size_t i = 0; i < n; i++) {
        if (list) {
            lua_rawgeti(lua, table, (lua_Integer)i + 1);
        } else {
            lua_pushstring(lua, keys[i].text);
            lua_rawget(lua, table);
        }
        json_t *member = convert(conversion, lua_gettop(lua), depth + 1);
        if (list)
            json_array_append_new(*building, member);
        else if (json_object_set_new(*building, keys[i].text, member) != 0)
            luaL_error(lua, "a key that is not UTF-8");
        lua_pop(lua, 1);
    }
    json_t *value = *building;
    *building = NULL;
    sandbox_building(lua, false);
    lua_pop(lua, 2);
    return value;
}

static json_t *convert(struct conversion *conversion, int index, int depth)
{
    lua_State *lua = conversion->lua;
    int type = lua_type(lua, index);
    json_t *view = bridge_view(lua, index);
    if (view) {
        sandbox_looked(lua, view, NULL);
        count_view(conversion, view, depth);
    } else {
        count_value(conversion, depth);
    }
    switch (type) {
    case LUA_TNIL:
    case LUA_TLIGHTUSERDATA: return json_null(); /* the constant `null` */
    case LUA_TBOOLEAN: return json_boolean(lua_toboolean(lua, index));
    case LUA_TNUMBER: return convert_number(conversion, index);
    case LUA_TSTRING: return convert_string(lua, index);
    case LUA_TTABLE: return convert_table(conversion, index, depth);
    default: break;
    }
    if (!view)
        luaL_error(lua, "a %s is no value", luaL_typename(lua, index));
    return json_incref(view);
}

json_t *bridge_json(lua_State *lua, int index, bool *non_finite)
{
    struct conversion conversion = {.lua = lua, .non_finite = non_finite};
    return convert(&conversion, lua_absindex(lua, index), 0);
}

void bridge_make_types(lua_State *lua)
{
    static const luaL_Reg view[] = {{"__index", view_index}, {"__len", view_length}, {"__eq", view_equal},
                                    {"__newindex", view_assign}, {NULL, NULL}};
    static const luaL_Reg building[] = {{"__gc", building_free}, {NULL, NULL}};
    luaL_newmetatable(lua, view_type);
    luaL_setfuncs(lua, view, 0);
    lua_pushliteral(lua, "table"); /* as messages call it */
    lua_setfield(lua, -2, "__name");
    luaL_newmetatable(lua, building_type);
    luaL_setfuncs(lua, building, 0);
    luaL_newmetatable(lua, list_type);
    lua_pushliteral(lua, "table");
    lua_setfield(lua, -2, "__name");
    lua_pop(lua, 3);
}
