/* Statistics over lists: parsed ones, which are read where they stand, and tables.
 *
 * Elements that are no numbers are errors that name their index. nil, an empty list and a list with a NaN give nil, so that a KPI of
 * them is missing; count gives the number of elements, whatever they are. Each look at an element counts a quarter of a step. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "base/quantile.h"
#include "workload/bridge.h"
#include "workload/library.h"

enum { ELEMENTS_PER_STEP = 4 };

struct list {
    lua_State *lua;
    const char *name; /* of the function, for messages */
    json_t *view;     /* NULL: the table at index 1 */
    size_t n;
};

/* ---- elements ---- */

int library_refuse_element(lua_State *lua, const char *function, size_t i)
{
    const char *found = library_kind(lua, -1);
    return luaL_error(lua, "%s: element %I of the list: found %s, expected a number", function, (lua_Integer)i + 1,
                      strcmp(found, "nil") == 0 ? "null" : found);
}

/* Element i, from 0. *whole: as an integer, where it is one. */
static double element(const struct list *list, size_t i, lua_Integer *whole, bool *is_whole)
{
    lua_State *lua = list->lua;
    if (list->view) {
        const json_t *value = json_array_get(list->view, i);
        *is_whole = json_is_integer(value);
        *whole = *is_whole ? json_integer_value(value) : 0;
        if (!json_is_number(value)) {
            bridge_push(lua, (json_t *)(uintptr_t)value);
            library_refuse_element(lua, list->name, i);
        }
        return json_number_value(value);
    }
    if (lua_rawgeti(lua, 1, (lua_Integer)i + 1) != LUA_TNUMBER)
        library_refuse_element(lua, list->name, i);
    *is_whole = lua_isinteger(lua, -1);
    *whole = *is_whole ? lua_tointeger(lua, -1) : 0;
    double value = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    return value;
}

static double number(const struct list *list, size_t i)
{
    lua_Integer whole;
    bool is_whole;
    return element(list, i, &whole, &is_whole);
}

/* A table that has keys but no element 1 is no list. */
static bool is_map(lua_State *lua)
{
    if (lua_rawlen(lua, 1) > 0)
        return false;
    lua_pushnil(lua);
    if (!lua_next(lua, 1))
        return false;
    lua_pop(lua, 2);
    return true;
}

/* The list at index 1, `looks` passes over which are charged. False: nil. */
static bool open_list(lua_State *lua, const char *name, size_t looks, struct list *list)
{
    *list = (struct list){.lua = lua, .name = name, .view = bridge_view(lua, 1)};
    if (lua_isnoneornil(lua, 1))
        return false;
    const char *kind = list->view ? (json_is_array(list->view) ? "" : "a map")
                       : !lua_istable(lua, 1) ? library_kind(lua, 1)
                       : is_map(lua)          ? "a map"
                                              : "";
    if (*kind)
        luaL_error(lua, "%s: expected a list of numbers, found %s%s", name, kind,
                   lua_type(lua, 1) == LUA_TNUMBER ? " (math.min and math.max compare numbers)" : "");
    list->n = list->view ? json_array_size(list->view) : lua_rawlen(lua, 1);
    if (list->view)
        sandbox_looked(lua, list->view, NULL);
    sandbox_charge(lua, 1 + list->n * looks / ELEMENTS_PER_STEP);
    return true;
}

/* ---- sums ---- */

/* A sum whose lost low digits are kept (Neumaier 1974): the error does not grow with the number of terms. */
struct sum {
    double high, low;
};

static void add(struct sum *sum, double x)
{
    double t = sum->high + x;
    sum->low += fabs(sum->high) >= fabs(x) ? (sum->high - t) + x : (x - t) + sum->high;
    sum->high = t;
}

static double total(const struct sum *sum)
{
    return isfinite(sum->high) && isfinite(sum->low) ? sum->high + sum->low : sum->high;
}

static double sum_of(const struct list *list)
{
    struct sum sum = {0};
    for (size_t i = 0; i < list->n; i++)
        add(&sum, number(list, i));
    return total(&sum);
}

/* NaN is as nothing. */
static int give(lua_State *lua, double value)
{
    if (isnan(value))
        lua_pushnil(lua);
    else
        lua_pushnumber(lua, value);
    return 1;
}

/* Of integers an integer, where it fits. */
static int list_sum(lua_State *lua)
{
    struct list list;
    if (!open_list(lua, "sum", 2, &list) || list.n == 0)
        return 0;
    lua_Integer whole, sum = 0;
    bool is_whole = true, fits = true;
    for (size_t i = 0; i < list.n && fits; i++) {
        element(&list, i, &whole, &is_whole);
        fits = is_whole && !__builtin_add_overflow(sum, whole, &sum);
    }
    if (!fits)
        return give(lua, sum_of(&list));
    lua_pushinteger(lua, sum);
    return 1;
}

static int list_mean(lua_State *lua)
{
    struct list list;
    if (!open_list(lua, "mean", 1, &list) || list.n == 0)
        return 0;
    return give(lua, sum_of(&list) / (double)list.n);
}

/* Whether the third argument of stdev asks for the whole population. */
static bool wants_population(lua_State *lua)
{
    if (lua_isnoneornil(lua, 2))
        return false;
    if (!lua_istable(lua, 2))
        luaL_error(lua, "stdev: argument 2 is %s: expected {population = true}", library_kind(lua, 2));
    lua_getfield(lua, 2, "population");
    bool wanted = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return wanted;
}

/* Corrected two-pass sum of squares (Chan, Golub, LeVeque 1983). */
static int list_stdev(lua_State *lua)
{
    struct list list;
    bool population = wants_population(lua);
    if (!open_list(lua, "stdev", 2, &list))
        return 0;
    double mean = sum_of(&list) / (double)list.n;
    if (list.n < (population ? 1 : 2))
        return 0;
    struct sum squares = {0}, rest = {0};
    for (size_t i = 0; i < list.n; i++) {
        double away = number(&list, i) - mean;
        add(&squares, away * away);
        add(&rest, away);
    }
    double left = total(&squares) - total(&rest) * total(&rest) / (double)list.n;
    return give(lua, isnan(left) ? left : sqrt(fmax(left, 0) / (double)(list.n - !population)));
}

/* ---- order ---- */

/* The element itself, so that an integer stays one. */
static int extreme(lua_State *lua, const char *name, bool greatest)
{
    struct list list;
    if (!open_list(lua, name, 1, &list) || list.n == 0)
        return 0;
    lua_Integer whole, best_whole = 0;
    bool is_whole, best_is_whole = false, nan = false;
    double best = 0;
    for (size_t i = 0; i < list.n; i++) {
        double value = element(&list, i, &whole, &is_whole);
        nan |= isnan(value);
        bool both = is_whole && best_is_whole;
        bool less = both ? whole < best_whole : value < best, more = both ? whole > best_whole : value > best;
        if (i == 0 || (greatest ? more : less))
            best = value, best_whole = whole, best_is_whole = is_whole;
    }
    if (nan || !best_is_whole)
        return give(lua, nan ? NAN : best);
    lua_pushinteger(lua, best_whole);
    return 1;
}

static int list_min(lua_State *lua)
{
    return extreme(lua, "min", false);
}

static int list_max(lua_State *lua)
{
    return extreme(lua, "max", true);
}

static int list_count(lua_State *lua)
{
    struct list list;
    if (!open_list(lua, "count", 0, &list))
        return 0;
    lua_pushinteger(lua, (lua_Integer)list.n);
    return 1;
}

/* Pushes a copy that Lua owns; NULL: there is a NaN. */
static double *copy_of(const struct list *list)
{
    double *values = lua_newuserdatauv(list->lua, list->n * sizeof(double), 0);
    bool nan = false;
    for (size_t i = 0; i < list->n; i++) {
        values[i] = number(list, i);
        nan |= isnan(values[i]);
    }
    return nan ? NULL : values;
}

static int list_percentile(lua_State *lua)
{
    struct list list;
    double p = lua_type(lua, 2) == LUA_TNUMBER ? lua_tonumber(lua, 2) : NAN;
    if (!(p >= 0 && p <= 100))
        return luaL_error(lua, "percentile: argument 2 must be a number from 0 to 100");
    if (!open_list(lua, "percentile", 4, &list) || list.n == 0)
        return 0;
    double *values = copy_of(&list);
    return values ? give(lua, quantile_at(values, list.n, p / 100)) : 0;
}

/* The mean of the two in the middle, where there are two. */
static int list_median(lua_State *lua)
{
    struct list list;
    if (!open_list(lua, "median", 4, &list) || list.n == 0)
        return 0;
    double *values = copy_of(&list);
    return values ? give(lua, quantile_median(values, list.n)) : 0;
}

void library_add_lists(lua_State *lua)
{
    static const luaL_Reg functions[] = {{"mean", list_mean},   {"median", list_median}, {"percentile", list_percentile},
                                         {"stdev", list_stdev}, {"min", list_min},       {"max", list_max},
                                         {"sum", list_sum},     {"count", list_count},   {NULL, NULL}};
    luaL_setfuncs(lua, functions, 0);
}
