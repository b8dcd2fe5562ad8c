/* detect/regime.h — do the newest values scatter more than those before them?
 *
 * A test of the next value has to know how much values scatter now. The best split of the deviations' sizes is a regime of its own when
 * it explains much of them; only a noisier one counts, so that a wrong answer makes tests more careful, never surer.
 */
#ifndef DETECT_REGIME_H
#define DETECT_REGIME_H
#include <stddef.h>

enum { REGIME_MIN = 4 }; /* values on either side */

/* deviations: sizes, >= 0, oldest first. The first index of the noisier regime; 0: there is none. */
size_t regime_start(const double *deviations, size_t n);

#endif
