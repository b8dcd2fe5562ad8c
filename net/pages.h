/* net/pages.h — memory for what nobody may see: pages that core files leave out (MADV_DONTDUMP), that a fork gets as zeros
 * (MADV_WIPEONFORK), that are not swapped where the limit allows it (mlock), and that are overwritten when given back.
 *
 * Secrets live there, and all that libcurl allocates: it copies logins and builds headers from them. Not what nghttp2 and OpenSSL do below
 * it: a header of HTTP/2 is on the ordinary heap while its connection is open; hence net/secret.h lets the process leave no core file. Any
 * thread may call. */
#ifndef NET_PAGES_H
#define NET_PAGES_H
#include <stddef.h>

/* As malloc, calloc, realloc, free and strdup, with their rules; out of memory ends the program (120). */
void *pages_take(size_t size);
void *pages_take_zeroed(size_t n, size_t size);
void *pages_resize(void *piece, size_t size);
void pages_give(void *piece);
char *pages_strdup(const char *text);

#endif
