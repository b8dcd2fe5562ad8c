/* Reading kpis:. */
#include <math.h>
#include <string.h>

#include "workload/format.h"
#include "workload/judging_keys.h"
#include "workload/kpi_openmetrics.h"
#include "workload/method_keys.h"
#include "workload/reader.h"

enum { NAME_LEN_MAX = KPI_NAME_MAX };

static bool read_help(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "help", &((struct kpi *)target)->help);
}

static bool read_unit(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "unit", &((struct kpi *)target)->unit);
}

static const char *const better_words[] = {"none", "higher", "lower", NULL}; /* in the order of enum better */

static bool read_better(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    if (!reader_word(reader, node, "better", better_words, &which))
        return false;
    ((struct kpi *)target)->better = (enum better)which;
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
    return number_format_parse(*out, &format) || reader_wrong(reader, node, "format", "a format for one number, as '{:.2f}', '{:,}', '{:.1%}' or '%.2f'");
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

static json_t *shape_by(const struct workload_registry *registry)
{
    return json_pack("{s:[o o]}", "anyOf", shape_positive(registry), shape_expression(registry));
}

/* Python's directive or printf's, with text around; the loader looks closer. */
#define FORMAT_PATTERN                                                                                                 \
    "^([^{}]|\\{\\{|\\}\\})*\\{0?(:(.?[<>=^])?[-+ ]?#?0?[0-9]{0,2}[,_]?(\\.[0-9]{1,2})?[deEfFgGn%]?)?\\}([^{}]|\\{\\{|\\}\\})*$" \
    "|^([^%{}]|%%)*%[-+ #0]*[0-9]{0,2}(\\.[0-9]{1,2})?[dieEfFgG]([^%]|%%)*$"

static json_t *shape_format(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:s}", "type", "string", "pattern", FORMAT_PATTERN);
}

static const struct section_key divisor_keys[] = {
    {"by", read_divisor_by, shape_by, "What the value is divided by: 1024, or \"2^30\"."},
    {"unit", read_divisor_unit, shape_text, "The unit after that."},
    {"format", read_divisor_format, shape_format, "How it is shown then, as \"%.2f\"."},
    {0},
};

static json_t *shape_divisor(const struct workload_registry *registry)
{
    static const char *const needed[] = {"by", "unit", NULL};
    return shape_section(divisor_keys, needed, registry);
}

static bool read_divisor(const struct reader *reader, const struct node *node, void *target)
{
    struct divisor *divisor = &((struct kpi *)target)->divisor;
    if (!reader_section(reader, node, "divisor", divisor_keys, divisor))
        return false;
    return (divisor->by > 0 && divisor->unit) || reader_wrong(reader, node, "divisor", "by and unit");
}

static bool read_share(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out >= 0 || reader_wrong(reader, node, what, "0 or more"));
}

static bool read_min_relative(const struct reader *reader, const struct node *node, void *target)
{
    if (!read_share(reader, node, "min_relative", &((struct kpi *)target)->min_relative))
        return false;
    if (reader->problems && ((struct kpi *)target)->min_relative > 1)
        problems_note(reader->problems, reader_pos(reader, node), "min_relative: %g is %g %% of the level: smaller changes never gate (5 %% is 0.05)",
                      ((struct kpi *)target)->min_relative, 100 * ((struct kpi *)target)->min_relative);
    return true;
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

static json_t *shape_number(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s}", "type", "number");
}

static bool read_openmetrics(const struct reader *reader, const struct node *node, void *target)
{
    return kpi_openmetrics_read(reader, node, &((struct kpi *)target)->openmetrics);
}

static json_t *shape_better(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(better_words);
}

static const struct section_key kpi_keys[] = {
    {"help", read_help, shape_text, "A sentence that says what it is."},
    {"unit", read_unit, shape_text, "Its unit, as tokens/s, s, bytes, GiB, %."},
    {"better", read_better, shape_better, "Which direction is better; none: never gated."},
    {"value", read_value, shape_expression, "An expression over metadata and results that gives a number or a list of numbers."},
    {"ignored_for_regression", read_ignored, shape_flag, "true: kept, not compared."},
    {"format", read_format, shape_format, "How it is shown: \"{:.2f}\", \"{:,}\", \"{:.1%}\" or \"%.2f\"."},
    {"divisor", read_divisor, shape_divisor, "Shown is value / by, in another unit."},
    {"min_relative", read_min_relative, shape_least, "A change smaller than this share of the level never gates."},
    {"min_absolute", read_min_absolute, shape_least, "A change smaller than this, in the KPI's unit, never gates."},
    {"thresholds", judging_read_thresholds, shape_thresholds, "Other thresholds for entries with certain labels; the first that fits counts."},
    {"independent", judging_read_independent, shape_flag, "true: runs do not depend on each other, so no autocorrelation is allowed for."},
    {"tails", judging_read_tails, shape_tails, "normal: the noise has no heavier tails than the normal law; heavy, the default, is cautious."},
    {"exact", judging_read_exact, shape_flag, "true: there is no noise (instructions, bytes): any difference that passes the thresholds is a change."},
    {"bounds", judging_read_bounds, shape_bounds, "Fixed bounds in the KPI's unit: a value outside is a regression, whatever history says."},
    {"budget", judging_read_budget, shape_budget, "How far the level may creep away from that of an old version."},
    {"reference", judging_read_reference, shape_reference, "What it is divided by before it is judged: a KPI of the same run, or the same KPI of pinned runs."},
    {"method", judging_read_method, shape_method, "Another tool's method in place of ours, with its options."},
    {"not_analysed", read_idle, shape_number, "The value by which the formula says that there is nothing to analyse: not compared, and absent as text."},
    {"openmetrics", read_openmetrics, shape_kpi_openmetrics, "Its name, unit and scale in OpenMetrics, where the table does not fit; of lists, the buckets."},
    {0},
};

json_t *shape_kpis(const struct workload_registry *registry)
{
    static const char *const needed[] = {"help", "unit", "better", "value", NULL};
    return shape_map(SHAPE_NAME, shape_section(kpi_keys, needed, registry));
}

/* All that is missing in one message. */
static bool check_complete(const struct reader *reader, const char *name, const struct node *key, const struct node *node)
{
    static const struct {
        const char *key, *expected;
    } needed[] = {{"help", "help: a sentence"},
                  {"unit", "unit, as tokens/s"},
                  {"better", "better: higher, lower or none"},
                  {"value", "value: an expression"}};
    const char *missing = "";
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!reader_has(node, needed[i].key, kpi_keys))
            missing = arena_printf(reader->arena, "%s%s%s", missing, missing[0] ? "; " : "", needed[i].expected);
    return !missing[0] || error_at(reader->err, ERR_USAGE, reader_pos(reader, key), "KPI '%s': expected %s", name, missing);
}

/* Where the value of that key stands. */
static struct pos member_pos(const struct reader *reader, const struct node *node, const char *key)
{
    const struct node *member = node_member(node, key);
    return reader_pos(reader, member ? member : node);
}

static void note_unit(const struct reader *reader, struct pos at, const char *unit)
{
    struct unit parsed = unit_parse(unit);
    if (reader->problems && parsed.unknown[0])
        problems_note(reader->problems, at, "unit '%s': '%s' is not in the table of units (docs/openmetrics.md): kept as a word, not converted",
                      unit, parsed.unknown);
}

static bool check_units(const struct reader *reader, const struct node *node, struct kpi *kpi)
{
    if (!kpi->openmetrics.unit) /* else somebody has thought about it */
        note_unit(reader, member_pos(reader, node, "unit"), kpi->unit);
    return kpi_settle(reader->arena, kpi) ||
           error_at(reader->err, ERR_USAGE, member_pos(reader, node, "openmetrics"),
                    "openmetrics: unit: found '%s', expected a unit that '%s' can be converted to, or a scale, too", kpi->openmetrics.unit,
                    kpi->unit);
}

static bool read_kpi(const struct reader *reader, const struct node *key, const struct node *node, struct kpi *kpi)
{
    *kpi = (struct kpi){.name = key->string, .at = reader_pos(reader, key), .min_relative = NAN, .min_absolute = NAN};
    if (!reader_name_valid(kpi->name) || strlen(kpi->name) > NAME_LEN_MAX)
        return reader_wrong(reader, key, "KPI name", "at most 200 letters, digits and _");
    bool ok = reader_collect(reader, reader_section(reader, node, arena_printf(reader->arena, "KPI '%s'", kpi->name), kpi_keys, kpi));
    if (node->kind != NODE_MAP || !check_complete(reader, kpi->name, key, node) || !ok)
        return false;
    return judging_check(reader, kpi) && check_units(reader, node, kpi);
}

/* Adds a KPI, in the place of one of the same name. */
static void put_kpi(struct arena *arena, struct workload *workload, const struct kpi *kpi)
{
    size_t k = 0;
    while (k < workload->kpis_n && strcmp(workload->kpis[k].name, kpi->name) != 0)
        k++;
    if (k == workload->kpis_n) {
        size_t cap = k & (k - 1) ? k + 1 : k; /* the room is doubled where k is a power of two */
        workload->kpis = arena_grow(arena, workload->kpis, k, &cap, sizeof(*workload->kpis));
        workload->kpis_n++;
    }
    workload->kpis[k] = *kpi;
}

bool kpis_read(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    bool all = true;
    if (!reader_map(reader, node, "kpis"))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        struct kpi kpi;
        kpi.refused = !reader_collect(reader, read_kpi(reader, node->keys[i], node->items[i], &kpi));
        all &= !kpi.refused;
        put_kpi(reader->arena, workload, &kpi);
    }
    return all;
}
