#!/usr/bin/env python3
"""laws.py: writes laws.h beside it, which tests/detect_law_test.c holds detect/law.h and detect/special.h against.

The values are mpmath's at 50 digits, of arguments that are doubles exactly; each is held against scipy's where scipy has it, which must agree
to 1e-6 (scipy loses digits in some tails, mpmath does not). Run it with a Python that has both: pip install mpmath scipy."""
import pathlib
import time

import mpmath
import scipy
from mpmath import mp, mpf
from scipy import special, stats

mp.dps = 400  # what 1 - a tail of 1e-300 needs to keep 50


def beta_tail(a, b, x, y, lower):
    """I_x(a, b) or the rest, by the series 2F1(a+b, 1; a+1; x) of the side that is at most a half, all terms positive; where that is the
    other side, 1 - it cancels digits."""
    a, b, x, y = map(mpf, (a, b, x, y))
    if x > y:
        return beta_tail(b, a, y, x, not lower)
    least = mpf(10) ** -(60 if lower else mp.dps)
    term = total = mpf(1)
    i = 0
    while term > total * least or (a + b + i) * x > a + 1 + i:
        term *= (a + b + i) * x / (a + 1 + i)
        total += term
        i += 1
    front = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b))
    return front / a * total if lower else 1 - front / a * total


def t_upper(t, df):
    t, df = mpf(t), mpf(df)
    if t < 0:
        return 1 - t_upper(-t, df)
    d = df + t * t
    return beta_tail(df / 2, mpf(1) / 2, df / d, t * t / d, True) / 2


def f_upper(f, m, n):
    f, m, n = mpf(f), mpf(m), mpf(n)
    return beta_tail(n / 2, m / 2, n / (n + m * f), m * f / (n + m * f), True)


def gammas(a, x):
    """P and 1 - P by the series of positive terms."""
    a, x = mpf(a), mpf(x)
    term = total = 1 / a
    i = 1
    while term > total * mpf(10) ** -mp.dps or x > a + i:
        term *= x / (a + i)
        total += term
        i += 1
    lower = mp.exp(a * mp.log(x) - x - mp.loggamma(a)) * total
    return lower, 1 - lower


def gamma_upper(a, x):
    return gammas(a, x)[1]


def normal_upper(z):
    return mp.erfc(mpf(z) / mp.sqrt(2)) / 2


def binomial(k, n, p):
    return mp.binomial(n, k) * mpf(p) ** k * (1 - mpf(p)) ** (n - k)


def binomial_lower(k, n, p):
    return mp.fsum(binomial(i, n, p) for i in range(k + 1))


def binomial_upper(k, n, p):
    return mp.fsum(binomial(i, n, p) for i in range(k, n + 1))


def inverse(tail, p, start, positive=False):
    """The x at which the falling tail(x) is p: bisection on x (or its logarithm) from scipy's answer, to 60 digits by Newton's secant."""
    goal = mp.log(mpf(p))
    to = (lambda s: mp.e ** s) if positive else (lambda s: s)
    s0 = mp.log(mpf(start)) if positive else mpf(start)
    root = mp.findroot(lambda s: mp.log(tail(to(s))) - goal, (s0, s0 + mpf(10) ** -6), tol=mpf(10) ** -60, maxsteps=12, verify=False)
    assert abs(mp.log(tail(to(root))) - goal) < mpf(10) ** -20, (p, start)
    return to(root)


ROWS = []


def row(name, arguments, value, other):
    value = mpf(value)
    if other is not None and value > mpf(10) ** -290:
        assert abs(value - other) <= 1e-6 * abs(value), (name, arguments, value, other)
    if abs(value) > mpf(10) ** -300 or value == 0:
        ROWS.append((name, [float(x) for x in arguments], value))


DFS = [0.5, 1, 1.5, 2, 3, 5.5, 10, 30, 41, 200, 5000, 1e6, 1e9]
TAILS = [0.49, 0.4, 0.3, 0.25, 0.2, 0.05, 0.01, 1e-3, 1e-6, 1e-12, 1e-40, 0.5000001, 0.6, 0.9, 0.999]


def laws():
    for z in [-9, -2.5, -1, 0.001, 0.3, 1, 1.645, 2.5, 4, 6, 10, 20, 37]:
        row("normal_upper", [z], normal_upper(z), stats.norm.sf(z))
    for p in TAILS:
        row("normal_quantile", [p], inverse(normal_upper, p, stats.norm.isf(p)), stats.norm.isf(p))
    for df in DFS:
        for t in [-1.5, 1e-6, 0.01, 0.5, 1, 1.7, 2.5, 4, 8, 40, 1000, 1e9]:
            if t * t > 1500 and df > 1000:
                continue  # underflows
            row("t_upper", [t, df], t_upper(t, df), stats.t.sf(t, df))
        for p in TAILS:
            if p < 1e-20 and df < 3:
                continue
            start = stats.t.isf(p, df)
            if not abs(start) < 1e60:
                continue
            row("t_quantile", [p, df], inverse(lambda t: t_upper(t, df), p, start), start if p > 1e-13 else None)
    for m in [1, 2, 3, 7, 30, 1000]:
        for n in [1, 2, 5, 17.5, 100, 5000]:
            for f in [0.001, 0.1, 0.7, 1, 1.8, 4, 15, 200]:
                row("f_upper", [f, m, n], f_upper(f, m, n), stats.f.sf(f, m, n))
            for p in [0.99, 0.6, 0.5, 0.2, 0.05, 0.01, 1e-6, 1e-12]:
                start = stats.f.isf(p, m, n)
                row("f_quantile", [p, m, n], inverse(lambda f: f_upper(f, m, n), p, start, True), start if p > 1e-9 else None)
    for a in [0.5, 1, 1.5, 3, 10, 100, 2500, 1e5]:
        for ratio in [1e-3, 0.2, 0.7, 0.95, 1, 1.05, 1.4, 3, 20]:
            x = a * ratio
            if a > 1000 and not 0.5 < ratio < 1.5:
                continue  # underflows
            lower, upper = gammas(a, x)
            row("gamma_lower", [a, x], lower, special.gammainc(a, x))
            row("gamma_upper", [a, x], upper, special.gammaincc(a, x))
        for p in [0.99, 0.6, 0.5, 0.2, 0.05, 0.01, 1e-6, 1e-12]:
            start = stats.chi2.isf(p, 2 * a)
            row("chi2_quantile", [p, 2 * a], 2 * inverse(lambda x: gamma_upper(a, x), p, start / 2, True), start if p > 1e-9 else None)
    for a, b in [(0.5, 0.5), (0.5, 30), (30, 0.5), (1, 1), (2, 7.5), (40, 60), (1000, 1), (1, 1000), (2000, 3000), (1e5, 2e5)]:
        for x in [2.0 ** -30, 0.01, 0.2, 0.39, 0.41, 0.5, 0.77, 0.99]:
            row("beta_lower", [a, b, x], beta_tail(a, b, x, 1 - mpf(x), True), None)
            row("beta_upper", [a, b, x], beta_tail(a, b, x, 1 - mpf(x), False), None)
    for n in [1, 2, 6, 20, 137, 1000]:
        for p in [0.01, 0.3, 0.5, 0.97]:
            for k in sorted({0, 1, n // 5, n // 2, int(0.8 * n), n - 1, n}):
                row("binomial", [k, n, p], binomial(k, n, p), stats.binom.pmf(k, n, p))
                row("binomial_lower", [k, n, p], binomial_lower(k, n, p), stats.binom.cdf(k, n, p))
                row("binomial_upper", [k, n, p], binomial_upper(k, n, p), stats.binom.sf(k - 1, n, p))
    for a in [0.01, 0.5, 1, 7.25, 15.9, 16, 100, 1e6]:
        a = mpf(a)
        row("stirling_error", [a], mp.loggamma(a + 1) - ((a + 0.5) * mp.log(a) - a + mp.log(2 * mp.pi) / 2), None)
    for x, m in [(1, 1), (1, 1.0000001), (5, 4), (1e6, 1e6 + 1), (3, 300), (300, 3), (0.5, 0.55), (1e-5, 2)]:
        x, m = mpf(x), mpf(m)
        row("deviance", [x, m], x * mp.log(x / m) + m - x, None)


started = time.time()
laws()
out = pathlib.Path(__file__).with_name("laws.h")
with out.open("w") as f:
    f.write(f"/* Written by laws.py with mpmath {mpmath.__version__} (50 digits), held against scipy {scipy.__version__}: not by hand. */\n")
    for name, arguments, value in ROWS:
        f.write("{\"%s\", {%s}, %s},\n" % (name, ", ".join(map(repr, arguments)), mp.nstr(value, 20)))
print(len(ROWS), "rows,", round(time.time() - started), "s")
