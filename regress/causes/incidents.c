#include "regress/causes/incidents.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "detect/law.h"
#include "detect/score.h"
#include "detect/stats.h"
#include "regress/select.h"
#include "regress/value.h"

static const double CHANGED_BY_CHANCE = 0.05; /* of the KPIs, suspects too: for choosing a scope only */
enum { KEYS_MAX = 8, VALUES_MAX = 16, SHOWN_MAX = 200, SCOPED_ENTRIES_MAX = 2000 };

/* Where something began: the entry's own run, or a run of its history. */
struct onset {
    bool this_run, version_begins; /* the run before is of another version */
    const char *version, *run_id;
    const char *name; /* equal for equal onsets of different entries */
    int64_t start_us;
};

struct change {
    const struct entry_result *entry;
    const struct kpi_result *kpi;
    struct onset onset;
    size_t place; /* of the onset among the entry's run points; their number: this run */
    bool worse, taken;
};

/* Entries that are looked at together. */
struct scope {
    const char *key, *value; /* key NULL: all of them */
};

struct finding {
    struct arena *arena, *scratch;
    struct analysis *analysis;
    LIST_OF(struct change) changes; /* by entry, then KPI */
    LIST_OF(struct scope) scopes;
    LIST_OF(struct incident) incidents;
    size_t *places; /* by entry: the onset that is looked at */
};

/* ---- where things began ---- */

static bool has_run_id(const struct record *record)
{
    const char *value = record_label(record, "run_id");
    return value && strcmp(value, "null") != 0;
}

/* Runs of different entries are one by version and run_id; where there is none, by the version, else by the day. */
static const char *name_of(const struct onset *onset, const struct record *record, struct arena *arena)
{
    if (onset->this_run)
        return "";
    if (has_run_id(record))
        return arena_printf(arena, "r%s|%s", onset->version, onset->run_id);
    if (onset->version[0] && onset->version_begins)
        return arena_printf(arena, "v%s", onset->version);
    return arena_printf(arena, "d%lld", (long long)(onset->start_us / 86400000000));
}

static struct onset onset_of(const struct entry_result *entry, const struct evidence *e, struct arena *arena)
{
    struct onset onset = {.this_run = e->since_point >= e->points_n, .version = e->since_version};
    const struct run_point *point = onset.this_run ? NULL : &e->points[e->since_point];
    onset.run_id = point ? point->run_id : entry->run_id;
    onset.start_us = point ? point->start_us : entry->entry->start_us;
    onset.version_begins = strcmp(e->since_version, e->since_after) != 0;
    onset.name = name_of(&onset, point ? point->run->records[0] : entry->entry, arena);
    return onset;
}

/* The first run point of the entry that is not before the onset. */
static size_t place_of(const struct selection *selection, const struct onset *onset)
{
    size_t by_version = selection->points_n, by_start = selection->points_n;
    if (onset->this_run)
        return selection->points_n;
    for (size_t i = selection->points_n; i-- > 0;) {
        const struct select_point *point = &selection->points[i];
        bool same_version = strcmp(point->version, onset->version) == 0;
        if (same_version && strcmp(point->run_id, onset->run_id) == 0)
            return i;
        by_version = same_version ? i : by_version;
        by_start = point->start_us >= onset->start_us ? i : by_start;
    }
    return onset->version_begins && by_version < selection->points_n ? by_version : by_start;
}

static bool is_change(const struct kpi_result *kpi)
{
    const struct evidence *e = &kpi->evidence;
    bool is = kpi->verdict == VERDICT_REGRESSION || kpi->verdict == VERDICT_IMPROVEMENT || kpi->verdict == VERDICT_SUSPECT ||
              kpi->verdict == VERDICT_ACKNOWLEDGED;
    return is && e->since_version && e->since_point <= e->points_n && e->points_n && e->points[0].run;
}

static void collect(struct finding *finding)
{
    for (size_t i = 0; i < finding->analysis->entries_n; i++) {
        const struct entry_result *entry = &finding->analysis->entries[i];
        for (size_t j = 0; j < entry->kpis_n; j++) {
            const struct kpi_result *kpi = &entry->kpis[j];
            const struct evidence *e = &kpi->evidence;
            if (!is_change(kpi))
                continue;
            size_t place = e->since_point < e->points_n ? (size_t)(e->points[e->since_point].run - entry->selection->points)
                                                        : entry->selection->points_n;
            *LIST_ADD(finding->scratch, &finding->changes) = (struct change){.entry = entry, .kpi = kpi, .place = place,
                .onset = onset_of(entry, e, finding->scratch), .worse = kpi->verdict != VERDICT_IMPROVEMENT};
        }
    }
}

/* ---- scopes ---- */

static const char *value_or_null(const struct record *record, const char *key)
{
    const char *value = record_label(record, key);
    return value ? value : "null";
}

static void add_scope(struct finding *finding, const char *key, const char *value)
{
    for (size_t i = 0; i < finding->scopes.n; i++) {
        const struct scope *scope = &finding->scopes.v[i];
        if (scope->key && strcmp(scope->key, key) == 0 && strcmp(scope->value, value) == 0)
            return;
    }
    *LIST_ADD(finding->scratch, &finding->scopes) = (struct scope){key, value};
}

/* All entries, and each value of each compared label in which they differ. */
static void make_scopes(struct finding *finding)
{
    const struct analysis *analysis = finding->analysis;
    struct label_filter filter = label_filter_of(analysis->options->comparison_keys, analysis->options->ignored_keys, finding->scratch);
    const struct record *first = analysis->entries[0].entry;
    size_t keys = 0;
    *LIST_ADD(finding->scratch, &finding->scopes) = (struct scope){NULL, NULL};
    for (size_t k = 0; k < first->labels_n && keys < KEYS_MAX && analysis->entries_n <= SCOPED_ENTRIES_MAX; k++) {
        const char *key = first->labels[k].key;
        bool left_out = false, differs = false;
        for (size_t i = 0; i < filter.n; i++)
            left_out |= strcmp(filter.left_out[i], key) == 0;
        for (size_t i = 1; i < analysis->entries_n && !left_out; i++)
            differs |= strcmp(value_or_null(analysis->entries[i].entry, key), value_or_null(first, key)) != 0;
        keys += differs;
        for (size_t i = 0; differs && i < analysis->entries_n && finding->scopes.n < keys * VALUES_MAX; i++)
            add_scope(finding, key, value_or_null(analysis->entries[i].entry, key));
    }
}

static bool in_scope(const struct scope *scope, const struct entry_result *entry)
{
    return !scope->key || strcmp(value_or_null(entry->entry, scope->key), scope->value) == 0;
}

/* ---- which way a KPI moved ---- */

static bool is_judged(const struct kpi_result *kpi)
{
    return kpi->verdict == VERDICT_OK || kpi->verdict == VERDICT_REGRESSION || kpi->verdict == VERDICT_IMPROVEMENT ||
           kpi->verdict == VERDICT_SUSPECT || kpi->verdict == VERDICT_ACKNOWLEDGED;
}

/* 1: for the worse, -1: for the better, 0: not at all. The median of the runs since the onset against that of those just before it. */
static int shift_of(const struct entry_result *entry, const struct kpi_result *kpi, size_t place)
{
    const struct evidence *e = &kpi->evidence;
    double before[INCIDENT_RUNS_BEFORE], since[INCIDENT_RUNS_BEFORE];
    size_t at = e->points_n, before_n = 0, since_n = 0;
    if (!e->points_n || !e->points[0].run || !isfinite(e->value))
        return 0;
    while (at > 0 && (size_t)(e->points[at - 1].run - entry->selection->points) >= place)
        at--;
    for (size_t i = at; i > 0 && before_n < INCIDENT_RUNS_BEFORE && e->points[i - 1].level == e->points[at - 1].level; i--)
        before[before_n++] = e->points[i - 1].value;
    for (size_t i = at; i < e->points_n && since_n + 1 < INCIDENT_RUNS_BEFORE; i++)
        since[since_n++] = e->points[i].value;
    since[since_n++] = e->value;
    if (!before_n)
        return 0;
    double moved = stats_median(since, since_n) - stats_median(before, before_n);
    if (kpi->rule->better == DIRECTION_HIGHER)
        moved = -moved;
    return (moved > 0) - (moved < 0);
}

/* Which way every result moved at the onset: by result, in order of entries; 2: not judged. */
static signed char *shifts_of(struct finding *finding)
{
    const struct analysis *analysis = finding->analysis;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < analysis->entries_n; i++)
        n += analysis->entries[i].kpis_n;
    signed char *shifts = ARENA_ARRAY(finding->scratch, signed char, n + 1);
    for (size_t i = 0; i < analysis->entries_n; i++) {
        const struct entry_result *entry = &analysis->entries[i];
        for (size_t j = 0; j < entry->kpis_n; j++)
            shifts[at++] = is_judged(&entry->kpis[j]) ? (signed char)shift_of(entry, &entry->kpis[j], finding->places[i]) : 2;
    }
    return shifts;
}

struct moved {
    size_t judged, worse, better;
};

static struct moved count_moved(const struct finding *finding, const struct scope *scope, const signed char *shifts)
{
    const struct analysis *analysis = finding->analysis;
    struct moved moved = {0};
    size_t at = 0;
    for (size_t i = 0; i < analysis->entries_n; i++) {
        bool in = in_scope(scope, &analysis->entries[i]);
        for (size_t j = 0; j < analysis->entries[i].kpis_n; j++, at++) {
            moved.judged += in && shifts[at] != 2;
            moved.worse += in && shifts[at] == 1;
            moved.better += in && shifts[at] == -1;
        }
    }
    return moved;
}

/* ---- one incident ---- */

/* Changes that began together, before it is known whether they are an incident. */
struct group {
    struct change **members;
    size_t n, worse, sure; /* sure: beyond the corrected level */
};

static bool belongs(const struct finding *finding, const struct change *change, const struct scope *scope)
{
    size_t place = finding->places[change->entry - finding->analysis->entries];
    size_t apart = place > change->place ? place - change->place : change->place - place;
    return !change->taken && apart <= 1 && in_scope(scope, change->entry);
}

static bool is_mixed(size_t worse, size_t better)
{
    return fmin((double)worse, (double)better) >= INCIDENT_SHARE * (double)(worse + better);
}

/* The changes of a scope; of a group that is nearly all one way, only those. */
static struct group gather(struct finding *finding, const struct scope *scope, struct change **room)
{
    struct group all = {.members = room};
    size_t better = 0, kept = 0;
    for (size_t i = 0; i < finding->changes.n; i++) {
        struct change *change = &finding->changes.v[i];
        if (!belongs(finding, change, scope))
            continue;
        all.worse += change->worse;
        better += !change->worse;
        all.members[all.n++] = change;
    }
    bool mixed = is_mixed(all.worse, better), worse = all.worse >= better;
    for (size_t i = 0; i < all.n; i++)
        if (mixed || all.members[i]->worse == worse)
            all.members[kept++] = all.members[i];
    all.n = kept;
    all.worse = mixed ? all.worse : worse ? kept : 0;
    for (size_t i = 0; i < kept; i++)
        all.sure += all.members[i]->kpi->verdict != VERDICT_SUSPECT;
    return all;
}

static int compare_members(const void *a, const void *b)
{
    static const int weight[VERDICT_COUNT] = {[VERDICT_ACKNOWLEDGED] = 1, [VERDICT_IMPROVEMENT] = 2, [VERDICT_SUSPECT] = 3};
    const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;
    const struct evidence *ex = &x->kpi->evidence, *ey = &y->kpi->evidence;
    int order = weight[x->kpi->verdict] - weight[y->kpi->verdict];
    if (!order && ex->p_corrected != ey->p_corrected)
        order = ex->p_corrected < ey->p_corrected ? -1 : 1;
    if (!order && fabs(ex->relative) != fabs(ey->relative))
        order = fabs(ex->relative) > fabs(ey->relative) ? -1 : 1;
    if (!order)
        order = strcmp(x->kpi->rule->name, y->kpi->rule->name);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

/* "8.2–12.4 %", "12.4 %"; NULL when no change has a share. */
static const char *range_of(const struct incident *incident, bool improved, struct arena *arena)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < incident->members_n; i++) {
        double size = fabs(incident->members[i]->evidence.relative);
        if ((incident->members[i]->verdict == VERDICT_IMPROVEMENT) != improved || !isfinite(size))
            continue;
        least = fmin(least, size);
        most = fmax(most, size);
    }
    if (!isfinite(least))
        return NULL;
    const char *low = value_percent(least, arena), *high = value_percent(most, arena);
    return strcmp(low, high) == 0 ? low : arena_printf(arena, "%.*s–%s", (int)strcspn(low, " "), low, high);
}

static const char *by(const struct incident *incident, bool improved, struct arena *arena)
{
    const char *range = range_of(incident, improved, arena);
    return range ? arena_printf(arena, " by %s", range) : "";
}

static const char *when(const struct incident *incident, const struct onset *onset, struct arena *arena)
{
    if (onset->version[0] && onset->version_begins)
        return arena_printf(arena, "%s %s", incident->this_run ? "with" : "since", onset->version);
    return incident->this_run ? "in this run" : arena_printf(arena, "since the run %s", onset->run_id);
}

static const char *summarize(const struct incident *incident, const struct onset *onset, struct arena *arena)
{
    size_t n = incident->members_n, improved = 0;
    for (size_t i = 0; i < n; i++)
        improved += incident->members[i]->verdict == VERDICT_IMPROVEMENT;
    const char *head = arena_printf(arena, "%zu of %zu KPI results%s%s", n, incident->judged, incident->scope[0] ? " of " : "", incident->scope);
    const char *since = when(incident, onset, arena);
    if (incident->kind == INCIDENT_MIXED)
        return arena_printf(arena, "%s changed %s, %zu for the worse%s and %zu for the better%s: one thing that trades them is likelier than %zu",
                            head, since, n - improved, by(incident, false, arena), improved, by(incident, true, arena), n);
    bool worse = incident->kind == INCIDENT_WORSE;
    size_t moved = worse ? incident->worse : incident->better;
    const char *more = moved > n ? arena_printf(arena, " (%zu more moved that way)", moved - n) : "";
    return arena_printf(arena, "%s got %s%s %s%s: one cause is likelier than %zu", head, worse ? "worse" : "better",
                        by(incident, !worse, arena), since, more, n);
}

static const char *scope_name(const struct scope *scope, struct arena *arena)
{
    if (!scope->key)
        return "";
    struct text out = text_open(1 << 16);
    text_add_line(&out, arena_printf(arena, "%s=%s", scope->key, label_shown(scope->value, arena)));
    const char *name = arena_strndup(arena, out.s, (size_t)text_cut(out.s, out.len, SHOWN_MAX));
    text_close(&out);
    return name;
}

static struct incident describe(struct finding *finding, const struct group *group, const struct scope *scope,
                                const struct moved *moved, double p, const struct onset *onset)
{
    const struct entry_result **entries = ARENA_ARRAY(finding->arena, const struct entry_result *, group->n);
    const struct kpi_result **members = ARENA_ARRAY(finding->arena, const struct kpi_result *, group->n);
    bool mixed = group->worse && group->worse < group->n;
    struct incident incident = {.entries = entries, .members = members, .members_n = group->n, .judged = moved->judged, .worse = moved->worse,
                                .better = moved->better, .scope = scope_name(scope, finding->arena), .since_version = onset->version,
                                .since_run = onset->run_id, .this_run = onset->this_run, .p = mixed || p > INCIDENT_P ? NAN : p};
    incident.kind = mixed ? INCIDENT_MIXED : group->worse ? INCIDENT_WORSE : INCIDENT_BETTER;
    qsort(group->members, group->n, sizeof(*group->members), compare_members);
    for (size_t i = 0; i < group->n; i++) {
        entries[i] = group->members[i]->entry;
        members[i] = group->members[i]->kpi;
        group->members[i]->taken = true;
    }
    incident.summary = summarize(&incident, onset, finding->arena);
    return incident;
}

/* ---- how far they moved together ---- */

/* Mean shift of the KPIs of a run, in standard deviations, for the worse, by the age of the run (0: the entry). */
struct common {
    double sum[INCIDENT_RUNS_MAX];
    size_t n[INCIDENT_RUNS_MAX];
    size_t since; /* ages below are of the onset and after it */
};

static double stretch_mean(const struct run_point *points, size_t from, size_t to)
{
    double mean = 0;
    for (size_t i = from; i < to; i++)
        mean += points[i].value / (double)(to - from);
    return mean;
}

/* Values less the mean of their level; of those since the onset less that of the level before it. */
static void add_common(struct common *common, const struct entry_result *entry, const struct kpi_result *kpi, size_t place)
{
    const struct evidence *e = &kpi->evidence;
    const struct selection *selection = entry->selection;
    double scale = (kpi->rule->better == DIRECTION_HIGHER ? -1 : 1) / e->sd, centre = NAN;
    if (!e->points_n || !e->points[0].run || !isfinite(scale) || !isfinite(e->value))
        return;
    for (size_t i = 0, to = 0; i < e->points_n; i++) {
        size_t at = (size_t)(e->points[i].run - selection->points), age = selection->points_n - at;
        if (at < place && i >= to) {
            for (to = i + 1; to < e->points_n && e->points[to].level == e->points[i].level &&
                             (size_t)(e->points[to].run - selection->points) < place; to++) {
            }
            centre = stretch_mean(e->points, i, to);
        }
        if (age >= INCIDENT_RUNS_MAX || isnan(centre))
            continue;
        common->sum[age] += fmax(-SCORE_CLIP, fmin(SCORE_CLIP, scale * (e->points[i].value - centre)));
        common->n[age]++;
    }
    if (isnan(centre))
        return;
    common->sum[0] += fmax(-SCORE_CLIP, fmin(SCORE_CLIP, scale * (e->value - centre)));
    common->n[0]++;
    size_t since = selection->points_n - place + 1;
    common->since = since > common->since ? since : common->since;
}

/* The mean shift of the runs since the onset against those of the runs before; runs that lack half of the KPIs do not count. */
static double common_p(const struct common *common, bool worse)
{
    double before[INCIDENT_RUNS_MAX], mean = 0, now = 0, squares = 0;
    size_t n = 0, k = 0;
    for (size_t age = 0; age < INCIDENT_RUNS_MAX; age++) {
        if (common->n[age] * 2 < common->n[0] || !common->n[age])
            continue;
        double shift = (worse ? 1 : -1) * common->sum[age] / (double)common->n[age];
        if (age < common->since) {
            now += shift;
            k++;
        } else {
            before[n++] = shift;
            mean += shift;
        }
    }
    if (n < INCIDENT_RUNS_MIN || !k)
        return 1;
    mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (before[i] - mean) * (before[i] - mean);
    double sd = sqrt(squares / (double)(n - 1)), moved = now / (double)k - mean;
    if (!(sd > 0))
        return moved > 0 ? 0 : 1;
    return law_t_upper(moved / (sd * sqrt(1 / (double)k + 1 / (double)n)), (double)(n - 1));
}

static double together_p(const struct finding *finding, const struct scope *scope, bool worse)
{
    struct common common = {.since = 0};
    for (size_t i = 0; i < finding->analysis->entries_n; i++) {
        const struct entry_result *entry = &finding->analysis->entries[i];
        for (size_t j = 0; in_scope(scope, entry) && j < entry->kpis_n; j++)
            if (is_judged(&entry->kpis[j]))
                add_common(&common, entry, &entry->kpis[j], finding->places[i]);
    }
    return common_p(&common, worse);
}

/* p of the sign test over the scope, times the number of scopes. */
static double sign_p(const struct finding *finding, const struct group *group, const struct moved *moved)
{
    size_t n = moved->worse + moved->better, k = group->worse ? moved->worse : moved->better;
    return n ? fmin(1, law_binomial_upper(k, n, 0.5) * (double)finding->scopes.n) : 1;
}

/* The scope in which what began at the onset is least likely chance; an incident when it is unlikely enough. */
static void try_onset(struct finding *finding, const struct onset *onset)
{
    const struct analysis *analysis = finding->analysis;
    struct change **room = ARENA_ARRAY(finding->scratch, struct change *, finding->changes.n);
    const struct scope *best = NULL;
    double least = INFINITY, best_p = 1;
    for (size_t i = 0; i < analysis->entries_n; i++)
        finding->places[i] = place_of(analysis->entries[i].selection, onset);
    const signed char *shifts = shifts_of(finding);
    for (size_t i = 0; i < finding->scopes.n; i++) {
        const struct scope *scope = &finding->scopes.v[i];
        struct group group = gather(finding, scope, room);
        struct moved moved = count_moved(finding, scope, shifts);
        bool mixed = group.worse && group.worse < group.n;
        double p = mixed || group.n < INCIDENT_MEMBERS_MIN ? 1 : sign_p(finding, &group, &moved);
        if (p <= INCIDENT_P)
            p = fmax(p, together_p(finding, scope, group.worse > 0));
        bool much = (double)group.sure >= INCIDENT_SHARE * (double)moved.judged && group.sure >= INCIDENT_MEMBERS_MIN;
        double chance = fmin(p, law_binomial_upper(group.n, moved.judged, CHANGED_BY_CHANCE));
        if (group.n >= INCIDENT_MEMBERS_MIN && (p <= INCIDENT_P || much) && (!best || chance < least)) {
            best = scope;
            least = chance;
            best_p = p;
        }
    }
    if (!best)
        return;
    struct group group = gather(finding, best, room);
    struct moved moved = count_moved(finding, best, shifts);
    *LIST_ADD(finding->arena, &finding->incidents) = describe(finding, &group, best, &moved, best_p, onset);
}

/* ---- all of them ---- */

struct seed {
    const struct onset *onset;
    size_t n;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct change *const *)a)->onset.name, (*(const struct change *const *)b)->onset.name);
}

/* The most changes first; of equals the newest. */
static int compare_seeds(const void *a, const void *b)
{
    const struct seed *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    if (x->onset->start_us != y->onset->start_us)
        return x->onset->start_us > y->onset->start_us ? -1 : 1;
    return strcmp(x->onset->name, y->onset->name);
}

static void try_all(struct finding *finding)
{
    size_t n = finding->changes.n, seeds_n = 0;
    const struct change **sorted = ARENA_ARRAY(finding->scratch, const struct change *, n);
    struct seed *seeds = ARENA_ARRAY(finding->scratch, struct seed, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &finding->changes.v[i];
    qsort(sorted, n, sizeof(*sorted), compare_names);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(sorted[i]->onset.name, sorted[i - 1]->onset.name) != 0)
            seeds[seeds_n++] = (struct seed){&sorted[i]->onset, 0};
        seeds[seeds_n - 1].n++;
    }
    qsort(seeds, seeds_n, sizeof(*seeds), compare_seeds);
    for (size_t i = 0; i < seeds_n && i < INCIDENTS_MAX; i++)
        try_onset(finding, seeds[i].onset);
}

void incidents_find(struct analysis *analysis, struct arena *arena)
{
    struct arena scratch = {0};
    struct finding finding = {.arena = arena, .scratch = &scratch, .analysis = analysis};
    collect(&finding);
    if (finding.changes.n >= INCIDENT_MEMBERS_MIN) {
        finding.places = ARENA_ARRAY(&scratch, size_t, analysis->entries_n);
        make_scopes(&finding);
        try_all(&finding);
    }
    analysis->incidents = finding.incidents.v;
    analysis->incidents_n = finding.incidents.n;
    arena_close(&scratch);
}
