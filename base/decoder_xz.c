/* The .xz format; streams follow each other. liblzma checks integrity, and keeps its memory within the limit. */
#include "base/decoder.h"

#include <lzma.h>
#include <stdlib.h>

#include "base/arena.h"

static void *xz_open(void)
{
    lzma_stream *stream = memory_need(calloc(1, sizeof(*stream)));
    if (lzma_stream_decoder(stream, DECODER_MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
        memory_need(NULL);
    return stream;
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

static enum decoded xz_step(void *state, struct decoding *decoding, const char **why)
{
    lzma_stream *stream = state;
    stream->next_in = decoding->in;
    stream->avail_in = decoding->in_n;
    stream->next_out = decoding->out;
    stream->avail_out = decoding->out_n;
    lzma_ret status = lzma_code(stream, decoding->in_last ? LZMA_FINISH : LZMA_RUN);
    decoding->in = stream->next_in;
    decoding->in_n = stream->avail_in;
    decoding->out = stream->next_out;
    decoding->out_n = stream->avail_out;
    switch ((int)status) {
    case LZMA_OK: return DECODED_SOME;
    case LZMA_STREAM_END: return DECODED_END;
    case LZMA_BUF_ERROR: return decoding->in_last && !decoding->in_n && decoding->out_n ? DECODED_CUT : DECODED_SOME;
    case LZMA_MEM_ERROR: memory_need(NULL); break;
    case LZMA_MEMLIMIT_ERROR: *why = "it needs more than 80 MB of memory"; break;
    case LZMA_OPTIONS_ERROR: *why = "it uses something that this liblzma does not know"; break;
    case LZMA_FORMAT_ERROR: *why = "what follows is no xz stream"; break;
    default: *why = "its bytes are damaged"; break;
    }
    return DECODED_BROKEN;
}

const struct decoder decoder_xz = {".xz", "xz", "\xFD\x37zXZ\0", 6, xz_open, xz_step, xz_close};
