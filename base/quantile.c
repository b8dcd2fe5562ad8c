#include "base/quantile.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* First, middle and last in order: sorted input is no bad case, and the scans below need no bounds. */
static double middle_of_three(double *low, double *mid, double *high)
{
    if (*mid < *low)
        swap(mid, low);
    if (*high < *low)
        swap(high, low);
    if (*high < *mid)
        swap(high, mid);
    return *mid;
}

/* Hoare's selection (1961); sorts what resists. */
void quantile_select(double *v, size_t n, size_t k)
{
    assert(k < n);
    size_t low = 0, high = n - 1, rounds = 40;
    while (low < high) {
        if (rounds-- == 0) {
            qsort(v + low, high - low + 1, sizeof(*v), by_value);
            return;
        }
        double pivot = middle_of_three(&v[low], &v[low + (high - low) / 2], &v[high]);
        size_t i = low, j = high;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i >= j)
                break;
            swap(&v[i++], &v[j--]);
        }
        /* [low, j] <= pivot <= [j + 1, high] */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
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

void quantile_sort(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof(*values), by_value);
}
