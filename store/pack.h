/* store/pack.h — plain data as bytes, quick to read back; for the parse cache.
 *
 * Whole numbers are 7 bits a byte, lowest first, the top bit set on all but the last. Texts are their length, their bytes and a
 * NUL. A JSON value is a letter and what belongs to it:
 *     n t f     null, true, false          i <number>          an integer, zigzag
 *     d <8>     a double, lowest byte first   s <length> <bytes>  a string
 *     a <count> <values>                   o <count> (<length> <key> <value>)…
 *
 * Reading trusts nothing: after the first thing that is not right `bad` is set and all further reads give 0, "" or NULL.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum {
    PACK_DEPTH_MAX = 1024,
    PACK_VALUES_MAX = 4 * 1000 * 1000 /* of one reader: what a small file may blow up to */
};

void pack_number(struct text *out, uint64_t number);
void pack_fixed(struct text *out, uint64_t number); /* 8 bytes, lowest first: can be replaced in place */
void pack_text(struct text *out, const char *text);
/* False: too deep, or too many values. */
bool pack_value(struct text *out, const json_t *value);

struct unpack {
    const unsigned char *at, *end;
    size_t values; /* read so far, against PACK_VALUES_MAX */
    bool bad;
};

uint64_t unpack_number(struct unpack *in);
/* A count of things that each take at least `least` bytes: never more than there can be. */
size_t unpack_count(struct unpack *in, size_t least);
uint64_t unpack_fixed(struct unpack *in);
const char *unpack_text(struct unpack *in); /* borrowed from the bytes; "" when bad */
const unsigned char *unpack_bytes(struct unpack *in, size_t n); /* NULL when bad */
/* A new reference, or NULL when bad. Strings are UTF-8, doubles finite, keys of an object differ. */
json_t *unpack_value(struct unpack *in);

#endif
