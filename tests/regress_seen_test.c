/* regress: the smallest change that an `ok` names is seen in four of five cases (docs/statistics.md has the table, bench/power_rates.c makes
 * it). Seeded: the shares are always the same. The bounds are what is promised, and what would be needlessly large. */
#include "bench/power.h"
#include "tests/check.h"

static void test_seen_in_four_of_five(void)
{
    enum { REPLICATES = 1000 };
    static const struct {
        struct power_cell cell;
        double least, most;
    } rows[] = {
        {{NOISE_GAUSS, false, 8, 1, 0}, .80, .88},     {{NOISE_GAUSS, false, 12, 1, 0}, .80, .88},
        {{NOISE_GAUSS, false, 20, 1, 0}, .80, .88},    {{NOISE_GAUSS, false, 40, 1, 0}, .79, .88},
        {{NOISE_GAUSS, false, 12, 8, 0}, .80, .88},    {{NOISE_T3, false, 12, 1, 0}, .80, .90},
        {{NOISE_LOGNORMAL, false, 12, 1, 0}, .80, .92}, {{NOISE_LOGNORMAL, true, 12, 1, 0}, .80, .90},
        {{NOISE_AR3, false, 12, 1, 0}, .77, .90},      {{NOISE_BIMODAL, false, 20, 1, 0}, .77, .90},
        {{NOISE_BIMODAL, true, 20, 1, 0}, .77, .88},   {{NOISE_QUANTISED, false, 20, 1, 0}, .77, .90},
        {{NOISE_GAUSS, false, 12, 1, 8}, .77, .88}, /* the threshold decides */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct power_cell *cell = &rows[i].cell;
        uint64_t random = 1000003 * (uint64_t)cell->noise + 101 * cell->points + cell->kpis + 7;
        int replicates = check_replicates(REPLICATES), said = 0, seen = 0;
        for (int r = 0; r < replicates; r++) {
            struct power_found found = power_try(cell, &random);
            said += found.quiet == VERDICT_OK;
            seen += found.seen;
        }
        double share = (double)seen / said, slack = 3 * .4 * (1 / sqrt(replicates) - 1 / sqrt(REPLICATES));
        CHECK(share >= rows[i].least - slack && share <= rows[i].most + slack, "%s%s, %zu run points, %zu KPIs: seen in %.3f, not in %.2f to %.2f",
              noise_names[cell->noise], cell->mirrored ? " mirrored" : "", cell->points, cell->kpis, share, rows[i].least, rows[i].most);
        if (getenv("MB_LONG"))
            printf("%s%s, %zu run points, %zu KPIs: %.3f\n", noise_names[cell->noise], cell->mirrored ? " mirrored" : "", cell->points, cell->kpis, share);
    }
}

int main(void)
{
    test_seen_in_four_of_five();
    return check_end();
}
