/* workload/names.h: what Lua text looks up, and what only looks as if. */
#include <string.h>

#include "base/text.h"
#include "tests/check.h"
#include "workload/names.h"

static const struct {
    const char *lua, *names; /* "name" or "name.member", with blanks between */
} rows[] = {
    {"", ""},
    {"a", "a"},
    {"a.b.c", "a.b"},
    {"a [ 'b' ] . c", "a.b"},
    {"a[\"b\"]", "a.b"},
    {"a['\\98']", "a"},
    {"a[b].c", "a b"},
    {"a[1]", "a"},
    {"a . b .. c.d", "a.b c.d"},
    {"a..b", "a b"},
    {"match(job.image, '([^/]*)$')[1] / gpus()", "match job.image gpus"},
    {"not a and b or c == nil", "a b c"},
    {"a:b(c)", "a c"},
    {"{x = a, ['y'] = b, c, [d] = 1}", "a b c d"},
    {"a == b", "a b"},
    {"1e5 + 0x1Fp-2 + .5 + 3.e + a", "a"},
    {"1 ..a", "a"},
    {"'a' .. \"b\\\"c\" .. [[d]] .. [==[e]]f]==] .. g", "g"},
    {"a -- b\n + c", "a c"},
    {"a --[[ b\n c ]] + d", "a d"},
    {"a --[==[ b ]] c ]==] + d", "a d"},
    {"(function(x, y) local z, w = x, q; for i, v in pairs(t) do z = i end return z end)(a)", "q pairs t a"},
    {"(function(...) local function f(n) return n end return f(...) end)(a)", "a"},
    {"'unended", ""},
    {"[[unended", ""},
    {"--[[unended", ""},
    {"a.", "a"},
    {"a[", "a"},
    {"goto a", ""},
    {"\x80\xff a", "a"},
};

static void test_used(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = {0};
        struct text got = text_open(1000);
        struct name_uses uses = names_used(&arena, rows[i].lua);
        for (size_t k = 0; k < uses.n; k++)
            text_printf(&got, "%s%s%s%s", k ? " " : "", uses.v[k].name, uses.v[k].member ? "." : "", uses.v[k].member ? uses.v[k].member : "");
        CHECK(strcmp(got.len ? got.s : "", rows[i].names) == 0, "%s: %s", rows[i].lua, got.s);
        text_close(&got);
        arena_close(&arena);
    }
}

static void test_functions(void)
{
    struct arena arena = {0};
    const char *const *names = names_functions(&arena, "function a() end local function b() end -- function c\nfunction d(x) end local e = function() end");
    CHECK(names[0] && strcmp(names[0], "a") == 0 && names[1] && strcmp(names[1], "d") == 0 && !names[2], "functions");
    arena_close(&arena);
}

static void test_mentioned(void)
{
    CHECK(names_mentioned("x = dirs.RUN .. '/a.json'", "RUN") && names_mentioned("x = dirs.RUN .. '/a.json'", "a.json"), "there");
    CHECK(!names_mentioned("RUNS + aRUN + RUN_", "RUN") && !names_mentioned("", "RUN") && !names_mentioned("RUN", ""), "not there");
    CHECK(names_mentioned("RUNS RUN", "RUN"), "the second one");
}

int main(void)
{
    test_used();
    test_functions();
    test_mentioned();
    return check_end();
}
