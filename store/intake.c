#include "store/intake.h"

#include <string.h>

struct intake intake_of_text(const char *text, size_t len)
{
    return (struct intake){.at = text, .end = text + len, .last = true};
}

void intake_close(struct intake *in)
{
    *in = (struct intake){.last = true};
}

bool intake_more(struct intake *in, const char *what, struct pos from, struct error *err)
{
    (void)in, (void)what, (void)from, (void)err;
    return true;
}

/* ---- lines ---- */

struct intake_lines intake_lines_open(struct intake *in, const char *file)
{
    return (struct intake_lines){.in = in, .file = file, .number = 1};
}

static bool more(struct intake_lines *lines, struct error *err)
{
    return intake_more(lines->in, "a line", (struct pos){.file = lines->file, .line = lines->number}, err);
}

static bool pass_mark(struct intake_lines *lines, struct error *err)
{
    struct intake *in = lines->in;
    lines->started = true;
    while (in->end - in->at < 3 && !in->last)
        if (!more(lines, err))
            return false;
    if (in->end - in->at >= 3 && memcmp(in->at, "\xEF\xBB\xBF", 3) == 0)
        in->at += 3;
    return true;
}

bool intake_next_line(struct intake_lines *lines, const char **line, size_t *len, int *number, struct error *err)
{
    struct intake *in = lines->in;
    size_t passed = 0; /* bytes without any end of a line */
    if (!lines->started && !pass_mark(lines, err))
        return false;
    for (;;) {
        const char *feed = memchr(in->at + lines->scanned, '\n', (size_t)(in->end - in->at) - lines->scanned);
        const char *stop = feed ? feed : in->end;
        const char *carriage = memchr(in->at + passed, '\r', (size_t)(stop - in->at) - passed);
        bool doubtful = carriage && carriage + 1 == in->end; /* \n may come */
        if (in->last || (carriage ? !doubtful : feed != NULL)) {
            if (in->at == in->end)
                return false;
            bool ended = !carriage || carriage + 1 == stop;
            const char *end = carriage ? carriage : stop;
            const char *next = ended ? stop + (feed != NULL) : carriage + 1;
            *line = in->at;
            *len = (size_t)(end - in->at);
            *number = lines->number;
            lines->number += ended;
            lines->scanned = (size_t)((ended ? next : stop) - next);
            in->at = next;
            return true;
        }
        lines->scanned = (size_t)(stop - in->at);
        passed = carriage ? (size_t)(carriage - in->at) : lines->scanned;
        if (!more(lines, err))
            return false;
    }
}
