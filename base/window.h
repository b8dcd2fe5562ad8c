/* base/window.h — the part of a content that is in memory: what moves over a large text, front to back.
 *
 *     struct window window = window_open(content, WINDOW_SIZE, 64 << 20, "a line");
 *     const char *p = window.start;
 *     for (;;) {
 *         const char *feed = memchr(p, '\n', (size_t)(window.end - p));
 *         if (!feed && !window.last) {              // not all of the line is there
 *             if (!window_more(&window, p, err)) …  // keeps what is from p on
 *             p = window.start;
 *             continue;
 *         }
 *         …
 *     }
 *     window_close(&window);
 *
 * A text in memory is one window, `last` from the start, and never moves.
 */
#ifndef BASE_WINDOW_H
#define BASE_WINDOW_H
#include "base/content.h"

enum { WINDOW_SIZE = 128 * 1024 }; /* stays in a core's second cache */

struct window {
    const char *start, *end; /* what is there */
    bool last;               /* the text ends at `end` */
    uint64_t offset;         /* of `start` in the text */
    /* window.c only */
    struct content *content; /* NULL: all is there */
    char *buffer;
    size_t size, room, max;
    const char *unit;
};

/* `content` is borrowed. `size`: how large the window is at first; what is kept may make it grow up to `max`; `unit` says in
 * errors what that was: "a line". The first part is there after window_more(&window, window.start, err). */
struct window window_open(struct content *content, size_t size, size_t max, const char *unit);
struct window window_of_text(const char *text, size_t len);
void window_close(struct window *window);

/* Drops what stands before `keep`, a place in [start, end], and reads on: `keep` is window->start then, and there is at least
 * one more byte, or the window is known to be the last one. All pointers into it are void. Not to be called on the last
 * window. Fails when reading does (ERR_ARTIFACT), or when [keep, end) is as large as may be. */
bool window_more(struct window *window, const char *keep, struct error *err);

#endif
