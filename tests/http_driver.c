/* What net/http makes of a server: `http_driver URL [KEY=VALUE…]`, each a field of the server, of the options or of the request, prints
 * the answer or the error. Tests (tests/command/http_test.py) hold it against servers that misbehave.
 *
 *     http_driver https://localhost:4433 path=/x method=POST body=hello attempts=2 ca_file=ca.pem
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/http.h"

struct wish {
    struct server server;
    struct http_options options;
    struct http_request request;
    struct arena arena;
    const char *secret_file, *session_file;
    const char *headers[9];
    size_t n_headers, times, in_flight, repeat, stream, stop_after, taken, sent, streamed;
    bool take, quiet;
};

static volatile sig_atomic_t asked_to_stop;

static void remember(int number)
{
    asked_to_stop = number;
}

static void say(void *context, const char *line)
{
    (void)context;
    printf("again: %s\n", line);
    fflush(stdout);
}

static size_t give_stream(void *context, char *to, size_t room)
{
    struct wish *wish = context;
    size_t left = wish->stream - wish->streamed, n = left < room ? left : room;
    memset(to, 'x', n);
    wish->streamed += n;
    return n;
}

static bool take(void *context, const char *bytes, size_t n, struct error *err)
{
    struct wish *wish = context;
    (void)bytes;
    wish->taken += n;
    return !wish->stop_after || wish->taken <= wish->stop_after || error_set(err, ERR_STORE, "enough");
}

static bool set_text(struct wish *wish, const char *key, const char *value)
{
    const struct {
        const char *key;
        const char **to;
    } rows[] = {{"user", &wish->server.user}, {"ca_file", &wish->server.ca_file}, {"pinned_key", &wish->server.pinned_key},
                {"client_certificate", &wish->server.client_certificate}, {"client_key", &wish->server.client_key},
                {"key_header", &wish->server.key_header}, {"region", &wish->server.aws_region}, {"service", &wish->server.aws_service},
                {"hint", &wish->server.hint}, {"session_file", &wish->session_file}, {"method", &wish->request.method}, {"path", &wish->request.path},
                {"content_type", &wish->request.content_type}, {"secret_file", &wish->secret_file}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(key, rows[i].key) == 0) {
            *rows[i].to = value;
            return true;
        }
    return false;
}

static bool set_number(struct wish *wish, const char *key, const char *value)
{
    struct http_options *options = &wish->options;
    const struct {
        const char *key;
        double *to;
    } rows[] = {{"connect_s", &options->connect_s}, {"stall_s", &options->stall_s}, {"total_s", &options->total_s},
                {"wait_s", &options->wait_s}, {"wait_max_s", &options->wait_max_s}, {"retry_s", &options->retry_s}};
    const struct {
        const char *key;
        size_t *to;
    } sizes[] = {{"answer_max", &wish->request.answer_max}, {"times", &wish->times}, {"in_flight", &wish->in_flight},
                 {"repeat", &wish->repeat}, {"stream", &wish->stream}, {"stop_after", &wish->stop_after}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(key, rows[i].key) == 0)
            *rows[i].to = strtod(value, NULL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        if (strcmp(key, sizes[i].key) == 0)
            *sizes[i].to = (size_t)strtoull(value, NULL, 10);
    if (strcmp(key, "attempts") == 0)
        options->attempts = (unsigned)strtoul(value, NULL, 10);
    return true;
}

static void set_login(struct wish *wish, const char *value)
{
    static const char *const names[] = {"none", "basic", "api_key", "bearer", "aws"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(value, names[i]) == 0)
            wish->server.login = (enum server_login)i;
}

static void set_rest(struct wish *wish, const char *key, const char *value)
{
    bool yes = value[0] == '1';
    if (strcmp(key, "login") == 0)
        set_login(wish, value);
    if (strcmp(key, "body") == 0) {
        wish->request.body = value;
        wish->request.body_len = strlen(value);
    }
    if (strcmp(key, "header") == 0 && wish->n_headers < 8)
        wish->headers[wish->n_headers++] = value;
    if (strcmp(key, "gzip") == 0)
        wish->request.gzip = yes;
    if (strcmp(key, "once") == 0)
        wish->request.once = yes;
    if (strcmp(key, "take") == 0)
        wish->take = yes;
    if (strcmp(key, "quiet") == 0)
        wish->quiet = yes;
    if (strcmp(key, "insecure") == 0)
        wish->server.insecure = yes;
}

/* The body `repeat` times, for what is large. */
static void enlarge(struct wish *wish)
{
    size_t n = wish->request.body_len;
    if (!wish->repeat || !n)
        return;
    char *body = arena_alloc(&wish->arena, n * wish->repeat + 1);
    for (size_t i = 0; i < wish->repeat; i++)
        memcpy(body + i * n, wish->request.body, n);
    wish->request.body = body;
    wish->request.body_len = n * wish->repeat;
}

static bool next(void *context, struct http_request *request)
{
    struct wish *wish = context;
    if (wish->sent == wish->times)
        return false;
    wish->sent++;
    *request = wish->request;
    return true;
}

static bool done(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                 struct error *err)
{
    struct wish *wish = context;
    (void)err;
    if (failure) {
        printf("error %d: %s\n", (int)failure->kind, failure->text);
    } else {
        const char *words = answer->status < 400 ? "" : http_words(&wish->arena, answer, 300);
        printf("%s %d, %zu bytes, %s, attempts %u%s%s\n", request->method, answer->status,
               wish->take ? wish->taken : answer->body_len, answer->content_type, answer->attempts, *words ? ": " : "", words);
        if (!wish->quiet && answer->body_len)
            printf("%s\n", answer->body);
    }
    fflush(stdout);
    return true;
}

static int act(struct wish *wish, struct error *err)
{
    wish->request.headers = wish->n_headers ? wish->headers : NULL;
    if (wish->secret_file && !(wish->server.secret = secret_from_file(&wish->arena, wish->secret_file, err)))
        return 1;
    if (wish->session_file && !(wish->server.session = secret_from_file(&wish->arena, wish->session_file, err)))
        return 1;
    if (wish->take) {
        wish->request.take = take;
        wish->request.take_context = wish;
    }
    if (wish->stream) {
        wish->request.read = give_stream;
        wish->request.read_context = wish;
    }
    enlarge(wish);
    struct http *http = http_open(&wish->server, &wish->options, err);
    struct http_flow flow = {.in_flight = wish->in_flight, .next = next, .done = done, .context = wish};
    bool ok = http && http_run(http, &flow, err);
    http_close(http);
    return !ok;
}

int main(int argc, char **argv)
{
    struct wish wish = {.request = {.method = "GET", .path = "/"}, .times = 1, .in_flight = 1, .options = {.tell = say, .signal = &asked_to_stop}};
    struct error err = {0};
    struct sigaction action = {.sa_handler = remember};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return 2;
    wish.server.url = argv[1];
    for (int i = 2; i < argc; i++) {
        size_t n = strcspn(argv[i], "=");
        const char *key = arena_strndup(&wish.arena, argv[i], n), *value = argv[i] + n + (argv[i][n] == '=');
        if (!set_text(&wish, key, value) && set_number(&wish, key, value))
            set_rest(&wish, key, value);
    }
    int code = act(&wish, &err);
    if (err.kind)
        printf("error %d: %s\n", (int)err.kind, err.text);
    arena_close(&wish.arena);
    return code;
}
