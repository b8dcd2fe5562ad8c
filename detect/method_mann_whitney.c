/* mann_whitney: the newest runs against all earlier ones by their ranks, two-sided, exact (benchstat's and asv's
 * comparison).
 *
 * As benchstat it does not speak where even full separation could not reach the level: one run against 39 is the least
 * for .05. */
#include "detect/method.h"

#include <math.h>

#include "detect/rank.h"

enum { RUNS_MAX = 1000 };

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    double least = 2 * rank_mann_whitney_least(question->newest_n, question->n);
    if (least > options->alpha) {
        size_t runs = question->newest_n, history = question->n;
        while (2 * rank_mann_whitney_least(runs, question->n) > options->alpha && runs < RUNS_MAX)
            runs++;
        while (2 * rank_mann_whitney_least(question->newest_n, history) > options->alpha && history < RUNS_MAX)
            history++;
        answer->lacks = history < RUNS_MAX ? history - question->n : 0;
        answer->why = arena_printf(arena, "%zu against %zu runs give no p below %.3g; %zu newest%s runs would do", question->newest_n,
                                   question->n, least, runs, answer->lacks ? arena_printf(arena, " or %zu earlier", history) : "");
        return;
    }
    struct mann_whitney test = rank_mann_whitney(question->newest, question->newest_n, question->history, question->n);
    struct rank_shift shift =
        rank_shift(question->newest, question->newest_n, question->history, question->n, 1 - options->alpha);
    answer->tested = true;
    answer->reference = answer->value - shift.estimate;
    answer->score = test.u;
    answer->p = test.both;
    answer->flagged = test.both <= options->alpha;
    answer->worse = method_is_worse(question, test.below - test.above);
    answer->why = arena_printf(arena, "the newest %zu differ from %zu earlier runs by %.4g (%.4g … %.4g), p %.3g",
                               question->newest_n, question->n, shift.estimate, shift.low, shift.high, test.both);
}

const struct method method_mann_whitney = {
    .name = "mann_whitney",
    .what = "the ranks of the newest runs among all, p at most .05",
    .history_min = 1,
    .has_p = true,
    .judge = judge,
};
