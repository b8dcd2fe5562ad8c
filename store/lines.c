#include "store/lines.h"

#include <string.h>

#include "store/budget.h"

enum { LOOK_EVERY = 64 /* lines between two looks at the clock */ };

/* True: the line matched, and *text is what counts of it. */
static bool match_line(struct parsing *parsing, const struct regex *pattern, const char *line, size_t len,
                       const char **text, size_t *text_len, struct error *err)
{
    struct regex_span spans[2];
    bool found;
    if (!regex_find(pattern, parsing->scratch, line, len, 0, spans, 2, &found, err) || !found)
        return false;
    bool group = spans[1].start != REGEX_NONE;
    *text = line + spans[group].start;
    *text_len = spans[group].end > spans[group].start ? spans[group].end - spans[group].start : 0; /* \K can turn them round */
    return true;
}

/* The lines of a text, ended as Python reads them: \n, \r\n or \r. */
struct cursor {
    const char *next, *end; /* what is left of the text */
    const char *stop;       /* the line feed at or after next, or end */
};

static struct cursor cursor_open(const char *bytes, size_t len)
{
    const char *stop = memchr(bytes, '\n', len);
    return (struct cursor){.next = bytes, .end = bytes + len, .stop = stop ? stop : bytes + len};
}

/* False: there is no further line. *ended: a line feed, or the end of the text, comes after it. */
static bool next_line(struct cursor *cursor, const char **line, size_t *len, bool *ended)
{
    if (cursor->next >= cursor->end)
        return false;
    *line = cursor->next;
    const char *carriage = memchr(*line, '\r', (size_t)(cursor->stop - *line));
    *len = (size_t)((carriage ? carriage : cursor->stop) - *line);
    *ended = !carriage || carriage + 1 == cursor->stop;
    cursor->next = *ended ? cursor->stop + 1 : carriage + 1;
    if (*ended && cursor->next < cursor->end) {
        cursor->stop = memchr(cursor->next, '\n', (size_t)(cursor->end - cursor->next));
        cursor->stop = cursor->stop ? cursor->stop : cursor->end;
    }
    return true;
}

json_t *lines_parse(struct parsing *parsing, const struct pieces_source *source, const struct regex *pattern, struct error *err)
{
    struct pieces pieces;
    struct budget budget = budget_open();
    struct cursor cursor = cursor_open(source->bytes, source->len);
    const char *line, *text;
    size_t line_len, text_len, seen = 0;
    bool ended;
    pieces_open(&pieces, parsing, source);
    while (!pieces_done(&pieces) && !err->kind && next_line(&cursor, &line, &line_len, &ended)) {
        pieces_clean(&pieces, &line, &line_len); /* patterns do not match bytes that are not UTF-8 */
        if (match_line(parsing, pattern, line, line_len, &text, &text_len, err))
            pieces_add(&pieces, text, text_len, err);
        pieces.number += ended;
        if ((++seen % LOOK_EVERY == 0 || regex_steps(parsing->scratch) > 0) && !budget_left(&budget, err))
            error_prefix(err, "%s", source->path);
    }
    return pieces_close(&pieces, err);
}
