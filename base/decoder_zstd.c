/* RFC 8878. Frames follow each other. */
#include "base/decoder.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/arena.h"

enum { WINDOW_LOG_MAX = 26 /* 64 MB */ };

struct zstd {
    ZSTD_DStream *stream;
    bool within; /* a frame */
};

static void *zstd_open(void)
{
    struct zstd *zstd = memory_need(calloc(1, sizeof(*zstd)));
    zstd->stream = memory_need(ZSTD_createDStream());
    ZSTD_DCtx_setParameter(zstd->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return zstd;
}

static void zstd_close(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

static enum decoded zstd_step(void *state, struct decoding *decoding, const char **why)
{
    struct zstd *zstd = state;
    if (decoding->in_last && !decoding->in_n && !zstd->within)
        return DECODED_END;
    ZSTD_inBuffer in = {decoding->in, decoding->in_n, 0};
    ZSTD_outBuffer out = {decoding->out, decoding->out_n, 0};
    size_t left = ZSTD_decompressStream(zstd->stream, &out, &in);
    decoding->in += in.pos;
    decoding->in_n -= in.pos;
    decoding->out += out.pos;
    decoding->out_n -= out.pos;
    if (ZSTD_isError(left)) {
        if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
            memory_need(NULL);
        *why = ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge ? "it needs more than 64 MB of memory"
                                                                                   : ZSTD_getErrorName(left);
        return DECODED_BROKEN;
    }
    zstd->within = left != 0;
    bool stuck = !in.pos && !out.pos && decoding->out_n;
    return zstd->within && stuck && decoding->in_last && !decoding->in_n ? DECODED_CUT : DECODED_SOME;
}

const struct decoder decoder_zstd = {".zst", "zstd", "\x28\xB5\x2F\xFD", 4, zstd_open, zstd_step, zstd_close};
