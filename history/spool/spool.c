#include "history/spool/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/moment.h"
#include "base/text.h"
#include "base/write.h"
#include "history/spool/claims.h"
#include "history/spool/folder.h"
#include "json/read.h"
#include "json/write.h"

enum { MARK_DIGITS = 16, SENT_MAX = 64 << 20, NOTE_MAX = 1 << 14, NOTE_WHY_MAX = 4000, SEND_WAIT_S = 300 };

/* ---- the folder ---- */

static bool make_folder(const struct spool *spool, struct error *err)
{
    char parent[4096];
    const char *slash = strrchr(spool->folder, '/');
    if (slash && slash > spool->folder && snprintf(parent, sizeof(parent), "%.*s", (int)(slash - spool->folder), spool->folder) < (int)sizeof(parent)) {
        int reason = directory_make(parent, NULL);
        if (reason)
            return spool_trouble(spool, NULL, reason, err);
    }
    return mkdir(spool->folder, 0700) == 0 || errno == EEXIST || spool_trouble(spool, NULL, errno, err);
}

struct spool *spool_open(const struct spool_settings *settings, bool make, struct error *err)
{
    struct spool *spool = memory_need(calloc(1, sizeof(*spool)));
    *spool = (struct spool){.settings = *settings, .folder = memory_need(strdup(settings->folder)), .fd = -1, .refused = -1};
    bool ok = !make || make_folder(spool, err);
    if (ok) {
        spool->fd = open(spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (spool->fd < 0 && (make || errno != ENOENT))
            ok = spool_trouble(spool, NULL, errno, err);
    }
    if (ok && spool->fd >= 0)
        spool->refused = spool_subfolder(spool->fd, SPOOL_REFUSED, false);
    if (ok)
        return spool;
    spool_close(spool);
    return NULL;
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    if (spool->refused >= 0)
        close(spool->refused);
    if (spool->fd >= 0)
        close(spool->fd);
    free(spool->folder);
    free(spool);
}

const char *spool_folder(const struct spool *spool)
{
    return spool->folder;
}

const char *spool_folder_fault(const struct spool *spool, struct arena *arena)
{
    struct stat st;
    if (spool->fd < 0 || fstat(spool->fd, &st) != 0)
        return NULL;
    unsigned mode = (unsigned)(st.st_mode & 07777);
    if (st.st_uid != geteuid())
        return arena_printf(arena, "the spool %s belongs to another user, who can remove what waits in it", spool->folder);
    if (mode & (S_IWGRP | S_IWOTH))
        return arena_printf(arena, "others may write to the spool %s (mode %04o) and remove what waits in it; `chmod 700 %s` makes it its owner's only",
                            spool->folder, mode, spool->folder);
    if (mode & (S_IRWXG | S_IRWXO))
        return arena_printf(arena, "others may look into the spool %s (mode %04o); `chmod 700 %s` makes it its owner's only", spool->folder, mode,
                            spool->folder);
    return NULL;
}

/* ---- what stands beside an entry ---- */

static int folder_of(const struct spool *spool, const struct spool_entry *entry)
{
    return entry->refused ? spool->refused : spool->fd;
}

/* A small file of ours; "" when there is none. */
static const char *read_beside(int folder, const char *name, size_t max, struct arena *arena)
{
    const char *why;
    struct stat st;
    int fd = spool_open_file(folder, name, &why);
    size_t got = 0;
    if (fd < 0)
        return "";
    size_t size = fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size <= max ? (size_t)st.st_size : 0;
    char *text = arena_alloc(arena, size + 1);
    for (ssize_t n; got < size && (n = pread(fd, text + got, size - got, (off_t)got)) > 0;)
        got += (size_t)n;
    close(fd);
    return text;
}

/* A line counts only when it has its end and names the payload by number and digest: one that a crash tore or a disk turned must
 * never make a payload look sent. */
static void take_sent(struct spool_entry *entry, const char *text)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        char *after;
        unsigned long long i = strtoull(text, &after, 10);
        if (after == text || *after != ' ' || i >= entry->file.n || end - after != 1 + MARK_DIGITS ||
            strncmp(after + 1, entry->file.items[i].sha256, MARK_DIGITS) != 0)
            continue;
        entry->waiting -= !entry->sent[i];
        entry->sent[i] = true;
    }
}

static void take_note(struct arena *arena, struct spool_entry *entry, const char *text)
{
    struct error ignored = {0};
    json_t *note = text[0] ? json_read(text, strlen(text), &(struct json_read_options){.file = "note", .strict = true, .values_max = 20}, &ignored)
                           : NULL;
    json_int_t tries = json_integer_value(json_object_get(note, "tries"));
    const char *why = json_string_value(json_object_get(note, "why")), *tried = json_string_value(json_object_get(note, "tried"));
    if (tries > 0 && tries < 1000000000 && why && tried) {
        entry->tries = (unsigned)tries;
        entry->why = arena_strdup(arena, why);
        entry->tried = arena_strdup(arena, tried);
    }
    json_decref(note);
}

static void put_note(const struct spool *spool, const struct spool_entry *entry, const char *why)
{
    char name[SPOOL_NAME_MAX + 10], now[MOMENT_TEXT_MAX], *cut = memory_need(strndup(why, (size_t)text_cut(why, strlen(why), NOTE_WHY_MAX)));
    struct text out = text_open(NOTE_MAX * 4);
    moment_isoformat((struct moment){.us = (int64_t)time(NULL) * 1000000}, 'T', now);
    text_printf(&out, "{\"tries\": %u, \"tried\": \"%sZ\", \"why\": ", entry->tries + 1, now);
    json_write_string(&out, cut, strlen(cut), &(struct json_style){.indent = 0});
    text_add(&out, "}\n");
    snprintf(name, sizeof(name), "%s" SPOOL_WHY, entry->name);
    int folder = folder_of(spool, entry);
    unlinkat(folder, name, 0);
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0) {
        (void)write_all(fd, out.s, out.len);
        close(fd);
    }
    text_close(&out);
    free(cut);
}

static void remove_beside(int folder, const char *entry)
{
    static const char *const ends[] = {SPOOL_SENT, SPOOL_WHY};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char name[SPOOL_NAME_MAX + 10];
        snprintf(name, sizeof(name), "%s%s", entry, ends[i]);
        unlinkat(folder, name, 0);
    }
}

/* ---- listing ---- */

struct listing {
    struct spool *spool;
    const char *history;
    bool mend;
    struct arena *arena;
    LIST_OF(struct spool_entry) entries;
    LIST_OF(const char *) findings;
};

static void set_aside(struct listing *listing, int folder, const char *file, const char *shown, const char *why)
{
    struct spool *spool = listing->spool;
    int damaged = listing->mend ? spool_subfolder(spool->fd, SPOOL_DAMAGED, true) : -1;
    char stem[SPOOL_NAME_MAX];
    bool moved = damaged >= 0 && renameat(folder, file, damaged, file) == 0;
    if (damaged >= 0)
        close(damaged);
    snprintf(stem, sizeof(stem), "%.*s", (int)(strlen(file) - strlen(SPOOL_SUFFIX)), file);
    if (moved)
        remove_beside(folder, stem);
    *LIST_ADD(listing->arena, &listing->findings) =
        moved ? arena_printf(listing->arena, "%s: %s; it is set aside as %s/%s/%s and not sent", shown, why, spool->folder, SPOOL_DAMAGED, file)
              : arena_printf(listing->arena, "%s: %s; it is not sent", shown, why);
}

/* What another process has just sent is gone, which is no finding. */
static void take_entry(struct listing *listing, int folder, bool refused, const char *file)
{
    struct arena *arena = listing->arena;
    struct spool_entry entry = {.refused = refused};
    struct error err = {0};
    const char *why, *shown = arena_printf(arena, "%s/%s%s", listing->spool->folder, refused ? SPOOL_REFUSED "/" : "", file);
    int fd = spool_open_file(folder, file, &why);
    if (fd < 0) {
        if (why)
            *LIST_ADD(arena, &listing->findings) = arena_printf(arena, "%s: %s; it is not sent", shown, why);
        return;
    }
    bool ok = spool_file_read(fd, listing->history, arena, &entry.file, &err);
    close(fd);
    if (!ok && entry.file.newer)
        *LIST_ADD(arena, &listing->findings) = arena_printf(arena, "%s: was written by a newer matbench, which can send it", shown);
    else if (!ok)
        set_aside(listing, folder, file, shown, err.text);
    if (!ok || entry.file.other)
        return;
    spool_parse_name(file, &entry.number);
    entry.name = arena_strndup(arena, file, strlen(file) - strlen(SPOOL_SUFFIX));
    entry.sent = ARENA_ARRAY(arena, bool, entry.file.n + 1);
    entry.waiting = entry.file.n;
    take_sent(&entry, read_beside(folder, arena_printf(arena, "%s" SPOOL_SENT, entry.name), SENT_MAX, arena));
    take_note(arena, &entry, read_beside(folder, arena_printf(arena, "%s" SPOOL_WHY, entry.name), NOTE_MAX, arena));
    *LIST_ADD(arena, &listing->entries) = entry;
}

static bool list_folder(struct listing *listing, int folder, bool refused, struct error *err)
{
    LIST_OF(const char *) names = {0};
    uint64_t number;
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    if (!dir) {
        spool_trouble(listing->spool, refused ? SPOOL_REFUSED : NULL, errno, err);
        if (copy >= 0)
            close(copy);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (spool_parse_name(entry->d_name, &number))
            *LIST_ADD(listing->arena, &names) = arena_strdup(listing->arena, entry->d_name);
    closedir(dir);
    for (size_t i = 0; i < names.n; i++)
        take_entry(listing, folder, refused, names.v[i]);
    return true;
}

static int by_number(const void *left, const void *right)
{
    const struct spool_entry *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return a->number != b->number ? (a->number < b->number ? -1 : 1) : order ? order : a->refused - b->refused;
}

bool spool_list(struct spool *spool, const char *history, bool mend, struct arena *arena, struct spool_list *list, struct error *err)
{
    struct listing listing = {.spool = spool, .history = history, .mend = mend, .arena = arena};
    *list = (struct spool_list){0};
    if (spool->fd < 0)
        return true;
    if (!list_folder(&listing, spool->fd, false, err) || (spool->refused >= 0 && !list_folder(&listing, spool->refused, true, err)))
        return false;
    if (listing.entries.n)
        qsort(listing.entries.v, listing.entries.n, sizeof(*listing.entries.v), by_number);
    *list = (struct spool_list){listing.entries.v, listing.entries.n, listing.findings.v, listing.findings.n, spool_measure(spool, false)};
    return true;
}

void spool_count_once(struct spool_list *list)
{
    size_t n;
    struct spool_claim *claims = spool_claims(list, &n);
    for (size_t i = 0; i < n; i++) {
        bool *sent = &claims[i].entry->sent[claims[i].item];
        if (*sent || !spool_is_obsolete(claims, n, i))
            continue;
        *sent = true;
        claims[i].entry->waiting--;
    }
    free(claims);
}

/* ---- sending ---- */

int spool_lock(struct spool *spool, const char *history, void (*tell)(void *context), void *context, struct error *err)
{
    char hex[DIGEST_HEX_SIZE], name[40];
    int fd;
    bool held;
    digest_sha256(history, strlen(history), hex);
    snprintf(name, sizeof(name), "to-%.16s.lock", hex);
    if (!spool_lock_file(spool, name, SEND_WAIT_S, tell, context, &fd, &held, err))
        return -1;
    if (held)
        error_set(err, ERR_STORE, "another matbench has been sending to this history for %d s", (int)SEND_WAIT_S);
    return fd;
}

void spool_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

int spool_entry_open(const struct spool *spool, const struct spool_entry *entry, struct error *err)
{
    char name[SPOOL_NAME_MAX + 10];
    const char *why;
    snprintf(name, sizeof(name), "%s" SPOOL_SUFFIX, entry->name);
    int fd = spool_open_file(folder_of(spool, entry), name, &why);
    if (fd < 0)
        error_set(err, ERR_OUTPUT, "the spool %s/%s: %s", spool->folder, name, why ? why : strerror(ENOENT));
    return fd;
}

void spool_mark(struct spool *spool, struct spool_entry *entry, size_t item)
{
    char name[SPOOL_NAME_MAX + 10], line[60];
    if (entry->sent[item])
        return;
    entry->sent[item] = true;
    entry->waiting--;
    snprintf(name, sizeof(name), "%s" SPOOL_SENT, entry->name);
    int n = snprintf(line, sizeof(line), "%zu %.*s\n", item, (int)MARK_DIGITS, entry->file.items[item].sha256);
    int fd = openat(folder_of(spool, entry), name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return; /* it is sent again, which is harmless */
    (void)write_all(fd, line, (size_t)n);
    close(fd);
}

bool spool_drop(struct spool *spool, const struct spool_entry *entry, struct error *err)
{
    char name[SPOOL_NAME_MAX + 10];
    int folder = folder_of(spool, entry);
    snprintf(name, sizeof(name), "%s" SPOOL_SUFFIX, entry->name);
    if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
        return spool_trouble(spool, name, errno, err);
    remove_beside(folder, entry->name);
    return true;
}

void spool_settle(struct spool *spool, struct spool_entry *entry, const char *why)
{
    struct error ignored = {0};
    if (entry->waiting == 0)
        spool_drop(spool, entry, &ignored);
    else if (why)
        put_note(spool, entry, why);
}

/* ---- refused ---- */

static bool write_refused(const struct spool_entry *entry, const char *const *whys, int from, int to, struct error *err)
{
    struct arena scratch = {0};
    struct spool_writer *writer = spool_writer_open(to, &entry->file.head);
    bool ok = true;
    for (size_t i = 0; ok && i < entry->file.n; i++) {
        const struct spool_item *item = &entry->file.items[i];
        const char *why = whys[i] ? whys[i] : entry->refused && !entry->sent[i] ? item->why : NULL;
        if (!why)
            continue;
        const char *text = spool_file_payload(from, item, &scratch, err);
        ok = text && spool_writer_add(writer, item->id, item->where, why, text, item->len, err);
        arena_clear(&scratch);
    }
    ok = spool_writer_close(writer, ok, err) && ok;
    arena_close(&scratch);
    return ok;
}

/* A refused entry is written anew without what has left it; so its .sent, which counts the older file's payloads, goes first: a kill
 * between the two makes payloads wait that have arrived, never the other way round. What an earlier try of an entry left in refused/ stays: the
 * next ones go into a file of their own, with the entry's number. */
static bool put_refused(struct spool *spool, const struct spool_entry *entry, const char *const *whys, int from, struct error *err)
{
    char name[SPOOL_NAME_MAX + 10], own[SPOOL_NAME_MAX];
    struct error why = {0};
    snprintf(name, sizeof(name), "%s" SPOOL_SUFFIX, entry->name);
    if (!entry->refused && faccessat(spool->refused, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        if (!spool_new_name(spool, entry->number, own, err))
            return false;
        snprintf(name, sizeof(name), "%s" SPOOL_SUFFIX, own);
    }
    int to = spool_begin_file(spool, spool->refused, name, err);
    if (to < 0)
        return false;
    bool ok = write_refused(entry, whys, from, to, &why);
    if (!ok)
        error_set(err, why.kind, "the spool %s: %s", spool->folder, why.text);
    if (entry->refused)
        remove_beside(spool->refused, entry->name);
    return spool_commit_file(spool, spool->refused, name, to, ok, err);
}

bool spool_refuse(struct spool *spool, struct spool_entry *entry, const char *const *whys, struct error *err)
{
    int lock, from;
    if (!spool_lock_folder(spool, &lock, err))
        return false;
    if (spool->refused < 0)
        spool->refused = spool_subfolder(spool->fd, SPOOL_REFUSED, true);
    bool ok = spool->refused >= 0 || spool_trouble(spool, SPOOL_REFUSED, errno, err);
    from = ok ? spool_entry_open(spool, entry, err) : -1;
    ok = from >= 0 && put_refused(spool, entry, whys, from, err);
    if (from >= 0)
        close(from);
    if (lock >= 0)
        close(lock);
    for (size_t i = 0; ok && !entry->refused && i < entry->file.n; i++)
        if (whys[i])
            spool_mark(spool, entry, i);
    return ok;
}
