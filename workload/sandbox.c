/* The sandbox: opening, evaluating, and those that wait for another test. Values cross between JSON and Lua in workload/bridge.c.
 *
 * Errors inside are Lua errors (longjmp); every entry from outside runs under one lua_pcall and holds no resource across it.
 * JSON values that Lua borrows are kept alive by sandbox->owned until the sandbox is closed. */
#include <stdlib.h>

#include <lauxlib.h>

#include "workload/bridge.h"
#include "workload/plain_path.h"
#include "workload/sandbox_inside.h"
#include "workload/state.h"

static void tell_looked(void *sandbox, const json_t *view, const char *member)
{
    const struct sandbox_options *options = &((const struct sandbox *)sandbox)->options;
    if (view == options->watched && options->looked)
        options->looked(options->context, member);
}

void sandbox_looked(lua_State *lua, const json_t *view, const char *member)
{
    tell_looked(sandbox_of(lua), view, member);
}

void sandbox_building(lua_State *lua, bool held)
{
    sandbox_of(lua)->building += held ? 1 : (size_t)-1;
}

/* Pushes the compiled piece as a function whose _ENV is the environment. */
static void push_code(lua_State *lua, const struct code *code)
{
    if (luaL_loadbufferx(lua, code->bytes, code->bytes_n, "expression", "b") != LUA_OK)
        lua_error(lua);
    lua_getfield(lua, LUA_REGISTRYINDEX, "environment");
    if (!lua_setupvalue(lua, -2, 1))
        lua_pop(lua, 1); /* a piece that names no global has no _ENV */
}

/* What one entry from outside asks for; handed to the protected functions as a light userdata. */
struct request {
    struct sandbox *sandbox;
    const struct code *code;
    const char *function;
    json_t *argument;
    struct sandbox_result result;
    uint64_t print;
    bool printed;
};

static int open_protected(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    const struct sandbox_options *options = &request->sandbox->options;
    sandbox_make_environment(lua, options->helpers);
    for (size_t i = 0; i < options->files_n; i++) {
        push_code(lua, &options->files[i]);
        lua_call(lua, 0, 0);
    }
    return 0;
}

static int evaluate_protected(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    push_code(lua, request->code);
    lua_call(lua, 0, 1);
    request->result.value = lua_isnil(lua, -1) ? NULL : bridge_json(lua, -1, &request->result.non_finite);
    return 0;
}

static int call_protected(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    lua_getfield(lua, LUA_REGISTRYINDEX, "library");
    lua_pushstring(lua, request->function);
    if (lua_rawget(lua, -2) != LUA_TFUNCTION)
        return luaL_error(lua, "there is no function '%s'", request->function);
    bridge_push(lua, request->argument);
    lua_call(lua, 1, 1);
    request->result.value = lua_isnil(lua, -1) ? NULL : bridge_json(lua, -1, &request->result.non_finite);
    return 0;
}

static int print_protected(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    lua_getfield(lua, LUA_REGISTRYINDEX, "library");
    request->printed = state_print(lua, -1, &request->print);
    return 0;
}

static bool run(struct sandbox *sandbox, lua_CFunction function, struct request *request, enum error_kind kind,
                struct pos at, struct error *err)
{
    lua_State *lua = sandbox->lua;
    sandbox_reset_limits(sandbox);
    lua_settop(lua, 0);
    lua_pushcfunction(lua, function);
    lua_pushlightuserdata(lua, request);
    int status = lua_pcall(lua, 1, 0, 0);
    if (status == LUA_OK)
        return true;
    sandbox_take_error(lua, status == LUA_ERRMEM ? sandbox->memory_limit : NULL, kind, at, err);
    json_decref(request->result.value);
    request->result.value = NULL;
    return false;
}

/* ---- opening and closing ---- */

struct sandboxes *sandboxes_open(void)
{
    struct sandboxes *sandboxes = memory_need(calloc(1, sizeof(*sandboxes)));
    pthread_mutex_init(&sandboxes->lock, NULL);
    return sandboxes;
}

static void free_sandbox(struct sandbox *sandbox)
{
    lua_close(sandbox->lua);
    region_close(&sandbox->region);
    json_decref(sandbox->owned);
    free(sandbox);
}

void sandboxes_close(struct sandboxes *sandboxes)
{
    if (!sandboxes)
        return;
    for (struct sandbox *sandbox = sandboxes->idle, *next; sandbox; sandbox = next) {
        next = sandbox->next;
        free_sandbox(sandbox);
    }
    pthread_mutex_destroy(&sandboxes->lock);
    free(sandboxes);
}

/* One that another test has left, as it was before that test; or NULL. */
static struct sandbox *take_idle(const struct sandbox_options *options)
{
    if (!options->sandboxes)
        return NULL;
    pthread_mutex_lock(&options->sandboxes->lock);
    struct sandbox *sandbox = options->sandboxes->idle;
    if (sandbox)
        options->sandboxes->idle = sandbox->next;
    pthread_mutex_unlock(&options->sandboxes->lock);
    if (sandbox)
        sandbox->options = *options;
    return sandbox;
}

static bool make_idle(struct sandbox *sandbox)
{
    struct sandboxes *sandboxes = sandbox->options.sandboxes;
    if (!sandboxes || sandbox->building || !region_restore(&sandbox->region))
        return false;
    json_array_clear(sandbox->owned);
    sandbox->owned_size = 0;
    sandbox->memory = sandbox->opened_memory;
    sandbox->globals = NULL;
    pthread_mutex_lock(&sandboxes->lock);
    sandbox->next = sandboxes->idle;
    sandboxes->idle = sandbox;
    pthread_mutex_unlock(&sandboxes->lock);
    return true;
}

struct sandbox *sandbox_open(const struct sandbox_options *options, struct error *err)
{
    struct sandbox *sandbox = take_idle(options);
    if (sandbox)
        return sandbox;
    sandbox = memory_need(calloc(1, sizeof(*sandbox)));
    sandbox->options = *options;
    sandbox->owned = memory_need(json_array());
    sandbox->loading = true;
    region_open(&sandbox->region);
    sandbox->lua = memory_need(lua_newstate(sandbox_alloc, sandbox));
    *(struct sandbox **)lua_getextraspace(sandbox->lua) = sandbox;
    sandbox_watch(sandbox);
    struct request request = {.sandbox = sandbox};
    if (!run(sandbox, open_protected, &request, ERR_USAGE, (struct pos){0}, err)) {
        free_sandbox(sandbox);
        return NULL;
    }
    sandbox->loading = false;
    if (options->sandboxes) {
        region_save(&sandbox->region);
        sandbox->opened_memory = sandbox->memory;
    }
    return sandbox;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (sandbox && !make_idle(sandbox))
        free_sandbox(sandbox);
}

void sandbox_globals(struct sandbox *sandbox, json_t *globals)
{
    sandbox->globals = globals;
}

/* The Lua type of what the library has under that name. */
static int type_of(struct sandbox *sandbox, const char *name)
{
    lua_State *lua = sandbox->lua;
    lua_settop(lua, 0);
    lua_getfield(lua, LUA_REGISTRYINDEX, "library");
    int type = lua_getfield(lua, -1, name);
    lua_settop(lua, 0);
    return type;
}

bool sandbox_has_function(struct sandbox *sandbox, const char *name)
{
    return type_of(sandbox, name) == LUA_TFUNCTION;
}

bool sandbox_has_name(struct sandbox *sandbox, const char *name)
{
    return type_of(sandbox, name) != LUA_TNIL;
}

/* A plain path needs no Lua to be found. */
static bool find_plain(struct sandbox *sandbox, const struct code *expression, struct sandbox_result *result)
{
    json_t *value = NULL;
    if (!expression->path || !plain_path_find(expression->path, sandbox->globals, tell_looked, sandbox, &value))
        return false;
    if (sandbox->options.touched)
        sandbox->options.touched(sandbox->options.context, expression->path[0]);
    *result = (struct sandbox_result){.value = json_incref(value)};
    return true;
}

bool sandbox_evaluate(struct sandbox *sandbox, const struct code *expression, struct sandbox_result *result,
                      struct error *err)
{
    if (find_plain(sandbox, expression, result))
        return true;
    struct request request = {.sandbox = sandbox, .code = expression};
    bool ok = run(sandbox, evaluate_protected, &request, ERR_ARTIFACT, expression->at, err);
    *result = request.result;
    return ok;
}

bool sandbox_call(struct sandbox *sandbox, const char *function, struct pos at, json_t *argument,
                  struct sandbox_result *result, struct error *err)
{
    struct request request = {.sandbox = sandbox, .function = function, .argument = argument};
    bool ok = run(sandbox, call_protected, &request, ERR_ARTIFACT, at, err);
    *result = request.result;
    return ok;
}

bool sandbox_state(struct sandbox *sandbox, uint64_t *print)
{
    struct request request = {.sandbox = sandbox};
    struct error ignored = {0};
    bool ok = run(sandbox, print_protected, &request, ERR_BUG, (struct pos){0}, &ignored) && request.printed;
    *print = request.print;
    return ok;
}
