#include "regress/untested.h"

#include "regress/checks/control.h"
#include "regress/missing/expect.h"
#include "regress/missing/unit_change.h"
#include "regress/sentence.h"

bool untested_say(struct hypothesis *h, enum verdict verdict, const char *reason, const char *flip)
{
    h->result->verdict = verdict;
    h->result->evidence.reason = reason;
    h->result->evidence.flip = flip;
    return true;
}

static bool settle_missing(struct hypothesis *h, struct arena *arena)
{
    const struct evidence *e = &h->result->evidence;
    const struct run_point *last = &e->points[e->points_n - 1];
    return untested_say(h, VERDICT_MISSING,
                  arena_printf(arena, "%zu run point%s of history ha%s this KPI, the last %s%s; this run does not",
                               e->points_n, e->points_n == 1 ? "" : "s", e->points_n == 1 ? "s" : "ve",
                               last->version[0] ? "of " : "being run ", sentence_run(last)),
                  "would be judged if the run had a number for it");
}

static bool settle_unit(struct hypothesis *h, const struct unit_change *change, struct arena *arena)
{
    series_leave(&h->series, 0); /* earlier runs in this unit are not what came before it */
    h->result->evidence.points_n = 0;
    return untested_say(h, VERDICT_MISSING,
                  arena_printf(arena, "its unit changed: this run counts in '%s', history in '%s' (the last run, %s): not compared", change->is,
                               change->was, change->run->version[0] ? change->run->version : change->run->run_id),
                  "will be judged once history has runs in this unit");
}

static bool settle_no_match(struct hypothesis *h, const struct selection *selection, struct arena *arena)
{
    if (selection->keys_changed)
        return untested_say(h, VERDICT_MISSING,
                      arena_printf(arena,
                                   "a key list changed: %zu record%s of history agree%s on every shared label, but the "
                                   "label '%s' is not on both sides",
                                   selection->keys_changed, selection->keys_changed == 1 ? "" : "s",
                                   selection->keys_changed == 1 ? "s" : "", selection->changed_key),
                      arena_printf(arena, "would be judged if '%s' were an ignored key", selection->changed_key));
    if (selection->newer_left_out)
        return untested_say(h, VERDICT_NO_HISTORY,
                      arena_printf(arena, "all %zu run points of history are of newer versions", selection->newer_left_out),
                      "would be judged with the scope 'all'");
    if (selection->near_misses_n) {
        const struct near_miss *near = &selection->near_misses[0];
        return untested_say(h, VERDICT_NO_HISTORY,
                      arena_printf(arena, "no record matches; %zu differ%s only in '%s'", near->records,
                                   near->records == 1 ? "s" : "", near->key),
                      arena_printf(arena, "would be judged if '%s' were an ignored key", near->key));
    }
    return untested_say(h, VERDICT_NO_HISTORY, "no record of history has these labels", "will be judged once history has runs of it");
}

static const char *kind_of(bool list)
{
    return list ? "a list" : "a number";
}

static bool settle_other_kind(struct hypothesis *h, struct arena *arena)
{
    bool list = h->list != NULL;
    return untested_say(h, VERDICT_MISSING,
                  arena_printf(arena, "it is %s in this run, and %s in the %zu run point%s of history that ha%s it", kind_of(list), kind_of(!list),
                               h->others, h->others == 1 ? "" : "s", h->others == 1 ? "s" : "ve"),
                  arena_printf(arena, "will be judged once history has runs in which it is %s", kind_of(list)));
}

/* Each of the newest runs of history had a number. */
static bool had_it_lately(const struct hypothesis *h)
{
    const struct selection *selection = h->selection;
    size_t n = h->series.n;
    return n >= EXPECT_RUNS && h->series.from[n - EXPECT_RUNS] == &selection->points[selection->points_n - EXPECT_RUNS];
}

/* Its formula says that there is nothing to analyse; where there always was, people should know. */
static bool settle_idle(struct hypothesis *h, double said, struct arena *arena)
{
    const char *but = had_it_lately(h) ? arena_printf(arena, ", but each of the last %d runs of history had a number", EXPECT_RUNS) : "";
    return untested_say(h, VERDICT_NOT_ANALYSED, arena_printf(arena, "its formula gave %g: there is nothing to analyse%s", said, but), "");
}

static bool settle_no_control(struct hypothesis *h, struct arena *arena)
{
    h->result->evidence.more_runs = 1;
    return untested_say(h, VERDICT_CANNOT_TELL, arena_printf(arena, "this run has no value of %s, by which it would have to be divided", h->series.control->name),
                  "a run with a value of the control would tell");
}

bool untested_settle(struct hypothesis *h, bool has, struct arena *arena)
{
    const struct selection *selection = h->selection;
    const struct kpi_rule *rule = h->result->rule;
    if (rule->better == DIRECTION_NONE)
        return untested_say(h, VERDICT_NOT_ANALYSED, "neither higher nor lower is better", "");
    double said;
    if (!has && rule->has_idle && record_kpi(h->entry, rule->name, &said) && said == rule->idle)
        return settle_idle(h, said, arena);
    struct unit_change change;
    if (has && unit_change_find(selection, h->entry, h->list ? h->series.rule->name : rule->name, &change))
        return settle_unit(h, &change, arena);
    if (!has && h->series.n)
        return settle_missing(h, arena);
    if (!has && !selection->keys_changed)
        return untested_say(h, VERDICT_NOT_ANALYSED, "neither this run nor its history has a value for it", "");
    if (!h->series.has && h->series.control)
        return settle_no_control(h, arena);
    if (selection->points_n == 0)
        return settle_no_match(h, selection, arena);
    if (h->series.n == 0 && h->others)
        return settle_other_kind(h, arena);
    if (h->series.n == 0 && h->list)
        return untested_say(h, VERDICT_NO_HISTORY,
                      arena_printf(arena, "none of the %zu run points of history has this list", selection->points_n),
                      "will be judged once history has runs with it; lists in a SQLite history of an older matbench are there after `matbench "
                      "history upgrade`");
    if (h->series.n == 0)
        return untested_say(h, VERDICT_NO_HISTORY,
                      arena_printf(arena, "none of the %zu run points of history has this KPI%s", selection->points_n,
                                   h->series.control ? " and a value of its control" : ""),
                      "will be judged once history has runs with it");
    return false;
}
