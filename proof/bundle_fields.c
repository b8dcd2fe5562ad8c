#include "proof/bundle_fields.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "proof/bundle.h"

#define AT(type, member) offsetof(struct type, member)

const struct field fields_options[] = {
    {"comparison_keys", FIELD_TEXTS, AT(analysis_options, comparison_keys), 0},
    {"ignored_keys", FIELD_TEXTS, AT(analysis_options, ignored_keys), 0},
    {"sorting_keys", FIELD_TEXTS, AT(analysis_options, sorting_keys), 0},
    {"kpi_filter", FIELD_TEXT, AT(analysis_options, kpi_filter), 0},
    {"scope", FIELD_CHOICE, AT(analysis_options, scope), SCOPE_ALL + 1},
    {"min_history", FIELD_INT, AT(analysis_options, min_history), 0},
    {"min_history_same", FIELD_INT, AT(analysis_options, min_history_same), 0},
    {"false_alarm_rate", FIELD_REAL, AT(analysis_options, false_alarm_rate), 0},
    {"suspect_level", FIELD_REAL, AT(analysis_options, suspect_level), 0},
    {"correction", FIELD_CHOICE, AT(analysis_options, correction), CORRECTION_HOLM + 1},
    {"window", FIELD_INT, AT(analysis_options, window), 0},
    {"pairing_label", FIELD_TEXT, AT(analysis_options, pairing.label), 0},
    {"pairing_side", FIELD_TEXT, AT(analysis_options, pairing.side), 0},
    {"pairing_baseline", FIELD_TEXT, AT(analysis_options, pairing.baseline_value), 0},
    {"completeness", FIELD_BOOL, AT(analysis_options, completeness), 0},
    {"now_us", FIELD_INT64, AT(analysis_options, now_us), 0},
    {0},
};

const struct field fields_rule[] = {
    {"name", FIELD_TEXT, AT(kpi_rule, name), 0},
    {"help", FIELD_TEXT, AT(kpi_rule, help), 0},
    {"unit", FIELD_TEXT, AT(kpi_rule, unit), 0},
    {"better", FIELD_CHOICE, AT(kpi_rule, better), DIRECTION_LOWER + 1},
    {"ignored", FIELD_BOOL, AT(kpi_rule, ignored), 0},
    {"min_relative", FIELD_REAL, AT(kpi_rule, min_relative), 0},
    {"min_absolute", FIELD_REAL, AT(kpi_rule, min_absolute), 0},
    {"has_idle", FIELD_BOOL, AT(kpi_rule, has_idle), 0},
    {"idle", FIELD_REAL, AT(kpi_rule, idle), 0},
    {"independent", FIELD_BOOL, AT(kpi_rule, independent), 0},
    {"normal_tails", FIELD_BOOL, AT(kpi_rule, normal_tails), 0},
    {"exact", FIELD_BOOL, AT(kpi_rule, exact), 0},
    {"has_low", FIELD_BOOL, AT(kpi_rule, low.has), 0},
    {"low", FIELD_REAL, AT(kpi_rule, low.value), 0},
    {"has_high", FIELD_BOOL, AT(kpi_rule, high.has), 0},
    {"high", FIELD_REAL, AT(kpi_rule, high.value), 0},
    {"budget_relative", FIELD_REAL, AT(kpi_rule, budget.relative), 0},
    {"budget_absolute", FIELD_REAL, AT(kpi_rule, budget.absolute), 0},
    {"budget_since", FIELD_TEXT, AT(kpi_rule, budget.since), 0},
    {"control_kpi", FIELD_TEXT, AT(kpi_rule, control.kpi), 0},
    {"format", FIELD_TEXT, AT(kpi_rule, format), 0},
    {"divisor", FIELD_REAL, AT(kpi_rule, divisor), 0},
    {"divisor_unit", FIELD_TEXT, AT(kpi_rule, divisor_unit), 0},
    {0},
};

const struct field fields_method[] = {
    {"deviations", FIELD_REAL, AT(method_options, deviations), 0},
    {"share", FIELD_REAL, AT(method_options, share), 0},
    {"base", FIELD_CHOICE, AT(method_options, base), METHOD_OF_PREVIOUS + 1},
    {"alpha", FIELD_REAL, AT(method_options, alpha), 0},
    {"hunter_p", FIELD_REAL, AT(method_options, hunter_p), 0},
    {"low", FIELD_REAL, AT(method_options, low), 0},
    {"high", FIELD_REAL, AT(method_options, high), 0},
    {0},
};

const struct field fields_threshold[] = {
    {"min_relative", FIELD_REAL, AT(threshold, min_relative), 0},
    {"min_absolute", FIELD_REAL, AT(threshold, min_absolute), 0},
    {0},
};

const struct field fields_expect[] = {
    {"runs", FIELD_SIZE, AT(expect, runs), 0},
    {"max_age_s", FIELD_REAL, AT(expect, max_age_s), 0},
    {"kpis", FIELD_TEXTS, AT(expect, kpis), 0},
    {0},
};

const struct field fields_record[] = {
    {"id", FIELD_TEXT, AT(record, id), 0},
    {"where", FIELD_TEXT, AT(record, where), 0},
    {"start_us", FIELD_INT64, AT(record, start_us), 0},
    {"whole", FIELD_BOOL, AT(record, whole), 0},
    {0},
};

const struct field fields_counts[] = {
    {"tests", FIELD_SIZE, AT(bundle, tests), 0},
    {"without_payload", FIELD_SIZE, AT(bundle, without_payload), 0},
    {"elsewhere", FIELD_SIZE, AT(bundle, elsewhere), 0},
    {0},
};

/* ---- writing ---- */

json_t *field_real(double value)
{
    return isfinite(value) ? json_real(value) : isnan(value) ? json_null() : json_string(value > 0 ? "inf" : "-inf");
}

static json_t *text_json(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

static json_t *texts_json(const char *const *texts)
{
    if (!texts)
        return json_null();
    json_t *list = json_array();
    for (; *texts; texts++)
        json_array_append_new(list, text_json(*texts));
    return list;
}

static json_t *field_json(const struct field *field, const void *at)
{
    unsigned choice;
    switch (field->kind) {
    case FIELD_TEXT:
        return text_json(*(const char *const *)at);
    case FIELD_TEXTS:
        return texts_json(*(const char *const *const *)at);
    case FIELD_REAL:
        return field_real(*(const double *)at);
    case FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case FIELD_INT:
        return json_integer(*(const int *)at);
    case FIELD_INT64:
        return json_integer(*(const int64_t *)at);
    case FIELD_SIZE:
        return json_integer((json_int_t) * (const size_t *)at);
    case FIELD_CHOICE:
        memcpy(&choice, at, sizeof(choice));
        return json_integer((json_int_t)choice);
    }
    return json_null();
}

json_t *fields_write(const struct field *table, const void *from)
{
    json_t *object = json_object();
    for (; table->name; table++)
        json_object_set_new(object, table->name, field_json(table, (const char *)from + table->offset));
    return object;
}

/* ---- reading ---- */

bool field_texts(struct arena *arena, const json_t *value, const char *const **texts)
{
    size_t n = json_array_size(value);
    *texts = NULL;
    if (json_is_null(value))
        return true;
    if (!json_is_array(value))
        return false;
    const char **copies = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text)
            return false;
        copies[i] = arena_strdup(arena, text);
    }
    *texts = copies;
    return true;
}

static bool read_real(const json_t *value, double *to)
{
    const char *text = json_string_value(value);
    bool infinite = text && (strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0);
    if (json_is_null(value))
        *to = NAN;
    else if (infinite)
        *to = text[0] == '-' ? -INFINITY : INFINITY;
    else
        *to = json_number_value(value);
    return json_is_null(value) || infinite || json_is_number(value);
}

/* NULL: it is right; else what was expected. */
static const char *read_field(struct arena *arena, const struct field *field, const json_t *value, void *at)
{
    json_int_t number = json_integer_value(value);
    bool whole = json_is_integer(value);
    unsigned choice = (unsigned)number;
    switch (field->kind) {
    case FIELD_TEXT:
        *(const char **)at = json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
        return json_is_string(value) || json_is_null(value) ? NULL : "a text or null";
    case FIELD_TEXTS:
        return field_texts(arena, value, at) ? NULL : "a list of texts or null";
    case FIELD_REAL:
        return read_real(value, at) ? NULL : "a number, \"inf\", \"-inf\" or null";
    case FIELD_BOOL:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value) ? NULL : "true or false";
    case FIELD_INT:
        *(int *)at = whole && number >= 0 && number <= 1000000000 ? (int)number : 0;
        return whole && number >= 0 && number <= 1000000000 ? NULL : "a whole number from 0 to 1,000,000,000";
    case FIELD_INT64:
        *(int64_t *)at = number;
        return whole ? NULL : "a whole number";
    case FIELD_SIZE:
        *(size_t *)at = whole && number >= 0 ? (size_t)number : 0;
        return whole && number >= 0 ? NULL : "a whole number from 0 on";
    case FIELD_CHOICE:
        if (!whole || number < 0 || number >= (json_int_t)field->choices)
            return "a number of that choice";
        memcpy(at, &choice, sizeof(choice));
        return NULL;
    }
    return NULL;
}

bool fields_read(struct arena *arena, const struct field *table, const json_t *object, void *to, const char **member, const char **expected)
{
    for (; table->name; table++) {
        const json_t *value = json_object_get(object, table->name);
        *member = table->name;
        *expected = value ? read_field(arena, table, value, (char *)to + table->offset) : "it";
        if (*expected)
            return false;
    }
    return true;
}
