#include "report/change_phrases.h"

#include <math.h>
#include <string.h>

#include "json/read.h"
#include "regress/value.h"

/* Always, as far as a share in per cent can tell. */
static const double ALWAYS = 0.999;
enum { LINKS_MAX = 20 };

static const char *plural(size_t n, struct arena *arena, const char *one, const char *many)
{
    return arena_printf(arena, "%zu %s", n, n == 1 ? one : many);
}

/* " by ann until 2027-01-31 (acks.yaml:12)" */
static const char *by_whom(const struct known_change *change, struct arena *arena)
{
    const char *by = change->ack_author ? arena_printf(arena, " by %s", change->ack_author) : "";
    const char *until = change->ack_expires ? arena_printf(arena, " until %s", change->ack_expires) : "";
    const char *place = change->ack_place ? arena_printf(arena, " (%s)", change->ack_place) : "";
    return arena_printf(arena, "%s%s%s", by, until, place);
}

static const char *because(const struct known_change *change, struct arena *arena)
{
    return change->ack_reason && change->ack_reason[0] ? arena_printf(arena, ": %s", change->ack_reason) : "";
}

static const char *known_since(const struct evidence *e, struct arena *arena)
{
    return e->since_version && e->since_version[0] ? arena_printf(arena, "known since %s", e->since_version) : "known";
}

static const char *known(const struct kpi_result *kpi, struct arena *arena)
{
    const struct evidence *e = &kpi->evidence;
    if (e->decided_by == CHECK_DRIFT)
        return "known: the run before showed it, too";
    const char *since = known_since(e, arena);
    size_t ago = e->since_older ? e->since_ago : e->since_point < e->points_n ? e->points_n - e->since_point : 0;
    return ago && e->since_version ? arena_printf(arena, "%s, %s ago", since, plural(ago, arena, "run", "runs")) : since;
}

const char *change_phrases_status(const struct kpi_result *kpi, struct arena *arena)
{
    const struct known_change *c = &kpi->change;
    switch (c->status) {
    case CHANGE_NEW:
        return kpi->evidence.since_version && kpi->evidence.since_point < kpi->evidence.points_n ? "new: no run before this one showed it"
                                                                                                : "new with this run";
    case CHANGE_KNOWN:
        return known(kpi, arena);
    case CHANGE_ACKNOWLEDGED:
        return arena_printf(arena, "acknowledged%s%s", by_whom(c, arena), because(c, arena));
    case CHANGE_EXPIRED:
        return arena_printf(arena, "was acknowledged%s, which is past%s", by_whom(c, arena), because(c, arena));
    case CHANGE_FIXED:
        return arena_printf(arena, "gone again: its acknowledgement%s may go", by_whom(c, arena));
    case CHANGE_RETURNED:
        return arena_printf(arena, "back again: was acknowledged%s until it returns%s", by_whom(c, arena), because(c, arena));
    case CHANGE_NONE:
        break;
    }
    return "";
}

const char *change_phrases_beside(const struct kpi_result *kpi, struct arena *arena)
{
    const char *reason = kpi->evidence.reason, *place = kpi->change.ack_place;
    bool told = kpi->change.status == CHANGE_ACKNOWLEDGED && reason && place && strstr(reason, place);
    return told ? "" : change_phrases_status(kpi, arena);
}

const char *change_phrases_word(const struct kpi_result *kpi, struct arena *arena)
{
    const struct known_change *c = &kpi->change;
    if (c->status == CHANGE_NONE)
        return "";
    return c->status == CHANGE_ACKNOWLEDGED && c->ack_author ? arena_printf(arena, "acknowledged by %s", c->ack_author)
                                                              : change_status_name(c->status);
}

const char *change_phrases_state(const struct kpi_result *kpi, struct arena *arena)
{
    static const char *const states[CHANGE_STATUSES] = {[CHANGE_NEW] = "new", [CHANGE_EXPIRED] = "acknowledgement expired", [CHANGE_RETURNED] = "returned"};
    enum change_status status = kpi->change.status;
    if (!verdict_is_worse(kpi))
        return "";
    return status == CHANGE_KNOWN ? known_since(&kpi->evidence, arena) : states[status] ? states[status] : "";
}

const char *change_phrases_runs(const struct kpi_result *kpi, struct arena *arena)
{
    const char *good = kpi->last_good && kpi->last_good[0] ? arena_printf(arena, "last good %s", kpi->last_good) : "";
    const char *bad = kpi->first_bad && kpi->first_bad[0] ? arena_printf(arena, "first bad %s", kpi->first_bad) : "";
    return arena_printf(arena, "%s%s%s", good, good[0] && bad[0] ? ", " : "", bad);
}

/* "ocp_version from 4.17 to 4.18", "image from a to b (in 90 % of the runs, 2 changes elsewhere)". */
static const char *difference_said(const struct difference *d, struct arena *arena)
{
    const char *share = isfinite(d->share) && d->share < ALWAYS ? arena_printf(arena, "in %s of the runs", value_percent(d->share, arena)) : "";
    const char *elsewhere = d->elsewhere ? plural(d->elsewhere, arena, "change elsewhere", "changes elsewhere") : "";
    const char *from = arena_printf(arena, "%s from %s to %s", d->key, d->before ? d->before : "nothing", d->after ? d->after : "nothing");
    if (!share[0] && !elsewhere[0])
        return from;
    return arena_printf(arena, "%s (%s%s%s)", from, share, share[0] && elsewhere[0] ? ", " : "", elsewhere);
}

const char *change_phrases_differences(const struct kpi_result *kpi, size_t most, struct arena *arena)
{
    const char *line = "";
    if (kpi->cause)
        return kpi->cause;
    for (size_t i = 0; i < kpi->differences_n && i < most; i++)
        line = arena_printf(arena, "%s%s%s", line, i ? "; " : "", difference_said(&kpi->differences[i], arena));
    return kpi->differences_n > most ? arena_printf(arena, "%s; and %zu more", line, kpi->differences_n - most) : line;
}

const struct check *change_phrases_decided(const struct kpi_result *kpi)
{
    enum check_kind by = kpi->evidence.decided_by;
    const struct check *found = NULL;
    for (size_t i = 0; by != CHECK_LEVEL && i < kpi->checks_n; i++) {
        const struct check *check = &kpi->checks[i];
        bool graver = check->kind == by && (!found || (check->verdict == kpi->verdict && found->verdict != kpi->verdict));
        found = graver ? check : found;
    }
    return found;
}

bool change_phrases_by_level(const struct kpi_result *kpi)
{
    enum check_kind by = kpi->evidence.decided_by;
    return by == CHECK_LEVEL || by == CHECK_DISTRIBUTION;
}

const char *change_phrases_check(const struct check *check, struct arena *arena)
{
    if (check->part && check->kind == CHECK_DISTRIBUTION)
        return check->part;
    return check->part ? arena_printf(arena, "%s %s", check->part, check_name(check->kind)) : check_name(check->kind);
}

const char *change_phrases_found(const struct kpi_result *kpi, const struct check *check, struct arena *arena)
{
    const char *found = check->found ? check->found : "";
    bool member = check->kind == CHECK_DISTRIBUTION && check != change_phrases_decided(kpi);
    return member ? found : arena_printf(arena, "%s. %s", verdict_name(check->verdict), found);
}

bool change_phrases_told(const struct kpi_result *kpi, const struct check *check)
{
    const char *reason = kpi->evidence.reason;
    return check == change_phrases_decided(kpi) && check->found && reason && strstr(reason, check->found);
}

const char *change_phrases_warning(const struct kpi_result *kpi)
{
    for (size_t i = 0; kpi->verdict == VERDICT_OK && i < kpi->checks_n; i++)
        if (kpi->checks[i].worth_saying && kpi->checks[i].verdict == VERDICT_OK && kpi->checks[i].found)
            return kpi->checks[i].found;
    return NULL;
}

const char *change_phrases_incident(const struct incident *incident, struct arena *arena)
{
    if (incident->summary && incident->summary[0])
        return incident->summary;
    return arena_printf(arena, "%zu of %zu KPI results that were judged shift together%s%s", incident->members_n, incident->judged,
                        incident->since_version ? " since " : "", incident->since_version ? incident->since_version : "");
}

const char *change_phrases_absence(const struct absence *absence)
{
    return absence->found ? absence->found : absence->what;
}

const char *const *change_phrases_urls(const struct entry_result *entry, struct arena *arena)
{
    const char *text = entry->entry ? record_label(entry->entry, "urls") : NULL, *key;
    const char **pairs = ARENA_ARRAY(arena, const char *, 2 * LINKS_MAX + 2);
    struct error err = {0};
    size_t n = 0;
    json_t *urls = text ? json_read(text, strlen(text), &(struct json_read_options){.file = "urls"}, &err) : NULL, *url;
    if (json_is_string(urls)) {
        pairs[n++] = "link";
        pairs[n++] = arena_strdup(arena, json_string_value(urls));
    }
    json_object_foreach(urls, key, url) {
        if (!json_is_string(url) || n >= 2 * (size_t)LINKS_MAX)
            continue;
        pairs[n++] = arena_strdup(arena, key);
        pairs[n++] = arena_strdup(arena, json_string_value(url));
    }
    json_decref(urls);
    return pairs;
}

bool change_phrases_own_absence(const struct absence *absence)
{
    return absence->results == 0;
}

size_t change_phrases_own_absences(const struct analysis *analysis)
{
    size_t n = 0;
    for (size_t i = 0; i < analysis->absences_n; i++)
        n += change_phrases_own_absence(&analysis->absences[i]);
    return n;
}
