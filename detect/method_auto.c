/* auto: our own newest-run test, uncorrected: the mean of the newest against the current level (detect/levels.h,
 * detect/baseline.h), two-sided. */
#include "detect/method.h"

#include <math.h>

#include "detect/baseline.h"
#include "detect/score.h"

static double resolution_of(const struct method_question *question, struct arena *scratch)
{
    double *all = ARENA_ARRAY(scratch, double, question->n + question->newest_n);
    for (size_t i = 0; i < question->n + question->newest_n; i++)
        all[i] = i < question->n ? question->history[i] : question->newest[i - question->n];
    return score_resolution(all, question->n + question->newest_n);
}

static double least_of(const struct method_question *question, double centre, enum side side)
{
    double least = INFINITY;
    for (size_t i = 0; i < question->newest_n; i++)
        least = fmin(least, (double)side * (question->newest[i] - centre));
    return least;
}

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    struct arena scratch = {0};
    struct levels_options found = {.alpha = options->alpha, .rho = NAN};
    struct levels levels = levels_find(question->history, question->n, &found, &scratch);
    struct baseline base = baseline_of(question->history, question->n, &levels, levels.n,
                                       resolution_of(question, &scratch), NAN, &scratch);
    if (base.n < 2) {
        answer->lacks = 1;
        answer->why = "the current level began with the run before: one more is needed";
        goto out;
    }
    enum side side = answer->value >= base.centre ? SIDE_ABOVE : SIDE_BELOW;
    double least = least_of(question, base.centre, side);
    answer->reference = base.centre;
    answer->p = question->newest_n == 1 ? baseline_p(&base, answer->value, side)
                : least > 0             ? baseline_runs_p(&base, (double)side * (answer->value - base.centre), least, question->newest_n, side)
                                        : 1;
    answer->p = fmin(1, 2 * answer->p);
    answer->low = base.centre - baseline_critical(&base, options->alpha / 2, SIDE_BELOW);
    answer->high = base.centre + baseline_critical(&base, options->alpha / 2, SIDE_ABOVE);
    answer->score = base.sigma > 0 ? (answer->value - base.centre) / base.sigma : NAN;
    method_outside(question, answer, arena_printf(arena, "where a run of the current level (%zu runs) falls", base.n),
                   arena);
    answer->flagged = answer->p <= options->alpha;
    if (question->newest_n > 1)
        answer->low = answer->high = NAN; /* the bounds are those of a single run */
out:
    arena_close(&scratch);
}

const struct method method_auto = {
    .name = "auto",
    .what = "matbench's own test of the newest run against the current level",
    .history_min = 3,
    .has_p = true,
    .judge = judge,
};
