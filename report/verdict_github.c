#include "report/verdict_github.h"

#include <stdlib.h>
#include <string.h>

#include "report/change_phrases.h"
#include "report/clean.h"
#include "report/incident_members.h"
#include "report/phrases.h"

enum kind { KIND_ERROR, KIND_WARNING, KIND_NOTICE };
enum { KINDS = KIND_NOTICE + 1, MESSAGE_BYTES = 800 };

struct annotation {
    const char *title, *message, *file;
    int line;
};

struct annotations {
    struct {
        struct annotation *v;
        size_t n, cap;
    } of[KINDS];
    struct incident_members members;
    const struct verdict_places *places;
    const struct analysis *analysis;
    const struct gate *gate;
    struct arena *arena;
};

/* What the verdict is worth, or -1: nothing is said. */
static int kind_of(const struct annotations *a, const struct kpi_result *kpi)
{
    static const int kinds[VERDICT_COUNT] = {
        [VERDICT_OK] = -1,                     [VERDICT_REGRESSION] = KIND_WARNING,   [VERDICT_IMPROVEMENT] = KIND_NOTICE,
        [VERDICT_SUSPECT] = KIND_WARNING,      [VERDICT_MISSING] = KIND_WARNING,      [VERDICT_ACKNOWLEDGED] = KIND_NOTICE,
        [VERDICT_CANNOT_TELL] = -1,            [VERDICT_NO_HISTORY] = -1,             [VERDICT_NOT_ANALYSED] = -1,
    };
    return gate_fails(a->gate, kpi) ? KIND_ERROR : kinds[kpi->verdict];
}

static void add(struct annotations *a, int kind, const char *title, const char *message)
{
    *LIST_ADD(a->arena, &a->of[kind]) = (struct annotation){title, message, NULL, 0};
}

static struct annotation *last_of(struct annotations *a, int kind)
{
    return &a->of[kind].v[a->of[kind].n - 1];
}

/* The place of the KPI's rule; by name, as that of a list is a copy. */
static void place(const struct annotations *a, const struct kpi_rule *rule, struct annotation *annotation)
{
    const struct analysis_options *options = a->analysis->options;
    size_t i = 0;
    while (i < options->kpis_n && strcmp(options->kpis[i].name, rule->name) != 0)
        i++;
    if (!a->places || i == options->kpis_n)
        return;
    annotation->file = a->places->files ? a->places->files[i] : NULL;
    annotation->line = a->places->lines ? a->places->lines[i] : 0;
}

/* "regression (known since v2.8.1): train_runtime" */
static const char *title_of(const struct kpi_result *kpi, struct arena *arena)
{
    const char *state = change_phrases_state(kpi, arena);
    return arena_printf(arena, "%s%s%s%s: %s", verdict_name(kpi->verdict), state[0] ? " (" : "", state, state[0] ? ")" : "", kpi->rule->name);
}

static void add_kpi(struct annotations *a, const struct entry_result *entry, const struct kpi_result *kpi)
{
    int kind = kind_of(a, kpi);
    if (kind < 0)
        return;
    const char *reason = kpi->evidence.reason ? kpi->evidence.reason : "", *status = change_phrases_beside(kpi, a->arena);
    const char *differences = change_phrases_differences(kpi, 3, a->arena);
    const char *message = arena_printf(a->arena, "%s: %s%s%s%s%s", entry->name, reason, status[0] ? "\n" : "", status,
                                       differences[0] ? "\nwhat else changed there: " : "", differences);
    add(a, kind, title_of(kpi, a->arena), message);
    place(a, kpi->rule, last_of(a, kind));
}

static void add_incident(struct annotations *a, const struct incident *incident)
{
    bool fails = false;
    const char *names = "";
    for (size_t i = 0; i < incident->members_n; i++) {
        fails |= kind_of(a, incident->members[i]) == KIND_ERROR;
        if (i < 5)
            names = arena_printf(a->arena, "%s%s%s", names, i ? ", " : "", incident->members[i]->rule->name);
    }
    const char *rest = incident->members_n > 5 ? arena_printf(a->arena, " and %zu more", incident->members_n - 5) : "";
    const struct kpi_result *first = incident->members_n ? incident->members[0] : NULL; /* the most telling one stands for all */
    const char *state = first ? change_phrases_state(first, a->arena) : "", *differences = first ? change_phrases_differences(first, 3, a->arena) : "";
    add(a, fails ? KIND_ERROR : KIND_WARNING, arena_printf(a->arena, "incident%s%s%s", state[0] ? " (" : "", state, state[0] ? ")" : ""),
        arena_printf(a->arena, "%s%s%s%s%s%s", change_phrases_incident(incident, a->arena), names[0] ? ": " : "", names, rest,
                     differences[0] ? "\nwhat else changed there: " : "", differences));
    if (first)
        place(a, first->rule, last_of(a, fails ? KIND_ERROR : KIND_WARNING));
}

static void add_kpis(struct annotations *a)
{
    for (size_t v = 0; v < VERDICT_COUNT; v++)
        for (size_t i = 0; i < a->analysis->entries_n; i++) {
            const struct entry_result *entry = &a->analysis->entries[i];
            for (size_t j = 0; j < entry->kpis_n; j++)
                if (entry->kpis[j].verdict == phrases_by_weight[v] && !phrases_said_elsewhere(entry, phrases_by_weight[v]) &&
                    !incident_members_has(&a->members, &entry->kpis[j]))
                    add_kpi(a, entry, &entry->kpis[j]);
        }
}

/* ---- writing ---- */

static void escape(struct text *out, const char *value, bool property)
{
    char *copy = strdup(value);
    memory_need(copy);
    error_shorten(copy, MESSAGE_BYTES);
    for (const char *s = copy, *end = copy + strlen(copy); s < end;) {
        char shown[5];
        size_t n = clean_character(s, end, shown);
        bool special = strchr(property ? "%\r\n:," : "%\r\n", *s);
        if (special)
            text_printf(out, "%%%02X", (unsigned char)*s);
        else
            text_add(out, shown);
        s += n;
    }
    free(copy);
}

static void write_one(struct text *out, const char *kind, const struct annotation *annotation, const char *more)
{
    text_printf(out, "::%s ", kind);
    if (annotation->file) {
        text_add(out, "file=");
        escape(out, annotation->file, true);
        if (annotation->line > 0)
            text_printf(out, ",line=%d", annotation->line);
        text_addc(out, ',');
    }
    text_add(out, "title=");
    escape(out, annotation->title, true);
    text_add(out, "::");
    escape(out, annotation->message, false);
    escape(out, more, false);
    text_addc(out, '\n');
}

void verdict_github_render(struct text *out, const struct analysis *analysis, const struct gate *gate, const struct verdict_places *places)
{
    static const char *const names[KINDS] = {"error", "warning", "notice"};
    struct arena arena = {0};
    struct annotations a = {.members = incident_members_of(analysis, &arena), .places = places, .analysis = analysis, .gate = gate, .arena = &arena};
    for (size_t i = 0; i < analysis->incidents_n; i++)
        add_incident(&a, &analysis->incidents[i]);
    for (const char *const *line = phrases_not_gated(analysis, &arena); *line; line++)
        add(&a, KIND_WARNING, "not gated", *line);
    for (size_t i = 0; i < analysis->absences_n; i++)
        if (change_phrases_own_absence(&analysis->absences[i]))
            add(&a, gate->fails[VERDICT_MISSING] ? KIND_ERROR : KIND_WARNING, arena_printf(&arena, "missing %s", analysis->absences[i].what),
                change_phrases_absence(&analysis->absences[i]));
    add_kpis(&a);
    for (int kind = 0; kind < KINDS; kind++) {
        size_t n = a.of[kind].n;
        for (size_t i = 0; i < n && i < VERDICT_GITHUB_SHOWN; i++) {
            bool last = i + 1 == VERDICT_GITHUB_SHOWN && n > VERDICT_GITHUB_SHOWN;
            write_one(out, names[kind], &a.of[kind].v[i], last ? arena_printf(&arena, "\nand %zu more: see the report", n - VERDICT_GITHUB_SHOWN) : "");
        }
    }
    arena_close(&arena);
}
