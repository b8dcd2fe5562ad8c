#include "detect/score.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "detect/stats.h"

enum { FAR = 300, RESOLUTION_DIGITS = 10 };

int score_far_exponent(const double *x, size_t n)
{
    double largest = 0;
    int exponent = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    frexp(largest, &exponent);
    return exponent > FAR || exponent < -FAR ? exponent : 0;
}

double score_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return n ? sum / (double)n : 0;
}

/* Robust scale about the median; 0 when all values are equal. */
static double scale(const double *x, size_t n, double *median, double *room)
{
    memcpy(room, x, n * sizeof(*x));
    *median = stats_median(room, n);
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(x[i] - *median);
    double mean = score_mean(room, n); /* before the median reorders: sums stay the same everywhere */
    double s = 1.4826 * stats_median(room, n);
    return s > 0 ? s : 1.2533 * mean;
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

void score_clip(const double *x, size_t n, double *out, double *room)
{
    double median = 0, s = scale(x, n, &median, room);
    for (size_t i = 0; i < n; i++)
        out[i] = s > 0 ? clamp((x[i] - median) / s, -SCORE_CLIP, SCORE_CLIP) : 0;
}

double score_centre(const double *x, size_t n, double *room)
{
    double median = 0, s = scale(x, n, &median, room);
    if (!(s > 0))
        return median;
    for (size_t i = 0; i < n; i++)
        room[i] = clamp((x[i] - median) / s, -SCORE_CLIP, SCORE_CLIP);
    return median + s * score_mean(room, n);
}

struct score_split score_best_split(const double *x, size_t n, size_t shortest)
{
    struct score_split best = {0, -1};
    double total = 0, left = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    for (size_t k = 1; k < n; k++) {
        left += x[k - 1];
        if (k < shortest || n - k < shortest)
            continue;
        double a = (double)k, b = (double)(n - k);
        double d = left / a - (total - left) / b;
        double gain = d * d * a * b / (double)n;
        if (gain > best.gain)
            best = (struct score_split){k, gain};
    }
    return best;
}

double score_lag1(const double *residuals, size_t n)
{
    double products = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        squares += residuals[i] * residuals[i];
        if (i)
            products += residuals[i] * residuals[i - 1];
    }
    return squares > 0 ? products / squares : 0;
}

/* Whether all values are multiples of 10^-power. */
static bool all_whole(const double *x, size_t n, int power)
{
    double scale = pow(10, abs(power));
    if (!isfinite(scale))
        return false;
    for (size_t i = 0; i < n; i++) {
        double z = power < 0 ? x[i] / scale : x[i] * scale;
        bool whole = fabs(z - round(z)) <= 1e-9 * fmax(1, fabs(z)) + 1e-9;
        if (!whole || (round(z) == 0 && x[i] != 0)) /* a value far below the step was not rounded to it */
            return false;
    }
    return true;
}

/* Equal values do not say how they were rounded: 100 % is not anything from 50 to 150. */
static const double CONSTANT_ROUNDING = 0.2;

double score_resolution(const double *x, size_t n)
{
    double largest = 0;
    bool constant = true;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(x[i]));
        constant &= x[i] == x[0];
    }
    if (largest == 0)
        return 1;
    int top = (int)floor(log10(largest) + 1e-9); /* 1000 is 10^3 in any unit */
    for (int k = 0; k < RESOLUTION_DIGITS; k++)
        if (all_whole(x, n, k - top))
            return constant ? fmin(pow(10, top - k), CONSTANT_ROUNDING * largest) : pow(10, top - k);
    return 0;
}

double score_sum_variance(size_t k, double rho)
{
    double n = (double)k, rest = 1 - rho;
    return n * (1 + rho) / rest - 2 * rho * (1 - pow(rho, n)) / (rest * rest);
}

double score_difference_variance(size_t n, size_t k, double rho)
{
    double all = score_sum_variance(n, rho), a = score_sum_variance(k, rho), b = score_sum_variance(n - k, rho);
    double ka = (double)k, kb = (double)(n - k);
    return a / (ka * ka) + b / (kb * kb) - (all - a - b) / (ka * kb);
}
