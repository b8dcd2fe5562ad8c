/* store/trace.h — what each parser of a test read, and how long it took: for `check`, which shows it to a workload's author.
 *
 * Only there: results never depend on the clock. Zeroed, in store_options; one test at a time. */
#ifndef STORE_TRACE_H
#define STORE_TRACE_H
#include <stdint.h>

#include "base/arena.h"

/* Where in a file pieces of a value stand. */
struct trace_place {
    const char *file;
    const char *part; /* "$['items'][0]", a path in a document; NULL: lines */
    int first, last;  /* lines from 1; 0: none */
    size_t n;         /* how many pieces; of a part: 1, and those after it that are not listed */
};

struct trace_places {
    struct trace_place *v;
    size_t n, cap;
};

struct trace_value {
    const char *name; /* of the parser */
    struct trace_places places;
    int64_t ns;
};

struct trace {
    struct arena *arena;
    LIST_OF(struct trace_value) values; /* in the order in which the parsers ran */
    struct trace_places places;         /* of the parser that runs */
    LIST_OF(const char *) asked;        /* files that were only asked for, whether they are there */
    int64_t started;
};

enum { TRACE_PLACES_MAX = 20 /* per value */ };

/* All take NULL, and do nothing then. */
void trace_begin(struct trace *trace);
void trace_end(struct trace *trace, const char *name);
/* A piece of the value was taken from this line, or this part of the document. */
void trace_line(struct trace *trace, const char *file, int line);
void trace_asked(struct trace *trace, const char *file);
void trace_part(struct trace *trace, const char *file, const char *part);
/* One more part, which is only counted. */
void trace_more(struct trace *trace);

#endif
