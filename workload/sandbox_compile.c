/* Byte code out of text, and errors of both with their place in the workload. */
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "workload/plain_path.h"
#include "workload/sandbox_inside.h"

enum { LINE_MAX_SHOWN = 1000000 };

/* ---- errors ---- */

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

void sandbox_take_error(lua_State *lua, const char *message, enum error_kind kind, struct pos at, struct error *err)
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

/* ---- compiling ---- */

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
        sandbox_take_error(lua, NULL, ERR_USAGE, out->at, err);
    lua_close(lua);
    out->bytes = dump.bytes.v;
    out->bytes_n = dump.bytes.n;
    return ok;
}

/* The word of Lua that stands where a member's name does, as in "times.end"; NULL: none. */
static const char *keyword_member(struct arena *arena, const char *text)
{
    static const char *const keywords[] = {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
                                           "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"};
    for (const char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.')) {
        size_t n = strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz_");
        for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
            if (strlen(keywords[i]) == n && memcmp(dot + 1, keywords[i], n) == 0)
                return arena_strndup(arena, dot + 1, n);
    }
    return NULL;
}

bool sandbox_compile_expression(struct arena *arena, const char *text, struct pos at, struct code *out,
                                struct error *err)
{
    *out = (struct code){.source = arena_strdup(arena, text), .at = at};
    if (text[strspn(text, " \t\r\n")] == '\0')
        return error_at(err, ERR_USAGE, at, "found nothing, expected an expression");
    const char *whole = arena_printf(arena, "return %s", text);
    struct error wrong = {0};
    bool ok = compile(arena, whole, strlen(whole), "=expression", out, &wrong);
    if (!ok) {
        const char *said = wrong.text + wrong.place_n, *keyword = strstr(said, "<name> expected") ? keyword_member(arena, text) : NULL;
        struct pos place = {.file = at.file, .line = wrong.line, .col = wrong.col};
        if (keyword)
            error_at(err, wrong.kind, place, "%s; '%s' is a word of Lua: write [\"%s\"] for .%s", said, keyword, keyword, keyword);
        else
            error_at(err, wrong.kind, place, "%s", said);
    }
    out->path = ok ? plain_path_parse(arena, text) : NULL;
    return ok;
}

bool sandbox_compile_file(struct arena *arena, const char *text, size_t len, const char *file, struct code *out,
                          struct error *err)
{
    *out = (struct code){.source = text, .at = {.file = file}};
    return compile(arena, text, len, arena_printf(arena, "@%s", file), out, err);
}
