#include "report/verdict_markdown.h"

#include <math.h>
#include <string.h>

#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/clean.h"
#include "report/evidence_phrases.h"
#include "report/incident_members.h"
#include "report/markdown.h"
#include "report/phrases.h"
#include "report/verdict_notes.h"

enum { ROWS_SHOWN = 50, DETAILS_SHOWN = 20, REST_SHOWN = 100, MEMBERS_SHOWN = 10, ABSENCES_SHOWN = 20, NOTES_SHOWN = 20, NOTE_ROOM = 300 };

struct sheet {
    struct text *out;
    size_t end; /* no block ends behind it */
    struct text block; /* the one that is being written */
    bool cut;
    const struct entry_result *linked; /* whose links were shown last */
    struct incident_members members;
    const struct analysis *analysis;
    struct arena *arena;
};

/* Puts the block on the sheet where it fits; false: it did not. */
static bool finish(struct sheet *sheet)
{
    bool fits = sheet->out->len + sheet->block.len <= sheet->end && !sheet->block.over;
    if (fits)
        text_addn(sheet->out, sheet->block.s, sheet->block.len);
    sheet->cut |= !fits;
    text_clear(&sheet->block);
    return fits;
}

/* Takes back what was added since `mark` where there is no room for it and the block's end. */
static void keep_if_room(struct sheet *sheet, size_t mark)
{
    if (sheet->out->len + sheet->block.len + NOTE_ROOM <= sheet->end)
        return;
    sheet->block.len = mark;
    sheet->block.s[mark] = '\0';
    sheet->cut = true;
}

static void add(struct sheet *sheet, const char *ours)
{
    text_add(&sheet->block, ours);
}

static void words(struct sheet *sheet, const char *text)
{
    markdown_text(&sheet->block, text, MARKDOWN_WORDS);
}

static void code(struct sheet *sheet, const char *text)
{
    markdown_code(&sheet->block, text, MARKDOWN_NAME);
}

static void cell(struct sheet *sheet, const char *text)
{
    markdown_cell(&sheet->block, text, MARKDOWN_NAME);
}

/* ---- the first lines ---- */

static void render_head(struct sheet *sheet, const struct analysis *analysis, const struct gate *gate)
{
    add(sheet, "### Performance: ");
    words(sheet, phrases_verdict(analysis, sheet->arena));
    add(sheet, "\n\n");
    for (const char *const *line = phrases_not_gated(analysis, sheet->arena); *line; line++) {
        add(sheet, "**");
        words(sheet, *line);
        add(sheet, "**\n\n");
    }
    words(sheet, phrases_gate(analysis, gate, sheet->arena));
    add(sheet, " ");
    words(sheet, phrases_counts(analysis, sheet->arena));
    add(sheet, "\n\n");
    finish(sheet);
}

static void render_incident(struct sheet *sheet, const struct incident *incident)
{
    bool entries = false; /* several: each member says whose it is */
    for (size_t i = 1; i < incident->members_n; i++)
        entries |= incident->entries[i] != incident->entries[0];
    add(sheet, "> **Incident:** ");
    words(sheet, change_phrases_incident(incident, sheet->arena));
    add(sheet, "\n>\n> ");
    for (size_t i = 0; i < incident->members_n && i < MEMBERS_SHOWN; i++) {
        add(sheet, i ? ", " : "");
        code(sheet, incident->members[i]->rule->name);
        add(sheet, " ");
        words(sheet, phrases_change(incident->members[i], sheet->arena));
        if (entries) {
            add(sheet, " of ");
            code(sheet, incident->entries[i]->name);
        }
    }
    if (incident->members_n > MEMBERS_SHOWN)
        text_printf(&sheet->block, " and %zu more", incident->members_n - MEMBERS_SHOWN);
    add(sheet, "\n\n");
    finish(sheet);
}

static void render_absences(struct sheet *sheet, const struct analysis *analysis)
{
    size_t all = change_phrases_own_absences(analysis), n = 0;
    if (!all)
        return;
    add(sheet, "**Missing:**\n\n");
    for (size_t i = 0; i < analysis->absences_n && n < ABSENCES_SHOWN; i++) {
        if (!change_phrases_own_absence(&analysis->absences[i]))
            continue;
        n++;
        add(sheet, "- missing ");
        words(sheet, analysis->absences[i].what);
        add(sheet, ": ");
        words(sheet, change_phrases_absence(&analysis->absences[i]));
        add(sheet, "\n");
    }
    if (all > n)
        text_printf(&sheet->block, "- and %zu more\n", all - n);
    add(sheet, "\n");
    finish(sheet);
}

/* ---- what changed ---- */

static const char *since_cell(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    const char *word = change_phrases_word(kpi, arena);
    bool none = !phrases_has_since(e) || e->decided_by == CHECK_DRIFT; /* a drift begins with no run */
    const char *since = none ? "" : e->since_point >= e->points_n ? "this run" : e->since_version[0] ? e->since_version : "an earlier run";
    return arena_printf(arena, "%s%s%s", since, since[0] && word[0] ? ", " : "", word);
}

static const char changes_head[] = "| verdict | KPI | entry | this run | against | change | since | p |\n|---|---|---|--:|--:|--:|---|--:|\n";

static const char *shown(const struct kpi_result *kpi, double value, struct arena *arena)
{
    return isfinite(value) ? value_shown(kpi->rule, value, VALUE_PEOPLE, arena) : "";
}

/* The columns that every table begins with, but for the verdict. */
static void add_columns(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi, const char *value)
{
    add(sheet, " | ");
    cell(sheet, kpi->rule->name);
    add(sheet, " | ");
    cell(sheet, entry->name);
    add(sheet, " | ");
    words(sheet, value);
    add(sheet, " | ");
}

/* What the change is told of: of a drift not this run. */
static const char *value_cell(const struct kpi_result *kpi, struct phrases_numbers numbers, struct arena *arena)
{
    const char *value = shown(kpi, numbers.value, arena);
    bool runs = kpi->evidence.decided_by == CHECK_DRIFT && numbers.value != kpi->evidence.value;
    return runs ? arena_printf(arena, "%s (newest runs)", value) : value;
}

static void add_row(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    const struct check *decided = change_phrases_decided(kpi);
    struct phrases_numbers numbers = phrases_numbers(kpi);
    add(sheet, "| ");
    words(sheet, verdict_name(kpi->verdict));
    if (decided)
        words(sheet, arena_printf(sheet->arena, " (%s)", change_phrases_check(decided, sheet->arena)));
    add_columns(sheet, entry, kpi, value_cell(kpi, numbers, sheet->arena));
    words(sheet, shown(kpi, numbers.against, sheet->arena));
    add(sheet, " | ");
    words(sheet, phrases_change(kpi, sheet->arena));
    add(sheet, " | ");
    words(sheet, since_cell(kpi, sheet->arena));
    add(sheet, " | ");
    words(sheet, isfinite(e->p_corrected) ? value_p(e->p_corrected, sheet->arena) : "");
    add(sheet, " |\n");
}

static void list_item(struct sheet *sheet, const char *before, const char *text)
{
    if (!text || !text[0])
        return;
    add(sheet, "  - ");
    add(sheet, before);
    words(sheet, text);
    add(sheet, "\n");
}

static void add_links(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi)
{
    const char *const *urls = change_phrases_urls(entry, sheet->arena);
    const char *const runs[][2] = {{"last good", kpi->last_good_url}, {"first bad", kpi->first_bad_url}};
    const char *before = "  - links: ";
    for (size_t i = 0; i < 2; i++) {
        if (!runs[i][1])
            continue;
        add(sheet, before);
        markdown_link(&sheet->block, runs[i][0], runs[i][1]);
        before = ", ";
    }
    bool shown = sheet->linked == entry;
    sheet->linked = entry;
    for (; urls[0] && !shown; urls += 2) {
        add(sheet, before);
        markdown_link(&sheet->block, urls[0], urls[1]);
        before = ", ";
    }
    if (before[0] == ',')
        add(sheet, "\n");
}

static void add_commits(struct sheet *sheet, const struct kpi_result *kpi)
{
    for (size_t i = 0; i < kpi->differences_n; i++) {
        if (!kpi->differences[i].compare)
            continue;
        add(sheet, "  - commits: ");
        if (kpi->differences[i].link && clean_is_web_address(kpi->differences[i].link))
            markdown_link(&sheet->block, kpi->differences[i].compare, kpi->differences[i].link);
        else
            code(sheet, kpi->differences[i].compare);
        add(sheet, "\n");
    }
}

/* What one new run may be, and what a change has to pass. */
static const char *bounds_of(const struct kpi_result *kpi, struct arena *arena)
{
    const char *interval = evidence_phrases_interval(kpi, arena), *thresholds = evidence_phrases_thresholds(kpi, arena);
    if (!interval[0] || !isfinite(kpi->evidence.p_corrected) || !change_phrases_by_level(kpi))
        return "";
    return arena_printf(arena, "one new run is expected at %s; a change has to pass: %s", interval, thresholds);
}

static void add_details(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    add(sheet, "- **");
    words(sheet, verdict_name(kpi->verdict));
    add(sheet, "** ");
    code(sheet, kpi->rule->name);
    add(sheet, " of ");
    code(sheet, entry->name);
    add(sheet, ": ");
    words(sheet, e->reason && e->reason[0] ? e->reason : "no value");
    add(sheet, "\n");
    list_item(sheet, "", evidence_phrases_flip(kpi, sheet->arena));
    bool plain = phrases_has_since(e) && (kpi->change.status == CHANGE_NEW || kpi->change.status == CHANGE_KNOWN);
    if (phrases_has_since(e))
        list_item(sheet, plain ? arena_printf(sheet->arena, "%s: ", change_status_name(kpi->change.status)) : "", phrases_since(entry, e, sheet->arena));
    list_item(sheet, "", e->after_n ? phrases_size(kpi, sheet->arena) : "");
    list_item(sheet, "test: ", evidence_phrases_test(sheet->analysis, kpi, sheet->arena));
    list_item(sheet, "", bounds_of(kpi, sheet->arena));
    if (!plain)
        list_item(sheet, "", change_phrases_beside(kpi, sheet->arena));
    list_item(sheet, "", change_phrases_runs(kpi, sheet->arena));
    list_item(sheet, "what else changed there: ", change_phrases_differences(kpi, 5, sheet->arena));
    add_commits(sheet, kpi);
    list_item(sheet, "", e->control);
    for (size_t i = 0; i < kpi->checks_n; i++)
        if (!change_phrases_told(kpi, &kpi->checks[i]))
            list_item(sheet, "", arena_printf(sheet->arena, "%s: %s", change_phrases_check(&kpi->checks[i], sheet->arena),
                                              change_phrases_found(kpi, &kpi->checks[i], sheet->arena)));
    add_links(sheet, entry, kpi);
}

/* Calls `add_one` for the changed KPIs, the gravest first, at most `most` times; how many there are. */
static size_t each_change(struct sheet *sheet, const struct analysis *analysis, size_t most,
                          void (*add_one)(struct sheet *, const struct entry_result *, const struct kpi_result *))
{
    size_t n = 0;
    for (size_t v = 0; v < VERDICT_COUNT; v++) {
        for (size_t i = 0; i < analysis->entries_n; i++) {
            const struct entry_result *entry = &analysis->entries[i];
            for (size_t j = 0; j < entry->kpis_n; j++) {
                const struct kpi_result *kpi = &entry->kpis[j];
                if (kpi->verdict != phrases_by_weight[v] || !phrases_matters(kpi) || phrases_said_elsewhere(entry, kpi->verdict) ||
                    incident_members_has(&sheet->members, kpi))
                    continue;
                size_t mark = sheet->block.len;
                if (n++ >= most)
                    continue;
                add_one(sheet, entry, kpi);
                keep_if_room(sheet, mark);
            }
        }
    }
    return n;
}

static void add_nothing(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi)
{
    (void)sheet, (void)entry, (void)kpi;
}

static void render_changes(struct sheet *sheet, const struct analysis *analysis)
{
    if (!each_change(sheet, analysis, 0, add_nothing))
        return;
    add(sheet, changes_head);
    size_t n = each_change(sheet, analysis, ROWS_SHOWN, add_row);
    add(sheet, "\n");
    if (n > ROWS_SHOWN)
        text_printf(&sheet->block, "and %zu more: the HTML report has them.\n\n", n - ROWS_SHOWN);
    finish(sheet);
    add(sheet, "<details><summary>Why, and what would flip it</summary>\n\n");
    n = each_change(sheet, analysis, DETAILS_SHOWN, add_details);
    if (n > DETAILS_SHOWN)
        text_printf(&sheet->block, "- and %zu more\n", n - DETAILS_SHOWN);
    add(sheet, "\n</details>\n\n");
    finish(sheet);
}

/* What else changed belongs to the incident: said of its most telling member. */
static void render_incidents(struct sheet *sheet, const struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->incidents_n; i++) {
        const struct incident *incident = &analysis->incidents[i];
        render_incident(sheet, incident);
        if (!incident->members_n)
            continue;
        add(sheet, "<details><summary>Members of the incident</summary>\n\n");
        add(sheet, changes_head);
        for (size_t k = 0; k < incident->members_n && k < ROWS_SHOWN; k++) {
            size_t mark = sheet->block.len;
            add_row(sheet, incident->entries[k], incident->members[k]);
            keep_if_room(sheet, mark);
        }
        add(sheet, "\n");
        if (incident->members_n > ROWS_SHOWN)
            text_printf(&sheet->block, "and %zu more: the HTML report has them.\n\n", incident->members_n - ROWS_SHOWN);
        add_details(sheet, incident->entries[0], incident->members[0]);
        add(sheet, "\n</details>\n\n");
        finish(sheet);
    }
}

/* ---- the rest ---- */

/* Why it could not be judged; of one that is ok that it comes close to a bound, or that its acknowledgement may go. */
static const char *rest_said(const struct kpi_result *kpi, struct arena *arena)
{
    const char *warning = change_phrases_warning(kpi), *fixed = kpi->change.status == CHANGE_FIXED ? change_phrases_status(kpi, arena) : "";
    if (kpi->verdict != VERDICT_OK)
        return kpi->evidence.reason;
    return warning ? arena_printf(arena, "close: %s%s%s", warning, fixed[0] ? "; " : "", fixed) : fixed;
}

static void add_rest(struct sheet *sheet, const struct entry_result *entry, const struct kpi_result *kpi)
{
    add(sheet, "| ");
    words(sheet, verdict_name(kpi->verdict));
    add_columns(sheet, entry, kpi, shown(kpi, kpi->evidence.value, sheet->arena));
    words(sheet, phrases_level_change(kpi, sheet->arena));
    add(sheet, " | ");
    words(sheet, kpi->verdict == VERDICT_OK ? phrases_seen(kpi, sheet->arena) : "");
    add(sheet, " | ");
    words(sheet, rest_said(kpi, sheet->arena));
    add(sheet, " |\n");
}

static void render_rest(struct sheet *sheet, const struct analysis *analysis)
{
    size_t n = 0;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            n += !phrases_matters(&analysis->entries[i].kpis[j]);
    if (!n)
        return;
    text_printf(&sheet->block, "<details><summary>%zu other KPI result%s</summary>\n\n| verdict | KPI | entry | this run | change | would have seen | why |\n"
                               "|---|---|---|--:|--:|--:|---|\n", n, n == 1 ? "" : "s");
    size_t shown = 0;
    for (size_t v = 0; v < VERDICT_COUNT; v++)
        for (size_t i = 0; i < analysis->entries_n; i++)
            for (size_t j = 0; j < analysis->entries[i].kpis_n && shown < REST_SHOWN; j++) {
                const struct kpi_result *kpi = &analysis->entries[i].kpis[j];
                bool wanted = kpi->verdict == phrases_by_weight[v] && !phrases_matters(kpi);
                size_t mark = sheet->block.len;
                if (!wanted)
                    continue;
                shown++;
                add_rest(sheet, &analysis->entries[i], kpi);
                keep_if_room(sheet, mark);
            }
    add(sheet, "\n");
    if (n > shown)
        text_printf(&sheet->block, "and %zu more.\n\n", n - shown);
    add(sheet, "</details>\n\n");
    finish(sheet);
}

static void render_notes(struct sheet *sheet, const struct analysis *analysis)
{
    struct verdict_notes notes = verdict_notes_of(analysis, sheet->arena);
    if (!notes.n)
        return;
    add(sheet, "<details><summary>Notes on the history</summary>\n\n");
    for (size_t i = 0; i < notes.n && i < NOTES_SHOWN; i++) {
        add(sheet, "- ");
        if (notes.v[i].entries == 1)
            code(sheet, notes.v[i].who);
        else
            words(sheet, notes.v[i].who);
        add(sheet, ": ");
        words(sheet, notes.v[i].text);
        add(sheet, "\n");
    }
    if (notes.n > NOTES_SHOWN)
        text_printf(&sheet->block, "- and %zu more\n", notes.n - NOTES_SHOWN);
    add(sheet, "\n</details>\n\n");
    finish(sheet);
}

void verdict_markdown_render(struct text *out, const struct analysis *analysis, const struct gate *gate)
{
    struct arena arena = {0};
    struct sheet sheet = {.out = out, .end = out->len + VERDICT_MARKDOWN_MAX - NOTE_ROOM, .block = text_open(16 << 20), .analysis = analysis,
                          .arena = &arena};
    sheet.members = incident_members_of(analysis, &arena);
    render_head(&sheet, analysis, gate);
    render_incidents(&sheet, analysis);
    render_absences(&sheet, analysis);
    render_changes(&sheet, analysis);
    render_rest(&sheet, analysis);
    render_notes(&sheet, analysis);
    if (sheet.cut)
        text_add(out, "Parts of this report did not fit into a comment and were left out: the HTML report has everything.\n\n");
    words(&sheet, phrases_tested(analysis, &arena));
    add(&sheet, "\n");
    finish(&sheet);
    text_close(&sheet.block);
    arena_close(&arena);
}
