#include "report/short_names.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { SEGMENTS_MAX = 32 };

size_t short_names_prefix(const char *const *names, size_t n)
{
    if (n < 2)
        return 0;
    size_t shared = strlen(names[0]);
    for (size_t i = 1; i < n; i++) {
        size_t k = 0;
        while (k < shared && names[i][k] == names[0][k])
            k++;
        shared = k;
    }
    while (shared && names[0][shared - 1] != '_')
        shared--;
    for (size_t i = 0; i < n; i++)
        if (!names[i][shared])
            return 0;
    return shared;
}

static size_t count_segments(const char *path)
{
    size_t n = 1;
    for (; *path; path++)
        n += *path == '/';
    return n;
}

/* Which segments are not the same in all paths; false when the paths cannot be held against each other. */
static bool find_varying(const char *const *paths, size_t n, bool varies[SEGMENTS_MAX])
{
    size_t segments = n ? count_segments(paths[0]) : 0;
    bool any = false;
    if (segments < 2 || segments > SEGMENTS_MAX)
        return false;
    for (size_t i = 1; i < n; i++) {
        const char *a = paths[0], *b = paths[i];
        if (count_segments(b) != segments)
            return false;
        for (size_t k = 0; k < segments; k++) {
            size_t len = strcspn(a, "/"), other = strcspn(b, "/");
            varies[k] |= len != other || memcmp(a, b, len) != 0;
            any |= varies[k];
            a += len + (a[len] == '/');
            b += other + (b[other] == '/');
        }
    }
    return any;
}

static const char *varying_part(const char *path, const bool *varies, struct arena *arena)
{
    char *out = arena_alloc(arena, strlen(path) + 1), *to = out;
    for (size_t k = 0; *path; k++) {
        size_t len = strcspn(path, "/");
        if (varies[k]) {
            if (to > out)
                *to++ = '/';
            memcpy(to, path, len);
            to += len;
        }
        path += len + (path[len] == '/');
    }
    *to = '\0';
    return out;
}

/* The byte where column `column` begins; bytes that are no UTF-8 count as columns. */
static size_t offset_of(const char *s, size_t column)
{
    const char *at = s, *end = s + strlen(s);
    while (column-- && at < end) {
        size_t n = text_utf8(at, end);
        at += n ? n : 1;
    }
    return (size_t)(at - s);
}

static const char *cut_middle(const char *s, size_t max, struct arena *arena)
{
    size_t width = text_width(s);
    if (width <= max)
        return s;
    size_t left = (max - 1) / 2, right = max - 1 - left;
    return arena_printf(arena, "%.*s…%s", (int)offset_of(s, left), s, s + offset_of(s, width - right));
}

void short_names_paths(const char *const *paths, const char **shown, size_t n, size_t max, struct arena *arena)
{
    bool varies[SEGMENTS_MAX] = {false};
    bool known = find_varying(paths, n, varies);
    for (size_t i = 0; i < n; i++)
        shown[i] = cut_middle(known ? varying_part(paths[i], varies, arena) : paths[i], max, arena);
}
