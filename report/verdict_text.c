#include "report/verdict_text.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/clean.h"
#include "report/incident_members.h"
#include "report/layout.h"
#include "report/phrases.h"
#include "report/table.h"
#include "report/verdict_notes.h"

enum { COLUMNS = VERDICT_TEXT_COLUMNS, OK_ENTRIES_SHOWN = 10, DIFFERENCES_SHOWN = 3, ABSENCES_SHOWN = 10, INCIDENTS_SHOWN = 5, MEMBERS_SHOWN = 10, ENTRY_SHOWN = 30 };
/* What a paragraph takes beside its rows. */
enum { STORY_ROWS = 3, LINK_COLUMNS = 84 };

/* What is being written. */
struct screen {
    struct text *out;
    const struct analysis *analysis;
    struct incident_members members;
    struct arena *arena;
    int rows;          /* of this verdict, that may still be shown */
    size_t left_out, left_out_entries; /* KPIs of this verdict that were not */
};

/* How a verdict is shown: a change is a table, a reason is a line for each KPI that has one of its own. */
enum form { FORM_CHANGES, FORM_REASONS, FORM_ENTRY, FORM_NONE };
static const struct {
    const char *heading;
    enum form form;
} shown[VERDICT_COUNT] = {
    [VERDICT_REGRESSION] = {"REGRESSION", FORM_CHANGES},     [VERDICT_SUSPECT] = {"SUSPECT", FORM_CHANGES},
    [VERDICT_IMPROVEMENT] = {"IMPROVEMENT", FORM_CHANGES},   [VERDICT_ACKNOWLEDGED] = {"ACKNOWLEDGED", FORM_CHANGES},
    [VERDICT_MISSING] = {"MISSING", FORM_REASONS},           [VERDICT_CANNOT_TELL] = {"CANNOT TELL", FORM_REASONS},
    [VERDICT_NO_HISTORY] = {"NO HISTORY", FORM_ENTRY},       [VERDICT_OK] = {"OK", FORM_ENTRY},
    [VERDICT_NOT_ANALYSED] = {"NOT ANALYSED", FORM_NONE},
};

/* ---- the first lines ---- */

static void render_head(struct text *out, const struct analysis *analysis, struct arena *arena)
{
    for (const char *const *line = phrases_not_gated(analysis, arena); *line; line++)
        layout_wrap(out, *line, 0, 4, COLUMNS); /* may quote why somebody excluded a run */
    layout_wrap(out, phrases_counts(analysis, arena), 0, 0, COLUMNS);
    layout_wrap(out, phrases_tested(analysis, arena), 0, 0, COLUMNS);
}

/* ---- paragraphs ---- */

/* What an input says stays in one line. */
static const char *one_line(const char *text, struct arena *arena)
{
    char *copy = arena_strdup(arena, text);
    for (char *c = copy; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    return copy;
}

static const char *line_of(const char *lines, const char *line, struct arena *arena)
{
    return line[0] ? arena_printf(arena, "%s%s%s", lines, lines[0] ? "\n" : "", line) : lines;
}

/* Since when, and whether that is known; what people said of it. */
static const char *history_of_change(const struct entry_result *entry, const struct kpi_result *kpi, const char *status, struct arena *arena)
{
    const char *since = phrases_has_since(&kpi->evidence) ? phrases_since(entry, &kpi->evidence, arena) : "";
    bool plain = kpi->change.status == CHANGE_NEW || kpi->change.status == CHANGE_KNOWN;
    if (plain && since[0])
        return arena_printf(arena, "%s: %s", change_status_name(kpi->change.status), since);
    return line_of(since, one_line(status, arena), arena);
}

static const char *link_of_change(const struct kpi_result *kpi, struct arena *arena)
{
    size_t scheme;
    const char *url = kpi->first_bad_url;
    if (!url || !clean_is_web_address(url))
        return "";
    const char *rest = clean_address(url, &scheme);
    return scheme + strlen(rest) > LINK_COLUMNS ? "" : arena_printf(arena, "first bad: %.*s%s", (int)scheme, url, rest); /* a cut one leads nowhere */
}

static const char *story_with(const struct entry_result *entry, const struct kpi_result *kpi, const char *status, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const char *differences = one_line(change_phrases_differences(kpi, DIFFERENCES_SHOWN, arena), arena);
    const char *lines = history_of_change(entry, kpi, status, arena);
    bool told = change_phrases_decided(kpi) || verdict_in_place(kpi); /* the reason, which stands before it */
    lines = line_of(lines, e->level_n && !told ? phrases_against(e, arena) : "", arena);
    lines = line_of(lines, differences[0] ? arena_printf(arena, "what else changed: %s", differences) : "", arena);
    lines = line_of(lines, link_of_change(kpi, arena), arena);
    return line_of(lines, e->control ? one_line(e->control, arena) : "", arena);
}

/* KPIs of one entry and verdict with the same story are one table. */
static const char *story(const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    return story_with(entry, kpi, change_phrases_status(kpi, arena), arena);
}

static const char *noise_text(const struct evidence *e, struct arena *arena)
{
    double share = e->sd / fabs(e->level);
    return isfinite(share) ? arena_printf(arena, "±%s", value_percent(share, arena)) : "";
}

static const char *more_text(const struct kpi_result *kpi, struct arena *arena)
{
    int n = kpi->evidence.more_runs;
    if (kpi->verdict != VERDICT_SUSPECT)
        return "";
    return n < 0 ? "no number" : arena_printf(arena, "%d", n);
}

/* `last`: what stands in the last column. */
static void add_change(struct table *table, const struct kpi_result *kpi, const char *last, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const struct kpi_rule *rule = kpi->rule;
    bool better_is_higher = rule->better == DIRECTION_HIGHER;
    bool improved = kpi->verdict == VERDICT_IMPROVEMENT;
    const char *side = better_is_higher != improved ? "≥" : "≤", *ok = "";
    if (isfinite(e->ok_from))
        ok = arena_printf(arena, "%s %s", side, value_number(rule, e->ok_from, VALUE_PEOPLE, arena));
    table_add(table, arena,
              (const char *const[]){rule->name, value_number(rule, e->level, VALUE_PEOPLE, arena), noise_text(e, arena),
                                    value_number(rule, e->value, VALUE_PEOPLE, arena), value_unit(rule),
                                    phrases_level_change(kpi, arena), isfinite(e->p_corrected) ? value_p(e->p_corrected, arena) : "", ok, last});
}

static void render_lines(struct screen *screen, const char *lines, size_t indent)
{
    for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n')
        layout_wrap(screen->out, arena_strndup(screen->arena, line, strcspn(line, "\n")), indent, indent + 2, COLUMNS);
}

static struct table table_of_changes(struct arena *arena, const char *last, bool number)
{
    struct table table = {.columns = 9, .right = {false, true, true, true, false, true, true, true, number}};
    table_add(&table, arena, (const char *const[]){"KPI", "level", "noise", "this run", "", "change", "p", "ok", last});
    return table;
}

static bool is_shown(const struct screen *screen, const struct kpi_result *kpi, enum verdict verdict)
{
    return kpi->verdict == verdict && !incident_members_has(&screen->members, kpi);
}

static bool has_story(const struct screen *screen, const struct entry_result *entry, size_t j, enum verdict verdict, const char *told)
{
    const struct kpi_result *kpi = &entry->kpis[j];
    return is_shown(screen, kpi, verdict) && !change_phrases_decided(kpi) && strcmp(story(entry, kpi, screen->arena), told) == 0;
}

/* The lines of a story, then the table of the KPIs that have it. */
static void render_story(struct screen *screen, const struct entry_result *entry, enum verdict verdict, const char *told)
{
    struct table table = table_of_changes(screen->arena, verdict == VERDICT_SUSPECT ? "more runs" : "", true);
    screen->rows -= STORY_ROWS;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        if (!has_story(screen, entry, j, verdict, told))
            continue;
        if (screen->rows-- <= 0)
            screen->left_out++;
        else
            add_change(&table, &entry->kpis[j], more_text(&entry->kpis[j], screen->arena), screen->arena);
    }
    if (table.cells.n == table.columns)
        return;
    render_lines(screen, told, 2);
    table_render(screen->out, &table, 2, COLUMNS);
}

/* What another check than the level decided: its sentence has the numbers. */
static void render_decided(struct screen *screen, const struct entry_result *entry, const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    screen->rows -= 2;
    if (screen->rows + 2 <= 0) {
        screen->left_out++;
        return;
    }
    const struct check *by = change_phrases_decided(kpi);
    const char *check = by->kind == CHECK_DISTRIBUTION ? "" : arena_printf(screen->arena, " (%s)", change_phrases_check(by, screen->arena));
    layout_wrap(screen->out, arena_printf(screen->arena, "%s%s: %s%s%s", kpi->rule->name, check, e->reason ? e->reason : "", e->flip && e->flip[0] ? "; " : "", e->flip ? e->flip : ""), 2, 4, COLUMNS);
    render_lines(screen, story_with(entry, kpi, change_phrases_beside(kpi, screen->arena), screen->arena), 4);
}

static void render_changes(struct screen *screen, const struct entry_result *entry, enum verdict verdict)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        if (!is_shown(screen, &entry->kpis[j], verdict))
            continue;
        if (change_phrases_decided(&entry->kpis[j])) {
            render_decided(screen, entry, &entry->kpis[j]);
            continue;
        }
        const char *told = story(entry, &entry->kpis[j], screen->arena);
        bool first = true;
        for (size_t i = 0; i < j && first; i++)
            first = !has_story(screen, entry, i, verdict, told);
        if (first)
            render_story(screen, entry, verdict, told);
    }
}

static void render_reasons(struct screen *screen, const struct entry_result *entry, enum verdict verdict)
{
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        const struct evidence *e = &kpi->evidence;
        if (!is_shown(screen, kpi, verdict))
            continue;
        if (screen->rows-- <= 0) {
            screen->left_out++;
            continue;
        }
        layout_wrap(screen->out, arena_printf(screen->arena, "%s: %s%s%s", kpi->rule->name, e->reason ? e->reason : "no value",
                                              e->flip && e->flip[0] ? "; " : "", e->flip ? e->flip : ""), 2, 4, COLUMNS);
        screen->rows -= verdict_in_place(kpi);
        if (verdict_in_place(kpi)) /* since when, and what else changed there */
            render_lines(screen, story_with(entry, kpi, change_phrases_beside(kpi, screen->arena), screen->arena), 4);
    }
}

static size_t count_shown(const struct screen *screen, const struct entry_result *entry, enum verdict verdict)
{
    size_t n = 0;
    for (size_t j = 0; j < entry->kpis_n; j++)
        n += is_shown(screen, &entry->kpis[j], verdict);
    return n;
}

static size_t count_of(const struct entry_result *entry, enum verdict verdict)
{
    size_t n = 0;
    for (size_t j = 0; j < entry->kpis_n; j++)
        n += entry->kpis[j].verdict == verdict;
    return n;
}

/* Of the KPIs with this verdict the one whose share is the smallest (sign 1) or the largest (-1), where any has one. */
static const struct kpi_result *outermost(const struct entry_result *entry, enum verdict verdict, double (*share)(const struct evidence *), double sign)
{
    const struct kpi_result *found = NULL;
    for (size_t j = 0; j < entry->kpis_n; j++) {
        const struct kpi_result *kpi = &entry->kpis[j];
        if (kpi->verdict == verdict && isfinite(share(&kpi->evidence)) &&
            (!found || sign * share(&kpi->evidence) < sign * share(&found->evidence)))
            found = kpi;
    }
    return found;
}

static double share_changed(const struct evidence *e)
{
    return e->relative;
}

static double share_seen(const struct evidence *e)
{
    return e->smallest_seen / fabs(e->level);
}

static const char *changes_text(const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    const struct kpi_result *least = outermost(entry, verdict, share_changed, 1), *most = outermost(entry, verdict, share_changed, -1);
    if (!least)
        return "";
    const char *from = phrases_level_change(least, arena), *to = phrases_level_change(most, arena);
    return strcmp(from, to) == 0 ? arena_printf(arena, ", change %s", from) : arena_printf(arena, ", changes from %s to %s", from, to);
}

/* An ok is worth what it could have seen. */
static const char *seen_text(const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    const struct kpi_result *least = outermost(entry, verdict, share_seen, 1), *most = outermost(entry, verdict, share_seen, -1);
    if (!least)
        return "";
    const char *from = phrases_seen(least, arena), *to = phrases_seen(most, arena);
    return strcmp(from, to) == 0 ? arena_printf(arena, "; would have seen %s", from) : arena_printf(arena, "; would have seen %s (%s) to %s (%s)", from,
                                                                                                        least->rule->name, to, most->rule->name);
}

/* "8 KPIs, changes from -0.34 % to +0.33 %; would have seen 1.2 % (train_runtime) to 8.4 % (dataset_tokens)" */
static const char *range_text(const struct entry_result *entry, enum verdict verdict, struct arena *arena)
{
    size_t n = count_of(entry, verdict);
    return arena_printf(arena, "%zu KPI%s%s%s", n, n == 1 ? "" : "s", changes_text(entry, verdict, arena), seen_text(entry, verdict, arena));
}

static void render_entry(struct screen *screen, const struct entry_result *entry, enum verdict verdict)
{
    if (shown[verdict].form == FORM_ENTRY) {
        layout_wrap(screen->out, arena_printf(screen->arena, "%s  %s: %s", shown[verdict].heading, entry->name, range_text(entry, verdict, screen->arena)),
                    0, 4, COLUMNS);
        return;
    }
    text_addc(screen->out, '\n');
    layout_wrap(screen->out, arena_printf(screen->arena, "%s  %s", shown[verdict].heading, entry->name), 0, 4, COLUMNS);
    if (shown[verdict].form == FORM_CHANGES)
        render_changes(screen, entry, verdict);
    else
        render_reasons(screen, entry, verdict);
}

/* What there was no room for. */
static void render_left_out(struct screen *screen, enum verdict verdict)
{
    if (!screen->left_out)
        return;
    const char *entries = screen->left_out_entries ? arena_printf(screen->arena, " (%zu more entr%s)", screen->left_out_entries,
                                                                  screen->left_out_entries == 1 ? "y" : "ies") : "";
    text_printf(screen->out, "\n%s …and %zu more KPI%s%s: see the report\n", shown[verdict].heading, screen->left_out,
                screen->left_out == 1 ? "" : "s", screen->left_out_entries ? entries : "");
}

static void render_verdict(struct screen *screen, enum verdict verdict)
{
    size_t lines = 0, more = 0, more_kpis = 0;
    screen->rows = VERDICT_TEXT_ROWS;
    screen->left_out = screen->left_out_entries = 0;
    for (size_t i = 0; i < screen->analysis->entries_n; i++) {
        const struct entry_result *entry = &screen->analysis->entries[i];
        size_t n = count_shown(screen, entry, verdict);
        if (!n || phrases_said_elsewhere(entry, verdict))
            continue;
        if (shown[verdict].form == FORM_ENTRY && lines == 0)
            text_addc(screen->out, '\n');
        if (shown[verdict].form == FORM_ENTRY && lines++ >= OK_ENTRIES_SHOWN) {
            more++;
            more_kpis += n;
        } else if (shown[verdict].form != FORM_ENTRY && screen->rows <= STORY_ROWS) {
            screen->left_out += n;
            screen->left_out_entries++;
        } else {
            render_entry(screen, entry, verdict);
        }
    }
    if (more)
        text_printf(screen->out, "%s  %zu more entries: %zu KPIs\n", shown[verdict].heading, more, more_kpis);
    render_left_out(screen, verdict);
}

/* ---- of the whole invocation ---- */

static enum verdict gravest_of(const struct incident *incident)
{
    for (size_t v = 0; v < VERDICT_COUNT; v++)
        for (size_t i = 0; i < incident->members_n; i++)
            if (incident->members[i]->verdict == phrases_by_weight[v])
                return phrases_by_weight[v];
    return VERDICT_OK;
}

static bool of_one_entry(const struct incident *incident)
{
    for (size_t i = 1; i < incident->members_n; i++)
        if (incident->entries[i] != incident->entries[0])
            return false;
    return true;
}

/* Whose it is, where there are several entries, and its verdict where that is not the incident's. */
static const char *member_text(const struct incident *incident, size_t i, struct arena *arena)
{
    const char *name = of_one_entry(incident) ? "" : incident->entries[i]->name;
    const char *verdict = incident->members[i]->verdict == gravest_of(incident) ? "" : verdict_name(incident->members[i]->verdict);
    const char *cut = arena_strndup(arena, name, (size_t)text_cut(name, strlen(name), ENTRY_SHOWN));
    return arena_printf(arena, "%s%s%s%s", cut, strlen(cut) < strlen(name) ? "…" : "", name[0] && verdict[0] ? ", " : "", verdict);
}

/* Who acknowledged members of it, and why: each of these once. */
static void render_acknowledged(struct screen *screen, const struct incident *incident)
{
    const char *said = "";
    for (size_t i = 0; i < incident->members_n; i++) {
        const struct kpi_result *kpi = incident->members[i];
        const char *status = kpi->verdict == VERDICT_ACKNOWLEDGED ? one_line(change_phrases_status(kpi, screen->arena), screen->arena) : "";
        if (status[0] && !strstr(said, status))
            said = line_of(said, status, screen->arena);
    }
    render_lines(screen, said, 2);
}

static void render_incident(struct screen *screen, const struct incident *incident)
{
    struct table table = table_of_changes(screen->arena, of_one_entry(incident) ? "" : "entry", false);
    text_addc(screen->out, '\n');
    layout_wrap(screen->out, arena_printf(screen->arena, "%s incident: %s", shown[gravest_of(incident)].heading,
                                          change_phrases_incident(incident, screen->arena)), 0, 4, COLUMNS);
    if (incident->members_n)
        render_lines(screen, story(incident->entries[0], incident->members[0], screen->arena), 2);
    if (incident->members_n && incident->members[0]->verdict != VERDICT_ACKNOWLEDGED)
        render_acknowledged(screen, incident);
    for (size_t i = 0; i < incident->members_n && i < MEMBERS_SHOWN; i++)
        add_change(&table, incident->members[i], member_text(incident, i, screen->arena), screen->arena);
    table_render(screen->out, &table, 2, COLUMNS);
    if (incident->members_n > MEMBERS_SHOWN)
        text_printf(screen->out, "  …and %zu more: see the report\n", incident->members_n - MEMBERS_SHOWN);
}

static void render_incidents(struct screen *screen)
{
    const struct analysis *analysis = screen->analysis;
    for (size_t i = 0; i < analysis->incidents_n && i < INCIDENTS_SHOWN; i++)
        render_incident(screen, &analysis->incidents[i]);
    if (analysis->incidents_n > INCIDENTS_SHOWN)
        text_printf(screen->out, "\n…and %zu more incidents: see the report\n", analysis->incidents_n - INCIDENTS_SHOWN);
}

static void render_absences(struct screen *screen)
{
    size_t n = 0;
    for (size_t i = 0; i < screen->analysis->absences_n; i++) {
        const struct absence *absence = &screen->analysis->absences[i];
        if (!change_phrases_own_absence(absence) || n++ >= ABSENCES_SHOWN)
            continue;
        text_add(screen->out, n == 1 ? "\n" : "");
        layout_wrap(screen->out, arena_printf(screen->arena, "MISSING  %s: %s", absence->what, change_phrases_absence(absence)), 0, 4,
                    COLUMNS);
    }
    if (n > ABSENCES_SHOWN)
        text_printf(screen->out, "MISSING …and %zu more: see the report\n", n - ABSENCES_SHOWN);
}

/* Of KPIs that are ok. */
static void render_warnings(struct screen *screen)
{
    size_t n = 0;
    for (size_t i = 0; i < screen->analysis->entries_n; i++)
        for (size_t j = 0; j < screen->analysis->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &screen->analysis->entries[i].kpis[j];
            const char *warning = change_phrases_warning(kpi);
            if (!warning || n++ >= ABSENCES_SHOWN)
                continue;
            text_add(screen->out, n == 1 ? "\n" : "");
            layout_wrap(screen->out, arena_printf(screen->arena, "CLOSE  %s of %s: %s", kpi->rule->name, screen->analysis->entries[i].name, warning), 0, 4,
                        COLUMNS);
        }
    if (n > ABSENCES_SHOWN)
        text_printf(screen->out, "CLOSE …and %zu more: see the report\n", n - ABSENCES_SHOWN);
}

/* Acknowledgements whose change is gone may go. */
static void render_fixed(struct screen *screen)
{
    size_t n = 0;
    for (size_t i = 0; i < screen->analysis->entries_n; i++)
        for (size_t j = 0; j < screen->analysis->entries[i].kpis_n; j++) {
            const struct kpi_result *kpi = &screen->analysis->entries[i].kpis[j];
            if (kpi->change.status != CHANGE_FIXED || n++ >= ABSENCES_SHOWN)
                continue;
            text_add(screen->out, n == 1 ? "\n" : "");
            layout_wrap(screen->out, arena_printf(screen->arena, "FIXED  %s of %s: %s", kpi->rule->name, screen->analysis->entries[i].name,
                                                  change_phrases_status(kpi, screen->arena)), 0, 4, COLUMNS);
        }
    if (n > ABSENCES_SHOWN)
        text_printf(screen->out, "FIXED …and %zu more: see the report\n", n - ABSENCES_SHOWN);
}

void verdict_text_render(struct text *out, const struct analysis *analysis)
{
    struct arena arena = {0};
    size_t from = out->len;
    struct screen screen = {.out = out, .analysis = analysis, .members = incident_members_of(analysis, &arena), .arena = &arena};
    render_head(out, analysis, &arena);
    render_incidents(&screen);
    render_absences(&screen);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (shown[phrases_by_weight[i]].form != FORM_NONE)
            render_verdict(&screen, phrases_by_weight[i]);
    render_warnings(&screen);
    render_fixed(&screen);
    verdict_notes_render(out, analysis, &arena);
    clean_commands(out, from);
    arena_close(&arena);
}
