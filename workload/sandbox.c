/* The sandbox: opening, limits, evaluating. Values cross between JSON and Lua in workload/bridge.c. Together they are the
 * only users of Lua, with workload/library.c.
 *
 * Errors inside are Lua errors (longjmp); every entry from outside runs under one lua_pcall and holds no resource across it.
 * JSON values that Lua borrows are kept alive by sandbox->owned until the sandbox is closed. */
#include "workload/sandbox.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "workload/bridge.h"
#include "workload/library.h"
#include "workload/plain_path.h"
#include "workload/region.h"
#include "workload/state.h"

enum {
    HOOK_EVERY = 1000,                  /* steps between two looks at the clock */
    ALLOCATED_MAX = 1024 * 1024 * 1024, /* bytes over one evaluation, also when freed again: copying takes time */
    OWNED_MAX = 1024 * 1024 * 1024,     /* bytes that helpers gave, over the life of the sandbox */
    SECONDS_MAX = 5,                    /* of processor time: for what costs much and counts little */
    LINE_MAX_SHOWN = 1000000
};

struct sandbox {
    lua_State *lua;
    struct sandbox_options options;
    json_t *owned;   /* array: keeps what Lua borrows alive */
    json_t *globals; /* borrowed */
    size_t memory, allocated, owned_size;
    uint64_t steps, looked; /* looked: when the clock was looked at last */
    struct timespec started; /* when clocked */
    bool clocked;
    bool loading;
    const char *memory_limit; /* why memory was refused last; NULL */
    struct region region;     /* the state */
    size_t building;          /* JSON values that the state holds and would free */
    size_t opened_memory;     /* `memory` when the region was saved */
    struct sandbox *next;     /* of the idle ones */
};

struct sandboxes {
    pthread_mutex_t lock;
    struct sandbox *idle;
};

static void *limited_alloc(void *context, void *block, size_t old, size_t size)
{
    struct sandbox *sandbox = context;
    size_t had = block ? old : 0;
    if (size == 0) {
        sandbox->memory -= had;
        return region_resize(&sandbox->region, block, had, 0);
    }
    if (size > had) {
        sandbox->allocated += size - had;
        if (sandbox->memory + (size - had) > SANDBOX_MEMORY_MAX) {
            sandbox->memory_limit = "needs more than 64 MB of memory";
            return NULL;
        }
        if (sandbox->allocated > ALLOCATED_MAX) {
            sandbox->memory_limit = "copies more than 1 GB";
            return NULL;
        }
    }
    void *moved = region_resize(&sandbox->region, block, had, size);
    if (moved)
        sandbox->memory += size - had; /* wraps around correctly when it shrinks */
    return moved;
}

/* Processor time since the first look of this evaluation: most end before one is due, and looking costs a system call. */
static double seconds_of(struct sandbox *sandbox)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    if (!sandbox->clocked)
        sandbox->started = now;
    sandbox->clocked = true;
    return (double)(now.tv_sec - sandbox->started.tv_sec) + (double)(now.tv_nsec - sandbox->started.tv_nsec) / 1e9;
}

static struct sandbox *sandbox_of(lua_State *lua)
{
    return *(struct sandbox **)lua_getextraspace(lua);
}

/* `level`: whose place the error names, as for luaL_where. */
static void count_steps(lua_State *lua, size_t steps, int level)
{
    struct sandbox *sandbox = sandbox_of(lua);
    const char *limit = NULL;
    sandbox->steps += steps;
    if (sandbox->steps > SANDBOX_STEPS_MAX) {
        limit = "takes more than 20 million steps";
    } else if (sandbox->steps - sandbox->looked >= HOOK_EVERY) {
        sandbox->looked = sandbox->steps;
        limit = seconds_of(sandbox) > SECONDS_MAX ? "takes more than 5 seconds" : NULL;
    }
    if (!limit)
        return;
    luaL_where(lua, level);
    lua_pushstring(lua, limit);
    lua_concat(lua, 2);
    lua_error(lua);
}

static void check_limits(lua_State *lua, lua_Debug *debug)
{
    (void)debug;
    count_steps(lua, HOOK_EVERY, 0);
}

void sandbox_charge(lua_State *lua, size_t steps)
{
    if (steps)
        count_steps(lua, steps, 1);
}

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

static void reset_limits(struct sandbox *sandbox)
{
    sandbox->steps = 0;
    sandbox->looked = 0;
    sandbox->allocated = 0;
    sandbox->memory_limit = NULL;
    sandbox->clocked = false;
}

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
    sandbox->looked = sandbox->steps - HOOK_EVERY; /* nobody knows how long it took: look at the clock */
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

/* Leaves the environment table on the stack; its library table is upvalue 1 of its metamethods. */
static void make_environment(lua_State *lua, const struct helper *helpers)
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
    make_environment(lua, options->helpers);
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

/* "workload.lua:7: …" → the line, and where the name of the file ends and the message begins; 0: there is no place. */
static int split_place(const char *message, size_t *name_n, const char **rest)
{
    const char *colon = strchr(message, ':');
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (!digits || strncmp(colon + 1 + digits, ": ", 2) != 0)
        return 0;
    long line = strtol(colon + 1, NULL, 10);
    *name_n = (size_t)(colon - message);
    *rest = colon + 1 + digits + 2;
    return line < LINE_MAX_SHOWN ? (int)line : 0;
}

/* Sets *err from the message on the stack. A message of the expression itself starts "expression:<line>: "; one of a file of
 * functions says where it is from. */
static void take_error(lua_State *lua, const char *message, enum error_kind kind, struct pos at, struct error *err)
{
    static const char prefix[] = "expression:";
    char file[400];
    const char *rest;
    long line;
    size_t name_n;
    if (!message)
        message = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "an error without text";
    if (strncmp(message, prefix, sizeof(prefix) - 1) == 0) {
        char *after;
        line = strtol(message + sizeof(prefix) - 1, &after, 10);
        if (line > 1 && line < LINE_MAX_SHOWN) {
            at.col = 0;
            at.line += (int)line - 1;
        }
        message = strncmp(after, ": ", 2) == 0 ? after + 2 : message;
    } else if ((line = split_place(message, &name_n, &rest)) > 0 && name_n < sizeof(file)) {
        memcpy(file, message, name_n);
        file[name_n] = '\0';
        at = (struct pos){.file = file, .line = (int)line};
        message = rest;
    }
    error_at(err, kind, at, "%s", message);
}

static bool run(struct sandbox *sandbox, lua_CFunction function, struct request *request, enum error_kind kind,
                struct pos at, struct error *err)
{
    lua_State *lua = sandbox->lua;
    reset_limits(sandbox);
    lua_settop(lua, 0);
    lua_pushcfunction(lua, function);
    lua_pushlightuserdata(lua, request);
    int status = lua_pcall(lua, 1, 0, 0);
    if (status == LUA_OK)
        return true;
    take_error(lua, status == LUA_ERRMEM ? sandbox->memory_limit : NULL, kind, at, err);
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
    sandbox->lua = memory_need(lua_newstate(limited_alloc, sandbox));
    *(struct sandbox **)lua_getextraspace(sandbox->lua) = sandbox;
    lua_sethook(sandbox->lua, check_limits, LUA_MASKCOUNT, HOOK_EVERY);
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

struct dump {
    struct arena *arena;
    struct {
        char *v;
        size_t n, cap;
    } bytes;
};

static int add_bytes(lua_State *lua, const void *piece, size_t size, void *context)
{
    (void)lua;
    struct dump *dump = context;
    const char *from = piece;
    for (size_t i = 0; i < size; i++)
        *LIST_ADD(dump->arena, &dump->bytes) = from[i];
    return 0;
}

static bool compile(struct arena *arena, const char *text, size_t len, const char *chunk, struct code *out,
                    struct error *err)
{
    lua_State *lua = memory_need(luaL_newstate());
    struct dump dump = {.arena = arena};
    bool ok = luaL_loadbufferx(lua, text, len, chunk, "t") == LUA_OK;
    if (ok)
        lua_dump(lua, add_bytes, &dump, 0);
    else
        take_error(lua, NULL, ERR_USAGE, out->at, err);
    lua_close(lua);
    out->bytes = dump.bytes.v;
    out->bytes_n = dump.bytes.n;
    return ok;
}

bool sandbox_compile_expression(struct arena *arena, const char *text, struct pos at, struct code *out,
                                struct error *err)
{
    *out = (struct code){.source = arena_strdup(arena, text), .at = at};
    if (text[strspn(text, " \t\r\n")] == '\0')
        return error_at(err, ERR_USAGE, at, "found nothing, expected an expression");
    const char *whole = arena_printf(arena, "return %s", text);
    bool ok = compile(arena, whole, strlen(whole), "=expression", out, err);
    out->path = ok ? plain_path_parse(arena, text) : NULL;
    return ok;
}

bool sandbox_compile_file(struct arena *arena, const char *text, size_t len, const char *file, struct code *out,
                          struct error *err)
{
    *out = (struct code){.source = text, .at = {.file = file}};
    return compile(arena, text, len, arena_printf(arena, "@%s", file), out, err);
}
