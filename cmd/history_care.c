#include "cmd/history_care.h"

#include <math.h>
#include <string.h>

#include "config/period.h"
#include "history/upkeep.h"
#include "step/copy_step.h"
#include "step/merge_step.h"
#include "step/payload_source.h"
#include "step/prune_step.h"
#include "step/salvage_step.h"

const struct option options_history_care[] = {
    {"older_than", OPTION_TEXT, "AGE", NULL, false, "prune: runs that started longer ago: 180d, 26w, 12h."},
    {"before", OPTION_TEXT, "WHEN", NULL, false, "prune: runs that started before 2025-10-31, 2025-10, 2025 or 2025-10-31T08:00. UTC."},
    {"keep", OPTION_NUMBER, "N", NULL, false, "prune: the newest N of each label set stay, whatever their age."},
    {"keep_by", OPTION_LIST, "LABEL", NULL, false, "prune: the labels that make a label set; default: all but run_id and the like."},
    {"compact", OPTION_BOOL, NULL, "false", false, "prune: the file gives the room back to the disk."},
    {"on_conflict", OPTION_TEXT, "fail|keep|replace", "fail", false,
     "merge: what becomes of a payload whose id is there with other content: nothing is stored; the one that is there stays; it is replaced."},
    {0},
};

static bool is_dry(const struct context *context)
{
    return options_bool(context->options, "dry_run");
}

static const char *workload_name(const struct context *context)
{
    return options_text(context->options, "workload_name");
}

static int check(struct context *context, struct history *history)
{
    return check_history_step(context, history);
}

static int salvage(struct context *context, struct history *history)
{
    struct error err = {0};
    const char *to = options_text(context->options, "to");
    struct salvage_request request = {to ? history_plain_uri(context->arena, to) : NULL, workload_name(context), is_dry(context)};
    if (!request.to)
        error_set(&err, ERR_USAGE, "history salvage: --to=URI is missing: the history that takes what is whole, e.g. sqlite:saved.db");
    else if (copy_same_place(history_uri(history), request.to))
        error_set(&err, ERR_USAGE, "%s is the damaged history itself; name another one", request.to);
    return err.kind ? context_fail(context, &err) : salvage_step(context, history, &request);
}

/* ---- prune ---- */

static bool read_age(struct context *context, int64_t *before_us, struct error *err)
{
    struct period period;
    const char *age = options_text(context->options, "older_than"), *before = options_text(context->options, "before");
    if (age && before)
        return error_set(err, ERR_USAGE, "--older_than=%s --before=%s: expected one of them", age, before);
    *before_us = INT64_MAX;
    if (!age && !before)
        return true;
    if (!period_parse(age ? age : before, NULL, age ? "older_than" : "before", "", copy_now_us(), &period, err))
        return false;
    *before_us = period.from_us;
    return true;
}

static bool read_keep(struct context *context, size_t *keep, struct error *err)
{
    double wanted = options_number(context->options, "keep");
    if (isnan(wanted))
        return true;
    if (!(wanted >= 1 && wanted <= 1e9 && wanted == floor(wanted)))
        return error_set(err, ERR_USAGE, "--keep=%g: expected a whole number from 1 on", wanted);
    *keep = (size_t)wanted;
    return true;
}

static bool read_rule(struct context *context, struct prune_request *request, struct error *err)
{
    if (!read_age(context, &request->before_us, err) || !read_keep(context, &request->keep, err))
        return false;
    if (request->before_us == INT64_MAX && !request->keep)
        return error_set(err, ERR_USAGE, "history prune: what goes is not said; --older_than=180d or --before=DATE (by age), --keep=N (all but the "
                                         "newest N of each label set), or both");
    if (*options_list(context->options, "keep_by"))
        request->by = options_list(context->options, "keep_by");
    if (request->by && !request->keep)
        return error_set(err, ERR_USAGE, "--keep_by says of what --keep=N are kept; --keep=N is missing");
    return true;
}

static int prune(struct context *context, struct history *history)
{
    struct error err = {0};
    struct history_selection selection;
    struct prune_request request = {.workload = workload_name(context), .dry_run = is_dry(context),
                                    .compact = options_bool(context->options, "compact")};
    bool ok = read_rule(context, &request, &err) && payload_source_select(context, &selection, &err);
    if (ok && (selection.newest || selection.from_us || selection.to_us))
        ok = error_set(&err, ERR_USAGE, "history prune: --older_than, --before and --keep say what goes; --since, --until and --max_records do not");
    request.filters = ok ? selection.filters : NULL;
    return ok ? prune_step(context, history, &request) : context_fail(context, &err);
}

/* ---- the file ---- */

static void tell_file(struct context *context, const struct history *history, const struct history_file *file)
{
    fprintf(context->out, "%s: format %d, %zu payloads, %.1f MB, %.1f MB of it free, journal %s\n", context_shown(context, history_uri(history)),
            file->format, file->records, (double)file->bytes / 1e6, (double)file->free_bytes / 1e6, file->journal);
}

static bool look(struct context *context, struct history *history, struct history_file *file, struct error *err)
{
    if (!history_file_look(history, context->arena, file, err))
        return false;
    tell_file(context, history, file);
    return true;
}

/* What upgrading would read, it reads; it writes nothing. */
static int rehearse_upgrade(struct context *context, struct history *history, const struct history_file *file)
{
    struct error err = {0};
    struct history_health health;
    if (!history_check(history, context->arena, &health, &err))
        return context_fail(context, &err);
    if (health.damage.n) {
        error_set(&err, ERR_STORE, "%s: would not be upgraded: %s", history_uri(history), health.damage.v[0]);
        return context_fail(context, &err);
    }
    log_line(&context->log, LOG_INFO, "--dry_run: %s: would be upgraded from format %d to %d; all of its %zu payloads are whole; the backup beside it "
                                      "needs %.1f MB", history_uri(history), file->format, file->newest_format, file->records,
             (double)file->bytes / 1e6);
    return 0;
}

/* What older versions of this program did not keep beside a payload. */
static int fill_lists(struct context *context, struct history *history, const struct history_file *file)
{
    struct error err = {0};
    size_t filled = 0;
    if (!is_dry(context) && !history_file_fill_lists(history, &filled, &err))
        return context_fail(context, &err);
    log_line(&context->log, LOG_INFO, "%s: has the newest format (%d)", history_uri(history), file->format);
    if (filled)
        log_line(&context->log, LOG_INFO, "%s: lists of %zu payload%s can be compared now", history_uri(history), filled, filled == 1 ? "" : "s");
    return 0;
}

static int upgrade(struct context *context, struct history *history)
{
    struct error err = {0};
    struct history_file file;
    const char *backup;
    if (!look(context, history, &file, &err))
        return context_fail(context, &err);
    if (file.format == file.newest_format)
        return fill_lists(context, history, &file);
    if (is_dry(context))
        return rehearse_upgrade(context, history, &file);
    if (!history_file_upgrade(history, context->arena, &backup, &err))
        return context_fail(context, &err);
    log_line(&context->log, LOG_INFO, "%s: upgraded; what it was before is in %s", history_uri(history), backup ? backup : "another process' backup");
    return look(context, history, &file, &err) ? 0 : context_fail(context, &err);
}

static int journal(struct context *context, struct history *history)
{
    struct error err = {0};
    struct history_file file;
    const char *wanted = options_positional(context->options, 1);
    bool known = !wanted || strcmp(wanted, "wal") == 0 || strcmp(wanted, "delete") == 0;
    if (!known)
        error_set(&err, ERR_USAGE, "history journal %s: expected wal or delete (docs/sqlite.md)", wanted);
    bool ok = known && (!wanted || is_dry(context) || history_file_set_journal(history, wanted, &err)) && look(context, history, &file, &err);
    return ok ? 0 : context_fail(context, &err);
}

static int compact(struct context *context, struct history *history)
{
    struct error err = {0};
    struct history_file file;
    bool ok = (is_dry(context) || history_file_compact(history, &err)) && look(context, history, &file, &err);
    return ok ? 0 : context_fail(context, &err);
}

/* ---- verbs ---- */

enum { MERGED_MAX = 60 };

static int merge(struct context *context, const char *uri)
{
    struct error err = {0};
    const char *from[MERGED_MAX + 1] = {0};
    struct merge_request request = {.from = from, .to = uri, .workload = workload_name(context), .dry_run = is_dry(context)};
    for (size_t i = 0; i < MERGED_MAX; i++)
        from[i] = options_positional(context->options, i + 1);
    if (!merge_conflict_parse(options_text(context->options, "on_conflict"), &request.on_conflict, &err))
        return context_fail(context, &err);
    return merge_step(context, &request);
}

static const struct {
    const char *verb;
    bool writes; /* without --dry_run */
    bool word;   /* it may have one after the verb */
    int (*run)(struct context *context, struct history *history);
} verbs[] = {{"check", false, false, check},  {"salvage", false, false, salvage}, {"prune", true, false, prune},
             {"upgrade", true, false, upgrade}, {"journal", true, true, journal},   {"compact", true, false, compact}};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

bool history_care_is(const char *verb)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].verb, verb) == 0)
            return true;
    return strcmp(verb, "merge") == 0;
}

int history_care_run(struct context *context, const char *uri, const char *verb)
{
    struct error err = {0};
    size_t i = 0;
    if (strcmp(verb, "merge") == 0)
        return merge(context, uri);
    while (strcmp(verbs[i].verb, verb) != 0)
        i++;
    const char *extra = options_positional(context->options, verbs[i].word ? 2 : 1);
    bool writes = verbs[i].writes && !is_dry(context) && (!verbs[i].word || options_positional(context->options, 1));
    if (extra)
        error_set(&err, ERR_USAGE, "history %s: '%s' is one word too many; --history=URI says which history is meant", verb, extra);
    struct history *history = err.kind ? NULL : history_open(uri, writes ? HISTORY_WRITE : HISTORY_READ, context->access, &err);
    if (history && !history_exists(history))
        error_set(&err, ERR_STORE, "%s: there is no history yet; `matbench ci` or `matbench upload_lts` makes it", uri);
    int code = err.kind ? context_fail(context, &err) : verbs[i].run(context, history);
    history_close(history);
    return code;
}
