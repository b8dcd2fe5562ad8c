/* RFC 1952. Members follow each other; zeros behind the last one are padding, as gzip(1) takes them. */
#include "base/decoder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/arena.h"

enum { GZIP_ONLY = 16 + MAX_WBITS };

struct gzip {
    z_stream stream;
    bool between; /* members */
};

static void *gzip_open(void)
{
    struct gzip *gzip = memory_need(calloc(1, sizeof(*gzip)));
    if (inflateInit2(&gzip->stream, GZIP_ONLY) != Z_OK)
        memory_need(NULL);
    return gzip;
}

static void gzip_close(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->stream);
    free(gzip);
}

/* Behind a member: the next one, padding, or the end. True: the answer is in *answer. */
static bool step_between(struct gzip *gzip, struct decoding *decoding, enum decoded *answer)
{
    while (decoding->in_n && *decoding->in == 0) {
        decoding->in++;
        decoding->in_n--;
    }
    *answer = decoding->in_last ? DECODED_END : DECODED_SOME;
    if (!decoding->in_n)
        return true;
    inflateReset(&gzip->stream);
    gzip->between = false;
    return false;
}

static enum decoded gzip_step(void *state, struct decoding *decoding, const char **why)
{
    struct gzip *gzip = state;
    z_stream *stream = &gzip->stream;
    enum decoded answer;
    if (gzip->between && step_between(gzip, decoding, &answer))
        return answer;
    uInt in_n = decoding->in_n > INT_MAX ? INT_MAX : (uInt)decoding->in_n;
    uInt out_n = decoding->out_n > INT_MAX ? INT_MAX : (uInt)decoding->out_n;
    stream->next_in = decoding->in;
    stream->avail_in = in_n;
    stream->next_out = decoding->out;
    stream->avail_out = out_n;
    int status = inflate(stream, Z_NO_FLUSH);
    bool whole = in_n == decoding->in_n;
    decoding->in += in_n - stream->avail_in;
    decoding->in_n -= in_n - stream->avail_in;
    decoding->out += out_n - stream->avail_out;
    decoding->out_n -= out_n - stream->avail_out;
    if (status == Z_STREAM_END)
        gzip->between = true;
    if (status == Z_OK || status == Z_STREAM_END)
        return DECODED_SOME;
    if (status == Z_BUF_ERROR) /* no progress */
        return decoding->in_last && whole && !decoding->in_n && decoding->out_n ? DECODED_CUT : DECODED_SOME;
    if (status == Z_MEM_ERROR)
        memory_need(NULL);
    *why = stream->msg ? stream->msg : "it needs a dictionary";
    return DECODED_BROKEN;
}

const struct decoder decoder_gzip = {".gz", "gzip", "\x1F\x8B", 2, gzip_open, gzip_step, gzip_close};
