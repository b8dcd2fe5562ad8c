/* columns/row_time.h — when a row of a file of series was, as whoever made the file wrote it. */
#ifndef COLUMNS_ROW_TIME_H
#define COLUMNS_ROW_TIME_H
#include "base/error.h"

/* Seconds since 1970 of "2025-01-06", "2025-01-06T08:00[:00[.5]][Z|+01:00]" (a blank for the T, / for -), "06.01.2025[ 08:00]" (day first),
 * or of a number of seconds, milli-, micro- or nanoseconds since 1970, as its size tells. ERR_ARTIFACT, at `at`, for anything else. */
bool row_time_read(const char *text, struct pos at, double *seconds, struct error *err);
/* Whether the text is a date, and no bare number. */
bool row_time_is_date(const char *text, double *seconds);

#endif
