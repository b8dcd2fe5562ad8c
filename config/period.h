/* config/period.h — a stretch of time as people type it: --since=30d, --since=2025-10 --until=2025-10, --until=2025-11-03T08:00.
 *
 *     90min 12h 30d 4w         so long before now
 *     2025  2025-10  2025-10-31  the whole of it, UTC: since its beginning, until its end
 *     2025-10-31T08:00[:30][Z|+02:00]  a moment; without a zone it is UTC
 *     today  yesterday           the whole day, UTC
 */
#ifndef CONFIG_PERIOD_H
#define CONFIG_PERIOD_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct period {
    int64_t from_us, to_us; /* microseconds since 1970 UTC, [from, to); 0: open */
};

/* NULL or "": open. The options' names are for messages. ERR_USAGE: no such time, or nothing is between them. */
bool period_parse(const char *since, const char *until, const char *since_option, const char *until_option, int64_t now_us,
                  struct period *period, struct error *err);

#endif
