#include "store/between.h"

#include <string.h>

struct mark {
    const char *text;
    size_t len;
};

/* A text and how far it has been looked at. */
struct search {
    const char *at, *end;
    const char *stop;    /* the first end mark at or after `at`, or `end` when there is none */
    const char *counted; /* lines were counted up to here */
    int line;
    size_t cut; /* pieces without an end */
    int cut_line;
};

static struct mark mark_of(const char *text)
{
    return (struct mark){text, strlen(text)};
}

static const char *find(const char *from, const char *end, struct mark mark)
{
    return memmem(from, (size_t)(end - from), mark.text, mark.len);
}

static int line_at(struct search *search, const char *place)
{
    for (const char *feed; (feed = memchr(search->counted, '\n', (size_t)(place - search->counted))); search->line++)
        search->counted = feed + 1;
    return search->line;
}

/* A program that was killed stops in the middle of what it prints: that piece is left out. */
static void count_cut(struct search *search, const char *place)
{
    if (search->cut++ == 0)
        search->cut_line = line_at(search, place);
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && (unsigned char)**from <= ' ')
        ++*from;
    while (*from < *to && (unsigned char)(*to)[-1] <= ' ')
        --*to;
}

/* The next piece; false when there is none. Each byte is looked at a fixed number of times, whatever the marks are. */
static bool next_piece(struct search *search, struct mark start, struct mark end, const char **from, const char **to)
{
    const char *begin = find(search->at, search->end, start);
    while (begin) {
        const char *text = begin + start.len;
        if (search->stop < text && search->stop != search->end) {
            const char *stop = find(text, search->end, end);
            search->stop = stop ? stop : search->end;
        }
        const char *again = find(text, search->stop, start);
        if (!again && search->stop != search->end) {
            *from = text;
            *to = search->stop;
            search->at = search->stop + end.len;
            return true;
        }
        count_cut(search, begin);
        begin = again;
    }
    return false;
}

json_t *between_parse(struct parsing *parsing, const struct pieces_source *source, const char *start, const char *end, struct error *err)
{
    struct mark first = mark_of(start), last = mark_of(end);
    struct search search = {.at = source->bytes, .end = source->bytes + source->len, .counted = source->bytes, .line = 1};
    const char *stop = find(source->bytes, search.end, last), *from, *to;
    search.stop = stop ? stop : search.end;
    struct pieces pieces;
    pieces_open(&pieces, parsing, source);
    while (!err->kind && !pieces_done(&pieces) && next_piece(&search, first, last, &from, &to)) {
        pieces.number = line_at(&search, from);
        trim(&from, &to);
        size_t n = (size_t)(to - from);
        pieces_clean(&pieces, &from, &n);
        pieces_add(&pieces, from, n, err);
    }
    if (search.cut)
        parsing_note(parsing, FINDING_WARNING, source->path, "%zu pieces that begin with '%s' do not end (left out), the first at line %d",
                     search.cut, start, search.cut_line);
    return pieces_close(&pieces, err);
}
