/* The library of the sandbox: Lua's own functions that are harmless, the others in harmless versions.
 *
 * C code is not interrupted by the count of steps, so whatever may take long in C says beforehand how long (sandbox_charge).
 * Tables of functions are shown as empty tables whose metatables lead to the real ones: nobody can change those. */
#include "workload/library.h"

#include <stdint.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "workload/bridge.h"

const char *library_kind(lua_State *lua, int index)
{
    if (bridge_view(lua, index))
        return "table";
    return lua_islightuserdata(lua, index) ? "null" : luaL_typename(lua, index);
}

static int library_type(lua_State *lua)
{
    luaL_checkany(lua, 1);
    lua_pushstring(lua, library_kind(lua, 1));
    return 1;
}

/* Pushes the text of a value; what would show an address is named by its kind. */
static void push_text(lua_State *lua, int index)
{
    int type = lua_type(lua, index);
    if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TNIL)
        luaL_tolstring(lua, index, NULL);
    else
        lua_pushstring(lua, library_kind(lua, index));
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
    for (int i = lua_gettop(lua); i > 1; i--) {
        if (lua_type(lua, i) == LUA_TNUMBER || lua_type(lua, i) == LUA_TSTRING)
            continue;
        push_text(lua, i);
        lua_replace(lua, i);
    }
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

static int library_list(lua_State *lua)
{
    lua_settop(lua, 1);
    if (lua_isnil(lua, 1)) {
        lua_newtable(lua);
        lua_replace(lua, 1);
    }
    luaL_checktype(lua, 1, LUA_TTABLE);
    if (bridge_is_marked(lua, 1))
        return 1;
    if (lua_getmetatable(lua, 1))
        return luaL_error(lua, "list: expected a table of your own");
    bridge_mark(lua);
    return 1;
}

/* ---- pairs ---- */

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
        sandbox_charge(lua, n);
        for (; i < n; i++) {
            lua_pushinteger(lua, (lua_Integer)i + 1);
            lua_rawseti(lua, -2, (lua_Integer)i + 1);
        }
        return;
    }
    struct bridge_key *keys = lua_newuserdatauv(lua, (n ? n : 1) * sizeof(*keys), 0);
    const char *name;
    json_t *ignored;
    json_object_foreach(view, name, ignored)
        keys[i++] = (struct bridge_key){false, 0, name};
    bridge_sort_keys(lua, keys, n);
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
    const struct bridge_key *keys = bridge_keys(lua, table, &n);
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
    json_t *view = bridge_view(lua, 1);
    lua_settop(lua, 1);
    if (view)
        push_view_keys(lua, view);
    else if (lua_istable(lua, 1))
        push_table_keys(lua, 1);
    else
        return luaL_error(lua, "pairs: expected a table, found %s", library_kind(lua, 1));
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, pairs_step, 3);
    return 1;
}

/* ---- sort ---- */

/* Whether the value on top comes before the one below it; pops both. Index 2: the order function, or nil. */
static bool comes_before(lua_State *lua)
{
    bool before;
    if (lua_isnil(lua, 2)) {
        sandbox_charge(lua, 1);
        before = lua_compare(lua, -1, -2, LUA_OPLT);
        lua_pop(lua, 2);
        return before;
    }
    lua_pushvalue(lua, 2);
    lua_insert(lua, -3);
    lua_insert(lua, -2);
    lua_call(lua, 2, 1);
    before = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return before;
}

/* Merges from[low, middle) and from[middle, high) into to[low, high). */
static void merge(lua_State *lua, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high)
{
    lua_Integer left = low, right = middle;
    for (lua_Integer k = low; k < high; k++) {
        bool take_right = left == middle;
        if (left < middle && right < high) {
            lua_rawgeti(lua, from, left);
            lua_rawgeti(lua, from, right);
            take_right = comes_before(lua);
        }
        lua_rawgeti(lua, from, take_right ? right++ : left++);
        lua_rawseti(lua, to, k);
    }
}

/* table.sort(list [, before]). Lua's own is not stable, and it asks the clock where to split. */
static int library_sort(lua_State *lua)
{
    lua_settop(lua, 2);
    if (bridge_view(lua, 1))
        return luaL_error(lua, "parsed values are read-only");
    luaL_checktype(lua, 1, LUA_TTABLE);
    if (!lua_isnil(lua, 2))
        luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_Integer n = (lua_Integer)lua_rawlen(lua, 1);
    int from = 1, to = 3;
    lua_createtable(lua, 0, 0);
    for (lua_Integer width = 1; width < n; width *= 2) {
        sandbox_charge(lua, (size_t)n / 2);
        for (lua_Integer low = 1; low <= n; low += 2 * width) {
            lua_Integer middle = low + width > n + 1 ? n + 1 : low + width;
            merge(lua, from, to, low, middle, middle + width > n + 1 ? n + 1 : middle + width);
        }
        from ^= 2, to ^= 2;
    }
    for (lua_Integer i = 1; from == 3 && i <= n; i++) {
        lua_rawgeti(lua, 3, i);
        lua_rawseti(lua, 1, i);
    }
    return 0;
}

/* ---- Lua's own functions, counted ---- */

enum cost {
    COST_FLAT,   /* by the number of arguments, and the length of the first if it is a text */
    COST_TABLE,  /* and the length of the first if it is a table */
    COST_INSERT, /* and that only when a place is given: table.insert(t, 1, x) */
    COST_REMOVE  /* … table.remove(t, 1) */
};

static size_t cost_of(lua_State *lua, enum cost kind)
{
    static const size_t least[] = {[COST_FLAT] = SIZE_MAX, [COST_TABLE] = 0, [COST_INSERT] = 3, [COST_REMOVE] = 2};
    size_t n = (size_t)lua_gettop(lua), len = n ? lua_rawlen(lua, 1) : 0;
    if (n && lua_type(lua, 1) == LUA_TSTRING)
        return n / 8 + len / 32;
    return n / 8 + (n && lua_istable(lua, 1) && n >= least[kind] ? len / 4 : 0);
}

/* Upvalue 1: the function; upvalue 2: its kind of cost. */
static int counted(lua_State *lua)
{
    sandbox_charge(lua, cost_of(lua, (enum cost)lua_tointeger(lua, lua_upvalueindex(2))));
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

struct entry {
    const char *name;
    enum cost cost;
};

/* Copies functions and numbers from the library on top of the stack to the table at `to`. */
static void copy_fields(lua_State *lua, int to, const struct entry *entries)
{
    for (; entries->name; entries++) {
        if (lua_getfield(lua, -1, entries->name) == LUA_TFUNCTION) {
            lua_pushinteger(lua, entries->cost);
            lua_pushcclosure(lua, counted, 2);
        }
        lua_setfield(lua, to, entries->name);
    }
}

static int refuse_assignment(lua_State *lua)
{
    return luaL_error(lua, "the libraries are read-only");
}

/* Replaces the table on top by an empty one that reads from it and refuses assignments. */
static void make_read_only(lua_State *lua)
{
    lua_createtable(lua, 0, 0);
    lua_createtable(lua, 0, 2);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_assignment);
    lua_setfield(lua, -2, "__newindex");
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

/* Leaves a new table with the entries on the stack. */
static void open_table(lua_State *lua, lua_CFunction open, const struct entry *entries)
{
    lua_createtable(lua, 0, 16);
    int to = lua_gettop(lua);
    lua_pushcfunction(lua, open);
    lua_call(lua, 0, 1);
    copy_fields(lua, to, entries);
    lua_pop(lua, 1);
}

static void open_string(lua_State *lua)
{
    static const struct entry entries[] = {{"byte", 0}, {"char", 0}, {"len", 0}, {"lower", 0}, {"reverse", 0}, {"sub", 0},
                                           {"upper", 0}, {"format", 0}, {NULL, 0}};
    open_table(lua, luaopen_string, entries);
    lua_getfield(lua, -1, "format");
    lua_getupvalue(lua, -1, 1);
    lua_pushcclosure(lua, library_format, 1);
    lua_setfield(lua, -3, "format");
    lua_pop(lua, 1);
    lua_pushliteral(lua, ""); /* methods of texts are the same few */
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
    make_read_only(lua);
}

static void open_tables(lua_State *lua)
{
    static const struct entry entries[] = {{"concat", COST_TABLE}, {"insert", COST_INSERT}, {"remove", COST_REMOVE},
                                           {"unpack", COST_TABLE}, {NULL, 0}};
    open_table(lua, luaopen_table, entries);
    lua_pushcfunction(lua, library_sort);
    lua_setfield(lua, -2, "sort");
    make_read_only(lua);
}

static void open_math(lua_State *lua)
{
    static const struct entry entries[] = {
        {"abs", 0}, {"ceil", 0}, {"exp", 0},        {"floor", 0}, {"fmod", 0}, {"huge", 0}, {"log", 0},       {"max", 0}, {"maxinteger", 0},
        {"min", 0}, {"modf", 0}, {"mininteger", 0}, {"pi", 0},    {"sqrt", 0}, {"type", 0}, {"tointeger", 0}, {NULL, 0}};
    open_table(lua, luaopen_math, entries);
    make_read_only(lua);
}

void library_open(lua_State *lua)
{
    static const struct entry base[] = {{"assert", 0}, {"error", 0}, {"ipairs", 0}, {"select", 0}, {"tonumber", 0}, {NULL, 0}};
    static const luaL_Reg own[] = {{"type", library_type}, {"tostring", library_tostring},
                                   {"pairs", library_pairs}, {"list", library_list}, {NULL, NULL}};
    int to = lua_gettop(lua);
    lua_pushcfunction(lua, luaopen_base);
    lua_call(lua, 0, 1);
    copy_fields(lua, to, base);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, own, 0);
    library_add_lists(lua);
    library_add_measures(lua);
    lua_pushlightuserdata(lua, NULL);
    lua_setfield(lua, to, "null");
    open_string(lua);
    lua_setfield(lua, to, "string");
    open_tables(lua);
    lua_setfield(lua, to, "table");
    open_math(lua);
    lua_setfield(lua, to, "math");
}
