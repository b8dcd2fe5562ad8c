#include "store/between.h"

#include <stdint.h>
#include <string.h>

#define NOWHERE SIZE_MAX

struct mark {
    const char *text;
    size_t len;
};

/* How far a text has been looked at. Places are bytes from stream->at on. */
struct search {
    struct stream *stream;
    struct mark start, end;
    size_t stop;    /* the first end mark that was found at or after stream->at, or NOWHERE */
    size_t scanned; /* no end mark begins from start.len on and before this */
    int line, col;  /* of stream->at */
    size_t cut;     /* pieces without an end */
    int cut_line;
};

static struct mark mark_of(const char *text)
{
    return (struct mark){text, strlen(text)};
}

static size_t held(const struct search *search)
{
    return (size_t)(search->stream->window.end - search->stream->at);
}

/* The first such mark that stands within [from, to), or NOWHERE. */
static size_t find(const struct search *search, size_t from, size_t to, struct mark mark)
{
    const char *at = search->stream->at, *found = from < to ? memmem(at + from, to - from, mark.text, mark.len) : NULL;
    return found ? (size_t)(found - at) : NOWHERE;
}

/* Where the last mark may begin that is not there in full yet. */
static size_t doubtful(const struct search *search, struct mark mark)
{
    size_t n = held(search), tail = search->stream->window.last ? 0 : mark.len - 1;
    return n > tail ? n - tail : 0;
}

static void advance(struct search *search, size_t n)
{
    const char *to = search->stream->at + n, *line = search->stream->at;
    for (const char *feed; (feed = memchr(line, '\n', (size_t)(to - line))); line = feed + 1) {
        search->line++;
        search->col = 1;
    }
    search->col += stream_column(line, to) - 1;
    search->stream->at = to;
    search->stop = search->stop == NOWHERE || search->stop < n ? NOWHERE : search->stop - n;
    search->scanned = search->scanned < n ? 0 : search->scanned - n;
}

/* A program that was killed stops in the middle of what it prints: that piece is left out. */
static void count_cut(struct search *search)
{
    if (search->cut++ == 0)
        search->cut_line = search->line;
}

/* Moves to the next start mark. False: there is none. */
static bool find_start(struct search *search, struct error *err)
{
    for (;;) {
        size_t begin = find(search, 0, held(search), search->start);
        advance(search, begin != NOWHERE ? begin : doubtful(search, search->start));
        if (begin != NOWHERE)
            return true;
        if (search->stream->window.last || !stream_more(search->stream, err))
            return false;
    }
}

static void find_stop(struct search *search)
{
    size_t from = search->start.len;
    if (search->stop != NOWHERE && search->stop >= from)
        return;
    if (search->stop != NOWHERE)
        search->scanned = search->stop + 1;
    from = search->scanned > from ? search->scanned : from;
    search->stop = find(search, from, held(search), search->end);
    size_t sure = doubtful(search, search->end);
    search->scanned = search->stop != NOWHERE ? search->stop : sure > from ? sure : from;
}

/* The next piece, [start.len, *len) from stream->at on; false when there is none. Each byte is looked at a fixed number of times,
 * whatever the marks are. */
static bool next_piece(struct search *search, size_t *len, struct error *err)
{
    bool begun = find_start(search, err);
    while (begun) {
        find_stop(search);
        size_t limit = search->stop != NOWHERE ? search->stop : doubtful(search, search->end);
        size_t again = find(search, search->start.len, limit, search->start);
        if (again != NOWHERE) {
            count_cut(search);
            advance(search, again);
        } else if (search->stop != NOWHERE) {
            *len = search->stop;
            return true;
        } else if (search->stream->window.last) {
            count_cut(search);
            return false;
        } else {
            begun = stream_more(search->stream, err);
        }
    }
    return false;
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && (unsigned char)**from <= ' ')
        ++*from;
    while (*from < *to && (unsigned char)(*to)[-1] <= ' ')
        --*to;
}

static void add_piece(struct search *search, struct pieces *pieces, size_t len, struct error *err)
{
    struct piece piece = {0};
    const char *from = search->stream->at + search->start.len, *to = search->stream->at + len;
    trim(&from, &to);
    advance(search, (size_t)(from - search->stream->at));
    piece.text = from;
    piece.len = (size_t)(to - from);
    piece.line = search->line;
    piece.col = search->col;
    pieces_clean(pieces, &piece.text, &piece.len);
    pieces_add(pieces, &piece, err);
}

json_t *between_parse(struct parsing *parsing, const struct pieces_source *source, const char *start, const char *end, struct error *err)
{
    struct search search = {.stream = source->stream, .start = mark_of(start), .end = mark_of(end), .stop = NOWHERE,
                            .line = 1, .col = 1};
    struct pieces pieces;
    size_t len;
    pieces_open(&pieces, parsing, source);
    while (!err->kind && !pieces_done(&pieces) && next_piece(&search, &len, err)) {
        const char *after = search.stream->at + len + search.end.len;
        add_piece(&search, &pieces, len, err);
        advance(&search, (size_t)(after - search.stream->at));
    }
    if (search.cut)
        parsing_note(parsing, FINDING_WARNING, source->stream->path, "%zu pieces that begin with '%s' do not end (left out), the first at line %d",
                     search.cut, start, search.cut_line);
    return pieces_close(&pieces, err);
}
