/* detect/paired.h — paired runs: each candidate beside a baseline that ran at the same time on the same machine (label
 * `pair_id`).
 *
 * What both suffer from cancels in the ratio of a pair, so that a handful of pairs sees what dozens of single runs do
 * not. Tested is the logarithm of the ratios: signed ranks (exact), or with fewer than 6 pairs their signs alone.
 */
#ifndef DETECT_PAIRED_H
#define DETECT_PAIRED_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum { PAIRED_FEW = 6, PAIRED_MAX = 1000 }; /* below PAIRED_FEW by signs; only the last PAIRED_MAX pairs are used */

/* A run with its pair's name; several of one side in a pair are averaged. */
struct paired_run {
    const char *pair;
    bool candidate;
    double value;
};

struct paired_values {
    double *candidate, *baseline; /* by pair, in the order in which the pairs first appear */
    size_t n;
    size_t alone; /* pairs of which one side is missing */
};
struct paired_values paired_match(const struct paired_run *runs, size_t n, struct arena *arena);

struct paired {
    size_t used;      /* pairs with two positive finite values */
    size_t left_out;  /* the others, and those beyond PAIRED_MAX */
    double ratio;     /* candidate/baseline: Hodges and Lehmann's estimate; 1.05 is 5 % more. NAN: no pair */
    double low, high; /* interval of the ratio; 0 and INFINITY: too few pairs (6 for .95) */
    double higher;    /* p of "the candidate is not higher" */
    double lower;     /* p of "the candidate is not lower" */
    double both;
    bool by_signs;
    double least; /* the smallest one-sided p that so many pairs can give: 2^-used */
};
struct paired paired_test(const double *candidate, const double *baseline, size_t n, double confidence);

#endif
