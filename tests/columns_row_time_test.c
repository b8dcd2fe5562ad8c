#include <math.h>
#include <string.h>

#include "columns/row_time.h"
#include "tests/check.h"

/* The seconds are those of Python's datetime. */
static const struct {
    const char *text;
    enum row_time_slash slash;
    double seconds;
} dates[] = {
    {"2025-01-06", SLASH_MONTH_FIRST, 1736121600.0},
    {"2025/01/06", SLASH_MONTH_FIRST, 1736121600.0},
    {"2025.1.6", SLASH_MONTH_FIRST, 1736121600.0},
    {"2025-01-06T08:00:00Z", SLASH_MONTH_FIRST, 1736150400.0},
    {"2025-01-06 08:00:00.5+02:00", SLASH_MONTH_FIRST, 1736143200.5},
    {"2025-01-06 08:00:00 +0200", SLASH_MONTH_FIRST, 1736143200.0},
    {"2025-01-06 8:05 UTC", SLASH_MONTH_FIRST, 1736150700.0},
    {"2025-07-06 08:00 CEST", SLASH_MONTH_FIRST, 1751781600.0},
    {"2025-01-06 08:00:00 EST", SLASH_MONTH_FIRST, 1736168400.0},
    {"20250106T080000Z", SLASH_MONTH_FIRST, 1736150400.0},
    {"06.01.2025", SLASH_MONTH_FIRST, 1736121600.0},
    {"6.1.25 2:05", SLASH_MONTH_FIRST, 1736129100.0},
    {"01/06/2025", SLASH_MONTH_FIRST, 1736121600.0},
    {"01/06/2025", SLASH_DAY_FIRST, 1748736000.0},
    {"1/6/25 12:05 AM", SLASH_MONTH_FIRST, 1736121900.0},
    {"1/6/2025, 12:05:09 PM", SLASH_MONTH_FIRST, 1736165109.0},
    {"6-Jan-2025", SLASH_MONTH_FIRST, 1736121600.0},
    {"06 Jan 25", SLASH_MONTH_FIRST, 1736121600.0},
    {"6. Mai 2025", SLASH_MONTH_FIRST, 1746489600.0},
    {"Jan 6, 2025", SLASH_MONTH_FIRST, 1736121600.0},
    {"January 6, 2025 2:05 pm", SLASH_MONTH_FIRST, 1736172300.0},
    {"Sept. 6, 2025", SLASH_MONTH_FIRST, 1757116800.0},
    {"Mon, 06 Jan 2025 08:00:00 +0100", SLASH_MONTH_FIRST, 1736146800.0},
    {"Mon Jan  6 08:00:00 2025 -0330", SLASH_MONTH_FIRST, 1736163000.0},
    {"Mon Jan  6 08:00:00 UTC 2025", SLASH_MONTH_FIRST, 1736150400.0},
    {"31-12-1999", SLASH_MONTH_FIRST, 946598400.0},
    {"29.02.2024", SLASH_MONTH_FIRST, 1709164800.0},
};

static const char *const no_dates[] = {
    "",
    "1.2",
    "1.10.3",
    "2025",
    "12.5",
    "2025-13-01",
    "29.02.2025",
    "2025-01-06 25:00",
    "2025-01-06 08:00 XYZ",
    "v1.2.3",
    "1.4.139",
    "10:05",
    "2025-01-06x",
    "Jan 2025",
    "6-6-25",
    "2025-01-06 13:05 PM",
    "+02:00",
    "may",
    "01/06/2025 08:00 +99:00",
};

static void test_dates(void)
{
    for (size_t i = 0; i < ROWS(dates); i++) {
        double seconds = NAN;
        bool date = row_time_is_date(dates[i].text, dates[i].slash, &seconds);
        CHECK(date && seconds == dates[i].seconds, "%s: %d, %.1f for %.1f", dates[i].text, date, seconds, dates[i].seconds);
    }
    for (size_t i = 0; i < ROWS(no_dates); i++) {
        double seconds;
        CHECK(!row_time_is_date(no_dates[i], SLASH_MONTH_FIRST, &seconds), "'%s' is a date", no_dates[i]);
    }
}

static void test_slashes(void)
{
    static const struct {
        const char *cells[4];
        enum row_time_slash slash;
    } columns[] = {
        {{"01/02/2025", "01/13/2025", "02/01/2025", ""}, SLASH_MONTH_FIRST},
        {{"01/02/2025", "13/02/2025", "01/03/2025", ""}, SLASH_DAY_FIRST},
        {{"01/02/2025", "02/02/2025", "01/03/2025", "02/03/2025"}, SLASH_DAY_FIRST},   /* only so do they rise */
        {{"02/03/2025", "01/03/2025", "02/02/2025", "01/02/2025"}, SLASH_DAY_FIRST},   /* or fall */
        {{"01/02/2025", "01/03/2025", "02/01/2025", "02/03/2025"}, SLASH_MONTH_FIRST},
        {{"01/02/2025", "01/02/2025", "2025-01-01", "x"}, SLASH_MONTH_FIRST},
    };
    for (size_t i = 0; i < ROWS(columns); i++)
        CHECK(row_time_slashes(columns[i].cells, 4) == columns[i].slash, "column %zu", i);
}

static void test_shown(void)
{
    static const char *const shown[][2] = {
        {"46346", "2026-11-20"}, {"46346.5", "2026-11-20 12:00"}, {"20261120", "2026-11-20"}, {"1763640300", "2025-11-20 12:05"},
        {"1763640300000", "2025-11-20 12:05"}, {"17", "17"}, {"20.11.2026", "20.11.2026"}, {"", ""}, {"1e300", "1e300"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(shown); i++)
        CHECK(strcmp(row_time_shown(shown[i][0], &arena), shown[i][1]) == 0, "%s: %s", shown[i][0], row_time_shown(shown[i][0], &arena));
    arena_close(&arena);
}

int main(void)
{
    test_dates();
    test_slashes();
    test_shown();
    return check_end();
}
