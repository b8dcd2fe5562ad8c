/* net/http.h — requests to one server, over libcurl: connections kept, HTTP/2 where the server has it, gzip both ways, time limits,
 * and repeats of what is safe to repeat. The one user of libcurl.
 *
 *     struct http *http = http_open(&server, NULL, &err);
 *     struct http_answer answer;
 *     if (!http_send(http, &(struct http_request){.method = "GET", .path = "/_cluster/health"}, &arena, &answer, &err)) …
 *
 * An answer is a value, whatever its status: who asks knows what a 404 means. What is an error: no connection, no name, TLS refused
 * (ERR_REFUSED), 401 and 403 (ERR_REFUSED), an answer that is cut, stalls or is too long, and 429, 502, 503, 504 after the last
 * attempt (ERR_STORE); the text names host, method, path, status and the server's own words, cut and cleaned. It never holds a
 * secret, and a query never stands in it.
 *
 * A login with AWS Signature Version 4 is made by libcurl 7.88, which signs only what needs no encoding: a path of letters, digits,
 * "-._~/", at most one query parameter of such a name and value, a body in memory. Other requests are refused (ERR_USAGE).
 *
 * Redirects are followed on the same origin only, GET and HEAD only; else they are an error that names the place. Proxy variables
 * are honoured (https_proxy, http_proxy for http:, all_proxy, no_proxy). Secrets go to the server's own origin only.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "net/server.h"

struct http; /* one thread at a time */

struct http_options {
    double connect_s; /* until connected; 0: 10 */
    double stall_s;   /* without a byte in either direction; 0: 60 */
    double total_s;   /* for one attempt; 0: 300 */
    unsigned attempts; /* 0: 5, the first one counted */
    double wait_s, wait_max_s; /* before the second attempt, doubling, with jitter; 0: 0.5 and 30 */
    double retry_s; /* for all attempts of a request together; 0: 120. A Retry-After beyond it is an error at once */
    const volatile sig_atomic_t *signal; /* ends waiting and transfers with ERR_INTERRUPTED or ERR_TERMINATED; may be NULL */
    /* "search.example.org: POST /i/_bulk: 503 …; again in 2.1 s (2 of 5)", and at http_open that a connection is INSECURE; may be NULL */
    void (*tell)(void *context, const char *line);
    void *tell_context;
};

struct http_request {
    const char *method; /* "GET" */
    const char *path;   /* "/index/_doc/a%2Fb?refresh=true", after the server's own prefix; encoded (http_encode) */
    const char *content_type; /* of the body; NULL: application/json */
    const char *const *headers; /* "Name: value", NULL-ended, or NULL; never secret */
    const char *body; /* in memory until the request has ended; NULL: none. A streamed body: `read` */
    size_t body_len;
    size_t (*read)(void *context, char *to, size_t room); /* 0 at the end, SIZE_MAX: failed (ERR_OUTPUT). Repeated only while nothing was read */
    void *read_context;
    bool gzip;        /* compress the body */
    bool once;        /* not safe to repeat after the server may have seen it (Horreum's POST): repeated only after a refused connection
                         and after 429, when nothing was processed */
    size_t answer_max; /* bytes of a decoded answer that is kept; 0: 16 MB; more is an error; of an answer from 400 on 1 MB, the rest is left away */
    /* Takes the answer of a 2xx piece by piece instead of keeping it; false stops with *err set. Such a request is not repeated once a
     * piece was taken. */
    bool (*take)(void *context, const char *bytes, size_t n, struct error *err);
    void *take_context;
    void *tag; /* whose request this is; for http_run */
};

struct http_answer {
    int status;
    const char *body; /* NUL-terminated; "" when `take` took it */
    size_t body_len;
    const char *content_type; /* or "" */
    unsigned attempts;
};

struct http *http_open(const struct server *server, const struct http_options *options, struct error *err);
void http_close(struct http *http); /* NULL is fine */
const char *http_host(const struct http *http); /* "search.example.org:9200", for messages */

/* The answer lives in `arena`. */
bool http_send(struct http *http, const struct http_request *request, struct arena *arena, struct http_answer *answer,
               struct error *err);

/* Many requests, up to `in_flight` at a time. */
struct http_flow {
    size_t in_flight;
    /* Whether there is a request to send now. It is asked again after each answer, so a request may depend on an earlier answer. What
     * the request points to lives until its `done`. */
    bool (*next)(void *context, struct http_request *request);
    /* An answer, or why there is none (`failure`, else NULL). The answer lives until done returns. False stops everything, *err set. */
    bool (*done)(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                 struct error *err);
    void *context;
};
/* Ends when `next` has nothing and nothing is on its way. */
bool http_run(struct http *http, const struct http_flow *flow, struct error *err);

/* The text as a part of a path or query: all but letters, digits, "-._~" as %XX. */
const char *http_encode(struct arena *arena, const char *text);
/* What a server said in its answer, for a message: one line, cleaned, at most `max` bytes. */
const char *http_words(struct arena *arena, const struct http_answer *answer, size_t max);
/* An error about an answer that its asker does not want: "HOST: PUT /index: 400 Bad Request: <words>"; words NULL: http_words. */
bool http_fail(const struct http *http, const struct http_request *request, const struct http_answer *answer, enum error_kind kind,
               const char *words, struct error *err);

#endif
