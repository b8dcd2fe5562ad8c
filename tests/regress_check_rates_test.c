/* regress: the promise holds with budgets, a control and pairs: bench/check_rates.c, small and seeded. */
#include "tests/check.h"
#include "tests/check_scenes.h"

int main(void)
{
    static const struct {
        const char *what;
        struct check_scene scene;
        int invocations;
        double least; /* found, where something changed */
    } rows[] = {
        {"budgets", {.family = "gauss", .runs = 12, .kpis = 8, .budget = true}, 120, 0},
        {"budgets, heavy tails", {.family = "t3", .runs = 30, .kpis = 4, .budget = true}, 80, 0},
        {"budgets, autocorrelated", {.family = "AR(.3)", .runs = 30, .kpis = 4, .budget = true}, 80, 0},
        {"budgets, independent", {.family = "gauss", .runs = 30, .kpis = 4, .budget = true, .independent = true}, 80, 0},
        {"a control", {.family = "gauss", .runs = 20, .kpis = 8, .control = true}, 80, 0},
        {"pairs", {.family = "gauss", .runs = 12, .kpis = 8, .paired = true}, 200, 0},
        {"pairs, heavy tails", {.family = "t3", .runs = 8, .kpis = 1, .paired = true}, 400, 0},
        {"a creep of 4 sd", {.family = "gauss", .runs = 60, .kpis = 8, .budget = true, .creep = 4}, 30, .6},
        {"candidates 4 sd worse", {.family = "gauss", .runs = 12, .kpis = 8, .paired = true, .creep = 4}, 60, .95},
    };
    uint64_t random = 20260102;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_rates rates = check_rates(&rows[i].scene, rows[i].invocations, &random);
        double bound = .05 + 2.6 * sqrt(.05 * .95 / rows[i].invocations);
        printf("%-24s %.3f regression, %.3f suspect\n", rows[i].what, rates.regression, rates.suspect);
        if (rows[i].least > 0)
            CHECK(rates.regression >= rows[i].least, "%s: found in %.3f", rows[i].what, rates.regression);
        else
            CHECK(rates.regression <= bound, "%s: %.3f", rows[i].what, rates.regression);
    }
    return check_end();
}
