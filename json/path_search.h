/* json/path_search.h — one evaluation of a path: its stack of nodes, its limits, its patterns. */
#ifndef JSON_PATH_SEARCH_H
#define JSON_PATH_SEARCH_H
#include "json/path.h"

struct path_pattern; /* compiled while searching: its text was in the document */

struct path_answer { /* of an absolute query in a filter: it is the same for every child */
    const struct json_query *query;
    size_t n;
    json_t *first;
};

enum { PATH_PATTERNS_KEPT = 32, PATH_ANSWERS_KEPT = 32 };

struct path_open { /* "..": a container that is still to be looked into */
    json_t *node;
    const struct json_place *place;
};

struct path_search {
    struct arena *arena;
    json_t *document;
    size_t work; /* values looked at */
    bool over;
    const char *limit; /* when over */
    /* A stack: each query in work has its nodes above those of the query that it stands in. */
    json_t **nodes;
    const struct json_place **places; /* of each; NULL when nobody asked for them */
    size_t n, cap;
    size_t placed;  /* how many places were made */
    int within;     /* filters that are in work: no places in them */
    struct path_open *open; /* a stack too, the next one on top */
    size_t open_n, open_cap;
    struct path_pattern *patterns;
    size_t patterns_n;
    struct regex_scratch *scratch; /* NULL: no pattern was used yet */
    struct path_answer answers[PATH_ANSWERS_KEPT];
    size_t answers_n;
};

/* Counts n values that are looked at; false when that was too many, now or before. */
bool path_search_count(struct path_search *search, size_t n);
/* Ends the search: *limit is what was passed. */
void path_search_stop(struct path_search *search, const char *limit);
/* Puts what the query finds from `node` on top of the stack. */
void path_search_run(struct path_search *search, const struct json_query *query, json_t *node);

/* json/path_judge.c: whether a filter selects the child `node`; false when a limit was passed. */
bool path_judge(struct path_search *search, const struct json_filter *filter, json_t *node);
/* Whether a string matches; the same. */
bool path_match(struct path_search *search, const struct json_call *call, struct path_value subject,
                struct path_value pattern);
void path_match_close(struct path_search *search);

#endif
