#include "regress/causes/incidents.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "detect/law.h"
#include "regress/causes/incident_sentence.h"
#include "regress/causes/shift.h"
#include "regress/select.h"

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
    const struct entry_result *only; /* not NULL: this one, whatever the label says */
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
    bool begins = e->since_version && !e->since_older && e->decided_by != CHECK_DRIFT; /* with a run: a creep does not */
    return is && begins && e->since_point <= e->points_n && e->points_n && e->points[0].run;
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

static void add_scope(struct finding *finding, const char *key, const char *value)
{
    for (size_t i = 0; i < finding->scopes.n; i++) {
        const struct scope *scope = &finding->scopes.v[i];
        if (scope->key && strcmp(scope->key, key) == 0 && strcmp(scope->value, value) == 0)
            return;
    }
    *LIST_ADD(finding->scratch, &finding->scopes) = (struct scope){key, value, NULL};
}

/* All entries, and each value of each compared label in which they differ. */
static void make_scopes(struct finding *finding)
{
    const struct analysis *analysis = finding->analysis;
    struct label_filter filter = label_filter_of(analysis->options->comparison_keys, analysis->options->ignored_keys, finding->scratch);
    const struct record *first = analysis->entries[0].entry;
    size_t keys = 0;
    *LIST_ADD(finding->scratch, &finding->scopes) = (struct scope){NULL, NULL, NULL};
    for (size_t k = 0; k < first->labels_n && keys < KEYS_MAX && analysis->entries_n <= SCOPED_ENTRIES_MAX; k++) {
        const char *key = first->labels[k].key;
        bool left_out = false, differs = false;
        for (size_t i = 0; i < filter.n; i++)
            left_out |= strcmp(filter.left_out[i], key) == 0;
        for (size_t i = 1; i < analysis->entries_n && !left_out; i++)
            differs |= strcmp(record_label_or_null(analysis->entries[i].entry, key), record_label_or_null(first, key)) != 0;
        keys += differs;
        for (size_t i = 0; differs && i < analysis->entries_n && finding->scopes.n < keys * VALUES_MAX; i++)
            add_scope(finding, key, record_label_or_null(analysis->entries[i].entry, key));
    }
}

static bool in_scope(const struct scope *scope, const struct entry_result *entry)
{
    if (scope->only)
        return entry == scope->only;
    return !scope->key || strcmp(record_label_or_null(entry->entry, scope->key), scope->value) == 0;
}

/* ---- which way a KPI moved ---- */

static bool is_judged(const struct kpi_result *kpi)
{
    return kpi->verdict == VERDICT_OK || kpi->verdict == VERDICT_REGRESSION || kpi->verdict == VERDICT_IMPROVEMENT ||
           kpi->verdict == VERDICT_SUSPECT || kpi->verdict == VERDICT_ACKNOWLEDGED;
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
            shifts[at++] = is_judged(&entry->kpis[j]) ? (signed char)shift_side(entry, &entry->kpis[j], finding->places[i]) : 2;
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

static const char *scope_name(const struct scope *scope, struct arena *arena)
{
    if (!scope->key && !scope->only)
        return "";
    struct text out = text_open(1 << 16);
    text_add_line(&out, scope->only ? scope->only->name : arena_printf(arena, "%s=%s", scope->key, label_shown(scope->value, arena)));
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
    incident.summary = incident_sentence(&incident, onset->version_begins, finding->arena);
    return incident;
}

static double together_p(const struct finding *finding, const struct scope *scope, bool worse)
{
    struct shift shift = {.since = 0};
    for (size_t i = 0; i < finding->analysis->entries_n; i++) {
        const struct entry_result *entry = &finding->analysis->entries[i];
        for (size_t j = 0; in_scope(scope, entry) && j < entry->kpis_n; j++)
            if (is_judged(&entry->kpis[j]))
                shift_add(&shift, entry, &entry->kpis[j], finding->places[i]);
    }
    return shift_p(&shift, worse);
}

/* p of the sign test over the scope, times the number of scopes. */
static double sign_p(const struct finding *finding, const struct group *group, const struct moved *moved)
{
    size_t n = moved->worse + moved->better, k = group->worse ? moved->worse : moved->better;
    return n ? fmin(1, law_binomial_upper(k, n, 0.5) * (double)finding->scopes.n) : 1;
}

/* What a scope says of an onset. */
struct attempt {
    double p, chance;
    bool is_incident;
};

static struct attempt try_scope(struct finding *finding, const struct scope *scope, const signed char *shifts, struct change **room)
{
    struct group group = gather(finding, scope, room);
    struct moved moved = count_moved(finding, scope, shifts);
    bool mixed = group.worse && group.worse < group.n;
    double p = mixed || group.n < INCIDENT_MEMBERS_MIN ? 1 : sign_p(finding, &group, &moved);
    if (p <= INCIDENT_P)
        p = fmax(p, together_p(finding, scope, group.worse > 0));
    bool much = (double)group.sure >= INCIDENT_SHARE * (double)moved.judged && group.sure >= INCIDENT_MEMBERS_MIN;
    return (struct attempt){.p = p, .chance = fmin(p, law_binomial_upper(group.n, moved.judged, CHANGED_BY_CHANCE)),
                            .is_incident = group.n >= INCIDENT_MEMBERS_MIN && (p <= INCIDENT_P || much)};
}

/* When all members are of one of several entries, that entry, so that it is not named by a label's value that others have, too. */
static struct scope narrowed(struct finding *finding, const struct scope *scope, const signed char *shifts, struct change **room)
{
    struct group group = gather(finding, scope, room);
    struct scope one = {.only = group.members[0]->entry};
    for (size_t i = 1; i < group.n; i++)
        if (group.members[i]->entry != one.only)
            return *scope;
    bool holds = finding->analysis->entries_n > 1 && try_scope(finding, &one, shifts, room).is_incident;
    return holds ? one : *scope;
}

/* The scope in which what began at the onset is least likely chance; an incident when it is unlikely enough. */
static void try_onset(struct finding *finding, const struct onset *onset)
{
    const struct analysis *analysis = finding->analysis;
    struct change **room = ARENA_ARRAY(finding->scratch, struct change *, finding->changes.n);
    const struct scope *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < analysis->entries_n; i++)
        finding->places[i] = place_of(analysis->entries[i].selection, onset);
    const signed char *shifts = shifts_of(finding);
    for (size_t i = 0; i < finding->scopes.n; i++) {
        struct attempt attempt = try_scope(finding, &finding->scopes.v[i], shifts, room);
        if (attempt.is_incident && (!best || attempt.chance < least)) {
            best = &finding->scopes.v[i];
            least = attempt.chance;
        }
    }
    if (!best)
        return;
    struct scope scope = narrowed(finding, best, shifts, room);
    double p = try_scope(finding, &scope, shifts, room).p;
    struct group group = gather(finding, &scope, room);
    struct moved moved = count_moved(finding, &scope, shifts);
    *LIST_ADD(finding->arena, &finding->incidents) = describe(finding, &group, &scope, &moved, p, onset);
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
