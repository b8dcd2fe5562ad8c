/* regress: what a bundle holds is all that an analysis is made of: written, read and analysed it gives the same verdicts, byte for byte. */
#include <jansson.h>
#include <stdlib.h>

#include "json/read.h"
#include "proof/bundle.h"
#include "regress/acks/acks_file.h"
#include "report/verdict_json.h"
#include "tests/check.h"
#include "tests/regress_build.h"

static const char *const no_keys[] = {NULL}, *const version_key[] = {"version", NULL}, *const gpus[] = {"8", "\"x\"", NULL},
                  *const names[] = {"speed", NULL};

/* Every member is something else than its default. */
static struct kpi_rule *full_rules(struct arena *arena)
{
    static const struct label_match gpu = {"gpu", gpus};
    static const struct threshold thresholds[] = {{{&gpu, 1}, .02, NAN}, {{NULL, 0}, NAN, 3}};
    struct method_options *options = ARENA_NEW(arena, struct method_options);
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, 3);
    *options = (struct method_options){2, .07, METHOD_OF_PREVIOUS, .01, .002, -INFINITY, 130.5};
    rules[0] = (struct kpi_rule){.name = "speed", .help = "How \"fast\"", .unit = "items/s", .better = DIRECTION_HIGHER, .min_relative = .01,
                                 .min_absolute = .5, .thresholds = thresholds, .thresholds_n = 2, .has_idle = true, .idle = -1, .independent = true,
                                 .normal_tails = true, .low = {true, 90}, .high = {true, 1e300}, .budget = {.05, 2, "v1.2"}, .format = "%.3f",
                                 .divisor = 1e-3, .divisor_unit = "items/ms"};
    rules[1] = (struct kpi_rule){.name = "pinned", .better = DIRECTION_LOWER, .control = {NULL, {&gpu, 1}}, .exact = true};
    rules[2] = (struct kpi_rule){.name = "odd", .better = DIRECTION_NONE, .ignored = true, .control = {"speed", {NULL, 0}},
                                 .method = &method_zscore, .method_options = options};
    return rules;
}

static const char acks_text[] = "format: 1\nexcluded:\n- {run: v1.3, reason: \"the disk was full\", author: ann}\n";

static struct bundle full_bundle(struct arena *arena)
{
    static const struct label_match model = {"model", gpus};
    static const struct label_matches set = {&model, 1};
    struct expect *expect = ARENA_NEW(arena, struct expect);
    struct record *history = ARENA_ARRAY(arena, struct record, 20), *entry = ARENA_ARRAY(arena, struct record, 1);
    struct error err = {0};
    uint64_t random = 7;
    *expect = (struct expect){&set, 1, 3, 1209600, names};
    for (size_t i = 0; i < 20; i++) {
        history[i] = build_record(arena_printf(arena, "h%zu", i), (int)i, arena_printf(arena, "version=\"v1.%zu\" gpu=8 odd=\"\\u00e9|\\\\\"", i),
                                  100 + build_gauss(&random), arena);
        history[i].whole = i % 2;
    }
    entry[0] = build_record("e", 30, "version=\"v1.20\" gpu=8 odd=\"\\u00e9|\\\\\"", 80.1, arena);
    entry[0].units = names;
    struct bundle bundle = {.entries = entry, .entries_n = 1, .history = history, .history_n = 20, .tests = 5, .without_payload = 4, .elsewhere = 3};
    bundle.options = (struct analysis_options){
        .comparison_keys = version_key, .ignored_keys = no_keys, .sorting_keys = version_key, .kpis = full_rules(arena), .kpis_n = 3, .kpi_filter = "",
        .scope = SCOPE_ALL, .min_history = 7, .min_history_same = 4, .false_alarm_rate = .03, .suspect_level = .1, .correction = CORRECTION_HOLM,
        .window = 15, .pairing = {"pair_id", "variant", "\"base\""}, .completeness = true, .now_us = 1700000000000001LL, .expect = expect,
        .recent = history + 10, .recent_n = 10, .acks = acks_parse(arena, acks_text, strlen(acks_text), "acks.yaml", &err)};
    CHECK(bundle.options.acks, "%s", err.text);
    return bundle;
}

static char *verdicts(const struct bundle *b)
{
    struct arena arena = {0};
    struct text out = text_open(1 << 24);
    struct analysis *analysis = analysis_run(&arena, &b->options, b->entries, b->entries_n, b->history, b->history_n);
    analysis->tests = b->tests;
    analysis->without_payload = b->without_payload;
    verdict_json_render(&out, analysis);
    char *copy = strdup(out.s);
    text_close(&out);
    arena_close(&arena);
    return copy;
}

static char *written(const struct bundle *bundle)
{
    struct text out = text_open(1 << 24);
    bundle_write(&out, bundle);
    char *copy = strdup(out.s);
    text_close(&out);
    return copy;
}

static json_t *document_of(const char *text)
{
    struct error err = {0};
    json_t *document = json_read(text, strlen(text), &(struct json_read_options){.file = "bundle", .strict = true}, &err);
    CHECK(document, "%s", err.text);
    return document;
}

#define SAME(a, b, member) CHECK((a)->member == (b)->member || ((a)->member != (a)->member && (b)->member != (b)->member), #member " is lost")
#define SAME_TEXT(a, b, member) CHECK(same_text((a)->member, (b)->member), #member " is lost")

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void check_method(const struct method_options *a, const struct method_options *b)
{
    SAME(a, b, deviations);
    SAME(a, b, share);
    SAME(a, b, base);
    SAME(a, b, alpha);
    SAME(a, b, hunter_p);
    SAME(a, b, low);
    SAME(a, b, high);
}

static void check_rule(const struct kpi_rule *a, const struct kpi_rule *b)
{
    SAME_TEXT(a, b, name);
    SAME_TEXT(a, b, help);
    SAME_TEXT(a, b, unit);
    SAME_TEXT(a, b, format);
    SAME_TEXT(a, b, divisor_unit);
    SAME_TEXT(a, b, budget.since);
    SAME_TEXT(a, b, control.kpi);
    SAME(a, b, better);
    SAME(a, b, ignored);
    SAME(a, b, min_relative);
    SAME(a, b, min_absolute);
    SAME(a, b, thresholds_n);
    SAME(a, b, has_idle);
    SAME(a, b, idle);
    SAME(a, b, independent);
    SAME(a, b, normal_tails);
    SAME(a, b, exact);
    SAME(a, b, low.has);
    SAME(a, b, low.value);
    SAME(a, b, high.has);
    SAME(a, b, high.value);
    SAME(a, b, budget.relative);
    SAME(a, b, budget.absolute);
    SAME(a, b, control.labels.n);
    SAME(a, b, method);
    SAME(a, b, divisor);
    CHECK(!a->method_options == !b->method_options, "method_options");
    if (a->method_options && b->method_options)
        check_method(a->method_options, b->method_options);
    for (size_t i = 0; i < a->thresholds_n && i < b->thresholds_n; i++) {
        SAME(a, b, thresholds[i].min_relative);
        SAME(a, b, thresholds[i].min_absolute);
        SAME(a, b, thresholds[i].labels.n);
    }
}

static void check_members(const struct bundle *a, const struct bundle *b)
{
    SAME(a, b, options.scope);
    SAME(a, b, options.min_history);
    SAME(a, b, options.min_history_same);
    SAME(a, b, options.false_alarm_rate);
    SAME(a, b, options.suspect_level);
    SAME(a, b, options.correction);
    SAME(a, b, options.window);
    SAME(a, b, options.completeness);
    SAME(a, b, options.now_us);
    SAME(a, b, options.recent_n);
    SAME(a, b, options.expect->runs);
    SAME(a, b, options.expect->max_age_s);
    SAME(a, b, options.expect->label_sets_n);
    SAME_TEXT(a, b, options.expect->kpis[0]);
    SAME_TEXT(a, b, options.expect->label_sets[0].v[0].values[1]);
    SAME_TEXT(a, b, options.kpi_filter);
    SAME_TEXT(a, b, options.pairing.label);
    SAME_TEXT(a, b, options.pairing.side);
    SAME_TEXT(a, b, options.pairing.baseline_value);
    SAME_TEXT(a, b, options.comparison_keys[0]);
    SAME_TEXT(a, b, options.sorting_keys[0]);
    SAME(a, b, options.acks->excluded_n);
    SAME(a, b, tests);
    SAME(a, b, without_payload);
    SAME(a, b, elsewhere);
    SAME_TEXT(a, b, entries[0].units[0]);
    SAME_TEXT(a, b, entries[0].where);
    SAME(a, b, history[3].whole);
    SAME(a, b, history[3].start_us);
    for (size_t i = 0; i < a->options.kpis_n; i++)
        check_rule(&a->options.kpis[i], &b->options.kpis[i]);
}

static void test_round_trip(void)
{
    struct arena arena = {0};
    struct error err = {0};
    struct bundle bundle = full_bundle(&arena), again;
    char *text = written(&bundle);
    json_t *object = document_of(text);
    CHECK(bundle_read(&arena, object, "bundle", &again, &err), "%s", err.text);
    check_members(&bundle, &again);
    char *same = written(&again), *first = verdicts(&bundle), *second = verdicts(&again);
    CHECK(strcmp(text, same) == 0, "what was read is written as it was:\n%s\n%s", text, same);
    CHECK(strcmp(first, second) == 0, "the same verdicts");
    CHECK(strstr(first, "\"verdict\": \"regression\""), "and there is something to decide:\n%s", first);
    free(text);
    free(same);
    free(first);
    free(second);
    json_decref(object);
    arena_close(&arena);
}

/* Each is one change of a bundle that is right. */
static const struct {
    const char *from, *to, *says;
} broken_rows[] = {
    {"\"scope\":1", "\"scope\":2", "bundle#/inputs/options/scope: expected a number of that choice"},
    {"\"false_alarm_rate\":0.03", "\"false_alarm_rate\":null", "expected a false_alarm_rate and a suspect_level between 0 and 1"},
    {"\"min_history\":7", "\"min_history\":-7", "/inputs/options/min_history: expected a whole number"},
    {"\"comparison_keys\":[\"version\"]", "\"comparison_keys\":null", "expected lists of comparison"},
    {"\"name\":\"pinned\"", "\"name\":7", "/inputs/kpis/1/name: expected a text or null"},
    {"\"name\":\"pinned\"", "\"name\":\"\"", "/inputs/kpis/1: expected a KPI with a name"},
    {"\"zscore\"", "\"zscore2\"", "/inputs/kpis/2/method: expected the name of a method"},
    {"\"low\":\"-inf\"", "\"low\":\"-infinity\"", "/inputs/kpis/2/method_options/low: expected a number"},
    {"\"id\":\"h3\"", "\"id\":\"\"", "/inputs/history/3: expected a record, but it has no id"},
    {"\"gpu\":\"8\"", "\"gpu\":8", "/inputs/entries/0: expected labels, as texts"},
    {"\"gpu\":\"8\"", "\"zzz\":\"8\"", "/inputs/entries/0: expected a record, but its labels are not sorted"},
    {"\"speed\":80.1", "\"speed\":\"fast\"", "/inputs/entries/0: expected KPIs with numbers"},
    {"format: 1\\n", "format: 9\\n", "/inputs/acknowledgements"},
    {"\"tests\":5", "\"tests\":-5", "/inputs/counts/tests: expected a whole number from 0 on"},
    {"\"history\":[", "\"history\":{},\"more\":[", "/inputs/history: expected a list of records"},
};

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    CHECK(at, "'%s' is in the bundle", from);
    size_t size = strlen(text) + strlen(to) + 1;
    char *copy = malloc(size);
    snprintf(copy, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return copy;
}

static void test_broken(void)
{
    struct arena arena = {0};
    struct bundle bundle = full_bundle(&arena), again;
    char *text = written(&bundle);
    for (size_t i = 0; i < ROWS(broken_rows); i++) {
        struct error err = {0};
        char *copy = replaced(text, broken_rows[i].from, broken_rows[i].to);
        json_t *object = document_of(copy);
        CHECK(!bundle_read(&arena, object, "bundle", &again, &err), "row %zu is refused", i);
        CHECK(err.kind == ERR_ARTIFACT && strstr(err.text, broken_rows[i].says), "row %zu: %s", i, err.text);
        json_decref(object);
        free(copy);
    }
    free(text);
    arena_close(&arena);
}

/* Whoever gives one of these a member more gives it a row in proof/bundle_fields.c (or a place in proof/bundle.c), full_bundle() a value
 * for it, and this table its size. */
static void test_nothing_is_left_out(void)
{
    static const struct {
        const char *name;
        size_t size, known;
    } rows[] = {{"analysis_options", sizeof(struct analysis_options), 184}, /* others, workers, shuffles: of selftest and calibrate alone */
                {"kpi_rule", sizeof(struct kpi_rule), 208},
                {"method_options", sizeof(struct method_options), 56},      {"expect", sizeof(struct expect), 40},
                {"threshold", sizeof(struct threshold), 32},                {"record", sizeof(struct record), 72}};
    for (size_t i = 0; i < ROWS(rows) && sizeof(void *) == 8; i++)
        CHECK(rows[i].size == rows[i].known, "struct %s has %zu bytes, and a bundle was made for %zu: is a new member in it?", rows[i].name,
              rows[i].size, rows[i].known);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "print") == 0) { /* for a corpus */
        struct arena arena = {0};
        struct bundle bundle = full_bundle(&arena);
        char *text = written(&bundle);
        puts(text);
        free(text);
        arena_close(&arena);
        return 0;
    }
    test_round_trip();
    test_broken();
    test_nothing_is_left_out();
    return check_end();
}
