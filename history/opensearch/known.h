/* history/opensearch/known.h — which payloads an index holds already, and with which content. Inside history/ only.
 *
 * In an index of ours a digest tells; a document without one (the Python tool's, _reindex's), and every document of a foreign
 * index, is compared as JSON: members in any order, 5 and 5.0 alike. */
#ifndef HISTORY_OPENSEARCH_KNOWN_H
#define HISTORY_OPENSEARCH_KNOWN_H
#include "base/text.h"
#include "history/opensearch/opensearch.h"

enum known_state {
    KNOWN_NOT,    /* there is no such id; also when the server did not tell: sending is harmless */
    KNOWN_SAME,   /* with this content: nothing to do */
    KNOWN_BARE,   /* with this content, but without `matbench`, or without what is kept of lists: it is sent once more, so that it is found */
    KNOWN_OTHER,  /* with other content */
    KNOWN_THEIRS  /* of another workload; `workload` says of which */
};

struct known {
    const char *id;
    size_t at, len;       /* the document: lines->s[at, at + len) */
    const char *digest;   /* of its payload; NULL in a foreign index */
    enum known_state state;
    const char *workload; /* in the arena */
};

/* Asks the index that is written to. Only a signal makes it fail: what the server does not tell is KNOWN_NOT. */
bool opensearch_known_find(struct opensearch *o, struct arena *arena, const char *workload, const struct text *lines, struct known *list,
                           size_t n, struct error *err);

#endif
