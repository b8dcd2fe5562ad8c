#include "net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "net/hide.h"
#include "net/pages.h"
#include "net/retry.h"
#include "net/transfer.h"
#include "net/words.h"

/* A signal is noticed within POLL_MS. */
enum { POLL_MS = 100, WORDS_MAX = 300, IN_FLIGHT_MAX = 256 };

struct http {
    struct arena arena;
    struct transfer_setup setup;
    CURLM *multi;
    struct transfer *idle;
};

/* --- opening --- */

/* libcurl allocates where core files do not look. It has one start for the process, and no thread may be in it meanwhile. */
static void start_curl(void)
{
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, pages_take, pages_give, pages_resize, pages_strdup, pages_take_zeroed);
}

static struct http_options without_zeros(const struct http_options *given)
{
    struct http_options options = given ? *given : (struct http_options){0};
    struct {
        double *value, fallback;
    } seconds[] = {{&options.connect_s, 10}, {&options.stall_s, 60}, {&options.total_s, 300},
                   {&options.wait_s, 0.5}, {&options.wait_max_s, 30}, {&options.retry_s, 120}};
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
        if (!(*seconds[i].value > 0))
            *seconds[i].value = seconds[i].fallback;
    options.attempts = options.attempts ? options.attempts : 5;
    return options;
}

/* "127.0.0.1.example.org" is not. */
static bool is_loopback(const char *host)
{
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    bool address = strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == n;
    return address || (n == 5 && strncmp(host, "[::1]", 5) == 0) || (n == 9 && strncasecmp(host, "localhost", 9) == 0);
}

/* Nothing that breaks a header line. */
static bool is_one_line(const struct secret *secret)
{
    for (size_t i = 0; secret && i < secret_len(secret); i++)
        if ((unsigned char)secret_text(secret)[i] < ' ' || secret_text(secret)[i] == 0x7F)
            return false;
    return true;
}

static bool split_url(struct http *http, const char *url, struct error *err)
{
    struct transfer_setup *setup = &http->setup;
    setup->tls = strncmp(url, "https://", 8) == 0;
    const char *host = url + (setup->tls ? 8 : 7);
    if ((!setup->tls && strncmp(url, "http://", 7) != 0) || strpbrk(url, "@?#") || !*host || *host == '/')
        return error_set(err, ERR_USAGE, "a server's URL: expected https://HOST[:PORT][/PREFIX], without user, password and query");
    size_t n = strcspn(host, "/");
    setup->host = arena_strndup(&http->arena, host, n);
    setup->origin = arena_strndup(&http->arena, url, (size_t)(host + n - url));
    setup->prefix = arena_strdup(&http->arena, host + n);
    return true;
}

static bool check_login(const struct transfer_setup *setup, struct error *err)
{
    const struct server *server = &setup->server;
    if (!is_one_line(server->secret) || !is_one_line(server->session))
        return error_set(err, ERR_USAGE, "%s: the password, key or token has a line end or another control character in it%s%s", setup->host,
                         server->hint ? "; " : "", server->hint ? server->hint : "");
    if (server->login != LOGIN_NONE && !setup->tls && !server->insecure && !is_loopback(setup->host))
        return error_set(err, ERR_USAGE, "%s: the login would go over plain http, where everybody on the way can read it; use https",
                         setup->host);
    const char *key = server->client_key ? server->client_key : server->client_certificate;
    return !key || secret_check_file(key, err);
}

/* As loud as a library can be. */
static void warn(const struct transfer_setup *setup, struct arena *arena)
{
    const struct server *server = &setup->server;
    const char *prefix = server->option_prefix ? server->option_prefix : "opensearch", *what = NULL;
    if (server->insecure && setup->tls)
        what = "INSECURE: the certificate is not looked at";
    else if (server->insecure && server->login != LOGIN_NONE && !is_loopback(setup->host))
        what = "INSECURE: the login goes over plain http";
    if (what && setup->options.tell)
        setup->options.tell(setup->options.tell_context,
                            arena_printf(arena, "%s: %s (%s_insecure): whoever is on the way can read and change everything",
                                         setup->host, what, prefix));
}

struct http *http_open(const struct server *server, const struct http_options *options, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    struct http *http = memory_need(calloc(1, sizeof(*http)));
    http->setup.server = *server;
    http->setup.options = without_zeros(options);
    if (!split_url(http, server->url, err) || !check_login(&http->setup, err)) {
        http_close(http);
        return NULL;
    }
    warn(&http->setup, &http->arena);
    http->multi = memory_need(curl_multi_init());
    return http;
}

static void close_list(struct transfer *list)
{
    while (list) {
        struct transfer *next = list->next;
        transfer_close(list);
        list = next;
    }
}

void http_close(struct http *http)
{
    if (!http)
        return;
    close_list(http->idle);
    curl_multi_cleanup(http->multi);
    arena_close(&http->arena);
    free(http);
}

const char *http_host(const struct http *http)
{
    return http->setup.host;
}

/* --- texts --- */

const char *http_encode(struct arena *arena, const char *text)
{
    char *encoded = arena_alloc(arena, strlen(text) * 3 + 1), *to = encoded;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c)) {
            *to++ = (char)c;
        } else {
            *to++ = '%';
            *to++ = "0123456789ABCDEF"[c >> 4];
            *to++ = "0123456789ABCDEF"[c & 15];
        }
    }
    return encoded;
}

const char *http_words(struct arena *arena, const struct http_answer *answer, size_t max)
{
    return words_of(arena, answer->body, answer->body_len, max);
}

/* "503 Service Unavailable: <what the server said>", without saying a thing twice. */
static const char *status_and_words(struct arena *arena, int status, const char *said)
{
    const char *name = words_status(status), *number = arena_printf(arena, "%d ", status);
    if (strncmp(said, number, strlen(number)) == 0)
        return said;
    bool more = *said && strcasecmp(said, name) != 0;
    return arena_printf(arena, "%d%s%s%s%s", status, *name ? " " : "", name, more ? ": " : "", more ? said : "");
}

bool http_fail(const struct http *http, const struct http_request *request, const struct http_answer *answer, enum error_kind kind,
               const char *words, struct error *err)
{
    struct arena arena = {0};
    char *said = arena_strdup(&arena, words ? words : http_words(&arena, answer, WORDS_MAX));
    hide_secrets(&http->setup.server, said);
    error_set(err, kind, "%s: %s", transfer_name(&http->setup, request, &arena), status_and_words(&arena, answer->status, said));
    arena_close(&arena);
    return false;
}

/* --- one run --- */

struct run {
    struct http *http;
    const struct http_flow *flow;
    struct transfer *waiting; /* for their next attempt */
    struct transfer *running;
    size_t on_the_way;
    double pause; /* a server that said "not now" gets nothing new before */
    bool ended;   /* `next` had nothing when last asked */
    struct error *err;
};

static double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double chance(void)
{
    uint32_t bits = 0;
    (void)!getrandom(&bits, sizeof(bits), GRND_NONBLOCK);
    return bits / 4294967296.0;
}

static void unlink_from(struct transfer **list, struct transfer *transfer)
{
    while (*list != transfer)
        list = &(*list)->next;
    *list = transfer->next;
}

static void link_to(struct transfer **list, struct transfer *transfer)
{
    transfer->next = *list;
    *list = transfer;
}

static struct transfer *free_transfer(struct http *http)
{
    struct transfer *transfer = http->idle;
    if (!transfer)
        return transfer_open(&http->setup);
    http->idle = transfer->next;
    return transfer;
}

static void send_attempt(struct run *run, struct transfer *transfer)
{
    transfer->attempts++;
    transfer_prepare(transfer);
    link_to(&run->running, transfer);
    curl_multi_add_handle(run->http->multi, transfer->easy);
}

/* The request is done: `failure` or the answer goes to who asked. */
static bool deliver(struct run *run, struct transfer *transfer, const struct error *failure)
{
    struct http_answer answer = transfer_answer(transfer);
    bool ok = run->flow->done(run->flow->context, &transfer->request, failure ? NULL : &answer, failure, run->err);
    run->on_the_way--;
    run->ended = false;
    link_to(&run->http->idle, transfer);
    return ok;
}

/* As many as may be on their way. */
static bool fill(struct run *run)
{
    size_t most = run->flow->in_flight ? run->flow->in_flight : 1;
    most = most < IN_FLIGHT_MAX ? most : IN_FLIGHT_MAX;
    while (!run->ended && run->on_the_way < most && clock_now() >= run->pause) {
        struct http_request request = {0};
        if (!run->flow->next(run->flow->context, &request)) {
            run->ended = true;
            break;
        }
        struct transfer *transfer = free_transfer(run->http);
        struct error failure = {0};
        run->on_the_way++;
        transfer->begun = clock_now();
        if (transfer_take(transfer, &request, &failure))
            send_attempt(run, transfer);
        else if (!deliver(run, transfer, &failure))
            return false;
    }
    return true;
}

static void tell(const struct run *run, struct transfer *transfer, const char *why, double wait_s)
{
    const struct http_options *options = &run->http->setup.options;
    if (!options->tell)
        return;
    const char *name = transfer_name(&run->http->setup, &transfer->request, &transfer->arena);
    options->tell(options->tell_context, arena_printf(&transfer->arena, "%s: %s; again in %.1f s (%u of %u)", name, why, wait_s,
                                                      transfer->attempts + 1, options->attempts));
}

static const char *status_text(struct transfer *transfer, const struct http_answer *answer)
{
    return status_and_words(&transfer->arena, answer->status, http_words(&transfer->arena, answer, WORDS_MAX));
}

static struct trouble own_trouble(struct transfer *transfer, int code)
{
    const struct http_options *options = &transfer->setup->options;
    if (transfer->too_long && transfer->header_bytes > HEADERS_MAX)
        return (struct trouble){CAUSE_FINAL, ERR_STORE, "the answer's headers are too long"};
    if (transfer->too_long)
        return (struct trouble){CAUSE_FINAL, ERR_STORE, arena_printf(&transfer->arena, "the answer is longer than %zu bytes", transfer->request.answer_max)};
    if (transfer->broken)
        return (struct trouble){CAUSE_FINAL, ERR_STORE, arena_printf(&transfer->arena, "the answer's compression cannot be read: %s", transfer->broken)};
    if (transfer->read_failed)
        return (struct trouble){CAUSE_FINAL, ERR_OUTPUT, "what is to be sent could not be read"};
    struct trouble_limits limits = {options->connect_s, options->total_s};
    return trouble_of(code, transfer->easy, transfer->curl_said, &transfer->setup->server, &limits, &transfer->arena);
}

static bool wait_or_deliver(struct run *run, struct transfer *transfer, const struct trouble *trouble, int status, double retry_s)
{
    const struct http_options *options = &run->http->setup.options;
    struct retry_limits limits = {options->attempts, options->wait_s, options->wait_max_s, options->retry_s};
    double now = clock_now(), wait_s;
    struct retry_attempt attempt = {.cause = trouble->cause, .status = status, .retry_after_s = retry_s, .number = transfer->attempts,
                                    .elapsed_s = now - transfer->begun, .chance = chance(), .once = transfer->request.once,
                                    .used = transfer->taken || transfer->read_from};
    struct error failure = {0};
    const char *name = transfer_name(&run->http->setup, &transfer->request, &transfer->arena);
    switch (retry_judge(&limits, &attempt, &wait_s)) {
    case RETRY_AGAIN:
        tell(run, transfer, trouble->text, wait_s);
        transfer->due = now + wait_s;
        if (status && run->pause < transfer->due)
            run->pause = transfer->due;
        link_to(&run->waiting, transfer);
        return true;
    case RETRY_GIVEN_UP:
        error_set(&failure, trouble->kind, "%s: %s (attempt %u of %u)", name, trouble->text, transfer->attempts, options->attempts);
        break;
    case RETRY_TOO_LONG:
        error_set(&failure, trouble->kind, "%s: %s (attempt %u of %u; another in %.0f s would be beyond the limit of %g s)", name,
                  trouble->text, transfer->attempts, options->attempts, wait_s, options->retry_s);
        break;
    case RETRY_NOT:
        error_set(&failure, trouble->kind, "%s: %s", name, trouble->text);
        break;
    }
    return deliver(run, transfer, &failure);
}

/* A whole answer came. */
static bool take_answer(struct run *run, struct transfer *transfer)
{
    struct http_answer answer = transfer_answer(transfer);
    struct error failure = {0};
    if (transfer_is_redirected(transfer)) {
        if (!transfer_redirect(transfer, &failure))
            return deliver(run, transfer, &failure);
        transfer->attempts--;
        send_attempt(run, transfer);
        return true;
    }
    if (retry_is_status(answer.status)) {
        struct trouble trouble = {CAUSE_STATUS, ERR_STORE, status_text(transfer, &answer)};
        return wait_or_deliver(run, transfer, &trouble, answer.status, retry_after(transfer->retry_after, time(NULL)));
    }
    if (answer.status == 401 || answer.status == 403) {
        const char *name = transfer_name(&run->http->setup, &transfer->request, &transfer->arena), *hint = run->http->setup.server.hint;
        error_set(&failure, ERR_REFUSED, "%s: %s%s%s", name, status_text(transfer, &answer), hint ? "; " : "", hint ? hint : "");
        return deliver(run, transfer, &failure);
    }
    return deliver(run, transfer, NULL);
}

/* An attempt has ended with a CURLcode. */
static bool end_attempt(struct run *run, struct transfer *transfer, CURLcode code)
{
    curl_multi_remove_handle(run->http->multi, transfer->easy);
    unlink_from(&run->running, transfer);
    bool whole = code != CURLE_OK || transfer_is_whole(transfer);
    if ((code == CURLE_OK && whole) || transfer->cut)
        return take_answer(run, transfer);
    if (transfer->stopped.kind)
        return deliver(run, transfer, &transfer->stopped);
    struct trouble trouble = whole ? own_trouble(transfer, (int)code)
                                   : (struct trouble){CAUSE_BROKEN, ERR_STORE, "the answer is cut: its compressed text ends too early"};
    return wait_or_deliver(run, transfer, &trouble, 0, -1);
}

static bool take_ended(struct run *run)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(run->http->multi, &left));) {
        char *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        if (message->msg == CURLMSG_DONE && !end_attempt(run, (struct transfer *)(void *)transfer, code))
            return false;
    }
    return true;
}

static bool end_stalled(struct run *run)
{
    double now = clock_now();
    for (struct transfer *transfer = run->running, *next; transfer; transfer = next) {
        next = transfer->next;
        if (!transfer_stalls(transfer, now))
            continue;
        curl_multi_remove_handle(run->http->multi, transfer->easy);
        unlink_from(&run->running, transfer);
        struct trouble trouble = {CAUSE_BROKEN, ERR_STORE,
                                  arena_printf(&transfer->arena, "not a byte came or went for %g s", run->http->setup.options.stall_s)};
        if (!wait_or_deliver(run, transfer, &trouble, 0, -1))
            return false;
    }
    return true;
}

static void send_due(struct run *run)
{
    double now = clock_now();
    for (struct transfer *transfer = run->waiting, *next; transfer; transfer = next) {
        next = transfer->next;
        if (transfer->due > now)
            continue;
        unlink_from(&run->waiting, transfer);
        send_attempt(run, transfer);
    }
}

static bool is_stopped(struct run *run)
{
    const volatile sig_atomic_t *number = run->http->setup.options.signal;
    if (!number || !*number)
        return false;
    bool by_key = *number == SIGINT;
    error_set(run->err, by_key ? ERR_INTERRUPTED : ERR_TERMINATED, "%s: stopped by %s", run->http->setup.host, by_key ? "SIGINT" : "SIGTERM");
    return true;
}

static void drop_all(struct run *run)
{
    for (struct transfer *transfer = run->running; transfer; transfer = transfer->next)
        curl_multi_remove_handle(run->http->multi, transfer->easy);
    close_list(run->running);
    close_list(run->waiting);
}

bool http_run(struct http *http, const struct http_flow *flow, struct error *err)
{
    struct run run = {.http = http, .flow = flow, .err = err};
    bool ok = true;
    for (int active; ok;) {
        if (is_stopped(&run) || !fill(&run)) {
            ok = false;
            break;
        }
        if (run.ended && !run.on_the_way)
            break;
        curl_multi_perform(http->multi, &active);
        ok = take_ended(&run) && end_stalled(&run);
        send_due(&run);
        if (ok && run.on_the_way && !run.ended && run.on_the_way < flow->in_flight && clock_now() >= run.pause)
            continue; /* there is room for another one */
        if (ok && (run.on_the_way || run.pause > clock_now()))
            curl_multi_poll(http->multi, NULL, 0, POLL_MS, NULL);
    }
    drop_all(&run);
    return ok;
}

/* --- one request --- */

struct single {
    const struct http_request *request;
    struct arena *arena;
    struct http_answer *answer;
    bool sent;
};

static bool next_single(void *context, struct http_request *request)
{
    struct single *single = context;
    if (single->sent)
        return false;
    *request = *single->request;
    return single->sent = true;
}

static bool done_single(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                        struct error *err)
{
    struct single *single = context;
    (void)request;
    if (failure)
        return error_set(err, failure->kind, "%s", failure->text);
    *single->answer = *answer;
    single->answer->body = arena_strndup(single->arena, answer->body, answer->body_len);
    single->answer->content_type = arena_strdup(single->arena, answer->content_type);
    return true;
}

bool http_send(struct http *http, const struct http_request *request, struct arena *arena, struct http_answer *answer,
               struct error *err)
{
    struct single single = {request, arena, answer, false};
    struct http_flow flow = {.in_flight = 1, .next = next_single, .done = done_single, .context = &single};
    return http_run(http, &flow, err);
}
