/* json_path: a path on the first line, a document behind it. What `keep` leaves must give the same nodes as the whole,
 * and the normalized path of each node must find that node. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/path.h"
#include "json/read.h"
#include "json/write.h"

enum { LOOPS_MAX = 4, DOCUMENT_MAX = 2000, PLACES_TRIED = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void write_nodes(struct text *out, struct json_nodes nodes)
{
    static const struct json_style style = {.indent = -1};
    for (size_t i = 0; i < nodes.n; i++) {
        json_write(out, nodes.v[i], &style, 0);
        text_addc(out, '\n');
    }
}

static void try_places(struct json_nodes nodes, json_t *document, struct arena *arena)
{
    for (size_t i = 0; i < nodes.n && i < PLACES_TRIED; i++) {
        struct text place = text_open(1 << 20);
        struct error err = {0};
        json_place_render(&place, nodes.places[i]);
        struct json_path *path = json_path_parse(arena, place.s, (struct pos){0}, &err);
        assert(path && json_path_singular(path));
        struct json_nodes found = json_path_find(path, document, arena);
        assert(found.n == 1 && found.v[0] == nodes.v[i]);
        text_close(&place);
    }
}

static void compare(const struct json_path *path, const char *text, size_t len, struct arena *arena)
{
    struct error err = {0};
    struct json_repairs repairs;
    struct json_read_options all = {.file = "all", .repairs = &repairs},
                             some = {.file = "some", .keep = &path, .keep_n = 1};
    json_t *whole = json_read(text, len, &all, &err), *pruned = json_read(text, len, &some, &err);
    assert((whole != NULL) == (pruned != NULL));
    struct json_nodes want = {0}, got = {0};
    if (whole) {
        want = json_path_locate(path, whole, arena);
        got = json_path_find(path, pruned, arena);
        assert(want.over || want.n == got.n);
        assert(!json_path_singular(path) || want.n <= 1);
        try_places(want, whole, arena);
    }
    if (whole && want.n < 1000 && !repairs.repeated_keys) { /* else members may come in another order */
        struct text a = text_open(1 << 20), b = text_open(1 << 20);
        write_nodes(&a, want);
        write_nodes(&b, got);
        assert(strcmp(a.s, b.s) == 0);
        text_close(&a);
        text_close(&b);
    }
    json_decref(whole);
    json_decref(pruned);
}

/* How many loops within each other the path may make. */
static int loops_of(const char *path)
{
    int loops = 0;
    for (; *path; path++)
        loops += *path == '*' || *path == '?' || (path[0] == '.' && path[1] == '.');
    return loops;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes, *line = size ? memchr(text, '\n', size) : NULL;
    if (!line)
        return 0;
    struct arena arena = {0};
    struct error err = {0};
    char *first = arena_strndup(&arena, text, (size_t)(line - text));
    struct json_path *path = json_path_parse(&arena, first, (struct pos){.file = "fuzz", .line = 1, .col = 1}, &err);
    assert((path != NULL) == (err.kind == ERR_NONE));
    size_t len = size - (size_t)(line - text) - 1;
    if (path && loops_of(first) <= LOOPS_MAX && len <= DOCUMENT_MAX)
        compare(path, line + 1, len, &arena);
    arena_close(&arena);
    return 0;
}
