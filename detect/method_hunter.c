/* hunter: as the Python tool's method/hunter.py: did a level begin with the newest runs, by Hunter's change points
 * (detect/hunter.h)?
 *
 * Its faults aside: a KPI without a direction is taken for "higher is better" there, and a regression is accepted one
 * run after it began, when the change point is no longer at the newest run. Here too a single newest run is asked about
 * its own level only, but several newest ones are flagged when it began with any of them. */
#include "detect/method.h"

#include <math.h>

#include "detect/hunter.h"

static const struct hunter_change *last_of(const struct hunter_changes *changes, size_t from)
{
    return changes->n && changes->v[changes->n - 1].at >= from ? &changes->v[changes->n - 1] : NULL;
}

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    struct arena scratch = {0};
    size_t n = question->n + question->newest_n;
    double *x = ARENA_ARRAY(&scratch, double, n);
    for (size_t i = 0; i < n; i++)
        x[i] = i < question->n ? question->history[i] : question->newest[i - question->n];
    struct hunter_options found = {.p = options->hunter_p, .magnitude = options->share};
    struct hunter_changes changes = hunter_find(x, n, &found, &scratch);
    const struct hunter_change *last = last_of(&changes, question->n);
    answer->tested = true;
    if (last) {
        answer->flagged = true;
        answer->worse = method_is_worse(question, last->mean_after - last->mean_before);
        answer->reference = last->mean_before;
        answer->p = last->p;
        answer->score = last->mean_before != 0 ? (last->mean_after - last->mean_before) / fabs(last->mean_before) : NAN;
        answer->why = arena_printf(arena, "a new level began with %s: %.6g after %.6g, p %.2g",
                                   last->at + 1 == n ? "the newest run"
                                                     : arena_printf(arena, "the newest run but %zu", n - 1 - last->at),
                                   last->mean_after, last->mean_before, last->p);
    } else {
        answer->why = arena_printf(arena, "no level began with the newest %s (%zu changes before)",
                                   question->newest_n > 1 ? "runs" : "run", changes.n);
    }
    arena_close(&scratch);
}

const struct method method_hunter = {
    .name = "hunter",
    .what = "a level that begins with the newest runs, by the change points of Apache Otava (Hunter)",
    .history_min = 1,
    .has_p = true,
    .judge = judge,
};
