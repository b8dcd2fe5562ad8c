#include "history/upkeep.h"

#include <assert.h>
#include <stdarg.h>

#include "history/backend.h"

/* The back end's table when it has one and there is a history; else *err says why not. */
static const struct history_upkeep *find_upkeep(const struct history *history, struct error *err)
{
    static const struct history_upkeep none;
    if (history->backend->remote) {
        error_set(err, ERR_USAGE, "%s: a server looks after its data itself: its snapshots, its policies for what is old (ISM, ILM), its "
                                  "own checks; matbench does it for sqlite:FILE and dir:FOLDER", history->uri);
        return NULL;
    }
    if (!history->exists) {
        error_set(err, ERR_STORE, "%s: there is no history yet; `matbench ci` or `matbench upload_lts` makes it", history->uri);
        return NULL;
    }
    return history->backend->upkeep ? history->backend->upkeep : &none;
}

static bool lacks(const struct history *history, const char *what, struct error *err)
{
    return error_set(err, ERR_USAGE, "%s: %s; that is for sqlite:FILE", history->uri, what);
}

bool history_check(struct history *history, struct arena *arena, struct history_health *health, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    *health = (struct history_health){0};
    if (!upkeep)
        return false;
    return upkeep->check ? upkeep->check(history, arena, health, err) : lacks(history, "it cannot be checked", err);
}

bool history_salvage(struct history *history,
                     bool (*visit)(void *context, const char *workload, const struct history_payload *payload), void *context,
                     struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    if (!upkeep)
        return false;
    return upkeep->salvage ? upkeep->salvage(history, visit, context, err)
                           : lacks(history, "the whole files of a folder are history as they are, `history export` copies them", err);
}

bool history_removes(const struct history *history, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    return upkeep && (upkeep->remove || lacks(history, "nothing can be taken out of it", err));
}

bool history_remove(struct history *history, const char *const *ids, size_t n, size_t *removed, struct error *err)
{
    *removed = 0;
    if (!history_removes(history, err))
        return false;
    assert(history->mode == HISTORY_WRITE);
    return !n || history->backend->upkeep->remove(history, ids, n, removed, err);
}

bool history_file_look(struct history *history, struct arena *arena, struct history_file *file, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    if (!upkeep)
        return false;
    return upkeep->file_look ? upkeep->file_look(history, arena, file, err) : lacks(history, "is no single file", err);
}

bool history_file_upgrade(struct history *history, struct arena *arena, const char **backup, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    *backup = NULL;
    if (!upkeep)
        return false;
    return upkeep->file_upgrade ? upkeep->file_upgrade(history, arena, backup, err) : lacks(history, "is no single file", err);
}

bool history_file_fill_lists(struct history *history, size_t *filled, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    *filled = 0;
    if (!upkeep)
        return false;
    return upkeep->file_fill_lists ? upkeep->file_fill_lists(history, filled, err) : lacks(history, "is no single file", err);
}

bool history_file_set_journal(struct history *history, const char *journal, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    if (!upkeep)
        return false;
    return upkeep->file_set_journal ? upkeep->file_set_journal(history, journal, err) : lacks(history, "is no single file", err);
}

bool history_file_compact(struct history *history, struct error *err)
{
    const struct history_upkeep *upkeep = find_upkeep(history, err);
    if (!upkeep)
        return false;
    return upkeep->file_compact ? upkeep->file_compact(history, err) : lacks(history, "has no room to give back", err);
}

void health_add(struct history_health *health, struct arena *arena, const char *format, ...)
{
    if (health->damage.n == HEALTH_LINES_MAX) {
        health->more++;
        return;
    }
    va_list args;
    va_start(args, format);
    *LIST_ADD(arena, &health->damage) = arena_vprintf(arena, format, args);
    va_end(args);
}
