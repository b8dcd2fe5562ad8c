#include "json/equal.h"

#include <math.h>
#include <string.h>

#include "json/number.h"

bool json_is_whole(const json_t *number)
{
    return json_is_integer(number) || (json_is_real(number) && floor(json_real_value(number)) == json_real_value(number));
}

/* The integer is not turned into a double, which may round it. */
int json_compare_integer(json_int_t integer, double real)
{
    if (real >= 0x1p63)
        return -1;
    if (real < -0x1p63)
        return 1;
    double below = floor(real);
    json_int_t whole = (json_int_t)below;
    if (integer != whole)
        return integer < whole ? -1 : 1;
    return below < real ? -1 : 0;
}

int json_compare_numbers(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b))
        return (json_integer_value(a) > json_integer_value(b)) - (json_integer_value(a) < json_integer_value(b));
    if (json_is_integer(a))
        return json_compare_integer(json_integer_value(a), json_real_value(b));
    if (json_is_integer(b))
        return -json_compare_integer(json_integer_value(b), json_real_value(a));
    return (json_real_value(a) > json_real_value(b)) - (json_real_value(a) < json_real_value(b));
}

static bool equal(const json_t *a, const json_t *b, int depth, size_t *steps);

static bool equal_arrays(const json_t *a, const json_t *b, int depth, size_t *steps)
{
    if (json_array_size(a) != json_array_size(b))
        return false;
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!equal(json_array_get(a, i), json_array_get(b, i), depth + 1, steps))
            return false;
    return true;
}

static bool equal_objects(const json_t *a, const json_t *b, int depth, size_t *steps)
{
    json_t *object = (json_t *)a; /* Jansson iterates over mutable objects only */
    if (json_object_size(a) != json_object_size(b))
        return false;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const json_t *other = json_object_getn(b, json_object_iter_key(i), json_object_iter_key_len(i));
        if (!other || !equal(json_object_iter_value(i), other, depth + 1, steps))
            return false;
    }
    return true;
}

static bool equal(const json_t *a, const json_t *b, int depth, size_t *steps)
{
    ++*steps;
    if (json_is_number(a) && json_is_number(b))
        return json_compare_numbers(a, b) == 0;
    if (json_typeof(a) != json_typeof(b) || depth > JSON_EQUAL_DEPTH_MAX)
        return false;
    if (json_is_array(a))
        return equal_arrays(a, b, depth, steps);
    if (json_is_object(a))
        return equal_objects(a, b, depth, steps);
    if (json_is_string(a))
        *steps += json_string_length(a) / 64;
    return json_equal(a, b);
}

bool json_values_equal(const json_t *a, const json_t *b, size_t *steps)
{
    return equal(a, b, 0, steps);
}

/* --- hash --- */

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static uint64_t hash_bytes(const char *s, size_t len)
{
    uint64_t hash = 0xCBF29CE484222325u ^ len;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)s[i]) * 0x100000001B3u;
    return mix(hash);
}

static uint64_t hash_number(double value)
{
    uint64_t bits;
    value += 0.0; /* -0.0 is 0.0 */
    memcpy(&bits, &value, sizeof(bits));
    return mix(bits + 1);
}

static uint64_t hash(const json_t *value, int depth, size_t *steps)
{
    ++*steps;
    if (depth > JSON_EQUAL_DEPTH_MAX)
        return 0;
    if (json_is_integer(value))
        return hash_number((double)json_integer_value(value));
    if (json_is_real(value))
        return hash_number(json_real_value(value));
    if (json_is_string(value)) {
        *steps += json_string_length(value) / 64;
        return hash_bytes(json_string_value(value), json_string_length(value));
    }
    uint64_t sum = mix((uint64_t)json_typeof(value) + 77);
    for (size_t i = 0; i < json_array_size(value); i++)
        sum = mix(sum + hash(json_array_get(value, i), depth + 1, steps));
    json_t *object = (json_t *)value;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        sum += mix(hash_bytes(json_object_iter_key(i), json_object_iter_key_len(i)) ^
                   (hash(json_object_iter_value(i), depth + 1, steps) << 1));
    return sum;
}

uint64_t json_value_hash(const json_t *value, size_t *steps)
{
    return hash(value, 0, steps);
}

/* --- multiples --- */

/* digits × 10^exponent, without trailing zeros. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static struct decimal decimal_of(const json_t *value)
{
    struct decimal out = {0, 0};
    if (json_is_integer(value)) {
        json_int_t integer = json_integer_value(value);
        out.digits = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    } else {
        char text[NUMBER_TEXT_MAX];
        size_t len = number_print_double(text, fabs(json_real_value(value)));
        struct number number;
        const char *expected;
        number_scan(text, text + len, &number, &expected); /* at most 17 digits: never cut */
        out = (struct decimal){number.digits, number.exponent};
    }
    while (out.digits && out.digits % 10 == 0)
        out.digits /= 10, out.exponent++;
    return out;
}

/* a + b modulo m; both are below m. */
static uint64_t add_modulo(uint64_t a, uint64_t b, uint64_t m)
{
    return a >= m - b ? a - (m - b) : a + b;
}

bool json_is_multiple(const json_t *number, const json_t *of)
{
    struct decimal a = decimal_of(number), b = decimal_of(of);
    int shift = a.exponent - b.exponent; /* digits(a) × 10^shift is to be a multiple of digits(b) */
    if (a.digits == 0 || b.digits == 0)
        return a.digits == 0;
    for (; shift < 0; shift++) { /* of digits(b) × 10^-shift: a has no zeros at its end to give */
        if (b.digits > UINT64_MAX / 10)
            return false;
        b.digits *= 10;
    }
    uint64_t rest = a.digits % b.digits;
    for (; shift > 0 && rest; shift--) {
        uint64_t twice = add_modulo(rest, rest, b.digits), four = add_modulo(twice, twice, b.digits);
        uint64_t five = add_modulo(four, rest, b.digits);
        rest = add_modulo(five, five, b.digits);
    }
    return rest == 0;
}
