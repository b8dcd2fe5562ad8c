#include "step/merge_step.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "history/history.h"
#include "history/idset.h"
#include "step/copy_step.h"

enum { CONFLICTS_TOLD = 20 };

struct merge {
    struct context *context;
    const struct merge_request *request;
    LIST_OF(const char *) sources; /* URIs */
    size_t at;              /* of the source at hand */
    struct history *target; /* open for reading while looking, then for writing */
    struct idset *seen;     /* of all sources so far */
    struct arena page;
    struct error *err;
    bool failed;                /* a visitor set *err */
    LIST_OF(const char *) kept; /* "<source>:<id>", sorted: payloads that do not go in, since others with their id stay */
    size_t conflicts;
    struct history_counts counts;
};

bool merge_conflict_parse(const char *text, enum merge_conflict *conflict, struct error *err)
{
    static const char *const names[] = {[MERGE_FAIL] = "fail", [MERGE_KEEP] = "keep", [MERGE_REPLACE] = "replace"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *conflict = (enum merge_conflict)i;
        if (strcmp(names[i], text) == 0)
            return true;
    }
    return error_set(err, ERR_USAGE, "--on_conflict=%s: expected fail, keep or replace", text);
}

/* ---- the sources ---- */

/* A name without "scheme:" is a SQLite file's. */
static bool name_sources(struct merge *merge, struct error *err)
{
    struct stat st;
    for (const char *const *from = merge->request->from; *from; from++) {
        struct error why = {0};
        const char *uri = *from;
        if (!history_is_known(uri, &why)) {
            if (strchr(uri, ':') && stat(uri, &st) != 0)
                return *err = why, false;
            uri = arena_printf(merge->context->arena, "sqlite:%s", *from);
        }
        if (copy_same_place(uri, merge->request->to))
            return error_set(err, ERR_USAGE, "%s is the history that the others go into; name the others only", uri);
        *LIST_ADD(merge->context->arena, &merge->sources) = uri;
    }
    return merge->sources.n || error_set(err, ERR_USAGE, "history merge: expected the files or URIs of the histories that go into %s",
                                         merge->request->to);
}

static struct history *open_source(struct merge *merge, struct error *err)
{
    const char *uri = merge->sources.v[merge->at];
    struct history *source = history_open(uri, HISTORY_READ, merge->context->access, err);
    if (source && !history_exists(source)) {
        error_set(err, ERR_STORE, "%s: there is no history there", uri);
        history_close(source);
        return NULL;
    }
    return source;
}

/* ---- what stands against what ---- */

static const char *kept_key(struct merge *merge, struct arena *arena, const char *id)
{
    return arena_printf(arena, "%zu:%s", merge->at, id);
}

static void note_conflict(struct merge *merge, const char *id, const char *other)
{
    static const char *const what[] = {[MERGE_FAIL] = "nothing is stored", [MERGE_KEEP] = "that one stays",
                                       [MERGE_REPLACE] = "this one replaces it"};
    struct context *context = merge->context;
    enum merge_conflict policy = merge->request->on_conflict;
    if (merge->conflicts++ < CONFLICTS_TOLD)
        log_line(&context->log, policy == MERGE_FAIL ? LOG_ERROR : LOG_WARNING, "%s: payload '%s' is in %s with other content: %s",
                 merge->sources.v[merge->at], id, other, what[policy]);
    if (policy == MERGE_KEEP)
        *LIST_ADD(context->arena, &merge->kept) = kept_key(merge, context->arena, id);
}

static bool look_at(void *context, const struct history_payload *payload)
{
    struct merge *merge = context;
    const char *id = payload->record.id;
    size_t len;
    enum idset_found found = idset_add(merge->seen, id, payload->text, payload->text_len);
    if (found == IDSET_OTHER)
        note_conflict(merge, id, "another source");
    if (found == IDSET_NEW) {
        arena_clear(&merge->page);
        const char *there = history_fetch(merge->target, id, &merge->page, &len, merge->err);
        merge->failed = !there && merge->err->kind;
        if (there && (len != payload->text_len || memcmp(there, payload->text, len) != 0))
            note_conflict(merge, id, merge->request->to);
    }
    return !merge->failed && !*merge->context->signal;
}

static bool look_at_source(struct merge *merge, struct error *err)
{
    struct history *source = open_source(merge, err);
    struct history_selection selection = {.workload = merge->request->workload};
    bool ok = source && history_read(source, &selection, look_at, merge, err) && !merge->failed &&
              !context_stopped(merge->context, "nothing is stored", err);
    history_close(source);
    return ok;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool look_at_all(struct merge *merge, struct error *err)
{
    bool ok = true;
    merge->target = history_open(merge->request->to, HISTORY_READ, merge->context->access, err);
    merge->seen = idset_open();
    for (merge->at = 0; ok && merge->at < merge->sources.n; merge->at++)
        ok = merge->target && look_at_source(merge, err);
    history_close(merge->target);
    idset_close(merge->seen);
    merge->target = NULL;
    if (merge->conflicts > CONFLICTS_TOLD)
        log_line(&merge->context->log, LOG_WARNING, "more payloads of one id with other content: %zu", merge->conflicts - CONFLICTS_TOLD);
    if (merge->kept.n)
        qsort(merge->kept.v, merge->kept.n, sizeof(*merge->kept.v), by_text);
    if (ok && merge->conflicts && merge->request->on_conflict == MERGE_FAIL)
        return error_set(err, ERR_INVALID, "%s: the histories contradict each other on %zu payload%s; --on_conflict=keep keeps those that are "
                                           "there, --on_conflict=replace takes the others", merge->request->to, merge->conflicts,
                         merge->conflicts == 1 ? "" : "s");
    return ok;
}

/* ---- putting ---- */

static bool put(void *context, const struct history_payload *payload)
{
    struct merge *merge = context;
    arena_clear(&merge->page);
    const char *key = kept_key(merge, &merge->page, payload->record.id);
    bool kept = merge->kept.n && bsearch(&key, merge->kept.v, merge->kept.n, sizeof(*merge->kept.v), by_text);
    merge->failed = !kept && !history_add(merge->target, payload, merge->err);
    return !merge->failed && !*merge->context->signal;
}

static bool put_workload(struct merge *merge, struct history *source, const struct history_workload *workload, struct error *err)
{
    const char *name = workload->is_index ? merge->request->workload : workload->name;
    struct history_selection selection = {.workload = workload->name};
    struct history_counts counts = {0};
    if (!name)
        return error_set(err, ERR_USAGE, "%s does not say which workload its payloads are of; --workload_name=NAME says it (the name in "
                                         "workload.yaml)", history_uri(source));
    if (!history_begin(merge->target, name, err))
        return false;
    merge->err = err;
    bool ok = history_read(source, &selection, put, merge, err) && !merge->failed && !context_stopped(merge->context, "the rest is not stored", err);
    ok = history_end(merge->target, ok, &counts, err) && ok;
    merge->counts.added += counts.added;
    merge->counts.replaced += counts.replaced;
    merge->counts.unchanged += counts.unchanged;
    return ok;
}

static bool put_source(struct merge *merge, struct error *err)
{
    struct history_workload *workloads;
    size_t n;
    const char *only = merge->request->workload;
    struct history *source = open_source(merge, err);
    bool ok = source && history_workloads(source, merge->context->arena, &workloads, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        if (!only || workloads[i].is_index || strcmp(only, workloads[i].name) == 0)
            ok = put_workload(merge, source, &workloads[i], err);
    history_close(source);
    return ok;
}

static bool put_all(struct merge *merge, struct error *err)
{
    enum history_mode mode = merge->request->dry_run ? HISTORY_READ : HISTORY_WRITE;
    merge->target = history_open(merge->request->to, mode, merge->context->access, err);
    bool ok = merge->target != NULL;
    for (merge->at = 0; ok && merge->at < merge->sources.n; merge->at++)
        ok = put_source(merge, err);
    history_close(merge->target);
    return ok;
}

int merge_step(struct context *context, const struct merge_request *request)
{
    struct error err = {0};
    struct merge merge = {.context = context, .request = request, .err = &err};
    bool ok = name_sources(&merge, &err) && look_at_all(&merge, &err) && put_all(&merge, &err);
    arena_close(&merge.page);
    if (!ok)
        return context_fail(context, &err);
    const char *would = request->dry_run ? "--dry_run: " : "";
    log_line(&context->log, LOG_INFO, "%s%s: payloads: %zu %sadded, %zu replaced, %zu there already%s", would, request->to,
             merge.counts.added, request->dry_run ? "would be " : "", merge.counts.replaced, merge.counts.unchanged,
             merge.kept.n ? arena_printf(context->arena, ", %zu left out", merge.kept.n) : "");
    return 0;
}
