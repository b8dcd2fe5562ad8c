/* base/moment.h — moments in time as artifacts spell them; the proleptic Gregorian calendar, years 1..9999.
 *
 * Nothing here looks at TZ, the locale or the clock. A moment without a zone ("naive", as Python says) is counted
 * as if it were UTC; whoever knows the zone of the machine that wrote it has to say so.
 */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct moment {
    int64_t us;    /* microseconds since 1970-01-01T00:00:00 UTC */
    bool has_zone; /* a zone was given: zone_min is meant */
    int zone_min;  /* minutes east of UTC; the clock on the wall there shows us + zone_min * 60 s; 0 without a zone */
};

enum moment_form {
    MOMENT_ISO,     /* "2025-01-06T08:00:00[.f…][Z|+hh:mm|-hh:mm]": ISO 8601 and Kubernetes; also a blank for the T.
                     * 1 to 9 digits of a second are read, those beyond microseconds dropped. */
    MOMENT_ANSIBLE, /* "2025-01-06 08:00:00[,mmm]": ansible.log; naive */
    MOMENT_SHELL    /* "Mon Jan  6 08:00:00 UTC 2025": `date` in the C locale; UTC, GMT or Z only */
};

/* Reads the whole of `text`; *out is unchanged on failure. `at` is where the text came from; errors are ERR_ARTIFACT. */
bool moment_parse(const char *text, enum moment_form form, struct pos at, struct moment *out, struct error *err);
/* Seconds since 1970 (UTC), rounded half to even to microseconds as Python's datetime.fromtimestamp; has a zone, UTC.
 * Fails on NaN and outside the years 1..9999. */
bool moment_epoch(double seconds, struct pos at, struct moment *out, struct error *err);
double moment_seconds(struct moment moment); /* since 1970, the nearest double */

enum { MOMENT_TEXT_MAX = 40 };

/* Python's datetime.isoformat() of what was read: "2025-01-06T08:00:00", microseconds only when they are not 0,
 * "+00:00" only with a zone. `separator` stands between date and time ('T', or ' ' as str() has it). */
void moment_isoformat(struct moment moment, char separator, char out[MOMENT_TEXT_MAX]);
/* "2025-01-06T08:00:00.000000Z": strftime("%Y-%m-%dT%H:%M:%S.%fZ") of the moment in UTC. */
void moment_utc_text(struct moment moment, char out[MOMENT_TEXT_MAX]);

/* A calendar date that exists, year 1..9999. */
bool moment_date_valid(int year, int month, int day);
/* Days since 1970-01-01 of a valid date. */
int64_t moment_days(int year, int month, int day);

#endif
