/* regress: what else changed where a level changed: labels, ranges of commits, links. */
#include <string.h>

#include "regress/causes/causes.h"
#include "regress/causes/git_range.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
static const char *const ignored[] = {"commit", "config", "image", "kernel", "noise", "note", "ocp", "repo", "stamp", NULL};
static const struct kpi_rule speed[] = {{.name = "speed", .unit = "tokens/s", .better = DIRECTION_HIGHER, .min_relative = .05}};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* ---- commits and ranges ---- */

static const struct {
    const char *key, *value, *commit;
} commits[] = {
    {"image", "0123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567"},
    {"build", "abc1234", "abc1234"},
    {"build", "1234567", NULL},
    {"build", "defaced", NULL},
    {"commit", "1234567", "1234567"},
    {"git_sha", "defaced", "defaced"},
    {"commit", "abc123", NULL},
    {"commit", "main", NULL},
    {"x", "v1.2-13-gabc1234", "abc1234"},
    {"x", "v1.2-13-g1234567", "1234567"},
    {"x", "v1.2-13-gabc12", NULL},
    {"x", "-13-gabc1234", NULL},
    {"image", "quay.io/o/fms:main-abc1234", "abc1234"},
    {"image", "quay.io:5000/o/fms-abc1234", NULL},
    {"image", "fms:20250506", NULL},
    {"image", "fms:v2.8.1", NULL},
    {"image", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
    {"id", "550e8400-e29b-41d4-a716-44665544000a", NULL},
    {"commit_id", "550e8400-e29b-41d4-a716-44665544000a", NULL},
    {"version", "1.4.0+abc1234", "abc1234"},
    {"ref", "main@abc1234", "abc1234"},
    {"pod", "app-7d9f8b6", NULL},
    {"commit", "", NULL},
    {"commit", "abc1234\n", NULL},
};

static const struct {
    const char *key, *before, *after, *range;
} ranges[] = {
    {"commit", "abc1234", "def5678", "abc1234..def5678"},
    {"commit", "abc1234", "abc1234567", NULL}, /* the same, one shortened */
    {"x", "v1.2-3-gabc1234", "v1.2-13-gdef5678", "abc1234..def5678"},
    {"x", "v1.2", "v1.2-13-gdef5678", "v1.2..def5678"},
    {"x", "v1.1", "v1.2-13-gdef5678", NULL}, /* another tag: which commits that is, is not known */
    {"x", "v1.2-13-gdef5678", "v1.2", "def5678..v1.2"},
    {"x", "v1\x1b[31m", "v1\x1b[31m-13-gdef5678", NULL},
    {"x", "v1.2", "v1.3", NULL},
    {"image", "fms:main-abc1234", "fms:main-def5678", "abc1234..def5678"},
};

static const struct {
    const char *value, *repository, *link; /* of abc1234..def5678 */
} repositories[] = {
    {"https://github.com/owner/name", "https://github.com/owner/name", "https://github.com/owner/name/compare/abc1234...def5678"},
    {"https://github.com/owner/name.git", "https://github.com/owner/name", NULL},
    {"https://github.com/owner/name/commit/abc1234", "https://github.com/owner/name", NULL},
    {"git@github.com:owner/name.git", "https://github.com/owner/name", NULL},
    {"ssh://git@github.example.org/owner/name", "https://github.example.org/owner/name", NULL},
    {"https://gitlab.com/group/sub/name", "https://gitlab.com/group/sub/name", "https://gitlab.com/group/sub/name/-/compare/abc1234...def5678"},
    {"https://gitlab.com/group/name/-/tree/main", "https://gitlab.com/group/name", NULL},
    {"https://github.com/owner/name/actions/runs/1", NULL, NULL},
    {"https://github.com/owner", NULL, NULL},
    {"https://example.org/owner/name", NULL, NULL},
    {"https://user:token@github.com/owner/name", NULL, NULL},
    {"https://github.com/owner/name?token=x", NULL, NULL},
    {"https://github.com/../name", NULL, NULL},
    {"https://github.com/owner/na\"me", NULL, NULL},
    {"javascript:github.com/owner/name", NULL, NULL},
    {"", NULL, NULL},
};

static void test_git(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(commits); i++) {
        const char *got = git_commit(commits[i].key, commits[i].value, &arena);
        CHECK(same_text(got, commits[i].commit), "%s=%s: %s", commits[i].key, commits[i].value, got ? got : "none");
    }
    for (size_t i = 0; i < ROWS(ranges); i++) {
        const char *got = git_range(ranges[i].key, ranges[i].before, ranges[i].after, &arena);
        CHECK(same_text(got, ranges[i].range), "%s, %s: %s", ranges[i].before, ranges[i].after, got ? got : "none");
    }
    for (size_t i = 0; i < ROWS(repositories); i++) {
        const char *got = git_repository(repositories[i].value, &arena);
        CHECK(same_text(got, repositories[i].repository), "%s: %s", repositories[i].value, got ? got : "none");
        if (got && repositories[i].link)
            CHECK(same_text(git_link(got, "abc1234..def5678", &arena), repositories[i].link), "%s", repositories[i].value);
    }
    arena_close(&arena);
}

/* ---- what changed at a change ---- */

enum { RUNS = 16 }; /* the last is the entry */

/* Runs with labels that `labels` makes; from run `bad` on they are 20 % worse. */
static struct kpi_result *regression(size_t bad, const char *(*labels)(size_t run, struct arena *arena), struct arena *arena)
{
    static const double noise[] = {0, .6, -.5, .2, -.2, .1, -.3, .3, .4, -.4, .25, -.15, .05, -.1, .35, .15};
    struct record *runs = ARENA_ARRAY(arena, struct record, RUNS);
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    for (size_t i = 0; i < RUNS; i++) {
        const char *text = arena_printf(arena, "version=\"v1.%zu\" gpu=8 %s", i, labels(i, arena));
        runs[i] = build_record(arena_printf(arena, "id%02zu", i), (int)i, text, (100 + noise[i]) * (i >= bad ? .8 : 1), arena);
    }
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = ignored, .sorting_keys = no_keys, .kpis = speed,
                                         .kpis_n = 1, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    return &analysis_run(arena, options, &runs[RUNS - 1], 1, runs, RUNS)->entries[0].kpis[0];
}

static const char *kernel_and_ocp(size_t run, struct arena *arena)
{
    return arena_printf(arena, "kernel=\"%s\" ocp=\"4.%zu\" noise=\"n%zu\" stamp=\"s%zu\"", run >= 12 ? "6.12" : "6.1", 10 + run / 4, run % 2, run);
}

static const char *kernel_with_a_stray_run(size_t run, struct arena *arena)
{
    return arena_printf(arena, "kernel=\"%s\" ocp=\"4.%d\"", run >= 12 || run == 5 ? "6.12" : "6.1", run >= 12 ? 2 : 1);
}

static const char *commits_of_runs(size_t run, struct arena *arena)
{
    return arena_printf(arena, "commit=\"%04zuabcd%zu\" repo=\"https://github.com/o/r\" urls={\"zci\":\"https://zci.example.org/\",\"ci\":\"https://ci.example.org/%zu\",\"aa\":\"javascript:x\",\"d\":\"https://d.example.org/\"}",
                        run * 37, run, run);
}

static const char *parts(size_t run, struct arena *arena)
{
    return arena_printf(arena, "config={\"lora\":{\"rank\":%d,\"alpha\":16},\"tags\":[\"a\",\"%s\"]}", run >= 12 ? 8 : 4, run >= 12 ? "c" : "b");
}

static const char *nothing(size_t run, struct arena *arena)
{
    return arena_printf(arena, "kernel=\"6.1\" noise=\"n%zu\"", run % 2);
}

static const char *appears(size_t run, struct arena *arena)
{
    (void)arena;
    return run >= 12 ? "note=\"x\\u001b[31m\"" : "";
}

static const char *lone(size_t run, struct arena *arena)
{
    return arena_printf(arena, "kernel=\"%s\" stamp=\"s%zu\"", run >= 15 ? "6.12" : "6.1", run);
}

static const struct {
    const char *what;
    size_t bad;
    const char *(*labels)(size_t run, struct arena *arena);
    const char *keys; /* in order */
    const char *cause, *good, *wrong;
    size_t elsewhere; /* of the first */
} causes[] = {
    {"what changed only there comes first; a stamp says nothing", 12, kernel_and_ocp, "kernel ocp version",
     "kernel (6.1 → 6.12, nowhere else)", "v1.11", "v1.12", 0},
    {"one stray run", 12, kernel_with_a_stray_run, "ocp kernel version", "ocp (4.1 → 4.2, nowhere else); kernel (6.1 → 6.12, also 2 times elsewhere)",
     "v1.11", "v1.12", 0},
    {"commits: the last good and the first bad", 12, commits_of_runs, "commit version",
     "commit (0407abcd11 → 0444abcd12, also 14 times elsewhere, "
     "https://github.com/o/r/compare/0407abcd11...0444abcd12)", "v1.11", "v1.12", 14},
    {"parts of maps and lists", 12, parts, "config.lora.rank config.tags.1 version",
     "config.lora.rank (4 → 8, nowhere else); config.tags.1 (b → c, nowhere else)", "v1.11", "v1.12", 0},
    {"nothing but the version", 12, nothing, "version", "no label but the version (v1.11 → v1.12)",
     "v1.11", "v1.12", 14},
    {"a label that was not there", 12, appears, "note version", "note ((none) → x\\u001b[31m, nowhere else)", "v1.11", "v1.12", 0},
    {"a lone newest run", 15, lone, "kernel version", "kernel (6.1 → 6.12, nowhere else)", "v1.14", "v1.15", 0},
};

static void test_causes(void)
{
    for (size_t i = 0; i < ROWS(causes); i++) {
        struct arena arena = {0};
        const struct kpi_result *kpi = regression(causes[i].bad, causes[i].labels, &arena);
        const char *what = causes[i].what, *keys = "";
        for (size_t d = 0; d < kpi->differences_n; d++)
            keys = arena_printf(&arena, "%s%s%s", keys, d ? " " : "", kpi->differences[d].key);
        CHECK(kpi->verdict == VERDICT_REGRESSION, "%s: %s", what, verdict_name(kpi->verdict));
        CHECK(same_text(keys, causes[i].keys), "%s: %s", what, keys);
        CHECK(kpi->cause && strncmp(kpi->cause, causes[i].cause, strlen(causes[i].cause)) == 0, "%s: %s", what, kpi->cause ? kpi->cause : "-");
        CHECK(same_text(kpi->last_good, causes[i].good) && same_text(kpi->first_bad, causes[i].wrong), "%s: %s, %s", what, kpi->last_good, kpi->first_bad);
        CHECK(kpi->differences_n && kpi->differences[0].elsewhere == causes[i].elsewhere, "%s: %zu elsewhere", what, kpi->differences[0].elsewhere);
        arena_close(&arena);
    }
}

static void test_urls(void)
{
    struct arena arena = {0};
    const struct kpi_result *kpi = regression(12, commits_of_runs, &arena);
    CHECK(same_text(kpi->last_good_url, "https://ci.example.org/11"), "%s", kpi->last_good_url ? kpi->last_good_url : "-");
    CHECK(same_text(kpi->first_bad_url, "https://ci.example.org/12"), "%s", kpi->first_bad_url ? kpi->first_bad_url : "-");
    arena_close(&arena);
}

static const char *wide(size_t run, struct arena *arena)
{
    const char *map = arena_printf(arena, "{\"k\":\"%zu\"", run);
    for (size_t i = 0; i < 3000; i++)
        map = arena_printf(arena, "%s,\"k%zu\":%zu", map, i, run * i);
    return arena_printf(arena, "config=%s} urls={\"a\":\"https://u:p@x.org/\"} note=\"%0999zu\"", map, run / 12);
}

/* Hostile labels: wide maps, long values, links with a password. */
static void test_hostile(void)
{
    struct arena arena = {0};
    const struct kpi_result *kpi = regression(12, wide, &arena);
    CHECK(kpi->differences_n <= CAUSES_MAX && kpi->cause, "%zu differences", kpi->differences_n);
    CHECK(!kpi->last_good_url && !kpi->first_bad_url, "no link with a password");
    for (size_t d = 0; d < kpi->differences_n; d++)
        CHECK(strlen(kpi->differences[d].after) < 200, "%s", kpi->differences[d].key);
    arena_close(&arena);
}

/* Repetitions: what most of them have; the order of records and labels changes nothing. */
static void test_repetitions(void)
{
    struct arena arena = {0};
    struct record runs[40];
    size_t n = 0;
    uint64_t random = 5;
    for (size_t i = 0; i < 13; i++)
        for (size_t r = 0; r < 3; r++, n++)
            runs[n] = build_record(arena_printf(&arena, "id%02zu", n), (int)i,
                                   arena_printf(&arena, "version=\"v1.%zu\" run_id=\"r%zu\" gpu=8 kernel=\"%s\"", i, i, i == 12 || r == 0 ? "b" : "a"),
                                   (i == 12 ? 80 : 100) + .3 * build_gauss(&random), &arena);
    struct analysis_options options = {.comparison_keys = version_key, .ignored_keys = ignored, .sorting_keys = no_keys, .kpis = speed,
                                       .kpis_n = 1, .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05};
    for (size_t round = 0; round < 2; round++) {
        struct record entry = runs[36];
        const struct kpi_result *kpi = &analysis_run(&arena, &options, &entry, 1, runs, 36)->entries[0].kpis[0];
        CHECK(kpi->differences_n == 2 && kpi->differences[0].share == 1 && same_text(kpi->differences[0].key, "kernel"), "share %g",
              kpi->differences_n ? kpi->differences[0].share : 0.);
        for (size_t i = 0; i < 18; i++) { /* the other way round */
            struct record swapped = runs[i];
            runs[i] = runs[35 - i];
            runs[35 - i] = swapped;
        }
    }
    arena_close(&arena);
}

int main(void)
{
    test_git();
    test_causes();
    test_urls();
    test_hostile();
    test_repetitions();
    return check_end();
}
