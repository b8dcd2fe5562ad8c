/* bench/noise.h — the noise families of the simulations: mean 100, standard deviation 1 (bursts aside), the long tail upwards. */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H
#include "tests/regress_build.h"

enum noise {
    NOISE_GAUSS,
    NOISE_T3,         /* Student's t, 3 degrees of freedom */
    NOISE_LOGNORMAL,  /* sigma .8 */
    NOISE_LOGNORMAL1, /* sigma 1 */
    NOISE_AR3,        /* AR(1), .3 */
    NOISE_BIMODAL,    /* 30 % of runs in a mode 5 sd away, each run for itself */
    NOISE_STRETCH,    /* a stretch of a quarter of the runs, anywhere, has three times the sd */
    NOISE_QUARTER,    /* the last quarter of the runs has three times the sd */
    NOISE_QUANTISED,  /* rounded to 1 sd */
    NOISES_PROMISED, /* those that follow are reported */
    NOISE_AR5 = NOISES_PROMISED,
    NOISE_AR2,    /* AR(2) .3, .2: falls off slowly */
    NOISE_STICKY, /* two levels 3 sd apart, staying five runs on average */
    NOISES
};

static const char *const noise_names[NOISES] = {
    "Gaussian",  "t, 3 df",   "log-normal .8", "log-normal 1", "AR(1) .3",    "bimodal",
    "sd ×3 somewhere", "sd ×3 at the end", "quantised", "AR(1) .5", "AR(2) .3 .2", "sticky modes",
};

static inline double noise_t3(uint64_t *random)
{
    double g = build_gauss(random), a = build_gauss(random), b = build_gauss(random), c = build_gauss(random);
    return g / sqrt((a * a + b * b + c * c) / 3) / sqrt(3);
}

static inline double noise_lognormal(double sigma, uint64_t *random)
{
    double s2 = sigma * sigma;
    return (exp(sigma * build_gauss(random)) - exp(s2 / 2)) / sqrt((exp(s2) - 1) * exp(s2));
}

/* One value from the last two and, for stretches, its place; `last`, `mode`: the state of the series. */
static inline void noise_fill(enum noise noise, double *x, size_t n, uint64_t *random)
{
    double last = build_gauss(random), before = build_gauss(random);
    size_t stretch = n / 4, from = (size_t)(build_uniform(random) * (double)(n - stretch + 1));
    bool high = build_uniform(random) < .5;
    if (noise == NOISE_AR2)
        for (int i = 0; i < 50; i++) {
            double v = .3 * last + .2 * before + build_gauss(random);
            before = last;
            last = v;
        }
    for (size_t i = 0; i < n; i++) {
        double v = build_gauss(random);
        switch (noise) {
        case NOISE_T3: v = noise_t3(random); break;
        case NOISE_LOGNORMAL: v = noise_lognormal(.8, random); break;
        case NOISE_LOGNORMAL1: v = noise_lognormal(1, random); break;
        case NOISE_AR3: v = last = .3 * last + sqrt(1 - .09) * v; break;
        case NOISE_AR5: v = last = .5 * last + sqrt(.75) * v; break;
        case NOISE_AR2: /* variance (1-.2)/((1+.2)((1-.2)²-.09)) = 1.2121 */
            v = .3 * last + .2 * before + v;
            before = last;
            last = v;
            v /= sqrt(.8 / (1.2 * (.64 - .09)));
            break;
        case NOISE_BIMODAL: v = (v + (build_uniform(random) < .3 ? 5 : 0) - 1.5) / sqrt(1 + 25 * .21); break;
        case NOISE_STRETCH: v *= i >= from && i < from + stretch ? 3 : 1; break;
        case NOISE_QUARTER: v *= i >= n - stretch ? 3 : 1; break;
        case NOISE_QUANTISED: v = nearbyint(v); break;
        case NOISE_STICKY:
            high = build_uniform(random) < .2 ? !high : high;
            v = (v + (high ? 1.5 : -1.5)) / sqrt(1 + 2.25);
            break;
        case NOISE_GAUSS: case NOISES: break;
        }
        x[i] = 100 + v;
    }
}
#endif
