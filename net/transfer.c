#include "net/transfer.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/decoder.h"
#include "base/digest.h"
#include "base/encoder.h"
#include "net/hide.h"
#include "net/pages.h"
#include "net/words.h"

enum { GZIP_FROM = 1 << 10, BODY_MAX = 1 << 30, RECEIVE_BUFFER = 120000, SEND_BUFFER = 250000, PATH_SHOWN_MAX = 160 };

struct transfer *transfer_open(const struct transfer_setup *setup)
{
    struct transfer *transfer = memory_need(calloc(1, sizeof(*transfer)));
    transfer->setup = setup;
    transfer->easy = memory_need(curl_easy_init());
    transfer->packed = text_open(BODY_MAX);
    return transfer;
}

static void close_decoder(struct transfer *transfer)
{
    if (transfer->decoder)
        decoder_gzip.close(transfer->decoder);
    transfer->decoder = NULL;
    transfer->decodes = false;
}

static void forget(struct transfer *transfer)
{
    close_decoder(transfer);
    curl_easy_reset(transfer->easy); /* what it copied of the login goes, and the headers are no longer its */
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    text_close(&transfer->body);
    text_clear(&transfer->packed);
    arena_clear(&transfer->arena);
}

void transfer_close(struct transfer *transfer)
{
    if (!transfer)
        return;
    forget(transfer);
    curl_easy_cleanup(transfer->easy);
    text_close(&transfer->packed);
    arena_close(&transfer->arena);
    encoder_close(transfer->encoder);
    free(transfer);
}

/* --- what comes --- */

int transfer_status(const struct transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static bool is_header(const char *line, size_t n, const char *name, const char **value, size_t *len)
{
    size_t k = strlen(name);
    if (n <= k || line[k] != ':' || strncasecmp(line, name, k) != 0)
        return false;
    *value = line + k + 1;
    *len = n - k - 1;
    text_trim(value, len);
    return true;
}

static size_t take_header(char *line, size_t one, size_t n, void *context)
{
    struct transfer *transfer = context;
    const char *value;
    size_t len;
    (void)one;
    transfer->header_bytes += n;
    if (transfer->header_bytes > HEADERS_MAX) {
        transfer->too_long = true;
        return 0;
    }
    if (n >= 5 && strncmp(line, "HTTP/", 5) == 0) { /* the first line of an answer: what came before was an intermediate one */
        transfer->retry_after[0] = '\0';
        transfer->location = NULL;
        transfer->encoding = NULL;
    }
    if (is_header(line, n, "Retry-After", &value, &len) && len < sizeof(transfer->retry_after)) {
        memcpy(transfer->retry_after, value, len);
        transfer->retry_after[len] = '\0';
    }
    if (is_header(line, n, "Location", &value, &len))
        transfer->location = arena_strndup(&transfer->arena, value, len);
    if (is_header(line, n, "Content-Encoding", &value, &len) && !(len == 8 && strncasecmp(value, "identity", 8) == 0))
        transfer->encoding = arena_strndup(&transfer->arena, value, len);
    return n;
}

static size_t give(struct transfer *transfer, const char *bytes, size_t n)
{
    transfer->taken = true;
    return transfer->request.take(transfer->request.take_context, bytes, n, &transfer->stopped) ? n : 0;
}

/* Decoded. What is too long of an answer that is an error anyway is left away. */
static size_t take_plain(struct transfer *transfer, const char *bytes, size_t n)
{
    int status = transfer_status(transfer);
    if (transfer->request.take && status / 100 == 2)
        return give(transfer, bytes, n);
    if (!transfer->body.max)
        transfer->body = text_open(status >= 400 && transfer->request.answer_max > FAILED_ANSWER_MAX ? FAILED_ANSWER_MAX
                                                                                                    : transfer->request.answer_max);
    text_addn(&transfer->body, bytes, n);
    if (!transfer->body.over)
        return n;
    transfer->cut = status >= 400;
    transfer->too_long = status < 400;
    return 0;
}

/* Our own decoder: libcurl's takes a compressed text that is cut for a whole one. */
static size_t take_packed(struct transfer *transfer, const char *bytes, size_t n)
{
    unsigned char plain[32 << 10];
    struct decoding decoding = {.in = (const unsigned char *)bytes, .in_n = n};
    transfer->decodes = true;
    if (!transfer->decoder)
        transfer->decoder = decoder_gzip.open();
    for (;;) {
        decoding.out = plain;
        decoding.out_n = sizeof(plain);
        enum decoded decoded = decoder_gzip.step(transfer->decoder, &decoding, &transfer->broken);
        size_t got = sizeof(plain) - decoding.out_n;
        if (decoded == DECODED_BROKEN || (got && take_plain(transfer, (const char *)plain, got) != got))
            return 0;
        if (!decoding.in_n && decoding.out_n)
            return n;
    }
}

static size_t take_body(char *bytes, size_t one, size_t n, void *context)
{
    struct transfer *transfer = context;
    (void)one;
    if (!transfer->encoding)
        return take_plain(transfer, bytes, n);
    if (strcasecmp(transfer->encoding, "gzip") == 0 || strcasecmp(transfer->encoding, "x-gzip") == 0)
        return take_packed(transfer, bytes, n);
    transfer->broken = arena_printf(&transfer->arena, "'%s', which was not asked for", words_clean(&transfer->arena, transfer->encoding,
                                                                                                strlen(transfer->encoding), 40));
    return 0;
}

bool transfer_is_whole(struct transfer *transfer)
{
    char none;
    struct decoding decoding = {.in_last = true, .out = (unsigned char *)&none, .out_n = 1};
    const char *why;
    return !transfer->decodes || decoder_gzip.step(transfer->decoder, &decoding, &why) == DECODED_END;
}

/* --- what goes --- */

static size_t read_plain(struct transfer *transfer, char *to, size_t room)
{
    transfer->read_from = true;
    size_t n = transfer->request.read(transfer->request.read_context, to, room);
    transfer->read_ended = n == 0;
    transfer->read_failed = n == SIZE_MAX;
    return n;
}

static size_t read_packed(struct transfer *transfer, char *to, size_t room)
{
    char plain[16 << 10];
    struct text *packed = &transfer->packed;
    while (transfer->packed_at == packed->len && !transfer->read_ended) {
        text_clear(packed);
        transfer->packed_at = 0;
        size_t n = read_plain(transfer, plain, sizeof(plain));
        if (n == SIZE_MAX)
            return n;
        encoder_add(transfer->encoder, plain, n, n == 0, packed);
    }
    size_t n = packed->len - transfer->packed_at;
    n = n < room ? n : room;
    memcpy(to, packed->s + transfer->packed_at, n);
    transfer->packed_at += n;
    return n;
}

static size_t read_body(char *to, size_t one, size_t room, void *context)
{
    struct transfer *transfer = context;
    (void)one;
    if (transfer->request.gzip == false && transfer->read_ended)
        return 0;
    size_t n = transfer->request.gzip ? read_packed(transfer, to, room) : read_plain(transfer, to, room);
    return n == SIZE_MAX ? CURL_READFUNC_ABORT : n;
}

/* --- a request --- */

static void need_encoder(struct transfer *transfer)
{
    if (transfer->encoder)
        encoder_reset(transfer->encoder);
    else
        transfer->encoder = encoder_open_gzip();
}

/* Small bodies are not worth it, and what does not become smaller goes as it is. */
static void pack(struct transfer *transfer)
{
    const struct http_request *request = &transfer->request;
    transfer->is_packed = false;
    if (request->read && request->gzip)
        need_encoder(transfer);
    if (request->read || !request->gzip || request->body_len < GZIP_FROM)
        return;
    need_encoder(transfer);
    encoder_add(transfer->encoder, request->body, request->body_len, true, &transfer->packed);
    transfer->is_packed = !transfer->packed.over && transfer->packed.len < request->body_len;
}

static bool is_plain(const char *text, size_t n, const char *more)
{
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("-._~", text[i]) && !strchr(more, text[i]))
            return false;
    return true;
}

/* The value of a query as AWS writes it before it signs: plain, or encoded in upper case, and only where it must be. */
static bool is_canonical(const char *value)
{
    for (const char *at = value; *at; at++) {
        static const char digits[] = "0123456789ABCDEF";
        const char *high = at[0] == '%' && at[1] ? strchr(digits, at[1]) : NULL, *low = high && at[2] ? strchr(digits, at[2]) : NULL;
        char byte = low ? (char)((high - digits) * 16 + (low - digits)) : '\0';
        if (!low ? !is_plain(at, 1, "") : is_plain(&byte, 1, ""))
            return false;
        at += low ? 2 : 0;
    }
    return true;
}

/* libcurl 7.88 signs the path and the query as they stand, and no body that it has not at hand; AWS wants the path encoded twice and
 * the query sorted: refused is what it would sign wrongly (tests/servers/aws.py computes the signatures anew). */
static bool check_aws(const struct transfer *transfer, struct error *err)
{
    const struct http_request *request = &transfer->request;
    const char *prefix = transfer->setup->prefix, *why = NULL;
    size_t path_n = strcspn(request->path, "?");
    const char *query = request->path + path_n + (request->path[path_n] == '?'), *equals = strchr(query, '=');
    if (transfer->setup->server.login != LOGIN_AWS)
        return true;
    bool one = !*query || (equals && is_plain(query, (size_t)(equals - query), "") && is_canonical(equals + 1));
    if (request->read)
        why = "a body that is not in memory";
    else if (!is_plain(request->path, path_n, "/") || !is_plain(prefix, strlen(prefix), "/"))
        why = "a path with other characters than letters, digits and -._~";
    else if (!one)
        why = "a query of other than one plain name=value";
    return !why || error_set(err, ERR_USAGE, "%s: %s: AWS Signature Version 4 cannot sign %s here", transfer->setup->host, request->method, why);
}

bool transfer_take(struct transfer *transfer, const struct http_request *request, struct error *err)
{
    forget(transfer);
    transfer->request = *request;
    if (!request->answer_max)
        transfer->request.answer_max = 16 << 20;
    transfer->url = arena_printf(&transfer->arena, "%s%s", transfer->setup->server.url, request->path);
    transfer->attempts = transfer->redirects = 0;
    transfer->taken = transfer->read_from = transfer->read_failed = transfer->read_ended = false;
    transfer->packed_at = 0;
    transfer->stopped = (struct error){0};
    pack(transfer);
    return check_aws(transfer, err);
}

static size_t body_size(const struct transfer *transfer)
{
    return transfer->is_packed ? transfer->packed.len : transfer->request.body ? transfer->request.body_len : 0;
}

/* `name` and a secret as one header; no copy but libcurl's stays. */
static struct curl_slist *add_secret_header(struct curl_slist *list, const char *name, const struct secret *secret)
{
    size_t n = strlen(name), k = secret_len(secret);
    char *line = pages_take(n + k + 3);
    memcpy(line, name, n);
    memcpy(line + n, secret_text(secret), k + 1);
    list = memory_need(curl_slist_append(list, line));
    pages_give(line);
    return list;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
    return memory_need(curl_slist_append(list, line));
}

/* libcurl calls a POST without a body a form, unless it is told otherwise. */
static bool has_type(const struct http_request *request)
{
    return request->body || request->read || strcmp(request->method, "POST") == 0;
}

/* With AWS the digest of the body goes along, which "aoss" asks for; and libcurl signs what stands in this list: no line may be there
 * that only keeps a header away. */
static struct curl_slist *request_headers(struct transfer *transfer)
{
    const struct http_request *request = &transfer->request;
    struct curl_slist *list = add_header(NULL, "Accept-Encoding: gzip");
    if (transfer->setup->server.login != LOGIN_AWS) {
        list = add_header(list, "Expect:"); /* no waiting for 100 Continue */
    } else {
        char digest[DIGEST_HEX_SIZE];
        digest_sha256(transfer->is_packed ? transfer->packed.s : request->body ? request->body : "", body_size(transfer), digest);
        list = add_header(list, arena_printf(&transfer->arena, "x-amz-content-sha256: %s", digest));
    }
    if (has_type(request))
        list = add_header(list, arena_printf(&transfer->arena, "Content-Type: %s", request->content_type ? request->content_type : "application/json"));
    if (transfer->is_packed || (request->read && request->gzip))
        list = add_header(list, "Content-Encoding: gzip");
    for (const char *const *header = request->headers; header && *header; header++)
        list = add_header(list, *header);
    return list;
}

static struct curl_slist *add_login(struct transfer *transfer, struct curl_slist *list)
{
    const struct server *server = &transfer->setup->server;
    CURL *easy = transfer->easy;
    switch (server->login) {
    case LOGIN_NONE: break;
    case LOGIN_BASIC:
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, secret_text(server->secret));
        break;
    case LOGIN_API_KEY:
        return add_secret_header(list, server->key_header ? arena_printf(&transfer->arena, "%s: ", server->key_header) : "Authorization: ApiKey ",
                                 server->secret);
    case LOGIN_BEARER: return add_secret_header(list, "Authorization: Bearer ", server->secret);
    case LOGIN_AWS:
        curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, secret_text(server->secret));
        curl_easy_setopt(easy, CURLOPT_AWS_SIGV4,
                         arena_printf(&transfer->arena, "aws:amz:%s:%s", server->aws_region, server->aws_service));
        return server->session ? add_secret_header(list, "X-Amz-Security-Token: ", server->session) : list;
    }
    return list;
}

static void set_tls(struct transfer *transfer)
{
    const struct server *server = &transfer->setup->server;
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, server->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, server->insecure ? 0L : 2L);
    if (server->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* that CA alone */
    }
    if (server->client_certificate) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, server->client_certificate);
        curl_easy_setopt(easy, CURLOPT_KEYPASSWD, ""); /* a key with a pass phrase is refused: nobody is asked on a terminal */
    }
    if (server->client_key)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, server->client_key);
    if (server->pinned_key)
        curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, server->pinned_key);
}

/* libcurl sends a request again by itself when a kept connection turns out to be closed: where that could do it twice, or a body
 * cannot be read again, the connection is a new one. */
static bool needs_fresh_connection(const struct http_request *request)
{
    return request->once || request->read;
}

static void set_method(struct transfer *transfer)
{
    const struct http_request *request = &transfer->request;
    CURL *easy = transfer->easy;
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request->read) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    } else if (request->body || strcmp(request->method, "POST") == 0) {
        curl_off_t len = (curl_off_t)body_size(transfer);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->is_packed ? transfer->packed.s : request->body ? request->body : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

static void clear_answer(struct transfer *transfer)
{
    text_close(&transfer->body);
    transfer->body = (struct text){.s = transfer->body.s};
    transfer->retry_after[0] = transfer->curl_said[0] = '\0';
    transfer->location = NULL;
    transfer->encoding = transfer->broken = NULL;
    close_decoder(transfer);
    transfer->too_long = transfer->cut = false;
    transfer->header_bytes = 0;
    transfer->bytes = -1;
}

void transfer_prepare(struct transfer *transfer)
{
    const struct http_options *options = &transfer->setup->options;
    CURL *easy = transfer->easy;
    bool fresh = needs_fresh_connection(&transfer->request);
    clear_answer(transfer);
    curl_easy_reset(easy);
    curl_slist_free_all(transfer->headers);
    transfer->headers = add_login(transfer, request_headers(transfer));
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, transfer->setup->tls ? "https" : "http");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, transfer->setup->tls && !fresh ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "matbench");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* a proxy gets none of them */
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_s * 1000));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(options->total_s * 1000));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BUFFER);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_said);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    set_method(transfer);
    if (transfer->setup->tls)
        set_tls(transfer);
}

bool transfer_stalls(struct transfer *transfer, double now)
{
    curl_off_t down = 0, up = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    long long bytes = (long long)down + (long long)up + (long long)transfer->header_bytes;
    if (bytes != transfer->bytes) {
        transfer->bytes = bytes;
        transfer->moved = now;
    }
    return now - transfer->moved > transfer->setup->options.stall_s;
}

struct http_answer transfer_answer(struct transfer *transfer)
{
    char *type = NULL;
    if (transfer->body.len && transfer_status(transfer) >= 300)
        hide_secrets(&transfer->setup->server, transfer->body.s);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    return (struct http_answer){.status = transfer_status(transfer), .body = transfer->body.len ? transfer->body.s : "",
                                .body_len = transfer->body.len,
                                .content_type = type ? arena_strdup(&transfer->arena, type) : "", .attempts = transfer->attempts};
}

/* --- redirects --- */

bool transfer_is_redirected(const struct transfer *transfer)
{
    int status = transfer_status(transfer);
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* "https://host:443" of a URL; libcurl's own reading of it, so that both see the same host. NULL: none. */
static const char *origin_of(CURLU *url, struct arena *arena)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    const char *origin = NULL;
    curl_url_get(url, CURLUPART_USER, &user, 0);
    if (!user && curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK && curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
        origin = arena_printf(arena, "%s://%s:%s", scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return origin;
}

/* The place of a redirect, absolute; NULL: it leads to another origin. */
static const char *same_origin(struct transfer *transfer)
{
    CURLU *url = memory_need(curl_url());
    const char *here = NULL, *there = NULL, *place = NULL;
    char *text = NULL;
    if (curl_url_set(url, CURLUPART_URL, transfer->url, CURLU_PATH_AS_IS) == CURLUE_OK)
        here = origin_of(url, &transfer->arena);
    if (here && curl_url_set(url, CURLUPART_URL, transfer->location, CURLU_PATH_AS_IS) == CURLUE_OK)
        there = origin_of(url, &transfer->arena);
    if (there && strcasecmp(here, there) == 0 && curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK)
        place = arena_strdup(&transfer->arena, text);
    curl_free(text);
    curl_url_cleanup(url);
    return place;
}

/* Where it leads, without login and query. */
static const char *shown_place(struct transfer *transfer)
{
    const char *place = transfer->location;
    size_t n = strcspn(place, "?#");
    const char *slashes = strstr(place, "//"), *at = NULL;
    if (slashes && slashes < place + n)
        at = memchr(slashes, '@', (size_t)(place + n - slashes));
    if (at)
        return words_clean(&transfer->arena, at + 1, (size_t)(place + n - at - 1), PATH_SHOWN_MAX);
    return words_clean(&transfer->arena, place, n, PATH_SHOWN_MAX);
}

bool transfer_redirect(struct transfer *transfer, struct error *err)
{
    const struct http_request *request = &transfer->request;
    const char *name = transfer_name(transfer->setup, request, &transfer->arena);
    int status = transfer_status(transfer);
    bool safe = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (!transfer->location)
        return error_set(err, ERR_STORE, "%s: %d %s without a place to go to", name, status, words_status(status));
    const char *place = safe ? same_origin(transfer) : NULL;
    if (!place)
        return error_set(err, ERR_STORE, "%s: %d %s to '%s', where matbench does not follow: %s", name, status, words_status(status),
                         shown_place(transfer), safe ? "another server (is the URL the right one?)" : "a request that changes something (is the URL the right one?)");
    if (++transfer->redirects > REDIRECTS_MAX)
        return error_set(err, ERR_STORE, "%s: redirected more than %d times, last to '%s'", name, REDIRECTS_MAX, shown_place(transfer));
    transfer->url = place;
    return true;
}

const char *transfer_name(const struct transfer_setup *setup, const struct http_request *request, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s%.*s", setup->prefix, (int)strcspn(request->path, "?"), request->path);
    return arena_printf(arena, "%s: %s %s", setup->host, request->method, words_clean(arena, path, strlen(path), PATH_SHOWN_MAX));
}
