/* store/pieces.h — pieces of an artifact's text as values: what each is read as, and which of them count. For the parsers that
 * cut texts out of a file: lines that match, what stands between two marks. */
#ifndef STORE_PIECES_H
#define STORE_PIECES_H
#include "base/text.h"
#include "store/parsing.h"
#include "store/stream.h"
#include "store/typed.h"

enum pieces_keep { PIECES_ALL, PIECES_FIRST, PIECES_LAST, PIECES_COUNT };
extern const char *const pieces_keep_words[]; /* in this order; NULL-ended */

enum { PIECES_FIELDS_MAX = 64, PIECES_MAX = 4 * 1000 * 1000 };

/* The named groups of a pattern: a piece is then an object with a member for each. */
struct pieces_fields {
    struct pieces_field {
        const char *name, *what; /* "group 'loss'" */
        size_t group;
        enum typed_as as;
    } v[PIECES_FIELDS_MAX];
    size_t n; /* 0: a piece is its text */
};

/* A file's text, and what is wanted of the pieces in it. */
struct pieces_source {
    struct stream *stream;
    enum typed_as as;
    enum pieces_keep keep;
    const struct pieces_fields *fields; /* NULL: none */
};

/* One piece. */
struct piece {
    const char *text;
    size_t len;
    int line, col;                   /* where it begins */
    const struct regex_span *groups; /* with fields: within text */
};

/* What was found so far in one file. */
struct pieces {
    struct parsing *parsing;
    const char *path;
    enum typed_as as;
    enum pieces_keep keep;
    const struct pieces_fields *fields;
    size_t bad;
    struct typed_mended mended;
    json_t *all, *first;
    size_t count;
    struct piece last; /* read at the end: only the last one counts, and only it has to be right */
    struct regex_span last_groups[PIECES_FIELDS_MAX + 1];
    struct text clean, last_text; /* a text that was not UTF-8, mended; the text of `last` */
};

void pieces_open(struct pieces *pieces, struct parsing *parsing, const struct pieces_source *source);
/* Replaces bytes that are not UTF-8 (U+FFFD, counted); what it points to then lives until the next call. */
void pieces_clean(struct pieces *pieces, const char **text, size_t *len);
/* Adds a piece. One that cannot be read is an error with file:line:col; with PIECES_LAST only the last one is read. */
void pieces_add(struct pieces *pieces, const struct piece *piece, struct error *err);
/* True when no further piece changes anything. */
bool pieces_done(const struct pieces *pieces);
/* The value, a new reference; NULL with err unset: there was no piece and one was wanted. Notes what was mended. */
json_t *pieces_close(struct pieces *pieces, struct error *err);

#endif
