#include "history/history.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/backend.h"
#include "history/filter.h"
#include "history/gather.h"
#include "history/idset.h"
#include "json/equal.h"
#include "json/read.h"

static const struct history_backend *const backends[] = {&history_sqlite, &history_folder, &history_opensearch_https, &history_opensearch_http,
                                                         &history_horreum, &history_horreum_plain};
enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

static bool unknown_backend(const char *uri, size_t scheme_len, struct error *err)
{
    struct text known = text_open(1000);
    for (size_t i = 0; i < BACKENDS; i++)
        if (backends[i]->example)
            text_printf(&known, "%s%s", known.len ? ", " : "", backends[i]->example);
    if (uri[scheme_len] == ':') /* the rest may hold a password */
        error_set(err, ERR_USAGE, "'%.*s:' is no known kind of history; expected %s", (int)scheme_len, uri, known.s);
    else
        error_set(err, ERR_USAGE, "'%s' is not a history's URI; expected %s", uri, known.s);
    text_close(&known);
    return false;
}

static const struct history_backend *find_scheme(const char *uri, size_t scheme_len)
{
    for (size_t i = 0; i < BACKENDS && uri[scheme_len] == ':'; i++)
        if (strlen(backends[i]->scheme) == scheme_len && strncmp(backends[i]->scheme, uri, scheme_len) == 0)
            return backends[i];
    return NULL;
}

static const struct history_backend *find_backend(const char *uri, struct error *err)
{
    size_t scheme_len = strcspn(uri, ":");
    const struct history_backend *backend = find_scheme(uri, scheme_len);
    if (!backend)
        unknown_backend(uri, scheme_len, err);
    return backend && (!backend->check || backend->check(uri, err)) ? backend : NULL;
}

bool history_is_known(const char *uri, struct error *err)
{
    return find_backend(uri, err) != NULL;
}

bool history_is_remote(const char *uri)
{
    const struct history_backend *backend = find_scheme(uri, strcspn(uri, ":"));
    return backend && backend->remote;
}

const char *history_scheme(size_t i)
{
    return i < BACKENDS ? backends[i]->scheme : NULL;
}

const char *history_plain_uri(struct arena *arena, const char *uri)
{
    const struct history_backend *backend = find_scheme(uri, strcspn(uri, ":"));
    size_t n = strlen(uri);
    if (!backend || !backend->remote)
        return uri;
    if (uri[n - 1] == '/')
        uri = arena_strndup(arena, uri, n - 1);
    return backend->plain ? backend->plain(arena, uri) : uri;
}

double history_wait_s(const struct history_access *access)
{
    double wait_s = access ? access->wait_s : 0;
    return wait_s > 0 ? wait_s : wait_s < 0 ? 0 : HISTORY_WAIT_S;
}

struct history *history_open(const char *uri, enum history_mode mode, const struct history_access *access, struct error *err)
{
    const struct history_backend *backend = find_backend(uri, err);
    struct history *history = backend ? backend->open(uri, strchr(uri, ':') + 1, mode, access, err) : NULL;
    if (!history)
        return NULL;
    history->backend = backend;
    history->uri = memory_need(strdup(uri));
    history->mode = mode;
    history->access = access;
    history->by_kpi = access && access->by_kpi;
    return history;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    idset_close(history->ids);
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

void history_set_by_kpi(struct history *history, bool by_kpi)
{
    history->by_kpi = by_kpi;
}

bool history_set_up(struct history *history, const char *owner, struct error *err)
{
    if (history->backend->set_up)
        return history->backend->set_up(history, owner, err);
    return error_set(err, ERR_USAGE, "%s: there is nothing to set up for a history of this kind", history->uri);
}

/* ---- writing ---- */

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

bool history_begin(struct history *history, const char *workload, struct error *err)
{
    assert(!history->ids);
    history->counts = (struct history_counts){0};
    history->failed = false;
    history->rule = NULL;
    if (history->mode == HISTORY_WRITE && history->backend->remote && workload && history->access && history->access->rule)
        history->rule = history->access->rule(history->access->rule_context, workload);
    if (history->mode == HISTORY_WRITE && !history->backend->begin(history, workload, err))
        return false;
    history->ids = idset_open();
    return true;
}

static bool same_meaning(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const struct json_read_options options = {.file = "payload"};
    struct error ignored = {0};
    size_t steps = 0;
    json_t *left = json_read(a, a_len, &options, &ignored), *right = json_read(b, b_len, &options, &ignored);
    bool same = left && right && json_values_equal(left, right, &steps);
    json_decref(left);
    json_decref(right);
    return same;
}

/* What adding would do. */
static bool rehearse(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct arena scratch = {0};
    size_t len;
    const char *text = history_fetch(history, payload->record.id, &scratch, &len, err);
    bool same = text && len == payload->text_len && memcmp(text, payload->text, len) == 0;
    if (text && !same && history->backend->rewrites)
        same = same_meaning(text, len, payload->text, payload->text_len);
    arena_close(&scratch);
    if (err->kind)
        return false;
    ++*(!text ? &history->counts.added : same ? &history->counts.unchanged : &history->counts.replaced);
    return true;
}

static bool add_new(struct history *history, const struct history_payload *payload, struct error *err)
{
    return history->mode == HISTORY_READ ? rehearse(history, payload, err) : history->backend->add(history, payload, err);
}

/* One id with two contents: which one is meant cannot be known, and the next upload would turn it round again. */
static bool add_checked(struct history *history, const struct history_payload *payload, struct error *err)
{
    if (!check_payload(payload, err))
        return false;
    switch (idset_add(history->ids, payload->record.id, payload->text, payload->text_len)) {
    case IDSET_NEW:
        return add_new(history, payload, err);
    case IDSET_SAME:
        history->counts.unchanged++;
        return true;
    case IDSET_OTHER:
        break;
    }
    return error_set(err, ERR_INVALID, "payload id '%s' stands for two different payloads; the second one is %s", payload->record.id,
                     payload->record.where);
}

bool history_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    assert(history->ids && !history->failed);
    history->failed = !add_checked(history, payload, err);
    return !history->failed;
}

bool history_end(struct history *history, bool keep, struct history_counts *counts, struct error *err)
{
    assert(history->ids);
    struct error ignored = {0};
    bool kept = keep && !history->failed;
    idset_close(history->ids); /* ending may need memory */
    history->ids = NULL;
    if (history->mode == HISTORY_WRITE && !history->backend->end(history, kept, kept ? err : &ignored))
        kept = false;
    if (counts)
        *counts = kept || history->backend->remote ? history->counts : (struct history_counts){0};
    return kept;
}

void history_tell(struct history *history, const char *id, enum history_fate fate, const char *why)
{
    size_t *const counts[] = {
        [FATE_ADDED] = &history->counts.added,       [FATE_UNCHANGED] = &history->counts.unchanged,
        [FATE_REPLACED] = &history->counts.replaced, [FATE_REFUSED] = &history->counts.refused,
        [FATE_UNSENT] = &history->counts.unsent,
    };
    ++*counts[fate];
    if (history->fate)
        history->fate(history->fate_context, id, fate, why);
}

void history_set_witness(struct history *history, void (*fate)(void *context, const char *id, enum history_fate fate, const char *why),
                         void *context)
{
    history->fate = fate;
    history->fate_context = context;
}

static int by_id(const void *left, const void *right)
{
    const struct history_payload *const *a = left, *const *b = right;
    return strcmp((*a)->record.id, (*b)->record.id);
}

/* As history_add finds it too, but here both are known, and nothing has begun. */
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

static bool add_all(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                    struct history_counts *counts, struct error *err)
{
    bool ok = true;
    if (!history_begin(history, workload, err))
        return false;
    for (size_t i = 0; i < n && ok; i++)
        ok = history_add(history, &payloads[i], err);
    return history_end(history, ok, counts, err);
}

bool history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts, struct error *err)
{
    assert(history->mode == HISTORY_WRITE && (workload || history->backend == &history_folder));
    struct history_counts got = {0};
    if (!check_payloads(payloads, n, err))
        return false;
    bool ok = (!n && !history->origin.renew) || add_all(history, workload, payloads, n, &got, err);
    if (counts && (ok || history->backend->remote))
        *counts = got;
    return ok;
}

bool history_compare(struct history *history, const struct history_payload *payloads, size_t n,
                     struct history_counts *counts, struct error *err)
{
    enum history_mode mode = history->mode;
    history->mode = HISTORY_READ;
    bool ok = check_payloads(payloads, n, err) && add_all(history, NULL, payloads, n, counts, err);
    history->mode = mode;
    return ok;
}

/* ---- reading ---- */

bool history_takes_start(const struct history_selection *selection, int64_t start_us)
{
    return (!selection->from_us || start_us >= selection->from_us) && (!selection->to_us || start_us < selection->to_us);
}

bool history_takes(const struct history_selection *selection, const struct record *record)
{
    return history_takes_start(selection, record->start_us) && (!selection->filters || record_passes(record, selection->filters));
}

static struct history_selection given(const struct history_selection *selection)
{
    return selection ? *selection : (struct history_selection){0};
}

/* Between a back end and a visitor: what is not meant does not get through. */
struct sieve {
    const struct history_selection *selection;
    const struct gather_bound *bound; /* of the newest ones; or NULL */
    bool (*record)(void *context, const struct record *record);
    bool (*payload)(void *context, const struct history_payload *payload);
    void *context;
};

static bool gets_through(const struct sieve *sieve, const struct record *record)
{
    return history_takes(sieve->selection, record) && (!sieve->bound || !gather_is_before(record, sieve->bound));
}

static bool sieve_record(void *context, const struct record *record)
{
    const struct sieve *sieve = context;
    return !gets_through(sieve, record) || sieve->record(sieve->context, record);
}

static bool sieve_payload(void *context, const struct history_payload *payload)
{
    const struct sieve *sieve = context;
    return !gets_through(sieve, &payload->record) || sieve->payload(sieve->context, payload);
}

/* `arena` NULL: nothing is kept. */
static bool sieve_records(struct history *history, const struct history_selection *selection, struct arena *arena,
                          const struct gather_bound *bound, bool (*visit)(void *context, const struct record *record), void *context,
                          struct error *err)
{
    struct history_selection meant = *selection;
    struct sieve sieve = {.selection = &meant, .bound = bound, .record = visit, .context = context};
    struct arena scratch = {0};
    meant.newest = 0;
    bool ok = history->backend->walk(history, &meant, arena || history->backend->keeps_texts ? arena : &scratch, sieve_record, &sieve, err);
    arena_close(&scratch);
    return ok;
}

/* Asks the back end where the newest ones begin; *narrowed: it knew. What is found from there on counts only when it is enough. */
static bool narrow(struct history *history, struct history_selection *selection, bool *narrowed, struct error *err)
{
    int64_t from_us = selection->from_us;
    bool asks = selection->newest && !selection->like && history->backend->newest_from;
    bool ok = !asks || history->backend->newest_from(history, selection, &from_us, err);
    *narrowed = ok && from_us != selection->from_us;
    selection->from_us = from_us;
    return ok;
}

static bool scan_bound(struct history *history, const struct history_selection *selection, struct gather_bound *bound, size_t *n,
                       struct error *err)
{
    struct history_selection bare = *selection;
    struct gather_newest *newest = gather_newest_open(selection->newest);
    bare.bare = true;
    bool ok = sieve_records(history, &bare, NULL, NULL, gather_newest_take, newest, err);
    *n = gather_newest_n(newest);
    gather_newest_close(newest, bound);
    return ok;
}

/* The first of the newest ones, which a reading without order has to know before; all of them start in *selection then. */
static bool find_bound(struct history *history, struct history_selection *selection, struct gather_bound *bound, struct error *err)
{
    struct history_selection meant = *selection;
    bool narrowed;
    size_t n;
    if (!narrow(history, &meant, &narrowed, err) || !scan_bound(history, &meant, bound, &n, err))
        return false;
    if (!narrowed || n >= meant.newest) {
        *selection = meant;
        return true;
    }
    gather_bound_free(bound);
    return scan_bound(history, selection, bound, &n, err);
}

static bool gather_all(struct history *history, const struct history_selection *selection, struct arena *arena, struct record **records,
                       size_t *n, struct error *err)
{
    struct gather *gather = gather_open(arena, history->backend->keeps_texts);
    bool ok = sieve_records(history, selection, arena, NULL, gather_take, gather, err);
    *records = gather_close(gather, n);
    return ok;
}

bool history_records(struct history *history, const struct history_selection *selection, struct arena *arena, struct record **records,
                     size_t *n, struct error *err)
{
    struct history_selection meant = given(selection);
    *records = NULL;
    *n = 0;
    if (meant.like)
        meant.like->left_out = 0;
    if (!history->exists)
        return true;
    struct history_selection narrower = meant;
    bool narrowed, ok = narrow(history, &narrower, &narrowed, err) && gather_all(history, &narrower, arena, records, n, err);
    if (ok && narrowed && *n < meant.newest)
        ok = gather_all(history, &meant, arena, records, n, err);
    size_t first = meant.newest && *n > meant.newest ? *n - meant.newest : 0;
    if (first) /* an empty list may be NULL */
        *records += first;
    *n = ok ? *n - first : 0;
    return ok;
}

bool history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct record *records;
    size_t n;
    if (!history_records(history, selection, arena, &records, &n, err))
        return false;
    for (size_t i = 0; i < n && visit(context, &records[i]); i++)
        ;
    return true;
}

bool history_scan(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err)
{
    struct history_selection meant = given(selection);
    struct gather_bound bound = {0};
    if (!history->exists)
        return true;
    bool ok = (!meant.newest || find_bound(history, &meant, &bound, err)) &&
              sieve_records(history, &meant, NULL, meant.newest ? &bound : NULL, visit, context, err);
    gather_bound_free(&bound);
    return ok;
}

static bool count_record(void *context, const struct record *record)
{
    (void)record;
    ++*(size_t *)context;
    return true;
}

bool history_count(struct history *history, const struct history_selection *selection, size_t *n, struct error *err)
{
    struct history_selection all = given(selection);
    int64_t known = -1;
    all.newest = 0;
    all.bare = true;
    *n = 0;
    if (history->exists && history->backend->count && !history->backend->count(history, &all, &known, err))
        return false;
    if (known < 0)
        return history_scan(history, &all, count_record, n, err);
    *n = (size_t)known;
    return true;
}

bool history_read(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err)
{
    struct history_selection meant = given(selection);
    struct gather_bound bound = {0};
    struct sieve sieve = {.selection = &meant, .bound = meant.newest ? &bound : NULL, .payload = visit, .context = context};
    if (!history->exists)
        return true;
    bool ok = !meant.newest || find_bound(history, &meant, &bound, err);
    if (ok && bound.id && bound.start_us > meant.from_us)
        meant.from_us = bound.start_us;
    meant.newest = 0;
    ok = ok && history->backend->read(history, &meant, sieve_payload, &sieve, err);
    gather_bound_free(&bound);
    return ok;
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
