/* store/duration.h — spans of time as programs print them: "1h2m3.5s", "300ms", "-1.5h", "15:00:00". */
#ifndef STORE_DURATION_H
#define STORE_DURATION_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Seconds, the double next to the exact value. Read are, whole:
 *     Go's and Kubernetes' notation: [sign] then one or more of number and unit (h m s ms us µs ns), or "0";
 *     a clock: [sign] hours ":" minutes ":" seconds ["." fraction], minutes and seconds of two digits below 60.
 * As in Go at most some 292 years. Errors (ERR_ARTIFACT) say what was found; *out is then unchanged. */
bool duration_parse(const char *text, size_t len, struct pos at, double *out, struct error *err);

#endif
