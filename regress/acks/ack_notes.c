#include "regress/acks/ack_notes.h"

#include <string.h>

#include "config/options.h"
#include "regress/acks/marks.h"

struct noting {
    struct analysis *analysis;
    const struct ack_notes_request *request;
    const struct analysis_options *options;
    const struct acks *acks;
    struct arena *arena;
    size_t silent; /* lines that speak of nothing in this run, and may well be right */
    struct {
        struct ack_note *v;
        size_t n, cap;
    } notes;
};

static void note(struct noting *n, bool warning, const char *text)
{
    *LIST_ADD(n->arena, &n->notes) = (struct ack_note){warning, text};
}

/* ---- does a line speak of anything? ---- */

static bool names_any_kpi(const struct noting *n, const struct ack_line *line, const char **unknown)
{
    bool any = !line->kpis;
    for (const char *const *name = line->kpis; name && *name; name++) {
        const char *const one[] = {*name, NULL};
        const struct ack_line alone = {.kpis = one};
        bool known = false;
        for (size_t i = 0; i < n->options->kpis_n && !known; i++)
            known = ack_line_names(&alone, n->options->kpis[i].name);
        any |= known;
        if (!known && !*unknown)
            *unknown = *name;
    }
    return any;
}

static void note_unknown_kpi(struct noting *n, const struct ack_line *line, const char *unknown)
{
    const char **names = ARENA_ARRAY(n->arena, const char *, n->options->kpis_n + 1);
    for (size_t i = 0; i < n->options->kpis_n; i++)
        names[i] = n->options->kpis[i].name;
    const char *nearest = option_nearest(unknown, names);
    note(n, true, arena_printf(n->arena, "%s: the workload has no KPI '%s'%s%s%s", line->place, unknown, nearest ? "; did you mean '" : "",
                               nearest ? nearest : "", nearest ? "'?" : ""));
}

static const char *unknown_label(const struct noting *n, const struct ack_line *line)
{
    for (size_t i = 0; i < line->labels.n; i++) {
        const char *key = line->labels.v[i].key;
        bool known = false;
        for (size_t k = 0; k < n->analysis->entries_n && !known; k++)
            known = record_label(n->analysis->entries[k].entry, key);
        for (size_t k = 0; k < n->request->history_n && !known; k++)
            known = record_label(&n->request->history[k], key);
        if (!known)
            return key;
    }
    return NULL;
}

static bool fits_any_entry(const struct noting *n, const struct ack_line *line)
{
    for (size_t i = 0; i < n->analysis->entries_n; i++)
        if (ack_line_fits(line, n->analysis->entries[i].entry))
            return true;
    return false;
}

/* False when there is nothing more to be said of the line. */
static bool check_line(struct noting *n, const struct ack_line *line)
{
    const char *kpi = NULL;
    bool any = names_any_kpi(n, line, &kpi);
    if (kpi)
        note_unknown_kpi(n, line, kpi);
    if (!any)
        return false;
    if (fits_any_entry(n, line))
        return true;
    const char *label = n->analysis->entries_n ? unknown_label(n, line) : NULL;
    if (label)
        note(n, true, arena_printf(n->arena, "%s: no payload has the label '%s'", line->place, label));
    n->silent += !label;
    return false;
}

/* Whether any series that it speaks of has its run; true where there is no series. `index`: in marks->found. */
static bool is_found(const struct noting *n, const struct ack_line *line, size_t index)
{
    bool asked = false;
    for (size_t i = 0; i < n->request->hypotheses_n; i++) {
        const struct hypothesis *h = &n->request->hypotheses[i];
        if (!h->marks || !ack_line_names(line, h->result->rule->name) || !ack_line_fits(line, h->entry))
            continue;
        if (h->marks->found[index])
            return true;
        asked = true;
    }
    return !asked;
}

/* `run`: NULL where it says only the id of a change. */
static bool check_run(struct noting *n, const struct ack_line *line, const char *run, const char *id, size_t index)
{
    if (is_found(n, line, index))
        return true;
    note(n, true, run ? arena_printf(n->arena, "%s: no run of the history is '%s': expected a version, a run id or a time", line->place, run)
                      : arena_printf(n->arena, "%s: no change that a run of the history may have begun has the id '%s': expected the one that a report "
                                               "names", line->place, id));
    return false;
}

/* ---- what became of acknowledgements ---- */

struct fate {
    size_t seen, of[CHANGE_STATUSES];
};

static struct fate fate_of(const struct noting *n, const struct ack *ack)
{
    struct fate fate = {0};
    for (size_t i = 0; i < n->request->hypotheses_n; i++) {
        const struct hypothesis *h = &n->request->hypotheses[i];
        fate.seen += h->answers.tested && ack_line_names(&ack->line, h->result->rule->name) && ack_line_fits(&ack->line, h->entry);
        if (h->result->change.ack_place == ack->line.place && h->result->change.status != CHANGE_FIXED)
            fate.of[h->result->change.status]++;
        for (size_t k = 0; h->marks && k < h->marks->n; k++)
            fate.of[CHANGE_FIXED] += h->marks->v[k].ack == ack && marks_gone_now(h, &h->marks->v[k]);
    }
    return fate;
}

static void note_fate(struct noting *n, const struct ack *ack)
{
    struct fate fate = fate_of(n, ack);
    const char *text = NULL;
    if (fate.of[CHANGE_EXPIRED])
        text = "has ended: what it acknowledged gates again";
    else if (fate.of[CHANGE_FIXED] && !fate.of[CHANGE_ACKNOWLEDGED] && !fate.of[CHANGE_RETURNED] && !fate.of[CHANGE_NEW] && !fate.of[CHANGE_KNOWN])
        text = "the change that it acknowledges is gone: the line may go";
    if (text)
        note(n, false, arena_printf(n->arena, "%s: %s", ack->line.place, text));
}

/* Told when no series that it speaks of knows the run that it ends with. */
static void check_end(struct noting *n, const struct ack *ack)
{
    size_t marks = 0, unknown = 0;
    for (size_t i = 0; i < n->request->hypotheses_n; i++) {
        const struct hypothesis *h = &n->request->hypotheses[i];
        for (size_t k = 0; h->marks && k < h->marks->n; k++) {
            marks += h->marks->v[k].ack == ack;
            unknown += h->marks->v[k].ack == ack && h->marks->v[k].end_unknown;
        }
    }
    if (unknown && unknown == marks)
        note(n, true, arena_printf(n->arena, "%s: no run of the history is '%s' (until): it is taken for past", ack->line.place, ack->until.text));
}

static void check_acknowledged(struct noting *n)
{
    for (size_t i = 0; i < n->acks->acknowledged_n; i++) {
        const struct ack *ack = &n->acks->acknowledged[i];
        if (!check_line(n, &ack->line) || !check_run(n, &ack->line, ack->since.text, ack->change, i))
            continue;
        check_end(n, ack);
        note_fate(n, ack);
    }
}

/* ---- the other lists ---- */

static void check_exclusion(struct noting *n, const struct ack_exclusion *out)
{
    size_t hits = 0;
    const char *kpi = NULL;
    if (!names_any_kpi(n, &out->line, &kpi) || kpi)
        note_unknown_kpi(n, &out->line, kpi);
    for (size_t r = 0; r < out->runs_n && !hits; r++) {
        for (size_t i = 0; i < n->analysis->entries_n; i++)
            hits += ack_run_is(&out->runs[r], n->options->comparison_keys, n->analysis->entries[i].entry);
        for (size_t i = 0; i < n->request->history_n; i++)
            hits += ack_run_is(&out->runs[r], n->options->comparison_keys, &n->request->history[i]);
    }
    n->silent += hits == 0;
}

static void check_others(struct noting *n)
{
    const struct acks *acks = n->acks;
    for (size_t i = 0; i < acks->accepted_n; i++)
        if (check_line(n, &acks->accepted[i].line))
            check_run(n, &acks->accepted[i].line, acks->accepted[i].since.text, NULL, acks->acknowledged_n + i);
    for (size_t i = 0; i < acks->changes_n; i++)
        if (check_line(n, &acks->changes[i].line))
            check_run(n, &acks->changes[i].line, acks->changes[i].at.text, NULL, acks->acknowledged_n + acks->accepted_n + i);
    for (size_t i = 0; i < acks->excluded_n; i++)
        check_exclusion(n, &acks->excluded[i]);
}

void ack_notes_make(struct analysis *analysis, const struct ack_notes_request *request, struct arena *arena)
{
    struct noting n = {.analysis = analysis, .request = request, .options = analysis->options, .acks = analysis->options->acks, .arena = arena};
    if (!n.acks)
        return;
    check_acknowledged(&n);
    check_others(&n);
    if (n.silent)
        note(&n, false, arena_printf(arena, "%s: %zu line%s of nothing in this run and its history", n.acks->file, n.silent,
                                     n.silent == 1 ? " speaks" : "s speak"));
    analysis->notes = n.notes.v;
    analysis->notes_n = n.notes.n;
}
