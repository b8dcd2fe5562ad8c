#include "net/retry.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool retry_is_status(int status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

static bool is_repeatable(const struct retry_attempt *attempt)
{
    switch (attempt->cause) {
    case CAUSE_STATUS: return !attempt->used && (attempt->once ? attempt->status == 429 : retry_is_status(attempt->status));
    case CAUSE_UNCONNECTED: return !attempt->used;
    case CAUSE_BROKEN: return !attempt->used && !attempt->once;
    case CAUSE_FINAL: break;
    }
    return false;
}

static double backoff(const struct retry_limits *limits, const struct retry_attempt *attempt)
{
    if (attempt->retry_after_s >= 0)
        return attempt->retry_after_s + attempt->chance * limits->wait_s;
    double wait = limits->wait_s;
    for (unsigned i = 1; i < attempt->number && wait < limits->wait_max_s; i++)
        wait *= 2;
    wait = wait < limits->wait_max_s ? wait : limits->wait_max_s;
    return wait * (1 - attempt->chance / 2);
}

enum retry_verdict retry_judge(const struct retry_limits *limits, const struct retry_attempt *attempt, double *wait_s)
{
    *wait_s = 0;
    if (!is_repeatable(attempt))
        return RETRY_NOT;
    *wait_s = backoff(limits, attempt);
    if (attempt->number >= limits->attempts)
        return RETRY_GIVEN_UP;
    return attempt->elapsed_s + *wait_s > limits->total_s ? RETRY_TOO_LONG : RETRY_AGAIN;
}

double retry_after(const char *value, time_t now)
{
    while (*value == ' ' || *value == '\t')
        value++;
    if (isdigit((unsigned char)*value)) {
        size_t n = strspn(value, "0123456789");
        return value[n + strspn(value + n, " \t\r\n")] ? -1 : strtod(value, NULL);
    }
    struct tm at = {0};
    const char *end = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &at);
    if (!end || end[strspn(end, " \t\r\n")])
        return -1;
    double wait = difftime(timegm(&at), now);
    return wait > 0 ? wait : 0;
}
