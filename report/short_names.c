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

static const char *segment(const char *path, size_t k, size_t *len)
{
    for (; k; k--)
        path += strcspn(path, "/") + 1;
    *len = strcspn(path, "/");
    return path;
}

static bool same_segment(const char *a, size_t i, const char *b, size_t k)
{
    size_t x, y;
    const char *s = segment(a, i, &x), *t = segment(b, k, &y);
    return x == y && memcmp(s, t, x) == 0;
}

/* Segments that all paths share: in the same place from the start, or counted from the end. */
struct shared {
    bool all_alike; /* same number of segments: by_place counts */
    bool by_place[SEGMENTS_MAX];
    size_t first, last; /* how many at each end */
};

static struct shared find_shared(const char *const *paths, size_t n)
{
    size_t segments = count_segments(paths[0]), least = segments;
    struct shared shared = {.all_alike = segments <= SEGMENTS_MAX};
    for (size_t i = 1; i < n; i++) {
        size_t other = count_segments(paths[i]);
        shared.all_alike &= other == segments;
        least = other < least ? other : least;
    }
    shared.first = shared.last = least;
    for (size_t k = 0; k < segments && shared.all_alike; k++)
        shared.by_place[k] = true;
    for (size_t i = 1; i < n; i++) {
        size_t other = count_segments(paths[i]), k = 0;
        for (size_t place = 0; place < segments && shared.all_alike; place++)
            shared.by_place[place] &= same_segment(paths[0], place, paths[i], place);
        while (k < shared.first && same_segment(paths[0], k, paths[i], k))
            k++;
        shared.first = k;
        for (k = 0; k < shared.last && same_segment(paths[0], segments - 1 - k, paths[i], other - 1 - k);)
            k++;
        shared.last = k;
    }
    return shared;
}

/* Which segments of the path stay; all of them when none would. */
static const char *without_shared(const char *path, const struct shared *shared, struct arena *arena)
{
    size_t n = count_segments(path);
    char *out = arena_alloc(arena, strlen(path) + 1), *to = out;
    for (size_t k = 0; k < n; k++) {
        size_t len;
        const char *s = segment(path, k, &len);
        if (shared->all_alike ? shared->by_place[k] : k < shared->first || k + shared->last >= n)
            continue;
        if (to > out)
            *to++ = '/';
        memcpy(to, s, len);
        to += len;
    }
    *to = '\0';
    return to > out ? out : path;
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

/* As many of the last segments as there is room for. */
static const char *shorten(const char *path, size_t max, struct arena *arena)
{
    const char *rest = path;
    while (text_width(rest) + (rest > path ? 2 : 0) > max && strchr(rest, '/'))
        rest = strchr(rest, '/') + 1;
    if (rest > path && text_width(rest) + 2 <= max)
        return arena_printf(arena, "…/%s", rest);
    return cut_middle(rest, max, arena);
}

void short_names_paths(const char *const *paths, const char **shown, size_t n, size_t max, struct arena *arena)
{
    struct shared shared = n ? find_shared(paths, n) : (struct shared){0};
    for (size_t i = 0; i < n; i++)
        shown[i] = shorten(without_shared(paths[i], &shared, arena), max, arena);
}
