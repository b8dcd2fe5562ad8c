/* detect/method.h — the methods of other tools by their names: are the newest values of a series out of line with its
 * history?
 *
 * They are offered so that a gate can be moved over as it is, and so that they can be measured beside ours. Their
 * levels are what they are: none corrects for the noise's shape, for autocorrelation or for the number of tests;
 * docs/statistics.md has their false alarms. A method is a row: a new one is a file detect/method_<name>.c, a
 * declaration here and a line in method.c.
 */
#ifndef DETECT_METHOD_H
#define DETECT_METHOD_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "detect/side.h"

struct method_question {
    const double *history; /* oldest first, finite; may be empty */
    size_t n;
    const double *newest; /* the runs under test, at least one; all but mann_whitney judge their mean */
    size_t newest_n;
    enum direction better; /* DIRECTION_NONE: either way is out of line */
};

enum method_base { METHOD_OF_MEAN, METHOD_OF_PREVIOUS };

struct method_options {
    double deviations;     /* zscore, stdev: how many standard deviations are too many */
    double share;          /* threshold, hunter: 0.05 is 5 % */
    enum method_base base; /* threshold: of the history's mean, or of the run before */
    double alpha;          /* mann_whitney, auto: p at most */
    double hunter_p;       /* hunter: p at most, as it understands it */
    double low, high;      /* fixed; NAN: no bound on that side */
};
/* 3 standard deviations, 5 % of the mean, p .05 (hunter .001), no bounds. */
struct method_options method_defaults(void);

struct method_answer {
    bool tested;      /* false: it cannot tell, `why` says what it needs */
    bool flagged;     /* out of line, either way; a method that has a one-sided rule (stdev) flags only worse values */
    bool worse;       /* which way, by `better`; with DIRECTION_NONE true on either side */
    double value;     /* what was judged: the mean of the newest */
    double reference; /* what it was held against; NAN: nothing */
    double low, high; /* within these it would not have been flagged; NAN: the method has no bounds, ±INFINITY: none on
                         that side */
    double score;     /* in the method's own measure: standard deviations, share, U, …; NAN: none */
    double p;         /* two-sided, as the method believes it; NAN: it has none */
    size_t lacks;     /* earlier runs that it needs beside those that there are, where it cannot tell; 0: not known */
    const char *why;  /* one sentence for people, with numbers */
};

struct method {
    const char *name;
    const char *what; /* for help: "more than 3 standard deviations from the mean" */
    size_t history_min;
    bool has_p; /* it gives a p, at least where it flags; a correction counts it also where it flags nothing */
    void (*judge)(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena);
};

extern const struct method method_auto, method_fixed, method_hunter, method_mann_whitney, method_stdev,
    method_threshold, method_zscore;

/* By name, `-` and `_` alike; NULL: there is none. */
const struct method *method_find(const char *name);
/* Row i in the order of names; NULL behind the last. */
const struct method *method_at(size_t i);

/* Judges; `why` lives in `arena`. */
struct method_answer method_judge(const struct method *method, const struct method_question *question,
                                  const struct method_options *options, struct arena *arena);

/* For the rows: whether a deviation (above 0: higher) is for the worse. */
bool method_is_worse(const struct method_question *question, double deviation);
/* For the rows: flags a value outside low … high, and says so. `around`: "3 standard deviations around the mean of 20
 * runs". */
void method_outside(const struct method_question *question, struct method_answer *answer, const char *around,
                    struct arena *arena);

#endif
