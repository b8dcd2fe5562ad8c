/* manual/completion.c: what may stand where, read from a command's usage and options. */
#include <string.h>

#include "manual/completion.h"
#include "tests/check.h"

/* "1:words list,show 2/show:free" */
static void render(struct arena *arena, const char *usage, struct text *out)
{
    static const char *const kinds[] = {[COMPLETION_FREE] = "free", [COMPLETION_WORDS] = "words", [COMPLETION_FILE] = "file",
                                        [COMPLETION_DIR] = "dir", [COMPLETION_WORKLOAD] = "workload", [COMPLETION_URI] = "uri"};
    const struct command command = {.name = "x", .arguments = usage};
    struct completion_arguments all = completion_of_arguments(arena, &command);
    for (size_t i = 0; i < all.n; i++)
        text_printf(out, "%s%zu%s%s:%s%s%s", i ? "; " : "", all.v[i].position, all.v[i].after ? "/" : "",
                    all.v[i].after ? all.v[i].after : "", kinds[all.v[i].value.kind], all.v[i].value.words ? " " : "",
                    all.v[i].value.words ? all.v[i].value.words : "");
}

static const struct {
    const char *usage, *expected;
} usages[] = {
    {NULL, ""},
    {"[DIR]", "1:dir"},
    {"WORKLOAD [TEST_DIR]", "1:workload; 2:dir"},
    {"list | show ID", "1:words list show; 2/show:free"},
    {"list | export URI | import [FILE]", "1:words list export import; 2/export:uri; 2/import:file"},
    {"FILE...", "1:file"},
    {"| |", ""},
};

static const struct {
    struct option option;
    enum completion_kind kind;
    const char *words;
} options[] = {
    {{"upload", OPTION_BOOL, NULL, NULL, false, ""}, COMPLETION_WORDS, "true false"},
    {{"workload", OPTION_TEXT, "NAME", NULL, false, ""}, COMPLETION_WORKLOAD, NULL},
    {{"scope", OPTION_TEXT, "older|all", NULL, false, ""}, COMPLETION_WORDS, "older all"},
    {{"output", OPTION_TEXT, "FILE", NULL, false, ""}, COMPLETION_FILE, NULL},
    {{"place", OPTION_LIST, "DIR", NULL, false, ""}, COMPLETION_DIR, NULL},
    {{"history", OPTION_TEXT, "URI", NULL, false, ""}, COMPLETION_URI, NULL},
    {{"allow_env", OPTION_LIST, "NAME", NULL, false, ""}, COMPLETION_FREE, NULL},
    {{"jobs", OPTION_NUMBER, NULL, NULL, false, ""}, COMPLETION_FREE, NULL},
};

int main(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++) {
        struct text out = text_open(1000);
        render(&arena, usages[i].usage, &out);
        CHECK(strcmp(out.s, usages[i].expected) == 0, "%s: %s", usages[i].usage ? usages[i].usage : "none", out.s);
        text_close(&out);
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        struct completion_value value = completion_of_option(&arena, &options[i].option);
        CHECK(value.kind == options[i].kind, "%s: %d", options[i].option.name, (int)value.kind);
        CHECK(!options[i].words == !value.words && (!value.words || strcmp(value.words, options[i].words) == 0), "%s: %s",
              options[i].option.name, value.words ? value.words : "none");
    }
    CHECK(strstr(completion_schemes(&arena), "sqlite:"), "%s", completion_schemes(&arena));
    arena_close(&arena);
    return check_end();
}
