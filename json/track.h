/* json/track.h — a path that is followed while a text is read, so that what it selects is all that is kept.
 *
 * A path can be followed when it begins with segments of one name, index (not from the end), wildcard or slice (forwards, not
 * from the end) each: `$.results[*].ttft`, `$.runs[0]['p99']`. What comes behind these, its tail, may be anything that needs only
 * the element in hand: `$.results[?@.error == null].itl[-1]`. Of each element is then made what the tail looks at, and dropped but for
 * what the tail selects. A tail begins at a filter, or behind a wildcard or a slice. What cannot be followed, as `$..a` and
 * `$.a[-1]`, is selected in a document that holds no more than the paths reach (json/keep.h).
 *
 * The values come in the order of the path's nodelist. Where a name repeats in an object that is gone through, that is not so:
 * the reader then says that it has to be read as a document.
 */
#ifndef JSON_TRACK_H
#define JSON_TRACK_H
#include "json/path.h"

struct track {
    const struct json_path *path;
    const struct json_query *query; /* the path's */
    size_t steps;         /* segments that lead to a value that is taken; a filter, the last one, leads to every child */
    struct json_path tail; /* what is asked of that value; no segments: it is selected itself */
    bool filters;         /* the tail begins with that filter, and is asked of an array that holds the value alone */
    bool first;           /* only the first value is wanted */
    json_t *values;       /* array: what was selected so far */
    json_t *hand;         /* that array */
    size_t live;          /* of the open containers, from the outermost on: how many the path leads through */
    size_t work;          /* values that the tail looked at */
    bool hit;             /* the value that comes next is one of those behind `steps` */
    bool leads;           /* or the path leads into it */
    bool over;            /* a limit was passed: no further values */
    const char *limit;    /* which */
};

/* False: the path cannot be followed. `track` borrows the path. */
bool track_open(struct track *track, const struct json_path *path, bool first);
void track_close(struct track *track); /* but for ->values, which are the caller's */

/* What the path makes of the value that comes next, in a container that is the `depth`-th open one: sets hit and leads. */
void track_member(struct track *track, size_t depth, const char *name, size_t len);
void track_element(struct track *track, size_t depth, size_t index);
/* A value that was a hit is complete; borrowed. How many values of it are kept now, itself and its parts counted; TRACK_ALL: all. */
#define TRACK_ALL SIZE_MAX
size_t track_take(struct track *track, json_t *value, struct arena *arena);

#endif
