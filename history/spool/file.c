#include "history/spool/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/write.h"
#include "json/read.h"
#include "json/write.h"

enum { BUFFER = 1 << 16, LINE_MAX_BYTES = 1 << 16, WHY_MAX = 2000, WHERE_MAX = 8000 };

/* ---- writing ---- */

struct spool_writer {
    int fd;
    struct digest *digest, *payload_digest;
    struct text out;   /* not written yet */
    uint64_t written;
    size_t n;
};

static void put_member(struct text *out, const char *name, const char *value)
{
    struct json_style style = {.indent = 0};
    text_printf(out, "%s\"%s\": ", out->s[out->len - 1] == '{' ? "" : ", ", name);
    json_write_string(out, value, strlen(value), &style);
}

/* What people wrote may be of any length: the line stays one that can be read again. */
static void put_cut(struct text *out, const char *name, const char *value, size_t max)
{
    size_t len = strlen(value);
    if (len <= max) {
        put_member(out, name, value);
        return;
    }
    char *cut = memory_need(strndup(value, (size_t)text_cut(value, len, max)));
    put_member(out, name, cut);
    free(cut);
}

struct spool_writer *spool_writer_open(int fd, const struct spool_head *head)
{
    struct spool_writer *writer = memory_need(calloc(1, sizeof(*writer)));
    *writer = (struct spool_writer){.fd = fd, .digest = digest_open(), .payload_digest = digest_open(),
                                    .out = text_open(SPOOL_FILE_MAX)};
    text_printf(&writer->out, "{\"matbench_spool\": %d", SPOOL_FORMAT);
    put_member(&writer->out, "history", head->history);
    put_member(&writer->out, "workload", head->workload);
    put_member(&writer->out, "written", head->written);
    text_add(&writer->out, head->by_kpi ? ", \"by_kpi\": true}\n" : "}\n");
    return writer;
}

static bool flush(struct spool_writer *writer, struct error *err)
{
    int why = write_all(writer->fd, writer->out.s, writer->out.len);
    digest_add(writer->digest, writer->out.s, writer->out.len);
    writer->written += writer->out.len;
    text_clear(&writer->out);
    return !why || error_set(err, ERR_OUTPUT, "%s", strerror(why));
}

bool spool_writer_add(struct spool_writer *writer, const char *id, const char *where, const char *why, const char *text, size_t len,
                      struct error *err)
{
    unsigned char sum[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    if (len > SPOOL_PAYLOAD_MAX || writer->written + len > SPOOL_FILE_MAX - (1 << 20))
        return error_set(err, ERR_OUTPUT, "payload '%s' is too large for the spool", id);
    digest_add(writer->payload_digest, text, len);
    digest_end(writer->payload_digest, sum);
    digest_hex(sum, hex);
    text_addc(&writer->out, '{');
    put_member(&writer->out, "id", id);
    put_cut(&writer->out, "where", where, WHERE_MAX);
    text_printf(&writer->out, ", \"bytes\": %zu", len);
    put_member(&writer->out, "sha256", hex);
    if (why)
        put_cut(&writer->out, "why", why, WHY_MAX);
    text_add(&writer->out, "}\n");
    text_addn(&writer->out, text, len);
    text_addc(&writer->out, '\n');
    writer->n++;
    return writer->out.len < BUFFER || flush(writer, err);
}

uint64_t spool_writer_bytes(const struct spool_writer *writer)
{
    return writer->written + writer->out.len;
}

static bool write_end(struct spool_writer *writer, struct error *err)
{
    unsigned char sum[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    if (!flush(writer, err))
        return false;
    digest_end(writer->digest, sum);
    digest_hex(sum, hex);
    text_printf(&writer->out, "{\"payloads\": %zu, \"sha256\": \"%s\"}\n", writer->n, hex);
    return flush(writer, err);
}

bool spool_writer_close(struct spool_writer *writer, bool whole, struct error *err)
{
    bool ok = !whole || write_end(writer, err);
    text_close(&writer->out);
    digest_close(writer->digest);
    digest_close(writer->payload_digest);
    free(writer);
    return ok;
}

/* ---- reading ---- */

struct reading {
    int fd;
    uint64_t at, size;    /* of the next byte; of the file */
    struct digest *whole; /* of the lines before the one at hand */
    struct digest *one;
    struct arena *arena;
    size_t line;
    char line_room[LINE_MAX_BYTES];
    char buffer[BUFFER];
    size_t used, len; /* of the buffer */
};

static bool broken(const struct reading *reading, const char *what, struct error *err)
{
    return error_set(err, ERR_STORE, "line %zu: %s", reading->line, what);
}

static bool fill(struct reading *reading, struct error *err)
{
    while (reading->used == reading->len) {
        ssize_t n = read(reading->fd, reading->buffer, sizeof(reading->buffer));
        if (n == 0)
            return broken(reading, "the file ends here; it was cut", err);
        if (n < 0 && errno != EINTR)
            return broken(reading, strerror(errno), err);
        if (n > 0) {
            reading->used = 0;
            reading->len = (size_t)n;
        }
    }
    return true;
}

/* A line of ours with its end, which is short; *len without the end. */
static bool read_line(struct reading *reading, char line[LINE_MAX_BYTES], size_t *len, struct error *err)
{
    *len = 0;
    reading->line++;
    while (fill(reading, err)) {
        char c = reading->buffer[reading->used++];
        reading->at++;
        if (c == '\n')
            return true;
        if (*len == LINE_MAX_BYTES - 1)
            return broken(reading, "is longer than any line of a spool file before a payload", err);
        line[(*len)++] = c;
    }
    return false;
}

/* The payload itself: only its digest is kept. */
static bool pass_payload(struct reading *reading, const struct spool_item *item, struct error *err)
{
    unsigned char sum[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    reading->line++;
    for (size_t left = item->len; left;) {
        if (!fill(reading, err))
            return false;
        size_t n = reading->len - reading->used < left ? reading->len - reading->used : left;
        digest_add(reading->one, reading->buffer + reading->used, n);
        digest_add(reading->whole, reading->buffer + reading->used, n);
        reading->used += n;
        reading->at += n;
        left -= n;
    }
    digest_end(reading->one, sum);
    digest_hex(sum, hex);
    if (strcmp(hex, item->sha256) != 0)
        return broken(reading, "the payload is not what was written: its digest differs", err);
    if (!fill(reading, err))
        return false;
    reading->at++;
    if (reading->buffer[reading->used++] != '\n')
        return broken(reading, "the payload is longer than it says", err);
    digest_add(reading->whole, "\n", 1);
    return true;
}

/* A text member, in the arena; "" or NULL never come out. */
static const char *member(const struct reading *reading, const json_t *line, const char *name)
{
    const json_t *value = json_object_get(line, name);
    size_t len = json_string_length(value);
    if (!json_is_string(value) || len == 0 || strlen(json_string_value(value)) != len)
        return NULL;
    return arena_strdup(reading->arena, json_string_value(value));
}

static bool is_digest(const char *text)
{
    return text && strlen(text) == DIGEST_HEX_SIZE - 1 && strspn(text, "0123456789abcdef") == DIGEST_HEX_SIZE - 1;
}

static json_t *parse_line(const struct reading *reading, const char *line, size_t len, struct error *err)
{
    struct error why = {0};
    json_t *value = json_read(line, len, &(struct json_read_options){.file = "spool", .strict = true, .values_max = 100}, &why);
    if (!json_is_object(value)) {
        broken(reading, "is no line of a spool file", err);
        json_decref(value);
        return NULL;
    }
    return value;
}

static bool take_head(const struct reading *reading, const json_t *line, struct spool_file *file, struct error *err)
{
    json_int_t format = json_integer_value(json_object_get(line, "matbench_spool"));
    file->newer = format > SPOOL_FORMAT;
    if (format != SPOOL_FORMAT)
        return broken(reading, format > SPOOL_FORMAT ? "was written by a newer matbench" : "is not how a spool file begins", err);
    file->head = (struct spool_head){member(reading, line, "history"), member(reading, line, "workload"), member(reading, line, "written"),
                                     json_is_true(json_object_get(line, "by_kpi"))};
    return (file->head.history && file->head.workload && file->head.written) ||
           broken(reading, "does not say for which history and workload this is", err);
}

static bool take_item(const struct reading *reading, const json_t *line, struct spool_item *item, struct error *err)
{
    json_int_t bytes = json_integer_value(json_object_get(line, "bytes"));
    const char *sum = member(reading, line, "sha256"), *where = member(reading, line, "where");
    *item = (struct spool_item){.id = member(reading, line, "id"), .where = where ? where : "", .why = member(reading, line, "why"),
                                .at = reading->at};
    if (!item->id || !is_digest(sum) || bytes <= 0 || bytes > SPOOL_PAYLOAD_MAX)
        return broken(reading, "does not say id, bytes and sha256 of a payload", err);
    item->len = (size_t)bytes;
    memcpy(item->sha256, sum, sizeof(item->sha256));
    return item->len < reading->size - item->at || broken(reading, "the file ends within this payload; it was cut", err);
}

/* The last line: nothing may follow, and all before it is as it was written. */
static bool check_end(struct reading *reading, const json_t *line, size_t n, struct error *err)
{
    unsigned char sum[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];
    const char *said = member(reading, line, "sha256");
    digest_end(reading->whole, sum);
    digest_hex(sum, hex);
    if (!is_digest(said) || strcmp(said, hex) != 0)
        return broken(reading, "the file is not what was written: its digest differs", err);
    if (json_integer_value(json_object_get(line, "payloads")) != (json_int_t)n || reading->at != reading->size)
        return broken(reading, "the file does not end here", err);
    return true;
}

static void add_digest(struct reading *reading, const char *line, size_t len)
{
    digest_add(reading->whole, line, len);
    digest_add(reading->whole, "\n", 1);
}

static bool read_all(struct reading *reading, const char *history, struct spool_file *file, struct error *err)
{
    LIST_OF(struct spool_item) items = {0};
    char *line = reading->line_room;
    bool ok = true, ended = false;
    while (ok && !ended && !file->other) {
        size_t len;
        json_t *value = read_line(reading, line, &len, err) ? parse_line(reading, line, len, err) : NULL;
        ok = value != NULL;
        ended = ok && reading->line > 1 && json_object_get(value, "payloads");
        struct spool_item item;
        if (ended) {
            ok = check_end(reading, value, items.n, err);
        } else if (ok) {
            add_digest(reading, line, len);
            ok = reading->line == 1 ? take_head(reading, value, file, err)
                                    : take_item(reading, value, &item, err) && pass_payload(reading, &item, err);
            if (ok && reading->line > 1)
                *LIST_ADD(reading->arena, &items) = item;
            file->other = ok && history && strcmp(file->head.history, history) != 0;
        }
        json_decref(value);
    }
    file->items = items.v;
    file->n = items.n;
    file->bytes = reading->size;
    return ok;
}

bool spool_file_read(int fd, const char *history, struct arena *arena, struct spool_file *file, struct error *err)
{
    struct stat st;
    *file = (struct spool_file){0};
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > SPOOL_FILE_MAX)
        return error_set(err, ERR_STORE, "is no regular file of at most 1 GB");
    if (lseek(fd, 0, SEEK_SET) != 0)
        return error_set(err, ERR_STORE, "%s", strerror(errno));
    struct reading *reading = memory_need(calloc(1, sizeof(*reading)));
    *reading = (struct reading){.fd = fd, .size = (uint64_t)st.st_size, .whole = digest_open(), .one = digest_open(), .arena = arena};
    bool ok = read_all(reading, history, file, err);
    digest_close(reading->whole);
    digest_close(reading->one);
    free(reading);
    return ok;
}

const char *spool_file_payload(int fd, const struct spool_item *item, struct arena *arena, struct error *err)
{
    char *text = arena_alloc(arena, item->len + 1), hex[DIGEST_HEX_SIZE];
    size_t got = 0;
    while (got < item->len) {
        ssize_t n = pread(fd, text + got, item->len - got, (off_t)(item->at + got));
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        got += n > 0 ? (size_t)n : 0;
    }
    digest_sha256(text, got, hex);
    if (got < item->len || strcmp(hex, item->sha256) != 0)
        return error_set(err, ERR_STORE, "the payload '%s' is not what was written", item->id), NULL;
    return text;
}
