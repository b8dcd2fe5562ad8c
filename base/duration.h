/* base/duration.h — lengths of time as programs print them.
 *
 *     "1h2m3.5s" "300ms" "-1.5h" "0"    Go and Kubernetes
 *     "5m" "1d" "2w"                    Prometheus
 *     "1min 2.345s" "2 days 3h"         systemd; blanks are allowed between the parts, and before a unit
 *     "15:00:00" "1:02:03.5"            a clock: hours, minutes, seconds
 *     "PT1H2M3.5S" "P1DT2H" "P2W"       ISO 8601, without years and months, which have no length
 *
 * Units: ns us µs ms s sec second(s) m min minute(s) h hr hour(s) d day(s) w week(s). Digits beyond nanoseconds are dropped.
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H
#include <stdbool.h>

/* Seconds, the double nearest to the nanoseconds. False, and nothing is written, when it is no such text, or beyond 292 years. */
bool duration_parse(const char *text, double *seconds);

#endif
