/* Any bytes as an expression of a workload, with the helpers that need no test: an error with its place, or a value that can
 * be written; no address is in it; and the sandbox goes on working. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "json/write.h"
#include "store/parsing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct sandbox_result evaluate(struct sandbox *sandbox, struct arena *arena, const char *text, struct error *err)
{
    struct code code;
    struct sandbox_result result = {0};
    struct pos at = {.file = "fuzz", .line = 1, .col = 1};
    if (sandbox_compile_expression(arena, text, at, &code, err))
        sandbox_evaluate(sandbox, &code, &result, err);
    else
        assert(err->kind == ERR_USAGE);
    assert(!err->kind || (!result.value && err->text[0]));
    return result;
}

static void write_value(const json_t *value)
{
    struct text out = text_open(1 << 20);
    json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    text_close(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct error err = {0};
    struct parsing parsing = {.arena = &arena, .scratch = regex_scratch_open()};
    struct sandbox *sandbox = sandbox_open(&(struct sandbox_options){.helpers = store_helpers_without_test, .context = &parsing}, &err);
    json_t *globals = json_pack("{s:i s:{s:[i s n]} s:s s:n}", "n", 5, "doc", "list", 1, "a", "s", "some text", "nothing");
    assert(sandbox && globals);
    sandbox_globals(sandbox, globals);
    struct sandbox_result result = evaluate(sandbox, &arena, arena_strndup(&arena, (const char *)bytes, size), &err);
    if (result.value)
        write_value(result.value);
    json_decref(result.value);
    err = (struct error){0};
    result = evaluate(sandbox, &arena, "#doc.list + n", &err);
    assert(json_integer_value(result.value) == 8);
    json_decref(result.value);
    sandbox_close(sandbox);
    parsing_close(&parsing);
    json_decref(globals);
    arena_close(&arena);
    return 0;
}
