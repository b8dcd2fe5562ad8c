/* regress: the file of acknowledgements, which runs its lines name, and what becomes of verdicts. */
#include <string.h>

#include "detect/distribution.h"
#include "detect/method.h"
#include "history/record_list.h"
#include "regress/acks/acks_edit.h"
#include "regress/acks/acks_file.h"
#include "regress/known.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const version_key[] = {"version", NULL}, *const no_keys[] = {NULL};
#define SPEED .name = "speed", .unit = "tokens/s", .better = DIRECTION_HIGHER, .min_relative = .05
static const struct kpi_rule speed[] = {{SPEED}};
static const struct kpi_rule bounded[] = {{SPEED, .low = {true, 90}}}, bounded_close[] = {{.name = "speed", .better = DIRECTION_HIGHER, .low = {true, 90}}}, bounded_lower[] = {{SPEED, .low = {true, 80}}}, fixed_only[] = {{SPEED, .low = {true, 90}, .method = &method_fixed}},
                             budgeted[] = {{SPEED, .budget = {.relative = .05}}}, no_threshold[] = {{.name = "speed", .better = DIRECTION_HIGHER}};

static struct acks *parse(struct arena *arena, const char *text, struct error *err)
{
    return acks_parse(arena, text, strlen(text), "a.yaml", err);
}

/* ---- the file ---- */

static const struct {
    const char *text, *error; /* error: what the message begins with */
} wrong[] = {
    {"acknowledged: []\n", "a.yaml: expected a key `format: 1`"},
    {"format: 2\n", "a.yaml:1:9: format: found 2, expected 1"},
    {"format: one\n", "a.yaml:1:9: format: found a string, expected 1"},
    {"- a\n", "a.yaml:1:1: found a list, expected a map"},
    {"format: 1\nacknowleged: []\n", "a.yaml:2:1: file: unknown key 'acknowleged'; did you mean 'acknowledged'?"},
    {"format: 1\nacknowledged: {}\n", "a.yaml:2:15: acknowledged: found a mapping, expected a list"},
    {"format: 1\nacknowledged: [a]\n", "a.yaml:2:16: acknowledged: found 'a', expected a map"},
    {"format: 1\nacknowledged:\n- {sinze: v1, reason: x}\n", "a.yaml:3:4: acknowledged: unknown key 'sinze'; did you mean 'since'?"},
    {"format: 1\nacknowledged:\n- {since: v1}\n", "a.yaml:3:3: acknowledged: expected a `reason`"},
    {"format: 1\nacknowledged:\n- {reason: x}\n", "a.yaml:3:3: acknowledged: expected `since` (the first bad run), `change`, `until` or `expires`"},
    {"format: 1\nacknowledged:\n- {expires: 2027-01-31, until_it_returns: true, reason: x}\n",
     "a.yaml:3:3: acknowledged: until_it_returns: expected `since` or `change` beside it"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: ' '}\n", "a.yaml:3:23: reason: found ' ', expected text that is not empty"},
    {"format: 1\nacknowledged:\n- {since: [v1], reason: x}\n", "a.yaml:3:11: since: found a list, expected text"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, expires: soon}\n", "a.yaml:3:35: expires: found 'soon', expected a day"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, expires: 2027-02-30}\n", "a.yaml:3:35: expires: found '2027-02-30', expected a day"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, change: 7f}\n", "a.yaml:3:34: change: found '7f', expected the id of a change"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, limit: {relative: -1}}\n", "a.yaml:3:44: limit: relative: found an integer, expected a number above 0"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, limit: {}}\n", "a.yaml:3:33: limit: found a mapping, expected a map, as {relative: 0.15}"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, labels: {gpu: [[8]]}}\n", "a.yaml:3:41: labels: found a list, expected a value"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, labels: [gpu]}\n", "a.yaml:3:34: labels: found a list, expected a map of labels"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: x, kpi: []}\n", "a.yaml:3:31: kpi: found a list, expected a name"},
    {"format: 1\naccepted:\n- {reason: x}\n", "a.yaml:3:3: accepted: expected `since`"},
    {"format: 1\nchanges:\n- {at: v1, direction: up}\n", "a.yaml:3:23: direction: found 'up', expected none, worse or better"},
    {"format: 1\nchanges:\n- {note: x}\n", "a.yaml:3:3: changes: expected `at`"},
    {"format: 1\nexcluded:\n- {run: [], reason: x}\n", "a.yaml:3:9: run: found a list, expected a run"},
    {"format: 1\nexcluded:\n- {reason: x}\n", "a.yaml:3:3: excluded: expected `run`"},
    {"format: 1\nformat: 1\n", "a.yaml:2:1: "},
};

static void test_wrong(void)
{
    for (size_t i = 0; i < ROWS(wrong); i++) {
        struct arena arena = {0};
        struct error err = {0};
        CHECK(!parse(&arena, wrong[i].text, &err) && err.kind == ERR_USAGE, "%s", wrong[i].text);
        CHECK(strncmp(err.text, wrong[i].error, strlen(wrong[i].error)) == 0, "%s: %s", wrong[i].text, err.text);
        arena_close(&arena);
    }
}

static void test_right(void)
{
    struct arena arena = {0};
    struct error err = {0};
    const struct acks *acks = parse(&arena,
        "format: 1\n"
        "acknowledged:\n"
        "- {kpi: train_*, labels: {gpu: 8, mode: [a, b]}, since: 4.10, until: v2.9.0, reason: why, author: ann, date: 2026-11-20,\n"
        "   expires: 2027-01-31, until_it_returns: true, limit: {relative: 0.15}, change: mb-0123456789ab}\n"
        "accepted: [{since: run-7, reason: new loader}]\n"
        "changes: [{at: 2026-11-03, direction: worse, note: compiler}]\n"
        "excluded: [{run: [a, 12], kpi: [x, y], reason: disk}]\n", &err);
    CHECK(acks, "%s", err.text);
    const struct ack *a = &acks->acknowledged[0];
    CHECK(acks->acknowledged_n == 1 && strcmp(a->since.text, "4.10") == 0 && a->since.to_us == 0, "text as it stands");
    CHECK(strcmp(a->line.place, "a.yaml:3") == 0 && strcmp(a->line.author, "ann") == 0 && a->until_it_returns, "line");
    CHECK(a->limit_relative == .15 && isnan(a->limit_absolute), "limit");
    CHECK(a->expires_us == 1801440000000000, "the day after: %lld", (long long)a->expires_us);
    CHECK(acks->accepted_n == 1 && acks->changes_n == 1 && acks->excluded_n == 1 && acks->excluded[0].runs_n == 2, "lists");
    CHECK(acks->changes[0].direction == ACK_WORSE && acks->changes[0].at.to_us - acks->changes[0].at.from_us == 86400000000, "a day");
    CHECK(ack_line_names(&a->line, "train_runtime") && !ack_line_names(&a->line, "a_train_x") && ack_line_names(&acks->accepted[0].line, "any"), "kpi");
    static const struct {
        const char *labels;
        bool fits;
    } fits[] = {{"gpu=8 mode=\"a\"", true}, {"gpu=\"8\" mode=\"b\"", true}, {"gpu=8.0 mode=\"b\" more=1", true}, {"gpu=8 mode=\"c\"", false}, {"gpu=8", false}};
    for (size_t i = 0; i < ROWS(fits); i++) {
        struct record record = build_record("r", 1, fits[i].labels, 1, &arena);
        CHECK(ack_line_fits(&a->line, &record) == fits[i].fits, "%s", fits[i].labels);
    }
    CHECK(parse(&arena, "", &err) && parse(&arena, "format: 1\nchanges:\n", &err), "%s", err.text);
    arena_close(&arena);
}

static void test_glob(void)
{
    static const struct {
        const char *pattern, *text;
        bool fits;
    } rows[] = {{"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"*", "x", true}, {"a*c", "abc", true}, {"a*c", "abcd", false},
                {"?", "", false}, {"?b*", "abcd", true}, {"*a*b*", "xxaxxbxx", true}, {"a**", "a", true}, {"", "", true}, {"", "a", false},
                {"a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};
    for (size_t i = 0; i < ROWS(rows); i++)
        CHECK(ack_glob(rows[i].pattern, rows[i].text) == rows[i].fits, "%s %s", rows[i].pattern, rows[i].text);
}

/* ---- adding to it ---- */

static const struct {
    const char *before, *after; /* after: NULL: refused */
} edits[] = {
    {"", "format: 1\n\nacknowledged:\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n"},
    {"# mine", "# mine\n\nformat: 1\n\nacknowledged:\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n"},
    {"format: 1\n", "format: 1\n\nacknowledged:\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n"},
    {"format: 1\nacknowledged:\n", "format: 1\nacknowledged:\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n"},
    {"format: 1\nacknowledged: # ours\nchanges: []\n", "format: 1\nacknowledged: # ours\n- kpi: a\n  since: 4.10\n  reason: \"x\"\nchanges: []\n"},
    {"format: 1\nacknowledged: []\n", "format: 1\nacknowledged: [{kpi: a, since: 4.10, reason: \"x\"}]\n"},
    {"format: 1\nacknowledged: [{since: v1, reason: \"a ] b\"}] # end ]\n",
     "format: 1\nacknowledged: [{since: v1, reason: \"a ] b\"}, {kpi: a, since: 4.10, reason: \"x\"}] # end ]\n"},
    {"format: 1\nacknowledged: [\n  {since: v1, reason: it's}, # [\n]\n",
     "format: 1\nacknowledged: [\n  {since: v1, reason: it's}, {kpi: a, since: 4.10, reason: \"x\"} # [\n]\n"},
    {"format: 1\nacknowledged:\n  # first\n  - since: v1\n    # why\n    reason: >\n      long\n\n      text\n  # last\n\n# of changes\nchanges:\n- at: v1\n",
     "format: 1\nacknowledged:\n  # first\n  - since: v1\n    # why\n    reason: >\n      long\n\n      text\n  # last\n"
     "  - kpi: a\n    since: 4.10\n    reason: \"x\"\n\n# of changes\nchanges:\n- at: v1\n"},
    {"format: 1\nacknowledged:\n- {since: v1, reason: r}", "format: 1\nacknowledged:\n- {since: v1, reason: r}\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n"},
    {"acknowledged:\n- {since: v1,\n   reason: r}\n\n\nformat: 1\n",
     "acknowledged:\n- {since: v1,\n   reason: r}\n- kpi: a\n  since: 4.10\n  reason: \"x\"\n\n\nformat: 1\n"},
    {"format: 1\r\nacknowledged:\r\n- {since: v1, reason: r}\r\n",
     "format: 1\r\nacknowledged:\r\n- {since: v1, reason: r}\r\n- kpi: a\r\n  since: 4.10\r\n  reason: \"x\"\r\n"},
    {"{format: 1}\n", NULL},
    {"format: 1\n...\n", NULL},
    {"format: 1\nacknowledged: ~\n", NULL},
    {"format: 2\n", NULL},
};

static void test_edits(void)
{
    static const char *const kpis[] = {"a", NULL};
    const struct acks_edit_line line = {.kpis = kpis, .since = "4.10", .reason = "x"};
    for (size_t i = 0; i < ROWS(edits); i++) {
        struct arena arena = {0};
        struct error err = {0};
        struct text out = text_open(1 << 16);
        bool ok = acks_edit_add(&arena, edits[i].before, strlen(edits[i].before), "a.yaml", ACKS_ACKNOWLEDGED, &line, 1, &out, &err);
        CHECK(ok == (edits[i].after != NULL) && ok == !err.kind, "%s: %s", edits[i].before, err.text);
        CHECK(!ok || strcmp(out.s, edits[i].after) == 0, "%s\nbecame\n%s", edits[i].before, out.s);
        text_close(&out);
        arena_close(&arena);
    }
}

static void test_scalars(void)
{
    static const struct {
        const char *text, *string, *plain;
    } rows[] = {{"a", "a", "a"}, {"8", "\"8\"", "8"}, {"4.10", "\"4.10\"", "4.10"}, {"true", "\"true\"", "true"}, {"null", "\"null\"", "null"}, {"True", "\"True\"", "\"True\""},
                {"a b", "\"a b\"", "\"a b\""}, {"a:b", "\"a:b\"", "\"a:b\""}, {"", "\"\"", "\"\""}, {"\"", "\"\\\"\"", "\"\\\"\""},
                {"train_*", "\"train_*\"", "\"train_*\""}, {"ä", "\"ä\"", "\"ä\""}, {"-", "\"-\"", "\"-\""}, {"v1-rc/2+x", "v1-rc/2+x", "v1-rc/2+x"}};
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++)
        CHECK(strcmp(acks_edit_scalar(&arena, rows[i].text, false), rows[i].string) == 0 && strcmp(acks_edit_scalar(&arena, rows[i].text, true), rows[i].plain) == 0,
              "%s: %s, %s", rows[i].text, acks_edit_scalar(&arena, rows[i].text, false), acks_edit_scalar(&arena, rows[i].text, true));
    arena_close(&arena);
}

/* ---- runs ---- */

/* Day 20000 is 2024-10-04. */
static void test_runs(void)
{
    static const char *const labels[] = {"version=\"v1.9\" run_id=\"r1\"", "version=\"v1.10\" run_id=\"r2\"", "version=\"v1.10\" run_id=\"r3\"",
                                         "version=\"v1.12\" run_id=\"r4\"", "version=\"2024-10-09\" run_id=9"};
    static const struct {
        const char *text;
        size_t points;
        enum ack_where where;
        size_t first, end;
    } rows[] = {
        {"v1.10", 4, ACK_FOUND, 1, 3},      {"1.10", 4, ACK_FOUND, 1, 3},       {"r3", 4, ACK_FOUND, 2, 3},    {"id-3", 4, ACK_FOUND, 3, 4},
        {"v1.11", 4, ACK_BETWEEN, 3, 3},    {"v1.2", 4, ACK_BEFORE, 0, 0},      {"v2.0", 4, ACK_AFTER, 4, 4},  {"main", 4, ACK_NOWHERE, 4, 4},
        {"2024-10-05", 4, ACK_FOUND, 1, 2}, {"2024-10", 4, ACK_FOUND, 0, 4}, {"2024-09-01", 4, ACK_BEFORE, 0, 0}, {"2025-01-01", 4, ACK_AFTER, 4, 4},
        {"2024-10-09", 5, ACK_FOUND, 4, 5}, {"9", 5, ACK_FOUND, 4, 5}, {"2024-10-05T00:00", 4, ACK_FOUND, 1, 2}, {"r", 4, ACK_NOWHERE, 4, 4},
    };
    struct arena arena = {0};
    struct record records[5];
    struct ack_point points[5];
    for (size_t i = 0; i < 5; i++) {
        char id[] = {'i', 'd', '-', (char)('0' + i), 0};
        records[i] = build_record(id, 20000 + (int)i, labels[i], 1, &arena);
        points[i] = (struct ack_point){&records[i], id, records[i].start_us};
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct ack_run run = ack_run_of(rows[i].text);
        struct ack_span span = ack_run_find(&run, version_key, points, rows[i].points);
        CHECK(span.where == rows[i].where && span.first == rows[i].first && span.end == rows[i].end, "%s: %d [%zu, %zu)", rows[i].text, (int)span.where,
              span.first, span.end);
    }
    struct ack_run v = ack_run_of("v1.10"), id = ack_run_of("id-0"), day = ack_run_of("2024-10-06");
    CHECK(ack_run_is(&v, version_key, &records[2]) && !ack_run_is(&v, version_key, &records[0]) && ack_run_is(&id, version_key, &records[0]) &&
          ack_run_is(&day, version_key, &records[2]) && !ack_run_is(&day, version_key, &records[3]), "records");
    struct record two = build_record("x", 1, "a=\"p\" b=2", 1, &arena);
    static const char *const keys[] = {"a", "b", NULL};
    struct ack_run both = ack_run_of("p|2"), other = ack_run_of("p|3");
    CHECK(ack_run_is(&both, keys, &two) && !ack_run_is(&other, keys, &two), "all keys");
    arena_close(&arena);
}

/* ---- verdicts: v1.0, v1.1, …, day by day; the last value is the entry ---- */

#define GOOD 100, 100.6, 99.5, 100.2, 99.8, 100.1, 99.7, 100.3, 100.4, 99.6 /* v1.0 … v1.9 */
#define SLOW 100.3, 98.8, 98.5, 97, 96.7, 95.2, 94.9, 93.4, 93.1, 91.6, 91.3, 89.8, 89.5, 88, 87.7, 86.2 /* v1.0 … v1.15 */
#define BAD 88, 88.4, 87.7, 88.1, 88.3                                        /* v1.10 … v1.14 */
#define TO_THE_END 98.7, 100.8, 100.9, 97.1, 100.6, 101, 100.5, 101.8, 98.7, 99.9, 100.2, 99.9, 99, 99.5, 100.1, 98.8, 101.1, 99, 99.7, 102.3, 99.7, \
    100, 99.8, 99.3, 99.8, 99.1, 99.7, 98.4, 99.2, 97.2                      /* v1.0 … v1.29: the last three happen to be low */
#define BACK_AND_FORTH 102.3, 99.3, 100.4, 100.1, 100.8, 98.6, 99.6, 99.2, 98.9, 99.2, 99.5, 99.7, 99.1, 100.4, 99.5, 96.8, 101.2, 99.6, 99.3, 100.3, \
    90.2, 90.1, 89.1, 90.2, 88.5, 91.4, 88.7, 89.8, 90, 90.2, 99.8, 100.5, 96.4, 99.8 /* v1.0 … v1.33 */
#define SKEWED 100, 100.6, 99.5, 100.2, 97.2, 100.1, 99.7, 100.3             /* v1.0 … v1.7: too few of such noise */

static const struct {
    const char *what, *acks;
    double values[40]; /* 0 ends */
    enum verdict verdict;
    enum change_status status;
    const char *since; /* of the verdict; NULL: none */
} stories[] = {
    {"the first bad run", "", {GOOD, 88}, VERDICT_REGRESSION, CHANGE_NEW, "v1.10"},
    {"the fifth bad run", "", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"the first bad run, acknowledged", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"the second", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"the third", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4, 87.7}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"the fifth", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"a run beside", "acknowledged: [{since: v1.12, reason: why}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"another beside", "acknowledged: [{since: v1.8, reason: why}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"too far", "acknowledged: [{since: v1.7, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"too late", "acknowledged: [{since: v1.13, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"another KPI", "acknowledged: [{kpi: x, since: v1.10, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"other labels", "acknowledged: [{labels: {gpu: 4}, since: v1.10, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"within its limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: 0.15}}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"beyond its limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: 0.1}}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_NEW, "v1.10"},
    {"expired", "acknowledged: [{since: v1.10, reason: why, expires: 2024-10-03}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_EXPIRED, "v1.10"},
    {"not yet expired", "acknowledged: [{since: v1.10, reason: why, expires: 2024-10-04}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"until a run, before it", "acknowledged: [{since: v1.10, until: v1.14, reason: why}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"until a run, after it", "acknowledged: [{since: v1.10, until: v1.13, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_EXPIRED, "v1.10"},
    {"until a run that nobody knows", "acknowledged: [{since: v1.10, until: run-99, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_EXPIRED, "v1.10"},
    {"no run named, until one that nobody knows", "acknowledged: [{until: run-99, reason: why}]", {GOOD, BAD}, VERDICT_REGRESSION, CHANGE_EXPIRED, "v1.10"},
    {"no run named, until a day", "acknowledged: [{expires: 2024-10-04, reason: why}]", {GOOD, BAD}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"worse again", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 77}, VERDICT_REGRESSION, CHANGE_NEW, "v1.15"},
    {"worse again, at once", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 74}, VERDICT_REGRESSION, CHANGE_NEW, "v1.11"},
    {"worse again, some runs ago", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 77, 77.3, 76.8, 77.2}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.15"},
    {"both acknowledged", "acknowledged: [{since: v1.10, reason: why}, {since: v1.15, reason: more}]", {GOOD, BAD, 77, 77.3, 76.8}, VERDICT_ACKNOWLEDGED,
     CHANGE_ACKNOWLEDGED, "v1.10"},
    {"only the newer one acknowledged", "acknowledged: [{since: v1.15, reason: more}]", {GOOD, BAD, 77, 77.3, 76.8}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"only the newer one acknowledged, its first run", "acknowledged: [{since: v1.15, reason: more}]", {GOOD, BAD, 77}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"the older one expired", "acknowledged: [{since: v1.10, expires: 2024-01-01, reason: why}, {since: v1.15, reason: more}]", {GOOD, BAD, 77, 77.3, 76.8},
     VERDICT_REGRESSION, CHANGE_EXPIRED, "v1.10"},
    {"gone", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 100.1, 99.8}, VERDICT_OK, CHANGE_FIXED, NULL},
    {"just gone", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 100.1}, VERDICT_IMPROVEMENT, CHANGE_FIXED, "v1.15"},
    {"half gone", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 93}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.10"},
    {"returned", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, BAD, 100.1, 99.8, 100.3, 88}, VERDICT_REGRESSION, CHANGE_RETURNED, "v1.18"},
    {"returned within the range", "acknowledged: [{since: v1.10, until: v1.30, reason: why}]", {GOOD, BAD, 100.1, 99.8, 100.3, 88}, VERDICT_ACKNOWLEDGED,
     CHANGE_ACKNOWLEDGED, "v1.18"},
    {"returned deeper within the range", "acknowledged: [{since: v1.10, until: v1.30, reason: why}]", {GOOD, BAD, 100.1, 99.8, 100.3, 70}, VERDICT_REGRESSION,
     CHANGE_RETURNED, "v1.18"},
    {"returned within the range, until it returns", "acknowledged: [{since: v1.10, until: v1.30, until_it_returns: true, reason: why}]",
     {GOOD, BAD, 100.1, 99.8, 100.3, 88}, VERDICT_REGRESSION, CHANGE_RETURNED, "v1.18"},
    {"returned after few runs", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4, 87.7, 100.2, 99.7, 100.4, 100.1, 88.2}, VERDICT_REGRESSION,
     CHANGE_RETURNED, "v1.17"},
    {"returned some runs ago", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4, 87.7, 100.2, 99.7, 100.4, 100.1, 88.2, 88.1, 87.9, 88.3},
     VERDICT_REGRESSION, CHANGE_RETURNED, "v1.17"},
    {"one good run is no return", "acknowledged: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4, 87.7, 100.2, 88.2, 88.1, 87.9, 88.3}, VERDICT_ACKNOWLEDGED,
     CHANGE_ACKNOWLEDGED, "v1.10"},
    {"until a run: not what begins far behind the first of history", "acknowledged: [{since: v1.0, until: v1.30, reason: why}]", {GOOD, BAD},
     VERDICT_REGRESSION, CHANGE_KNOWN, "v1.10"},
    {"until a run: not what is worse than its level, also when a newer one is acknowledged",
     "acknowledged: [{since: v1.10, until: v1.60, reason: why}, {since: v1.20, reason: more}]",
     {GOOD, BAD, 100.1, 99.8, 100.3, 99.9, 100.2, 80, 80.3, 79.8, 100.1, 99.8, 100.3, 60}, VERDICT_REGRESSION, CHANGE_RETURNED, "v1.26"},
    {"accepted", "accepted: [{since: v1.10, reason: why}]", {GOOD, BAD}, VERDICT_OK, CHANGE_NONE, NULL},
    {"accepted, the first run", "accepted: [{since: v1.10, reason: why}]", {GOOD, 88}, VERDICT_OK, CHANGE_NONE, NULL},
    {"accepted, the second run", "accepted: [{since: v1.10, reason: why}]", {GOOD, 88, 88.4}, VERDICT_OK, CHANGE_NONE, NULL},
    {"accepted, worse again", "accepted: [{since: v1.10, reason: why}]", {GOOD, BAD, 77}, VERDICT_REGRESSION, CHANGE_NEW, "v1.15"},
    {"accepted, a run beside", "accepted: [{since: v1.12, reason: why}]", {GOOD, BAD}, VERDICT_OK, CHANGE_NONE, NULL},
    {"accepted: never the level before it", "accepted: [{since: v1.15, reason: why}]", {GOOD, 120, 120.5, 119.7, 120.2, 120.1, GOOD}, VERDICT_OK, CHANGE_NONE, NULL},
    {"not accepted", "", {GOOD, 120, 120.5, 119.7, 120.2, 120.1, GOOD}, VERDICT_REGRESSION, CHANGE_KNOWN, "v1.15"},
    {"bad runs left out", "excluded: [{run: [v1.10, v1.11, v1.12], reason: disk}]", {GOOD, 60, 61, 59, 100.2}, VERDICT_OK, CHANGE_NONE, NULL},
    {"the run under test left out", "excluded: [{run: v1.10, reason: disk}]", {GOOD, 60}, VERDICT_NOT_ANALYSED, CHANGE_NONE, NULL},
    {"left out for another KPI", "excluded: [{run: v1.10, kpi: x, reason: disk}]", {GOOD, 60}, VERDICT_REGRESSION, CHANGE_NEW, "v1.10"},
    {"left out for this KPI", "excluded: [{run: v1.10, kpi: sp*, reason: disk}]", {GOOD, 60}, VERDICT_NOT_ANALYSED, CHANGE_NONE, NULL},
    {"a jump for the better", "", {GOOD, 120}, VERDICT_IMPROVEMENT, CHANGE_NEW, "v1.10"},
    {"worse, fixed, worse again, and nobody said a word", "", {BACK_AND_FORTH, 89.7}, VERDICT_REGRESSION, CHANGE_NEW, "v1.34"},
    {"in place of a regression", "", {SKEWED, 88}, VERDICT_CANNOT_TELL, CHANGE_NEW, "v1.8"},
    {"in place of a regression, acknowledged", "acknowledged: [{since: v1.8, reason: why}]", {SKEWED, 88}, VERDICT_ACKNOWLEDGED, CHANGE_ACKNOWLEDGED, "v1.8"},
    {"in place of a regression, too early", "acknowledged: [{since: v1.5, reason: why}]", {SKEWED, 88}, VERDICT_CANNOT_TELL, CHANGE_NEW, "v1.8"},
    {"in place of a regression, expired", "acknowledged: [{since: v1.8, expires: 2024-10-03, reason: why}]", {SKEWED, 88}, VERDICT_CANNOT_TELL, CHANGE_EXPIRED, "v1.8"},
    {"two runs in place of a regression", "", {SKEWED, 94, 94.4}, VERDICT_CANNOT_TELL, CHANGE_NEW, "v1.8"},
    {"two runs in place of a regression, acknowledged", "acknowledged: [{since: v1.8, reason: why}]", {SKEWED, 94, 94.4}, VERDICT_ACKNOWLEDGED,
     CHANGE_ACKNOWLEDGED, "v1.8"},
    {"a border after the first run", "changes: [{at: v1.1}]", {100, BAD, BAD, BAD}, VERDICT_OK, CHANGE_NONE, NULL},
    {"acknowledged from the second run on", "acknowledged: [{since: v1.1, reason: why}]", {100, BAD, BAD, BAD}, VERDICT_OK, CHANGE_NONE, NULL},
    {"a border, nothing there", "changes: [{at: v1.5}]", {GOOD, 99.9}, VERDICT_OK, CHANGE_NONE, NULL},
};

static const struct analysis *judge(const char *lines, const double *values, const struct kpi_rule *rule, struct arena *arena)
{
    struct error err = {0};
    struct record *runs = ARENA_ARRAY(arena, struct record, 41);
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    size_t n = 0;
    for (; n < 40 && values[n] != 0; n++)
        runs[n] = build_record(arena_printf(arena, "r%02zu", n), (int)n, arena_printf(arena, "version=\"v1.%zu\" gpu=8", n), values[n], arena);
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = rule, .kpis_n = 1,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .now_us = 20000 * 86400000000LL};
    if (lines) {
        options->acks = parse(arena, arena_printf(arena, "format: 1\n%s\n", lines), &err);
        CHECK(options->acks, "%s", err.text);
    }
    return analysis_run(arena, options, &runs[n - 1], 1, runs, n - 1);
}

static void test_stories(void)
{
    for (size_t i = 0; i < ROWS(stories); i++) {
        struct arena arena = {0};
        const struct analysis *analysis = judge(stories[i].acks[0] ? stories[i].acks : NULL, stories[i].values, speed, &arena);
        const struct kpi_result *got = &analysis->entries[0].kpis[0];
        CHECK(got->verdict == stories[i].verdict, "%s: %s (%s)", stories[i].what, verdict_name(got->verdict), got->evidence.reason);
        CHECK(got->change.status == stories[i].status, "%s: %s (%s)", stories[i].what, change_status_name(got->change.status), got->evidence.reason);
        const char *since = got->evidence.since_version;
        CHECK(stories[i].since ? since && strcmp(since, stories[i].since) == 0 : !since, "%s: since %s", stories[i].what, since ? since : "none");
        CHECK(analysis->counts[got->verdict] == 1 && analysis->statuses[got->change.status] == 1, "%s: counted", stories[i].what);
        CHECK((got->change.id != NULL) == (got->change.status != CHANGE_NONE), "%s: %s", stories[i].what, got->change.id ? got->change.id : "no id");
        arena_close(&arena);
    }
}

/* What a KPI is asked beside its level is acknowledged, too, and has its limit. */
static const struct {
    const char *what, *acks;
    const struct kpi_rule *rule;
    double values[40]; /* 0 ends */
    enum verdict verdict;
} checked[] = {
    {"a bound", "acknowledged: [{since: v1.10, reason: why}]", bounded, {GOOD, BAD}, VERDICT_ACKNOWLEDGED},
    {"a bound, within the limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: .13}}]", bounded, {GOOD, BAD}, VERDICT_ACKNOWLEDGED},
    {"a bound, the first run, within the limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: .13}}]", bounded, {GOOD, 88},
     VERDICT_ACKNOWLEDGED},
    {"a bound, beyond the limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: .1}}]", bounded, {GOOD, BAD}, VERDICT_REGRESSION},
    {"only a bound, within the limit", "acknowledged: [{since: v1.10, reason: why, limit: {absolute: 13}}]", fixed_only, {GOOD, BAD}, VERDICT_ACKNOWLEDGED},
    {"only a bound, beyond the limit", "acknowledged: [{since: v1.10, reason: why, limit: {absolute: 13}}]", fixed_only, {GOOD, BAD, 40},
     VERDICT_REGRESSION},
    {"only a bound, the first run, beyond the limit", "acknowledged: [{since: v1.10, reason: why, limit: {relative: .13}}]", fixed_only, {GOOD, 40},
     VERDICT_REGRESSION},
    {"a bound that a run was within, by chance", "acknowledged: [{since: v1.10, reason: why}]", bounded, {GOOD, 89, 89.4, 88.9, 90.2, 89.2},
     VERDICT_ACKNOWLEDGED},
    {"only a bound that a run was within, by chance", "acknowledged: [{since: v1.10, reason: why}]", fixed_only, {GOOD, 89, 89.4, 88.9, 90.2, 89.2},
     VERDICT_ACKNOWLEDGED},
    {"a bound that the acknowledged level was within", "acknowledged: [{since: v1.10, reason: why}]", bounded, {GOOD, 91, 90.8, 91.2, 90.9, 89.7},
     VERDICT_REGRESSION},
    {"only a bound, gone and back", "acknowledged: [{since: v1.10, reason: why}]", fixed_only, {GOOD, BAD, 100.1, 99.8, 100.3, 88}, VERDICT_REGRESSION},
    {"a drift, within the limit", "acknowledged: [{since: v1.8, reason: why, limit: {relative: .1}}]", budgeted, {SLOW}, VERDICT_ACKNOWLEDGED},
    {"a drift, beyond the limit", "acknowledged: [{since: v1.8, reason: why, limit: {relative: .06}}]", budgeted, {SLOW}, VERDICT_REGRESSION},
    {"runs that happened to be low before the acknowledged one", "acknowledged: [{since: v1.30, reason: why}]", no_threshold, {TO_THE_END, 88.8},
     VERDICT_ACKNOWLEDGED},
    {"and the runs since", "acknowledged: [{since: v1.30, reason: why}]", no_threshold, {TO_THE_END, 88.8, 89.5, 88.1}, VERDICT_ACKNOWLEDGED},
    {"runs that were a regression before the acknowledged one", "acknowledged: [{since: v1.30, reason: why}]", no_threshold,
     {GOOD, GOOD, 100.1, 99.8, 100.3, 99.9, 100.2, 99.6, 95, 95.4, 94.8, 95.1, 88.8}, VERDICT_REGRESSION},
    {"an acknowledged bound hides no older level", "acknowledged: [{since: v1.15, reason: why}]", bounded_lower, {GOOD, BAD, 77, 77.3, 76.8, 77.2},
     VERDICT_REGRESSION},
    {"nor on its first day", "acknowledged: [{since: v1.15, reason: why}]", bounded_lower, {GOOD, BAD, 77}, VERDICT_REGRESSION},
    {"a suspect on top hides no older level", "acknowledged: [{since: v1.15, reason: why}]", no_threshold, {GOOD, BAD, 77, 77.3, 76.8, 77.2, 76.3},
     VERDICT_REGRESSION},
    {"a suspect on top of what is acknowledged", "acknowledged: [{since: v1.10, reason: why}, {since: v1.15, reason: why}]", no_threshold,
     {GOOD, BAD, 77, 77.3, 76.8, 77.2, 76.3}, VERDICT_SUSPECT},
    {"an acknowledged bound hides no suspect", "acknowledged: [{since: v1.10, reason: why}]", bounded_close, {GOOD, BAD, 88.2, 88.0, 87.3},
     VERDICT_SUSPECT},
    {"an acknowledged bound, nothing on top", "acknowledged: [{since: v1.10, reason: why}]", bounded_close, {GOOD, BAD, 88.2, 88.0, 87.7},
     VERDICT_ACKNOWLEDGED},
    {"both acknowledged", "acknowledged: [{since: v1.10, reason: why}, {since: v1.15, reason: why}]", bounded_lower, {GOOD, BAD, 77, 77.3, 76.8, 77.2},
     VERDICT_ACKNOWLEDGED},
    {"both acknowledged, the first day", "acknowledged: [{since: v1.10, reason: why}, {since: v1.15, reason: why}]", bounded_lower, {GOOD, BAD, 77},
     VERDICT_ACKNOWLEDGED},
    {"an older bound behind an acknowledged level", "acknowledged: [{since: v1.10, reason: why}]", bounded,
     {85, 85.6, 84.5, 85.2, 84.8, 85.1, 84.7, 85.3, 85.4, 84.6, 70}, VERDICT_REGRESSION},
};

static void test_checked(void)
{
    for (size_t i = 0; i < ROWS(checked); i++) {
        struct arena arena = {0};
        const struct kpi_result *got = &judge(checked[i].acks, checked[i].values, checked[i].rule, &arena)->entries[0].kpis[0];
        CHECK(got->verdict == checked[i].verdict, "%s: %s (%s)", checked[i].what, verdict_name(got->verdict), got->evidence.reason);
        arena_close(&arena);
    }
}

static int compare_kpis(const void *a, const void *b)
{
    return strcmp(((const struct kpi_value *)a)->name, ((const struct kpi_value *)b)->name);
}

/* A list whose p99 is known of its last runs only, so that it counts other run points than the parts that were placed first; v1.22 on is
 * worse by p99 alone. */
static const struct kpi_result *judge_tail(const char *lines, struct arena *arena)
{
    enum { N = 28, TAIL = 12, SLOW_FROM = 22 };
    static const double off[] = {0, .6, -.5, .2, -.2, .1, -.3, .3, .4, -.4};
    struct error err = {0};
    struct record *runs = ARENA_ARRAY(arena, struct record, N);
    struct analysis_options *options = ARENA_NEW(arena, struct analysis_options);
    for (size_t n = 0; n < N; n++) {
        runs[n] = build_record(arena_printf(arena, "r%02zu", n), (int)n, arena_printf(arena, "version=\"v1.%zu\" gpu=8", n), 0, arena);
        runs[n].kpis = ARENA_ARRAY(arena, struct kpi_value, DISTRIBUTION_PARTS + 1);
        runs[n].kpis_n = 0;
        for (size_t part = 0; part <= DISTRIBUTION_PARTS; part++) {
            double value = part == DISTRIBUTION_P99 && n >= SLOW_FROM ? 80 : 100;
            if (part != DISTRIBUTION_P99 || n >= TAIL)
                runs[n].kpis[runs[n].kpis_n++] = (struct kpi_value){record_list_name(arena, "speed", part), value + off[n % ROWS(off)]};
        }
        qsort(runs[n].kpis, runs[n].kpis_n, sizeof(*runs[n].kpis), compare_kpis);
    }
    *options = (struct analysis_options){.comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = no_keys, .kpis = speed, .kpis_n = 1,
                                         .min_history = 8, .false_alarm_rate = .05, .suspect_level = .05, .now_us = 20000 * 86400000000LL};
    options->acks = lines ? parse(arena, arena_printf(arena, "format: 1\n%s\n", lines), &err) : NULL;
    return &analysis_run(arena, options, &runs[N - 1], 1, runs, N - 1)->entries[0].kpis[0];
}

static void test_lists(void)
{
    static const struct {
        const char *acks;
        enum verdict verdict;
    } lists[] = {
        {NULL, VERDICT_REGRESSION},
        {"acknowledged: [{since: v1.22, reason: why}]", VERDICT_ACKNOWLEDGED},
        {"acknowledged: [{since: v1.10, reason: why}]", VERDICT_REGRESSION}, /* its number among all runs is p99's among its own */
    };
    for (size_t i = 0; i < ROWS(lists); i++) {
        struct arena arena = {0};
        const struct kpi_result *got = judge_tail(lists[i].acks, &arena);
        CHECK(got->verdict == lists[i].verdict, "list, %s: %s (%s)", lists[i].acks ? lists[i].acks : "nothing", verdict_name(got->verdict), got->evidence.reason);
        arena_close(&arena);
    }
}

int main(void)
{
    test_lists();
    test_wrong();
    test_right();
    test_glob();
    test_edits();
    test_scalars();
    test_runs();
    test_stories();
    test_checked();
    return check_end();
}
