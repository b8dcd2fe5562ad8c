/* stdev: as the Python tool's method/stdev.py: worse by more than 3 sample standard deviations (divisor n - 1).
 *
 * Its faults aside: the deviation of a single earlier value is that value itself there, so that anything up to twice as
 * much is "1 sigma"; without earlier values the mean is 0. Here it asks for two. */
#include "detect/method.h"

#include <math.h>

#include "detect/score.h"

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    double mean = score_mean(question->history, question->n), squares = 0;
    for (size_t i = 0; i < question->n; i++)
        squares += (question->history[i] - mean) * (question->history[i] - mean);
    double sd = sqrt(squares / (double)(question->n - 1)), deviation = answer->value - mean;
    answer->reference = mean;
    answer->score = deviation == 0 ? 0 : deviation / sd;
    answer->low = mean - options->deviations * sd;
    answer->high = mean + options->deviations * sd;
    method_outside(question, answer,
                   arena_printf(arena, "%g standard deviations (%.4g) around the mean of %zu runs", options->deviations,
                                sd, question->n),
                   arena);
    answer->flagged = answer->flagged && answer->worse;
}

const struct method method_stdev = {
    .name = "stdev",
    .what = "worse than the mean by too many (3) standard deviations",
    .history_min = 2,
    .judge = judge,
};
