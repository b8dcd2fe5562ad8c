/* store/packed.h — packed values that many tests of a run share, both ways.
 *
 * Tests of one job mostly have the same configuration and the same cluster: the same bytes in their caches. Bytes that come a second
 * time are unpacked once more, kept, and given to all later tests. */
#ifndef STORE_PACKED_H
#define STORE_PACKED_H
#include "store/pack.h"

struct packed; /* shared by the workers of a run */

struct packed *packed_open(void);
void packed_close(struct packed *packed); /* when no value is used any more */

/* The value of these bytes (see pack_value), a new reference; NULL when they are not one value. */
json_t *packed_value(struct packed *packed, const unsigned char *bytes, size_t len);

/* The bytes of a value that is frozen (store/frozen.h) and stays until packed_close: packed once a run. NULL: it is not frozen,
 * or cannot be packed, or there are too many; pack it yourself. */
const struct text *packed_frozen(struct packed *packed, const json_t *value);

#endif
