/* base/unit.h — units of measured values as people spell them, and what they are in base units.
 *
 * A unit is a word ("ms", "tokens", "GiB", "%"), or words with slashes between them ("tokens/s", "hours/Mtoken", "ms per token");
 * in brackets behind "list" it is that of each value ("List[ms/token]", "list(MB)"). Each word that the table in unit.c knows
 * leads to a base word with a factor: ms is 0.001 seconds, so ms/token is 0.001 seconds_per_token. A word that it does not know is
 * its own base, with the factor 1. Base words are those of OpenMetrics 1.0 ("Units and Base Units": seconds, bytes, ratio, celsius,
 * joules, volts, amperes, grams, meters), in the plural, and in the singular behind "_per_". docs/openmetrics.md has the table.
 */
#ifndef BASE_UNIT_H
#define BASE_UNIT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { UNIT_BASE_MAX = 160, UNIT_WORD_MAX = 40 };

/* A factor without rounding: times / over × 10^ten. Both are from 1 to 2^60. */
struct unit_scale {
    uint64_t times, over;
    int ten;
};

struct unit {
    bool list;                      /* of a list of values */
    struct unit_scale to_base;      /* value in this unit × this = value in the base unit */
    char base[UNIT_BASE_MAX];       /* "seconds_per_token"; letters, digits and _; "" for no unit */
    char unknown[UNIT_WORD_MAX];    /* the first word that the table does not know, cut; "" */
};

/* Never fails: what cannot be understood is a word. A factor beyond the limits above makes all of it one word. */
struct unit unit_parse(const char *text);

/* The unit of each value of a list: "ms" of "List[ms]"; another unit is its own. NULL stays NULL. */
const char *unit_of_element(const char *unit, struct arena *arena);

/* value × factor, rounded once: the decimal digits that stand for the value are scaled, so 12.3 ms are 0.0123 s and not
 * 0.012300000000000002. Not finite values stay what they are; what leaves the range of a double is infinite, or 0. */
double unit_scaled(double value, struct unit_scale scale);
/* The factor that a number stands for: 0.001 is 1 / 1 × 10^-3. False: it has too many digits, or is not above 0. */
bool unit_scale_of(double factor, struct unit_scale *out);

/* A value of one unit in another: 1500 "ms" are 1.5 "s". ERR_ARTIFACT when they measure different things. */
bool unit_convert(double value, const char *from, const char *to, double *out, struct error *err);
/* The factor between two units; false when they measure different things. */
bool unit_between(const struct unit *from, const struct unit *to, struct unit_scale *out);

#endif
