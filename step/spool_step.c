#include "step/spool_step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "history/delivery.h"
#include "step/payload_source.h"

enum { REFUSALS_SHOWN = 10 };

/* ---- where it is ---- */

static const char *environment(const struct context *context, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *v = context->environment; v && *v; v++)
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=' && (*v)[n + 1] == '/') /* both are absolute, or do not count */
            return *v + n + 1;
    return NULL;
}

const char *spool_place(struct context *context)
{
    const char *option = options_find_text(context->options, "spool"); /* copies have no such option */
    const char *given = option ? option : variables_get(context->variables, "MATBENCH_SPOOL");
    const char *state = environment(context, "XDG_STATE_HOME"), *home = environment(context, "HOME");
    if (given && given[0])
        return strcmp(given, "none") == 0 ? NULL : given;
    if (state)
        return arena_printf(context->arena, "%s/matbench/spool", state);
    return home ? arena_printf(context->arena, "%s/.local/state/matbench/spool", home) : ".matbench-spool";
}

static bool parse_size(const char *text, uint64_t *bytes, struct error *err)
{
    struct error ignored = {0};
    char *unit;
    double number = strtod(text, &unit), value = number;
    while (*unit == ' ')
        unit++;
    bool ok = unit > text && (!*unit || unit_convert(number, unit, "bytes", &value, &ignored)) && value >= 0 && value < 1e18;
    *bytes = ok ? (uint64_t)value : 0;
    return ok || error_set(err, ERR_USAGE, "--spool_max=%s: expected a size such as 500MB or 2GB", text);
}

struct spool *spool_step_open(struct context *context, bool make, struct error *err)
{
    struct spool_settings settings = {.folder = spool_place(context), .signal = context->signal};
    const char *max = options_find_text(context->options, "spool_max");
    if (!settings.folder || !parse_size(max ? max : "1GB", &settings.max_bytes, err))
        return NULL;
    struct spool *spool = spool_open(&settings, make, err);
    const char *fault = spool ? spool_folder_fault(spool, context->arena) : NULL;
    if (fault)
        log_line(&context->log, LOG_WARNING, "%s", context_shown(context, fault));
    return spool;
}

void spool_log_findings(struct context *context, const struct spool_list *list)
{
    for (size_t i = 0; i < list->findings_n; i++)
        log_line(&context->log, LOG_WARNING, "%s", context_shown(context, list->findings[i]));
}

/* ---- one history's turn ---- */

struct turn {
    struct context *context;
    const char *uri;
    struct arena arena;
    struct spool *spool;     /* NULL: none */
    struct history *history; /* NULL: it could not be opened */
    int lock;
    bool refused_too, tolerant, spooled;
    size_t refusals;
    struct spool_numbers own;
    struct spool_sent sent;
    bool unsure; /* what is in the spool cannot be told */
};

static enum log_level trouble_level(const struct turn *turn)
{
    return turn->tolerant ? LOG_WARNING : LOG_ERROR;
}

static void tell_refusal(struct turn *turn, const char *id, const char *where, const char *why)
{
    struct context *context = turn->context;
    if (turn->refusals++ < REFUSALS_SHOWN)
        log_line(&context->log, trouble_level(turn), "%s: payload '%s'%s%s%s is refused: %s", turn->uri, context_shown(context, id),
                 where[0] ? " (" : "", context_shown(context, where), where[0] ? ")" : "", context_shown(context, why));
}

static void take_refusal(void *context, const struct spool_item *item, const char *why)
{
    tell_refusal(context, item->id, item->where, why);
}

static void tell_waiting(void *context)
{
    struct turn *turn = context;
    log_line(&turn->context->log, LOG_INFO, "%s: waiting for another matbench that sends there", turn->uri);
}

/* Opened once, when there is something to send. */
static bool open_history(struct turn *turn, struct error *err)
{
    if (!turn->history)
        turn->history = history_open(turn->uri, HISTORY_WRITE, turn->context->access, err);
    return turn->history != NULL;
}

static bool has_work(const struct turn *turn, const struct spool_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].waiting && (!list->v[i].refused || turn->refused_too))
            return true;
    return false;
}

/* Sends what the spool has for the history; the lock is held. */
static void send_spool(struct turn *turn)
{
    struct error why = {0};
    struct spool_list list;
    struct spool_sending sending = {.spool = turn->spool, .refused_too = turn->refused_too, .own = turn->own, .refused = take_refusal,
                                    .context = turn};
    turn->unsure = !spool_list(turn->spool, turn->uri, true, &turn->arena, &list, &turn->sent.error) || list.findings_n;
    if (turn->sent.error.kind)
        return;
    spool_log_findings(turn->context, &list);
    if (has_work(turn, &list) && !open_history(turn, &why)) {
        spool_send_failed(&sending, &list, why.text, &turn->sent);
        error_set(&turn->sent.error, why.kind, "%s", why.text);
        return;
    }
    sending.history = turn->history;
    spool_send(&sending, &list, &turn->sent);
}

static void end_turn(struct turn *turn)
{
    if (turn->history)
        payload_source_log_findings(turn->context, turn->history);
    history_close(turn->history);
    spool_unlock(turn->lock);
    spool_close(turn->spool);
    arena_close(&turn->arena);
}

/* ---- without the spool ---- */

struct direct {
    struct turn *turn;
    const struct history_payload *payloads;
};

static const char *direct_id(void *context, size_t i)
{
    const struct direct *direct = context;
    return direct->payloads[i].record.id;
}

static bool direct_get(void *context, size_t i, struct arena *arena, struct history_payload *payload, struct error *err)
{
    const struct direct *direct = context;
    (void)arena;
    (void)err;
    *payload = direct->payloads[i];
    return true;
}

static void direct_fate(void *context, size_t i, enum history_fate fate, const char *why)
{
    const struct direct *direct = context;
    const struct record *record = &direct->payloads[i].record;
    if (fate == FATE_REFUSED)
        tell_refusal(direct->turn, record->id, record->where, why ? why : "");
}

static void send_directly(struct turn *turn, const char *workload, const struct history_payload *payloads, size_t n)
{
    struct error why = {0};
    struct direct direct = {turn, payloads};
    struct delivery delivery = {.workload = workload, .n = n, .id = direct_id, .get = direct_get, .fate = direct_fate, .context = &direct,
                                .by_kpi = turn->context->access->by_kpi};
    if (!open_history(turn, &why))
        turn->sent.own.unsent = n;
    else
        delivery_run(turn->history, &delivery, &turn->sent.own, &why);
    if (why.kind)
        error_set(&turn->sent.error, why.kind, "%s", why.text);
}

/* ---- what came of it ---- */

static size_t arrived(const struct history_counts *counts)
{
    return counts->added + counts->unchanged + counts->replaced;
}

static void log_counts(const struct turn *turn, const char *whose, const struct history_counts *counts)
{
    struct log *log = &turn->context->log;
    if (counts->replaced)
        log_line(log, LOG_WARNING, "%s: %spayloads that were there with other content, and are replaced: %zu", turn->uri, whose, counts->replaced);
    log_line(log, LOG_INFO, "%s: %spayloads: %zu added, %zu replaced, %zu there already", turn->uri, whose, counts->added, counts->replaced,
             counts->unchanged);
}

static void log_unsent(const struct turn *turn, size_t unsent, size_t all)
{
    struct log *log = &turn->context->log;
    enum log_level level = trouble_level(turn);
    if (turn->sent.error.kind)
        log_line(log, level, "%s", turn->sent.error.text);
    if (turn->spooled || !turn->sent.own.unsent)
        log_line(log, level, "%s: %zu of %zu payloads could not be sent; they wait in the spool %s, and the next upload to this history sends "
                             "them first", turn->uri, unsent, all, spool_folder(turn->spool));
    else
        log_line(log, level, "%s: %zu of %zu payloads could not be sent, and %zu of them are in no spool: repeat the upload", turn->uri, unsent,
                 all, turn->sent.own.unsent);
}

static int conclude(struct turn *turn)
{
    const struct history_counts *own = &turn->sent.own, *older = &turn->sent.older;
    size_t refused = own->refused + older->refused, unsent = own->unsent + older->unsent, here = arrived(own) + arrived(older);
    struct log *log = &turn->context->log;
    int code = (int)turn->sent.error.kind;
    if (arrived(older) + older->refused)
        log_counts(turn, "from the spool, of earlier runs: ", older);
    if (arrived(own))
        log_counts(turn, "", own);
    if (refused > REFUSALS_SHOWN)
        log_line(log, trouble_level(turn), "%s: refused payloads that are not shown: %zu", turn->uri, refused - REFUSALS_SHOWN);
    if (refused)
        log_line(log, trouble_level(turn), "%s: refused payloads: %zu%s", turn->uri, refused,
                 turn->spool ? "; `matbench spool list` shows why, `spool send --refused` tries them again, `spool drop --refused` gives them up" : "");
    if (unsent) {
        log_unsent(turn, unsent, unsent + here + refused);
        code = code == ERR_INTERRUPTED || code == ERR_TERMINATED ? code : !code ? ERR_STORE : code;
        if (here && (turn->spooled || !own->unsent) && (code == ERR_STORE || code == ERR_REFUSED))
            code = ERR_PARTLY;
    } else if (code) {
        log_line(log, trouble_level(turn), "%s", turn->sent.error.text);
    }
    return refused && code != ERR_INTERRUPTED && code != ERR_TERMINATED ? ERR_INVALID : code;
}

/* ---- the steps ---- */

static void warn_unspooled(const struct turn *turn, const struct error *why)
{
    log_line(&turn->context->log, LOG_WARNING, "%s; the payloads go out without the spool: if this upload fails or is killed, it must be repeated",
             why->kind ? why->text : "--spool=none");
}

/* The right to use the spool for this history. Without it: *err, or nothing set when one can go on. */
static bool take_lock(struct turn *turn, struct error *err)
{
    struct error why = {0};
    turn->lock = spool_lock(turn->spool, turn->uri, tell_waiting, turn, &why);
    if (why.kind && why.kind != ERR_OUTPUT)
        return error_set(err, why.kind, "%s", why.text);
    return true;
}

/* A spool that is full may have room once the older payloads are out. */
static bool put_after_older(struct turn *turn, const struct spool_head *head, const struct history_payload *payloads, size_t n, struct error *why)
{
    struct error again = {0};
    send_spool(turn);
    if (turn->sent.error.kind || !arrived(&turn->sent.older) ||
        !spool_put(turn->spool, head, payloads, n, &turn->arena, &turn->own, &again))
        return false;
    *why = (struct error){0};
    return true;
}

/* While this process waited for its turn another one may have sent its payloads: then they are there already. */
static void count_rest(struct turn *turn, size_t n)
{
    struct history_counts *own = &turn->sent.own;
    size_t told = arrived(own) + own->refused + own->unsent;
    if (told >= n)
        return;
    if (!turn->unsure)
        log_line(&turn->context->log, LOG_INFO, "%s: payloads that another matbench has sent meanwhile, or that were given twice: %zu", turn->uri,
                 n - told);
    else
        error_set(&turn->sent.error, ERR_OUTPUT, "the spool %s does not have what was put into it", spool_folder(turn->spool));
    *(turn->unsure ? &own->unsent : &own->unchanged) += n - told;
}

static int upload(struct turn *turn, const char *workload, const struct history_payload *payloads, size_t n)
{
    struct error err = {0}, why = {0};
    struct spool_head head = {.history = turn->uri, .workload = workload, .by_kpi = turn->context->access->by_kpi};
    turn->spool = spool_step_open(turn->context, true, &why);
    turn->spooled = turn->spool && spool_put(turn->spool, &head, payloads, n, &turn->arena, &turn->own, &why);
    if (why.kind == ERR_USAGE || why.kind == ERR_INVALID)
        return context_fail(turn->context, &why);
    if (turn->spool && (turn->spooled || why.kind == ERR_OUTPUT) && !take_lock(turn, &err)) {
        turn->sent.error = err;
        turn->sent.own.unsent = n;
        return conclude(turn);
    }
    bool locked = turn->spool && turn->lock >= 0;
    if (!turn->spooled && locked)
        turn->spooled = put_after_older(turn, &head, payloads, n, &why);
    if (turn->spooled) {
        send_spool(turn);
        count_rest(turn, n);
    } else {
        warn_unspooled(turn, &why);
        send_directly(turn, workload, payloads, n);
    }
    return conclude(turn);
}

int spool_upload(struct context *context, const char *uri, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts)
{
    struct turn turn = {.context = context, .uri = uri, .lock = -1};
    int code = upload(&turn, workload, payloads, n);
    *counts = turn.sent.own;
    end_turn(&turn);
    return code;
}

int spool_flush(struct context *context, const char *uri, const struct spool_flush *flush)
{
    struct turn turn = {.context = context, .uri = uri, .lock = -1, .refused_too = flush->refused_too, .tolerant = flush->tolerant};
    struct spool_list list = {0};
    struct error err = {0};
    int code = 0;
    turn.spool = spool_step_open(context, false, &err);
    if (turn.spool && spool_list(turn.spool, uri, false, &turn.arena, &list, &err) && has_work(&turn, &list) && take_lock(&turn, &err)) {
        send_spool(&turn);
        code = conclude(&turn);
    }
    if (err.kind) {
        log_line(&context->log, trouble_level(&turn), "%s", err.text);
        code = (int)err.kind;
    }
    end_turn(&turn);
    return code;
}
