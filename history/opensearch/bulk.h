/* history/opensearch/bulk.h — many documents into indexes by POST /_bulk, each of which is taken or not taken by itself.
 *
 * Documents leave in chunks, several on their way at once. The action is `index`: sending one again changes nothing. What the server
 * could not take now (429, 503, 409) is sent again after a while; a chunk that is too large (413), or that the server refuses as a whole
 * (400), is halved until it is known which document is at fault. Only what the answer says of a document at its own place, under its own
 * index and id, is believed: one of which it says nothing is sent again.
 * Inside history/ only. */
#ifndef HISTORY_OPENSEARCH_BULK_H
#define HISTORY_OPENSEARCH_BULK_H
#include "base/text.h"
#include "history/opensearch/opensearch.h"

enum bulk_state {
    BULK_WAITING, /* before opensearch_bulk_send */
    BULK_CREATED,
    BULK_UPDATED, /* its id was there */
    BULK_REFUSED, /* the server will never take it as it is */
    BULK_UNSENT   /* not sent, or nobody knows */
};

struct bulk_item {
    const char *index, *id;
    size_t at, len;   /* its document, one line without line end: lines->s[at, at + len) */
    enum bulk_state state;
    const char *why;  /* REFUSED, UNSENT: in the arena of bulk_send */
    bool repeated;    /* an attempt of unknown end went before: "updated" may be our own doing */
    unsigned round;   /* not before that one; this and what follows belong to opensearch_bulk.c */
    size_t chunk_max; /* together with at most so many; 0: any */
    bool on_its_way;
};

enum { BULK_CHUNK_BYTES = 2 << 20, BULK_CHUNK_ITEMS = 1000, BULK_IN_FLIGHT = 4 };

/* Gives each item its state. `index`: where all of them go; NULL: each names its own. False with *err set when it ended before its time (no connection, refused login, a signal), or nothing
 * could be sent at all: items may then be UNSENT that were never tried. */
bool opensearch_bulk_send(struct opensearch *o, struct arena *arena, const char *index, const struct text *lines,
                          struct bulk_item *items, size_t n, struct error *err);

/* What an answer of _bulk says of the items of its chunk, in their order: their new states; WAITING with a `why`: again, please.
 * `foreign`: as opensearch_advice has it. For tests. */
void opensearch_bulk_take(struct arena *arena, const json_t *answer, struct bulk_item *const *items, size_t n, bool foreign);

#endif
