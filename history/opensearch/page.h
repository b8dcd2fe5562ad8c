/* history/opensearch/page.h — what a server answered to _search or to GET of a document, taken apart.
 *
 * The answer is validated as a whole (JSON, UTF-8, depth), but no values are built of the documents that it holds: a hit says where its
 * document stands in the answer. What an answer should have and has not is an error; what nobody asks is passed over.
 *
 *     {"timed_out": false, "_shards": {"total": 4, "failed": 0}, "pit_id": "…",
 *      "hits": {"total": {"value": 2000, "relation": "eq"},
 *               "hits": [{"_index": "perf", "_id": "0ed7…", "sort": [17], "_source": {…}, "fields": {…}}]}}
 */
#ifndef HISTORY_OPENSEARCH_PAGE_H
#define HISTORY_OPENSEARCH_PAGE_H
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* A piece of the answer's text: JSON. */
struct opensearch_piece {
    const char *text; /* NULL: there is none */
    size_t len;
};

struct opensearch_hit {
    const char *index, *id; /* "" when it does not say */
    struct opensearch_piece after; /* all sort values, for search_after */
    int64_t sort;           /* the first of them, */
    bool has_sort;          /* when it is an integer */
    bool found;             /* of a GET: there is such a document */
    struct opensearch_piece source, fields;
};

struct opensearch_page {
    struct opensearch_hit *hits;
    size_t n;
    int64_t total;        /* how many documents there are in all; -1: it does not say exactly */
    bool timed_out;
    int64_t shards_failed;
    struct opensearch_piece failures; /* what the shards that failed said: a list */
    const char *pit;      /* NULL: none */
};

enum { OPENSEARCH_HITS_MAX = 10000 /* of one page; index.max_result_window's default */ };

/* Texts of ids live in `arena`, pieces in `text`. `where` names the answer in errors (ERR_STORE). */
bool opensearch_page_parse(struct arena *arena, const char *text, size_t len, const char *where, struct opensearch_page *page,
                           struct error *err);
/* The answer to GET /INDEX/_doc/ID. */
bool opensearch_hit_parse(struct arena *arena, const char *text, size_t len, const char *where, struct opensearch_hit *hit,
                          struct error *err);

#endif
