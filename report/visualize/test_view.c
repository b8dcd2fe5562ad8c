#include "report/visualize/test_view.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "json/write.h"

enum { NAME_VALUE_MAX = 200, NAME_MAX_BYTES = 2000 };

static bool is_named(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* How many bytes of the paths are directories that all of them begin with. */
static size_t shared_by_all(const struct test *tests, size_t n)
{
    const char *last = strrchr(tests[0].relative, '/');
    size_t shared = last ? (size_t)(last + 1 - tests[0].relative) : 0;
    for (size_t i = 1; shared && i < n; i++)
        while (shared && strncmp(tests[0].relative, tests[i].relative, shared) != 0)
            for (shared--; shared && tests[0].relative[shared - 1] != '/';)
                shared--;
    return shared;
}

const char *const *test_view_titles(struct arena *arena, const struct test *tests, size_t n)
{
    const char **titles = ARENA_ARRAY(arena, const char *, n);
    size_t shared = n ? shared_by_all(tests, n) : 0;
    for (size_t i = 0; i < n; i++)
        titles[i] = strcmp(tests[i].relative, ".") == 0 ? "the only test" : tests[i].relative + shared;
    return titles;
}

/* Every test has every key (discovery makes them uniform), so each can be held against the first. */
const char *const *test_view_variables(struct arena *arena, const struct test *tests, size_t n)
{
    LIST_OF(const char *) names = {0};
    const char *key;
    json_t *value;
    for (size_t i = 1; i < n; i++)
        json_object_foreach(tests[i].settings, key, value)
            if (!json_equal(value, json_object_get(tests[0].settings, key)) && !is_named(names.v, names.n, key))
                *LIST_ADD(arena, &names) = arena_strdup(arena, key);
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

const char *test_view_json(struct arena *arena, const json_t *value, size_t max)
{
    struct text out = text_open(2 * max + 1000);
    json_write(&out, value, &(struct json_style){.indent = 0}, 0);
    char *shown = arena_printf(arena, "%s%s", out.s, out.over ? "…" : ""); /* over: what did not fit was left out */
    text_close(&out);
    error_shorten(shown, max);
    return shown;
}

const char *test_view_shown(struct arena *arena, const json_t *value, size_t max)
{
    if (!json_is_string(value))
        return test_view_json(arena, value, max);
    char *shown = arena_strndup(arena, json_string_value(value), json_string_length(value));
    error_shorten(shown, max);
    return shown;
}

const char *test_view_name(struct arena *arena, const json_t *settings, const char *const *variables)
{
    struct text out = text_open(NAME_MAX_BYTES);
    for (; *variables; variables++) {
        const json_t *value = json_object_get(settings, *variables);
        if (value && !json_is_null(value))
            text_printf(&out, "%s%s=%s", out.len ? ", " : "", *variables, test_view_shown(arena, value, NAME_VALUE_MAX));
    }
    const char *name = arena_strdup(arena, out.s);
    text_close(&out);
    return name;
}

bool test_view_wrong(const struct test_view *view)
{
    bool wrong = view->exit_code != 0 || view->violations_n > 0;
    for (size_t i = 0; i < view->findings_n; i++)
        wrong |= view->findings[i].level >= FINDING_LACK;
    return wrong;
}

const char *test_view_uuid(const struct test_view *view)
{
    const json_t *metadata = json_object_get(view->payload, "metadata");
    const char *uuid = json_string_value(json_object_get(metadata, "test_uuid"));
    return uuid ? uuid : json_string_value(json_object_get(view->values, "test_uuid"));
}

/* The length of the directories that both begin with, without a slash at the end. */
static size_t shared_directories(const char *a, const char *b)
{
    size_t shared = 0, i = 0;
    for (; a[i] && a[i] == b[i]; i++)
        if (a[i] == '/')
            shared = i;
    bool ends = (!a[i] || a[i] == '/') && (!b[i] || b[i] == '/');
    return ends ? i : shared;
}

const char *test_view_link(struct arena *arena, const char *from, const char *to)
{
    size_t shared = shared_directories(from, to);
    struct text out = text_open(1 << 20);
    for (const char *s = from + shared; *s; s++)
        if (*s == '/' && s[1] && s[1] != '/')
            text_add(&out, "../");
    const char *rest = to + shared;
    text_add(&out, rest + strspn(rest, "/"));
    while (out.len > 1 && out.s[out.len - 1] == '/')
        out.s[--out.len] = '\0';
    const char *link = arena_strdup(arena, out.len ? out.s : ".");
    text_close(&out);
    return link;
}

const char *test_view_id(struct arena *arena, size_t i)
{
    return arena_printf(arena, "test-%zu", i + 1);
}
