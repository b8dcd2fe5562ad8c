#include "detect/stats.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

static int compare_indirect(const void *a, const void *b, void *p)
{
    const double *values = p;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (values[i] != values[j])
        return values[i] < values[j] ? -1 : 1;
    return (i > j) - (i < j); /* deterministic, whatever the sort does with equals */
}

static void by_p(const double *p, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n)
        qsort_r(order, n, sizeof(*order), compare_indirect, (void *)p);
}

void stats_adjust(const double *p, size_t n, double *adjusted, size_t *order)
{
    by_p(p, n, order);
    double smallest = 1;
    for (size_t rank = n; rank > 0; rank--) {
        double scaled = p[order[rank - 1]] * (double)n / (double)rank;
        smallest = fmin(smallest, scaled);
        adjusted[order[rank - 1]] = smallest;
    }
}

void stats_adjust_holm(const double *p, size_t n, double *adjusted, size_t *order)
{
    by_p(p, n, order);
    double largest = 0;
    for (size_t rank = 1; rank <= n; rank++) {
        double scaled = p[order[rank - 1]] * (double)(n - rank + 1);
        largest = fmin(1, fmax(largest, scaled));
        adjusted[order[rank - 1]] = largest;
    }
}

/* In the order of enum correction. */
static const struct {
    const char *name;
    void (*adjust)(const double *p, size_t n, double *adjusted, size_t *order);
} corrections[] = {[CORRECTION_BH] = {"bh", stats_adjust}, [CORRECTION_HOLM] = {"holm", stats_adjust_holm}};

void stats_correct(enum correction correction, const double *p, size_t n, double *adjusted, size_t *order)
{
    corrections[correction].adjust(p, n, adjusted, order);
}

bool stats_correction_of(const char *name, enum correction *correction)
{
    for (size_t i = 0; i < sizeof(corrections) / sizeof(corrections[0]); i++) {
        if (strcasecmp(name, corrections[i].name) == 0) {
            *correction = (enum correction)i;
            return true;
        }
    }
    return false;
}
