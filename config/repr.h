/* config/repr.h — values as Python's repr() spells them. */
#ifndef CONFIG_REPR_H
#define CONFIG_REPR_H
#include <stddef.h>

#include "base/text.h"

enum { REPR_REAL_MAX = 56 };

/* A float: the shortest digits that read back as the same double; "1e-05", "5.0", "nan", "-inf". */
void repr_real(double value, char out[REPR_REAL_MAX]);
/* Bytes: b'…' with escapes. */
void repr_bytes(struct text *out, const char *s, size_t len);

#endif
