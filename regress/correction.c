#include "regress/correction.h"

#include <math.h>

static bool has_p(const struct checking *checking)
{
    return checking->check.tested && (!isnan(checking->check.p_worse) || !isnan(checking->check.p_better));
}

size_t correction_count(const struct hypothesis *hypotheses, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct hypothesis *h = &hypotheses[i];
        count += h->level && h->answers.tested;
        for (size_t k = 0; k < h->checks_n; k++)
            count += has_p(&h->checks[k]);
    }
    return count;
}

/* A p and the place of its corrected one. */
struct slot {
    double p;
    double *corrected;
};

static size_t collect(struct hypothesis *hypotheses, size_t n, bool worse, struct slot *slots)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        struct hypothesis *h = &hypotheses[i];
        if (h->level && h->answers.tested)
            slots[found++] = worse ? (struct slot){h->p_worse, &h->corrected_worse} : (struct slot){h->p_better, &h->corrected_better};
        for (size_t k = 0; k < h->checks_n; k++) {
            struct check *check = &h->checks[k].check;
            double p = worse ? check->p_worse : check->p_better;
            if (check->tested && !isnan(p))
                slots[found++] = (struct slot){p, worse ? &check->corrected_worse : &check->corrected_better};
        }
    }
    return found;
}

void correction_apply(struct hypothesis *hypotheses, size_t n, enum correction correction, size_t others, struct arena *arena)
{
    size_t most = correction_count(hypotheses, n) + others;
    struct slot *slots = ARENA_ARRAY(arena, struct slot, most + 1);
    double *p = ARENA_ARRAY(arena, double, most + 1);
    size_t *order = ARENA_ARRAY(arena, size_t, most + 1);
    for (int worse = 0; worse < 2; worse++) {
        size_t found = collect(hypotheses, n, worse, slots);
        for (size_t i = 0; i < found; i++)
            p[i] = slots[i].p;
        for (size_t i = found; i < found + others; i++)
            p[i] = 1;
        stats_correct(correction, p, found + others, p, order);
        for (size_t i = 0; i < found; i++)
            *slots[i].corrected = p[i];
    }
}

size_t correction_rejected(const struct hypothesis *hypotheses, size_t n, double level)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct hypothesis *h = &hypotheses[i];
        count += h->level && h->answers.tested && h->corrected_worse <= level;
        for (size_t k = 0; k < h->checks_n; k++)
            count += h->checks[k].check.corrected_worse <= level;
    }
    return count;
}
