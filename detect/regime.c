#include "detect/regime.h"

#include "detect/score.h"

static const double LIMIT = 10; /* of F for the best of all splits: about one in twenty for normal noise */

size_t regime_start(const double *deviations, size_t n)
{
    if (n < 2 * REGIME_MIN + 2)
        return 0;
    struct score_split split = score_best_split(deviations, n, REGIME_MIN);
    if (split.at == 0)
        return 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += deviations[i];
        squares += deviations[i] * deviations[i];
    }
    double rest = squares - sum * sum / (double)n - split.gain;
    if (!(rest > 0) || (double)(n - 2) * split.gain / rest < LIMIT)
        return 0;
    return score_mean(deviations + split.at, n - split.at) > score_mean(deviations, split.at) ? split.at : 0;
}
