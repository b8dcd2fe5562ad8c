/* matbench history VERB — what is in a history, and copying it into another; looking after it: cmd/history_care.h. */
#include <string.h>

#include "base/moment.h"
#include "cmd/command.h"
#include "cmd/history_setup.h"
#include "cmd/history_care.h"
#include "cmd/history_listing.h"
#include "history/census.h"
#include "history/record_list.h"
#include "json/read.h"
#include "json/write.h"
#include "step/copy_step.h"

static const struct option options_history_only[] = {
    {"workload_name", OPTION_TEXT, "NAME", NULL, false,
     "Only the payloads of this workload; import, export: whose they are, where a folder does not say."},
    {"labels", OPTION_LIST, "KEY", NULL, false, "list: show these labels in columns of their own; labels: all values of these."},
    {"to", OPTION_TEXT, "URI", NULL, false, "export: the history that the payloads go into."},
    {"from", OPTION_TEXT, "URI", NULL, false, "import: the history that the payloads come from."},
    {"filters", OPTION_TEXT, "K=V,…", NULL, false, "Only payloads with these labels; K=A:B: one of these; also as {\"label\": \"value\"}."},
    {"max_records", OPTION_NUMBER, "N", NULL, false, "At most so many, the newest."},
    {"opensearch_index", OPTION_TEXT, "NAME", NULL, false, "export, import: first part of the files' names in a new folder (dir:FOLDER)."},
    {"workload", OPTION_TEXT, "NAME", NULL, false, "setup: the workload whose payloads will be there."},
    {"workload_base_dir", OPTION_TEXT, "DIR", NULL, false, "setup: where a relative workload path starts."},
    {"horreum_owner", OPTION_TEXT, "TEAM", NULL, false, "setup: the team in Horreum that a new test and schema belong to, as dev-team."},
    {"dry_run", OPTION_BOOL, NULL, "false", false, "export, import: says what would be done, stores nothing."},
    {"format", OPTION_TEXT, "text|json", "text", false, "list, labels, kpis: how it is printed."},
    {0},
};

static const struct option *const tables[] = {options_history, options_history_only, options_history_care, options_period, options_common, NULL};

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static const char *when(struct arena *arena, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = us - us % 1000000}, ' ', text);
    return arena_strdup(arena, text);
}

static bool show_record(void *context, const struct record *record)
{
    struct context *c = context;
    fprintf(c->out, "%s  %s", context_shown(c, record->id), when(c->arena, record->start_us));
    for (const char *const *key = options_list(c->options, "labels"); *key; key++) {
        const char *value = record_label(record, *key);
        fprintf(c->out, "  %s", value ? context_shown(c, value) : "-");
    }
    size_t kpis = record_list_count(record);
    fprintf(c->out, "  %zu KPI%s  %s\n", kpis, plural(kpis), record->where ? context_shown(c, record->where) : "");
    return !*c->signal && !ferror(c->out);
}

/* A name that the history does not know is told, so that nobody takes it for an empty history. */
static void say_absent(struct context *context, const struct history_workload *workloads, size_t n)
{
    const char *only = options_text(context->options, "workload_name"), *names = "";
    for (size_t i = 0; only && i < n; i++) {
        if (strcmp(only, workloads[i].name) == 0)
            return;
        names = arena_printf(context->arena, "%s%s%s", names, i ? ", " : "", workloads[i].name);
    }
    if (only)
        log_line(&context->log, LOG_WARNING, "no payloads of a workload '%s'; there are some of %s", only, names[0] ? names : "none");
}

static bool list(struct context *context, struct history *history, struct error *err)
{
    struct history_workload *workloads;
    struct history_selection selection;
    size_t n, shown = 0;
    const char *only = options_text(context->options, "workload_name");
    if (!payload_source_select(context, &selection, err) || !history_workloads(history, context->arena, &workloads, &n, err))
        return false;
    say_absent(context, workloads, n);
    for (size_t i = 0; i < n; i++) {
        if (only && strcmp(only, workloads[i].name) != 0)
            continue;
        shown++;
        fprintf(context->out, "%s: %zu payload%s", context_shown(context, workloads[i].name), workloads[i].records,
                plural(workloads[i].records));
        if (workloads[i].first_us || workloads[i].last_us)
            fprintf(context->out, " from %s to %s", when(context->arena, workloads[i].first_us), when(context->arena, workloads[i].last_us));
        fputc('\n', context->out);
    }
    selection.workload = only;
    bool ok = !shown || history_walk(history, &selection, context->arena, show_record, context, err);
    payload_source_log_findings(context, history);
    return ok;
}

/* ---- labels ---- */

enum { VALUES_SHOWN = 5, VALUE_MAX = 60 };

struct records {
    struct arena *arena;
    LIST_OF(struct record) list;
};

static bool take_record(void *context, const struct record *record)
{
    struct records *records = context;
    *LIST_ADD(records->arena, &records->list) = *record;
    return true;
}

static bool is_listed(const char *const *list, const char *key)
{
    for (; *list; list++)
        if (strcmp(*list, key) == 0)
            return true;
    return false;
}

static const char *shown_value(struct context *context, const char *value, bool whole)
{
    char *shown = arena_strdup(context->arena, context_shown(context, value));
    if (!whole)
        error_shorten(shown, VALUE_MAX);
    return shown;
}

/* "batch_size: 2 values: 8 (20), 16 (10)". */
static void show_label(struct context *context, const struct census_label *label, size_t all)
{
    bool whole = is_listed(options_list(context->options, "labels"), label->key);
    size_t n = whole || label->values_n <= VALUES_SHOWN ? label->values_n : VALUES_SHOWN;
    fprintf(context->out, "  %s: %zu value%s", context_shown(context, label->key), label->values_n, plural(label->values_n));
    if (label->records < all)
        fprintf(context->out, " in %zu of %zu payloads", label->records, all);
    for (size_t i = 0; i < n; i++)
        fprintf(context->out, "%s%s (%zu)", i ? ", " : ": ", shown_value(context, label->values[i].value, whole), label->values[i].records);
    if (n < label->values_n)
        fprintf(context->out, ", %zu more", label->values_n - n);
    fprintf(context->out, "\n");
}

static void show_labels(struct context *context, const struct census *census, bool varying, size_t all)
{
    const char *const *only = options_list(context->options, "labels");
    bool begun = false;
    for (size_t i = 0; i < census->n; i++) {
        const struct census_label *label = &census->labels[i];
        if (label->varies != varying || (*only && !is_listed(only, label->key)))
            continue;
        if (!begun)
            fprintf(context->out, varying ? " labels that vary:\n" : " labels that are the same in all:\n");
        begun = true;
        show_label(context, label, all);
    }
}

static bool labels(struct context *context, struct history *history, struct error *err)
{
    struct history_workload *workloads;
    struct history_selection selection;
    size_t n;
    const char *only = options_text(context->options, "workload_name");
    if (!payload_source_select(context, &selection, err) || !history_workloads(history, context->arena, &workloads, &n, err))
        return false;
    say_absent(context, workloads, n);
    for (size_t i = 0; i < n; i++) {
        struct records records = {.arena = context->arena};
        if (only && strcmp(only, workloads[i].name) != 0)
            continue;
        selection.workload = workloads[i].name;
        if (!history_walk(history, &selection, context->arena, take_record, &records, err))
            return false;
        struct census census = census_take(context->arena, records.list.v, records.list.n);
        fprintf(context->out, "%s: %zu payload%s\n", context_shown(context, workloads[i].name), records.list.n, plural(records.list.n));
        show_labels(context, &census, true, records.list.n);
        show_labels(context, &census, false, records.list.n);
    }
    payload_source_log_findings(context, history);
    return true;
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

/* ---- copying ---- */

static int copy(struct context *context, const char *from, const char *to)
{
    struct error err = {0};
    const struct options *options = context->options;
    struct payload_source source = {0};
    struct copy_request request = {.to = to, .workload_name = options_text(options, "workload_name"),
                                   .index = options_text(options, "opensearch_index"),
                                   .dry_run = options_bool(options, "dry_run")};
    bool ok = history_is_known(from, &err) && history_is_known(to, &err);
    if (ok && copy_same_place(from, to))
        ok = error_set(&err, ERR_USAGE, "%s and %s are the same history", from, to);
    ok = ok && payload_source_open(context, from, &source, &err);
    if (ok && !history_exists(source.history))
        ok = error_set(&err, ERR_STORE, "%s: there is no history there", from);
    int code = ok ? copy_step(context, &source, &request) : context_fail(context, &err);
    payload_source_close(&source);
    return code;
}

static int look(struct context *context, const char *uri, const char *verb, const char *id)
{
    struct error err = {0};
    struct history *history = history_open(uri, HISTORY_READ, context->access, &err);
    if (history && !history_exists(history)) {
        payload_source_log_findings(context, history);
        error_set(&err, ERR_STORE, "%s: there is no history yet; `matbench ci` or `matbench upload_lts` makes it", uri);
    }
    bool json = false, ok = !err.kind && history_listing_format(context, &json, &err);
    struct history_selection selection;
    ok = ok && payload_source_select(context, &selection, &err);
    selection.workload = options_text(context->options, "workload_name");
    ok = ok && (json && !id                   ? history_listing_json(context, history, &selection, verb, &err)
                : strcmp(verb, "list") == 0   ? list(context, history, &err)
                : strcmp(verb, "labels") == 0 ? labels(context, history, &err)
                : strcmp(verb, "kpis") == 0   ? history_listing_kpis(context, history, &selection, &err)
                                              : show(context, history, id, &err));
    history_close(history);
    return ok ? 0 : context_fail(context, &err);
}

static int run(struct context *context)
{
    static const struct {
        const char *verb;
        bool with_id;
        const char *option; /* that it needs; NULL */
    } verbs[] = {{"list", false, NULL}, {"show", true, NULL}, {"labels", false, NULL}, {"kpis", false, NULL}, {"export", false, "to"},
               {"import", false, "from"}, {"setup", false, NULL}};
    struct error err = {0};
    const char *verb = options_positional(context->options, 0), *id = options_positional(context->options, 1);
    const char *uri = command_history_uri(context, &err), *other = NULL;
    size_t i = 0, n = sizeof(verbs) / sizeof(verbs[0]);
    if (uri && verb && history_care_is(verb))
        return history_care_run(context, uri, verb);
    while (verb && i < n && strcmp(verb, verbs[i].verb) != 0)
        i++;
    if (uri && verb && i < n && verbs[i].with_id && !id)
        error_set(&err, ERR_USAGE, "history %s: the payload's ID is missing; `matbench history list` names them", verb);
    else if (uri && i < n && verb && options_positional(context->options, verbs[i].with_id ? 2 : 1))
        error_set(&err, ERR_USAGE, "'%s': one argument too many", options_positional(context->options, verbs[i].with_id ? 2 : 1));
    else if (uri && (!verb || i == n))
        error_set(&err, ERR_USAGE, "history%s%s: expected `history list`, `show ID`, `labels`, `kpis`, `export --to=URI`, `import --from=URI`, `setup`, "
                                     "`merge FILE…`, `prune`, `check`, `salvage --to=URI`, `upgrade`, `journal` or `compact`",
                  verb ? " " : "", verb ? verb : "");
    else if (uri && verbs[i].option && !(other = options_text(context->options, verbs[i].option)))
        error_set(&err, ERR_USAGE, "history %s: --%s=URI is missing: sqlite:FILE or dir:FOLDER", verb, verbs[i].option);
    if (err.kind)
        return context_fail(context, &err);
    if (strcmp(verb, "setup") == 0)
        return history_setup(context, uri);
    if (other)
        other = history_plain_uri(context->arena, other);
    if (!other)
        return look(context, uri, verb, id);
    return strcmp(verb, "export") == 0 ? copy(context, uri, other) : copy(context, other, uri);
}

const struct command command_history = {"history", "Shows what a history holds, copies it into another, looks after it.",
                                        "list | show ID | labels | kpis | export | import | setup | merge FILE… | prune | check | salvage | upgrade | journal | compact", 61,
                                        tables, run};
