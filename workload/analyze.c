/* Reading analyze:. */
#include <string.h>

#include "workload/expect_keys.h"
#include "workload/label_keys.h"
#include "workload/method_keys.h"
#include "workload/reader.h"

static bool read_comparison_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "comparison_keys", &analyze->comparison_keys, &analyze->comparison_at);
}

static bool read_ignored_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "ignored_keys", &analyze->ignored_keys, &analyze->ignored_at);
}

static bool read_sorting_keys(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    return reader_placed_names(reader, node, "sorting_keys", &analyze->sorting_keys, &analyze->sorting_at);
}

static bool read_ignored_entries(const struct reader *reader, const struct node *node, void *target)
{
    struct analyze *analyze = target;
    if (!reader_map(reader, node, "ignored_entries"))
        return false;
    analyze->ignored_entries_n = node->n;
    analyze->ignored_entries = ARENA_ARRAY(reader->arena, struct ignored_entry, node->n);
    for (size_t i = 0; i < node->n; i++) {
        json_t *values = node_json(node->items[i], NULL);
        json_array_append_new(reader->workload->constants, values);
        analyze->ignored_entries[i] = (struct ignored_entry){node->keys[i]->string, values, reader_pos(reader, node->keys[i])};
    }
    return true;
}

static bool read_min_history(const struct reader *reader, const struct node *node, void *target)
{
    double number;
    if (!reader_number(reader, node, "min_history", &number))
        return false;
    if (number < 3 || number > 1000 || node->kind != NODE_INT)
        return reader_wrong(reader, node, "min_history", "3 to 1000");
    ((struct analyze *)target)->min_history = (int)number;
    return true;
}

static bool read_least(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out >= 0 || reader_wrong(reader, node, what, "0 or more"));
}

static bool read_min_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "min_relative", &((struct analyze *)target)->min_relative);
}

static bool read_min_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "min_absolute", &((struct analyze *)target)->min_absolute);
}

static const char *const corrections[] = {"bh", "holm", NULL}; /* in the order of enum correction */

static bool read_correction(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    if (!reader_word(reader, node, "correction", corrections, &which))
        return false;
    ((struct analyze *)target)->correction = (enum correction)which;
    return true;
}

static bool read_method(const struct reader *reader, const struct node *node, void *target)
{
    return method_keys_read(reader, node, &((struct analyze *)target)->method);
}

/* ---- pairs ---- */

static bool read_pair_key(const struct reader *reader, const struct node *node, struct analyze *analyze, const char *what, const char **out)
{
    *LIST_ADD(reader->arena, &analyze->labels) = (struct placed_name){node->kind == NODE_STRING ? node->string : "", what, reader_pos(reader, node)};
    return reader_text(reader, node, what, out);
}

static bool read_pair_label(const struct reader *reader, const struct node *node, void *target)
{
    return read_pair_key(reader, node, target, "paired: label", &((struct analyze *)target)->paired.label);
}

static bool read_pair_side(const struct reader *reader, const struct node *node, void *target)
{
    return read_pair_key(reader, node, target, "paired: side", &((struct analyze *)target)->paired.side);
}

static bool read_pair_baseline(const struct reader *reader, const struct node *node, void *target)
{
    return label_keys_value(reader, node, "paired: baseline", &((struct analyze *)target)->paired.baseline);
}

static const struct section_key paired_keys[] = {
    {"label", read_pair_label, shape_text, "The label that is equal in both runs of a pair: pair_id."},
    {"side", read_pair_side, shape_text, "The label that tells them apart."},
    {"baseline", read_pair_baseline, shape_label_value, "Its value in the run that the other is held against."},
    {0},
};

static json_t *shape_paired(const struct workload_registry *registry)
{
    static const char *const needed[] = {"label", "side", "baseline", NULL};
    return shape_section(paired_keys, needed, registry);
}

static bool read_paired(const struct reader *reader, const struct node *node, void *target)
{
    const struct paired_runs *pairs = &((struct analyze *)target)->paired;
    if (!reader_section(reader, node, "paired", paired_keys, target))
        return false;
    if (!pairs->label || !pairs->side || !pairs->baseline)
        return reader_wrong(reader, node, "paired", "label, side and baseline, as {label: pair_id, side: variant, baseline: base}");
    return strcmp(pairs->label, pairs->side) != 0 || reader_wrong(reader, node, "paired", "a side that is another label than 'label'");
}

/* ---- what must be there, what is known ---- */

static bool read_expect(const struct reader *reader, const struct node *node, void *target)
{
    return expect_keys_read(reader, node, target);
}

static bool read_acknowledgements(const struct reader *reader, const struct node *node, void *target)
{
    static const char what[] = "acknowledgements";
    struct analyze *analyze = target;
    analyze->acknowledgements_at = reader_pos(reader, node);
    if (!reader_text(reader, node, what, &analyze->acknowledgements))
        return false;
    return (analyze->acknowledgements[0] && analyze->acknowledgements[0] != '/') ||
           reader_wrong(reader, node, what, "the name of a file beside workload.yaml (one elsewhere: --acks=FILE)");
}

static json_t *shape_entries(const struct workload_registry *registry)
{
    return shape_map(NULL, shape_any(registry));
}

static json_t *shape_min_history(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i s:i}", "type", "integer", "minimum", 3, "maximum", 1000);
}

static json_t *shape_correction(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(corrections);
}

static const struct section_key analyze_keys[] = {
    {"comparison_keys", read_comparison_keys, shape_names, "The labels that distinguish runs: versions. Ordered version-aware."},
    {"ignored_keys", read_ignored_keys, shape_names, "Labels that may differ between runs that are compared."},
    {"sorting_keys", read_sorting_keys, shape_names, "The order of entries in every output."},
    {"ignored_entries", read_ignored_entries, shape_entries, "Label → value or list of values: entries that are not analysed."},
    {"min_history", read_min_history, shape_min_history, "Run points that a regression needs; default 8."},
    {"min_relative", read_min_relative, shape_least, "A change smaller than this share of the level never gates; for KPIs without their own."},
    {"min_absolute", read_min_absolute, shape_least, "A change smaller than this never gates; for KPIs without their own."},
    {"correction", read_correction, shape_correction, "How the many p of one analysis are corrected: bh (Benjamini–Hochberg) or holm."},
    {"method", read_method, shape_method, "Another tool's method in place of ours; for KPIs without their own."},
    {"paired", read_paired, shape_paired, "Runs that come in pairs: the label of a pair, and what tells its two sides apart."},
    {"expect", read_expect, shape_expect, "What must be there: label sets, runs, KPIs, the age of history."},
    {"acknowledgements", read_acknowledgements, shape_text_filled, "The file of acknowledged changes, beside workload.yaml."},
    {0},
};

json_t *shape_analyze(const struct workload_registry *registry)
{
    return shape_section(analyze_keys, NULL, registry);
}

bool analyze_read(const struct reader *reader, const struct node *node, void *target)
{
    return reader_section(reader, node, "analyze", analyze_keys, &((struct workload *)target)->analyze);
}
