/* Views are userdata that hold a borrowed json_t. A C resource must not be held where Lua can raise an error, so a JSON
 * value under construction is kept in a userdata whose __gc frees it. */
#include "workload/bridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "workload/sandbox.h"

static const char view_type[] = "view", list_type[] = "list", building_type[] = "building";

static json_t *to_view(lua_State *lua, int index)
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
    json_t *view = to_view(lua, 1), *value = NULL;
    if (json_is_object(view) && lua_type(lua, 2) == LUA_TSTRING)
        value = json_object_get(view, lua_tostring(lua, 2));
    else if (json_is_array(view) && lua_isinteger(lua, 2) && lua_tointeger(lua, 2) > 0)
        value = json_array_get(view, (size_t)lua_tointeger(lua, 2) - 1);
    if (value)
        bridge_push(lua, value);
    else
        lua_pushnil(lua);
    return 1;
}

static int view_length(lua_State *lua)
{
    json_t *view = to_view(lua, 1);
    lua_pushinteger(lua, (lua_Integer)(json_is_array(view) ? json_array_size(view) : json_object_size(view)));
    return 1;
}

static int view_equal(lua_State *lua)
{
    lua_pushboolean(lua, to_view(lua, 1) == to_view(lua, 2));
    return 1;
}

static int view_assign(lua_State *lua)
{
    return luaL_error(lua, "parsed values are read-only");
}

/* ---- Lua to JSON ---- */

/* Holds a value while its members are converted. */
static json_t **new_building(lua_State *lua, json_t *value)
{
    json_t **building = lua_newuserdatauv(lua, sizeof(json_t *), 0);
    *building = value;
    luaL_setmetatable(lua, building_type);
    return building;
}

static int building_free(lua_State *lua)
{
    json_t **building = luaL_checkudata(lua, 1, building_type);
    json_decref(*building);
    *building = NULL;
    return 0;
}

static json_t *convert(lua_State *lua, int index, bool *non_finite, int depth);

static json_t *convert_number(lua_State *lua, int index, bool *non_finite)
{
    if (lua_isinteger(lua, index))
        return json_integer(lua_tointeger(lua, index));
    double number = lua_tonumber(lua, index);
    if (isfinite(number))
        return json_real(number);
    *non_finite = true;
    return json_null();
}

static json_t *convert_string(lua_State *lua, int index)
{
    size_t len;
    const char *text = lua_tolstring(lua, index, &len);
    json_t *value = json_stringn(text, len);
    if (!value)
        luaL_error(lua, "text that is not UTF-8");
    return value;
}

struct key {
    bool is_number;
    lua_Number number;
    const char *text; /* borrowed from the table that it is a key of */
};

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->is_number != y->is_number)
        return x->is_number ? -1 : 1;
    if (x->is_number)
        return x->number < y->number ? -1 : x->number > y->number;
    return strcmp(x->text, y->text);
}

/* Pushes a userdata with the table's keys in order: numbers, then texts. */
static struct key *sorted_keys(lua_State *lua, int table, size_t *n)
{
    size_t count = 0;
    for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1))
        count++;
    struct key *keys = lua_newuserdatauv(lua, (count ? count : 1) * sizeof(*keys), 0);
    *n = 0;
    for (lua_pushnil(lua); lua_next(lua, table); lua_pop(lua, 1)) {
        int type = lua_type(lua, -2);
        if (type != LUA_TNUMBER && type != LUA_TSTRING)
            luaL_error(lua, "a table's key is a %s: expected text or a number", lua_typename(lua, type));
        keys[*n] = type == LUA_TNUMBER ? (struct key){true, lua_tonumber(lua, -2), NULL}
                                       : (struct key){false, 0, lua_tostring(lua, -2)};
        ++*n;
    }
    qsort(keys, *n, sizeof(*keys), by_key);
    return keys;
}

static bool is_list(lua_State *lua, int table, const struct key *keys, size_t n)
{
    if (luaL_getmetafield(lua, table, "list") != LUA_TNIL) {
        lua_pop(lua, 1);
        return true;
    }
    return n > 0 && keys[n - 1].is_number && keys[0].number == 1 && keys[n - 1].number == (lua_Number)n;
}

static json_t *convert_table(lua_State *lua, int table, bool *non_finite, int depth)
{
    size_t n;
    luaL_checkstack(lua, 6, "a value nested too deeply");
    const struct key *keys = sorted_keys(lua, table, &n);
    bool list = is_list(lua, table, keys, n);
    json_t **building = new_building(lua, list ? json_array() : json_object());
    for (size_t i = 0; i < n; i++) {
        if (list) {
            lua_rawgeti(lua, table, (lua_Integer)i + 1);
        } else if (keys[i].is_number) {
            luaL_error(lua, "a table with both text keys and numbers, or a list with holes");
        } else {
            lua_pushstring(lua, keys[i].text);
            lua_rawget(lua, table);
        }
        json_t *member = convert(lua, lua_gettop(lua), non_finite, depth + 1);
        if (list)
            json_array_append_new(*building, member);
        else if (json_object_set_new(*building, keys[i].text, member) != 0)
            luaL_error(lua, "a key that is not UTF-8");
        lua_pop(lua, 1);
    }
    json_t *value = *building;
    *building = NULL;
    lua_pop(lua, 2);
    return value;
}

static json_t *convert(lua_State *lua, int index, bool *non_finite, int depth)
{
    if (depth > SANDBOX_DEPTH_MAX)
        luaL_error(lua, "a value nested more than %d deep", (int)SANDBOX_DEPTH_MAX);
    switch (lua_type(lua, index)) {
    case LUA_TNIL: return json_null();
    case LUA_TLIGHTUSERDATA: return json_null(); /* the constant `null` */
    case LUA_TBOOLEAN: return json_boolean(lua_toboolean(lua, index));
    case LUA_TNUMBER: return convert_number(lua, index, non_finite);
    case LUA_TSTRING: return convert_string(lua, index);
    case LUA_TTABLE: return convert_table(lua, index, non_finite, depth);
    default: break;
    }
    json_t *view = to_view(lua, index);
    if (!view)
        luaL_error(lua, "a %s is no value", luaL_typename(lua, index));
    return json_incref(view);
}

json_t *bridge_json(lua_State *lua, int index, bool *non_finite)
{
    return convert(lua, lua_absindex(lua, index), non_finite, 0);
}

/* ---- the library ---- */

static const char *kind_name(lua_State *lua, int index)
{
    if (to_view(lua, index))
        return "table";
    return lua_islightuserdata(lua, index) ? "null" : luaL_typename(lua, index);
}

static int library_type(lua_State *lua)
{
    luaL_checkany(lua, 1);
    lua_pushstring(lua, kind_name(lua, 1));
    return 1;
}

/* Pushes the text of a value; what would show an address is named by its kind. */
static void push_text(lua_State *lua, int index)
{
    int type = lua_type(lua, index);
    if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TNIL)
        luaL_tolstring(lua, index, NULL);
    else
        lua_pushstring(lua, kind_name(lua, index));
}

static int library_tostring(lua_State *lua)
{
    luaL_checkany(lua, 1);
    push_text(lua, 1);
    return 1;
}

/* string.format without %p, and without addresses for %s. Upvalue 1: Lua's own. */
static int library_format(lua_State *lua)
{
    const char *format = luaL_checkstring(lua, 1);
    for (const char *p = format; (p = strchr(p, '%')); p++) {
        p += 1 + strspn(p + 1, "-+ #0123456789.");
        if (*p == 'p')
            return luaL_error(lua, "format: '%%p' shows addresses");
        if (!*p)
            break;
    }
    int n = lua_gettop(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    for (int i = 1; i <= n; i++) {
        int type = lua_type(lua, i);
        if (type == LUA_TNUMBER || type == LUA_TSTRING)
            lua_pushvalue(lua, i);
        else
            push_text(lua, i);
    }
    lua_call(lua, n, 1);
    return 1;
}

static int library_list(lua_State *lua)
{
    lua_settop(lua, 1);
    if (lua_isnil(lua, 1)) {
        lua_newtable(lua);
        lua_replace(lua, 1);
    }
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_setmetatable(lua, list_type);
    return 1;
}

/* One step of pairs: upvalues are the value, its keys in order, and how many were given. */
static int pairs_step(lua_State *lua)
{
    lua_Integer i = lua_tointeger(lua, lua_upvalueindex(3)) + 1;
    lua_pushinteger(lua, i);
    lua_replace(lua, lua_upvalueindex(3));
    if (lua_rawgeti(lua, lua_upvalueindex(2), i) == LUA_TNIL)
        return 1;
    lua_pushvalue(lua, -1);
    lua_gettable(lua, lua_upvalueindex(1));
    return 2;
}

static void push_view_keys(lua_State *lua, json_t *view)
{
    size_t n = json_is_array(view) ? json_array_size(view) : json_object_size(view), i = 0;
    lua_createtable(lua, 0, 0);
    if (json_is_array(view)) {
        for (; i < n; i++) {
            lua_pushinteger(lua, (lua_Integer)i + 1);
            lua_rawseti(lua, -2, (lua_Integer)i + 1);
        }
        return;
    }
    struct key *keys = lua_newuserdatauv(lua, (n ? n : 1) * sizeof(*keys), 0);
    const char *name;
    json_t *ignored;
    json_object_foreach(view, name, ignored)
        keys[i++] = (struct key){false, 0, name};
    qsort(keys, n, sizeof(*keys), by_key);
    for (i = 0; i < n; i++) {
        lua_pushstring(lua, keys[i].text);
        lua_rawseti(lua, -3, (lua_Integer)i + 1);
    }
    lua_pop(lua, 1);
}

static void push_table_keys(lua_State *lua, int table)
{
    size_t n;
    lua_createtable(lua, 0, 0);
    const struct key *keys = sorted_keys(lua, table, &n);
    for (size_t i = 0; i < n; i++) {
        lua_Integer whole;
        if (!keys[i].is_number)
            lua_pushstring(lua, keys[i].text);
        else if (lua_numbertointeger(keys[i].number, &whole) && (lua_Number)whole == keys[i].number)
            lua_pushinteger(lua, whole);
        else
            lua_pushnumber(lua, keys[i].number);
        lua_rawseti(lua, -3, (lua_Integer)i + 1);
    }
    lua_pop(lua, 1);
}

static int library_pairs(lua_State *lua)
{
    json_t *view = to_view(lua, 1);
    lua_settop(lua, 1);
    if (view)
        push_view_keys(lua, view);
    else if (lua_istable(lua, 1))
        push_table_keys(lua, 1);
    else
        return luaL_error(lua, "pairs: expected a table, found %s", kind_name(lua, 1));
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, pairs_step, 3);
    return 1;
}

static void copy_fields(lua_State *lua, const char *library, lua_CFunction open, const char *const *names)
{
    luaL_requiref(lua, library, open, 0);
    lua_createtable(lua, 0, 16);
    for (; *names; names++) {
        lua_getfield(lua, -2, *names);
        lua_setfield(lua, -2, *names);
    }
    lua_remove(lua, -2);
}

static void open_string(lua_State *lua)
{
    static const char *const names[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper", NULL};
    copy_fields(lua, LUA_STRLIBNAME, luaopen_string, names);
    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 0);
    lua_getfield(lua, -1, "format");
    lua_pushcclosure(lua, library_format, 1);
    lua_setfield(lua, -3, "format");
    lua_pop(lua, 1);
    lua_pushliteral(lua, ""); /* methods of texts are the same few */
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
    lua_setfield(lua, -2, "string");
}

static void open_base(lua_State *lua)
{
    static const char *const names[] = {"assert", "error", "ipairs", "select", "tonumber", NULL};
    lua_pushcfunction(lua, luaopen_base);
    lua_call(lua, 0, 1);
    for (size_t i = 0; names[i]; i++) {
        lua_getfield(lua, -1, names[i]);
        lua_setfield(lua, -3, names[i]);
    }
    lua_pop(lua, 1);
    static const luaL_Reg own[] = {{"type", library_type}, {"tostring", library_tostring},
                                   {"pairs", library_pairs}, {"list", library_list}, {NULL, NULL}};
    luaL_setfuncs(lua, own, 0);
    lua_pushlightuserdata(lua, NULL);
    lua_setfield(lua, -2, "null");
}

static void make_types(lua_State *lua)
{
    static const luaL_Reg view[] = {{"__index", view_index}, {"__len", view_length}, {"__eq", view_equal},
                                    {"__newindex", view_assign}, {NULL, NULL}};
    static const luaL_Reg building[] = {{"__gc", building_free}, {NULL, NULL}};
    luaL_newmetatable(lua, view_type);
    luaL_setfuncs(lua, view, 0);
    luaL_newmetatable(lua, building_type);
    luaL_setfuncs(lua, building, 0);
    luaL_newmetatable(lua, list_type);
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, "list");
    lua_pop(lua, 3);
}

void bridge_open(lua_State *lua)
{
    static const char *const table_names[] = {"concat", "insert", "remove", "sort", "unpack", NULL};
    static const char *const math_names[] = {"abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
                                             "min", "mininteger", "modf", "pi", "sqrt", "tointeger", "type", NULL};
    make_types(lua);
    open_base(lua);
    open_string(lua);
    copy_fields(lua, LUA_TABLIBNAME, luaopen_table, table_names);
    lua_setfield(lua, -2, "table");
    copy_fields(lua, LUA_MATHLIBNAME, luaopen_math, math_names);
    lua_setfield(lua, -2, "math");
}
