/* json/member_names.h — the member names of the objects that a reader is inside of, to find those that come twice. */
#ifndef JSON_MEMBER_NAMES_H
#define JSON_MEMBER_NAMES_H
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct member_name {
    uint64_t hash;     /* of its bytes */
    size_t start, len; /* its bytes within member_names.bytes */
    size_t at;         /* the offset of its quote in the text; the caller's */
    struct text_place place; /* the caller's */
};

/* Zeroed: empty. Names of the innermost object come last. */
struct member_names {
    struct member_name *v;
    size_t n, cap;
    char *bytes; /* of all names, one behind the other */
    size_t bytes_n, bytes_cap;
};

/* Adds a name, copying its bytes (what escapes mean, not how they are written). The caller sets `at` (and `place`, if it
 * wants one) before the next call. */
struct member_name *member_names_add(struct member_names *names, const char *name, size_t len);
/* Ends an object: forgets the names from number `first` on, which is what `n` was when it began. Of those that repeat an
 * earlier one gives how many there are and the first in the text, valid until the next name is added; NULL when there is
 * none. However an input chooses its names, n of them take n log n. */
const struct member_name *member_names_end(struct member_names *names, size_t first, size_t *repeated);
void member_names_close(struct member_names *names);

#endif
