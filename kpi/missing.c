#include "kpi/missing.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { PATH_MAX_SHOWN = 400, NAME_MAX_SHOWN = 200 };

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t name_len(const char *p)
{
    size_t n = 0;
    while (is_name(p[n]))
        n++;
    return n;
}

/* The name that comes next, ".name" or ["name"]; *p moves behind it. False: another thing follows. */
static bool next_name(const char **p, const char **name, size_t *len)
{
    if (**p == '.' && name_len(*p + 1)) {
        *name = *p + 1;
        *len = name_len(*name);
        *p = *name + *len;
        return true;
    }
    char quote = **p == '[' ? (*p)[1] : '\0';
    if (quote != '"' && quote != '\'')
        return false;
    *name = *p + 2;
    const char *end = strchr(*name, quote);
    if (!end || end[1] != ']')
        return false;
    *len = (size_t)(end - *name);
    *p = end + 2;
    return true;
}

/* Follows what stands behind the root's name at `p`. False: it leads to a value. */
static bool leads_to_null(const char *p, const char *root, const json_t *value, struct text *path, struct text *pointer)
{
    const char *name;
    size_t len;
    text_clear(path), text_clear(pointer);
    text_add(path, root);
    text_printf(pointer, "/%s", root);
    while (next_name(&p, &name, &len) && len <= NAME_MAX_SHOWN) {
        text_printf(path, ".%.*s", (int)len, name);
        text_printf(pointer, "/%.*s", (int)len, name);
        if (value && !json_is_object(value))
            return false;
        value = json_object_getn(value, name, len);
        if (!value || json_is_null(value))
            return true;
    }
    return false;
}

static void add_missing(struct arena *arena, struct kpi_missing *found, const char *path, const char *pointer)
{
    for (size_t i = 0; i < found->n; i++)
        if (strcmp(found->v[i].path, path) == 0)
            return;
    found->v[found->n].path = arena_strdup(arena, path);
    found->v[found->n++].pointer = arena_strdup(arena, pointer);
}

struct kpi_missing kpi_missing_find(struct arena *arena, const char *expression, const json_t *metadata, const json_t *results)
{
    const struct {
        const char *name;
        const json_t *value;
    } roots[] = {{"metadata", metadata}, {"results", results}};
    struct kpi_missing found = {0};
    struct text path = text_open(PATH_MAX_SHOWN), pointer = text_open(PATH_MAX_SHOWN);
    for (const char *p = expression; *p && found.n < KPI_MISSING_MAX; p += name_len(p) ? name_len(p) : 1) {
        for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
            size_t n = strlen(roots[i].name);
            bool starts = name_len(p) == n && strncmp(p, roots[i].name, n) == 0 && (p == expression || p[-1] != '.');
            if (starts && leads_to_null(p + n, roots[i].name, roots[i].value, &path, &pointer))
                add_missing(arena, &found, path.s, pointer.s);
        }
    }
    text_close(&path), text_close(&pointer);
    return found;
}
