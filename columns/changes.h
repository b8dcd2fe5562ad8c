/* columns/changes.h — the change points of one series, by any method, measured and put into words.
 *
 * Every change is told with
 * - its size: the difference of the robust centres of the values between the neighbouring changes, and an interval of 95 %: Student's t
 *   with their pooled spread, widened for autocorrelation as the newest run's test is (the detector reference, 1.11);
 * - the places where it may have begun: all k where a split explains the values as well as the best one does, but for c·s²·(1+rho)/(1-rho),
 *   c = 7.35: the 95 % point of the likelihood ratio of a place (Hansen 2000, Econometrica 68:575). 
 * Measured by bench/change_points.c (1,000 series a cell, steps of 2, 3, 5 sd that are 3, 5, 30 runs old after 30): the places hold the true
 * one in 96 to 100 % of Gaussian series, 94 to 100 % with an AR(1) of .3; the sizes in 93 to 97 and 84 to 96 %: least for small steps 3 runs
 * old, of which only those are found that look larger than they are.
 */
#ifndef COLUMNS_CHANGES_H
#define COLUMNS_CHANGES_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "detect/shuffle.h"

enum changes_method { CHANGES_AUTO, CHANGES_HUNTER };
extern const char *const changes_method_names[]; /* "auto", "hunter", NULL */
/* False: it is none of these. */
bool changes_method_parse(const char *name, enum changes_method *method);

struct changes_options {
    enum changes_method method;
    double false_alarm_rate; /* auto: of any change in a series without one; hunter: the nominal level of a change. 0: .05; hunter .001 */
    double magnitude;        /* a change is larger than this share of the level before it; 0: any */
};

struct change {
    size_t at;          /* index of the first value of the new level */
    size_t low, high;   /* the first value of the new level is one of these, 95 % */
    size_t from, to;    /* the values [from, at) are compared with [at, to) */
    double p;           /* of "no change here", as the method has it */
    double before, after; /* robust centres */
    double size;        /* after - before */
    double size_low, size_high; /* 95 % */
    bool drift;         /* a slow trend explains it better than a step */
};

struct changes {
    struct change *v; /* by place */
    size_t n;
    double p_series; /* of "no change anywhere"; NAN: the method does not say */
};

/* x: finite values in order. `shuffles`: see levels_find_with. */
struct changes changes_find(struct shuffles *shuffles, const double *x, size_t n, const struct changes_options *options,
                            struct arena *arena);

/* size, size_low … as a share of |before|; NAN when the level before is 0. */
double changes_relative(const struct change *change, double size);

#endif
