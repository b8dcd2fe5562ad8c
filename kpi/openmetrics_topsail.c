/* TOPSAIL's spelling of KPIs. */
#include <string.h>

#include "config/repr.h"
#include "kpi/openmetrics_samples.h"

static void add_clean(struct text *out, const char *s)
{
    for (; *s; s++)
        text_addc(out, (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s);
}

/* A text inside a list or dict: Python's quotes. */
static void add_quoted(struct text *out, const char *s)
{
    char quote = strchr(s, '\'') && !strchr(s, '"') ? '"' : '\'';
    text_addc(out, quote);
    for (; *s; s++) {
        const char *at = strchr("\tt\nn\rr", *s);
        if (*s == '\\' || *s == quote)
            text_printf(out, "\\%c", *s);
        else if (at && (unsigned char)*s < ' ')
            text_printf(out, "\\%c", at[1]);
        else if ((unsigned char)*s < ' ' || *s == 0x7f)
            text_printf(out, "\\x%02x", (unsigned)*s);
        else
            text_addc(out, *s);
    }
    text_addc(out, quote);
}

static void add_real(struct text *out, double value)
{
    char text[REPR_REAL_MAX];
    repr_real(value, text);
    text_add(out, text);
}

static void add_python(struct text *out, const json_t *value, bool inside);

/* Python's dicts have the order in which TOPSAIL fills them; ours have none. Of its URLs this is the order that is not alphabetic. */
static const char *const first_keys[] = {"PROW_JOB"};
enum { FIRST_KEYS_N = sizeof(first_keys) / sizeof(first_keys[0]) };

static bool is_first(const char *key)
{
    for (size_t i = 0; i < FIRST_KEYS_N; i++)
        if (strcmp(first_keys[i], key) == 0)
            return true;
    return false;
}

static void add_member(struct text *out, const char **comma, const char *key, const json_t *member)
{
    text_add(out, *comma);
    *comma = ", ";
    add_quoted(out, key);
    text_add(out, ": ");
    add_python(out, member, true);
}

static void add_dict(struct text *out, const json_t *value)
{
    const char *key, *comma = "";
    json_t *member;
    text_addc(out, '{');
    for (size_t i = 0; i < FIRST_KEYS_N; i++)
        if ((member = json_object_get(value, first_keys[i])))
            add_member(out, &comma, first_keys[i], member);
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
        if (!is_first(key))
            add_member(out, &comma, key, member);
    text_addc(out, '}');
}

static void add_list(struct text *out, const json_t *value)
{
    text_addc(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        text_add(out, i ? ", " : "");
        add_python(out, json_array_get(value, i), true);
    }
    text_addc(out, ']');
}

/* Python's str(), and repr() of what is inside a container. */
static void add_python(struct text *out, const json_t *value, bool inside)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
        text_add(out, "None");
        break;
    case JSON_TRUE:
        text_add(out, "True");
        break;
    case JSON_FALSE:
        text_add(out, "False");
        break;
    case JSON_INTEGER:
        text_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        add_real(out, json_real_value(value));
        break;
    case JSON_STRING:
        (inside ? add_quoted : add_clean)(out, json_string_value(value));
        break;
    case JSON_OBJECT:
        add_dict(out, value);
        break;
    case JSON_ARRAY:
        add_list(out, value);
        break;
    }
}

/* Fields of the Python class KPI, after the settings. A KPI's status is not in the payload; it is always this one. */
static const struct {
    const char *name, *always; /* NULL: as in the payload */
} fields[] = {{"test_uuid", NULL},   {"lower_better", NULL}, {"status", "Valid"},        {"ci_engine", NULL},
              {"run_id", NULL},      {"test_path", NULL},    {"urls", NULL},             {"ignored_for_regression", NULL},
              {"format", NULL},      {"full_format", NULL},  {"divisor", NULL},          {"divisor_unit", NULL}};
enum { FIELDS_N = sizeof(fields) / sizeof(fields[0]) };

/* The rest is not a label at all, or stands among the fields. */
static bool is_setting(const char *name)
{
    static const char *const others[] = {"help", "unit", "@timestamp", "value", "test_uuid", "lower_better", "status",
                                         "ignored_for_regression", "format", "full_format", "divisor", "divisor_unit", NULL};
    for (const char *const *other = others; *other; other++)
        if (strcmp(*other, name) == 0)
            return false;
    return true;
}

static void add_label(struct text *out, const char **comma, const char *name, const json_t *value)
{
    text_add(out, *comma);
    add_clean(out, name);
    text_add(out, "=\"");
    add_python(out, value, false);
    text_addc(out, '"');
    *comma = ", ";
}

/* An int where the model wants a float is a float in Python. */
static void add_field(struct text *out, const char **comma, const struct field *field, const json_t *value)
{
    if (field->type->kind != TYPE_FLOAT || !json_is_integer(value)) {
        add_label(out, comma, field->document, value);
        return;
    }
    json_t *real = json_real(json_number_value(value));
    add_label(out, comma, field->document, real);
    json_decref(real);
}

static bool has_field(const struct model *model, const char *name)
{
    for (size_t i = 0; model && i < model->fields_n; i++)
        if (strcmp(model->fields[i].document, name) == 0)
            return true;
    return false;
}

/* Settings in the order of their model, other labels, then the fields. */
static void add_labels(struct text *out, const struct model *settings, const json_t *kpi)
{
    const char *name, *comma = "";
    json_t *value;
    for (size_t i = 0; settings && i < settings->fields_n; i++)
        if (is_setting(settings->fields[i].document))
            add_field(out, &comma, &settings->fields[i], json_object_get(kpi, settings->fields[i].document));
    json_object_foreach((json_t *)(uintptr_t)kpi, name, value)
        if (is_setting(name) && !has_field(settings, name))
            add_label(out, &comma, name, value);
    for (size_t i = 0; i < FIELDS_N; i++) {
        const json_t *given = json_object_get(kpi, fields[i].name);
        if (fields[i].always)
            text_printf(out, "%s%s=\"%s\"", comma, fields[i].name, fields[i].always);
        else if (!is_setting(fields[i].name) || (!given && !has_field(settings, fields[i].name)))
            add_label(out, &comma, fields[i].name, given); /* else it stood among the settings, as urls often does */
    }
}

/* The model's value is a float, or a list of floats, whatever the JSON number looks like. */
static void add_value(struct text *out, const json_t *value)
{
    if (json_is_number(value)) {
        add_real(out, json_number_value(value));
        return;
    }
    text_addc(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        text_add(out, i ? ", " : "");
        add_real(out, json_number_value(json_array_get(value, i)));
    }
    text_addc(out, ']');
}

void openmetrics_topsail_render(const struct workload *workload, const json_t *kpis, struct text *out)
{
    const struct model *settings = models_find(&workload->models, "Settings");
    for (size_t i = 0; i < workload->kpis_n; i++) {
        const struct kpi *spec = &workload->kpis[i];
        const json_t *kpi = json_object_get(kpis, spec->name), *value = json_object_get(kpi, "value");
        if (!json_is_number(value) && !json_is_array(value))
            continue;
        text_add(out, "# HELP ");
        add_clean(out, spec->help);
        text_add(out, ", in ");
        add_clean(out, spec->unit);
        text_printf(out, "\n%s{", spec->name);
        add_labels(out, settings, kpi);
        text_add(out, "} ");
        add_value(out, value);
        text_addc(out, ' ');
        add_clean(out, spec->unit);
        text_addc(out, '\n');
    }
}
