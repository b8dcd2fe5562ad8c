/* detect/proportion.h — k of n: the share, and the interval that holds the true one.
 *
 * The exact interval of Clopper & Pearson 1934 (quantiles of the beta distribution): it holds the true share in at least `confidence` of
 * cases, whatever that share is.
 */
#ifndef DETECT_PROPORTION_H
#define DETECT_PROPORTION_H
#include <stddef.h>

struct proportion {
    double share, low, high; /* of n = 0: NAN, 0, 1 */
};
struct proportion proportion_of(size_t k, size_t n, double confidence);

/* Ranks (from 1) of the order statistics of n values between which the q-quantile lies in at least `confidence` of cases; high is n + 1
 * where no value is large enough, low is 0 where none is small enough. 0 < q < 1. */
void proportion_ranks(size_t n, double q, double confidence, size_t *low, size_t *high);

#endif
