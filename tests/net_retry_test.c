/* net/retry.h: what is sent again, and when; with no clock. */
#include "net/retry.h"

#include <math.h>

#include "tests/check.h"

static const struct retry_limits usual = {.attempts = 5, .wait_s = 0.5, .wait_max_s = 30, .total_s = 120};

static void test_what(void)
{
    static const struct {
        enum retry_cause cause;
        int status;
        bool once, used;
        enum retry_verdict verdict;
    } rows[] = {
        {CAUSE_STATUS, 429, false, false, RETRY_AGAIN}, {CAUSE_STATUS, 502, false, false, RETRY_AGAIN},
        {CAUSE_STATUS, 503, false, false, RETRY_AGAIN}, {CAUSE_STATUS, 504, false, false, RETRY_AGAIN},
        {CAUSE_STATUS, 500, false, false, RETRY_NOT},   {CAUSE_STATUS, 409, false, false, RETRY_NOT},
        {CAUSE_STATUS, 200, false, false, RETRY_NOT},   {CAUSE_STATUS, 429, true, false, RETRY_AGAIN},
        {CAUSE_STATUS, 503, true, false, RETRY_NOT},    {CAUSE_STATUS, 503, false, true, RETRY_NOT},
        {CAUSE_UNCONNECTED, 0, false, false, RETRY_AGAIN}, {CAUSE_UNCONNECTED, 0, true, false, RETRY_AGAIN},
        {CAUSE_UNCONNECTED, 0, false, true, RETRY_NOT}, {CAUSE_BROKEN, 0, false, false, RETRY_AGAIN},
        {CAUSE_BROKEN, 0, true, false, RETRY_NOT},      {CAUSE_BROKEN, 0, false, true, RETRY_NOT},
        {CAUSE_FINAL, 0, false, false, RETRY_NOT},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct retry_attempt attempt = {.cause = rows[i].cause, .status = rows[i].status, .once = rows[i].once, .used = rows[i].used,
                                        .retry_after_s = -1, .number = 1};
        double wait;
        CHECK(retry_judge(&usual, &attempt, &wait) == rows[i].verdict, "row %zu", i);
    }
}

static void test_when(void)
{
    static const struct {
        unsigned number;
        double asked, elapsed, chance, wait;
        enum retry_verdict verdict;
    } rows[] = {
        {1, -1, 0, 0, 0.5, RETRY_AGAIN},      {1, -1, 0, 0.5, 0.375, RETRY_AGAIN}, {2, -1, 1, 0, 1, RETRY_AGAIN},
        {3, -1, 1, 0, 2, RETRY_AGAIN},        {4, -1, 1, 0.999999, 2.000002, RETRY_AGAIN},
        {5, -1, 1, 0, 8, RETRY_GIVEN_UP},     {1, 7, 0, 0, 7, RETRY_AGAIN},        {1, 7, 0, 0.5, 7.25, RETRY_AGAIN},
        {1, 0, 0, 0, 0, RETRY_AGAIN},         {1, 119, 0, 0, 119, RETRY_AGAIN},    {1, 121, 0, 0, 121, RETRY_TOO_LONG},
        {2, -1, 119.5, 0, 1, RETRY_TOO_LONG}, {1, 1e30, 0, 0, 1e30, RETRY_TOO_LONG},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct retry_attempt attempt = {.cause = CAUSE_STATUS, .status = 503, .retry_after_s = rows[i].asked, .number = rows[i].number,
                                        .elapsed_s = rows[i].elapsed, .chance = rows[i].chance};
        double wait;
        CHECK(retry_judge(&usual, &attempt, &wait) == rows[i].verdict && fabs(wait - rows[i].wait) <= 1e-6 * fabs(wait),
              "row %zu: %g", i, wait);
    }
    struct retry_limits patient = {.attempts = 1000, .wait_s = 0.5, .wait_max_s = 30, .total_s = 1e9};
    struct retry_attempt late = {.cause = CAUSE_BROKEN, .retry_after_s = -1, .number = 900};
    double wait;
    CHECK(retry_judge(&patient, &late, &wait) == RETRY_AGAIN && wait == 30, "%g", wait);
}

static void test_retry_after(void)
{
    enum { NOW = 784111777 }; /* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 */
    static const struct {
        const char *value;
        double seconds;
    } rows[] = {
        {"0", 0}, {"120", 120}, {" 120 \t", 120}, {"99999999999999999999", 1e20}, {"-1", -1}, {"1.5", -1}, {"12x", -1}, {"", -1},
        {"soon", -1}, {"Sun, 06 Nov 1994 08:49:37 GMT", 0}, {"Sun, 06 Nov 1994 08:50:07 GMT", 30},
        {"Sun, 06 Nov 1994 08:00:00 GMT", 0}, {"Sun, 06 Nov 1994 08:50:07 GMT x", -1}, {"Sun, 06 Nov 1994", -1},
    };
    for (size_t i = 0; i < ROWS(rows); i++)
        CHECK(retry_after(rows[i].value, NOW) == rows[i].seconds, "'%s': %g", rows[i].value, retry_after(rows[i].value, NOW));
}

int main(void)
{
    test_what();
    test_when();
    test_retry_after();
    return check_end();
}
