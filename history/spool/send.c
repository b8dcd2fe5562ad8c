#include "history/spool/send.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history/delivery.h"
#include "history/spool/claims.h"
#include "json/read.h"

enum { FAILURES_MAX = 2 };

/* ---- one id, several payloads ---- */

/* The latest of the payloads with one id is what the history has in the end: the others need not go out, but for documents of KPIs that
 * the latest does not bring. */
static void drop_obsolete(struct spool *spool, struct spool_list *list)
{
    size_t n;
    struct spool_claim *claims = spool_claims(list, &n);
    for (size_t i = 0; i < n; i++)
        if (spool_is_obsolete(claims, n, i))
            spool_mark(spool, claims[i].entry, claims[i].item);
    free(claims);
}

/* ---- whose they are ---- */

static int by_place(const void *left, const void *right)
{
    return strcmp(((const struct spool_place *)left)->id, ((const struct spool_place *)right)->id);
}

static bool is_made(const struct spool_sending *sending, const struct spool_entry *entry)
{
    return entry->number >= sending->own.first && entry->number <= sending->own.last;
}

static bool is_own_item(const struct spool_sending *sending, const struct spool_entry *entry, size_t item)
{
    const struct spool_numbers *own = &sending->own;
    struct spool_place sought = {.id = entry->file.items[item].id};
    const struct spool_place *place = own->waiting_n ? bsearch(&sought, own->waiting, own->waiting_n, sizeof(sought), by_place) : NULL;
    return is_made(sending, entry) || (place && place->number == entry->number);
}

/* Whether any of it is. */
static bool is_own(const struct spool_sending *sending, const struct spool_entry *entry)
{
    bool own = is_made(sending, entry);
    for (size_t i = 0; !own && i < entry->file.n && sending->own.waiting_n; i++)
        own = is_own_item(sending, entry, i);
    return own;
}

static struct history_counts *counts_of(const struct spool_sending *sending, const struct spool_entry *entry, size_t item, struct spool_sent *sent)
{
    return is_own_item(sending, entry, item) ? &sent->own : &sent->older;
}

static void count_unsent(const struct spool_sending *sending, const struct spool_entry *entry, struct spool_sent *sent)
{
    for (size_t i = 0; i < entry->file.n; i++)
        if (!entry->sent[i])
            counts_of(sending, entry, i, sent)->unsent++;
}

/* ---- one entry ---- */

struct sending_entry {
    const struct spool_sending *sending;
    struct spool_entry *entry;
    struct spool_sent *sent;
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
    struct history_counts *counts = counts_of(sending, at->entry, i, at->sent);
    ++*history_count_of(counts, fate);
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

/* Whether anything of it got an answer. */
static bool send_entry(const struct spool_sending *sending, struct spool_entry *entry, struct spool_sent *sent)
{
    struct sending_entry at = {.sending = sending, .entry = entry, .sent = sent};
    struct history_counts counts = {0};
    struct error why = {0};
    at.whys = ARENA_ARRAY(&at.arena, const char *, entry->file.n + 1);
    at.fd = spool_entry_open(sending->spool, entry, &why);
    struct delivery delivery = {.workload = entry->file.head.workload, .n = entry->file.n, .id = item_id, .get = get_item,
                                .fate = take_fate, .context = &at, .by_kpi = entry->file.head.by_kpi};
    counts.unsent = at.fd < 0 ? entry->waiting : 0;
    if (at.fd < 0)
        count_unsent(sending, entry, sent);
    else
        delivery_run(sending->history, &delivery, &counts, &why);
    if (at.fd >= 0)
        close(at.fd);
    if (at.refused)
        spool_refuse(sending->spool, entry, at.whys, &why); /* what cannot be kept there stays here */
    spool_settle(sending->spool, entry, why.kind ? why.text : NULL);
    if (why.kind)
        error_set(&sent->error, why.kind, "%s", why.text);
    arena_close(&at.arena);
    return counts.unsent == 0 || counts.added + counts.unchanged + counts.replaced + counts.refused > 0;
}

/* ---- all of them ---- */

static bool is_ours_to_send(const struct spool_sending *sending, const struct spool_entry *entry)
{
    return (!entry->refused || sending->refused_too) && (!sending->own.last || entry->number <= sending->own.last);
}

/* While this process waited for its turn another one sent these. */
static void take_refusals(const struct spool_sending *sending, const struct spool_entry *entry, struct spool_sent *sent)
{
    for (size_t i = 0; i < entry->file.n; i++) {
        if (entry->sent[i] || !is_own_item(sending, entry, i))
            continue;
        sent->own.refused++;
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
        if (own && entry->refused && !sending->refused_too)
            take_refusals(sending, entry, sent);
        if (!is_ours_to_send(sending, entry) || entry->waiting == 0) {
            spool_settle(sending->spool, entry, NULL);
        } else if (is_stop(sent->error.kind) || failures >= (own ? FAILURES_MAX + 1 : FAILURES_MAX)) {
            count_unsent(sending, entry, sent);
        } else {
            bool answered = send_entry(sending, entry, sent);
            failures = answered ? 0 : failures + 1;
        }
    }
}

void spool_send_failed(const struct spool_sending *sending, struct spool_list *list, const char *why, struct spool_sent *sent)
{
    drop_obsolete(sending->spool, list);
    for (size_t i = 0; i < list->n; i++) {
        struct spool_entry *entry = &list->v[i];
        bool waits = is_ours_to_send(sending, entry) && entry->waiting;
        if (waits)
            count_unsent(sending, entry, sent);
        spool_settle(sending->spool, entry, waits ? why : NULL);
    }
}
