/* detect/hunter.h — change points as Apache Otava 0.8 (formerly Hunter) finds them: the peer's method under its own name.
 *
 * Windows of the series, half a window apart, are split where the energy statistic Q is largest, as long as Student's test of the two
 * sides passes a level ten times weaker than p; then the weakest changes are merged away until all pass p and the magnitude. The
 * same change points as Otava's, except where two candidates' Q agree in their first nine digits, and except for its known faults:
 * NaN (it goes blind; here the caller leaves gaps out), and differences that are nothing but rounding.
 * Q: Matteson & James 2014 (arXiv 1306.4933); split and merge: Fleming et al. 2023 (arXiv 2301.03034). The level is nominal: the place
 * is searched for and then tested as if it had been named, so that false alarms are many more than p says (docs/statistics.md).
 * Cost: n × window per split; 100,000 values take some ten milliseconds.
 */
#ifndef DETECT_HUNTER_H
#define DETECT_HUNTER_H
#include <stddef.h>

#include "base/arena.h"

struct hunter_options {
    size_t window;    /* values, at least 2; 0: 50 */
    double p;         /* of a change, at most; 0: 0.001 */
    double magnitude; /* a change is larger than this share of the smaller level: 0.05 is 5 %; 0: any */
};

struct hunter_change {
    size_t at; /* index of the first value of the new level */
    double p;  /* Student's test of the levels before and after, two-sided, with sd_* as below */
    double mean_before, mean_after, sd_before, sd_after; /* of the values between the neighbouring changes; sd with divisor n, as Otava's */
};

struct hunter_changes {
    struct hunter_change *v; /* by place */
    size_t n;
};

/* x: finite values in order. */
struct hunter_changes hunter_find(const double *x, size_t n, const struct hunter_options *options, struct arena *arena);

#endif
