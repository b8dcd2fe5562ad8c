/* detect/score.h — the small robust pieces that the change-point test and the newest-run test share.
 *
 * Specification and constants: the detector reference, sections 1.1, 1.2, 1.4, 1.5 and 1.7. All values are finite.
 */
#ifndef DETECT_SCORE_H
#define DETECT_SCORE_H
#include <stddef.h>
#include <stdint.h>

#define SCORE_CLIP 4.0    /* scores are clipped at so many robust standard deviations */
#define SCORE_RHO_MAX 0.8 /* autocorrelations above this are treated as this */
enum { SCORE_SEGMENT_MIN = 2 }; /* shortest level that a change may leave */

/* 1.1: out[i] = (x[i] - median)/s, clipped; s is 1.4826·MAD, else 1.2533·mean deviation, else all scores are 0.
 * `room` is n doubles of scratch. out may not be x. */
void score_clip(const double *x, size_t n, double *out, double *room);
/* 1.11 step 1: a Huber-type centre, median + s·mean(clipped scores). `room` is 2n doubles. n >= 1. */
double score_centre(const double *x, size_t n, double *room);

struct score_split {
    size_t at;   /* first index of the second part; 0: no split leaves `shortest` on both sides */
    double gain; /* how much the split lowers the sum of squares */
};
/* 1.2: the best least-squares split; the first of equals. */
struct score_split score_best_split(const double *x, size_t n, size_t shortest);

/* The power of two by which far values (beyond 2^±300) have to be divided, so that no square of them leaves the range of doubles; else 0. */
int score_far_exponent(const double *x, size_t n);

double score_mean(const double *x, size_t n);
/* Lag-1 autocorrelation of residuals (mean taken as 0); 0 when all are 0. */
double score_lag1(const double *residuals, size_t n);
/* The rounding of the values: the largest power of ten, down to ten digits below the largest value, of which all are multiples; 0 when none is. In
 * any unit the same, and of equal values at most a fifth of them: 1.7 of the specification takes 10^0 … 10^-9, by which 5 ms and 5,000 us would be rounded differently. */
double score_resolution(const double *x, size_t n);

/* 1.5: variance of the sum of k values of an AR(1) process with variance 1 and lag-1 correlation rho. */
double score_sum_variance(size_t k, double rho);
/* Variance of the difference of the means of the first k and the last n-k of n such values. 0 < k < n. */
double score_difference_variance(size_t n, size_t k, double rho);

/* splitmix64: every resampling loop starts from this seed, so that results are the same everywhere. */
#define SCORE_SEED 0x6D617462656E6368u
#define SCORE_RANDOM_STEP 0x9E3779B97F4A7C15u /* the state moves on by this: the k-th number can be had at once */
static inline uint64_t score_random(uint64_t *state)
{
    *state += SCORE_RANDOM_STEP;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

#endif
