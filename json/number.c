/* Reading: the digits times a 128-bit power of ten (Lemire, "Number parsing at a gigabyte per second", 2021); what that
 * cannot decide goes to strtod. Printing: Giulietti, "The Schubfach way to render doubles", 2020. */
#include "json/number.h"

#include <assert.h>
#include <endian.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "json/powers.h"

__extension__ typedef unsigned __int128 uint128;

enum { DIGITS_MAX = 19, EXPONENT_CLAMP = 100000, MANTISSA_BITS = 52, EXPONENT_BIAS = 1075 };

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* The eight bytes at p are digits: 0 … 99999999; else -1. Pairs, then fours, then all of them are put together at once. */
static inline int64_t eight_digits(const char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof(eight));
    eight = le64toh(eight);
    if (((eight & 0xF0F0F0F0F0F0F0F0u) | (((eight + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4)) != 0x3333333333333333u)
        return -1;
    eight = (eight & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8; /* 10 × the first of two + the second */
    eight = (eight & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    return (int64_t)((eight & 0x0000FFFF0000FFFFu) * 42949672960001 >> 32);
}

/* Adds the digits from p on to `number`; `point`: they stand after the decimal point. */
static const char *scan_digits(const char *p, const char *end, struct number *number, bool point)
{
    const char *start = p;
    uint64_t digits = number->digits;
    int64_t eight;
    for (; digits < 100000000000u && end - p >= 8 && (eight = eight_digits(p)) >= 0; p += 8)
        digits = digits * 100000000 + (uint64_t)eight;
    for (; is_digit(p, end) && digits < 1000000000000000000u; p++)
        digits = digits * 10 + (uint64_t)(*p - '0');
    number->digits = digits;
    const char *used = p;
    while (is_digit(p, end)) {
        number->cut |= *p != '0';
        p++;
    }
    ptrdiff_t moved = point ? -(used - start) : p - used;
    if (moved < -EXPONENT_CLAMP || moved > EXPONENT_CLAMP)
        number->cut = true; /* strtod decides */
    else
        number->exponent += (int)moved;
    return p;
}

static const char *scan_exponent(const char *p, const char *end, struct number *number)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (!is_digit(p, end)) {
        number->end = p;
        return NULL;
    }
    int exponent = 0;
    for (; is_digit(p, end); p++)
        if (exponent < EXPONENT_CLAMP)
            exponent = exponent * 10 + (*p - '0');
    number->exponent += negative ? -exponent : exponent;
    return p;
}

static bool scan_failed(struct number *out, const char *at, const char *text, const char **expected)
{
    out->end = at;
    *expected = text;
    return false;
}

bool number_scan(const char *p, const char *end, struct number *out, const char **expected)
{
    *out = (struct number){.start = p, .integer = true};
    if (p < end && *p == '-') {
        out->negative = true;
        p++;
    }
    if (!is_digit(p, end))
        return scan_failed(out, p, "a digit after '-'", expected);
    if (*p == '0') {
        if (is_digit(++p, end))
            return scan_failed(out, p, "no further digit after a leading 0", expected);
    } else {
        p = scan_digits(p, end, out, false);
    }
    if (p < end && *p == '.') {
        out->integer = false;
        if (!is_digit(++p, end))
            return scan_failed(out, p, "a digit after '.'", expected);
        p = scan_digits(p, end, out, true);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        out->integer = false;
        p = scan_exponent(p + 1, end, out);
        if (!p)
            return scan_failed(out, out->end, "a digit of the exponent", expected);
    }
    out->end = p;
    return true;
}

bool number_int64(const struct number *number, int64_t *out)
{
    if (!number->integer || number->cut || number->exponent != 0)
        return false;
    if (number->digits > (uint64_t)INT64_MAX + number->negative)
        return false;
    *out = (int64_t)(number->negative ? 0 - number->digits : number->digits);
    return true;
}

static double by_strtod(const struct number *number)
{
    char small[64], *text = small;
    size_t len = (size_t)(number->end - number->start);
    if (len >= sizeof(small))
        text = memory_need(malloc(len + 1));
    memcpy(text, number->start, len);
    text[len] = '\0';
    double value = strtod(text, NULL);
    if (text != small)
        free(text);
    return value;
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* value / 2^bits, rounded down. */
static int floor_shift(int value, int bits)
{
    return value >= 0 ? value >> bits : -((-value + (1 << bits) - 1) >> bits);
}

/* 10^k rounded up to 128 bits. */
static struct power power_above(int k)
{
    struct power ten = powers_of_ten[k - POWER_MIN];
    if (k < 0 || k > POWER_EXACT)
        ten.high += ++ten.low == 0;
    return ten;
}

/* digits × 10^power, both exact, digits not 0. False when 128 bits cannot tell how to round, or for a subnormal. */
static bool by_powers(uint64_t digits, int power, double *out)
{
    struct power ten = power < 0 ? power_above(power) : powers_of_ten[power - POWER_MIN]; /* as the proof wants it */
    int shift = __builtin_clzll(digits);
    uint128 product = (uint128)(digits << shift) * ten.high;
    if (((uint64_t)(product >> 64) & 0x1FF) == 0x1FF)
        product += (uint128)(digits << shift) * ten.low >> 64;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (low == UINT64_MAX)
        return false;
    int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 64 - MANTISSA_BITS - 3);
    int exponent = floor_shift(217706 * power, 16) + 63 + top - shift + 1023; /* 217706 / 2^16: log2 of 10 */
    if (exponent <= 0 || exponent >= 0x7FE)
        return false;
    if (low <= 1 && (mantissa & 3) == 1) /* perhaps half-way */
        return false;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    if (mantissa >> (MANTISSA_BITS + 1)) {
        mantissa >>= 1;
        exponent++;
    }
    *out = from_bits((uint64_t)exponent << MANTISSA_BITS | (mantissa & ((1ull << MANTISSA_BITS) - 1)));
    return true;
}

double number_double(const struct number *number)
{
    static const double small_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int exponent = number->exponent;
    double value;
    if (number->cut)
        return by_strtod(number);
    if (number->digits == 0)
        value = 0;
    else if (number->digits < 1ull << 53 && exponent >= 0 && exponent <= 22) /* both factors are exact */
        value = (double)number->digits * small_powers[exponent];
    else if (number->digits < 1ull << 53 && exponent < 0 && exponent >= -22)
        value = (double)number->digits / small_powers[-exponent];
    else if (exponent < POWER_MIN || exponent > 308 || !by_powers(number->digits, exponent, &value))
        return by_strtod(number);
    return number->negative ? -value : value;
}

bool number_overflows(const struct number *number)
{
    if (!number->cut && number->exponent < 308 - DIGITS_MAX)
        return false;
    return isinf(number_double(number));
}

static int digit_count(uint64_t value)
{
    int n = 1;
    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

static void print_digits(char *out, int n, uint64_t value)
{
    for (; n > 0; value /= 10)
        out[--n] = (char)('0' + value % 10);
}

size_t number_print_int64(char *out, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int n = digit_count(magnitude);
    *out = '-';
    print_digits(out + (value < 0), n, magnitude);
    return (size_t)n + (value < 0);
}

/* x × g / 2^128; the last bit also says whether anything was cut (round to odd). */
static uint64_t scaled(struct power g, uint64_t x)
{
    uint128 low = (uint128)g.low * x >> 64;
    uint128 sum = (uint128)g.high * x + low;
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

struct decimal {
    uint64_t digits;
    int exponent;
};

/* The shortest decimal within the rounding interval of mantissa × 2^exponent, the nearest one of those. */
static struct decimal shortest(uint64_t mantissa, int exponent, bool lower_is_closer)
{
    bool even = mantissa % 2 == 0;
    int k = floor_shift(exponent * 1262611 - (lower_is_closer ? 524031 : 0), 22); /* log10 of the interval's width */
    struct power g = power_above(-k);
    int shift = exponent + floor_shift(-k * 1741647, 19) + 1;
    uint64_t value = scaled(g, 4 * mantissa << shift);
    uint64_t lower = scaled(g, (4 * mantissa - 2 + lower_is_closer) << shift) + !even;
    uint64_t upper = scaled(g, (4 * mantissa + 2) << shift) - !even;
    uint64_t s = value / 4, tens = s / 10 * 40;
    bool down = lower <= tens, up = tens + 40 <= upper;
    if (s >= 10 && down != up)
        return (struct decimal){s / 10 + up, k + 1};
    down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down == up)
        up = value > 4 * s + 2 || (value == 4 * s + 2 && s % 2 == 1);
    return (struct decimal){s + up, k};
}

static struct decimal decimal_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint64_t mantissa = bits & ((1ull << MANTISSA_BITS) - 1);
    int exponent = (int)(bits >> MANTISSA_BITS) & 0x7FF;
    if (exponent == 0)
        return shortest(mantissa, 1 - EXPONENT_BIAS, false);
    return shortest(mantissa | 1ull << MANTISSA_BITS, exponent - EXPONENT_BIAS, mantissa == 0 && exponent > 1);
}

/* digits × 10^(point - n) with a point and no exponent; -4 < point <= 16. */
static char *print_plain(char *out, uint64_t digits, int n, int point)
{
    if (point <= 0) {
        memcpy(out, "0.000", 5);
        print_digits(out + 2 - point, n, digits);
        return out + 2 - point + n;
    }
    if (n <= point) {
        print_digits(out, n, digits);
        memset(out + n, '0', (size_t)(point - n));
        memcpy(out + point, ".0", 2);
        return out + point + 2;
    }
    print_digits(out + 1, n, digits);
    memmove(out, out + 1, (size_t)point);
    out[point] = '.';
    return out + n + 1;
}

static char *print_exponent(char *out, uint64_t digits, int n, int exponent)
{
    print_digits(out + 1, n, digits);
    out[0] = out[1];
    out[1] = '.';
    out += n == 1 ? 1 : n + 1;
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    int magnitude = abs(exponent), width = magnitude >= 100 ? 3 : 2;
    print_digits(out, width, (uint64_t)magnitude);
    return out + width;
}

size_t number_print_double(char *out, double value)
{
    assert(isfinite(value));
    char *p = out;
    if (signbit(value))
        *p++ = '-';
    if (value == 0) {
        memcpy(p, "0.0", 3);
        return (size_t)(p + 3 - out);
    }
    struct decimal d = decimal_of(value);
    for (; d.digits % 10 == 0; d.digits /= 10)
        d.exponent++;
    int n = digit_count(d.digits), point = n + d.exponent;
    p = point > -4 && point <= 16 ? print_plain(p, d.digits, n, point) : print_exponent(p, d.digits, n, point - 1);
    return (size_t)(p - out);
}
