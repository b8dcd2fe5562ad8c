/* change_points [SERIES [SEED]] — what the change points of `auto` promise, by simulation: the share of series without a change in which any
 * is found (.05 is promised), the share of steps that are found within one run of their place, and how often the intervals of place and
 * size hold the truth; at the end a digest of all that was found, to compare two builds. Built as the target `change_points`. */
#include "columns/changes.h"
#include "tests/regress_build.h"

enum { VALUES_MAX = 256, BEFORE = 30 };
static const char *const families[] = {"gauss", "t3", "lognormal", "AR(.3)"};
enum { FAMILIES = sizeof(families) / sizeof(*families) };

struct bench {
    struct arena arena;
    struct shuffles shuffles;
    uint64_t random, digest;
    int series;
};

static struct changes find(struct bench *b, const double *x, size_t n)
{
    arena_clear(&b->arena);
    struct changes found = changes_find(&b->shuffles, x, n, &(struct changes_options){0}, &b->arena);
    for (size_t i = 0; i < found.n; i++)
        b->digest = (b->digest ^ (found.v[i].at + (uint64_t)(found.v[i].p * 1e9))) * 1099511628211u;
    return found;
}

static void show_false_alarms(struct bench *b)
{
    static const size_t sizes[] = {8, 12, 20, 50, 100, 200};
    for (size_t f = 0; f < FAMILIES; f++) {
        printf("no change, %-9s:", families[f]);
        for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
            int changed = 0;
            for (int i = 0; i < b->series; i++) {
                double x[VALUES_MAX];
                build_noise(families[f], x, sizes[s], &b->random);
                changed += find(b, x, sizes[s]).n > 0;
            }
            printf("  n %zu %.3f", sizes[s], changed / (double)b->series);
        }
        putchar('\n');
    }
}

/* A step of so many sd after BEFORE runs, `after` runs ago. */
static void show_step(struct bench *b, const char *family, double step, size_t after)
{
    int near = 0, single = 0, place = 0, size = 0;
    double size_in_units = strcmp(family, "AR(.3)") == 0 ? step / sqrt(1 - .09) : step;
    for (int i = 0; i < b->series; i++) {
        double x[VALUES_MAX];
        build_noise(family, x, BEFORE + after, &b->random);
        for (size_t j = BEFORE; j < BEFORE + after; j++)
            x[j] += size_in_units;
        struct changes found = find(b, x, BEFORE + after);
        bool hit = false;
        for (size_t j = 0; j < found.n; j++)
            hit = hit || (found.v[j].at + 1 >= BEFORE && found.v[j].at <= BEFORE + 1);
        near += hit;
        if (found.n != 1)
            continue;
        single++;
        place += found.v[0].low <= BEFORE && BEFORE <= found.v[0].high;
        size += found.v[0].size_low <= size_in_units && size_in_units <= found.v[0].size_high;
    }
    printf("%s, step of %g sd, %zu runs after it: found within 1 run %.3f; of %d found alone: place in its interval %.3f, size %.3f\n", family, step,
           after, near / (double)b->series, single, place / fmax(1, single), size / fmax(1, single));
}

int main(int argc, char **argv)
{
    struct bench b = {.series = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000, .random = argc > 2 ? strtoull(argv[2], NULL, 10) : 11};
    static const double steps[] = {2, 3, 5};
    static const size_t after[] = {2, 3, 5, 10, 30};
    show_false_alarms(&b);
    for (size_t f = 0; f < FAMILIES; f += FAMILIES - 1)
        for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++)
            for (size_t a = 0; a < sizeof(after) / sizeof(*after); a++)
                show_step(&b, families[f], steps[s], after[a]);
    printf("digest %016llx\n", (unsigned long long)b.digest);
    shuffles_close(&b.shuffles);
    arena_close(&b.arena);
    return 0;
}
