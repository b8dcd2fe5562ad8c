/* detect/stats.h — corrections for many tests, and the median, that the regression tests stand on.
 *
 * Pure functions of finite numbers; no allocation, no state. The probability laws are in detect/law.h.
 */
#ifndef DETECT_STATS_H
#define DETECT_STATS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/quantile.h"
#include "detect/law.h"

/* Median; an even count gives the mean of the two middle values. Reorders `values`. n >= 1. */
static inline double stats_median(double *values, size_t n)
{
    return quantile_median(values, n);
}

/* Each gives adjusted p: rejecting where adjusted <= level holds what the correction promises. The order of p does not
 * matter, and a smaller p never gets a larger adjusted one. `order` is room for n indexes. adjusted may be p.
 *
 * Benjamini–Hochberg: adjusted[i] = min over j with p[j] >= p[i] of p[j]·n/rank(j), at most 1. Keeps the false
 * discovery rate (and, when nothing changed, the chance of any rejection). Source: Benjamini & Hochberg 1995. */
void stats_adjust(const double *p, size_t n, double *adjusted, size_t *order);
/* Holm: adjusted[i] = max over j with p[j] <= p[i] of p[j]·(n - rank(j) + 1), at most 1. Keeps the chance of any false
 * rejection also when other KPIs did change, whatever the dependence. Source: Holm 1979. */
void stats_adjust_holm(const double *p, size_t n, double *adjusted, size_t *order);

enum correction { CORRECTION_BH, CORRECTION_HOLM };
void stats_correct(enum correction correction, const double *p, size_t n, double *adjusted, size_t *order);
/* "bh", "holm", in any case; false: no such correction. */
bool stats_correction_of(const char *name, enum correction *correction);

#endif
