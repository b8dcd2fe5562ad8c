/* base/duration.h: what programs print, and what is none. */
#include <string.h>

#include "base/duration.h"
#include "tests/check.h"

static const struct {
    const char *text;
    double seconds;
} durations[] = {
    {"0", 0}, {"0s", 0}, {"1s", 1}, {"1h2m3s", 3723}, {"1h2m3.5s", 3723.5}, {"300ms", 0.3}, {"1.5h", 5400}, {"-1.5h", -5400}, {"+5m", 300},
    {"1us", 1e-6}, {"1\xC2\xB5s", 1e-6}, {"1\xCE\xBCs", 1e-6}, {"7ns", 7e-9}, {".5s", 0.5}, {"1.s", 1}, {"0.1s", 0.1}, {"1.234567891234s", 1.234567891},
    {"5m", 300}, {"1d", 86400}, {"2w", 1209600}, {"1d12h", 129600}, {"1min 2.345s", 62.345}, {"2 days 3h", 183600}, {" 5 s ", 5}, {"90 sec", 90},
    {"0.5us", 5e-7}, {"1.5w", 907200}, {"2562047h47m16.854775807s", 9223372036.854775807}, {"PT1H2M3.5S", 3723.5}, {"P1DT2H", 93600}, {"P2W", 1209600},
    {"PT0S", 0}, {"-PT30M", -1800}, {"P1D", 86400}, {"PT0.1S", 0.1},
};

static const char *const wrong[] = {
    "", " ", "-", "s", "5", "5x", "1h2", "h1", "1 h 2", "1..5s", "--5s", "1S", "1H", "nan", "inf s", "1e3s", "1h,2m", "P", "PT", "P1", "PT1", "P1H", "PT1D",
    "P1Y", "P1M", "PT1M1H", "PT1H1H", "P1DT", "pt1h", "P1D ", "9223372037s", "99999999999999999999s", "2562047h48m", "1s;", "1\xC3\xA9", "0x10s",
};

int main(void)
{
    for (size_t i = 0; i < ROWS(durations); i++) {
        double seconds = -99;
        bool ok = duration_parse(durations[i].text, &seconds);
        CHECK(ok && seconds == durations[i].seconds, "'%s': %.17g", durations[i].text, seconds);
    }
    for (size_t i = 0; i < ROWS(wrong); i++) {
        double seconds = -99;
        CHECK(!duration_parse(wrong[i], &seconds) && seconds == -99, "'%s': %.17g", wrong[i], seconds);
    }
    return check_end();
}
