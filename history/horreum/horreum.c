#include "history/horreum/horreum.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "config/servers.h"
#include "json/read.h"
#include "json/write.h"

enum { WORDS_MAX = 300, URI_MAX_BYTES = 2000 };

/* ---- the URI ---- */

/* What a URI says, in `arena`. */
struct place {
    const char *url;  /* "https://HOST:PORT/PREFIX" */
    const char *test; /* decoded */
};

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* %XX decoded; NULL: that is not what stands there. */
static const char *decode(struct arena *arena, const char *s)
{
    char *out = arena_alloc(arena, strlen(s) + 1), *to = out;
    for (; *s; s++) {
        int code = (unsigned char)*s;
        if (*s == '%') {
            int high = hex_digit(s[1]), low = high < 0 ? -1 : hex_digit(s[2]);
            code = low < 0 ? 0 : high * 16 + low;
            s += 2;
        }
        if (code < 0x20 || code == 0x7F)
            return NULL;
        *to++ = (char)code;
    }
    return text_utf8_valid(out, (size_t)(to - out)) == (size_t)(to - out) ? out : NULL;
}

/* Horreum takes digits for a test's id as well, and "$." for a path into the payload. */
static bool check_test(const char *test, struct error *err)
{
    if (!test || !*test)
        return error_set(err, ERR_USAGE, "a Horreum history's URI names no test, expected horreum+https://HOST[:PORT]/TEST (%%XX for what a URI "
                                         "cannot hold)");
    if (test[strspn(test, "0123456789")] == '\0')
        return error_set(err, ERR_USAGE, "Horreum test '%s': Horreum takes a name of digits for a test's number; give the test a name", test);
    if (strncmp(test, "$.", 2) == 0)
        return error_set(err, ERR_USAGE, "Horreum test '%s': Horreum takes what begins with '$.' for a path into the payload", test);
    return true;
}

static bool parse_uri(struct arena *arena, const char *uri, struct place *place, struct error *err)
{
    const char *scheme = uri + strlen("horreum+"), *authority = strstr(uri, "://");
    const char *slash = authority ? strrchr(authority + 3, '/') : NULL;
    if (strpbrk(uri, "@?#\\")) /* not quoted: it may hold a password */
        return error_set(err, ERR_USAGE, "a Horreum history's URI holds neither user nor password nor query, expected horreum+https://HOST[:PORT]/TEST; "
                                         "the API key comes from the environment or an env file");
    if (!authority || !slash || slash == authority + 3 || authority[3] == ':' || strlen(uri) > URI_MAX_BYTES)
        return error_set(err, ERR_USAGE, "'%s': expected horreum+https://HOST[:PORT]/TEST", uri);
    place->url = arena_strndup(arena, scheme, (size_t)(slash - scheme));
    place->test = decode(arena, slash + 1);
    return check_test(place->test, err);
}

bool horreum_check_uri(const char *uri, struct error *err)
{
    struct arena arena = {0};
    struct place place;
    bool ok = parse_uri(&arena, uri, &place, err);
    arena_close(&arena);
    return ok;
}

const char *horreum_plain_uri(struct arena *arena, const char *uri)
{
    struct place place;
    struct error ignored = {0};
    if (!parse_uri(arena, uri, &place, &ignored))
        return uri;
    return arena_printf(arena, "horreum+%s/%s", place.url, http_encode(arena, place.test));
}

/* ---- answers ---- */

/* What Horreum means where it says nothing: many of its refusals have an empty body. */
static const struct {
    int status;
    const char *meaning;
} meanings[] = {
    {400, "it could not read what it got (empty or malformed)"},
    {401, "the API key or password is missing, wrong or revoked (keys are made in Horreum's user settings; docs/horreum.md)"},
    {403, "who we are there lacks the role: 'uploader' for runs, 'tester' for tests, schemas, labels and the trash"},
    {404, "there is no such thing, or a value has a form that it does not know: is this a Horreum server of version 0.20?"},
    {405, "it has no such operation: is this a Horreum server of version 0.20?"},
    {413, "the payload is larger than the server takes: 10 MiB, unless its quarkus.http.limits.max-body-size says otherwise"},
    {414, "a name is too long: the request line has at most 4096 bytes"},
    {415, "it does not take JSON there: is this a Horreum server of version 0.20?"},
};

const char *horreum_meaning(int status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].status == status)
            return meanings[i].meaning;
    return NULL;
}

static bool is_silent(const struct http_answer *answer)
{
    return answer->body_len == 0 || strncmp(answer->content_type, "text/html", 9) == 0;
}

const char *horreum_explain(struct arena *arena, const struct http_answer *answer)
{
    const char *meaning = horreum_meaning(answer->status), *words = http_words(arena, answer, WORDS_MAX);
    if (meaning && is_silent(answer))
        words = meaning;
    return arena_printf(arena, "%d%s%s", answer->status, *words ? ": " : "", words);
}

bool horreum_fail(struct horreum *h, const struct http_request *request, const struct http_answer *answer, struct error *err)
{
    enum error_kind kind = answer->status == 401 || answer->status == 403 ? ERR_REFUSED : ERR_STORE;
    return http_fail(h->http, request, answer, kind, is_silent(answer) ? horreum_meaning(answer->status) : NULL, err);
}

/* The client makes failures of 401 and 403, with the status behind the path. */
void horreum_explain_refusal(struct error *err)
{
    struct error first = *err;
    int status = strstr(first.text, ": 403 Forbidden") ? 403 : strstr(first.text, ": 401 Unauthorized") ? 401 : 0;
    if (first.kind != ERR_REFUSED || !status)
        return;
    *err = (struct error){0};
    error_set(err, first.kind, "%s: %s", first.text, horreum_meaning(status));
}

bool horreum_send(struct horreum *h, const struct http_request *request, struct arena *arena, struct http_answer *answer, struct error *err)
{
    struct http_request limited = *request;
    limited.answer_max = HORREUM_ANSWER_MAX;
    *answer = (struct http_answer){0};
    if (http_send(h->http, &limited, arena, answer, err))
        return true;
    horreum_explain_refusal(err);
    return false;
}

json_t *horreum_json(struct horreum *h, const struct http_request *request, const struct http_answer *answer, struct error *err)
{
    struct error why = {0};
    json_t *json = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = "answer"}, &why);
    if (!json)
        http_fail(h->http, request, answer, ERR_STORE, why.text, err);
    return json;
}

bool horreum_get(struct horreum *h, const char *path, json_t **json, struct error *err)
{
    struct arena arena = {0};
    struct http_answer answer;
    const struct http_request request = {.method = "GET", .path = path};
    *json = NULL;
    bool ok = horreum_send(h, &request, &arena, &answer, err);
    if (ok && answer.status == 200)
        ok = (*json = horreum_json(h, &request, &answer, err)) != NULL;
    else if (ok && (answer.status != 404 || is_silent(&answer))) /* what is not there has words; what Horreum does not know has none */
        ok = horreum_fail(h, &request, &answer, err);
    arena_close(&arena);
    return ok;
}

static bool take_change(struct horreum *h, const struct horreum_change *change, const struct http_request *request,
                        const struct http_answer *answer, json_t **json, int *status, struct error *err)
{
    if (answer->status == change->wanted) {
        struct error none = {0}; /* many have nothing to say */
        if (json && answer->body_len)
            *json = json_read(answer->body, answer->body_len, &(struct json_read_options){.file = "answer"}, &none);
        return true;
    }
    return (status && (answer->status == 400 || answer->status == 409)) || horreum_fail(h, request, answer, err);
}

bool horreum_change(struct horreum *h, const struct horreum_change *change, json_t **json, int *status, struct arena *arena,
                    const char **words, struct error *err)
{
    struct text body = text_open(HORREUM_BODY_MAX * (size_t)2);
    struct http_request request = {.method = change->method, .path = change->path};
    struct http_answer answer;
    if (json)
        *json = NULL;
    if (change->body) {
        json_write(&body, change->body, &(struct json_style){.indent = -1}, 0);
        request.body = body.s;
        request.body_len = body.len;
        request.once = strcmp(change->method, "POST") == 0 && change->wanted == 201;
    }
    bool ok = horreum_send(h, &request, arena, &answer, err) && take_change(h, change, &request, &answer, json, status, err);
    if (ok && status)
        *status = answer.status;
    if (ok && words)
        *words = http_words(arena, &answer, WORDS_MAX);
    text_close(&body);
    json_decref(change->body);
    return ok;
}

/* ---- who we are ---- */

static bool ask_roles(struct horreum *h, struct error *err)
{
    if (!horreum_get(h, "/api/user/roles", &h->roles, err))
        return false;
    if (json_is_array(h->roles))
        return true;
    json_decref(h->roles);
    h->roles = NULL;
    return error_set(err, ERR_STORE, "%s: GET /api/user/roles: found no list of roles, expected one as Horreum 0.20 gives it", http_host(h->http));
}

bool horreum_has_role(const struct horreum *h, const char *team, const char *role)
{
    static const char team_end[] = "-team";
    size_t i, len = team ? strlen(team) : 0, end = sizeof(team_end) - 1;
    size_t stem = len > end && strcmp(team + len - end, team_end) == 0 ? len - end : len;
    json_t *held;
    json_array_foreach(h->roles, i, held) {
        const char *name = json_string_value(held);
        if (name && strncmp(name, team ? team : "", stem) == 0 && name[stem] == '-' && strcmp(name + stem + 1, role) == 0)
            return true;
    }
    return false;
}

const char *horreum_roles_text(const struct horreum *h, struct arena *arena)
{
    struct text text = text_open(WORDS_MAX);
    json_t *held;
    size_t i;
    json_array_foreach(h->roles, i, held) {
        text_add(&text, i ? ", " : "");
        text_add_line(&text, json_is_string(held) ? json_string_value(held) : "?");
    }
    char *shown = arena_strdup(arena, text.len ? text.s : "none");
    text_close(&text);
    return shown;
}

/* ---- the test ---- */

bool horreum_find_test(struct horreum *h, struct error *err)
{
    const char *path = arena_printf(&h->arena, "/api/test/byName/%s", http_encode(&h->arena, h->test));
    json_t *test;
    if (!horreum_get(h, path, &test, err))
        return false;
    json_int_t id = json_integer_value(json_object_get(test, "id"));
    const char *owner = json_string_value(json_object_get(test, "owner")), *access = json_string_value(json_object_get(test, "access"));
    bool ok = !test || (id > 0 && owner);
    if (!ok)
        error_set(err, ERR_STORE, "%s: GET %s: found no id and owner, expected a test as Horreum 0.20 gives it", http_host(h->http), path);
    if (test && ok) {
        h->test_id = id;
        h->owner = arena_strdup(&h->arena, owner);
        h->access = arena_strdup(&h->arena, access ? access : "PUBLIC");
        h->history.exists = true;
    }
    json_decref(test);
    return ok;
}

/* Asked before the work begins, not after. */
static bool check_uploader(struct horreum *h, struct error *err)
{
    if (!ask_roles(h, err))
        return false;
    if (!h->test_id || horreum_has_role(h, h->owner, "uploader"))
        return true;
    return error_set(err, ERR_REFUSED, "%s: who we are there may not upload to test '%s' of %s: the team's role 'uploader' is missing (roles: %s)",
                     http_host(h->http), h->test, h->owner, horreum_roles_text(h, &h->arena));
}

/* ---- opening ---- */

bool horreum_open(struct horreum *h, const char *uri, enum history_mode mode, const struct history_access *access, struct error *err)
{
    struct place place;
    if (!parse_uri(&h->arena, uri, &place, err))
        return false;
    h->test = place.test;
    h->workload = access ? access->workload : NULL;
    h->place = place.url;
    const struct server *server = servers_find(access ? access->servers : NULL, &h->arena, "horreum", place.url, err);
    h->http = server ? http_open(server, access ? access->http : NULL, err) : NULL;
    return h->http && horreum_find_test(h, err) && (mode == HISTORY_READ || check_uploader(h, err));
}

void horreum_close(struct horreum *h)
{
    http_close(h->http);
    json_decref(h->roles);
    arena_close(&h->arena);
}

void horreum_pause(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L}, NULL);
}
