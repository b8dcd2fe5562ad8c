/* threshold: a share of the mean (bencher's percentage) or of the run before (github-action-benchmark's ratio), either
 * way. */
#include "detect/method.h"

#include <math.h>

#include "detect/score.h"

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    bool previous = options->base == METHOD_OF_PREVIOUS;
    double base = previous ? question->history[question->n - 1] : score_mean(question->history, question->n),
           room = options->share * fabs(base);
    answer->reference = base;
    if (base == 0 && answer->value != 0) {
        answer->why = "there is no share of 0: the earlier level is 0";
        return;
    }
    answer->score = base == 0 ? 0 : (answer->value - base) / fabs(base);
    answer->low = base - room;
    answer->high = base + room;
    const char *around =
        previous ? arena_printf(arena, "%g %% around the run before", 100 * options->share)
                 : arena_printf(arena, "%g %% around the mean of %zu runs", 100 * options->share, question->n);
    method_outside(question, answer, around, arena);
}

const struct method method_threshold = {
    .name = "threshold",
    .what = "a share (5 %) from the mean, or from the run before",
    .history_min = 1,
    .judge = judge,
};
