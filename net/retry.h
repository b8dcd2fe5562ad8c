/* net/retry.h — whether a request that went wrong is sent again, and after how long. Pure: no clock, no chance of its own.
 *
 * What is repeated: no connection (refused, no name, no answer to connecting), a connection that broke or stalled, 429, 502, 503, 504.
 * A request that is not safe to repeat (`once`) only where the server has seen nothing of it or says so: no connection, and 429.
 * The wait doubles from wait_s to wait_max_s, less up to a half of it by chance, so that many clients do not come back together; a
 * Retry-After is waited for, plus up to wait_s by chance. */
#ifndef NET_RETRY_H
#define NET_RETRY_H
#include <stdbool.h>
#include <time.h>

enum retry_cause {
    CAUSE_STATUS,      /* there is an answer: its status decides */
    CAUSE_UNCONNECTED, /* the server has seen nothing */
    CAUSE_BROKEN,      /* the connection ended or stalled: it may have seen all */
    CAUSE_FINAL        /* nothing would change: TLS refused, an answer that is too long */
};

struct retry_limits {
    unsigned attempts; /* the first one counted */
    double wait_s, wait_max_s, total_s;
};

struct retry_attempt {
    enum retry_cause cause;
    int status;           /* CAUSE_STATUS */
    double retry_after_s; /* what the server asked for; negative: nothing */
    unsigned number;      /* of this attempt, from 1 */
    double elapsed_s;     /* since the first one began */
    double chance;        /* in [0, 1) */
    bool once, used;      /* used: a part of the body was read from its source, or of the answer given away */
};

enum retry_verdict {
    RETRY_NOT, /* an answer to hand on, or a failure that stays */
    RETRY_AGAIN,
    RETRY_GIVEN_UP, /* it would be repeated, but for the limit on attempts */
    RETRY_TOO_LONG  /* … on time */
};

/* *wait_s: until the next attempt, or what would have been waited. */
enum retry_verdict retry_judge(const struct retry_limits *limits, const struct retry_attempt *attempt, double *wait_s);
/* Statuses that say "not now": 429, 502, 503, 504. */
bool retry_is_status(int status);
/* What a Retry-After says, in seconds from `now`: "120" or "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 10.2.3), 0 for a time that
 * is over; negative: nothing that can be understood. */
double retry_after(const char *value, time_t now);

#endif
