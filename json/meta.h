/* json/meta.h — the official meta-schemas of draft 2020-12 and draft-07, built in (json/meta/README.md). */
#ifndef JSON_META_H
#define JSON_META_H
#include <stddef.h>

/* The text of the meta-schema with that URI (without '#'), not NUL-terminated; NULL when it is none. */
const char *meta_text(const char *uri, size_t *len);

#endif
