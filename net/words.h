/* net/words.h — what a server said, as people can read it.
 *
 * Servers answer an error with JSON ({"error": {"reason": …}}), HTML of a proxy before them, or plain text. From JSON the reason is
 * taken, and its deepest cause; from HTML the title, else its text; all else is taken as it is. */
#ifndef NET_WORDS_H
#define NET_WORDS_H
#include <stddef.h>

#include "base/arena.h"

/* One line of clean UTF-8, at most `max` bytes; "" when nothing was said. */
const char *words_of(struct arena *arena, const char *body, size_t len, size_t max);
/* "Service Unavailable" for 503; "" for one that has no name. */
const char *words_status(int status);
/* `text` as a part of a message: cleaned, cut at `max` bytes. */
const char *words_clean(struct arena *arena, const char *text, size_t len, size_t max);

#endif
