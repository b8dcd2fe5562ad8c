#include "store/csv.h"

#include <stdlib.h>
#include <string.h>

/* A row is looked at as it stands in the window. When it does not end there, more is read and the row is looked at anew: the
 * window doubles, so that no byte is looked at often. */
enum look { LOOK_DONE, LOOK_MORE, LOOK_WRONG };

struct csv csv_open(struct stream *stream, const struct csv_dialect *dialect)
{
    return (struct csv){.stream = stream, .dialect = *dialect, .copies = text_open(STREAM_UNIT_MAX), .line = 1};
}

void csv_close(struct csv *csv)
{
    free(csv->cells);
    text_close(&csv->copies);
}

static bool ends_row(char c)
{
    return c == '\n' || c == '\r';
}

static enum look at_end(const struct csv *csv)
{
    return csv->stream->window.last ? LOOK_DONE : LOOK_MORE;
}

/* Past the end of a row at *p: \n, \r\n, \r, or the end of the text. */
static enum look pass_end(const struct csv *csv, const char **p)
{
    const char *end = csv->stream->window.end;
    if (*p == end)
        return at_end(csv);
    if (**p == '\r' && *p + 1 == end && !csv->stream->window.last)
        return LOOK_MORE;
    *p += **p == '\r' && *p + 1 < end && (*p)[1] == '\n' ? 2 : 1;
    return LOOK_DONE;
}

/* ---- cells ---- */

static struct csv_cell *add_cell(struct csv *csv)
{
    if (csv->n == csv->cap) {
        csv->cap = csv->cap ? csv->cap * 2 : 32;
        csv->cells = memory_need(realloc(csv->cells, csv->cap * sizeof(*csv->cells)));
    }
    return &csv->cells[csv->n++];
}

static enum look wrong_quote(struct csv *csv, const char *quote, struct error *err)
{
    const char *line = csv->stream->at;
    struct pos at = {.file = csv->stream->path, .line = csv->line};
    for (const char *feed; (feed = memchr(line, '\n', (size_t)(quote - line))); line = feed + 1)
        at.line++;
    at.col = stream_column(line, quote);
    error_at(err, ERR_ARTIFACT, at, "the quote that begins here does not end");
    return LOOK_WRONG;
}

static const char *cell_end(const struct csv *csv, const char *p)
{
    const char *end = csv->stream->window.end;
    char delimiter = csv->dialect.delimiter;
    while (p < end && *p != delimiter && !ends_row(*p))
        p++;
    return p;
}

/* A cell that begins with a quote; *p is then behind it. Most stand in the file as they are: those are not copied. */
static enum look quoted_cell(struct csv *csv, const char **p, struct csv_cell *cell, struct error *err)
{
    const char *end = csv->stream->window.end, *quote = *p, *from = *p + 1;
    struct text *copies = &csv->copies;
    size_t start = copies->len;
    for (;;) {
        const char *close = memchr(from, '"', (size_t)(end - from));
        if (!close || close + 1 == end) {
            if (!csv->stream->window.last)
                return LOOK_MORE;
            if (!close)
                return wrong_quote(csv, quote, err);
        }
        bool doubled = close + 1 < end && close[1] == '"';
        const char *after = doubled ? close + 1 : cell_end(csv, close + 1);
        if (!doubled && after == close + 1 && copies->len == start) {
            *cell = (struct csv_cell){.text = from, .len = (size_t)(close - from), .source = quote};
            *p = after;
            return LOOK_DONE;
        }
        text_addn(copies, from, (size_t)(close - from) + doubled);
        from = close + 1 + doubled;
        if (!doubled) {
            text_addn(copies, close + 1, (size_t)(after - close - 1));
            *cell = (struct csv_cell){.len = start, .source = quote, .copied = true}; /* len: see settle */
            *p = after;
            return LOOK_DONE;
        }
    }
}

/* Copies have moved while they were made; `len` of each is where it begins. */
static void settle(struct csv *csv)
{
    size_t end = csv->copies.len;
    for (size_t i = csv->n; i-- > 0;) {
        struct csv_cell *cell = &csv->cells[i];
        if (!cell->copied)
            continue;
        size_t start = cell->len;
        cell->text = csv->copies.s + start;
        cell->len = end - start;
        end = start;
    }
}

static void trim(struct csv_cell *cell)
{
    while (cell->len && (*cell->text == ' ' || *cell->text == '\t')) {
        cell->text++;
        cell->len--;
    }
    while (cell->len && (cell->text[cell->len - 1] == ' ' || cell->text[cell->len - 1] == '\t'))
        cell->len--;
}

/* The cells of the row at stream->at; *p is then behind the row. */
static enum look look_at_row(struct csv *csv, const char **p, struct error *err)
{
    const char *end = csv->stream->window.end;
    csv->n = 0;
    text_clear(&csv->copies);
    for (*p = csv->stream->at;; ++*p) {
        struct csv_cell *cell = add_cell(csv);
        if (csv->n > CSV_CELLS_MAX) {
            error_at(err, ERR_ARTIFACT, (struct pos){.file = csv->stream->path, .line = csv->line}, "more than %d fields",
                     (int)CSV_CELLS_MAX);
            return LOOK_WRONG;
        }
        if (*p < end && **p == '"') {
            enum look look = quoted_cell(csv, p, cell, err);
            if (look != LOOK_DONE)
                return look;
        } else {
            const char *stop = cell_end(csv, *p);
            *cell = (struct csv_cell){.text = *p, .len = (size_t)(stop - *p), .source = *p};
            *p = stop;
        }
        if (*p == end || ends_row(**p))
            break;
    }
    settle(csv);
    for (size_t i = 0; csv->dialect.trim && i < csv->n; i++)
        trim(&csv->cells[i]);
    return pass_end(csv, p);
}

/* ---- rows ---- */

static void take(struct csv *csv, const char *to)
{
    bool ended = to > csv->stream->at && ends_row(to[-1]);
    size_t feeds = 0;
    for (const char *p = csv->stream->at; (p = memchr(p, '\n', (size_t)(to - p))); p++)
        feeds++;
    csv->line += (int)(feeds ? feeds : ended);
    csv->stream->at = to;
}

/* Past the line at stream->at, whatever is in it. */
static enum look look_at_line(const struct csv *csv, const char **p)
{
    const char *end = csv->stream->window.end;
    *p = csv->stream->at;
    while (*p < end && !ends_row(**p))
        ++*p;
    return pass_end(csv, p);
}

static bool begins_with(const char *p, const char *end, const char *prefix)
{
    size_t n = strlen(prefix);
    return (size_t)(end - p) >= n && memcmp(p, prefix, n) == 0;
}

/* A line that is no row: one of the first, empty, a comment. LOOK_MORE: that cannot be told yet. */
static enum look is_passed(const struct csv *csv, bool *passed)
{
    const char *at = csv->stream->at, *end = csv->stream->window.end, *comment = csv->dialect.comment;
    *passed = at < end && (csv->dialect.skip > 0 || ends_row(*at) || (comment && begins_with(at, end, comment)));
    bool sure = *passed || csv->stream->window.last || (size_t)(end - at) >= (comment ? strlen(comment) : 1);
    return sure ? LOOK_DONE : LOOK_MORE;
}

bool csv_next(struct csv *csv, struct csv_row *row, struct error *err)
{
    struct stream *stream = csv->stream;
    if (!csv->started && !stream_pass_mark(stream, err))
        return false;
    csv->started = true;
    for (;;) {
        const char *p = stream->at;
        bool passed;
        if (stream->at == stream->window.end && stream->window.last)
            return false;
        enum look look = is_passed(csv, &passed);
        if (look == LOOK_DONE)
            look = passed ? look_at_line(csv, &p) : look_at_row(csv, &p, err);
        if (look == LOOK_WRONG || (look == LOOK_MORE && !stream_more(stream, err)))
            return false;
        if (look != LOOK_DONE)
            continue;
        *row = (struct csv_row){.cells = csv->cells, .n = csv->n, .line = csv->line, .start = stream->at};
        take(csv, p);
        if (!passed)
            return true;
        csv->dialect.skip -= csv->dialect.skip > 0;
    }
}
