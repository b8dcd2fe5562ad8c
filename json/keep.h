/* json/keep.h — which parts of a document can a set of paths reach? Walked beside the reader, level by level.
 *
 * A state is a set of places in the paths: the segments that are to match next. It stands for one container of the
 * document; keep_member and keep_element give the state of a value in it. A descendant segment stays in every state
 * below. What counts from an array's end may turn out to be any element, so it takes them all. Every child that a
 * filter looks at may be selected; what the filter reads (`@.error`, `$.limit`) is kept as if it were a path of its
 * own that starts at the child or the document, and `@` or `$` alone keeps all of it. Too much is kept, never too
 * little.
 */
#ifndef JSON_KEEP_H
#define JSON_KEEP_H
#include "json/path.h"

enum keep_answer {
    KEEP_NONE, /* nothing in the value is selected */
    KEEP_LOOK, /* something below it may be, but not the value itself */
    KEEP_ALL   /* the value is selected */
};

struct keep_place {
    const struct json_segment *segment; /* NULL: behind the last one of a path or of a query in a filter */
    bool whole;                         /* a filter of the segment reads all of each child */
    const size_t *starts;               /* where the queries begin that its filters ask of each child */
    size_t starts_n;
};

struct keep {
    const struct keep_place *places; /* of all segments of all paths and of the queries in their filters */
    size_t n, words;                 /* a state is `words` numbers, a bit for each place */
};

/* *start is the state of the document itself, what is asked of it the result. */
enum keep_answer keep_open(struct keep *keep, struct arena *arena, const struct json_path *const *paths, size_t n,
                           const uint64_t **start);
/* Whether anything within a container in this state can be selected. */
bool keep_reaches(const struct keep *keep, const uint64_t *state, bool array);
/* The member `name` of an object in state `from`; `to` is the member's state unless the answer is KEEP_NONE. */
enum keep_answer keep_member(const struct keep *keep, const uint64_t *from, const char *name, size_t len, uint64_t *to);
enum keep_answer keep_element(const struct keep *keep, const uint64_t *from, size_t index, uint64_t *to);

#endif
