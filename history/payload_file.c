#include "history/payload_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

enum { PAYLOAD_MAX = 256 << 20 };
static const off_t PAYLOADS_MAX = (off_t)2 << 30;

struct loading {
    const char *path, *text;
    bool (*visit)(void *context, const struct history_payload *payload);
    void *context;
    bool stopped; /* visit has enough */
    struct arena page; /* of the payload at hand */
    size_t number; /* payloads so far */
    size_t left_out;
};

static bool add_payload(struct loading *loading, const json_t *payload, struct error *err)
{
    const json_t *metadata = json_object_get(payload, "metadata"), *status = json_object_get(metadata, "status");
    if (!json_is_object(metadata) || !json_is_object(json_object_get(metadata, "settings")))
        return error_set(err, ERR_INVALID, "found no metadata.settings, expected a payload {metadata, results, kpis}");
    if (status && !json_is_null(status) && !(json_is_string(status) && strcmp(json_string_value(status), "Valid") == 0)) {
        loading->left_out++;
        return true;
    }
    struct text compact = text_open(PAYLOAD_MAX);
    json_write(&compact, payload, &(struct json_style){.indent = -1}, 0);
    bool ok = !compact.over || error_set(err, ERR_INVALID, "is larger than 256 MB");
    struct history_payload visited = {.text = compact.s, .text_len = compact.len};
    ok = ok && record_from_payload(&loading->page, payload, loading->path, &visited.record, err);
    if (ok)
        loading->stopped = !loading->visit(loading->context, &visited);
    arena_clear(&loading->page);
    text_close(&compact);
    return ok;
}

/* The value that begins with `event`, which ends where the reader stands then. */
static bool take_value(struct loading *loading, struct json_reader *reader, const struct json_event *event, struct error *err)
{
    size_t start = event->start, end = event->end;
    bool inner = event->kind == JSON_EVENT_OBJECT_OPEN || event->kind == JSON_EVENT_ARRAY_OPEN;
    for (int depth = 1; inner && depth > 0;) {
        struct json_event next;
        if (!json_reader_next(reader, &next, err))
            return false;
        depth += next.kind == JSON_EVENT_OBJECT_OPEN || next.kind == JSON_EVENT_ARRAY_OPEN;
        depth -= next.kind == JSON_EVENT_OBJECT_CLOSE || next.kind == JSON_EVENT_ARRAY_CLOSE;
        end = next.end;
    }
    struct json_read_options options = {.file = loading->path, .strict = true};
    json_t *payload = json_read(loading->text + start, end - start, &options, err);
    struct error why = {0};
    bool ok = payload && add_payload(loading, payload, &why);
    if (payload && !ok)
        error_set(err, why.kind, "%s: payload %zu: %s", loading->path, loading->number + 1, why.text);
    json_decref(payload);
    loading->number++;
    return ok;
}

static bool load_text(struct loading *loading, size_t len, struct error *err)
{
    struct json_reader *reader = json_reader_open(loading->text, len, loading->path, true);
    struct json_event event;
    bool ok = json_reader_next(reader, &event, err);
    if (ok && event.kind == JSON_EVENT_ARRAY_OPEN) {
        while ((ok = json_reader_next(reader, &event, err)) && event.kind != JSON_EVENT_ARRAY_CLOSE)
            if (!(ok = take_value(loading, reader, &event, err)) || loading->stopped)
                break;
    } else if (ok) {
        ok = take_value(loading, reader, &event, err);
    }
    ok = ok && (loading->stopped || json_reader_next(reader, &event, err)); /* nothing may follow */
    json_reader_close(reader);
    return ok;
}

static bool trouble(const char *path, const char *what, struct error *err)
{
    return error_at(err, ERR_USAGE, (struct pos){.file = path}, "%s", what);
}

/* Read, not mapped: a file that shrinks meanwhile must not end the program. */
static bool read_file(const char *path, int fd, char **bytes, size_t *len, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return trouble(path, strerror(errno), err);
    if (S_ISDIR(st.st_mode))
        return error_at(err, ERR_USAGE, (struct pos){.file = path}, "is a folder; as a history it is called dir:%s", path);
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return trouble(path, S_ISREG(st.st_mode) ? "is empty, expected payloads" : "is no regular file", err);
    if (st.st_size > PAYLOADS_MAX)
        return trouble(path, "is larger than 2 GB", err);
    *bytes = memory_need(malloc((size_t)st.st_size));
    while (*len < (size_t)st.st_size) {
        ssize_t n = read(fd, *bytes + *len, (size_t)st.st_size - *len);
        if (n == 0)
            break;
        if (n > 0)
            *len += (size_t)n;
        else if (errno != EINTR)
            return trouble(path, strerror(errno), err);
    }
    return true;
}

bool payload_file_read(const char *path, bool (*visit)(void *context, const struct history_payload *payload), void *context,
                       size_t *left_out, struct error *err)
{
    struct loading loading = {.path = path, .visit = visit, .context = context};
    char *bytes = NULL;
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool ok = fd >= 0 ? read_file(path, fd, &bytes, &len, err) : trouble(path, strerror(errno), err);
    loading.text = bytes;
    ok = ok && load_text(&loading, len, err);
    if (fd >= 0)
        close(fd);
    free(bytes);
    arena_close(&loading.page);
    *left_out = loading.left_out;
    return ok;
}
