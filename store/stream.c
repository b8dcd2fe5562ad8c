#include "store/stream.h"

#include <string.h>

enum root_found stream_open(struct parsing *parsing, const char *name, const char *unit, struct stream *stream, struct error *err)
{
    *stream = (struct stream){.parsing = parsing};
    enum root_found found = artifact_open(parsing, name, &stream->artifact, err);
    stream->path = stream->artifact.path;
    if (found == ROOT_FOUND)
        stream->window = window_open(stream->artifact.content, WINDOW_SIZE, STREAM_UNIT_MAX, unit);
    stream->at = stream->window.start;
    return found;
}

struct stream stream_of_text(const char *text, size_t len, const char *path)
{
    struct window window = window_of_text(text, len);
    return (struct stream){.path = path, .at = window.start, .window = window};
}

struct stream stream_of_content(struct content *content, size_t size, const char *path)
{
    struct window window = window_open(content, size, STREAM_UNIT_MAX, "a piece");
    return (struct stream){.path = path, .at = window.start, .window = window};
}

void stream_close(struct stream *stream)
{
    window_close(&stream->window);
    if (stream->parsing)
        artifact_close(stream->parsing, &stream->artifact);
}

bool stream_more(struct stream *stream, struct error *err)
{
    if (!window_more(&stream->window, stream->at, err))
        return false;
    stream->at = stream->window.start;
    return true;
}

bool stream_pass_mark(struct stream *stream, struct error *err)
{
    while (stream->window.end - stream->at < 3 && !stream->window.last)
        if (!stream_more(stream, err))
            return false;
    if (stream->window.end - stream->at >= 3 && memcmp(stream->at, "\xEF\xBB\xBF", 3) == 0)
        stream->at += 3;
    return true;
}

struct stream_lines stream_lines(struct stream *stream)
{
    return (struct stream_lines){.stream = stream, .number = 1};
}

/* `stop`: the line feed, or the end of what is there; `carriage`: the first \r before it, or NULL. */
static void take_line(struct stream_lines *lines, const char *stop, const char *carriage, struct stream_line *line)
{
    struct stream *stream = lines->stream;
    bool ended = !carriage || carriage + 1 == stop, feed = stop < stream->window.end;
    const char *next = ended ? stop + feed : carriage + 1;
    *line = (struct stream_line){.text = stream->at, .len = (size_t)((carriage ? carriage : stop) - stream->at), .number = lines->number};
    lines->number += ended;
    lines->scanned = (size_t)((ended ? next : stop) - next);
    stream->at = next;
}

bool stream_next_line(struct stream_lines *lines, struct stream_line *line, struct error *err)
{
    struct stream *stream = lines->stream;
    const struct window *window = &stream->window;
    size_t passed = 0; /* bytes without any end of a line */
    for (;;) {
        const char *at = stream->at;
        const char *feed = memchr(at + lines->scanned, '\n', (size_t)(window->end - at) - lines->scanned);
        const char *stop = feed ? feed : window->end;
        const char *carriage = memchr(at + passed, '\r', (size_t)(stop - at) - passed);
        bool doubtful = carriage && carriage + 1 == window->end; /* \n may come */
        if (window->last || (carriage ? !doubtful : feed != NULL)) {
            if (at == window->end)
                return false;
            take_line(lines, stop, carriage, line);
            return true;
        }
        lines->scanned = (size_t)(stop - at);
        passed = carriage ? (size_t)(carriage - at) : lines->scanned;
        if (!stream_more(stream, err))
            return false;
    }
}

int stream_column(const char *line, const char *place)
{
    int col = 1;
    for (; line < place; line++)
        col += ((unsigned char)*line & 0xC0) != 0x80;
    return col;
}
