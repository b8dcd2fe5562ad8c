/* Files as they are read in one pass: plain, compressed in several ways, cut, damaged, bombs; and windows over them. */
#include "base/content.h"

#include <fcntl.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/text.h"
#include "base/window.h"
#include "tests/check.h"
#include "tests/scratch.h"

enum { BIG = 3 << 20, MAX = 64 << 20 };

struct bytes {
    char *v;
    size_t n;
};

static struct bytes gzip(const char *text, size_t n)
{
    struct bytes out = {.n = n + n / 100 + 1000};
    out.v = malloc(out.n);
    z_stream s = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)n, .next_out = (Bytef *)out.v, .avail_out = (uInt)out.n};
    CHECK(deflateInit2(&s, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    CHECK(deflate(&s, Z_FINISH) == Z_STREAM_END, "deflate");
    out.n = s.total_out;
    deflateEnd(&s);
    return out;
}

static struct bytes xz(const char *text, size_t n)
{
    struct bytes out = {.n = lzma_stream_buffer_bound(n)};
    out.v = malloc(out.n);
    size_t at = 0;
    CHECK(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, n, (uint8_t *)out.v, &at, out.n) == LZMA_OK, "xz");
    out.n = at;
    return out;
}

static struct bytes zstd(const char *text, size_t n)
{
    struct bytes out = {.n = ZSTD_compressBound(n)};
    out.v = malloc(out.n);
    out.n = ZSTD_compress(out.v, out.n, text, n, 3);
    return out;
}

static const struct {
    const char *suffix, *name;
    struct bytes (*pack)(const char *, size_t);
} formats[] = {{".gz", "gzip", gzip}, {".xz", "xz", xz}, {".zst", "zstd", zstd}};

static struct scratch scratch;

/* Lines of different lengths that do not repeat exactly. */
static char *sample(size_t n)
{
    char *text = malloc(n + 1);
    uint64_t state = 7;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        text[i] = state >> 60 == 0 ? '\n' : (char)('a' + (state >> 59) % 20);
    }
    text[n] = '\0';
    return text;
}

static void put(const char *name, const void *bytes, size_t n)
{
    int fd = open(scratch_path(&scratch, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, "%s", name);
    close(fd);
}

/* What reading the file gives, in pieces of `piece` bytes; NULL with *err set. */
static char *get(const char *name, uint64_t max, size_t piece, size_t *n, struct error *err)
{
    struct root *root = root_open(scratch.folder, NULL, err);
    struct content *content = NULL;
    struct stat st;
    char *all = malloc(1), *part = malloc(piece);
    size_t got = 1, room = 0;
    *n = 0;
    bool ok = content_open(root, name, max, &content, &st, err) == ROOT_FOUND;
    while (ok && got && (ok = content_read(content, part, piece, &got, err))) {
        if (*n + got > room)
            all = realloc(all, room = (*n + got) * 2);
        memcpy(all + *n, part, got);
        *n += got;
    }
    if (!ok && content) {
        struct error again = {0};
        CHECK(!content_read(content, part, piece, &got, &again) && strcmp(again.text, err->text) == 0, "again: %s", again.text);
    }
    content_close(content);
    root_close(root);
    free(part);
    if (!ok) {
        free(all);
        all = NULL;
    }
    return all;
}

static void check_same(const char *name, const char *want, size_t want_n, size_t piece)
{
    struct error err = {0};
    size_t n;
    char *got = get(name, MAX, piece, &n, &err);
    CHECK(got && n == want_n && memcmp(got, want, n) == 0, "%s: %zu of %zu bytes; %s", name, n, want_n, err.text);
    free(got);
}

static void check_fails(const char *name, uint64_t max, const char *want)
{
    struct error err = {0};
    size_t n;
    char *got = get(name, max, 5000, &n, &err);
    CHECK(!got && err.kind == ERR_ARTIFACT && strstr(err.text, want), "%s: '%s', expected '%s'", name, err.text, want);
    free(got);
}

static void test_formats(void)
{
    char *text = sample(BIG);
    put("plain.log", text, BIG);
    check_same("plain.log", text, BIG, 1000);
    put("plain.log", text, 0);
    check_same("plain.log", text, 0, 1000);
    for (size_t i = 0; i < ROWS(formats); i++) {
        char name[32];
        snprintf(name, sizeof(name), "a.log%s", formats[i].suffix);
        struct bytes whole = formats[i].pack(text, BIG), half = formats[i].pack(text, BIG / 2), none = formats[i].pack("", 0);
        put(name, whole.v, whole.n);
        check_same(name, text, BIG, 100000);
        check_same(name, text, BIG, 77);
        check_fails(name, BIG - 1, "larger than the limit of 2 MB when decompressed");
        put(name, none.v, none.n);
        check_same(name, "", 0, 100);
        /* one behind the other */
        struct bytes two = {.n = half.n + none.n + half.n};
        two.v = malloc(two.n);
        memcpy(two.v, half.v, half.n);
        memcpy(two.v + half.n, none.v, none.n);
        memcpy(two.v + half.n + none.n, half.v, half.n);
        char *twice = malloc(BIG);
        memcpy(twice, text, BIG / 2);
        memcpy(twice + BIG / 2, text, BIG / 2);
        put(name, two.v, two.n);
        check_same(name, twice, BIG, 4096);
        /* cut everywhere near the ends, and in the middle */
        char want[64];
        snprintf(want, sizeof(want), "the %s data ends too early, at byte", formats[i].name);
        const size_t cuts[] = {formats[i].suffix[1] == 'g' ? 3 : 7, 20, half.n / 2, half.n - 9, half.n - 1};
        for (size_t k = 0; k < ROWS(cuts); k++) {
            put(name, half.v, cuts[k]);
            check_fails(name, MAX, want);
        }
        /* damaged: everything in the middle */
        memset(half.v + half.n / 2, 0x55, half.n / 4);
        put(name, half.v, half.n);
        snprintf(want, sizeof(want), "broken %s data at byte ", formats[i].name);
        check_fails(name, MAX, want);
        /* something else behind it */
        memcpy(two.v + half.n, "garbage!", 8);
        memcpy(two.v, whole.v, whole.n < half.n ? whole.n : half.n);
        free(twice), free(two.v), free(none.v), free(half.v), free(whole.v);
    }
    free(text);
}

static void test_names(void)
{
    struct bytes gz = gzip("hello\n", 6), zst = zstd("hello\n", 6);
    char padded[200] = {0};
    put("a.gz", "hello\n", 6);
    check_fails("a.gz", MAX, "a.gz: its name ends in .gz: expected gzip data, found something else");
    put("a.gz", zst.v, zst.n);
    check_fails("a.gz", MAX, "expected gzip data, found zstd");
    put("a.xz", gz.v, gz.n);
    check_fails("a.xz", MAX, "its name ends in .xz: expected xz data, found gzip");
    put("a.zst", "", 0);
    check_fails("a.zst", MAX, "expected zstd data, found an empty file");
    put("a.log", gz.v, gz.n); /* the name decides */
    check_same("a.log", gz.v, gz.n, 100);
    memcpy(padded, gz.v, gz.n);
    put("a.gz", padded, sizeof(padded));
    check_same("a.gz", "hello\n", 6, 100);
    memset(padded + sizeof(padded) - 9, 0x78, 9);
    put("a.gz", padded, sizeof(padded));
    check_fails("a.gz", MAX, "broken gzip data at byte");
    put(".gz", "hello\n", 6); /* a name, no suffix */
    check_same(".gz", "hello\n", 6, 100);
    free(gz.v), free(zst.v);
}

static void test_bombs(void)
{
    size_t n = (size_t)CONTENT_FREE + (4 << 20);
    char *zeros = calloc(1, n);
    for (size_t i = 0; i < ROWS(formats); i++) {
        char name[32], want[128];
        snprintf(name, sizeof(name), "bomb%s", formats[i].suffix);
        snprintf(want, sizeof(want), "%s: decompresses to more than 500 times its size (at byte ", name);
        struct bytes bomb = formats[i].pack(zeros, n);
        put(name, bomb.v, bomb.n);
        check_fails(name, (uint64_t)n * 2, want);
        struct bytes small = formats[i].pack(zeros, 1 << 20);
        put(name, small.v, small.n);
        check_same(name, zeros, 1 << 20, 65536);
        free(small.v), free(bomb.v);
    }
    free(zeros);
}

/* The digest is that of the file as it is stored, whether or not all of it was read. */
static void check_digest(size_t size)
{
    char *text = sample(size), buffer[1000], want[DIGEST_HEX_SIZE], got_hex[DIGEST_HEX_SIZE];
    for (size_t i = 0; i <= ROWS(formats); i++) {
        char name[32];
        if (i == 1 && size > BIG)
            continue; /* xz takes long to compress */
        struct bytes stored = {text, size};
        snprintf(name, sizeof(name), "d%s", i < ROWS(formats) ? formats[i].suffix : "");
        if (i < ROWS(formats))
            stored = formats[i].pack(text, size);
        put(name, stored.v, stored.n);
        digest_sha256(stored.v, stored.n, want);
        struct error err = {0};
        struct root *root = root_open(scratch.folder, NULL, &err);
        for (int pieces = 0; pieces < 6000; pieces += 1999) {
            struct content *content;
            struct stat st;
            unsigned char got[DIGEST_SIZE];
            size_t n;
            uint64_t stored_size;
            CHECK(content_open(root, name, MAX, &content, &st, &err) == ROOT_FOUND, "%s", err.text);
            content_want_digest(content);
            for (int k = 0; k < pieces; k++)
                CHECK(content_read(content, buffer, sizeof(buffer), &n, &err), "%s", err.text);
            CHECK(content_digest(content, got, &stored_size, &err) && stored_size == stored.n, "%s: %zu", name, (size_t)stored_size);
            digest_hex(got, got_hex);
            CHECK(strcmp(got_hex, want) == 0, "%s after %d pieces", name, pieces);
            CHECK(content_read(content, buffer, sizeof(buffer), &n, &err) && n == 0, "the end");
            content_close(content);
        }
        root_close(root);
        if (i < ROWS(formats))
            free(stored.v);
    }
    free(text);
}

static void test_digest(void)
{
    check_digest(BIG);
    check_digest(10 << 20); /* by another thread */
}

static void test_read_all(void)
{
    char *text = sample(BIG);
    for (size_t i = 0; i < ROWS(formats); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct root *root = root_open(scratch.folder, NULL, &err);
        struct content *content;
        struct stat st;
        const char *bytes;
        size_t n;
        char *same = malloc(BIG);
        memset(same, 'x', BIG); /* much more than the guess */
        struct bytes packed = formats[i].pack(same, BIG);
        put("all.gz", packed.v, packed.n);
        int fd = open(scratch_path(&scratch, "all.gz"), O_RDONLY | O_CLOEXEC);
        content = content_of_fd(fd, i == 0 ? "x.gz" : i == 1 ? "x.xz" : "x.zst", MAX);
        CHECK(content_read_all(content, &arena, &bytes, &n, &err) && n == BIG && memcmp(bytes, same, n) == 0 && bytes[n] == '\0',
              "%s", err.text);
        content_close(content);
        put("all.log", text, BIG);
        CHECK(content_open(root, "all.log", MAX, &content, &st, &err) == ROOT_FOUND, "%s", err.text);
        CHECK(content_read_all(content, &arena, &bytes, &n, &err) && n == BIG && memcmp(bytes, text, n) == 0, "%s", err.text);
        content_close(content);
        root_close(root);
        free(packed.v), free(same);
        arena_close(&arena);
    }
    free(text);
}

/* --- windows --- */

/* Counts lines and checks that all bytes come by, in their order. */
static bool walk(struct window *window, const char *text, size_t n, size_t *lines, struct error *err)
{
    const char *p = window->start;
    size_t at = 0;
    *lines = 0;
    for (;;) {
        const char *feed = memchr(p, '\n', (size_t)(window->end - p));
        if (window->offset + (uint64_t)(p - window->start) != at)
            CHECK(false, "offset %zu", at);
        if (!feed && !window->last) {
            if (!window_more(window, p, err))
                return false;
            p = window->start;
            continue;
        }
        const char *end = feed ? feed + 1 : window->end;
        size_t len = (size_t)(end - p);
        if (at + len > n || memcmp(text + at, p, len) != 0)
            CHECK(false, "bytes from %zu", at);
        at += len;
        ++*lines;
        p = end;
        if (!feed)
            break;
    }
    CHECK(at == n, "%zu of %zu bytes", at, n);
    return true;
}

static void test_windows(void)
{
    static const size_t sizes[] = {1, 2, 3, 7, 64, 4096, WINDOW_SIZE};
    enum { N = 20000 };
    char *text = sample(N);
    memset(text + 5000, 'y', 3000); /* a long line */
    put("w.log", text, N);
    struct error err = {0};
    struct root *root = root_open(scratch.folder, NULL, &err);
    size_t want, lines;
    struct window whole = window_of_text(text, N);
    walk(&whole, text, N, &want, &err);
    for (size_t i = 0; i < ROWS(sizes); i++) {
        struct content *content;
        struct stat st;
        CHECK(content_open(root, "w.log", MAX, &content, &st, &err) == ROOT_FOUND, "%s", err.text);
        struct window window = window_open(content, sizes[i], 4000, "a line");
        CHECK(walk(&window, text, N, &lines, &err) && lines == want, "size %zu: %zu lines, %s", sizes[i], lines, err.text);
        window_close(&window);
        content_close(content);
        if (sizes[i] > 3000)
            continue;
        CHECK(content_open(root, "w.log", MAX, &content, &st, &err) == ROOT_FOUND, "%s", err.text);
        window = window_open(content, sizes[i], 2000, "a line");
        err = (struct error){0};
        CHECK(!walk(&window, text, N, &lines, &err) && strstr(err.text, "w.log: a line is longer than 2000 bytes (from byte 49"), "%s",
              err.text);
        err = (struct error){0};
        window_close(&window);
        content_close(content);
    }
    root_close(root);
    free(text);
}

int main(void)
{
    scratch_open(&scratch);
    test_formats();
    test_names();
    test_bombs();
    test_digest();
    test_read_all();
    test_windows();
    scratch_close(&scratch);
    return check_end();
}
