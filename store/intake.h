/* store/intake.h — the text of an artifact as it comes: a part of it is in memory, more on demand. Inside store/ only.
 *
 *     while (… nothing ends in [in.at, in.end) … && !in.last)
 *         if (!intake_more(&in, "a line", place, err)) …
 *
 * What was not taken stays and may move; its place from in.at on does not change. A reader moves `at` past what it took. */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { INTAKE_MAX = 64 << 20 /* bytes that may wait for their end: of a line, of a record */ };

struct intake {
    const char *at, *end; /* what is there and was not taken */
    bool last;            /* nothing comes behind `end` */
};

/* All of it is there at once; it must outlive the intake. */
struct intake intake_of_text(const char *text, size_t len);
void intake_close(struct intake *in);
/* Gets more behind `end`, or sets `last`. False: the file cannot be read, or `what` that begins at `from` is too long. */
bool intake_more(struct intake *in, const char *what, struct pos from, struct error *err);

/* The lines of a text, ended as Python reads them: \n, \r\n or \r. */
struct intake_lines {
    struct intake *in;
    const char *file;
    int number;     /* of the line that comes next; \n counts, as editors do */
    size_t scanned; /* bytes from in->at on that have no \n */
    bool started;
};

struct intake_lines intake_lines_open(struct intake *in, const char *file);
/* The next line without its end; it stands until the next call. False: there is none, or *err is set. *number is its number; a
 * byte order mark at the start of the text is passed over. */
bool intake_next_line(struct intake_lines *lines, const char **line, size_t *len, int *number, struct error *err);

#endif
