/* json/keep.h — which parts of a document can a set of paths reach? Walked beside the reader, level by level.
 *
 * A state is a set of places in the paths: the segments that are to match next. It stands for one container of the
 * document; keep_member and keep_element give the state of a value in it. A descendant segment stays in every state
 * below. A negative index may turn out to be any element, so it takes them all: too much is kept, never too little.
 */
#ifndef JSON_KEEP_H
#define JSON_KEEP_H
#include "json/path.h"

enum keep_answer {
    KEEP_NONE, /* nothing in the value is selected */
    KEEP_LOOK, /* something below it may be, but not the value itself */
    KEEP_ALL   /* the value is selected */
};

struct keep {
    const struct json_segment **places; /* all segments of all paths; NULL behind the last one of each path */
    size_t n, words;                    /* a state is `words` numbers, a bit for each place */
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
