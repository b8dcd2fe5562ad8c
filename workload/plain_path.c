#include "workload/plain_path.h"

#include <math.h>
#include <string.h>

enum { STRING_MAX = 1 << 20 /* longer ones may pass the sandbox's limits, so it is to see them */ };

static const char blanks[] = " \t\r\n";
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

/* The name at *at, which moves behind it; NULL when there is none. */
static const char *take_name(struct arena *arena, const char **at)
{
    size_t n = **at >= '0' && **at <= '9' ? 0 : strspn(*at, letters);
    const char *name = n ? arena_strndup(arena, *at, n) : NULL;
    *at += n;
    return name;
}

/* ["name"] without escapes. */
static const char *take_quoted(struct arena *arena, const char **at)
{
    const char *text = *at + 2;
    char mark = (*at)[1];
    if (mark != '"' && mark != '\'')
        return NULL;
    size_t n = strcspn(text, mark == '"' ? "\\\"\r\n" : "\\'\r\n");
    if (text[n] != mark || text[n + 1] != ']')
        return NULL;
    *at = text + n + 2;
    return arena_strndup(arena, text, n);
}

const char *const *plain_path_parse(struct arena *arena, const char *text)
{
    static const char *const constants[] = {"nil", "true", "false"};
    LIST_OF(const char *) names = {0};
    const char *at = text + strspn(text, blanks), *name = take_name(arena, &at);
    for (size_t i = 0; name && i < sizeof(constants) / sizeof(constants[0]); i++)
        if (strcmp(name, constants[i]) == 0)
            return NULL;
    while (name) {
        *LIST_ADD(arena, &names) = name;
        name = NULL;
        if (*at == '.') {
            at++;
            name = take_name(arena, &at);
        } else if (*at == '[') {
            name = take_quoted(arena, &at);
        } else if (at[strspn(at, blanks)] == '\0') {
            *LIST_ADD(arena, &names) = NULL;
            return names.v;
        }
    }
    return NULL;
}

static bool is_sure(const json_t *value)
{
    if (json_is_string(value))
        return json_string_length(value) <= STRING_MAX;
    return !json_is_object(value) && !json_is_array(value) && (!json_is_real(value) || isfinite(json_real_value(value)));
}

bool plain_path_find(const char *const *path, const json_t *globals, void (*looked)(void *context, const json_t *view, const char *member),
                     void *context, json_t **value)
{
    json_t *found = json_object_get(globals, path[0]);
    for (const char *const *name = path + 1; *name; name++) {
        if (!json_is_object(found))
            return false;
        found = json_object_get(found, *name);
    }
    if ((!found && !path[1]) || (found && !is_sure(found)))
        return false;
    const json_t *view = json_object_get(globals, path[0]);
    for (const char *const *name = path + 1; *name; name++) {
        looked(context, view, *name);
        view = json_object_get(view, *name);
    }
    *value = json_is_null(found) ? NULL : found;
    return true;
}
