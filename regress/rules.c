#include "regress/rules.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "json/write.h"
#include "regress/labels.h"
#include "regress/matches.h"
#include "regress/relabel.h"
#include "regress/select.h"

/* Run points of history that a regression needs, where the workload does not say (contract C5.1). */
enum { MIN_HISTORY = 8, MIN_HISTORY_SAME = 5, VALUE_MAX = 1 << 20 };

/* The KPI's own method, else that of all; NULL: ours. What is exact needs none. */
static const struct method_choice *method_of(const struct kpi *kpi, const struct analyze *analyze)
{
    const struct method_choice *choice = kpi->judging.method.method ? &kpi->judging.method : &analyze->method;
    return kpi->judging.exact || choice->method == &method_auto || !choice->method ? NULL : choice;
}

static void take_judging(struct kpi_rule *rule, const struct kpi *kpi, const struct analyze *analyze)
{
    const struct judging *judging = &kpi->judging;
    const struct method_choice *method = method_of(kpi, analyze);
    rule->thresholds = judging->thresholds;
    rule->thresholds_n = judging->thresholds_n;
    rule->independent = judging->independent;
    rule->normal_tails = judging->normal_tails;
    rule->exact = judging->exact;
    rule->low = judging->low;
    rule->high = judging->high;
    rule->budget = judging->budget;
    rule->control = judging->control;
    rule->method = method ? method->method : NULL;
    rule->method_options = method ? &method->options : NULL;
}

struct kpi_rule *rules_of_kpis(struct arena *arena, const struct workload *workload)
{
    static const enum direction directions[] = {
        [BETTER_NONE] = DIRECTION_NONE, [BETTER_HIGHER] = DIRECTION_HIGHER, [BETTER_LOWER] = DIRECTION_LOWER};
    const struct analyze *analyze = &workload->analyze;
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, workload->kpis_n);
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *kpi = &workload->kpis[i];
        rules[i] = (struct kpi_rule){.name = kpi->name,
                                     .help = kpi->help,
                                     .unit = kpi->unit,
                                     .better = directions[kpi->better],
                                     .ignored = kpi->ignored,
                                     .has_idle = kpi->has_idle,
                                     .idle = kpi->idle,
                                     .format = kpi->divisor.format ? kpi->divisor.format : kpi->format,
                                     .divisor = kpi->divisor.by,
                                     .divisor_unit = kpi->divisor.unit,
                                     .min_relative = isnan(kpi->min_relative) ? analyze->min_relative : kpi->min_relative,
                                     .min_absolute = isnan(kpi->min_absolute) ? analyze->min_absolute : kpi->min_absolute};
        take_judging(&rules[i], kpi, analyze);
    }
    return rules;
}

struct analysis_options rules_of_analysis(struct arena *arena, const struct workload *workload)
{
    static const char *const no_keys[] = {NULL};
    const struct analyze *analyze = &workload->analyze;
    return (struct analysis_options){
        .comparison_keys = analyze->comparison_keys ? analyze->comparison_keys : no_keys,
        .ignored_keys = analyze->ignored_keys ? analyze->ignored_keys : no_keys,
        .sorting_keys = analyze->sorting_keys ? analyze->sorting_keys : no_keys,
        .kpis = rules_of_kpis(arena, workload),
        .kpis_n = workload->kpis_n,
        .min_history = analyze->min_history ? analyze->min_history : MIN_HISTORY,
        .min_history_same = analyze->min_history ? 0 : MIN_HISTORY_SAME,
        .correction = analyze->correction,
        .pairing = {analyze->paired.label, analyze->paired.side, analyze->paired.baseline},
        .expect = analyze->expect,
        .completeness = true,
    };
}

const struct kpi_rule *rules_for(const struct kpi_rule *rule, const struct record *entry, struct arena *arena)
{
    for (size_t i = 0; i < rule->thresholds_n; i++) {
        const struct threshold *threshold = &rule->thresholds[i];
        if (!matches_record(&threshold->labels, entry))
            continue;
        struct kpi_rule *own = arena_copy(arena, rule, sizeof(*rule));
        own->min_relative = isnan(threshold->min_relative) ? rule->min_relative : threshold->min_relative;
        own->min_absolute = isnan(threshold->min_absolute) ? rule->min_absolute : threshold->min_absolute;
        return own;
    }
    return rule;
}

void rules_use_method(struct analysis_options *options, const struct method *method, struct arena *arena)
{
    struct method_options *defaults = ARENA_NEW(arena, struct method_options);
    struct kpi_rule *rules = ARENA_ARRAY(arena, struct kpi_rule, options->kpis_n + 1);
    *defaults = method_defaults();
    for (size_t i = 0; i < options->kpis_n; i++) {
        rules[i] = options->kpis[i];
        if (rules[i].method == method)
            continue;
        rules[i].method = method == &method_auto ? NULL : method;
        rules[i].method_options = method == &method_auto ? NULL : defaults;
    }
    options->kpis = rules;
}

static bool change_labels(void *context, struct arena *arena, struct record *record)
{
    struct error ignored = {0}; /* an analysis will say it */
    bool kept;
    return relabel_record(arena, context, record, &kept, &ignored) && kept;
}

/* What rewrite_settings does, as a text that is another one when it does something else. */
static const char *rewrite_text(struct arena *arena, const struct workload *workload)
{
    const struct rewrite *rewrite = &workload->rewrite;
    const char *text = "";
    for (const char *const *key = rewrite->drop; key && *key; key++)
        text = arena_printf(arena, "%sdrop %zu:%s\n", text, strlen(*key), *key);
    for (size_t i = 0; i < rewrite->renames_n; i++)
        text = arena_printf(arena, "%srename %zu:%s %s\n", text, strlen(rewrite->renames[i].from), rewrite->renames[i].from,
                            rewrite->renames[i].to);
    return rewrite->set || rewrite->function ? arena_printf(arena, "%scode of %s\n", text, workload->digest) : text;
}

/* Labels by which runs that stand beside an entry differ from it, a pair's other side or the pinned runs of a control: what is
 * read of a history has to hold these, too. */
static const char *const *keys_beside(struct arena *arena, const struct workload *workload)
{
    LIST_OF(const char *) keys = {0};
    if (workload->analyze.paired.label) {
        *LIST_ADD(arena, &keys) = workload->analyze.paired.label;
        *LIST_ADD(arena, &keys) = workload->analyze.paired.side;
    }
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct label_matches *labels = &workload->kpis[i].judging.control.labels;
        for (size_t k = 0; k < labels->n; k++)
            *LIST_ADD(arena, &keys) = labels->v[k].key;
    }
    *LIST_ADD(arena, &keys) = NULL;
    return keys.v;
}

struct fingerprint_rule *rules_of_fingerprints(struct arena *arena, const struct workload *workload)
{
    const struct analyze *analyze = &workload->analyze;
    struct fingerprint_rule *rule = ARENA_NEW(arena, struct fingerprint_rule);
    struct label_filter filter = label_filter_of(
        analyze->comparison_keys, select_keys(analyze->ignored_keys, keys_beside(arena, workload), arena), arena);
    const char *rewrite = rewrite_text(arena, workload);
    *rule = fingerprint_rule_of((const char *const *)filter.left_out, filter.n, rewrite);
    if (rewrite[0]) {
        rule->change = change_labels;
        rule->context = (void *)(uintptr_t)workload; /* which is only read */
    }
    return rule;
}

static bool is_value(const json_t *value, const char *label)
{
    struct text out = text_open(VALUE_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
    bool same = strcmp(out.s, label) == 0;
    text_close(&out);
    return same;
}

bool rules_ignore(const struct workload *workload, const struct record *record)
{
    const struct analyze *analyze = &workload->analyze;
    for (size_t i = 0; i < analyze->ignored_entries_n; i++) {
        const struct ignored_entry *ignored = &analyze->ignored_entries[i];
        const char *label = record_label(record, ignored->key);
        bool hit = label && !json_is_array(ignored->values) && is_value(ignored->values, label);
        for (size_t k = 0; label && k < json_array_size(ignored->values); k++)
            hit |= is_value(json_array_get(ignored->values, k), label);
        if (hit)
            return true;
    }
    return false;
}
