/* matbench history list|show — what is in a history. */
#include <string.h>

#include "base/moment.h"
#include "cmd/command.h"
#include "history/history.h"
#include "json/read.h"
#include "json/write.h"

static const struct option options_history_only[] = {
    {"history", OPTION_TEXT, "URI", NULL, false, "Where payloads are kept; default: sqlite:history.db."},
    {"workload_name", OPTION_TEXT, "NAME", NULL, false, "list: only the payloads of this workload."},
    {"labels", OPTION_LIST, "KEY", NULL, false, "list: show these labels in columns of their own."},
    {0},
};

static const struct option *const tables[] = {options_history_only, options_common, NULL};

static const char *when(struct arena *arena, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = us - us % 1000000}, ' ', text);
    return arena_strdup(arena, text);
}

static bool show_record(void *context, const struct record *record)
{
    struct context *c = context;
    fprintf(c->out, "%s  %s", record->id, when(c->arena, record->start_us));
    for (const char *const *key = options_list(c->options, "labels"); *key; key++) {
        const char *value = record_label(record, *key);
        fprintf(c->out, "  %s", value ? value : "-");
    }
    fprintf(c->out, "  %zu KPIs  %s\n", record->kpis_n, record->where ? command_shown(c, record->where) : "");
    return !*c->signal && !ferror(c->out);
}

static bool list(struct context *context, struct history *history, struct error *err)
{
    struct history_workload *workloads;
    size_t n;
    const char *only = options_text(context->options, "workload_name");
    if (!history_workloads(history, context->arena, &workloads, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!only || strcmp(only, workloads[i].name) == 0)
            fprintf(context->out, "%s: %zu payloads from %s to %s\n", workloads[i].name, workloads[i].records,
                    when(context->arena, workloads[i].first_us), when(context->arena, workloads[i].last_us));
    return history_walk(history, only, context->arena, show_record, context, err);
}

/* The payload as the other commands write it: indented, or one line when it cannot be read as JSON. */
static bool show(struct context *context, struct history *history, const char *id, struct error *err)
{
    size_t len;
    const char *text = history_fetch(history, id, context->arena, &len, err);
    if (!text)
        return err->kind ? false : error_set(err, ERR_USAGE, "%s: there is no payload '%s'; `matbench history list` names them",
                                             history_uri(history), id);
    json_t *payload = json_read(text, len, &(struct json_read_options){.file = id}, err);
    if (!payload)
        return false;
    struct text out = text_open(1 << 30);
    json_write(&out, payload, &(struct json_style){.indent = 4, .ascii = true}, 0);
    fprintf(context->out, "%s\n", out.s);
    text_close(&out);
    json_decref(payload);
    return true;
}

static int run(struct context *context)
{
    struct error err = {0};
    const char *verb = options_positional(context->options, 0), *id = options_positional(context->options, 1);
    bool lists = verb && strcmp(verb, "list") == 0 && !id, shows = verb && strcmp(verb, "show") == 0 && id;
    const char *uri = command_history_uri(context, &err);
    if (uri && !lists && !shows)
        error_set(&err, ERR_USAGE, "history: expected `history list` or `history show ID`");
    struct history *history = err.kind ? NULL : history_open(uri, HISTORY_READ, &err);
    if (history && !history_exists(history))
        error_set(&err, ERR_STORE, "%s: there is no history yet; `matbench ci` or `matbench upload_lts` makes it", uri);
    bool ok = !err.kind && (lists ? list(context, history, &err) : show(context, history, id, &err));
    history_close(history);
    return ok ? 0 : command_fail(context, &err);
}

const struct command command_history = {"history", "Shows what a history holds: `list`, or `show ID` for one payload.",
                                        "list | show ID", 2, tables, run};
