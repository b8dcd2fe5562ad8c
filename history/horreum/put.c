#include "history/horreum/put.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "history/horreum/runs.h"
#include "history/horreum/set_up.h"

enum {
    WINDOW_MAX = 8,            /* payloads that wait to be sent together */
    WINDOW_BYTES = 8 << 20,
    TRIES = 3,                 /* for a payload whose answers get lost */
    LOST_PAUSE_MS = 500,       /* an upload whose answer was lost may still be at work */
    CHECKS = 4, CHECK_MS = 100 /* how often, and how long, we wait for Horreum's own validation; doubling */
};

/* A payload that is to be uploaded. */
struct outgoing {
    const char *id, *text, *path;
    size_t text_len;
    int64_t start_ms;
    char digest[HORREUM_DIGEST_SIZE];
    bool replaces;
    bool sent, lost;      /* on its way or arrived; its answer got lost */
    json_int_t run;       /* 0: it is not there (yet) */
    const char *refusal;  /* NULL; why the server will never take it */
};

struct horreum_put {
    struct arena window_arena;
    struct outgoing window[WINDOW_MAX];
    size_t n, bytes;
    size_t next;         /* of the window, while it is sent */
    struct error last;   /* the last upload without a usable answer */
    struct error stop;   /* nothing is sent any more: why */
    json_int_t first_run; /* of those that were made; 0: none */
    size_t made;
};

static struct horreum *of(struct history *history)
{
    return (struct horreum *)history;
}

/* ---- what is there already ---- */

static bool trash(struct horreum *h, const struct horreum_run *run, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "/api/run/%" JSON_INTEGER_FORMAT "/trash?isTrashed=true", run->id);
    struct horreum_change change = {.method = "POST", .path = path, .wanted = 204};
    bool ok = horreum_change(h, &change, NULL, NULL, &arena, NULL, err);
    arena_close(&arena);
    return ok;
}

/* What is older than `run` of the same payload. That it stays there is no failure: readers take the newest. */
static void trash_older(struct horreum *h, struct horreum_run *run)
{
    for (struct horreum_run *older = horreum_runs_older(h, run); older; older = horreum_runs_older(h, older)) {
        struct error why = {0};
        if (!horreum_has_role(h, h->owner, "tester"))
            error_set(&why, ERR_REFUSED, "the role 'tester' of %s is missing", h->owner);
        else if (trash(h, older, &why))
            older->trashed = true;
        if (!older->trashed)
            history_add_finding(&h->history, "payload %s: its older run %" JSON_INTEGER_FORMAT " could not go to the trash; run %" JSON_INTEGER_FORMAT
                                " counts: %s", run->payload, older->id, run->id, why.text);
    }
}

/* Of a run whose description has no digest: people can change it. */
static bool learn_digest(struct horreum *h, struct horreum_run *run, struct error *err)
{
    struct arena arena = {0};
    json_t *document;
    bool ok = horreum_get(h, arena_printf(&arena, "/api/run/%" JSON_INTEGER_FORMAT "/data", run->id), &document, err);
    if (document) {
        horreum_document_strip(document, "");
        horreum_digest(document, run->digest);
    }
    json_decref(document);
    arena_close(&arena);
    return ok;
}

/* ---- one upload ---- */

static const char *time_text(struct arena *arena, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    if (us >= 0) /* digits are milliseconds */
        return arena_printf(arena, "%lld", (long long)(us / 1000));
    moment_utc_text((struct moment){.us = us}, text);
    return http_encode(arena, text);
}

static const char *upload_path(struct horreum *h, const struct outgoing *out, const struct horreum_document *document)
{
    struct arena *arena = &h->put->window_arena;
    const char *schema = document->has_schema ? NULL : h->schema;
    return arena_printf(arena, "/api/run/data?test=%s&start=%s&stop=%s&owner=%s&access=%s%s%s&description=%s", http_encode(arena, h->test),
                        time_text(arena, document->start_us), time_text(arena, document->stop_us), http_encode(arena, h->owner),
                        http_encode(arena, h->access), schema ? "&schema=" : "", schema ? http_encode(arena, schema) : "",
                        http_encode(arena, horreum_description(arena, out->id, out->digest)));
}

/* Refusals that would be the same for every payload. */
static bool concerns_all(const struct http_answer *answer)
{
    static const char *const beginnings[] = {"Cannot upload to test", "Cannot identify test", "Missing owner", "This user does not have permissions"};
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (strncmp(answer->body, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return answer->status == 404 || answer->status == 405 || answer->status == 415;
}

/* 500 is said when a payload cannot be kept, and when the server is in trouble. */
static bool concerns_payload(const struct http_answer *answer)
{
    return (answer->status >= 400 && answer->status < 500) || strstr(answer->body, "Failed to persist run");
}

static void lose(struct horreum *h, struct outgoing *out, const struct http_request *request, const struct http_answer *answer,
                 const struct error *failure)
{
    out->lost = true;
    h->put->last = failure ? *failure : (struct error){0};
    if (answer)
        horreum_fail(h, request, answer, &h->put->last);
}

static void judge(struct horreum *h, struct outgoing *out, const struct http_request *request, const struct http_answer *answer)
{
    char *end;
    long long run = strtoll(answer->body, &end, 10); /* the first of several, when the server splits it */
    bool is_run = answer->status == 202 && run > 0 && isdigit((unsigned char)answer->body[0]) && (*end == '\0' || *end == ',');
    if (is_run)
        out->run = run;
    else if (answer->status >= 400 && !concerns_all(answer) && concerns_payload(answer))
        out->refusal = horreum_explain(&h->put->window_arena, answer);
    else if (answer->status >= 500)
        lose(h, out, request, answer, NULL);
    else
        horreum_fail(h, request, answer, &h->put->stop);
}

static bool next_upload(void *context, struct http_request *request)
{
    struct horreum *h = context;
    struct horreum_put *put = h->put;
    while (put->next < put->n && (put->window[put->next].sent || put->window[put->next].refusal))
        put->next++;
    if (put->next == put->n || put->stop.kind)
        return false;
    struct outgoing *out = &put->window[put->next++];
    static const char *const large[] = {"Expect: 100-continue", NULL}; /* what is too large is refused before it is sent */
    *request = (struct http_request){.method = "POST", .path = out->path, .body = out->text, .body_len = out->text_len, .once = true,
                                     .headers = out->text_len > HORREUM_BODY_MAX ? large : NULL, .tag = out};
    out->sent = true;
    out->lost = false;
    return true;
}

static bool take_answer(void *context, const struct http_request *request, const struct http_answer *answer, const struct error *failure,
                        struct error *err)
{
    struct horreum *h = context;
    struct outgoing *out = request->tag;
    (void)err;
    if (answer)
        judge(h, out, request, answer);
    else if (failure->kind == ERR_STORE)
        lose(h, out, request, NULL, failure);
    else if (!h->put->stop.kind) { /* credentials, TLS, a signal: the next one fares no better */
        h->put->stop = *failure;
        horreum_explain_refusal(&h->put->stop);
    }
    return true;
}

/* ---- the window ---- */

/* Whether uploads whose answers got lost have arrived, as the list of runs knows. */
static bool find_lost(struct horreum *h, size_t *lost, struct error *err)
{
    struct horreum_put *put = h->put;
    *lost = 0;
    for (size_t i = 0; i < put->n; i++)
        *lost += put->window[i].lost;
    if (!*lost)
        return true;
    horreum_pause(LOST_PAUSE_MS);
    if (!horreum_runs_read(h, true, err))
        return false;
    *lost = 0;
    for (size_t i = 0; i < put->n; i++) {
        struct outgoing *out = &put->window[i];
        const struct horreum_run *run = out->lost ? horreum_runs_find(h, out->id) : NULL;
        if (!out->lost)
            continue;
        out->lost = false;
        if (run && strcmp(run->digest, out->digest) == 0)
            out->run = run->id;
        else
            out->sent = false, ++*lost;
    }
    return true;
}

static void settle(struct horreum *h, struct outgoing *out)
{
    struct horreum_put *put = h->put;
    if (out->run) {
        struct horreum_run *run = horreum_runs_find(h, out->id);
        if (!run || run->id != out->run) {
            horreum_runs_add(h, out->run, out->start_ms, out->id, out->digest);
            run = horreum_runs_find(h, out->id);
        }
        put->made++;
        put->first_run = put->first_run && put->first_run < out->run ? put->first_run : out->run;
        trash_older(h, run);
        history_tell(&h->history, out->id, out->replaces ? FATE_REPLACED : FATE_ADDED, NULL);
    } else if (out->refusal) {
        history_tell(&h->history, out->id, FATE_REFUSED, out->refusal);
    } else {
        history_tell(&h->history, out->id, FATE_UNSENT, put->stop.kind ? put->stop.text : "not sent");
    }
}

/* An upload that is larger than the usual limit and never arrives: the server cut it off without a word. */
static void give_up_large(struct horreum_put *put)
{
    for (size_t i = 0; i < put->n; i++)
        if (!put->window[i].sent && put->window[i].text_len > HORREUM_BODY_MAX && !put->window[i].refusal)
            put->window[i].refusal = horreum_meaning(413);
}

static bool send_window(struct horreum *h)
{
    struct horreum_put *put = h->put;
    const struct http_flow flow = {.in_flight = HORREUM_AT_ONCE, .next = next_upload, .done = take_answer, .context = h};
    struct error lost_why = {0};
    size_t lost = put->n;
    for (int tries = 0; lost && tries < TRIES && !put->stop.kind; tries++) {
        struct error err = {0};
        put->next = 0;
        if (!http_run(h->http, &flow, &err) && !put->stop.kind)
            put->stop = err;
        if (!find_lost(h, &lost, &lost_why) && !put->stop.kind)
            put->stop = lost_why;
    }
    if (lost && !put->stop.kind)
        give_up_large(put);
    for (size_t i = 0; i < put->n; i++)
        if (!put->stop.kind && !put->window[i].run && !put->window[i].refusal)
            put->stop = put->last;
    for (size_t i = 0; i < put->n; i++)
        settle(h, &put->window[i]);
    put->n = put->bytes = 0;
    arena_clear(&put->window_arena);
    return !put->stop.kind;
}

/* ---- a transaction ---- */

bool horreum_begin(struct history *history, const char *workload, struct error *err)
{
    struct horreum *h = of(history);
    h->put = ARENA_NEW(&h->arena, struct horreum_put);
    if (!h->made_for || strcmp(h->made_for, workload) != 0) { /* the spool sends in several transactions */
        if (!horreum_set_up(h, workload, NULL, false, &h->schema, err))
            return false;
        h->made_for = arena_strdup(&h->arena, workload);
    }
    return horreum_runs_read(h, h->runs != NULL, err);
}

/* Sends nothing when the same is there. False: *err. */
static bool is_there(struct horreum *h, const struct outgoing *out, bool *same, bool *other, struct error *err)
{
    struct horreum_run *run = horreum_runs_find(h, out->id);
    *same = *other = false;
    if (!run)
        return true;
    if (!run->digest[0] && !learn_digest(h, run, err))
        return false;
    *same = strcmp(run->digest, out->digest) == 0;
    *other = !*same;
    if (*same)
        trash_older(h, run);
    return true;
}

static bool refuse(struct horreum *h, const char *id, const char *why)
{
    history_tell(&h->history, id, FATE_REFUSED, why);
    return true;
}

static bool queue(struct horreum *h, const struct history_payload *payload, struct outgoing *out, const struct horreum_document *document)
{
    struct horreum_put *put = h->put;
    out->id = arena_strdup(&put->window_arena, out->id);
    out->text = arena_copy(&put->window_arena, payload->text, payload->text_len);
    out->text_len = payload->text_len;
    out->start_ms = payload->record.start_us / 1000;
    out->path = upload_path(h, out, document);
    if (strlen(out->path) + strlen(h->place) + strlen("POST  HTTP/1.1") > HORREUM_LINE_MAX)
        return refuse(h, out->id, "its id and the names of test and schema are too long: Horreum takes request lines of at most 4096 bytes");
    put->window[put->n++] = *out;
    put->bytes += payload->text_len;
    if (put->n < WINDOW_MAX && put->bytes < WINDOW_BYTES)
        return true;
    return send_window(h);
}

bool horreum_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct horreum *h = of(history);
    struct horreum_put *put = h->put;
    struct horreum_document document;
    struct outgoing out = {.id = payload->record.id};
    struct error why = {0};
    bool same;
    if (!horreum_document_read(payload, &document, &why))
        return refuse(h, out.id, why.text);
    memcpy(out.digest, document.digest, sizeof(out.digest));
    if (!is_there(h, &out, &same, &out.replaces, err)) {
        history_tell(history, out.id, FATE_UNSENT, err->text);
        return false;
    }
    if (same) {
        history_tell(history, out.id, FATE_UNCHANGED, NULL);
        return true;
    }
    if (!queue(h, payload, &out, &document)) {
        *err = put->stop;
        return false;
    }
    return true;
}

/* ---- what the server thinks of it ---- */

struct check {
    struct horreum *h;
    size_t validated, waiting; /* of the runs that were made: by a JSON Schema; not looked at yet */
    bool report;
};

static bool is_ours(const struct horreum *h, const struct horreum_run *run)
{
    const struct horreum_run *known = run->payload ? horreum_runs_find(h, run->payload) : NULL;
    return known && known->id == run->id;
}

static void check_run(void *context, const struct horreum_run *run, const json_t *errors)
{
    struct check *check = context;
    if (!is_ours(check->h, run))
        return;
    check->validated += run->validated;
    check->waiting += run->validated && !run->has_datasets;
    for (size_t i = 0; check->report && i < json_array_size(errors); i++) {
        const json_t *error = json_object_get(json_array_get(errors, i), "error");
        const char *message = json_string_value(json_object_get(error, "message"));
        const char *where = json_string_value(json_object_get(error, "instanceLocation"));
        history_add_finding(&check->h->history, "payload %s is stored as run %" JSON_INTEGER_FORMAT ", but Horreum's own validation says: %s%s%s",
                            run->payload, run->id, where ? where : "", where ? ": " : "", message ? message : "(no words)");
    }
}

/* Horreum takes whatever it gets and validates it later. What it finds is told, but the payload is stored. */
static void check_made(struct horreum *h)
{
    struct error ignored = {0};
    struct check check = {.h = h, .waiting = 1};
    for (unsigned i = 0; i < CHECKS && check.waiting; i++) {
        check = (struct check){.h = h};
        if (!horreum_runs_look(h, h->put->first_run, check_run, &check, &ignored) || !check.validated)
            return;
        horreum_pause((unsigned)CHECK_MS << i);
    }
    check = (struct check){.h = h, .report = true};
    horreum_runs_look(h, h->put->first_run, check_run, &check, &ignored);
}

static void tell_unsent(struct horreum *h)
{
    for (size_t i = 0; i < h->put->n; i++)
        history_tell(&h->history, h->put->window[i].id, FATE_UNSENT, "not sent");
    h->put->n = 0;
}

bool horreum_end(struct history *history, bool keep, struct error *err)
{
    struct horreum *h = of(history);
    struct horreum_put *put = h->put;
    bool ok = keep && (put->n == 0 || send_window(h));
    if (keep && !ok)
        *err = put->stop;
    if (!keep)
        tell_unsent(h);
    if (ok && put->made)
        check_made(h);
    horreum_put_close(h);
    return ok || !keep;
}

void horreum_put_close(struct horreum *h)
{
    if (h->put)
        arena_close(&h->put->window_arena);
    h->put = NULL;
}
