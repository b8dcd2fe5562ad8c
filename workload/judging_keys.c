#include "workload/judging_keys.h"

#include <math.h>

#include "workload/label_keys.h"
#include "workload/method_keys.h"

static struct judging *judging_of(void *kpi)
{
    return &((struct kpi *)kpi)->judging;
}

static bool read_least(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out >= 0 || reader_wrong(reader, node, what, "0 or more"));
}

static json_t *shape_one_of(json_t *map, const char *a, const char *b) /* takes the map over */
{
    json_object_set_new(map, "anyOf", json_pack("[{s:[s]} {s:[s]}]", "required", a, "required", b));
    return map;
}

/* ---- thresholds ---- */

struct reading {
    struct threshold threshold;
    struct placed_names *names;
};

static bool read_threshold_labels(const struct reader *reader, const struct node *node, void *target)
{
    struct reading *reading = target;
    return label_keys_read(reader, node, "thresholds: labels", &reading->threshold.labels, reading->names);
}

static bool read_threshold_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "thresholds: min_relative", &((struct reading *)target)->threshold.min_relative);
}

static bool read_threshold_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "thresholds: min_absolute", &((struct reading *)target)->threshold.min_absolute);
}

static const struct section_key threshold_keys[] = {
    {"labels", read_threshold_labels, shape_label_keys, "Label → value, or list of values: the entries that it is for. Without: all."},
    {"min_relative", read_threshold_relative, shape_least, "For them, in place of the KPI's: a smaller share of the level never gates."},
    {"min_absolute", read_threshold_absolute, shape_least, "For them, in place of the KPI's, in its unit."},
    {0},
};

json_t *shape_thresholds(const struct workload_registry *registry)
{
    json_t *one = shape_one_of(shape_section(threshold_keys, NULL, registry), "min_relative", "min_absolute");
    return json_pack("{s:s s:i s:o}", "type", "array", "minItems", 1, "items", one);
}

static bool read_threshold(const struct reader *reader, const struct node *node, struct reading *reading)
{
    reading->threshold = (struct threshold){.min_relative = NAN, .min_absolute = NAN};
    if (!reader_section(reader, node, "thresholds", threshold_keys, reading))
        return false;
    return !isnan(reading->threshold.min_relative) || !isnan(reading->threshold.min_absolute) ||
           reader_wrong(reader, node, "thresholds", "min_relative or min_absolute");
}

bool judging_read_thresholds(const struct reader *reader, const struct node *node, void *target)
{
    static const char expected[] = "a list, as [{labels: {gpu: A100}, min_relative: 0.03}]";
    struct judging *judging = judging_of(target);
    bool ok = true, for_all = false;
    if (node->kind != NODE_LIST || node->n == 0)
        return reader_wrong(reader, node, "thresholds", expected);
    struct threshold *thresholds = ARENA_ARRAY(reader->arena, struct threshold, node->n);
    for (size_t i = 0; i < node->n; i++) {
        struct reading reading = {.names = &judging->labels};
        if (for_all && reader->problems)
            problems_note(reader->problems, reader_pos(reader, node->items[i]), "thresholds: never used: one before it, without labels, is for all entries");
        ok &= reader_collect(reader, read_threshold(reader, node->items[i], &reading));
        thresholds[i] = reading.threshold;
        for_all |= thresholds[i].labels.n == 0;
    }
    judging->thresholds = thresholds;
    judging->thresholds_n = node->n;
    return ok;
}

/* ---- what is known of the noise ---- */

bool judging_read_independent(const struct reader *reader, const struct node *node, void *target)
{
    return reader_flag(reader, node, "independent", &judging_of(target)->independent);
}

static const char *const tails[] = {"heavy", "normal", NULL};

bool judging_read_tails(const struct reader *reader, const struct node *node, void *target)
{
    size_t which;
    if (!reader_word(reader, node, "tails", tails, &which))
        return false;
    judging_of(target)->normal_tails = which == 1;
    return true;
}

json_t *shape_tails(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(tails);
}

bool judging_read_exact(const struct reader *reader, const struct node *node, void *target)
{
    return reader_flag(reader, node, "exact", &judging_of(target)->exact);
}

/* ---- bounds ---- */

static bool read_bound(const struct reader *reader, const struct node *node, const char *what, struct bound *out)
{
    out->has = true;
    return reader_number(reader, node, what, &out->value);
}

static bool read_bound_min(const struct reader *reader, const struct node *node, void *target)
{
    return read_bound(reader, node, "bounds: min", &((struct judging *)target)->low);
}

static bool read_bound_max(const struct reader *reader, const struct node *node, void *target)
{
    return read_bound(reader, node, "bounds: max", &((struct judging *)target)->high);
}

static json_t *shape_number(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s}", "type", "number");
}

static const struct section_key bounds_keys[] = {
    {"min", read_bound_min, shape_number, "A smaller value is a regression, whatever history says."},
    {"max", read_bound_max, shape_number, "A larger value is a regression, whatever history says."},
    {0},
};

json_t *shape_bounds(const struct workload_registry *registry)
{
    return shape_one_of(shape_section(bounds_keys, NULL, registry), "min", "max");
}

bool judging_read_bounds(const struct reader *reader, const struct node *node, void *target)
{
    struct judging *judging = judging_of(target);
    if (!reader_section(reader, node, "bounds", bounds_keys, judging))
        return false;
    const struct bound *low = &judging->low, *high = &judging->high;
    if (!low->has && !high->has)
        return reader_wrong(reader, node, "bounds", "min, max or both");
    return !low->has || !high->has || low->value < high->value ||
           error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "bounds: min %g is not below max %g", low->value, high->value);
}

/* ---- budget ---- */

static bool read_budget_relative(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "budget: relative", &((struct drift_budget *)target)->relative);
}

static bool read_budget_absolute(const struct reader *reader, const struct node *node, void *target)
{
    return read_least(reader, node, "budget: absolute", &((struct drift_budget *)target)->absolute);
}

static bool read_budget_since(const struct reader *reader, const struct node *node, void *target)
{
    const char **since = &((struct drift_budget *)target)->since;
    return reader_text(reader, node, "budget: since", since) && (**since || reader_wrong(reader, node, "budget: since", "a version, as \"4.18\""));
}

static const struct section_key budget_keys[] = {
    {"relative", read_budget_relative, shape_least, "The share of the reference level by which the level may have got worse: 0.05."},
    {"absolute", read_budget_absolute, shape_least, "The same in the KPI's unit; the larger of both counts."},
    {"since", read_budget_since, shape_text_filled, "The version whose runs are the reference, a value of the first comparison key; else the oldest runs."},
    {0},
};

json_t *shape_budget(const struct workload_registry *registry)
{
    return shape_one_of(shape_section(budget_keys, NULL, registry), "relative", "absolute");
}

bool judging_read_budget(const struct reader *reader, const struct node *node, void *target)
{
    struct judging *judging = judging_of(target);
    judging->budget_at = reader_pos(reader, node);
    if (!reader_section(reader, node, "budget", budget_keys, &judging->budget))
        return false;
    return judging->budget.relative > 0 || judging->budget.absolute > 0 ||
           reader_wrong(reader, node, "budget", "relative or absolute, above 0");
}

/* ---- reference ---- */

static bool read_reference_kpi(const struct reader *reader, const struct node *node, void *target)
{
    return reader_text(reader, node, "reference: kpi", &((struct judging *)target)->control.kpi);
}

static bool read_reference_labels(const struct reader *reader, const struct node *node, void *target)
{
    struct judging *judging = target;
    return label_keys_read(reader, node, "reference: labels", &judging->control.labels, &judging->labels);
}

static const struct section_key reference_keys[] = {
    {"kpi", read_reference_kpi, shape_text, "A KPI of the same run: what moves both is no change."},
    {"labels", read_reference_labels, shape_label_keys, "Label → value, or list of values: the pinned runs that this KPI is held beside."},
    {0},
};

json_t *shape_reference(const struct workload_registry *registry)
{
    json_t *map = shape_section(reference_keys, NULL, registry);
    json_object_set_new(map, "minProperties", json_integer(1));
    json_object_set_new(map, "maxProperties", json_integer(1));
    return map;
}

bool judging_read_reference(const struct reader *reader, const struct node *node, void *target)
{
    struct judging *judging = judging_of(target);
    judging->control_at = reader_pos(reader, node);
    if (!reader_section(reader, node, "reference", reference_keys, judging))
        return false;
    if ((judging->control.kpi != NULL) != (judging->control.labels.n > 0))
        return true;
    judging->control.kpi = NULL; /* nothing follows from it */
    return reader_wrong(reader, node, "reference", "either kpi or labels");
}

/* ---- method ---- */

bool judging_read_method(const struct reader *reader, const struct node *node, void *target)
{
    return method_keys_read(reader, node, &judging_of(target)->method);
}

/* ---- together ---- */

static bool refuse(const struct reader *reader, struct pos at, const struct kpi *kpi, const char *why)
{
    return error_at(reader->err, ERR_USAGE, at, "KPI '%s': %s", kpi->name, why);
}

bool judging_check(const struct reader *reader, const struct kpi *kpi)
{
    const struct judging *judging = &kpi->judging;
    bool budget = judging->budget.relative > 0 || judging->budget.absolute > 0, named = judging->method.method && judging->method.method != &method_auto;
    if (judging->exact && judging->normal_tails)
        return refuse(reader, kpi->at, kpi, "exact and tails: what is exact has no noise, so no tails");
    if (judging->exact && named)
        return refuse(reader, judging->method.at, kpi, "exact and method: what is exact is judged by any difference");
    if (judging->method.method == &method_fixed && !judging->low.has && !judging->high.has)
        return refuse(reader, judging->method.at, kpi, "method: fixed needs bounds: {min: …, max: …}");
    if (budget && kpi->better == BETTER_NONE)
        return refuse(reader, judging->budget_at, kpi, "budget: with `better: none` nobody knows what is worse");
    bool judged = judging->thresholds_n || judging->exact || named || judging->control_at.line;
    if (judged && kpi->better == BETTER_NONE && !judging->low.has && !judging->high.has && reader->problems)
        problems_note(reader->problems, kpi->at, "KPI '%s': `better: none` without bounds is never gated, whatever else it says", kpi->name);
    return true;
}
