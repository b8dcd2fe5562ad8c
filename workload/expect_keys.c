#include "workload/expect_keys.h"

#include "base/duration.h"
#include "workload/label_keys.h"

enum { RUNS_MAX = 1000, SETS_MAX = 10000 };

struct reading {
    struct expect *expect;
    struct analyze *analyze;
};

static bool read_sets(const struct reader *reader, const struct node *node, void *target)
{
    static const char what[] = "expect: label_sets";
    struct reading *reading = target;
    if (node->kind != NODE_LIST || node->n == 0 || node->n > SETS_MAX)
        return reader_wrong(reader, node, what, "a list of 1 to 10,000 maps of labels, as [{model: x, gpu: 8}]");
    struct label_matches *sets = ARENA_ARRAY(reader->arena, struct label_matches, node->n);
    bool ok = true;
    for (size_t i = 0; i < node->n; i++)
        ok &= reader_collect(reader, label_keys_read(reader, node->items[i], what, &sets[i], &reading->analyze->labels));
    reading->expect->label_sets = sets;
    reading->expect->label_sets_n = node->n;
    return ok;
}

static bool read_runs(const struct reader *reader, const struct node *node, void *target)
{
    double runs;
    if (!reader_number(reader, node, "expect: runs", &runs))
        return false;
    if (node->kind != NODE_INT || runs < 1 || runs > RUNS_MAX)
        return reader_wrong(reader, node, "expect: runs", "1 to 1000");
    ((struct reading *)target)->expect->runs = (size_t)runs;
    return true;
}

static bool read_max_age(const struct reader *reader, const struct node *node, void *target)
{
    const char *text;
    double *age = &((struct reading *)target)->expect->max_age_s;
    return reader_text(reader, node, "expect: max_age", &text) &&
           ((duration_parse(text, age) && *age > 0) || reader_wrong(reader, node, "expect: max_age", "a length of time, as 36h, 14d or 2w"));
}

static bool read_kpis(const struct reader *reader, const struct node *node, void *target)
{
    struct reading *reading = target;
    const struct pos *at;
    if (!reader_placed_names(reader, node, "expect: kpis", &reading->expect->kpis, &at))
        return false;
    for (size_t i = 0; reading->expect->kpis[i]; i++)
        *LIST_ADD(reader->arena, &reading->analyze->expected_kpis) = (struct placed_name){reading->expect->kpis[i], "expect: kpis", at[i]};
    return true;
}

static json_t *shape_sets(const struct workload_registry *registry)
{
    return json_pack("{s:s s:i s:i s:o}", "type", "array", "minItems", 1, "maxItems", (int)SETS_MAX, "items", shape_label_keys(registry));
}

static json_t *shape_runs(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i s:i}", "type", "integer", "minimum", 1, "maximum", (int)RUNS_MAX);
}

static const struct section_key keys[] = {
    {"label_sets", read_sets, shape_sets, "Each needs an entry with these labels (a value, or one of a list)."},
    {"runs", read_runs, shape_runs, "How many runs of each there must be."},
    {"max_age", read_max_age, shape_text_filled, "How old the newest run of history may be: 14d."},
    {"kpis", read_kpis, shape_names, "The KPIs that every entry must have."},
    {0},
};

json_t *shape_expect(const struct workload_registry *registry)
{
    return shape_section(keys, NULL, registry);
}

bool expect_keys_read(const struct reader *reader, const struct node *node, struct analyze *analyze)
{
    struct expect *expect = ARENA_NEW(reader->arena, struct expect);
    *expect = (struct expect){0};
    analyze->expect = expect;
    return reader_section(reader, node, "expect", keys, &(struct reading){expect, analyze});
}
