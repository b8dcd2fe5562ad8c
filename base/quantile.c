#include "base/quantile.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { FEW = 12 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the first, middle and last: sorted input is no bad case. */
static double middle_of_three(double a, double b, double c)
{
    double low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Moves what is less than the pivot to the front; returns how many those are. Without branches that depend on the values: half of them would
 * be mispredicted (Lomuto's scheme, as Alexandrescu has it). */
static size_t less_first(double *v, size_t n, double pivot)
{
    size_t less = 0;
    for (size_t i = 0; i < n; i++) {
        double x = v[i];
        v[i] = v[less];
        v[less] = x;
        less += x < pivot;
    }
    return less;
}

/* As less_first, with those that equal the pivot. */
static size_t not_more_first(double *v, size_t n, double pivot)
{
    size_t first = 0;
    for (size_t i = 0; i < n; i++) {
        double x = v[i];
        v[i] = v[first];
        v[first] = x;
        first += x <= pivot;
    }
    return first;
}

/* Hoare's selection (1961); sorts what resists. */
void quantile_select(double *v, size_t n, size_t k)
{
    assert(k < n);
    for (size_t rounds = 40; n > 1; rounds--) {
        if (rounds == 0) {
            qsort(v, n, sizeof(*v), by_value);
            return;
        }
        double pivot = middle_of_three(v[0], v[n / 2], v[n - 1]);
        size_t less = less_first(v, n, pivot);
        if (k < less) {
            n = less;
            continue;
        }
        size_t equal = not_more_first(v + less, n - less, pivot);
        if (k < less + equal)
            return;
        v += less + equal;
        n -= less + equal;
        k -= less + equal;
    }
}

static void sort_few(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t j = i;
        for (; j > 0 && x < v[j - 1]; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static void sort_part(double *v, size_t n, int rounds)
{
    for (; n > FEW; rounds--) {
        if (rounds == 0) {
            qsort(v, n, sizeof(*v), by_value);
            return;
        }
        double pivot = middle_of_three(v[0], v[n / 2], v[n - 1]);
        size_t less = less_first(v, n, pivot), done = less + not_more_first(v + less, n - less, pivot);
        if (less < n - done) {
            sort_part(v, less, rounds - 1);
            v += done;
            n -= done;
        } else {
            sort_part(v + done, n - done, rounds - 1);
            n = less;
        }
    }
    sort_few(v, n);
}

void quantile_sort(double *values, size_t n)
{
    sort_part(values, n, 60);
}

/* The smallest of those behind place k, once k is selected. */
static double next_after(const double *v, size_t n, size_t k)
{
    double least = v[k + 1];
    for (size_t i = k + 2; i < n; i++)
        least = v[i] < least ? v[i] : least;
    return least;
}

double quantile_median(double *values, size_t n)
{
    assert(n > 0);
    size_t k = (n - 1) / 2;
    quantile_select(values, n, k);
    if (n % 2)
        return values[k];
    double low = values[k], high = next_after(values, n, k), sum = low + high;
    return isinf(sum) && isfinite(low) && isfinite(high) ? low / 2 + high / 2 : sum / 2;
}

/* numpy's _lerp: a + (b - a) t, and from t = 0.5 on b - (b - a)(1 - t), so that it never leaves [a, b]. */
double quantile_at(double *values, size_t n, double q)
{
    assert(n > 0 && q >= 0 && q <= 1);
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    quantile_select(values, n, k);
    double a = values[k], b = k + 1 < n ? next_after(values, n, k) : a, t = at - (double)k;
    return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}
