/* base/moment.h. `iso` is what Python's datetime.isoformat() gives for the text, `utc` the moment in UTC. */
#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "tests/check.h"

static const struct {
    enum moment_form form;
    const char *text, *iso, *utc;
} rows[] = {
    {MOMENT_ISO, "2025-01-06T08:00:00", "2025-01-06T08:00:00", "2025-01-06T08:00:00.000000Z"},
    {MOMENT_ISO, "2025-01-06T08:00:00Z", "2025-01-06T08:00:00+00:00", "2025-01-06T08:00:00.000000Z"},
    {MOMENT_ISO, "2025-01-06 08:00:00.5", "2025-01-06T08:00:00.500000", "2025-01-06T08:00:00.500000Z"},
    {MOMENT_ISO, "2025-01-06T08:00:00.123456789Z", "2025-01-06T08:00:00.123456+00:00", "2025-01-06T08:00:00.123456Z"},
    {MOMENT_ISO, "2025-01-06T08:00:00+05:30", "2025-01-06T08:00:00+05:30", "2025-01-06T02:30:00.000000Z"},
    {MOMENT_ISO, "2025-01-06T23:00:00-0130", "2025-01-06T23:00:00-01:30", "2025-01-07T00:30:00.000000Z"},
    {MOMENT_ISO, "2024-02-29T23:59:59.999999", "2024-02-29T23:59:59.999999", "2024-02-29T23:59:59.999999Z"},
    {MOMENT_ISO, "0001-01-01T00:00:00", "0001-01-01T00:00:00", "0001-01-01T00:00:00.000000Z"},
    {MOMENT_ISO, "9999-12-31T23:59:59", "9999-12-31T23:59:59", "9999-12-31T23:59:59.000000Z"},
    {MOMENT_ISO, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999+00:00", "1969-12-31T23:59:59.999999Z"},
    {MOMENT_ANSIBLE, "2025-01-06 08:00:00", "2025-01-06T08:00:00", "2025-01-06T08:00:00.000000Z"},
    {MOMENT_ANSIBLE, "2025-01-06 08:00:00,123", "2025-01-06T08:00:00.123000", "2025-01-06T08:00:00.123000Z"},
    {MOMENT_SHELL, "Mon Jan  6 08:00:00 UTC 2025", "2025-01-06T08:00:00+00:00", "2025-01-06T08:00:00.000000Z"},
    {MOMENT_SHELL, "Tue Dec 16 08:00:00 GMT 2025", "2025-12-16T08:00:00+00:00", "2025-12-16T08:00:00.000000Z"},
    {MOMENT_ISO, "2025-02-29T08:00:00", NULL, NULL},
    {MOMENT_ISO, "1900-02-29T08:00:00", NULL, NULL},
    {MOMENT_ISO, "2025-01-06T24:00:00", NULL, NULL},
    {MOMENT_ISO, "2025-01-06T08:00:60", NULL, NULL},
    {MOMENT_ISO, "0000-01-01T00:00:00", NULL, NULL},
    {MOMENT_ISO, "0001-01-01T00:00:00+01:00", NULL, NULL},
    {MOMENT_ISO, "9999-12-31T23:00:00-02:00", NULL, NULL},
    {MOMENT_ISO, "2025-1-6T08:00:00", NULL, NULL},
    {MOMENT_ISO, "2025-01-06", NULL, NULL},
    {MOMENT_ISO, "2025-01-06T08:00:00.", NULL, NULL},
    {MOMENT_ISO, "2025-01-06T08:00:00+24:00", NULL, NULL},
    {MOMENT_ISO, "2025-01-06T08:00:00Z ", NULL, NULL},
    {MOMENT_ISO, "", NULL, NULL},
    {MOMENT_ANSIBLE, "2025-01-06 08:00:00Z", NULL, NULL},
    {MOMENT_SHELL, "Mon Jan  6 08:00:00 CET 2025", NULL, NULL},
    {MOMENT_SHELL, "Mon Jan 32 08:00:00 UTC 2025", NULL, NULL},
    {MOMENT_SHELL, "Xxx Jan  6 08:00:00 UTC 2025", NULL, NULL},
};

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct moment moment = {0};
        char iso[MOMENT_TEXT_MAX], utc[MOMENT_TEXT_MAX];
        bool ok = moment_parse(rows[i].text, rows[i].form, (struct pos){0}, &moment, &err);
        CHECK(ok == (rows[i].iso != NULL), "%s: %s", rows[i].text, err.text);
        if (!ok || !rows[i].iso)
            continue;
        moment_isoformat(moment, 'T', iso);
        moment_utc_text(moment, utc);
        CHECK(strcmp(iso, rows[i].iso) == 0, "%s: %s", rows[i].text, iso);
        CHECK(strcmp(utc, rows[i].utc) == 0, "%s: %s", rows[i].text, utc);
    }
}

/* Every day of the calendar, forth and back. */
static void test_calendar(void)
{
    int64_t day = moment_days(1, 1, 1);
    bool ok = day == -719162 && moment_days(1970, 1, 1) == 0;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int of_month = 1; moment_date_valid(year, month, of_month); of_month++, day++) {
                char text[MOMENT_TEXT_MAX], want[MOMENT_TEXT_MAX];
                ok = ok && moment_days(year, month, of_month) == day;
                if (of_month > 1 && of_month < 28)
                    continue;
                moment_isoformat((struct moment){.us = day * 86400 * 1000000}, ' ', text);
                snprintf(want, sizeof(want), "%04u-%02u-%02u 00:00:00", (unsigned)year, (unsigned)month & 15,
                         (unsigned)of_month & 31);
                ok = ok && strcmp(text, want) == 0;
            }
    CHECK(ok && day == 2932897, "%lld", (long long)day);
}

static const struct {
    double seconds;
    const char *iso;
} epochs[] = {
    {0, "1970-01-01T00:00:00+00:00"},
    {1736150400.25, "2025-01-06T08:00:00.250000+00:00"},
    {1736150400.1, "2025-01-06T08:00:00.100000+00:00"},
    {-0.5, "1969-12-31T23:59:59.500000+00:00"},
    {1e-7, "1970-01-01T00:00:00+00:00"},
    {0.9999999, "1970-01-01T00:00:01+00:00"},
    {253402300799.0, "9999-12-31T23:59:59+00:00"},
    {253402300800.0, NULL},
    {-1e300, NULL},
    {NAN, NULL},
    {INFINITY, NULL},
};

static void test_epoch(void)
{
    for (size_t i = 0; i < ROWS(epochs); i++) {
        struct error err = {0};
        struct moment moment = {0};
        char iso[MOMENT_TEXT_MAX];
        bool ok = moment_epoch(epochs[i].seconds, (struct pos){0}, &moment, &err);
        CHECK(ok == (epochs[i].iso != NULL), "row %zu: %s", i, err.text);
        moment_isoformat(moment, 'T', iso);
        CHECK(!ok || strcmp(iso, epochs[i].iso) == 0, "row %zu: %s", i, iso);
    }
    struct error err = {0};
    struct moment moment;
    moment_parse("yesterday", MOMENT_SHELL, (struct pos){.file = "log", .line = 3, .col = 1}, &moment, &err);
    CHECK(strcmp(err.text, "log:3:1: 'yesterday': expected a time like 'Mon Jan  6 08:00:00 UTC 2025'") == 0, "%s", err.text);
    CHECK(moment_seconds((struct moment){.us = 1500000}) == 1.5, "seconds");
}

int main(void)
{
    test_rows();
    test_calendar();
    test_epoch();
    return check_end();
}
