/* store/stream.h — an artifact that is read once, front to back: a part of it is in memory, whatever its size. Inside store/ only.
 *
 *     struct stream stream;
 *     if (stream_open(parsing, name, &stream, err) == ROOT_FOUND) {
 *         struct stream_lines lines = stream_lines(&stream);
 *         while (stream_next_line(&lines, &line, err)) …
 *         stream_close(&stream);
 *     }
 */
#ifndef STORE_STREAM_H
#define STORE_STREAM_H
#include "base/window.h"
#include "store/artifact.h"

enum { STREAM_UNIT_MAX = 64 << 20 /* bytes that may wait for their end: of a line, of a record */ };

struct stream {
    const char *path; /* for messages */
    const char *at;   /* what was not taken begins here */
    struct window window;
    /* stream.c only */
    struct parsing *parsing;
    struct artifact artifact;
};

/* As artifact_open; on ROOT_FOUND the caller closes it. `unit`: what may be too long, for the message: "a line". */
enum root_found stream_open(struct parsing *parsing, const char *name, const char *unit, struct stream *stream, struct error *err);
/* A text in memory, which must outlive the stream; or any content, read through windows of that size (for tests). */
struct stream stream_of_text(const char *text, size_t len, const char *path);
struct stream stream_of_content(struct content *content, size_t size, const char *path);
void stream_close(struct stream *stream);

/* Reads on: what is from `at` on stays, and moves. Not when window.last. */
bool stream_more(struct stream *stream, struct error *err);
/* A byte order mark at the start is passed over. */
bool stream_pass_mark(struct stream *stream, struct error *err);

/* The lines of a text, ended as Python reads them: \n, \r\n or \r. */
struct stream_lines {
    struct stream *stream;
    int number;     /* of the line that comes next; \n counts, as editors do */
    size_t scanned; /* bytes from stream->at on that have no \n */
};

struct stream_line {
    const char *text; /* without its end; it stands until the next call */
    size_t len;
    int number;
};

struct stream_lines stream_lines(struct stream *stream);
/* False: there is no further line, or *err is set. */
bool stream_next_line(struct stream_lines *lines, struct stream_line *line, struct error *err);

/* The column, in characters from 1, of a place in a line. */
int stream_column(const char *line, const char *place);

#endif
