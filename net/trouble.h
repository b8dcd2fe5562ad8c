/* net/trouble.h — why libcurl gave no answer, in words for people, and whether another attempt may help. */
#ifndef NET_TROUBLE_H
#define NET_TROUBLE_H
#include "base/arena.h"
#include "base/error.h"
#include "net/retry.h"
#include "net/server.h"

struct trouble {
    enum retry_cause cause;
    enum error_kind kind; /* ERR_STORE, ERR_REFUSED */
    const char *text;     /* "connection refused", "the certificate has expired; …" */
};

struct trouble_limits {
    double connect_s, total_s;
};

/* `code`: the CURLcode of the attempt; `easy`: its handle; `said`: its error buffer. */
struct trouble trouble_of(int code, void *easy, const char *said, const struct server *server, const struct trouble_limits *limits,
                          struct arena *arena);

#endif
