#!/usr/bin/env python3
"""ranks.py: writes ranks.h beside it, which tests/detect_rank_test.c holds detect/rank.h, permutation.h and trend.h against.

Where samples have ties or are small the p come from going through all choices, signs or orders, or from counting with whole numbers; where they
have none, from scipy, which must agree with the counting too. Run it with a Python that has both: pip install numpy scipy."""
import itertools
import math
import pathlib
import random
import statistics
from collections import Counter
from fractions import Fraction

import numpy
import scipy
from scipy import stats


def doubled(values):
    ordered = sorted(values)
    first = {v: ordered.index(v) for v in set(values)}
    count = Counter(values)
    return [2 * first[v] + 1 + count[v] for v in values]


def choice_tails(ranks, k, own):
    """P(sum of k chosen ranks >= own), P(<= own): counted with whole numbers."""
    ways = [Counter() for _ in range(k + 1)]
    ways[0][0] = 1
    for r in ranks:
        for j in range(k, 0, -1):
            for s, w in ways[j - 1].items():
                ways[j][s + r] += w
    all_ = math.comb(len(ranks), k)
    return (Fraction(sum(w for s, w in ways[k].items() if s >= own), all_), Fraction(sum(w for s, w in ways[k].items() if s <= own), all_))


def coin_tails(ranks, own):
    ways = Counter({0: 1})
    for r in ranks:
        more = Counter()
        for s, w in ways.items():
            more[s] += w
            more[s + r] += w
        ways = more
    all_ = 2 ** len(ranks)
    return (Fraction(sum(w for s, w in ways.items() if s >= own), all_), Fraction(sum(w for s, w in ways.items() if s <= own), all_))


def interval(pairs, tail_of, left=0.025):
    """The sorted pairs without the r outermost on either side, r the largest with P(statistic < r) <= left."""
    pairs = sorted(pairs)
    r = 0
    while tail_of(r) <= left:
        r += 1
    if r == 0:
        return -math.inf, math.inf
    return pairs[r - 1], pairs[len(pairs) - r]


def mann_whitney(x, y):
    ranks = doubled(x + y)
    own = sum(ranks[:len(x)])
    u = own / 2 - len(x) * (len(x) + 1) / 2
    above, below = choice_tails(ranks, len(x), own)
    if len(set(x + y)) == len(x + y):
        assert math.isclose(above, stats.mannwhitneyu(x, y, alternative="greater", method="exact").pvalue, rel_tol=1e-9)
        assert math.isclose(below, stats.mannwhitneyu(x, y, alternative="less", method="exact").pvalue, rel_tol=1e-9)
    pairs = [a - b for a in x for b in y]
    plain = list(range(1, len(x) + len(y) + 1))
    least = len(x) * (len(x) + 1) // 2
    low, high = interval(pairs, lambda r: choice_tails(plain, len(x), least + r)[1])
    return u, float(above), float(below), statistics.median(pairs), low, high


def signed_rank(d):
    used = [v for v in d if v]
    ranks = doubled([abs(v) for v in used])
    own = sum(r for r, v in zip(ranks, used) if v > 0)
    above, below = coin_tails(ranks, own)
    if len({abs(v) for v in d}) == len(d) and all(d):
        assert math.isclose(above, stats.wilcoxon(d, alternative="greater", method="exact").pvalue, rel_tol=1e-9)
    pairs = [(d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i, len(d))]
    low, high = interval(pairs, lambda r: coin_tails(list(range(1, len(d) + 1)), r)[1])
    return own / 2, float(above), float(below), statistics.median(pairs), low, high


def trend(x):
    n = len(x)
    s = sum((b > a) - (b < a) for a, b in itertools.combinations(x, 2))
    slopes = sorted((x[j] - x[i]) / (j - i) for i in range(n) for j in range(i + 1, n))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(x).values())
    deviation = math.sqrt(max(0, (n * (n - 1) * (2 * n + 5) - ties) / 18))
    if len(set(x)) == n:
        rising = stats.kendalltau(range(n), x, alternative="greater", method="exact").pvalue
        falling = stats.kendalltau(range(n), x, alternative="less", method="exact").pvalue
    else:
        rising, falling = (stats.norm.sf((v - 1) / deviation) if deviation else 1 for v in (s, -s))
    out = math.floor((len(slopes) - stats.norm.isf(0.025) * deviation) / 2)
    low, high = (slopes[out - 1], slopes[len(slopes) - out]) if out >= 1 else (-math.inf, math.inf)
    return s, rising, falling, statistics.median(slopes), low, high


def spearman(x, y):
    """r, and p of r at least (at most) as large, by all orders up to 8 values, else by Student's t as scipy."""
    r = stats.spearmanr(x, y).statistic
    if len(x) > 8:
        return r, stats.spearmanr(x, y, alternative="greater").pvalue, stats.spearmanr(x, y, alternative="less").pvalue
    a, b = doubled(x), doubled(y)
    own = sum(p * q for p, q in zip(a, b))
    sums = [sum(p * q for p, q in zip(a, order)) for order in itertools.permutations(b)]
    return r, sum(v >= own for v in sums) / len(sums), sum(v <= own for v in sums) / len(sums)


def means(x, y):
    """P(a choice of len(x) of all has at least the sum of x), exactly, for whole numbers."""
    both = x + y
    sums = [sum(c) for c in itertools.combinations(both, len(x))]
    return sum(s >= sum(x) for s in sums) / len(sums)


def signs(d):
    sums = [sum(s * v for s, v in zip(c, d)) for c in itertools.product((-1, 1), repeat=len(d))]
    return sum(s >= sum(d) for s in sums) / len(sums)


rng = random.Random(2026)


def sample(kind, n, shift=0.0):
    if kind == "ties":
        return [float(rng.randrange(6) + round(shift)) for _ in range(n)]
    if kind == "equal":
        return [7.0] * n
    return [rng.gauss(shift, 1) for _ in range(n)]


def number(v):
    return "INFINITY" if v == math.inf else "-INFINITY" if v == -math.inf else "NAN" if v != v else repr(float(v))


def array(values):
    return "{" + ", ".join(map(repr, values)) + "}"


def write(f):
    f.write(f"/* Written by ranks.py with numpy {numpy.__version__}, scipy {scipy.__version__}: not by hand. */\n")
    f.write("static const struct two_rows {size_t nx, ny; double x[30], y[30], u, above, below, shift, low, high;} two_rows[] = {\n")
    for nx, ny in [(1, 1), (1, 5), (2, 2), (3, 3), (3, 4), (4, 4), (5, 5), (2, 20), (6, 9), (10, 10), (12, 8), (20, 15), (3, 30), (25, 25)]:
        for kind, shift in [("gauss", 0), ("gauss", 2.5), ("ties", 1), ("equal", 0)]:
            if kind == "equal" and nx > 5:
                continue
            x, y = sample(kind, nx, shift), sample(kind, ny)
            f.write("{%d, %d, %s, %s, %s},\n" % (nx, ny, array(x), array(y), ", ".join(map(number, mann_whitney(x, y)))))
    f.write("};\n")
    f.write("static const struct one_rows {size_t n; double d[40], w, above, below, shift, low, high;} one_rows[] = {\n")
    for n in [1, 2, 3, 5, 6, 7, 10, 15, 25, 40]:
        for kind, shift in [("gauss", 0), ("gauss", 0.8), ("ties", -2), ("equal", 0)]:
            if kind == "equal" and n > 7:
                continue
            d = sample(kind, n, shift)
            f.write("{%d, %s, %s},\n" % (n, array(d), ", ".join(map(number, signed_rank(d)))))
    f.write("};\n")
    f.write("static const struct trend_rows {size_t n; double x[40], s, rising, falling, slope, low, high;} trend_rows[] = {\n")
    for n in [3, 4, 5, 8, 12, 20, 33, 40]:
        for kind, slope in [("gauss", 0), ("gauss", 0.2), ("gauss", -0.1), ("ties", 0), ("equal", 0)]:
            x = [v + slope * i for i, v in enumerate(sample(kind, n))]
            f.write("{%d, %s, %s},\n" % (n, array(x), ", ".join(map(number, trend(x)))))
    f.write("};\n")
    f.write("static const struct spearman_rows {size_t n; double x[20], y[20], r, positive, negative;} spearman_rows[] = {\n")
    for n in [3, 4, 5, 6, 7, 8, 9, 20]:
        for kind in ["gauss", "ties"]:
            x, y = sample(kind, n), sample(kind, n)
            if len(set(x)) > 1 and len(set(y)) > 1:
                y = [b + (0.7 * a if kind == "gauss" else 0) for a, b in zip(x, y)]
                f.write("{%d, %s, %s, %s},\n" % (n, array(x), array(y), ", ".join(map(number, spearman(x, y)))))
    f.write("};\n")
    f.write("static const struct mean_rows {size_t nx, ny; double x[9], y[9], p;} mean_rows[] = {\n")
    for nx, ny in [(1, 1), (1, 8), (2, 5), (3, 3), (4, 4), (5, 9), (8, 8)]:
        x, y = ([float(rng.randrange(20)) for _ in range(n)] for n in (nx, ny))
        f.write("{%d, %d, %s, %s, %r},\n" % (nx, ny, array(x), array(y), means(x, y)))
    f.write("};\n")
    f.write("static const struct sign_rows {size_t n; double d[12], p;} sign_rows[] = {\n")
    for n in [1, 2, 3, 6, 9, 12]:
        d = [float(rng.randrange(-8, 12)) for _ in range(n)]
        f.write("{%d, %s, %r},\n" % (n, array(d), signs(d)))
    f.write("};\n")


with pathlib.Path(__file__).with_name("ranks.h").open("w") as f:
    write(f)
