/* base/decoder.h — compressed bytes to bytes, a piece at a time: one table row per format, each in a file of its own, the
 * one place where its library shows. Whoever reads files uses base/content.h.
 *
 * A file may hold several members (gzip), streams (xz) or frames (zstd) one behind the other: its content is all of theirs.
 */
#ifndef BASE_DECODER_H
#define BASE_DECODER_H
#include <stdbool.h>
#include <stddef.h>

/* What is left to read and where to write; a step moves all four. */
struct decoding {
    const unsigned char *in;
    size_t in_n;
    unsigned char *out;
    size_t out_n;
    bool in_last; /* nothing comes behind in[0, in_n) */
};

enum decoded {
    DECODED_SOME,  /* goes on; without progress it wants more bytes, or more room */
    DECODED_END,   /* the whole file was decoded */
    DECODED_CUT,   /* the file ends too early */
    DECODED_BROKEN /* *why says what is wrong */
};

struct decoder {
    const char *suffix; /* ".gz" */
    const char *name;   /* "gzip", as messages say it */
    const char *magic;  /* the first bytes of every such file */
    size_t magic_n;
    void *(*open)(void); /* never NULL */
    enum decoded (*step)(void *state, struct decoding *decoding, const char **why);
    void (*close)(void *state);
};

/* The largest window that a file may ask for: `xz -9` and `zstd --ultra -21` need that much. */
enum { DECODER_MEMORY_MAX = 80 << 20 };

extern const struct decoder decoder_gzip, decoder_xz, decoder_zstd;
extern const struct decoder *const decoders[]; /* NULL-ended */

/* By the end of a file's name; NULL: it is read as it stands. */
const struct decoder *decoder_of_name(const char *name);

#endif
