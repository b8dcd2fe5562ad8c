/* detect/reference.h — a series relative to a control: a KPI that the change under test cannot touch, or runs of a
 * pinned version beside it.
 *
 * What moves both (another machine, a warm day) leaves the ratio where it was. The ratio is scaled back by the
 * control's median, so that it keeps the KPI's unit and size, and thresholds keep their meaning.
 */
#ifndef DETECT_REFERENCE_H
#define DETECT_REFERENCE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct reference {
    double *values;              /* x/control · scale, one per run; NAN where there is none: a gap */
    size_t used;                 /* values that are none */
    size_t no_value, no_control; /* gaps: x is not finite; the control is not finite or not above 0 */
    double scale;                /* median of the controls that were used */
    double spread_before,
        spread_after; /* run-to-run spread as a share of the level, of x and of the ratio, from successive differences
                       * (so that steps do not matter); NAN: below 4 values, or a level of 0 */
    bool helps; /* the ratio is the quieter one; if not, the control has its own noise and a test of it sees less */
};

/* x, control: one value per run, in order. values lives in `arena`. */
struct reference reference_of(const double *x, const double *control, size_t n, struct arena *arena);

#endif
