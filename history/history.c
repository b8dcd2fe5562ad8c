#include "history/history.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/backend.h"

static const struct history_backend *const backends[] = {&history_sqlite, &history_folder};
enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static bool unknown_backend(const char *uri, size_t scheme_len, struct error *err)
{
    struct text known = text_open(1000);
    for (size_t i = 0; i < BACKENDS; i++)
        text_printf(&known, "%s%s", i ? ", " : "", backends[i]->example);
    if (uri[scheme_len] == ':') /* the rest may hold a password */
        error_set(err, ERR_USAGE, "'%.*s:' is no known kind of history; expected %s", (int)scheme_len, uri, known.s);
    else
        error_set(err, ERR_USAGE, "'%s' is not a history's URI; expected %s", uri, known.s);
    text_close(&known);
    return false;
}

static const struct history_backend *find_backend(const char *uri, struct error *err)
{
    size_t scheme_len = strcspn(uri, ":");
    for (size_t i = 0; i < BACKENDS && uri[scheme_len] == ':'; i++)
        if (strlen(backends[i]->scheme) == scheme_len && strncmp(backends[i]->scheme, uri, scheme_len) == 0)
            return backends[i];
    unknown_backend(uri, scheme_len, err);
    return NULL;
}

bool history_is_known(const char *uri, struct error *err)
{
    return find_backend(uri, err) != NULL;
}

const char *history_scheme(size_t i)
{
    return i < BACKENDS ? backends[i]->scheme : NULL;
}

struct history *history_open(const char *uri, enum history_mode mode, struct error *err)
{
    const struct history_backend *backend = find_backend(uri, err);
    struct history *history = backend ? backend->open(uri, strchr(uri, ':') + 1, mode, err) : NULL;
    if (!history)
        return NULL;
    history->backend = backend;
    history->uri = memory_need(strdup(uri));
    history->mode = mode;
    return history;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    free(history->uri);
    arena_close(&history->findings_arena);
    history->backend->close(history);
}

bool history_exists(const struct history *history)
{
    return history->exists;
}

const char *history_uri(const struct history *history)
{
    return history->uri;
}

struct history_findings history_findings(const struct history *history)
{
    return (struct history_findings){history->findings.v, history->findings.n, history->findings_more};
}

void history_add_finding(struct history *history, const char *format, ...)
{
    if (history->findings.n == HISTORY_FINDINGS_MAX) {
        history->findings_more++;
        return;
    }
    va_list args;
    va_start(args, format);
    *LIST_ADD(&history->findings_arena, &history->findings) = arena_vprintf(&history->findings_arena, format, args);
    va_end(args);
}

void history_forget_findings(struct history *history)
{
    arena_close(&history->findings_arena);
    memset(&history->findings, 0, sizeof(history->findings));
    history->findings_more = 0;
}

void history_set_origin(struct history *history, const struct history_origin *origin)
{
    history->origin = *origin;
}

static bool check_payload(const struct history_payload *payload, struct error *err)
{
    const char *fault = record_fault(&payload->record);
    const char *name = payload->record.id ? payload->record.id : "";
    if (fault)
        return error_set(err, ERR_INVALID, "payload '%s' cannot be stored: %s", name, fault);
    if (memchr(payload->text, '\0', payload->text_len) ||
        text_utf8_valid(payload->text, payload->text_len) != payload->text_len)
        return error_set(err, ERR_INVALID, "payload '%s' cannot be stored: its text is not UTF-8", name);
    return true;
}

static int by_id(const void *left, const void *right)
{
    const struct history_payload *const *a = left, *const *b = right;
    return strcmp((*a)->record.id, (*b)->record.id);
}

/* One id with two contents: which one is meant cannot be known, and the next upload would turn it round again. */
static bool check_ids(const struct history_payload *payloads, size_t n, struct error *err)
{
    const struct history_payload **sorted = memory_need(malloc((n + 1) * sizeof(*sorted)));
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &payloads[i];
    qsort(sorted, n, sizeof(*sorted), by_id);
    for (size_t i = 1; i < n && ok; i++) {
        const struct history_payload *a = sorted[i - 1], *b = sorted[i];
        bool same = a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0;
        if (!same && by_id(&a, &b) == 0)
            ok = error_set(err, ERR_INVALID, "payload id '%s' stands for two different payloads: %s and %s",
                           a->record.id, a->record.where, b->record.where);
    }
    free(sorted);
    return ok;
}

static bool check_payloads(const struct history_payload *payloads, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (!check_payload(&payloads[i], err))
            return false;
    }
    return check_ids(payloads, n, err);
}

bool history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts, struct error *err)
{
    assert(history->mode == HISTORY_WRITE && (workload || history->backend == &history_folder));
    struct history_counts got = {0};
    if (!check_payloads(payloads, n, err))
        return false;
    if ((n || history->origin.renew) && !history->backend->put(history, workload, payloads, n, &got, err))
        return false;
    if (counts)
        *counts = got;
    return true;
}

bool history_compare(struct history *history, const struct history_payload *payloads, size_t n,
                     struct history_counts *counts, struct error *err)
{
    struct arena scratch = {0};
    struct history_counts got = {0};
    bool ok = check_payloads(payloads, n, err);
    for (size_t i = 0; ok && i < n; i++) {
        size_t len;
        const char *text = history_fetch(history, payloads[i].record.id, &scratch, &len, err);
        ok = err->kind == ERR_NONE;
        bool same = text && len == payloads[i].text_len && memcmp(text, payloads[i].text, len) == 0;
        ++*(!text ? &got.added : same ? &got.unchanged : &got.replaced);
        arena_clear(&scratch);
    }
    arena_close(&scratch);
    if (ok)
        *counts = got;
    return ok;
}

bool history_walk(struct history *history, const char *workload, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    return !history->exists || history->backend->walk(history, workload, arena, visit, context, err);
}

bool history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                       struct error *err)
{
    *workloads = NULL;
    *n = 0;
    return !history->exists || history->backend->workloads(history, arena, workloads, n, err);
}

const char *history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err)
{
    size_t ignored;
    if (!history->exists)
        return NULL;
    return history->backend->fetch(history, id, arena, len ? len : &ignored, err);
}
