/* store/exposition_line.h — one sample line of OpenMetrics 1.0 or of Prometheus text.
 *
 *     http_requests_total{code="200",path="/"} 1027 1395066363.5 # {trace_id="a1"} 1 1395066363
 *
 * OpenMetrics wants single blanks and times in seconds; Prometheus text takes blanks and tabs anywhere between the parts, a comma
 * behind the last label, times in whole milliseconds, and knows no exemplars. */
#ifndef STORE_EXPOSITION_LINE_H
#define STORE_EXPOSITION_LINE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum { EXPOSITION_EXEMPLAR_MAX = 128 /* characters of an exemplar's labels, names and values together */ };

struct exposition_label {
    const char *name, *value;
    size_t value_len; /* a value may hold any character */
};

struct exposition_labels {
    struct exposition_label *v; /* sorted by name, no name twice */
    size_t n;
};

struct exposition_exemplar {
    struct exposition_labels labels;
    double value;
    bool has_time;
    long double time;
};

struct exposition_point {
    const char *name;
    struct exposition_labels labels;
    double value; /* may be NaN or infinite */
    bool has_time;
    long double time; /* seconds; a double would not tell nanoseconds apart */
    struct exposition_exemplar *exemplar; /* NULL: none */
};

struct exposition_line {
    struct arena *arena; /* what is read lives there */
    const char *file;
    int number;
    bool strict; /* OpenMetrics */
    const char *start, *end;
};

/* Errors (ERR_ARTIFACT) have file, line and column, in characters. */
bool exposition_line_read(const struct exposition_line *line, struct exposition_point *point, struct error *err);
/* An error at a place in the line. */
bool exposition_line_wrong(const struct exposition_line *line, const char *at, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Length of the name at `text`: of a metric ([a-zA-Z_:][a-zA-Z0-9_:]*) or of a label (without colons). */
size_t exposition_name(const char *text, const char *end, bool colons);
/* A number as these formats write it: decimal, or +Inf, -Inf, NaN in any case. */
bool exposition_number(const char *text, size_t len, double *value);
/* Text without the escapes \\ \n \" ; another backslash stands for itself. */
const char *exposition_unescape(struct arena *arena, const char *text, size_t len, size_t *out_len);

#endif
