/* columns/row_time.h — when a row of a file of series was, as whoever made the file wrote it.
 *
 * Read are, with a time of the day behind them or without ("8:05", "08:00:00.5", "2:05 PM") and a zone or without (Z, UTC, +02:00, +0200,
 * CET, EST …; none is as UTC):
 *
 *     2025-01-06  2025/01/06  2025.1.6  20250106T080000Z      year first
 *     06.01.2025  6.1.25                                     day first
 *     01/06/2025  06/01/2025                                 as a column shows: see row_time_slashes
 *     6-Jan-2025  6. Jan 2025  Jan 6, 2025                   months by English or German names
 *     Mon, 06 Jan 2025 08:00:00 +0100                        mails, git, date(1): Mon Jan  6 08:00:00 2025 +0100
 */
#ifndef COLUMNS_ROW_TIME_H
#define COLUMNS_ROW_TIME_H
#include "base/arena.h"
#include "base/error.h"

/* What 01/06/2025 is. */
enum row_time_slash { SLASH_MONTH_FIRST, SLASH_DAY_FIRST };

/* Seconds since 1970 of a date, or of a number of seconds, milli-, micro- or nanoseconds since 1970, as its size tells. ERR_ARTIFACT, at
 * `at`, for anything else. */
bool row_time_read(const char *text, enum row_time_slash slash, struct pos at, double *seconds, struct error *err);
/* Whether the text is a date, and no bare number. */
bool row_time_is_date(const char *text, enum row_time_slash slash, double *seconds);
/* How the slashes of n cells are to be read: as a cell above 12 says; where none does, as the rows are in order; else the month first. */
enum row_time_slash row_time_slashes(const char *const *cells, size_t n);
/* For people: of a bare number (seconds … since 1970, the days of a spreadsheet, 20250106) its date, "2025-01-06 08:00"; else the text itself. */
const char *row_time_shown(const char *text, struct arena *arena);
/* 20250106 as a number: a day from 1970 to 2099. */
bool row_time_is_compact(double number, double *seconds);
/* Days since 1899-12-30, as spreadsheets count them, of the years from 1982 to 2119. */
bool row_time_is_serial(double number, double *seconds);

#endif
