#include "base/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decoder.h"
#include "base/read_ahead.h"

enum { STORED_BUFFER = 64 * 1024, AHEAD_FROM = 8 << 20 /* bytes that are worth a thread */ };

struct content {
    char *name;
    int fd;           /* -1: a text in memory */
    const char *text; /* what is left of it */
    size_t text_len;
    const struct decoder *decoder;
    void *decoding;
    unsigned char *buffer;  /* of the file as it is stored: STORED_BUFFER bytes, only with a decoder or a digest */
    size_t next, filled;    /* buffer[next, filled) is not decoded yet */
    bool stored_end, begun; /* all of the file was read; its first bytes were looked at */
    bool end;               /* nothing more is given */
    uint64_t max, expected, given, stored; /* bytes */
    struct digest *digest; /* one of these when one is wanted */
    struct read_ahead *ahead;
    struct error failure;
};

struct content *content_of_fd(int fd, const char *name, uint64_t max)
{
    struct content *content = memory_need(calloc(1, sizeof(*content)));
    content->name = memory_need(strdup(name));
    content->fd = fd;
    content->max = max;
    content->decoder = decoder_of_name(name);
    if (content->decoder) {
        content->decoding = content->decoder->open();
        content->buffer = memory_need(malloc(STORED_BUFFER));
    }
    return content;
}

struct content *content_of_text(const char *text, size_t len, const char *name)
{
    struct content *content = memory_need(calloc(1, sizeof(*content)));
    *content = (struct content){.name = memory_need(strdup(name)), .fd = -1, .text = text, .text_len = len, .max = len,
                                .expected = len};
    return content;
}

void content_close(struct content *content)
{
    if (!content)
        return;
    if (content->decoding)
        content->decoder->close(content->decoding);
    digest_close(content->digest);
    if (content->ahead)
        read_ahead_close(content->ahead, NULL);
    if (content->fd >= 0)
        close(content->fd);
    free(content->buffer);
    free(content->name);
    free(content);
}

/* ---- failures ---- */

static bool fail_as_before(const struct content *content, struct error *err)
{
    if (err && err->kind == ERR_NONE)
        *err = content->failure;
    return false;
}

__attribute__((format(printf, 3, 4))) static bool fail(struct content *content, struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(&content->failure, ERR_ARTIFACT, (struct pos){.file = content->name}, format, args);
    va_end(args);
    return fail_as_before(content, err);
}

static bool fail_too_large(struct content *content, struct error *err)
{
    bool mega = content->max >= 1 << 20;
    unsigned long long limit = mega ? content->max >> 20 : content->max;
    return fail(content, err, "larger than the limit of %llu %s%s", limit, mega ? "MB" : "bytes",
                content->decoder ? " when decompressed" : "");
}

enum root_found content_open(const struct root *root, const char *relative, uint64_t max, struct content **content,
                             struct stat *st, struct error *err)
{
    int fd;
    *content = NULL;
    enum root_found found = root_open_file(root, relative, &fd, st, err);
    if (found != ROOT_FOUND)
        return found;
    struct content *opened = content_of_fd(fd, relative, max);
    uint64_t size = (uint64_t)st->st_size;
    opened->expected = opened->decoder ? size * 4 : size;
    if (!opened->decoder && size > max) {
        fail_too_large(opened, err);
        content_close(opened);
        return ROOT_REFUSED;
    }
    *content = opened;
    return ROOT_FOUND;
}

/* ---- the file as it is stored ---- */

static bool read_file(int fd, void *to, size_t room, size_t *n, int *number)
{
    ssize_t got;
    do
        got = read(fd, to, room);
    while (got < 0 && errno == EINTR);
    *number = errno;
    *n = got < 0 ? 0 : (size_t)got;
    return got >= 0;
}

/* *n is 0 at its end. */
static bool read_stored(struct content *content, void *to, size_t room, size_t *n, struct error *err)
{
    int number = 0;
    bool ok = content->ahead ? read_ahead_next(content->ahead, to, room, n, &number) : read_file(content->fd, to, room, n, &number);
    if (!ok)
        return fail(content, err, "%s", strerror(number));
    content->stored += *n;
    content->stored_end |= *n == 0;
    if (content->digest)
        digest_add(content->digest, to, *n);
    return true;
}

/* Reads on behind buffer[next, filled), which moves to the front. */
static bool fill(struct content *content, struct error *err)
{
    size_t n, left = content->filled - content->next;
    memmove(content->buffer, content->buffer + content->next, left);
    content->next = 0;
    content->filled = left;
    if (content->stored_end || left == STORED_BUFFER)
        return true;
    if (!read_stored(content, content->buffer + left, STORED_BUFFER - left, &n, err))
        return false;
    content->filled += n;
    return true;
}

/* ---- decompressing ---- */

static const char *format_of(const unsigned char *bytes, size_t n)
{
    for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
        if (n >= (*decoder)->magic_n && memcmp(bytes, (*decoder)->magic, (*decoder)->magic_n) == 0)
            return (*decoder)->name;
    return n ? "something else" : "an empty file";
}

static bool check_magic(struct content *content, struct error *err)
{
    const struct decoder *decoder = content->decoder;
    while (content->filled < decoder->magic_n && !content->stored_end)
        if (!fill(content, err))
            return false;
    content->begun = true;
    if (content->filled >= decoder->magic_n && memcmp(content->buffer, decoder->magic, decoder->magic_n) == 0)
        return true;
    return fail(content, err, "its name ends in %s: expected %s data, found %s", decoder->suffix, decoder->name,
                format_of(content->buffer, content->filled));
}

/* One step of the decoder; *n is what it gave. */
static bool decode(struct content *content, char *to, size_t room, size_t *n, struct error *err)
{
    struct decoding step = {.in = content->buffer + content->next, .in_n = content->filled - content->next,
                            .out = (unsigned char *)to, .out_n = room, .in_last = content->stored_end};
    const char *why = NULL;
    enum decoded decoded = content->decoder->step(content->decoding, &step, &why);
    content->next = content->filled - step.in_n;
    *n = room - step.out_n;
    unsigned long long at = content->stored - step.in_n;
    const char *name = content->decoder->name;
    switch (decoded) {
    case DECODED_END:
        content->end = true;
        return true;
    case DECODED_CUT: return fail(content, err, "the %s data ends too early, at byte %llu of the file", name, at);
    case DECODED_BROKEN: return fail(content, err, "broken %s data at byte %llu of the file: %s", name, at, why);
    case DECODED_SOME: break;
    }
    return true;
}

static bool read_decoded(struct content *content, char *to, size_t room, size_t *n, struct error *err)
{
    *n = 0;
    if (!content->begun && !check_magic(content, err))
        return false;
    while (*n == 0 && !content->end) {
        if (content->next == content->filled && !content->stored_end && !fill(content, err))
            return false;
        if (!decode(content, to, room, n, err))
            return false;
    }
    uint64_t given = content->given + *n, used = content->stored - (content->filled - content->next);
    if (given > CONTENT_FREE && given / CONTENT_RATIO_MAX > used)
        return fail(content, err, "decompresses to more than %d times its size (at byte %llu of the file)", (int)CONTENT_RATIO_MAX,
                    (unsigned long long)used);
    return true;
}

/* ---- reading ---- */

static bool read_text(struct content *content, char *to, size_t room, size_t *n)
{
    *n = content->text_len < room ? content->text_len : room;
    if (*n)
        memcpy(to, content->text, *n);
    content->text += *n;
    content->text_len -= *n;
    return true;
}

bool content_read(struct content *content, char *to, size_t room, size_t *n, struct error *err)
{
    *n = 0;
    if (content->failure.kind)
        return fail_as_before(content, err);
    if (content->end)
        return true;
    bool ok = content->fd < 0    ? read_text(content, to, room, n)
              : content->decoder ? read_decoded(content, to, room, n, err)
                                 : read_stored(content, to, room, n, err);
    if (!ok)
        return false;
    content->given += *n;
    content->end |= *n == 0;
    return content->given <= content->max || fail_too_large(content, err);
}

/* Reads on into *to, which has `n` bytes in room for `room`, until the end or until it is full. */
static bool read_into(struct content *content, char *to, size_t room, size_t *n, struct error *err)
{
    for (size_t got = 1; got && *n < room; *n += got)
        if (!content_read(content, to + *n, room - *n, &got, err))
            return false;
    return true;
}

bool content_read_all(struct content *content, struct arena *arena, const char **bytes, size_t *len, struct error *err)
{
    uint64_t expected = content->expected < content->max ? content->expected : content->max;
    size_t room = (size_t)expected + 1, n = 0;
    char *first = arena_alloc(arena, room + 1), *grown = NULL; /* an arena cannot give back what is outgrown */
    bool ok = read_into(content, first, room, &n, err);
    while (ok && n == room) {
        grown = memory_need(realloc(grown, room * 2));
        if (first)
            memcpy(grown, first, n);
        first = NULL;
        room *= 2;
        ok = read_into(content, grown, room, &n, err);
    }
    *bytes = !ok ? NULL : first ? first : arena_strndup(arena, grown, n);
    *len = n;
    free(grown);
    return ok;
}

const char *content_text(const struct content *content, size_t *len)
{
    *len = content->text_len;
    return content->text;
}

const char *content_name(const struct content *content)
{
    return content->name;
}

uint64_t content_expected(const struct content *content)
{
    return content->expected;
}

uint64_t content_given(const struct content *content)
{
    return content->given;
}

/* ---- the digest ---- */

bool content_has_digest(const struct content *content)
{
    return content->digest || content->ahead;
}

void content_want_digest(struct content *content)
{
    if (content_has_digest(content))
        return;
    if (content->expected >= AHEAD_FROM && content->fd >= 0)
        content->ahead = read_ahead_open(content->fd);
    if (!content->ahead)
        content->digest = digest_open();
}

bool content_digest(struct content *content, unsigned char out[DIGEST_SIZE], uint64_t *size, struct error *err)
{
    unsigned char *rest = content->buffer ? content->buffer : memory_need(malloc(STORED_BUFFER));
    bool ok = true;
    size_t n;
    content->end = true;
    content->next = content->filled = 0;
    while (ok && content->fd >= 0 && !content->stored_end)
        ok = read_stored(content, rest, STORED_BUFFER, &n, err);
    if (rest != content->buffer)
        free(rest);
    *size = content->stored;
    if (ok && content->ahead)
        read_ahead_close(content->ahead, out);
    else if (ok)
        digest_end(content->digest, out);
    if (ok)
        content->ahead = NULL;
    return ok;
}
