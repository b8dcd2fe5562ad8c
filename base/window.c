#include "base/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct window window_open(struct content *content, size_t size, size_t max, const char *unit)
{
    size_t len;
    const char *text = content_text(content, &len);
    if (text)
        return window_of_text(text, len);
    return (struct window){.start = "", .end = "", .content = content, .size = size, .max = max < size ? size : max, .unit = unit};
}

struct window window_of_text(const char *text, size_t len)
{
    const char *start = len ? text : "";
    return (struct window){.start = start, .end = start + len, .last = true};
}

void window_close(struct window *window)
{
    free(window->buffer);
    window->buffer = NULL;
}

/* What is worth having for a content of this size: a small file needs no large window. */
static size_t first_room(const struct window *window)
{
    uint64_t expected = content_expected(window->content) + 1;
    return expected > 1 && expected < window->size ? (size_t)expected : window->size;
}

/* Room for more bytes behind the `kept` ones, which stand at `from` and are moved to the front. A window that grew for one long
 * piece becomes small again. */
static bool make_room(struct window *window, const char *from, size_t kept, struct error *err)
{
    size_t room = window->room ? window->room : first_room(window);
    if (kept >= window->max)
        return error_at(err, ERR_ARTIFACT, (struct pos){.file = content_name(window->content)},
                        "%s is longer than %zu %s (from byte %llu on)", window->unit,
                        window->max >= 1 << 20 ? window->max >> 20 : window->max, window->max >= 1 << 20 ? "MB" : "bytes",
                        (unsigned long long)window->offset);
    if (kept)
        memmove(window->buffer, from, kept);
    while (room - kept < (room + 1) / 2 && room < window->max) /* half of it is always read anew */
        room = room * 2 < window->max ? room * 2 : window->max;
    while (room > window->size && kept < window->size / 2)
        room = window->size;
    if (room != window->room) {
        window->buffer = memory_need(realloc(window->buffer, room));
        window->room = room;
    }
    return true;
}

bool window_more(struct window *window, const char *keep, struct error *err)
{
    assert(!window->last && keep >= window->start && keep <= window->end);
    size_t kept = (size_t)(window->end - keep), n = kept, got;
    window->offset += (uint64_t)(keep - window->start);
    if (!make_room(window, keep, kept, err))
        return false;
    do { /* a pipe gives little at a time, and who looks at all of what is kept anew should find it doubled */
        if (!content_read(window->content, window->buffer + n, window->room - n, &got, err))
            return false;
        n += got;
    } while (got && n < window->room && n - kept < kept);
    window->start = window->buffer;
    window->end = window->buffer + n;
    window->last = got == 0;
    return true;
}
