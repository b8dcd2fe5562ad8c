/* base/read_ahead.h — a file read and digested by a thread of its own, ahead of who looks at its bytes: both together are half of what
 * reading a large file once costs.
 *
 *     struct read_ahead *ahead = read_ahead_open(fd);           // NULL: no thread can be had
 *     while (read_ahead_next(ahead, bytes, room, &n, &number) && n) …
 *     read_ahead_close(ahead, out);                             // of the whole file, when its end was reached
 */
#ifndef BASE_READ_AHEAD_H
#define BASE_READ_AHEAD_H
#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

struct read_ahead;

/* `fd` is borrowed, and read by nobody else from now on. */
struct read_ahead *read_ahead_open(int fd);
/* The next bytes; *n is 0 at the end. False: they cannot be read, for the reason *number (an errno). */
bool read_ahead_next(struct read_ahead *ahead, void *to, size_t room, size_t *n, int *number);
/* Ends the thread, wherever it is. `out` may be NULL: nobody wants the digest. */
void read_ahead_close(struct read_ahead *ahead, unsigned char out[DIGEST_SIZE]);

#endif
