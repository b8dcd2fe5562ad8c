/* config: stretches of time as people type them. */
#include <inttypes.h>
#include <string.h>

#include "base/moment.h"
#include "config/period.h"
#include "tests/check.h"

/* 2025-11-03T10:20:30Z, a Monday */
static const int64_t NOW = 1762165230000000;

static const struct {
    const char *since, *until, *from, *to; /* from, to: "" is open */
} rows[] = {
    {NULL, NULL, "", ""},
    {"", "", "", ""},
    {"30d", NULL, "2025-10-04T10:20:30", ""},
    {"4w", "1w", "2025-10-06T10:20:30", "2025-10-27T10:20:30"},
    {"12h", NULL, "2025-11-02T22:20:30", ""},
    {"90min", NULL, "2025-11-03T08:50:30", ""},
    {"0d", NULL, "2025-11-03T10:20:30", ""},
    {"2025-10", "2025-10", "2025-10-01T00:00:00", "2025-11-01T00:00:00"},
    {"2024-12", "2024-12", "2024-12-01T00:00:00", "2025-01-01T00:00:00"},
    {"2025", "2025", "2025-01-01T00:00:00", "2026-01-01T00:00:00"},
    {"2024-02-28", "2024-02-29", "2024-02-28T00:00:00", "2024-03-01T00:00:00"},
    {"2025-12-31", "2025-12-31", "2025-12-31T00:00:00", "2026-01-01T00:00:00"},
    {"today", "today", "2025-11-03T00:00:00", "2025-11-04T00:00:00"},
    {"yesterday", "yesterday", "2025-11-02T00:00:00", "2025-11-03T00:00:00"},
    {"2025-11-01T08:00", "2025-11-01T09:30:15Z", "2025-11-01T08:00:00", "2025-11-01T09:30:15"},
    {"2025-11-01 08:00", "2025-11-01T08:00+02:00", NULL, NULL},
    {"2025-11-01T08:00+02:00", "2025-11-01T08:00Z", "2025-11-01T06:00:00", "2025-11-01T08:00:00"},
    {"2025-11-01T08:00:00.25", NULL, "2025-11-01T08:00:00.250000", ""},
    {"1m", NULL, NULL, NULL},
    {"d", NULL, NULL, NULL},
    {"-3d", NULL, NULL, NULL},
    {"30 d", NULL, NULL, NULL},
    {"100001d", NULL, NULL, NULL},
    {"99999999999999999999d", NULL, NULL, NULL},
    {"2025-13", NULL, NULL, NULL},
    {"2025-02-29", NULL, NULL, NULL},
    {"9999", NULL, NULL, NULL},
    {"20251031", NULL, NULL, NULL},
    {"2025-1-1", NULL, NULL, NULL},
    {"2025-11-01T", NULL, NULL, NULL},
    {"2025-11-01T25:00", NULL, NULL, NULL},
    {"2025-11-01T08:00:00000000000000000000000000000000000", NULL, NULL, NULL},
    {"2025-11-01T08:00+00:00                            ", NULL, NULL, NULL},
    {"2025-11", "2025-10", NULL, NULL},
    {"1d", "2d", NULL, NULL},
    {NULL, "tomorrow", NULL, NULL},
};

static void check_side(size_t row, int64_t us, const char *expected)
{
    char text[MOMENT_TEXT_MAX] = "";
    if (us)
        moment_isoformat((struct moment){.us = us}, 'T', text);
    CHECK(strcmp(text, expected) == 0, "row %zu: %s, not %s", row, text, expected);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct period period = {0};
        struct error err = {0};
        bool ok = period_parse(rows[i].since, rows[i].until, "since", "until", NOW, &period, &err);
        CHECK(ok == (rows[i].from != NULL), "row %zu: %s", i, err.text);
        CHECK(ok || (err.kind == ERR_USAGE && strncmp(err.text, "--", 2) == 0), "row %zu: %s", i, err.text);
        if (ok && rows[i].from) {
            check_side(i, period.from_us, rows[i].from);
            check_side(i, period.to_us, rows[i].to);
        }
    }
    return check_end();
}
