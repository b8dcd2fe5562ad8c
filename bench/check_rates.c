/* check_rates [INVOCATIONS [SEED]] — does the promise hold when KPIs get more than the test of their level? The share of
 * invocations with any regression when nothing changed, promised .05, with budgets, with a control and with pairs, by noise
 * family; and how often a creep or a candidate that is worse in one of eight KPIs is a regression. Built as the target
 * `check_rates`; a small, seeded version is in tests/regress_check_rates_test.c. */
#include "tests/check_scenes.h"

static void show(const struct check_scene *scene, int invocations, uint64_t *random)
{
    struct check_rates rates = check_rates(scene, invocations, random);
    printf("  %.3f (%.2f)", rates.regression, rates.suspect);
    fflush(stdout);
}

static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};

static void show_history(const char *what, struct check_scene scene, int invocations, uint64_t *random)
{
    static const size_t runs[] = {8, 12, 30, 60}, kpis[] = {1, 8};
    printf("%s: any regression (any suspect) when nothing changed; 8, 12, 30, 60 run points x 1, 8 KPIs\n", what);
    for (size_t f = 0; f < 4; f++) {
        printf("%-10s", families[f]);
        scene.family = families[f];
        for (size_t r = 0; r < 4; r++)
            for (size_t k = 0; k < 2; k++) {
                scene.runs = runs[r];
                scene.kpis = kpis[k];
                show(&scene, invocations, random);
            }
        printf("\n");
    }
}

static void show_pairs(int invocations, uint64_t *random)
{
    static const size_t pairs[] = {5, 8, 12, 20}, kpis[] = {1, 8};
    printf("pairs: any regression (any suspect) when nothing changed; 5, 8, 12, 20 pairs x 1, 8 KPIs\n");
    for (size_t f = 0; f < 3; f++) {
        printf("%-10s", families[f]);
        for (size_t p = 0; p < 4; p++)
            for (size_t k = 0; k < 2; k++)
                show(&(struct check_scene){.family = families[f], .runs = pairs[p], .kpis = kpis[k], .paired = true}, invocations, random);
        printf("\n");
    }
}

static void show_found(int invocations, uint64_t *random)
{
    static const size_t runs[] = {12, 30, 60};
    static const double sizes[] = {1, 2, 4};
    printf("one KPI of eight creeps by 1, 2, 4 sd over 12, 30, 60 run points, budget 0: it is a regression (suspect)\n ");
    for (size_t r = 0; r < 3; r++)
        for (size_t s = 0; s < 3; s++)
            show(&(struct check_scene){.family = "gauss", .runs = runs[r], .kpis = 8, .budget = true, .creep = sizes[s]}, invocations, random);
    printf("\none KPI of eight is worse by 1, 2, 4 sd in the candidates of 8, 12, 20 pairs\n ");
    static const size_t pairs[] = {8, 12, 20};
    for (size_t r = 0; r < 3; r++)
        for (size_t s = 0; s < 3; s++)
            show(&(struct check_scene){.family = "gauss", .runs = pairs[r], .kpis = 8, .paired = true, .creep = sizes[s]}, invocations, random);
    printf("\n");
}

int main(int argc, char **argv)
{
    int invocations = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    show_history("budgets of 0", (struct check_scene){.budget = true}, invocations, &random);
    show_history("budgets of 0, runs declared independent", (struct check_scene){.budget = true, .independent = true}, invocations, &random);
    show_history("divided by a control", (struct check_scene){.control = true}, invocations, &random);
    show_pairs(invocations, &random);
    show_found(invocations, &random);
    return 0;
}
