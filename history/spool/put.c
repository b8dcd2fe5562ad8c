/* Puts payloads into the spool: all of them or none, durable. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/moment.h"
#include "history/spool/claims.h"
#include "history/spool/folder.h"

enum {
    PART_BYTES = 64 << 20, /* of one file: room comes back while a large push goes out */
    PAYLOAD_ROOM = 300,    /* about what stands beside a payload */
    FILE_ROOM = 1000,
    SIZE_TEXT_MAX = 40
};

struct put {
    struct spool *spool;
    struct spool_head head;
    LIST_OF(char *) names; /* of the files so far */
    struct arena arena;
};

static const char *now_text(struct arena *arena)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = (int64_t)time(NULL) * 1000000}, 'T', text);
    return arena_printf(arena, "%sZ", text);
}

/* What would be lost by a program that reads the file: nothing, but a secret must never get there. */
static bool is_plain_uri(const char *uri)
{
    return !strpbrk(uri, "@?#\n");
}

static const char *show_size(uint64_t bytes, char out[SIZE_TEXT_MAX])
{
    if (bytes < 1000000)
        snprintf(out, SIZE_TEXT_MAX, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(out, SIZE_TEXT_MAX, "%.1f MB", (double)bytes / 1e6);
    return out;
}

static bool check_room(const struct spool *spool, const struct history_payload *const *payloads, size_t n, struct error *err)
{
    uint64_t used = spool_measure(spool, true), need = FILE_ROOM, max = spool->settings.max_bytes;
    for (size_t i = 0; i < n; i++)
        need += payloads[i]->text_len + strlen(payloads[i]->record.id) + strlen(payloads[i]->record.where) + PAYLOAD_ROOM;
    if (used + need <= max)
        return true;
    char shown[3][SIZE_TEXT_MAX];
    return error_set(err, ERR_OUTPUT, "the spool %s is full: %s of %s are used, and these payloads need %s; `matbench spool send` empties it, "
                                      "--spool_max=SIZE widens it", spool->folder, show_size(used, shown[0]), show_size(max, shown[1]),
                     show_size(need, shown[2]));
}

static int by_id(const void *left, const void *right)
{
    const struct history_payload *const *a = left, *const *b = right;
    int order = strcmp((*a)->record.id, (*b)->record.id);
    return order ? order : *a < *b ? -1 : *a > *b;
}

static int by_place(const void *left, const void *right)
{
    const struct history_payload *const *a = left, *const *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Each id once, in the order in which they were given. One id with two contents: which one is meant cannot be known. */
static bool choose(struct arena *arena, const struct history_payload *payloads, size_t n, const struct history_payload ***chosen,
                   size_t *kept, struct error *err)
{
    const struct history_payload **list = ARENA_ARRAY(arena, const struct history_payload *, n + 1);
    *chosen = list;
    *kept = 0;
    for (size_t i = 0; i < n; i++)
        list[i] = &payloads[i];
    if (n)
        qsort(list, n, sizeof(*list), by_id);
    for (size_t i = 0; i < n; i++) {
        const struct history_payload *a = list[i], *b = *kept ? list[*kept - 1] : NULL;
        bool again = b && strcmp(a->record.id, b->record.id) == 0;
        if (again && (a->text_len != b->text_len || memcmp(a->text, b->text, a->text_len) != 0))
            return error_set(err, ERR_INVALID, "payload id '%s' stands for two different payloads: %s and %s", a->record.id,
                             b->record.where, a->record.where);
        if (!again)
            list[(*kept)++] = a;
    }
    if (*kept)
        qsort(list, *kept, sizeof(*list), by_place);
    return true;
}

/* What waits already as the latest with its id, to the byte, and is sent as it has to be. A refused one does not wait: it is tried again. */
static bool is_waiting(const struct spool_claim *claim, const struct spool_head *head, const struct history_payload *payload)
{
    char hex[DIGEST_HEX_SIZE];
    if (!claim || claim->entry->refused || claim->entry->sent[claim->item] || (head->by_kpi && !claim->entry->file.head.by_kpi))
        return false;
    digest_sha256(payload->text, payload->text_len, hex);
    return strcmp(hex, claim->entry->file.items[claim->item].sha256) == 0;
}

static int by_waiting_id(const void *left, const void *right)
{
    return strcmp(((const struct spool_place *)left)->id, ((const struct spool_place *)right)->id);
}

/* Takes out of `payloads` what waits already. Whoever is sending it just now ends by marking it: then it is there. Damaged files wait for
 * whoever sends, and hold nothing. */
static bool leave_waiting(struct put *put, const struct history_payload **payloads, size_t *n, struct arena *arena,
                          struct spool_numbers *numbers, struct error *err)
{
    struct spool_list list;
    struct spool_place *waiting = ARENA_ARRAY(arena, struct spool_place, *n + 1);
    size_t claims_n, left = 0;
    if (!spool_list(put->spool, put->head.history, false, &put->arena, &list, err))
        return false;
    struct spool_claim *claims = spool_claims(&list, &claims_n);
    for (size_t i = 0; i < *n; i++) {
        const struct spool_claim *claim = spool_latest(claims, claims_n, payloads[i]->record.id, put->head.workload);
        if (is_waiting(claim, &put->head, payloads[i]))
            waiting[numbers->waiting_n++] = (struct spool_place){claim->entry->number, arena_strdup(arena, payloads[i]->record.id)};
        else
            payloads[left++] = payloads[i];
    }
    free(claims);
    if (numbers->waiting_n)
        qsort(waiting, numbers->waiting_n, sizeof(*waiting), by_waiting_id);
    numbers->waiting = waiting;
    *n = left;
    return true;
}

/* Writes as many as fit into one file; *i is then the next. */
static bool put_part(struct put *put, const struct history_payload *const *payloads, size_t n, size_t *i, struct error *err)
{
    char name[SPOOL_NAME_MAX];
    struct error why = {0};
    if (!spool_next_name(put->spool, name, err))
        return false;
    char *full = arena_printf(&put->arena, "%s%s", name, SPOOL_SUFFIX);
    int fd = spool_begin_file(put->spool, put->spool->fd, full, err);
    if (fd < 0)
        return false;
    struct spool_writer *writer = spool_writer_open(fd, &put->head);
    bool ok = true;
    do {
        const struct history_payload *payload = payloads[(*i)++];
        ok = spool_writer_add(writer, payload->record.id, payload->record.where, NULL, payload->text, payload->text_len, &why);
    } while (ok && *i < n && spool_writer_bytes(writer) < PART_BYTES);
    ok = spool_writer_close(writer, ok, &why) && ok;
    if (!ok)
        error_set(err, why.kind, "the spool %s: %s", put->spool->folder, why.text);
    if (!spool_commit_file(put->spool, put->spool->fd, full, fd, ok, err))
        return false;
    *LIST_ADD(&put->arena, &put->names) = full;
    return true;
}

bool spool_put(struct spool *spool, const struct spool_head *head, const struct history_payload *payloads, size_t n, struct arena *arena,
               struct spool_numbers *numbers, struct error *err)
{
    struct put put = {.spool = spool, .head = *head};
    const struct history_payload **chosen;
    int lock;
    *numbers = (struct spool_numbers){0};
    if (!is_plain_uri(head->history))
        return error_set(err, ERR_OUTPUT, "the spool keeps no URI with a user, password or query");
    if (!spool_lock_folder(spool, &lock, err))
        return false;
    put.head.written = now_text(&put.arena);
    bool ok = choose(&put.arena, payloads, n, &chosen, &n, err) && leave_waiting(&put, chosen, &n, arena, numbers, err) &&
              (n == 0 || check_room(spool, chosen, n, err));
    for (size_t i = 0; ok && i < n;)
        ok = put_part(&put, chosen, n, &i, err);
    for (size_t i = 0; !ok && i < put.names.n; i++)
        unlinkat(spool->fd, put.names.v[i], 0);
    if (ok && put.names.n) {
        spool_parse_name(put.names.v[0], &numbers->first);
        spool_parse_name(put.names.v[put.names.n - 1], &numbers->last);
    }
    if (!ok)
        *numbers = (struct spool_numbers){0};
    if (lock >= 0)
        close(lock);
    arena_close(&put.arena);
    return ok;
}
