#include "workload/kpi_openmetrics.h"

#include <string.h>

enum { BUCKETS_MAX = 200 };

static const char *const types[] = {"summary", "histogram", "gaugehistogram", NULL}; /* in the order of enum kpi_list_type */

static bool read_name(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    return reader_text(reader, node, "openmetrics: name", &openmetrics->name) &&
           ((reader_name_valid(openmetrics->name) && strlen(openmetrics->name) <= KPI_NAME_MAX) ||
            reader_wrong(reader, node, "openmetrics: name", "at most 200 letters, digits and _"));
}

/* May be empty: no unit. */
static bool read_unit(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    return reader_text(reader, node, "openmetrics: unit", &openmetrics->unit) &&
           ((!openmetrics->unit[0] || (reader_name_valid(openmetrics->unit) && strlen(openmetrics->unit) <= KPI_NAME_MAX)) ||
            reader_wrong(reader, node, "openmetrics: unit", "letters, digits and _, as seconds"));
}

static bool read_scale(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    struct unit_scale factor;
    return reader_number(reader, node, "openmetrics: scale", &openmetrics->scale) &&
           ((openmetrics->scale > 0 && unit_scale_of(openmetrics->scale, &factor)) ||
            reader_wrong(reader, node, "openmetrics: scale", "a number above 0"));
}

static bool read_type(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    if (!reader_word(reader, node, "openmetrics: type", types, &which))
        return false;
    ((struct kpi_openmetrics *)target)->type = (enum kpi_list_type)which;
    return true;
}

static bool read_buckets(const struct reader *reader, const struct node *node, void *target)
{
    static const char what[] = "openmetrics: buckets";
    struct kpi_openmetrics *openmetrics = target;
    if (node->kind != NODE_LIST || node->n == 0 || node->n > BUCKETS_MAX)
        return reader_wrong(reader, node, what, "a list of 1 to 200 upper bounds, in the KPI's unit");
    double *bounds = ARENA_ARRAY(reader->arena, double, node->n);
    for (size_t i = 0; i < node->n; i++) {
        if (!reader_number(reader, node->items[i], what, &bounds[i]))
            return false;
        if (i && bounds[i] <= bounds[i - 1])
            return reader_wrong(reader, node->items[i], what, "a bound above the one before it");
    }
    openmetrics->buckets = bounds;
    openmetrics->buckets_n = node->n;
    return true;
}

static json_t *shape_name(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:s s:i}", "type", "string", "pattern", SHAPE_NAME, "maxLength", KPI_NAME_MAX);
}

static json_t *shape_unit(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:s s:i}", "type", "string", "pattern", "^([A-Za-z_][A-Za-z0-9_]*)?$", "maxLength", KPI_NAME_MAX);
}

static json_t *shape_type(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(types);
}

static json_t *shape_buckets(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:{s:s} s:i s:i}", "type", "array", "items", "type", "number", "minItems", 1, "maxItems", BUCKETS_MAX);
}

static const struct section_key keys[] = {
    {"name", read_name, shape_name, "The metric's name, without its unit."},
    {"unit", read_unit, shape_unit, "The metric's unit, as seconds; empty: none. The value is converted to it."},
    {"scale", read_scale, shape_positive, "What the value is multiplied by, instead."},
    {"type", read_type, shape_type, "What a list of values becomes."},
    {"buckets", read_buckets, shape_buckets, "Upper bounds of a histogram, rising, in the KPI's unit."},
    {0},
};

json_t *shape_kpi_openmetrics(const struct workload_registry *registry)
{
    return shape_section(keys, NULL, registry);
}

bool kpi_openmetrics_read(const struct reader *reader, const struct node *node, struct kpi_openmetrics *out)
{
    if (!reader_section(reader, node, "openmetrics", keys, out))
        return false;
    return (out->type != KPI_SUMMARY) == (out->buckets_n > 0) ||
           reader_wrong(reader, node, "openmetrics", "buckets: [BOUND…] with type: histogram or gaugehistogram, and only there");
}

bool kpi_settle(struct arena *arena, struct kpi *kpi)
{
    struct kpi_openmetrics *openmetrics = &kpi->openmetrics;
    struct unit own = unit_parse(kpi->unit), wanted = unit_parse(openmetrics->unit ? openmetrics->unit : "");
    openmetrics->word = openmetrics->unit ? openmetrics->unit : arena_strdup(arena, own.base);
    openmetrics->factor = own.to_base;
    if (openmetrics->scale > 0)
        return unit_scale_of(openmetrics->scale, &openmetrics->factor);
    if (!openmetrics->unit || unit_between(&own, &wanted, &openmetrics->factor))
        return true;
    openmetrics->factor = (struct unit_scale){1, 1, 0};
    return own.unknown[0] || wanted.unknown[0] || !openmetrics->unit[0];
}
