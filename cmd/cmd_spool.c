/* matbench spool list|send|drop — payloads that wait for a history which could not take them yet. */
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/history_uri.h"
#include "step/spool_step.h"

static const struct option options_spool_only[] = {
    {"history", OPTION_TEXT, "URI", NULL, false, "Only what waits for this history; default: all."},
    {"format", OPTION_TEXT, "text|json", "text", false, "list: for people or for programs."},
    {"refused", OPTION_BOOL, NULL, "false", false, "send: also what its server refused; list, drop: only that."},
    {"all", OPTION_BOOL, NULL, "false", false, "drop: everything (with --history, --refused: all of that)."},
    {0},
};

static const struct option *const tables[] = {options_spool, options_spool_only, options_servers, options_common, NULL};

struct view {
    struct context *context;
    struct spool *spool; /* NULL: --spool=none */
    struct spool_list list;
};

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static uint64_t waiting_bytes(const struct spool_entry *entry)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < entry->file.n; i++)
        bytes += entry->sent[i] ? 0 : entry->file.items[i].len;
    return bytes;
}

static bool is_shown(const struct view *view, const struct spool_entry *entry)
{
    return entry->waiting && (entry->refused || !options_bool(view->context->options, "refused"));
}

/* ---- list ---- */

enum { REFUSALS_SHOWN = 5 };

static void show_refusals(const struct view *view, const struct spool_entry *entry)
{
    struct context *c = view->context;
    size_t shown = 0;
    for (size_t i = 0; i < entry->file.n && shown < REFUSALS_SHOWN; i++) {
        const struct spool_item *item = &entry->file.items[i];
        if (entry->sent[i])
            continue;
        fprintf(c->out, "    %s: %s\n", context_shown(c, item->id), item->why ? context_shown(c, item->why) : "-");
        shown++;
    }
    if (shown < entry->waiting)
        fprintf(c->out, "    %zu more; --format=json lists all\n", entry->waiting - shown);
}

static void show_entry(const struct view *view, const struct spool_entry *entry)
{
    struct context *c = view->context;
    fprintf(c->out, "%llu  %s  %s: %zu payload%s %s, %llu bytes, since %s\n", (unsigned long long)entry->number,
            context_shown(c, entry->file.head.history), context_shown(c, entry->file.head.workload), entry->waiting, plural(entry->waiting),
            entry->refused ? "refused" : "waiting", (unsigned long long)waiting_bytes(entry), context_shown(c, entry->file.head.written));
    if (entry->refused)
        show_refusals(view, entry);
    else if (entry->tries)
        fprintf(c->out, "    %u tr%s, the last at %s: %s\n", entry->tries, entry->tries == 1 ? "y" : "ies", context_shown(c, entry->tried),
                context_shown(c, entry->why));
    else
        fprintf(c->out, "    not tried yet, or the program that tried was killed\n");
}

static int list_text(const struct view *view)
{
    struct context *c = view->context;
    size_t payloads = 0, entries = 0;
    for (size_t i = 0; i < view->list.n; i++) {
        if (!is_shown(view, &view->list.v[i]))
            continue;
        show_entry(view, &view->list.v[i]);
        payloads += view->list.v[i].waiting;
        entries++;
    }
    if (!view->spool)
        fprintf(c->out, "there is no spool: --spool=none\n");
    else
        fprintf(c->out, "%s: %zu payload%s in %zu entr%s, %llu bytes\n", context_shown(c, spool_folder(view->spool)), payloads, plural(payloads),
                entries, entries == 1 ? "y" : "ies", (unsigned long long)view->list.bytes);
    spool_log_findings(c, &view->list);
    return 0;
}

static json_t *payload_json(const struct spool_item *item)
{
    return json_pack("{s:s, s:s, s:I, s:s, s:s?}", "id", item->id, "where", item->where, "bytes", (json_int_t)item->len, "sha256", item->sha256,
                     "why", item->why);
}

static json_t *entry_json(const struct spool_entry *entry)
{
    json_t *payloads = json_array();
    for (size_t i = 0; i < entry->file.n; i++)
        if (!entry->sent[i])
            json_array_append_new(payloads, payload_json(&entry->file.items[i]));
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:s?, s:s?, s:o}", "number", (json_int_t)entry->number, "name", entry->name,
                     "history", entry->file.head.history, "workload", entry->file.head.workload, "since", entry->file.head.written, "refused",
                     entry->refused, "bytes", (json_int_t)waiting_bytes(entry), "tries", (json_int_t)entry->tries, "tried", entry->tried, "why",
                     entry->why, "payloads", payloads);
}

static int list_json(const struct view *view)
{
    struct error err = {0};
    json_t *entries = json_array(), *findings = json_array();
    for (size_t i = 0; i < view->list.n; i++)
        if (is_shown(view, &view->list.v[i]))
            json_array_append_new(entries, entry_json(&view->list.v[i]));
    for (size_t i = 0; i < view->list.findings_n; i++)
        json_array_append_new(findings, json_string(context_shown(view->context, view->list.findings[i])));
    json_t *all = json_pack("{s:s?, s:I, s:o, s:o}", "spool", view->spool ? spool_folder(view->spool) : NULL, "bytes",
                            (json_int_t)view->list.bytes, "entries", entries, "not_sent", findings);
    bool ok = context_write_json(view->context, "-", all, &err);
    json_decref(all);
    return ok ? 0 : context_fail(view->context, &err);
}

static int list(struct view *view)
{
    spool_count_once(&view->list);
    return strcmp(options_text(view->context->options, "format"), "json") == 0 ? list_json(view) : list_text(view);
}

/* ---- send ---- */

static bool was_before(const struct spool_list *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(list->v[k].file.head.history, list->v[i].file.head.history) == 0)
            return true;
    return false;
}

static int worse(int a, int b)
{
    static const int order[] = {ERR_BUG, ERR_INTERRUPTED, ERR_TERMINATED, ERR_INVALID, ERR_PARTLY, ERR_REFUSED, ERR_STORE};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a ? a : b;
}

static int send(struct view *view)
{
    struct context *context = view->context;
    struct spool_flush flush = {.refused_too = options_bool(context->options, "refused")};
    int code = 0;
    spool_log_findings(context, &view->list);
    for (size_t i = 0; i < view->list.n && !context_interrupted(context); i++) {
        struct error err = {0};
        const char *uri = view->list.v[i].file.head.history;
        if (was_before(&view->list, i))
            continue;
        if (history_is_remote(uri) || (history_is_known(uri, &err) && error_set(&err, ERR_USAGE, "%s is no server's history", uri)))
            code = worse(code, spool_flush(context, uri, &flush));
        else
            code = worse(code, context_fail(context, &err));
    }
    if (context_interrupted(context))
        return context_interrupted(context);
    if (view->list.n == 0)
        log_line(&context->log, LOG_INFO, "nothing waits in the spool%s%s", view->spool ? " " : "", view->spool ? spool_folder(view->spool) : "");
    return code;
}

/* ---- drop ---- */

static bool is_meant(const struct view *view, const struct spool_entry *entry, const char *id)
{
    char number[30];
    snprintf(number, sizeof(number), "%llu", (unsigned long long)entry->number);
    return is_shown(view, entry) && (!id || strcmp(id, number) == 0 || strcmp(id, entry->name) == 0);
}

static int drop(struct view *view, const char *id)
{
    struct context *context = view->context;
    struct error err = {0};
    bool all = options_bool(context->options, "all");
    size_t dropped = 0;
    if (!id == !all) {
        error_set(&err, ERR_USAGE, id ? "spool drop: expected an ID or --all, found both"
                                      : "spool drop: expected an ID, as `matbench spool list` shows it, or --all");
        return context_fail(context, &err);
    }
    for (size_t i = 0; i < view->list.n && !err.kind; i++) {
        const struct spool_entry *entry = &view->list.v[i];
        if (!is_meant(view, entry, id) || !spool_drop(view->spool, entry, &err))
            continue;
        log_line(&context->log, LOG_WARNING, "%s: %zu %s payload%s of %s dropped; nobody will send %s", context_shown(context, entry->file.head.history),
                 entry->waiting, entry->refused ? "refused" : "waiting", plural(entry->waiting),
                 context_shown(context, entry->file.head.workload), entry->waiting == 1 ? "it" : "them");
        dropped++;
    }
    if (!err.kind && !dropped && id)
        error_set(&err, ERR_USAGE, "the spool has no entry '%s'; `matbench spool list` shows them", context_shown(context, id));
    return err.kind ? context_fail(context, &err) : 0;
}

/* MATBENCH_HISTORY says where a run stores; what waits for other histories is no less in the spool. */
static const char *asked_history(const struct context *context)
{
    const char *uri = options_text(context->options, "history");
    return uri && strcmp(options_source(context->options, "history"), "command line") == 0 ? uri : NULL;
}

static int run(struct context *context)
{
    struct error err = {0};
    struct view view = {.context = context};
    const char *verb = options_positional(context->options, 0), *id = options_positional(context->options, 1);
    const char *format = options_text(context->options, "format"), *uri = asked_history(context);
    bool lists = verb && strcmp(verb, "list") == 0, sends = verb && strcmp(verb, "send") == 0, drops = verb && strcmp(verb, "drop") == 0;
    if ((!lists && !sends && !drops) || (id && !drops))
        error_set(&err, ERR_USAGE, "spool%s%s: expected `spool list`, `spool send` or `spool drop ID`", verb ? " " : "",
                  verb ? context_shown(context, verb) : "");
    else if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        error_set(&err, ERR_USAGE, "--format=%s: expected text or json", format);
    else if (uri && (uri = history_uri_choose(context->arena, &(struct history_clues){.history = uri}, &err)) && !history_is_remote(uri))
        error_set(&err, ERR_USAGE, "%s: nothing waits for a history on this machine; it takes payloads at once or not at all", uri);
    if (!err.kind)
        view.spool = spool_step_open(context, false, &err);
    if (view.spool)
        (void)spool_list(view.spool, uri, sends, context->arena, &view.list, &err);
    int code = err.kind ? context_fail(context, &err) : lists ? list(&view) : sends ? send(&view) : drop(&view, id);
    spool_close(view.spool);
    return code;
}

const struct command command_spool = {"spool", "Shows, sends and drops payloads that wait for a history on a server.", "list | send | drop ID",
                                      2, tables, run};
