/* between: FILE with start: TEXT and end: TEXT: what stands between these two marks, of one line or of many; as and keep as of
 * lines. Blanks and control characters at its ends do not count: before "[0m" stands an escape character. */
#include <string.h>

#include "store/pieces.h"

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

static struct mark mark_of(const struct argument *argument)
{
    return (struct mark){argument->text, strlen(argument->text)};
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

static json_t *parse_between(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *arguments = parser->arguments;
    struct mark start = mark_of(&arguments[1]), end = mark_of(&arguments[2]);
    const char *bytes, *path, *from, *to;
    size_t len;
    if (parsing_read(parsing, arguments[0].text, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    struct search search = {.at = bytes, .end = bytes + len, .counted = bytes, .line = 1};
    const char *stop = find(bytes, search.end, end);
    search.stop = stop ? stop : search.end;
    struct pieces pieces;
    pieces_open(&pieces, parsing, path, (enum pieces_as)arguments[3].word, (enum pieces_keep)arguments[4].word);
    while (!err->kind && !pieces_done(&pieces) && next_piece(&search, start, end, &from, &to)) {
        pieces.number = line_at(&search, from);
        trim(&from, &to);
        len = (size_t)(to - from);
        pieces_clean(&pieces, &from, &len);
        pieces_add(&pieces, from, len, err);
    }
    if (search.cut)
        parsing_note(parsing, FINDING_WARNING, path, "%zu pieces that begin with '%s' do not end (left out), the first at line %d",
                     search.cut, parser->arguments[1].text, search.cut_line);
    return pieces_close(&pieces, err);
}

static const struct parser_argument table[] = {{"between", ARGUMENT_TEXT, NULL, false},
                                               {"start", ARGUMENT_MARK, NULL, true},
                                               {"end", ARGUMENT_MARK, NULL, true},
                                               {"as", ARGUMENT_WORD, pieces_as_words, false},
                                               {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                               {0}};
const struct parser_kind parser_between = {"between", table, parse_between};
