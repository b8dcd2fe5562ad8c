/* zscore: as the Python tool's method/zscore.py (3 population standard deviations, numpy's divisor n), and bencher's
 * z-score.
 *
 * Its faults aside: a constant history divides by zero there, so that even an equal value is refused (nan < 3 is
 * false); z > 0 is called "improved" whatever the direction. */
#include "detect/method.h"

#include <math.h>

#include "detect/law.h"
#include "detect/score.h"

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    double mean = score_mean(question->history, question->n), squares = 0;
    for (size_t i = 0; i < question->n; i++)
        squares += (question->history[i] - mean) * (question->history[i] - mean);
    double sd = sqrt(squares / (double)question->n), deviation = answer->value - mean;
    answer->reference = mean;
    answer->score = deviation == 0 ? 0 : deviation / sd;
    answer->p = fmin(1, 2 * law_normal_upper(fabs(answer->score)));
    answer->low = mean - options->deviations * sd;
    answer->high = mean + options->deviations * sd;
    method_outside(question, answer,
                   arena_printf(arena, "%g standard deviations (%.4g) around the mean of %zu runs", options->deviations,
                                sd, question->n),
                   arena);
    answer->flagged = fabs(answer->score) >= options->deviations; /* refused from the limit on */
}

const struct method method_zscore = {
    .name = "zscore",
    .what = "standard deviations from the mean, too many (3) either way",
    .history_min = 2,
    .has_p = true,
    .judge = judge,
};
