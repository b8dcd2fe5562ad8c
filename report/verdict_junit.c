#include "report/verdict_junit.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "regress/value.h"
#include "report/change_phrases.h"
#include "report/evidence_phrases.h"
#include "report/page.h"
#include "report/phrases.h"

enum { MESSAGE_BYTES = 500 };

enum outcome { OUTCOME_PASS, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED };
enum { OUTCOMES = OUTCOME_SKIPPED + 1 };

/* A regression that --fail_on tells from those that fail: known, where only new ones do. */
static bool let_pass(const struct kpi_result *kpi, const struct gate *gate)
{
    return kpi->verdict == VERDICT_REGRESSION && gate->fails[VERDICT_REGRESSION] && !gate_fails(gate, kpi);
}

static enum outcome outcome_missing(const struct gate *gate)
{
    return gate->fails[VERDICT_MISSING] ? OUTCOME_ERROR : OUTCOME_SKIPPED;
}

static enum outcome outcome_of(const struct kpi_result *kpi, const struct gate *gate)
{
    static const enum outcome unnamed[VERDICT_COUNT] = {
        [VERDICT_OK] = OUTCOME_PASS,         [VERDICT_REGRESSION] = OUTCOME_FAILURE, [VERDICT_IMPROVEMENT] = OUTCOME_PASS,
        [VERDICT_SUSPECT] = OUTCOME_PASS,    [VERDICT_CANNOT_TELL] = OUTCOME_SKIPPED, [VERDICT_NO_HISTORY] = OUTCOME_SKIPPED,
        [VERDICT_MISSING] = OUTCOME_SKIPPED, [VERDICT_ACKNOWLEDGED] = OUTCOME_SKIPPED, [VERDICT_NOT_ANALYSED] = OUTCOME_SKIPPED,
    };
    if (kpi->verdict == VERDICT_MISSING)
        return outcome_missing(gate);
    if (let_pass(kpi, gate))
        return OUTCOME_SKIPPED;
    return gate_fails(gate, kpi) ? OUTCOME_FAILURE : unnamed[kpi->verdict];
}

/* In the words of --fail_on. */
static const char *type_of(const struct kpi_result *kpi)
{
    if (kpi->verdict != VERDICT_REGRESSION)
        return verdict_name(kpi->verdict);
    return kpi->change.status == CHANGE_KNOWN ? "known-regression" : "new-regression";
}

struct tally {
    size_t n[OUTCOMES], all;
};

static void count(struct tally *tally, enum outcome outcome)
{
    tally->n[outcome]++;
    tally->all++;
}

/* In an attribute line feeds would become blanks. */
static void attribute(struct text *out, const char *name, const char *value, struct arena *arena)
{
    char *copy = arena_strdup(arena, value ? value : "");
    error_shorten(copy, MESSAGE_BYTES);
    for (char *c = copy; *c; c++)
        *c = *c == '\n' || *c == '\t' || *c == '\r' ? ' ' : *c;
    text_printf(out, " %s=\"", name);
    page_escape(out, copy);
    text_addc(out, '"');
}

static void tally_attributes(struct text *out, const struct tally *tally, bool skipped)
{
    text_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tally->all, tally->n[OUTCOME_FAILURE], tally->n[OUTCOME_ERROR]);
    if (skipped) /* of a suite; testsuites has no such attribute in Jenkins' schema */
        text_printf(out, " skipped=\"%zu\"", tally->n[OUTCOME_SKIPPED]);
    text_add(out, " time=\"0\"");
}

/* ---- a KPI ---- */

static const char *line(const char *lines, const char *name, const char *value, struct arena *arena)
{
    return value && value[0] ? arena_printf(arena, "%s%s: %s\n", lines, name, value) : lines;
}

/* "+20.0 %"; where that is not said of the level, "+20.0 %, 240 ms against 200 ms". */
static const char *change_line(const struct kpi_result *kpi, struct arena *arena)
{
    struct phrases_numbers n = phrases_numbers(kpi);
    const char *change = phrases_change(kpi, arena);
    if (!change[0] || phrases_of_level(kpi, n))
        return change;
    return arena_printf(arena, "%s, %s against %s", change, value_shown(kpi->rule, n.value, VALUE_PEOPLE, arena),
                        value_shown(kpi->rule, n.against, VALUE_PEOPLE, arena));
}

static const char *evidence_lines(const struct analysis *analysis, const struct entry_result *entry, const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    bool since = phrases_has_since(e);
    const char *lines = line("", verdict_name(kpi->verdict), e->reason, arena);
    lines = line(lines, "what would flip it", e->flip, arena);
    lines = line(lines, "this run", isfinite(e->value) ? value_shown(kpi->rule, e->value, VALUE_PEOPLE, arena) : "", arena);
    lines = line(lines, "which is", evidence_phrases_repetitions(kpi, arena), arena);
    lines = line(lines, "level", isfinite(e->level) ? value_shown(kpi->rule, e->level, VALUE_PEOPLE, arena) : "", arena);
    lines = line(lines, "interval for one new run", evidence_phrases_interval(kpi, arena), arena);
    lines = line(lines, "change", change_line(kpi, arena), arena);
    lines = line(lines, "a change has to pass", change_phrases_by_level(kpi) ? evidence_phrases_thresholds(kpi, arena) : "", arena);
    lines = line(lines, "size of the change", e->after_n ? phrases_size(kpi, arena) : "", arena);
    lines = line(lines, "test", evidence_phrases_test(analysis, kpi, arena), arena);
    lines = line(lines, "began", since ? phrases_since(entry, e, arena) : "", arena);
    lines = line(lines, "state", change_phrases_beside(kpi, arena), arena);
    lines = line(lines, "change id", kpi->change.id, arena);
    lines = line(lines, "runs", change_phrases_runs(kpi, arena), arena);
    lines = line(lines, "what else changed there", change_phrases_differences(kpi, 5, arena), arena);
    lines = line(lines, "control", e->control, arena);
    for (size_t i = 0; i < kpi->checks_n; i++)
        lines = change_phrases_told(kpi, &kpi->checks[i]) ? lines : line(lines, change_phrases_check(&kpi->checks[i], arena), change_phrases_found(kpi, &kpi->checks[i], arena), arena);
    return lines;
}

/* What Jenkins groups by: a dot there would be a package of its own. */
static const char *class_of(const char *name, struct arena *arena)
{
    char *copy = arena_printf(arena, "matbench.%s", name);
    for (char *c = copy + strlen("matbench."); *c; c++)
        *c = *c == '.' ? '_' : *c;
    return copy;
}

static void add_element(struct text *out, const char *name, const char *type, const char *message, const char *body, struct arena *arena)
{
    text_printf(out, "      <%s", name);
    if (type)
        attribute(out, "type", type, arena);
    if (message)
        attribute(out, "message", message, arena);
    text_add(out, body[0] ? ">" : "/>\n");
    if (!body[0])
        return;
    page_escape(out, body);
    text_printf(out, "</%s>\n", name);
}

static void add_case(struct text *out, const char *suite, const char *name, enum outcome outcome, const char *type, const char *message,
                     const char *body, struct arena *arena)
{
    static const char *const elements[OUTCOMES] = {[OUTCOME_FAILURE] = "failure", [OUTCOME_ERROR] = "error"};
    text_add(out, "    <testcase");
    attribute(out, "classname", class_of(suite, arena), arena);
    attribute(out, "name", name, arena);
    text_add(out, " time=\"0\">\n");
    if (outcome == OUTCOME_SKIPPED)
        add_element(out, "skipped", NULL, message, "", arena);
    if (outcome == OUTCOME_FAILURE || outcome == OUTCOME_ERROR)
        add_element(out, elements[outcome], type, message, body, arena);
    else if (body[0])
        add_element(out, "system-out", NULL, NULL, body, arena);
    text_add(out, "    </testcase>\n");
}

/* Why it is as it is; of an acknowledged one who said so, where the reason does not, of a regression whether it is new. */
static const char *message_of(const struct kpi_result *kpi, const struct gate *gate, struct arena *arena)
{
    const char *reason = kpi->evidence.reason && kpi->evidence.reason[0] ? kpi->evidence.reason : "no value";
    const char *status = kpi->verdict == VERDICT_ACKNOWLEDGED ? change_phrases_beside(kpi, arena) : "", *state = change_phrases_state(kpi, arena);
    if (status[0])
        return arena_printf(arena, "%s: %s", status, reason);
    return arena_printf(arena, "%s%s%s%s: %s", verdict_name(kpi->verdict), state[0] ? ", " : "", state,
                        let_pass(kpi, gate) ? ", which --fail_on does not name" : "", reason);
}

static void add_kpi(struct text *out, const struct analysis *analysis, const struct entry_result *entry, const struct kpi_result *kpi, const struct gate *gate)
{
    struct arena arena = {0};
    bool quiet = kpi->verdict == VERDICT_OK || kpi->verdict == VERDICT_NOT_ANALYSED || kpi->verdict == VERDICT_NO_HISTORY;
    add_case(out, entry->name, kpi->rule->name, outcome_of(kpi, gate), type_of(kpi), message_of(kpi, gate, &arena),
             quiet ? "" : evidence_lines(analysis, entry, kpi, &arena), &arena);
    arena_close(&arena);
}

/* ---- suites ---- */

static void add_property(struct text *out, const char *name, const char *value, struct arena *arena)
{
    if (!value || !value[0])
        return;
    text_add(out, "      <property");
    attribute(out, "name", name, arena);
    attribute(out, "value", value, arena);
    text_add(out, "/>\n");
}

static void add_entry(struct text *out, const struct analysis *analysis, const struct entry_result *entry, const struct gate *gate)
{
    struct arena arena = {0};
    struct tally tally = {{0}, 0};
    char start[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = entry->entry->start_us}, 'T', start);
    for (size_t j = 0; j < entry->kpis_n; j++)
        count(&tally, outcome_of(&entry->kpis[j], gate));
    text_add(out, "  <testsuite");
    attribute(out, "name", entry->name, &arena);
    tally_attributes(out, &tally, true);
    text_printf(out, " timestamp=\"%.*s\">\n    <properties>\n", (int)strcspn(start, "."), start);
    add_property(out, "version", entry->version, &arena);
    add_property(out, "run_id", entry->run_id, &arena);
    add_property(out, "payload", entry->entry->id, &arena);
    add_property(out, "where", entry->entry->where, &arena);
    add_property(out, "history_records", arena_printf(&arena, "%zu", entry->history_n), &arena);
    for (const char *const *note = phrases_notes(entry, &arena); *note; note++)
        add_property(out, "note", *note, &arena);
    text_add(out, "    </properties>\n");
    for (size_t j = 0; j < entry->kpis_n; j++)
        add_kpi(out, analysis, entry, &entry->kpis[j], gate);
    text_add(out, "  </testsuite>\n");
    arena_close(&arena);
}

/* What is not there has no entry whose suite it could stand in. */
static void add_completeness(struct text *out, const struct analysis *analysis, const struct gate *gate, struct arena *arena)
{
    struct tally tally = {{0}, 0};
    enum outcome missing = outcome_missing(gate);
    const char *const *not_gated = phrases_not_gated(analysis, arena);
    for (size_t i = 0; not_gated[i]; i++)
        count(&tally, OUTCOME_SKIPPED);
    for (size_t i = 0; i < change_phrases_own_absences(analysis); i++)
        count(&tally, missing);
    if (!tally.all)
        return;
    text_add(out, "  <testsuite name=\"completeness\"");
    tally_attributes(out, &tally, true);
    text_add(out, ">\n");
    for (size_t i = 0; not_gated[i]; i++)
        add_case(out, "completeness", arena_printf(arena, "not gated %zu", i + 1), OUTCOME_SKIPPED, NULL, not_gated[i], "", arena);
    for (size_t i = 0; i < analysis->absences_n; i++) {
        const struct absence *absence = &analysis->absences[i];
        if (!change_phrases_own_absence(absence))
            continue;
        const char *name = arena_printf(arena, "missing %s %zu", absence->what, i + 1), *found = change_phrases_absence(absence);
        add_case(out, "completeness", name, missing, "missing", found, missing == OUTCOME_SKIPPED ? "" : found, arena);
    }
    text_add(out, "  </testsuite>\n");
}

static struct tally tally_all(const struct analysis *analysis, const struct gate *gate, struct arena *arena)
{
    struct tally tally = {{0}, 0};
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++)
            count(&tally, outcome_of(&analysis->entries[i].kpis[j], gate));
    for (size_t i = 0; i < change_phrases_own_absences(analysis); i++)
        count(&tally, outcome_missing(gate));
    for (const char *const *text = phrases_not_gated(analysis, arena); *text; text++)
        count(&tally, OUTCOME_SKIPPED);
    return tally;
}

void verdict_junit_render(struct text *out, const struct analysis *analysis, const struct gate *gate)
{
    struct arena arena = {0};
    struct tally tally = tally_all(analysis, gate, &arena);
    text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"matbench\"");
    tally_attributes(out, &tally, false);
    text_add(out, ">\n");
    add_completeness(out, analysis, gate, &arena);
    for (size_t i = 0; i < analysis->entries_n; i++)
        add_entry(out, analysis, &analysis->entries[i], gate);
    text_add(out, "</testsuites>\n");
    arena_close(&arena);
}
