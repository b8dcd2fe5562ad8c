/* fixed: bounds that somebody gave (a service level; bencher's static). Needs no history. */
#include "detect/method.h"

#include <math.h>

static void judge(const struct method_question *question, const struct method_options *options,
                  struct method_answer *answer, struct arena *arena)
{
    answer->low = isnan(options->low) ? -INFINITY : options->low;
    answer->high = isnan(options->high) ? INFINITY : options->high;
    if (isnan(options->low) && isnan(options->high)) {
        answer->why = "no bound was given";
        return;
    }
    bool above = answer->value > answer->high;
    answer->reference = above ? answer->high : answer->value < answer->low ? answer->low : answer->value;
    method_outside(question, answer, "the bounds that were given", arena);
}

const struct method method_fixed = {
    .name = "fixed",
    .what = "outside given bounds",
    .history_min = 0,
    .judge = judge,
};
