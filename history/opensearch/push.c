/* A push: payloads gather in a window; a full one is sent. For each window the documents of KPIs go first, then the server says what it
 * has already, then what is new or different leaves. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "history/opensearch/bulk.h"
#include "history/opensearch/document.h"
#include "history/opensearch/index.h"
#include "history/opensearch/known.h"
#include "history/opensearch/kpis.h"
#include "history/opensearch/opensearch.h"
#include "history/opensearch/uri.h"

struct waiting {
    const char *id, *digest;
    size_t at, len;         /* its document in `lines` */
    const struct bulk_item *kpi; /* one that was not taken, or NULL */
    size_t kpis_from, kpis_to;   /* its items of `kpis` */
};

struct opensearch_push {
    struct arena arena; /* of the window */
    const char *workload;
    struct text lines;  /* documents of the window */
    LIST_OF(struct waiting) payloads;
    struct kpi_documents kpis;
    json_t *kpi_indexes; /* an object whose members are those that are there */
    bool prepared, fresh;
    bool written;        /* something new is in the index */
    size_t n, unsent;
    struct error first;  /* why the first one was not sent */
    struct error end;    /* what ended the push before its time */
};

enum { WINDOW_ITEMS = BULK_IN_FLIGHT * BULK_CHUNK_ITEMS };

bool opensearch_begin(struct history *history, const char *workload, struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    if (!workload)
        return error_set(err, ERR_USAGE, "%s: payloads need the name of their workload here (--workload_name=NAME)", history->uri);
    o->push = memory_need(calloc(1, sizeof(*o->push)));
    o->push->workload = memory_need(strdup(workload));
    o->push->lines = text_open(SIZE_MAX);
    o->push->kpi_indexes = memory_need(json_object());
    return true;
}

static void forget_window(struct opensearch_push *push)
{
    text_clear(&push->lines);
    memset(&push->payloads, 0, sizeof(push->payloads));
    memset(&push->kpis, 0, sizeof(push->kpis));
    arena_clear(&push->arena);
}

static void tell(struct opensearch *o, const char *id, enum history_fate fate, const char *why)
{
    struct opensearch_push *push = o->push;
    push->written |= fate == FATE_ADDED || fate == FATE_REPLACED;
    if (fate == FATE_UNSENT && push->unsent++ == 0)
        error_set(&push->first, ERR_STORE, "%s", why);
    history_tell(&o->history, id, fate, why);
}

/* ---- a window ---- */

static bool prepare(struct opensearch *o, struct error *err)
{
    if (!o->push->prepared && !opensearch_index_prepare(o, &o->push->fresh, err))
        return false;
    o->push->prepared = true;
    return true;
}

static bool send_kpis(struct opensearch *o, struct error *err)
{
    struct opensearch_push *push = o->push;
    for (size_t i = 0; i < push->kpis.n; i++) {
        const char *index = push->kpis.v[i].index;
        if (json_object_get(push->kpi_indexes, index))
            continue;
        if (!opensearch_index_prepare_kpi(o, index, err))
            return false;
        json_object_set_new(push->kpi_indexes, index, json_true());
    }
    push->written |= push->kpis.n > 0;
    bool ok = push->kpis.n == 0 || opensearch_bulk_send(o, &push->arena, NULL, &push->lines, push->kpis.v, push->kpis.n, err);
    for (size_t i = 0; i < push->payloads.n; i++) {
        struct waiting *payload = &push->payloads.v[i];
        for (size_t k = payload->kpis_from; k < payload->kpis_to && !payload->kpi; k++) {
            bool taken = push->kpis.v[k].state == BULK_CREATED || push->kpis.v[k].state == BULK_UPDATED;
            payload->kpi = taken ? NULL : &push->kpis.v[k];
        }
    }
    return ok;
}

/* What the server has, for each payload of the window. */
static struct known *look_up(struct opensearch *o, struct error *err)
{
    struct opensearch_push *push = o->push;
    struct known *known = ARENA_ARRAY(&push->arena, struct known, push->payloads.n);
    for (size_t i = 0; i < push->payloads.n; i++) {
        const struct waiting *payload = &push->payloads.v[i];
        known[i] = (struct known){payload->id, payload->at, payload->len, payload->digest, KNOWN_NOT, NULL};
    }
    if (push->fresh || opensearch_known_find(o, &push->arena, push->workload, &push->lines, known, push->payloads.n, err))
        return known;
    return NULL;
}

/* Tells what needs no sending; false when it is to be sent. */
static bool settled(struct opensearch *o, const struct waiting *payload, const struct known *known)
{
    struct arena *arena = &o->push->arena;
    const struct bulk_item *kpi = payload->kpi;
    if (kpi)
        tell(o, payload->id, kpi->state == BULK_REFUSED ? FATE_REFUSED : FATE_UNSENT,
             arena_printf(arena, "its document in %s: %s", kpi->index, kpi->why));
    else if (known->state == KNOWN_THEIRS)
        tell(o, payload->id, FATE_REFUSED,
             arena_printf(arena, "the index holds a payload of this id for the workload '%s'", known->workload));
    else if (known->state == KNOWN_SAME)
        tell(o, payload->id, FATE_UNCHANGED, NULL);
    else
        return false;
    return true;
}

static void tell_item(struct opensearch *o, const struct known *known, const struct bulk_item *item)
{
    /* When an attempt of unknown end went before, the index may hold what we just sent: no news. Whoever else was faster may have sent
     * something else, and what it was is gone: that counts as replaced. */
    bool ours = known->state == KNOWN_NOT && item->repeated;
    switch (item->state) {
    case BULK_CREATED:
        tell(o, item->id, FATE_ADDED, NULL);
        break;
    case BULK_UPDATED:
        tell(o, item->id, ours ? FATE_ADDED : known->state == KNOWN_BARE ? FATE_UNCHANGED : FATE_REPLACED, NULL);
        break;
    case BULK_REFUSED:
        tell(o, item->id, FATE_REFUSED, item->why);
        break;
    case BULK_UNSENT:
    case BULK_WAITING:
        tell(o, item->id, FATE_UNSENT, item->why);
        break;
    }
}

static bool send_payloads(struct opensearch *o, const struct known *known, struct error *err)
{
    struct opensearch_push *push = o->push;
    struct bulk_item *items = ARENA_ARRAY(&push->arena, struct bulk_item, push->payloads.n);
    const struct known **about = ARENA_ARRAY(&push->arena, const struct known *, push->payloads.n);
    size_t n = 0;
    for (size_t i = 0; i < push->payloads.n; i++) {
        const struct waiting *payload = &push->payloads.v[i];
        if (settled(o, payload, &known[i]))
            continue;
        items[n] = (struct bulk_item){.index = o->target, .id = payload->id, .at = payload->at, .len = payload->len};
        about[n++] = &known[i];
    }
    bool ok = n == 0 || opensearch_bulk_send(o, &push->arena, o->target, &push->lines, items, n, err);
    for (size_t i = 0; i < n; i++) {
        tell_item(o, about[i], &items[i]);
        push->written |= items[i].state == BULK_UPDATED; /* also what counts as unchanged: it is found as it is now */
    }
    return ok;
}

/* All payloads of the window that nothing was told of are not sent. */
static void leave(struct opensearch *o, const char *why)
{
    for (size_t i = 0; i < o->push->payloads.n; i++)
        tell(o, o->push->payloads.v[i].id, FATE_UNSENT, why);
}

static bool send_window(struct opensearch *o, struct error *err)
{
    struct error failure = {0};
    if (o->push->payloads.n == 0)
        return true;
    const struct known *known = prepare(o, &failure) && send_kpis(o, &failure) ? look_up(o, &failure) : NULL;
    if (!known)
        leave(o, failure.text);
    else
        send_payloads(o, known, &failure);
    forget_window(o->push);
    if (!failure.kind)
        return true;
    *err = o->push->end = failure;
    return false;
}

/* ---- the transaction ---- */

bool opensearch_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    struct opensearch_push *push = o->push;
    struct waiting waiting = {.id = arena_strdup(&push->arena, payload->record.id)};
    bool ours = o->kind == INDEX_ABSENT || o->target_kind == INDEX_OURS || o->target_kind == INDEX_BLANK;
    struct history_payload whole = *payload;
    char digest[OPENSEARCH_DIGEST_SIZE], fingerprint[FINGERPRINT_SIZE];
    push->n++;
    if (strlen(waiting.id) > OPENSEARCH_ID_MAX) {
        tell(o, waiting.id, FATE_REFUSED, "its id is longer than 512 bytes, which is all that an OpenSearch takes");
        return true;
    }
    if (ours)
        record_complete(&push->arena, payload->text, payload->text_len, &whole.record);
    opensearch_digest(&whole, digest);
    if (ours)
        waiting.digest = arena_strdup(&push->arena, digest);
    waiting.kpis_from = push->kpis.n;
    const char *fault = history->by_kpi ? opensearch_kpis_add(&push->arena, o->index, payload, &push->lines, &push->kpis) : NULL;
    if (fault) {
        tell(o, waiting.id, FATE_REFUSED, fault);
        return true;
    }
    waiting.kpis_to = push->kpis.n;
    waiting.at = push->lines.len;
    bool printed = o->history.rule && fingerprint_of(o->history.rule, &payload->record, fingerprint);
    opensearch_document(&push->lines, &whole, ours ? push->workload : NULL, digest, printed ? fingerprint : NULL);
    waiting.len = push->lines.len - waiting.at;
    *LIST_ADD(&push->arena, &push->payloads) = waiting;
    bool full = push->lines.len >= BULK_IN_FLIGHT * o->chunk_bytes || push->payloads.n + push->kpis.n >= WINDOW_ITEMS;
    return !full || send_window(o, err);
}

static void refresh(struct opensearch *o)
{
    struct arena scratch = {0};
    struct error ignored = {0}; /* what was put is stored, and will be found a second later */
    struct http_answer answer;
    const char *path = arena_printf(&scratch, "/%s/_refresh", http_encode(&scratch, o->target ? o->target : o->index));
    http_send(o->http, &(struct http_request){.method = "POST", .path = path}, &scratch, &answer, &ignored);
    const char *name;
    json_t *there;
    json_object_foreach(o->push->kpi_indexes, name, there) {
        path = arena_printf(&scratch, "/%s/_refresh", http_encode(&scratch, name));
        http_send(o->http, &(struct http_request){.method = "POST", .path = path}, &scratch, &answer, &ignored);
    }
    arena_close(&scratch);
}

bool opensearch_end(struct history *history, bool keep, struct error *err)
{
    struct opensearch *o = (struct opensearch *)history;
    struct opensearch_push *push = o->push;
    bool ok = keep && send_window(o, err);
    if (!keep)
        leave(o, push->end.kind ? push->end.text : "the upload was stopped");
    if (push->written && o->refresh && !push->end.kind) /* a server that is gone is not waited for once more */
        refresh(o);
    if (ok && push->unsent)
        ok = error_set(err, ERR_STORE, "%s: payloads that were not sent: %zu of %zu; the first one: %s", http_host(o->http), push->unsent,
                       push->n, push->first.text);
    if (push->written)
        history->exists = true;
    arena_close(&push->arena);
    text_close(&push->lines);
    json_decref(push->kpi_indexes);
    free((char *)(uintptr_t)push->workload);
    free(push);
    o->push = NULL;
    return ok;
}
