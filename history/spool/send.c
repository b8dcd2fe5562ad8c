#include "history/spool/send.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history/delivery.h"
#include "json/read.h"

enum { FAILURES_MAX = 2 };

/* ---- one id, several payloads ---- */

struct claim {
    struct spool_entry *entry;
    size_t item;
};

/* Of one entry's payload in both folders: it has left the first one for refused/, unless it still waits there: a run was killed in
 * between, and it is tried again. */
static int rank(const struct claim *claim)
{
    return claim->entry->refused ? 1 : claim->entry->sent[claim->item] ? 0 : 2;
}

static int by_age(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    const struct spool_file *x = &a->entry->file, *y = &b->entry->file;
    int order = strcmp(x->items[a->item].id, y->items[b->item].id);
    if (order == 0)
        order = strcmp(x->head.workload, y->head.workload);
    if (order == 0)
        order = (a->entry->number > b->entry->number) - (a->entry->number < b->entry->number);
    if (order == 0)
        order = rank(a) - rank(b);
    return order ? order : (a->item > b->item) - (a->item < b->item);
}

static bool same_payload(const struct claim *a, const struct claim *b)
{
    return strcmp(a->entry->file.items[a->item].id, b->entry->file.items[b->item].id) == 0 &&
           strcmp(a->entry->file.head.workload, b->entry->file.head.workload) == 0;
}

/* The latest of the payloads with one id is what the history has in the end: the others need not go out, but for documents of KPIs that
 * the latest does not bring. */
static void drop_obsolete(struct spool *spool, struct spool_list *list)
{
    size_t n = 0, all = 0;
    for (size_t i = 0; i < list->n; i++)
        all += list->v[i].file.n;
    struct claim *claims = memory_need(malloc((all + 1) * sizeof(*claims)));
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->v[i].file.n; k++)
            claims[n++] = (struct claim){&list->v[i], k};
    qsort(claims, n, sizeof(*claims), by_age);
    for (size_t i = 0; i + 1 < n; i++)
        if (same_payload(&claims[i], &claims[i + 1]) && (!claims[i].entry->file.head.by_kpi || claims[i + 1].entry->file.head.by_kpi))
            spool_mark(spool, claims[i].entry, claims[i].item);
    free(claims);
}

/* ---- one entry ---- */

struct sending_entry {
    const struct spool_sending *sending;
    struct spool_entry *entry;
    struct arena arena; /* the reasons */
    const char **whys;  /* of the refused ones */
    size_t refused;
    int fd;
};

static const char *item_id(void *context, size_t i)
{
    const struct sending_entry *at = context;
    return at->entry->sent[i] ? "" : at->entry->file.items[i].id;
}

static bool get_item(void *context, size_t i, struct arena *arena, struct history_payload *payload, struct error *err)
{
    const struct sending_entry *at = context;
    const struct spool_item *item = &at->entry->file.items[i];
    const char *text = spool_file_payload(at->fd, item, arena, err);
    struct error why = {0};
    if (!text)
        return false;
    json_t *document = json_read(text, item->len, &(struct json_read_options){.file = item->id, .strict = true}, &why);
    bool ok = document && record_from_payload(arena, document, item->where, &payload->record, &why);
    json_decref(document);
    if (ok && strcmp(payload->record.id, item->id) != 0)
        ok = error_set(&why, ERR_INVALID, "its metadata.test_uuid is '%s'", payload->record.id);
    payload->text = text;
    payload->text_len = item->len;
    return ok || error_set(err, ERR_INVALID, "%s", why.text);
}

static void take_fate(void *context, size_t i, enum history_fate fate, const char *why)
{
    struct sending_entry *at = context;
    const struct spool_sending *sending = at->sending;
    switch (fate) {
    case FATE_ADDED:
    case FATE_UNCHANGED:
    case FATE_REPLACED:
        spool_mark(sending->spool, at->entry, i);
        break;
    case FATE_REFUSED:
        at->whys[i] = arena_strdup(&at->arena, why && why[0] ? why : "the server gave no reason");
        at->refused++;
        if (sending->refused)
            sending->refused(sending->context, &at->entry->file.items[i], at->whys[i]);
        break;
    case FATE_UNSENT:
        break;
    }
}

static void add_counts(struct history_counts *sum, const struct history_counts *more)
{
    sum->added += more->added;
    sum->unchanged += more->unchanged;
    sum->replaced += more->replaced;
    sum->refused += more->refused;
    sum->unsent += more->unsent;
}

/* Whether anything of it got an answer. */
static bool send_entry(const struct spool_sending *sending, struct spool_entry *entry, struct history_counts *sum, struct error *err)
{
    struct sending_entry at = {.sending = sending, .entry = entry};
    struct history_counts counts = {0};
    struct error why = {0};
    at.whys = ARENA_ARRAY(&at.arena, const char *, entry->file.n + 1);
    at.fd = spool_entry_open(sending->spool, entry, &why);
    struct delivery delivery = {.workload = entry->file.head.workload, .n = entry->file.n, .id = item_id, .get = get_item,
                                .fate = take_fate, .context = &at, .by_kpi = entry->file.head.by_kpi};
    if (at.fd < 0)
        counts.unsent = entry->waiting;
    else
        delivery_run(sending->history, &delivery, &counts, &why);
    if (at.fd >= 0)
        close(at.fd);
    if (at.refused)
        spool_refuse(sending->spool, entry, at.whys, &why); /* what cannot be kept there stays here */
    spool_settle(sending->spool, entry, why.kind ? why.text : NULL);
    if (why.kind)
        error_set(err, why.kind, "%s", why.text);
    add_counts(sum, &counts);
    arena_close(&at.arena);
    return counts.unsent == 0 || counts.added + counts.unchanged + counts.replaced + counts.refused > 0;
}

/* ---- all of them ---- */

static bool is_own(const struct spool_sending *sending, const struct spool_entry *entry)
{
    return entry->number >= sending->own.first && entry->number <= sending->own.last;
}

static bool is_ours_to_send(const struct spool_sending *sending, const struct spool_entry *entry)
{
    return (!entry->refused || sending->refused_too) && (!sending->own.last || entry->number <= sending->own.last);
}

/* While this process waited for its turn another one sent these. */
static void take_refusals(const struct spool_sending *sending, const struct spool_entry *entry, struct history_counts *counts)
{
    for (size_t i = 0; i < entry->file.n; i++) {
        if (entry->sent[i])
            continue;
        counts->refused++;
        if (sending->refused)
            sending->refused(sending->context, &entry->file.items[i], entry->file.items[i].why ? entry->file.items[i].why : "");
    }
}

static bool is_stop(enum error_kind kind)
{
    return kind == ERR_INTERRUPTED || kind == ERR_TERMINATED;
}

void spool_send(const struct spool_sending *sending, struct spool_list *list, struct spool_sent *sent)
{
    unsigned failures = 0;
    drop_obsolete(sending->spool, list);
    for (size_t i = 0; i < list->n; i++) {
        struct spool_entry *entry = &list->v[i];
        bool own = is_own(sending, entry);
        struct history_counts *counts = own ? &sent->own : &sent->older;
        if (own && entry->refused && !sending->refused_too)
            take_refusals(sending, entry, counts);
        if (!is_ours_to_send(sending, entry) || entry->waiting == 0) {
            spool_settle(sending->spool, entry, NULL);
        } else if (is_stop(sent->error.kind) || failures >= (own ? FAILURES_MAX + 1 : FAILURES_MAX)) {
            counts->unsent += entry->waiting;
        } else {
            bool answered = send_entry(sending, entry, counts, &sent->error);
            failures = answered ? 0 : failures + 1;
        }
    }
}

void spool_send_failed(const struct spool_sending *sending, struct spool_list *list, const char *why, struct spool_sent *sent)
{
    for (size_t i = 0; i < list->n; i++) {
        struct spool_entry *entry = &list->v[i];
        if (!is_ours_to_send(sending, entry) || entry->waiting == 0)
            continue;
        (is_own(sending, entry) ? &sent->own : &sent->older)->unsent += entry->waiting;
        spool_settle(sending->spool, entry, why);
    }
}
