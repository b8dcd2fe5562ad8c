#include "store/sqlite_image.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
    HEADER_SIZE = 100,
    WRITE_VERSION = 18, /* offset; the read version follows. 2: WAL, 1: rollback journal */
    WAL_HEADER_SIZE = 32,
    FRAME_HEADER_SIZE = 24,
    PAGE_MIN = 512,
    PAGE_MAX = 65536
};

static uint32_t number(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t number_little(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* ---- the write-ahead log ---- */

struct wal {
    const unsigned char *bytes;
    size_t len;
    uint32_t page;        /* bytes of a page */
    bool little;          /* how its checksums read the bytes */
    uint32_t sum[2];
    size_t frames;        /* up to the last commit */
    uint32_t pages;       /* of the database after it */
};

static void add_sum(struct wal *wal, const unsigned char *at, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        wal->sum[0] += (wal->little ? number_little(at + i) : number(at + i)) + wal->sum[1];
        wal->sum[1] += (wal->little ? number_little(at + i + 4) : number(at + i + 4)) + wal->sum[0];
    }
}

static const unsigned char *frame_at(const struct wal *wal, size_t i)
{
    return wal->bytes + WAL_HEADER_SIZE + i * (FRAME_HEADER_SIZE + (size_t)wal->page);
}

/* False: there is nothing in it that counts; SQLite says so of a header whose checksum is wrong, too. */
static bool read_wal_header(struct wal *wal)
{
    const unsigned char *b = wal->bytes;
    if (wal->len < WAL_HEADER_SIZE || (number(b) & ~1u) != 0x377f0682 || number(b + 4) != 3007000)
        return false;
    wal->page = number(b + 8);
    wal->little = !(number(b) & 1);
    if (wal->page < PAGE_MIN || wal->page > PAGE_MAX || (wal->page & (wal->page - 1)))
        return false;
    add_sum(wal, b, 24);
    return wal->sum[0] == number(b + 24) && wal->sum[1] == number(b + 28);
}

/* Whether the frame belongs to this log, and its bytes are as they were written. */
static bool take_frame(struct wal *wal, size_t i)
{
    const unsigned char *frame = frame_at(wal, i);
    if (memcmp(frame + 8, wal->bytes + 16, 8) != 0 || number(frame) == 0)
        return false;
    add_sum(wal, frame, 8);
    add_sum(wal, frame + FRAME_HEADER_SIZE, wal->page);
    return wal->sum[0] == number(frame + 16) && wal->sum[1] == number(frame + 20);
}

static bool read_wal(struct wal *wal)
{
    if (!read_wal_header(wal))
        return false;
    size_t n = (wal->len - WAL_HEADER_SIZE) / (FRAME_HEADER_SIZE + (size_t)wal->page);
    for (size_t i = 0; i < n && take_frame(wal, i); i++) {
        uint32_t pages = number(frame_at(wal, i) + 4);
        if (!pages)
            continue;
        wal->frames = i + 1;
        wal->pages = pages;
    }
    return wal->frames > 0;
}

/* Later frames of a page come later in the log. */
static void put_frames(const struct wal *wal, char *out)
{
    for (size_t i = 0; i < wal->frames; i++) {
        const unsigned char *frame = frame_at(wal, i);
        uint32_t page = number(frame);
        if (page <= wal->pages)
            memcpy(out + (size_t)(page - 1) * wal->page, frame + FRAME_HEADER_SIZE, wal->page);
    }
}

static bool apply_wal(struct sqlite_image *image, struct wal *wal, struct pos at, struct error *err)
{
    if (!read_wal(wal))
        return true;
    size_t len = (size_t)wal->pages * wal->page;
    if (len > SQLITE_IMAGE_MAX)
        return error_at(err, ERR_ARTIFACT, at, "is larger than 1 GB with what is in the log beside it (-wal)");
    image->own = memory_need(calloc(1, len));
    memcpy(image->own, image->bytes, image->len < len ? image->len : len);
    put_frames(wal, image->own);
    image->bytes = image->own;
    image->len = len;
    return true;
}

/* ---- the file ---- */

/* A rollback journal whose header is there holds what a transaction that did not end has overwritten. */
static bool is_hot(struct sqlite_bytes journal)
{
    return journal.s && journal.len >= 8 && memcmp(journal.s, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8) == 0;
}

/* A database in memory cannot be in WAL mode. */
static void leave_wal_mode(struct sqlite_image *image)
{
    if (image->bytes[WRITE_VERSION] != 2 && image->bytes[WRITE_VERSION + 1] != 2)
        return;
    if (!image->own) {
        image->own = memory_need(malloc(image->len));
        memcpy(image->own, image->bytes, image->len);
        image->bytes = image->own;
    }
    image->own[WRITE_VERSION] = image->own[WRITE_VERSION + 1] = 1;
}

bool sqlite_image_open(struct sqlite_image *image, struct sqlite_bytes database, struct sqlite_bytes wal, struct sqlite_bytes journal,
                       const char *file, struct error *err)
{
    static const char magic[] = "SQLite format 3"; /* with its NUL */
    struct pos at = {.file = file};
    struct wal log = {.bytes = (const unsigned char *)wal.s, .len = wal.s ? wal.len : 0};
    *image = (struct sqlite_image){.bytes = database.s, .len = database.len};
    if (is_hot(journal))
        return error_at(err, ERR_ARTIFACT, at,
                        "its writer ended within a transaction (a journal is beside it): opening it once with sqlite3 mends it");
    if (!apply_wal(image, &log, at, err))
        return false;
    if (image->len == 0)
        return error_at(err, ERR_ARTIFACT, at, "is empty, expected a SQLite database");
    if (image->len < sizeof(magic) || memcmp(image->bytes, magic, sizeof(magic)) != 0) {
        sqlite_image_close(image);
        return error_at(err, ERR_ARTIFACT, at, "is not a SQLite file");
    }
    if (image->len < HEADER_SIZE) {
        sqlite_image_close(image);
        return error_at(err, ERR_ARTIFACT, at, "is damaged: it was cut off within its header");
    }
    leave_wal_mode(image);
    return true;
}

void sqlite_image_close(struct sqlite_image *image)
{
    free(image->own);
    *image = (struct sqlite_image){0};
}
