#include "columns/row_time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "columns/grid.h"

enum { TIME_MAX = 64 };

/* Numbers of seconds, milliseconds …: what lies in the years up to 5138 as seconds is seconds. */
static double seconds_of(double number)
{
    double size = fabs(number);
    return size < 1e11 ? number : size < 1e14 ? number / 1e3 : size < 1e17 ? number / 1e6 : number / 1e9;
}

/* As ISO 8601 has it: the date in its order, with a time of the day. */
static void put_iso(char room[TIME_MAX + 16], const char *text, size_t len)
{
    char date[TIME_MAX + 1];
    memcpy(date, text, len + 1);
    if (len >= 10 && text[2] == '.' && text[5] == '.') {
        memcpy(date, text + 6, 4);
        memcpy(date + 5, text + 3, 2);
        memcpy(date + 8, text, 2);
        date[4] = date[7] = '-';
    } else if (len >= 10 && text[4] == '/' && text[7] == '/') {
        date[4] = date[7] = '-';
    }
    snprintf(room, TIME_MAX + 16, "%s%s", date, len == 10 ? "T00:00:00" : len == 16 ? ":00" : "");
}

bool row_time_is_date(const char *text, double *seconds)
{
    char room[TIME_MAX + 16];
    struct moment moment;
    struct error ignored = {0};
    size_t len = strlen(text);
    if (!len || len >= TIME_MAX)
        return false;
    put_iso(room, text, len);
    if (!moment_parse(room, MOMENT_ISO, (struct pos){0}, &moment, &ignored))
        return false;
    *seconds = moment_seconds(moment);
    return true;
}

bool row_time_read(const char *text, struct pos at, double *seconds, struct error *err)
{
    bool gap;
    if (grid_number(text, strlen(text), seconds, &gap) && !gap) {
        *seconds = seconds_of(*seconds);
        return true;
    }
    if (row_time_is_date(text, seconds))
        return true;
    return error_at(err, ERR_ARTIFACT, at,
                    "found '%.60s', expected a time: 2025-01-06, 2025-01-06T08:00:00Z, 06.01.2025, or seconds since 1970", text);
}
