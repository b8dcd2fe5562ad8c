#include "base/encoder.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/arena.h"

enum { GZIP_WINDOW = 16 + MAX_WBITS, LEVEL = 1, MEMORY_LEVEL = 8, ROOM = 16 << 10 };

struct encoder {
    z_stream stream;
};

struct encoder *encoder_open_gzip(void)
{
    struct encoder *encoder = memory_need(calloc(1, sizeof(*encoder)));
    if (deflateInit2(&encoder->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        memory_need(NULL);
    return encoder;
}

void encoder_close(struct encoder *encoder)
{
    if (!encoder)
        return;
    deflateEnd(&encoder->stream);
    free(encoder);
}

void encoder_reset(struct encoder *encoder)
{
    deflateReset(&encoder->stream);
}

void encoder_add(struct encoder *encoder, const char *bytes, size_t n, bool last, struct text *out)
{
    z_stream *stream = &encoder->stream;
    stream->next_in = (const unsigned char *)bytes;
    do {
        stream->avail_in = n > INT_MAX ? INT_MAX : (uInt)n;
        n -= stream->avail_in;
        for (;;) {
            char *room = text_room(out, ROOM);
            if (!room)
                return; /* out->over */
            stream->next_out = (unsigned char *)room;
            stream->avail_out = ROOM;
            int status = deflate(stream, last && !n ? Z_FINISH : Z_NO_FLUSH);
            out->len += ROOM - stream->avail_out;
            if (status == Z_STREAM_END || stream->avail_out)
                break;
        }
    } while (n);
    if (out->s)
        out->s[out->len] = '\0';
}
