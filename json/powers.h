/* json/powers.h — the powers of ten as 128-bit numbers, for reading and printing doubles.
 *
 * 10^k lies in [s, s + 1) × 2^e, where s = high × 2^64 + low has its top bit set: s is 10^k cut to its first 128 bits,
 * exact for 0 ≤ k ≤ POWER_EXACT. Row k - POWER_MIN holds 10^k.
 */
#ifndef JSON_POWERS_H
#define JSON_POWERS_H
#include <stdint.h>

/* What reading and printing the smallest and the largest doubles need. */
enum { POWER_MIN = -342, POWER_MAX = 324, POWER_EXACT = 55 };

struct power {
    uint64_t high, low;
};

extern const struct power powers_of_ten[POWER_MAX - POWER_MIN + 1];

#endif
