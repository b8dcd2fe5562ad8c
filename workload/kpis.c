/* Reading kpis:. */
#include <math.h>
#include <string.h>

#include "workload/format.h"
#include "workload/reader.h"

enum { NAME_LEN_MAX = 200 };

static bool read_help(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "help", &((struct kpi *)target)->help);
}

static bool read_unit(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "unit", &((struct kpi *)target)->unit);
}

static const char *const better_words[] = {"none", "higher", "lower", NULL}; /* in the order of enum better */

struct direction_seen {
    struct kpi kpi; /* first: readers see a struct kpi */
    bool seen;
};

static bool read_better(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    if (!reader_word(reader, node, "better", better_words, &which))
        return false;
    ((struct kpi *)target)->better = (enum better)which;
    ((struct direction_seen *)target)->seen = true;
    return true;
}

static bool read_value(const struct reader *reader, const struct node *node, void *target)
{
    return reader_expression(reader, node, "value", &((struct kpi *)target)->value);
}

static bool read_ignored(const struct reader *reader, const struct node *node, void *target)
{
    return reader_flag(reader, node, "ignored_for_regression", &((struct kpi *)target)->ignored);
}

static bool read_format_into(const struct reader *reader, const struct node *node, const char **out)
{
    struct number_format format;
    if (!reader_text(reader, node, "format", out))
        return false;
    return number_format_parse(*out, &format) || reader_wrong(reader, node, "format", "'{:.2f}' or '%.2f'");
}

static bool read_format(const struct reader *reader, const struct node *node, void *target)
{
    return read_format_into(reader, node, &((struct kpi *)target)->format);
}

/* A positive number, or a constant Lua expression such as "2^30". */
static bool read_divisor_by(const struct reader *reader, const struct node *node, void *target)
{
    struct divisor *divisor = target;
    divisor->text = node->string;
    if (node->kind != NODE_STRING)
        return reader_number(reader, node, "divisor: by", &divisor->by) &&
               (divisor->by > 0 || reader_wrong(reader, node, "divisor: by", "a number above 0"));
    struct code code;
    struct sandbox_result result = {0};
    if (!reader_expression(reader, node, "divisor: by", &code))
        return false;
    struct sandbox *sandbox = sandbox_open(&(struct sandbox_options){0}, reader->err);
    bool ok = sandbox && sandbox_evaluate(sandbox, &code, &result, reader->err);
    sandbox_close(sandbox);
    divisor->by = ok && result.value ? json_number_value(result.value) : 0;
    json_decref(result.value);
    if (reader->err->kind)
        reader->err->kind = ERR_USAGE;
    return ok && (divisor->by > 0 || reader_wrong(reader, node, "divisor: by", "a number above 0, as 1024 or \"2^30\""));
}

static bool read_divisor_unit(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "divisor: unit", &((struct divisor *)target)->unit);
}

static bool read_divisor_format(const struct reader *reader, const struct node *node, void *target)
{
    return read_format_into(reader, node, &((struct divisor *)target)->format);
}

static bool read_divisor(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {
        {"by", read_divisor_by}, {"unit", read_divisor_unit}, {"format", read_divisor_format}, {NULL, NULL}};
    struct divisor *divisor = &((struct kpi *)target)->divisor;
    if (!reader_section(reader, node, "divisor", keys, divisor))
        return false;
    return (divisor->by > 0 && divisor->unit) || reader_wrong(reader, node, "divisor", "by and unit");
}

static bool read_share(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out >= 0 || reader_wrong(reader, node, what, "0 or more"));
}

static bool read_min_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_share(reader, node, "min_relative", &((struct kpi *)target)->min_relative);
}

static bool read_min_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_share(reader, node, "min_absolute", &((struct kpi *)target)->min_absolute);
}

static bool read_idle(const struct reader *reader, const struct node *node, void *target)
{
    ((struct kpi *)target)->has_idle = true;
    return reader_number(reader, node, "not_analysed", &((struct kpi *)target)->idle);
}

/* ---- openmetrics: ---- */

enum { BUCKETS_MAX = 200 };

static bool read_om_name(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    return reader_text(reader, node, "openmetrics: name", &openmetrics->name) &&
           ((reader_name_valid(openmetrics->name) && strlen(openmetrics->name) <= NAME_LEN_MAX) ||
            reader_wrong(reader, node, "openmetrics: name", "at most 200 letters, digits and _"));
}

/* May be empty: no unit. */
static bool read_om_unit(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    return reader_text(reader, node, "openmetrics: unit", &openmetrics->unit) &&
           ((!openmetrics->unit[0] || reader_name_valid(openmetrics->unit)) ||
            reader_wrong(reader, node, "openmetrics: unit", "letters, digits and _, as seconds"));
}

static bool read_om_scale(const struct reader *reader, const struct node *node, void *target)
{
    struct kpi_openmetrics *openmetrics = target;
    struct unit_scale factor;
    return reader_number(reader, node, "openmetrics: scale", &openmetrics->scale) &&
           ((openmetrics->scale > 0 && unit_scale_of(openmetrics->scale, &factor)) ||
            reader_wrong(reader, node, "openmetrics: scale", "a number above 0"));
}

static bool read_om_type(const struct reader *reader, const struct node *node, void *target)
{
    static const char *const types[] = {"summary", "histogram", "gaugehistogram", NULL}; /* in the order of enum kpi_list_type */
    size_t which;
    if (!reader_word(reader, node, "openmetrics: type", types, &which))
        return false;
    ((struct kpi_openmetrics *)target)->type = (enum kpi_list_type)which;
    return true;
}

static bool read_om_buckets(const struct reader *reader, const struct node *node, void *target)
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

static bool read_openmetrics(const struct reader *reader, const struct node *node, void *target)
{
    static const struct section_key keys[] = {{"name", read_om_name}, {"unit", read_om_unit},       {"scale", read_om_scale},
                                              {"type", read_om_type}, {"buckets", read_om_buckets}, {NULL, NULL}};
    struct kpi_openmetrics *openmetrics = &((struct kpi *)target)->openmetrics;
    if (!reader_section(reader, node, "openmetrics", keys, openmetrics))
        return false;
    if ((openmetrics->type != KPI_SUMMARY) != (openmetrics->buckets_n > 0))
        return reader_wrong(reader, node, "openmetrics", "buckets: [BOUND…] with type: histogram or gaugehistogram, and only there");
    return true;
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

static const struct section_key kpi_keys[] = {
    {"help", read_help},
    {"unit", read_unit},
    {"better", read_better},
    {"value", read_value},
    {"ignored_for_regression", read_ignored},
    {"format", read_format},
    {"divisor", read_divisor},
    {"min_relative", read_min_relative},
    {"min_absolute", read_min_absolute},
    {"not_analysed", read_idle},
    {"openmetrics", read_openmetrics},
    {NULL, NULL},
};

static bool check_complete(const struct reader *reader, const struct direction_seen *read, const struct node *node)
{
    const struct kpi *kpi = &read->kpi;
    const char *missing = !kpi->help ? "help: a sentence" : !kpi->unit ? "unit, as tokens/s" :
                          !read->seen ? "better: higher, lower or none" : !kpi->value.bytes ? "value: an expression" : NULL;
    if (missing)
        return error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "KPI '%s': expected %s", kpi->name, missing);
    return true;
}

bool kpis_read(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    if (!reader_map(reader, node, "kpis"))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        struct direction_seen read = {.kpi = {.name = node->keys[i]->string, .at = reader_pos(reader, node->keys[i])}};
        const char *what = arena_printf(reader->arena, "KPI '%s'", read.kpi.name);
        if (!reader_name_valid(read.kpi.name) || strlen(read.kpi.name) > NAME_LEN_MAX)
            return reader_wrong(reader, node->keys[i], "KPI name", "at most 200 letters, digits and _");
        if (!reader_section(reader, node->items[i], what, kpi_keys, &read) ||
            !check_complete(reader, &read, node->keys[i]))
            return false;
        if (!kpi_settle(reader->arena, &read.kpi))
            return error_at(reader->err, ERR_USAGE, read.kpi.at,
                            "KPI '%s': openmetrics: unit: '%s' and the KPI's unit '%s' measure different things; expected a unit that it "
                            "can be converted to, or a scale", read.kpi.name, read.kpi.openmetrics.unit, read.kpi.unit);
        size_t k = 0;
        while (k < workload->kpis_n && strcmp(workload->kpis[k].name, read.kpi.name) != 0)
            k++;
        if (k == workload->kpis_n) {
            struct kpi *wider = ARENA_ARRAY(reader->arena, struct kpi, workload->kpis_n + 1);
            if (workload->kpis_n)
                memcpy(wider, workload->kpis, workload->kpis_n * sizeof(*wider));
            workload->kpis = wider;
            workload->kpis_n++;
        }
        workload->kpis[k] = read.kpi;
    }
    return true;
}
