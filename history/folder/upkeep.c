/* Looks after a folder history: checks it, takes payloads out. */
#include <string.h>

#include "history/folder/backend.h"
#include "history/folder/commit.h"

static bool every(void *context, const struct record *record)
{
    size_t *records = context;
    (void)record;
    ++*records;
    return true;
}

/* Under the lock. */
static bool scan_all(struct folder_history *h, size_t *records, struct error *err)
{
    *records = 0;
    return folder_scan(h, &(struct history_selection){.bare = true}, every, records, err);
}

/* What a reader leaves out is the damage: each file is read, and no digest is there to be compared with. */
static bool check(struct history *history, struct arena *arena, struct history_health *health, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct error why = {0};
    if (!folder_lock(h, false, err))
        return false;
    bool ok = scan_all(h, &health->records_whole, &why);
    folder_unlock(h);
    struct history_findings findings = history_findings(history);
    for (size_t i = 0; i < findings.n; i++)
        health_add(health, arena, "%s", findings.v[i]);
    health->more += findings.more;
    if (!ok) /* two files with one id */
        health_add(health, arena, "%s", why.text);
    health->payloads_whole = health->records_whole;
    health->records = health->records_whole + findings.n + findings.more + !ok;
    return true;
}

static bool remove_one(struct folder_history *h, struct folder_commit **commit, const char *id, size_t *removed, struct error *err)
{
    const struct folder_file *file = folder_find(h, id);
    const char *name = file ? folder_file_name(h, file) : NULL;
    if (!file)
        return true;
    if (strchr(name, '/'))
        return error_set(err, ERR_STORE, "%s is in a folder of its own; nothing is taken out", name);
    if (!*commit && !(*commit = folder_commit_open(h->fd, err)))
        return false;
    folder_commit_delete(*commit, name);
    ++*removed;
    return true;
}

/* Under the lock. */
static bool remove_all(struct folder_history *h, const char *const *ids, size_t n, size_t *removed, struct error *err)
{
    struct folder_commit *commit = NULL;
    size_t records, gone = 0;
    bool ok = folder_commit_recover(h->fd, err) && scan_all(h, &records, err);
    for (size_t i = 0; ok && i < n; i++)
        ok = remove_one(h, &commit, ids[i], &gone, err);
    if (!ok || !commit) {
        folder_commit_abort(commit);
        return ok;
    }
    ok = folder_commit_finish(commit, err);
    *removed = ok ? gone : 0;
    return ok;
}

static bool remove_ids(struct history *history, const char *const *ids, size_t n, size_t *removed, struct error *err)
{
    struct folder_history *h = (struct folder_history *)history;
    struct error why = {0};
    if (!folder_lock(h, true, err))
        return false;
    bool ok = remove_all(h, ids, n, removed, &why);
    folder_forget(h);
    history->exists = true; /* its source.lts.yaml stays */
    folder_unlock(h);
    return ok || error_at(err, why.kind, (struct pos){.file = strstr(why.text, h->path) ? NULL : h->path}, "%s", why.text);
}

const struct history_upkeep folder_upkeep = {.check = check, .remove = remove_ids};
