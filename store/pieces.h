/* store/pieces.h — pieces of an artifact's text as values: what each is read as, and which of them count. For the parsers that
 * cut texts out of a file: lines that match, what stands between two marks. */
#ifndef STORE_PIECES_H
#define STORE_PIECES_H
#include "base/text.h"
#include "store/parsing.h"

enum pieces_as { PIECES_TEXT, PIECES_JSON, PIECES_PYTHON, PIECES_NUMBER };
extern const char *const pieces_as_words[]; /* in the order of enum pieces_as; NULL-ended */

enum pieces_keep { PIECES_ALL, PIECES_FIRST, PIECES_LAST, PIECES_COUNT };
extern const char *const pieces_keep_words[];

/* A file's text, and what is wanted of the pieces in it. */
struct pieces_source {
    const char *path; /* for messages */
    const char *bytes;
    size_t len;
    enum pieces_as as;
    enum pieces_keep keep;
};

/* What was found so far in one file. */
struct pieces {
    struct parsing *parsing;
    const char *path;
    enum pieces_as as;
    enum pieces_keep keep;
    int number; /* the line at which the piece that is added stands; the caller counts */
    size_t non_finite, bad;
    json_t *all, *first;
    size_t count;
    const char *last; /* read at the end: only the last one counts, and only it has to be right */
    size_t last_len;
    int last_number;
    struct text clean, last_clean; /* a text that was not UTF-8, mended; `last` if it is from there */
};

void pieces_open(struct pieces *pieces, struct parsing *parsing, const struct pieces_source *source);
/* Replaces bytes that are not UTF-8 (U+FFFD, counted); what it points to then lives until the next call. */
void pieces_clean(struct pieces *pieces, const char **text, size_t *len);
/* Adds a piece, a part of the file's bytes or of what pieces_clean gave. One that cannot be read is an error with file:line; with
 * PIECES_LAST only the last one is read. */
void pieces_add(struct pieces *pieces, const char *text, size_t len, struct error *err);
/* True when no further piece changes anything. */
bool pieces_done(const struct pieces *pieces);
/* The value, a new reference; NULL with err unset: there was no piece and one was wanted. Notes what was mended. */
json_t *pieces_close(struct pieces *pieces, struct error *err);

#endif
