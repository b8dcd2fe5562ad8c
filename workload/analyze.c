/* Reading analyze:. */
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

static json_t *shape_entries(const struct workload_registry *registry)
{
    return shape_map(NULL, shape_any(registry));
}

static json_t *shape_min_history(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i s:i}", "type", "integer", "minimum", 3, "maximum", 1000);
}

static const struct section_key analyze_keys[] = {
    {"comparison_keys", read_comparison_keys, shape_names, "The labels that distinguish runs: versions. Ordered version-aware."},
    {"ignored_keys", read_ignored_keys, shape_names, "Labels that may differ between runs that are compared."},
    {"sorting_keys", read_sorting_keys, shape_names, "The order of entries in every output."},
    {"ignored_entries", read_ignored_entries, shape_entries, "Label → value or list of values: entries that are not analysed."},
    {"min_history", read_min_history, shape_min_history, "Run points that a regression needs; default 8."},
    {"min_relative", read_min_relative, shape_least, "A change smaller than this share of the level never gates; for KPIs without their own."},
    {"min_absolute", read_min_absolute, shape_least, "A change smaller than this never gates; for KPIs without their own."},
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
