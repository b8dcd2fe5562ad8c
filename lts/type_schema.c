#include "lts/type_schema.h"

#include <ctype.h>
#include <string.h>

/* Source of the pattern: semver.org, "Is there a suggested regular expression". */
static const char semver[] =
    "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)"
    "(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$";
static const char uuid[] = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$";
static const char uuid4[] = "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?4[0-9a-fA-F]{3}-?[89abAB][0-9a-fA-F]{3}-?[0-9a-fA-F]{12}$";
/* ISO 8601 as Pydantic reads it: a date and a time, fractions and a zone if there are any. */
static const char moment[] =
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?"
    "(Z|[+-][0-9]{2}:?[0-9]{2})?$";
static const char date[] = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

const char *type_schema_words(const char *expected)
{
    static const char head[] = "a string that matches ", cut[] = "…";
    static const struct {
        const char *pattern, *words;
    } known[] = {{semver, "a version, as 4.15.0"},
                 {uuid, "a UUID"},
                 {uuid4, "a UUID of version 4 (uuid(…) makes one)"},
                 {moment, "a time, as 2025-01-06T08:00:00Z"},
                 {date, "a date, as 2025-01-06"}};
    if (strncmp(expected, head, sizeof(head) - 1) != 0)
        return expected;
    const char *pattern = expected + sizeof(head) - 1;
    size_t n = strlen(pattern), cut_n = sizeof(cut) - 1;
    bool is_cut = n > cut_n && strcmp(pattern + n - cut_n, cut) == 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (is_cut ? strncmp(pattern, known[i].pattern, n - cut_n) == 0 : strcmp(pattern, known[i].pattern) == 0)
            return known[i].words;
    return expected;
}

static json_t *plain(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

static json_t *text_like(const char *pattern)
{
    return json_pack("{s:s s:s}", "type", "string", "pattern", pattern);
}

static json_t *formatted(const char *format, const char *pattern)
{
    return json_pack("{s:s s:s s:s}", "type", "string", "format", format, "pattern", pattern);
}

json_t *type_schema_moment(void)
{
    return formatted("date-time", moment);
}

json_t *type_schema_uuid4(void)
{
    return text_like(uuid4);
}

json_t *type_schema_reference(const char *name)
{
    char pointer[300];
    snprintf(pointer, sizeof(pointer), "#/$defs/%s", name);
    return json_pack("{s:s}", "$ref", pointer);
}

/* ---- types ---- */

/* A type, and whether what Pydantic v1 would turn into it counts, too: for the schemas of inner types. */
struct wanted {
    const struct models *models;
    bool coerce;
};

static json_t *schema_of(struct wanted wanted, const struct type *type);

static json_t *union_schema(struct wanted wanted, const struct type *type)
{
    json_t *branches = json_array();
    for (size_t i = 0; i < type->inner_n; i++)
        json_array_append_new(branches, schema_of(wanted, type->inner[i]));
    return json_pack("{s:o}", "anyOf", branches);
}

static json_t *literal_schema(const struct type *type)
{
    json_t *values = json_array();
    for (size_t i = 0; i < type->literals_n; i++) {
        const struct type_literal *literal = &type->literals[i];
        json_array_append_new(values, literal->text      ? json_string(literal->text)
                                      : literal->is_bool ? json_boolean(literal->integer)
                                                         : json_integer(literal->integer));
    }
    return json_pack("{s:o}", "enum", values);
}

static json_t *list_schema(struct wanted wanted, const struct type *type)
{
    return json_pack("{s:s s:o}", "type", "array", "items", schema_of(wanted, type->inner[0]));
}

static json_t *dict_schema(struct wanted wanted, const struct type *type)
{
    json_t *values = schema_of(wanted, type->inner[0]);
    if (!type->int_keys)
        return json_pack("{s:s s:o}", "type", "object", "additionalProperties", values);
    return json_pack("{s:s s:{s:o} s:b}", "type", "object", "patternProperties", "^-?[0-9]+$", values, "additionalProperties", 0);
}

static json_t *model_schema(struct wanted wanted, const struct type *type)
{
    json_t *object = type_schema_object(NULL);
    type_schema_fields(object, wanted.models, type->fields);
    return object;
}

static json_t *strict_schema(struct wanted wanted, const struct type *type)
{
    switch (type->kind) {
    case TYPE_INT: return plain("integer");
    case TYPE_FLOAT: return plain("number");
    case TYPE_STR: return plain("string");
    case TYPE_BOOL: return plain("boolean");
    case TYPE_DATETIME: return type_schema_moment();
    case TYPE_DATE: return formatted("date", date);
    case TYPE_UUID: return text_like(uuid);
    case TYPE_UUID4: return text_like(uuid4);
    case TYPE_SEMVER: return text_like(semver);
    case TYPE_PATTERN: return text_like(type->pattern);
    case TYPE_ANY: return json_object();
    case TYPE_LIST: return list_schema(wanted, type);
    case TYPE_DICT: return dict_schema(wanted, type);
    case TYPE_UNION: return union_schema(wanted, type);
    case TYPE_LITERAL: return literal_schema(type);
    case TYPE_MODEL: return model_schema(wanted, type);
    case TYPE_NAME: return type_schema_reference(type->name);
    }
    return NULL;
}

/* What Pydantic v1 turns into the type without a word, and leaves as it was in the payload. NULL: nothing more than the
 * type itself. */
static json_t *coerced_schema(const struct type *type)
{
    static const char number[] = "^\\s*[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$", integer[] = "^\\s*[+-]?[0-9]+\\s*$";
    static const char truth[] = "^([01]|[oO][nN]|[oO][fF][fF]|[tT]|[fF]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[yY]|[nN]|[yY][eE][sS]|[nN][oO])$";
    json_t *schema;
    if (type->kind == TYPE_STR)
        schema = json_pack("{s:[s s s]}", "type", "string", "number", "boolean");
    else if (type->kind == TYPE_INT || type->kind == TYPE_FLOAT)
        schema = json_pack("{s:[{s:[s s]} o]}", "anyOf", "type", "number", "boolean", text_like(type->kind == TYPE_INT ? integer : number));
    else if (type->kind == TYPE_BOOL)
        schema = json_pack("{s:[{s:s} {s:[i i]} o]}", "anyOf", "type", "boolean", "enum", 0, 1, text_like(truth));
    else if (type->kind == TYPE_DATETIME) /* seconds since 1970, also as text */
        schema = json_pack("{s:[o {s:[s s]} o]}", "anyOf", type_schema_moment(), "type", "number", "boolean", text_like("^[+-]?[0-9]+(\\.[0-9]*)?$"));
    else
        return NULL;
    json_t *strict = strict_schema((struct wanted){0}, type); /* for the mapping: what it is meant to be */
    json_object_set_new(schema, "$comment", json_sprintf(TYPE_SCHEMA_COERCED "%s", json_string_value(json_object_get(strict, type->kind == TYPE_DATETIME ? "format" : "type"))));
    json_decref(strict);
    return schema;
}

static json_t *or_null(json_t *schema)
{
    json_t *kind = json_object_get(schema, "type"), *branches = json_object_get(schema, "anyOf");
    if (json_is_string(kind))
        json_object_set_new(schema, "type", json_pack("[O s]", kind, "null"));
    else if (json_is_array(kind))
        json_array_append_new(kind, json_string("null"));
    else if (branches)
        json_array_append_new(branches, plain("null"));
    else
        return json_pack("{s:[o o]}", "anyOf", schema, plain("null"));
    return schema;
}

static json_t *schema_of(struct wanted wanted, const struct type *type)
{
    json_t *schema = wanted.coerce ? coerced_schema(models_resolve(wanted.models, type)) : NULL;
    bool optional = schema ? models_optional(wanted.models, type) : type->optional;
    if (!schema)
        schema = strict_schema(wanted, type);
    return optional && type->kind != TYPE_ANY ? or_null(schema) : schema;
}

json_t *type_schema(const struct models *models, const struct type *type)
{
    return schema_of((struct wanted){models, false}, type);
}

/* ---- objects ---- */

/* "accelerator_count" → "Accelerator Count". */
static json_t *title_of(const char *name)
{
    char title[200];
    size_t n = 0;
    for (; name[n] && n < sizeof(title) - 1; n++) {
        bool starts = n == 0 || name[n - 1] == '_';
        title[n] = name[n] == '_' ? ' ' : (char)(starts ? toupper((unsigned char)name[n]) : name[n]);
    }
    while (name[n] && n && ((unsigned char)name[n] & 0xC0) == 0x80) /* cut between characters */
        n--;
    title[n] = '\0';
    return json_string(title);
}

json_t *type_schema_object(const char *title)
{
    json_t *object = json_object();
    if (title)
        json_object_set_new(object, "title", json_string(title));
    json_object_set_new(object, "type", json_string("object"));
    json_object_set_new(object, "properties", json_object());
    json_object_set_new(object, "required", json_array());
    json_object_set_new(object, "additionalProperties", json_false());
    return object;
}

static void set_required(json_t *object, const char *name, bool required)
{
    json_t *names = json_object_get(object, "required");
    size_t i = 0;
    while (i < json_array_size(names) && strcmp(json_string_value(json_array_get(names, i)), name) != 0)
        i++;
    if (required && i == json_array_size(names))
        json_array_append_new(names, json_string(name));
    else if (!required && i < json_array_size(names))
        json_array_remove(names, i);
}

void type_schema_add(json_t *object, const char *name, json_t *schema, bool required)
{
    if (!json_object_get(schema, "$ref"))
        json_object_set_new(schema, "title", title_of(name));
    set_required(object, name, required);
    json_object_set_new(json_object_get(object, "properties"), name, schema);
}

void type_schema_fields(json_t *object, const struct models *models, const struct model *model)
{
    for (size_t i = 0; i < model->fields_n; i++) {
        const struct field *field = &model->fields[i];
        json_t *schema = schema_of((struct wanted){models, field->coerce}, field->type);
        if (field->help)
            json_object_set_new(schema, "description", json_string(field->help));
        if (field->fallback)
            json_object_set(schema, "default", field->fallback);
        type_schema_add(object, field->document, schema, !field->fallback && !models_optional(models, field->type));
    }
    if (model->extra)
        json_object_set_new(object, "additionalProperties", json_true());
}
