#include "detect/special.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static const double LN_SQRT_2PI = 0.91893853320467274178, TWO_PI = 6.283185307179586477;
static const double TINY = 1e-300;
enum { TERMS_MAX = 200000 };

/* ---- the front factor ---- */

double special_stirling_error(double a)
{
    static const double terms[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                   1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
    if (a < 16) {
        int sign;
        return lgamma_r(a + 1, &sign) - (a + 0.5) * log(a) + a - LN_SQRT_2PI;
    }
    double sum = 0, square = a * a;
    for (size_t i = sizeof(terms) / sizeof(terms[0]); i > 0; i--)
        sum = terms[i - 1] + sum / square;
    return sum / a;
}

double special_deviance(double x, double m)
{
    double d = x - m, v = d / (x + m);
    if (fabs(v) >= 0.1)
        return x * log(x / m) - d;
    /* ln(x/m) = 2 (v + v³/3 + v⁵/5 + …), of which 2xv - d = d v */
    double sum = d * v, power = 2 * x * v;
    for (int i = 3; i < 100; i += 2) {
        power *= v * v;
        double next = sum + power / i;
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* x^a e^-x / Γ(a): the derivative of P(a, x) by ln x. */
static double gamma_front(double a, double x)
{
    if (!(x > 0) || isinf(x))
        return 0;
    return exp(-special_stirling_error(a) - special_deviance(a, x)) * sqrt(a / TWO_PI);
}

/* x^a y^b / B(a, b): the derivative of I by ln(x/y). */
static double beta_front(double a, double b, double x, double y)
{
    double n = a + b;
    if (!(x > 0 && y > 0))
        return 0;
    double ln = special_stirling_error(n) - special_stirling_error(a) - special_stirling_error(b) -
                special_deviance(a, n * x) - special_deviance(b, n * y);
    return exp(ln) * sqrt(a / n * b / TWO_PI);
}

/* ---- gamma ---- */

static double gamma_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < TERMS_MAX && term > sum * (DBL_EPSILON / 4); i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum;
}

/* Lentz's method keeps ratios of convergents, which neither overflow nor vanish. */
static double away_from_zero(double v)
{
    return fabs(v) < TINY ? TINY : v;
}

static double gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / away_from_zero(b), h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double by = -i * (i - a);
        b += 2;
        d = 1 / away_from_zero(by * d + b);
        c = away_from_zero(b + by / c);
        h *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON / 2)
            break;
    }
    return h;
}

double special_gamma(double a, double x, enum special_tail tail)
{
    assert(a > 0 && x >= 0);
    if (isinf(x) || x == 0)
        return (x > 0) == (tail == SPECIAL_LOWER) ? 1 : 0;
    double front = gamma_front(a, x);
    if (x < a + 1) {
        double lower = fmin(1, front * gamma_series(a, x));
        return tail == SPECIAL_LOWER ? lower : 1 - lower;
    }
    double upper = fmin(1, front * gamma_fraction(a, x));
    return tail == SPECIAL_UPPER ? upper : 1 - upper;
}

/* ---- beta ---- */

/* a - (a+b)x = (a+b)y - b: how far x is below the mean, from the smaller of both, so that large parameters lose
 * nothing. */
static double below_mean(double a, double b, double x, double y)
{
    return x <= y ? a - (a + b) * x : (a + b) * y - b;
}

/* The even part of the continued fraction 1/(1 + d1/(1 + d2/(1 + …))): its denominators 1 + d(2m) + d(2m+1), written
 * with what x is below the mean, are sums of positive terms, where the plain fraction subtracts nearly equal ones.
 * Converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x, double y)
{
    double below = below_mean(a, b, x, y), c = away_from_zero((1 + below) / (a + 1)), d = 0, h = c;
    for (int i = 1; i < TERMS_MAX; i++) {
        double m = i, at = a + 2 * m;
        double even = m * (b - m) * x / ((at - 1) * at);
        double by = even * ((a + m - 1) / (at - 2)) * ((a + b + m - 1) / (at - 1)) * x;
        double to = even + (a * (1 + 2 * m) + m * (3 * m + 2) + (a + m) * (below + m * y)) / (at * (at + 1));
        d = 1 / away_from_zero(to + by * d);
        c = away_from_zero(to + by / c);
        h *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON / 2)
            break;
    }
    return 1 / h;
}

double special_beta(double a, double b, double x, double y, enum special_tail tail)
{
    assert(a > 0 && b > 0 && x >= 0 && y >= 0);
    double front = beta_front(a, b, x, y);
    if (x * (a + b + 2) < a + 1) {
        double lower = fmin(1, front / a * beta_fraction(a, b, x, y));
        return tail == SPECIAL_LOWER ? lower : 1 - lower;
    }
    double upper = fmin(1, front / b * beta_fraction(b, a, y, x));
    return tail == SPECIAL_UPPER ? upper : 1 - upper;
}

/* ---- inverses ---- */

/* A law on (0, ∞); b is 0 for gamma, else the argument is the odds x/y of beta. */
struct law {
    double a, b;
    enum special_tail tail;
};

static double tail_at(const struct law *law, double ln)
{
    double v = exp(ln);
    return law->b > 0 ? special_beta(law->a, law->b, 1 / (1 + 1 / v), 1 / (1 + v), law->tail)
                      : special_gamma(law->a, v, law->tail);
}

/* d tail / d ln v, always >= 0 for the lower tail. */
static double slope_at(const struct law *law, double ln)
{
    double v = exp(ln),
           front = law->b > 0 ? beta_front(law->a, law->b, 1 / (1 + 1 / v), 1 / (1 + v)) : gamma_front(law->a, v);
    return law->tail == SPECIAL_LOWER ? front : -front;
}

/* Whether the point that is looked for lies beyond ln. */
static bool beyond(const struct law *law, double ln, double p)
{
    return (tail_at(law, ln) < p) == (law->tail == SPECIAL_LOWER);
}

/* Newton on the logarithm of the tail as a function of ln v, kept inside a bracket that bisection shrinks: both tails
 * are nearly straight lines or parabolas there, however small p is. */
static double inverse(const struct law *law, double p)
{
    assert(p > 0 && p < 1);
    double start = law->b > 0 ? log(law->a / law->b) : log(law->a), low = start, high = start;
    for (double step = 0.25; beyond(law, high, p) && high < 700; step *= 2)
        high = fmin(700, high + step);
    for (double step = 0.25; !beyond(law, low, p) && low > -700; step *= 2)
        low = fmax(-700, low - step);
    double at = 0.5 * (low + high);
    for (int i = 0; i < 200; i++) {
        double tail = tail_at(law, at);
        *((tail < p) == (law->tail == SPECIAL_LOWER) ? &low : &high) = at;
        double next = at - log(tail / p) * tail / slope_at(law, at);
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        bool done = fabs(next - at) <= DBL_EPSILON;
        at = next;
        if (done)
            break;
    }
    return exp(at);
}

double special_gamma_inverse(double a, double p, enum special_tail tail)
{
    return inverse(&(struct law){a, 0, tail}, p);
}

double special_beta_inverse(double a, double b, double p, enum special_tail tail)
{
    return inverse(&(struct law){a, b, tail}, p);
}
