/* json/uri.h — URIs as RFC 3986 has them (and IRIs, RFC 3987): their syntax, and references against a base. */
#ifndef JSON_URI_H
#define JSON_URI_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Whether the text is a URI (absolute) or a reference to one. `iri`: letters beyond ASCII are allowed. */
bool uri_valid(const char *s, size_t len, bool absolute, bool iri);
/* An IPv6 address without brackets, "::ffff:192.0.2.1"; an IPv4 address, four numbers up to 255 without leading zeros. */
bool uri_ipv6(const char *s, size_t len);
bool uri_ipv4(const char *s, size_t len);

/* The reference as seen from the base (RFC 3986, 5.2), without "." and ".." segments: "http://h/a/b" and "../c#d" give
 * "http://h/c#d". A base that is "" or has no scheme is taken as it is. */
char *uri_resolve(struct arena *arena, const char *base, const char *reference);
/* Cuts the fragment off in place; gives it without '#', or "" when there is none. */
char *uri_cut_fragment(char *uri);
/* Undoes %-escapes in place; false where one is broken, or stands for a NUL. */
bool uri_unescape(char *text);

#endif
