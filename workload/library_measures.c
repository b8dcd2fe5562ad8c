/* Units and times.
 *
 * nil goes through all of them, so that what is missing stays missing; a text that is no time or duration is nil, too, as for moment().
 * Units that do not go together are a mistake of the workload, and an error. */
#include <math.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "base/duration.h"
#include "base/moment.h"
#include "base/unit.h"
#include "workload/bridge.h"
#include "workload/library.h"

/* What it costs to read a unit or a time, and to scale a number: 100 steps are about a microsecond. */
enum { UNIT_STEPS = 250, TIME_STEPS = 50, SCALE_STEPS = 50 };

/* ---- convert(value, from, to) ---- */

static struct unit_scale factor_between(lua_State *lua, const char *from, const char *to)
{
    struct unit a = unit_parse(from), b = unit_parse(to);
    struct unit_scale scale = {1, 1, 0};
    if (!unit_between(&a, &b, &scale))
        luaL_error(lua, "convert: '%s' (%s) and '%s' (%s): expected units of one kind", from, a.base[0] ? a.base : "no unit", to,
                   b.base[0] ? b.base : "no unit");
    return scale;
}

/* The list at index 1, converted, as a new table. */
static void convert_list(lua_State *lua, json_t *view, struct unit_scale scale)
{
    size_t n = view ? json_array_size(view) : lua_rawlen(lua, 1);
    sandbox_charge(lua, n * SCALE_STEPS);
    lua_createtable(lua, 0, 0);
    for (size_t i = 0; i < n; i++) {
        if (view)
            bridge_push(lua, json_array_get(view, i));
        else
            lua_rawgeti(lua, 1, (lua_Integer)i + 1);
        if (lua_type(lua, -1) != LUA_TNUMBER)
            library_refuse_element(lua, "convert", i);
        lua_pushnumber(lua, unit_scaled(lua_tonumber(lua, -1), scale));
        lua_rawseti(lua, -3, (lua_Integer)i + 1);
        lua_pop(lua, 1);
    }
    bridge_mark(lua);
}

static int measures_convert(lua_State *lua)
{
    if (lua_type(lua, 2) != LUA_TSTRING || lua_type(lua, 3) != LUA_TSTRING)
        return luaL_error(lua, "convert: expected convert(value, \"unit\", \"unit\")");
    json_t *view = bridge_view(lua, 1);
    sandbox_charge(lua, 2 * UNIT_STEPS + lua_rawlen(lua, 2) / 8 + lua_rawlen(lua, 3) / 8);
    struct unit_scale scale = factor_between(lua, lua_tostring(lua, 2), lua_tostring(lua, 3));
    if (lua_isnil(lua, 1))
        return 0;
    if (view)
        sandbox_looked(lua, view, NULL);
    if (lua_type(lua, 1) == LUA_TNUMBER)
        lua_pushnumber(lua, unit_scaled(lua_tonumber(lua, 1), scale));
    else if (json_is_array(view) || (!view && lua_istable(lua, 1)))
        convert_list(lua, view, scale);
    else
        return luaL_error(lua, "convert: argument 1 is %s: expected a number or a list of numbers", library_kind(lua, 1));
    return 1;
}

/* ---- times ---- */

/* duration("1h2m3s") → 3723.0; a number is itself. */
static int measures_duration(lua_State *lua)
{
    double seconds;
    lua_settop(lua, 1);
    if (lua_type(lua, 1) == LUA_TNUMBER)
        return 1;
    if (lua_isnil(lua, 1))
        return 0;
    if (lua_type(lua, 1) != LUA_TSTRING)
        return luaL_error(lua, "duration: found %s, expected text as \"1h2m3s\"", library_kind(lua, 1));
    sandbox_charge(lua, TIME_STEPS);
    const char *text = lua_tostring(lua, 1);
    if (strlen(text) != lua_rawlen(lua, 1) || !duration_parse(text, &seconds))
        return 0;
    lua_pushnumber(lua, seconds);
    return 1;
}

static bool moment_of_text(const char *text, int64_t *us)
{
    static const enum moment_form forms[] = {MOMENT_ISO, MOMENT_SHELL};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct moment moment;
        struct error ignored = {0};
        if (moment_parse(text, forms[i], (struct pos){0}, &moment, &ignored)) {
            *us = moment.us;
            return true;
        }
    }
    return false;
}

static bool moment_of_seconds(double seconds, int64_t *us)
{
    struct moment moment;
    struct error ignored = {0};
    if (!moment_epoch(seconds, (struct pos){0}, &moment, &ignored))
        return false;
    *us = moment.us;
    return true;
}

/* The moment at `index`: text, seconds since 1970, or what moment() gave. False: it is none. */
static bool moment_at(lua_State *lua, int index, int64_t *us)
{
    switch (lua_type(lua, index)) {
    case LUA_TNIL:
        return false;
    case LUA_TNUMBER:
        return moment_of_seconds(lua_tonumber(lua, index), us);
    case LUA_TSTRING:
        return strlen(lua_tostring(lua, index)) == lua_rawlen(lua, index) && moment_of_text(lua_tostring(lua, index), us);
    default:
        break;
    }
    if (!bridge_view(lua, index) && !lua_istable(lua, index))
        return luaL_error(lua, "elapsed: argument %d is %s: expected a moment", index, library_kind(lua, index));
    if (lua_getfield(lua, index, "us") != LUA_TNUMBER || !lua_isinteger(lua, -1))
        return luaL_error(lua, "elapsed: argument %d is a table: expected what moment() gives", index);
    *us = lua_tointeger(lua, -1);
    lua_pop(lua, 1);
    return true;
}

/* elapsed(from, to): seconds between two moments; negative when `to` is earlier. */
static int measures_elapsed(lua_State *lua)
{
    int64_t from, to, between;
    lua_settop(lua, 2);
    sandbox_charge(lua, 2 * TIME_STEPS);
    if (!moment_at(lua, 1, &from) || !moment_at(lua, 2, &to) || __builtin_sub_overflow(to, from, &between))
        return 0;
    lua_pushnumber(lua, (double)between / 1e6);
    return 1;
}

/* iso(seconds): a time since 1970 as text, in UTC: "2025-01-06T08:00:00+00:00". */
static int measures_iso(lua_State *lua)
{
    struct moment moment;
    struct error ignored = {0};
    char text[MOMENT_TEXT_MAX];
    lua_settop(lua, 1);
    if (lua_isnil(lua, 1))
        return 0;
    if (lua_type(lua, 1) != LUA_TNUMBER)
        return luaL_error(lua, "iso: found %s, expected seconds since 1970", library_kind(lua, 1));
    sandbox_charge(lua, TIME_STEPS);
    if (!moment_epoch(lua_tonumber(lua, 1), (struct pos){0}, &moment, &ignored))
        return 0;
    moment_isoformat(moment, 'T', text);
    lua_pushstring(lua, text);
    return 1;
}

void library_add_measures(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"convert", measures_convert}, {"duration", measures_duration}, {"elapsed", measures_elapsed},
                                         {"iso", measures_iso},         {NULL, NULL}};
    luaL_setfuncs(lua, functions, 0);
}
