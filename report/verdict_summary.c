#include "report/verdict_summary.h"

#include "report/change_phrases.h"

static const char *message(const struct verdict_summary *s, struct arena *arena)
{
    const char *text = arena_printf(arena, "Performed %zu KPI regression analyses over %zu entries x %zu KPIs. %zu KPIs didn't pass.",
                                    s->total_points, s->entries, s->kpis, s->failures);
    const struct {
        size_t n;
        const char *format;
    } parts[] = {
        {s->no_history, "entries didn't have historical records."},
        {s->not_analyzed, "entries couldn't be analyzed (check the logs for an explanation). "},
        {s->decreases, "KPIs had a significant performance decrease. "},
        {s->increases, "KPIs had a significant performance increase. "},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].n)
            text = arena_printf(arena, "%s %zu %s", text, parts[i].n, parts[i].format);
    }
    return text;
}

static bool without_history(const struct entry_result *entry)
{
    bool any = false;
    for (size_t i = 0; i < entry->kpis_n; i++) {
        enum verdict verdict = entry->kpis[i].verdict;
        if (verdict != VERDICT_NO_HISTORY && verdict != VERDICT_NOT_ANALYSED)
            return false;
        any = any || verdict == VERDICT_NO_HISTORY;
    }
    return any;
}

struct verdict_summary verdict_summary_of(const struct analysis *analysis, struct arena *arena)
{
    const size_t *counts = analysis->counts, absences = change_phrases_own_absences(analysis); /* which count as missing, but are no KPI results */
    struct verdict_summary s = {
        .entries = analysis->entries_n,
        .failures = counts[VERDICT_REGRESSION],
        .not_analyzed = counts[VERDICT_MISSING] - (absences < counts[VERDICT_MISSING] ? absences : counts[VERDICT_MISSING]) +
                        counts[VERDICT_CANNOT_TELL],
        .decreases = counts[VERDICT_REGRESSION] + counts[VERDICT_ACKNOWLEDGED],
        .increases = counts[VERDICT_IMPROVEMENT],
    };
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        size_t kpis = 0;
        for (size_t j = 0; j < entry->kpis_n; j++)
            kpis += entry->kpis[j].verdict != VERDICT_NOT_ANALYSED;
        s.kpis = kpis > s.kpis ? kpis : s.kpis;
        s.total_points += kpis;
        s.no_history += without_history(entry);
    }
    s.message = message(&s, arena);
    return s;
}

/* A single-quoted scalar on one line; quotes are doubled. The message holds nothing that needs more. */
static void quoted(struct text *out, const char *s)
{
    text_addc(out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            text_addc(out, '\'');
        text_addc(out, *s);
    }
    text_addc(out, '\'');
}

void verdict_summary_render(struct text *out, const struct analysis *analysis)
{
    struct arena arena = {0};
    struct verdict_summary s = verdict_summary_of(analysis, &arena);
    text_printf(out, "entries_count: %zu\nfailures: %zu\nkpis_count: %zu\nmessage: ", s.entries, s.failures, s.kpis);
    quoted(out, s.message);
    text_printf(out, "\nno_history: %zu\nnot_analyzed: %zu\n", s.no_history, s.not_analyzed);
    text_printf(out, "significant_performance_decrease: %zu\nsignificant_performance_increase: %zu\ntotal_points: %zu\n",
                s.decreases, s.increases, s.total_points);
    arena_close(&arena);
}
