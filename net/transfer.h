/* net/transfer.h — one request on its way: its attempts, one after the other, each on libcurl; used by net/http.c only. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H
#include "base/text.h"
#include "net/http.h"
#include "net/trouble.h"

/* What all requests to a server share. */
struct transfer_setup {
    struct server server;
    struct http_options options; /* without zeros */
    const char *host;            /* "search.example.org:9200" */
    const char *origin;          /* "https://search.example.org:9200" */
    const char *prefix;          /* the path of the server's URL: "/prefix" or "" */
    bool tls;
};

enum { HEADERS_MAX = 256 << 10, FAILED_ANSWER_MAX = 1 << 20, REDIRECTS_MAX = 5 };

struct transfer {
    const struct transfer_setup *setup;
    struct http_request request;
    void *easy;             /* CURL; kept from request to request */
    struct curl_slist *headers;
    struct arena arena; /* until the next request */
    struct text body;   /* of the answer */
    struct text packed; /* the compressed body of the request */
    size_t packed_at;       /* of a streamed one: where what is not sent yet begins */
    struct encoder *encoder; /* made when first needed */
    void *decoder;           /* of an answer that is compressed (base/decoder.h) */
    bool decodes;            /* a compressed byte came */
    const char *encoding, *broken; /* what the answer's Content-Encoding says; why it cannot be decoded */
    const char *url;    /* of this attempt: other than the request's after a redirect */
    char retry_after[64], *location;
    char curl_said[256];
    bool is_packed;     /* the request's body is `packed` */
    bool read_failed, read_ended, too_long, cut, taken, read_from;
    struct error stopped;   /* what `take` said */
    size_t header_bytes;
    unsigned attempts, redirects;
    double begun, due;      /* of the first attempt; of the next one, while waiting */
    double moved;           /* when the last byte moved */
    long long bytes;        /* that had moved then */
    struct transfer *next;  /* of the list that it is in */
};

struct transfer *transfer_open(const struct transfer_setup *setup);
void transfer_close(struct transfer *transfer);
/* Takes a request; forgets the one before. ERR_USAGE: what cannot be sent (AWS: see http.h). */
bool transfer_take(struct transfer *transfer, const struct http_request *request, struct error *err);
/* Makes `easy` ready for the next attempt. */
void transfer_prepare(struct transfer *transfer);
/* Whether no byte moved for the stall time. */
bool transfer_stalls(struct transfer *transfer, double now);
/* At the end of an attempt: false when the compressed answer is not whole. */
bool transfer_is_whole(struct transfer *transfer);
int transfer_status(const struct transfer *transfer);
/* The answer of the last attempt, alive until the next transfer_take. What a refusal says back of our own secrets is starred. */
struct http_answer transfer_answer(struct transfer *transfer);
/* A redirect that may be followed: the next attempt goes there. False with *err set: it leads elsewhere, or goes on and on. */
bool transfer_redirect(struct transfer *transfer, struct error *err);
bool transfer_is_redirected(const struct transfer *transfer);
/* "HOST: METHOD /path", cleaned, without the query. */
const char *transfer_name(const struct transfer_setup *setup, const struct http_request *request, struct arena *arena);

#endif
