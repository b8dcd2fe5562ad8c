#include "detect/method.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "detect/score.h"

static const struct method *const methods[] = {&method_auto,  &method_fixed,     &method_hunter, &method_mann_whitney,
                                               &method_stdev, &method_threshold, &method_zscore};
enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

struct method_options method_defaults(void)
{
    return (struct method_options){.deviations = 3,
                                   .share = 0.05,
                                   .base = METHOD_OF_MEAN,
                                   .alpha = 0.05,
                                   .hunter_p = 0.001,
                                   .low = NAN,
                                   .high = NAN};
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if (*a != *b && !(*a == '-' && *b == '_'))
            return false;
    }
    return *a == *b;
}

const struct method *method_find(const char *name)
{
    for (size_t i = 0; i < METHODS; i++) {
        if (same_name(name, methods[i]->name))
            return methods[i];
    }
    return NULL;
}

const struct method *method_at(size_t i)
{
    return i < METHODS ? methods[i] : NULL;
}

bool method_is_worse(const struct method_question *question, double deviation)
{
    switch (question->better) {
    case DIRECTION_HIGHER:
        return deviation < 0;
    case DIRECTION_LOWER:
        return deviation > 0;
    case DIRECTION_NONE:
        return deviation != 0;
    }
    return false;
}

void method_outside(const struct method_question *question, struct method_answer *answer, const char *around,
                    struct arena *arena)
{
    bool above = answer->value > answer->high, below = answer->value < answer->low;
    answer->tested = true;
    answer->flagged = above || below;
    answer->worse = method_is_worse(question, answer->value - answer->reference);
    answer->why = arena_printf(arena, "%.6g is %s %.6g … %.6g, %s", answer->value,
                               above   ? "above"
                               : below ? "below"
                                       : "within",
                               answer->low, answer->high, around);
}

struct method_answer method_judge(const struct method *method, const struct method_question *question,
                                  const struct method_options *options, struct arena *arena)
{
    assert(question->newest_n >= 1);
    struct method_answer answer = {.value = score_mean(question->newest, question->newest_n),
                                   .reference = NAN,
                                   .low = NAN,
                                   .high = NAN,
                                   .score = NAN,
                                   .p = NAN};
    if (question->n < method->history_min) {
        answer.lacks = method->history_min - question->n;
        answer.why = arena_printf(arena, "%s needs %zu earlier runs, there %s %zu", method->name, method->history_min,
                                  question->n == 1 ? "is" : "are", question->n);
        return answer;
    }
    method->judge(question, options, &answer, arena);
    return answer;
}
