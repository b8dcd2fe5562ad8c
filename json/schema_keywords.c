/* What each keyword of a schema means for its node: a table from the name to the function that reads the value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/ecma.h"
#include "json/equal.h"
#include "json/schema_compile.h"

enum { TOKEN_MAX = 1 << 14, CHOICES_MIN = 12 };

/* --- what is not obeyed --- */

static bool refuse_keyword(struct schema_compile *c, const struct schema_node *node, const char *name, const char *reason)
{
    struct text token = text_open(TOKEN_MAX);
    schema_add_token(&token, name, strlen(name));
    schema_refuse(c, node, token.s, "%s", reason);
    text_close(&token);
    return false;
}

/* Open: a keyword that asserts nothing. Names that say that they are foreign are not worth a word. */
static bool pass_over(struct schema_compile *c, const struct schema_node *node, const char *name, const char *reason)
{
    struct json_schema *schema = c->schema;
    struct error said = {0}, *err = c->err;
    if (strncmp(name, "x-", 2) == 0)
        return true;
    if (schema->passed_over_n++ >= JSON_SCHEMA_PASSED_MAX)
        return true;
    c->err = &said;
    refuse_keyword(c, node, name, reason);
    c->err = err;
    schema->passed_over[schema->passed_over_n - 1] = arena_strdup(c->arena, said.text);
    return true;
}

/* --- keywords; each gets its value --- */

struct keyword {
    const char *name;
    bool (*compile)(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value);
    unsigned vocabulary; /* bits of schema_vocabulary */
    bool in_2020, in_07;
    unsigned uses;
    bool beside_ref; /* in draft-07, too: it asserts nothing */
};

/* The node of a subschema: `source` under node's keyword, and under `name` within it unless that is NULL. */
static bool subschema(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const char *name,
                      const json_t *source, const struct schema_node **out)
{
    if (c->schema->n >= JSON_SCHEMA_NODES_MAX)
        return schema_refuse(c, node, keyword->name, "more than %d schemas", (int)JSON_SCHEMA_NODES_MAX);
    struct schema_node *made = schema_node_add(c, source, node->resource, node, keyword->name, name);
    if (!json_is_object(source) && !json_is_boolean(source))
        return schema_refuse(c, made, NULL, "expected a schema: an object, true or false");
    if (out)
        *out = made;
    return true;
}

/* The same for a schema that holds for the same value. */
static bool in_place(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const char *name,
                     const json_t *source, const struct schema_node **out)
{
    if (!subschema(c, node, keyword, name, source, out))
        return false;
    *LIST_ADD(c->arena, &node->places) = (struct schema_node *)*out;
    return true;
}

static bool add_type(struct schema_compile *c, struct schema_node *node, const json_t *name)
{
    const char *text = json_string_value(name);
    for (size_t i = 0; text && i < SCHEMA_TYPES; i++) {
        if (strcmp(text, schema_types[i].name) == 0) {
            node->types |= (unsigned)schema_types[i].type;
            return true;
        }
    }
    return schema_refuse(c, node, "type", "expected null, boolean, integer, number, string, array or object");
}

static bool on_type(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    if (!json_is_array(value))
        return add_type(c, node, value);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!add_type(c, node, json_array_get(value, i)))
            return false;
    return node->types || schema_refuse(c, node, keyword->name, "expected at least one type");
}

static int compare_members(const void *a, const void *b)
{
    const struct schema_member *x = a, *y = b;
    return schema_compare_names(x->name, x->len, y->name, y->len);
}

static bool on_properties(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    if (!json_is_object(value))
        return schema_refuse(c, node, keyword->name, "expected an object of schemas");
    json_t *object = (json_t *)value; /* Jansson iterates over mutable objects only */
    node->members = ARENA_ARRAY(c->arena, struct schema_member, json_object_size(value) + 1);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct schema_member *member = &node->members[node->members_n++];
        *member = (struct schema_member){json_object_iter_key(i), json_object_iter_key_len(i), NULL};
        if (!subschema(c, node, keyword, member->name, json_object_iter_value(i), &member->node))
            return false;
    }
    qsort(node->members, node->members_n, sizeof(*node->members), compare_members);
    return true;
}

static struct regex *compile_pattern(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword,
                                     const char *text, size_t len)
{
    static const struct regex_options ecma = {.ecma = true, .counted = true};
    struct pos at = schema_pos(c, node, keyword->name);
    struct text translated = text_open(REGEX_PATTERN_MAX);
    struct regex *regex = NULL;
    if (ecma_translate(text, len, &translated, at, c->err))
        regex = regex_compile(translated.s, translated.len, &ecma, at, c->err);
    text_close(&translated);
    return regex;
}

static bool on_pattern_properties(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword,
                                  const json_t *value)
{
    json_t *object = (json_t *)value;
    if (!json_is_object(value))
        return schema_refuse(c, node, keyword->name, "expected an object of schemas");
    node->patterns = ARENA_ARRAY(c->arena, struct schema_pattern, json_object_size(value) + 1);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct schema_pattern *pattern = &node->patterns[node->patterns_n];
        const char *text = json_object_iter_key(i);
        pattern->regex = compile_pattern(c, node, keyword, text, json_object_iter_key_len(i));
        if (!pattern->regex)
            return false;
        node->patterns_n++; /* from here on it is closed with the schema */
        if (!subschema(c, node, keyword, text, json_object_iter_value(i), &pattern->node))
            return false;
    }
    return true;
}

static bool on_definitions(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword,
                           const json_t *value)
{
    if (!json_is_object(value))
        return schema_refuse(c, node, keyword->name, "expected an object of schemas");
    json_t *object = (json_t *)value;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        if (!subschema(c, node, keyword, json_object_iter_key(i), json_object_iter_value(i), NULL))
            return false;
    return true;
}

static bool is_names(const json_t *value)
{
    bool ok = json_is_array(value);
    for (size_t i = 0; ok && i < json_array_size(value); i++)
        ok = json_is_string(json_array_get(value, i));
    return ok;
}

static bool on_required(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    node->required = value;
    return is_names(value) || schema_refuse(c, node, keyword->name, "expected an array of member names");
}

static bool on_dependents(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    bool schemas = strcmp(keyword->name, "dependentRequired") != 0, names = strcmp(keyword->name, "dependentSchemas") != 0;
    json_t *object = (json_t *)value;
    if (!json_is_object(value))
        return schema_refuse(c, node, keyword->name, "expected an object");
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const json_t *wanted = json_object_iter_value(i);
        struct schema_dependent dependent = {.keyword = keyword->name, .name = json_object_iter_key(i),
                                             .len = json_object_iter_key_len(i)};
        if (names && is_names(wanted))
            dependent.required = wanted;
        else if (!schemas || (names && json_is_array(wanted)))
            return schema_refuse(c, node, keyword->name, "'%.60s': expected an array of member names", dependent.name);
        else if (!in_place(c, node, keyword, dependent.name, wanted, &dependent.node))
            return false;
        *LIST_ADD(c->arena, &node->dependents) = dependent;
    }
    return true;
}

/* A keyword whose value is one schema: where it goes, and whether it holds for the same value. */
static bool on_schema(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    const struct {
        const char *name;
        const struct schema_node **to;
        bool same;
    } places[] = {
        {"additionalProperties", &node->rest, false},
        {"contains", &node->contains, false},
        {"else", &node->else_this, true},
        {"if", &node->if_this, true},
        {"not", &node->not_this, true},
        {"propertyNames", &node->names, false},
        {"then", &node->then_this, true},
        {"unevaluatedItems", &node->unevaluated_items, false},
        {"unevaluatedProperties", &node->unevaluated_members, false},
        {"contentSchema", NULL, false},
    };
    size_t i = 0;
    while (i + 1 < sizeof(places) / sizeof(places[0]) && strcmp(places[i].name, keyword->name) != 0)
        i++;
    return places[i].same ? in_place(c, node, keyword, NULL, value, places[i].to)
                          : subschema(c, node, keyword, NULL, value, places[i].to);
}

static bool branches(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value,
                     struct schema_branches *out, bool same)
{
    size_t n = json_array_size(value);
    if (n == 0)
        return schema_refuse(c, node, keyword->name, "expected a list of schemas");
    out->v = ARENA_ARRAY(c->arena, const struct schema_node *, n);
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        const char *index = arena_printf(c->arena, "%zu", i);
        const json_t *one = json_array_get(value, i);
        if (same ? !in_place(c, node, keyword, index, one, &out->v[i]) : !subschema(c, node, keyword, index, one, &out->v[i]))
            return false;
    }
    return true;
}

static bool on_all_of(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return branches(c, node, keyword, value, &node->all_of, true);
}

static bool on_any_of(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return branches(c, node, keyword, value, &node->any_of, true);
}

static bool on_one_of(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return branches(c, node, keyword, value, &node->one_of, true);
}

static bool on_prefix(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return branches(c, node, keyword, value, &node->prefix, false);
}

static bool on_items(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    if (!json_is_array(value))
        return subschema(c, node, keyword, NULL, value, &node->items);
    if (node->resource->dialect.draft == JSON_DRAFT_2020_12)
        return schema_refuse(c, node, keyword->name, "expected a schema; a list of schemas is \"prefixItems\" in draft 2020-12");
    return json_array_size(value) == 0 || branches(c, node, keyword, value, &node->prefix, false);
}

/* Draft-07: of the elements beyond those that a list "items" names. */
static bool on_additional_items(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword,
                                const json_t *value)
{
    const struct schema_node *made;
    if (!subschema(c, node, keyword, NULL, value, &made))
        return false;
    if (json_is_array(json_object_get(node->source, "items")))
        node->items = made;
    return true;
}

static int compare_choices(const void *a, const void *b)
{
    uint64_t x = ((const struct schema_choice *)a)->hash, y = ((const struct schema_choice *)b)->hash;
    return (x > y) - (x < y);
}

static bool on_enum(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    size_t n = json_array_size(value), steps = 0;
    node->one_of_values = value;
    if (!json_is_array(value))
        return schema_refuse(c, node, keyword->name, "expected an array of values");
    if (n < CHOICES_MIN)
        return true;
    node->choices = ARENA_ARRAY(c->arena, struct schema_choice, n);
    for (size_t i = 0; i < n; i++)
        node->choices[i] = (struct schema_choice){json_value_hash(json_array_get(value, i), &steps), json_array_get(value, i)};
    qsort(node->choices, n, sizeof(*node->choices), compare_choices);
    return true;
}

static bool on_const(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    (void)c, (void)keyword;
    node->constant = value;
    return true;
}

static bool on_number(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    const struct {
        const char *name;
        const json_t **to;
    } places[] = {{"exclusiveMaximum", &node->below}, {"exclusiveMinimum", &node->above}, {"maximum", &node->maximum},
                  {"minimum", &node->minimum},        {"multipleOf", &node->multiple_of}};
    size_t i = 0;
    while (i + 1 < sizeof(places) / sizeof(places[0]) && strcmp(places[i].name, keyword->name) != 0)
        i++;
    *places[i].to = value;
    bool positive = places[i].to != &node->multiple_of;
    if (!json_is_number(value) || (!positive && json_number_value(value) <= 0))
        return schema_refuse(c, node, keyword->name, positive ? "expected a number" : "expected a number greater than 0");
    return true;
}

static bool on_count(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    const struct {
        const char *name;
        struct schema_count *to;
    } places[] = {{"maxContains", &node->max_contains}, {"maxItems", &node->max_items},
                  {"maxLength", &node->max_length},     {"maxProperties", &node->max_members},
                  {"minContains", &node->min_contains}, {"minItems", &node->min_items},
                  {"minLength", &node->min_length},     {"minProperties", &node->min_members}};
    size_t i = 0;
    while (i + 1 < sizeof(places) / sizeof(places[0]) && strcmp(places[i].name, keyword->name) != 0)
        i++;
    if (!json_is_number(value) || !json_is_whole(value) || json_number_value(value) < 0)
        return schema_refuse(c, node, keyword->name, "expected a whole number, 0 or greater");
    double n = json_number_value(value);
    *places[i].to = (struct schema_count){n < 0x1p62 ? (size_t)n : SIZE_MAX, true};
    return true;
}

static bool on_unique(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    node->unique = json_is_true(value);
    return json_is_boolean(value) || schema_refuse(c, node, keyword->name, "expected true or false");
}

static bool on_pattern(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    if (!json_is_string(value))
        return schema_refuse(c, node, keyword->name, "expected a regular expression");
    node->pattern_text = json_string_value(value);
    node->pattern = compile_pattern(c, node, keyword, node->pattern_text, json_string_length(value));
    return node->pattern != NULL;
}

static bool on_format(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    if (!json_is_string(value))
        return schema_refuse(c, node, keyword->name, "expected the name of a format");
    if (!c->options.assert_formats && !(node->resource->dialect.vocabularies & SCHEMA_FORMAT_ASSERTION))
        return true;
    node->format = format_find(json_string_value(value));
    if (node->format)
        return true;
    const char *reason = arena_printf(c->arena, "'%.60s' is no format that is known here", json_string_value(value));
    return (c->options.open ? pass_over : refuse_keyword)(c, node, keyword->name, reason);
}

/* "$schema" chose the draft where a resource begins; elsewhere it has nothing to choose. */
static bool on_dialect(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    const struct schema_node *root = node->resource->root;
    const char *there = json_string_value(json_object_get(root->source, "$schema")), *here = json_string_value(value);
    if (node == root || (there && here && strcmp(there, here) == 0))
        return true;
    return schema_refuse(c, node, keyword->name, "expected the same as at the root of the schema, or \"$id\" beside it");
}

static bool on_note(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    (void)c, (void)node, (void)keyword, (void)value;
    return true;
}

static bool on_text(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return json_is_string(value) || schema_refuse(c, node, keyword->name, "expected a string");
}

static bool on_flag(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return json_is_boolean(value) || schema_refuse(c, node, keyword->name, "expected true or false");
}

static bool on_list(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return json_is_array(value) || schema_refuse(c, node, keyword->name, "expected an array");
}

static bool on_vocabulary(struct schema_compile *c, struct schema_node *node, const struct keyword *keyword, const json_t *value)
{
    return json_is_object(value) || schema_refuse(c, node, keyword->name, "expected an object of true and false");
}

/* Sorted by name. References are looked up later (schema_link), anchors were read before (schema_identify). */
static const struct keyword keywords[] = {
    {"$anchor", on_note, SCHEMA_CORE, true, false, 0, false},
    {"$comment", on_text, SCHEMA_CORE, true, true, 0, true},
    {"$defs", on_definitions, SCHEMA_CORE, true, true, 0, true},
    {"$dynamicAnchor", on_note, SCHEMA_CORE, true, false, 0, false},
    {"$dynamicRef", on_note, SCHEMA_CORE, true, false, 0, false},
    {"$id", on_note, SCHEMA_CORE, true, true, 0, true},
    {"$ref", on_note, SCHEMA_CORE, true, true, 0, true},
    {"$schema", on_dialect, SCHEMA_CORE, true, true, 0, true},
    {"$vocabulary", on_vocabulary, SCHEMA_CORE, true, false, 0, false},
    {"additionalItems", on_additional_items, SCHEMA_APPLICATOR, false, true, SCHEMA_USES_ARRAY, false},
    {"additionalProperties", on_schema, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_OBJECT, false},
    {"allOf", on_all_of, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_PLACE, false},
    {"anyOf", on_any_of, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_PLACE, false},
    {"const", on_const, SCHEMA_VALIDATION, true, true, SCHEMA_USES_VALUES, false},
    {"contains", on_schema, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_ARRAY, false},
    {"contentEncoding", on_text, SCHEMA_CONTENT, true, true, 0, false},
    {"contentMediaType", on_text, SCHEMA_CONTENT, true, true, 0, false},
    {"contentSchema", on_schema, SCHEMA_CONTENT, true, false, 0, false},
    {"default", on_note, SCHEMA_META_DATA, true, true, 0, true},
    {"definitions", on_definitions, SCHEMA_CORE, true, true, 0, true},
    {"dependencies", on_dependents, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_OBJECT, false},
    {"dependentRequired", on_dependents, SCHEMA_VALIDATION, true, false, SCHEMA_USES_OBJECT, false},
    {"dependentSchemas", on_dependents, SCHEMA_APPLICATOR, true, false, SCHEMA_USES_OBJECT, false},
    {"deprecated", on_flag, SCHEMA_META_DATA, true, false, 0, false},
    {"description", on_text, SCHEMA_META_DATA, true, true, 0, true},
    {"else", on_schema, SCHEMA_APPLICATOR, true, true, 0, false},
    {"enum", on_enum, SCHEMA_VALIDATION, true, true, SCHEMA_USES_VALUES, false},
    {"examples", on_list, SCHEMA_META_DATA, true, true, 0, true},
    {"exclusiveMaximum", on_number, SCHEMA_VALIDATION, true, true, SCHEMA_USES_NUMBER, false},
    {"exclusiveMinimum", on_number, SCHEMA_VALIDATION, true, true, SCHEMA_USES_NUMBER, false},
    {"format", on_format, SCHEMA_FORMAT_ANNOTATION | SCHEMA_FORMAT_ASSERTION, true, true, SCHEMA_USES_STRING, false},
    {"if", on_schema, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_PLACE, false},
    {"items", on_items, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_ARRAY, false},
    {"maxContains", on_count, SCHEMA_VALIDATION, true, false, SCHEMA_USES_ARRAY, false},
    {"maxItems", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_ARRAY, false},
    {"maxLength", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_STRING, false},
    {"maxProperties", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_OBJECT, false},
    {"maximum", on_number, SCHEMA_VALIDATION, true, true, SCHEMA_USES_NUMBER, false},
    {"minContains", on_count, SCHEMA_VALIDATION, true, false, SCHEMA_USES_ARRAY, false},
    {"minItems", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_ARRAY, false},
    {"minLength", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_STRING, false},
    {"minProperties", on_count, SCHEMA_VALIDATION, true, true, SCHEMA_USES_OBJECT, false},
    {"minimum", on_number, SCHEMA_VALIDATION, true, true, SCHEMA_USES_NUMBER, false},
    {"multipleOf", on_number, SCHEMA_VALIDATION, true, true, SCHEMA_USES_NUMBER, false},
    {"not", on_schema, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_PLACE, false},
    {"oneOf", on_one_of, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_PLACE, false},
    {"pattern", on_pattern, SCHEMA_VALIDATION, true, true, SCHEMA_USES_STRING, false},
    {"patternProperties", on_pattern_properties, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_OBJECT, false},
    {"prefixItems", on_prefix, SCHEMA_APPLICATOR, true, false, SCHEMA_USES_ARRAY, false},
    {"properties", on_properties, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_OBJECT, false},
    {"propertyNames", on_schema, SCHEMA_APPLICATOR, true, true, SCHEMA_USES_OBJECT, false},
    {"readOnly", on_flag, SCHEMA_META_DATA, true, true, 0, true},
    {"required", on_required, SCHEMA_VALIDATION, true, true, SCHEMA_USES_OBJECT, false},
    {"then", on_schema, SCHEMA_APPLICATOR, true, true, 0, false},
    {"title", on_text, SCHEMA_META_DATA, true, true, 0, true},
    {"type", on_type, SCHEMA_VALIDATION, true, true, 0, false},
    {"unevaluatedItems", on_schema, SCHEMA_UNEVALUATED, true, false, SCHEMA_USES_REST, false},
    {"unevaluatedProperties", on_schema, SCHEMA_UNEVALUATED, true, false, SCHEMA_USES_REST, false},
    {"uniqueItems", on_unique, SCHEMA_VALIDATION, true, true, SCHEMA_USES_ARRAY, false},
    {"writeOnly", on_flag, SCHEMA_META_DATA, true, true, 0, true},
};

static int compare_keyword(const void *name, const void *keyword)
{
    return strcmp(name, ((const struct keyword *)keyword)->name);
}

static const struct keyword *find_keyword(const struct schema_node *node, const char *name)
{
    const struct schema_dialect *dialect = &node->resource->dialect;
    const struct keyword *keyword =
        bsearch(name, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]), compare_keyword);
    if (!keyword || !(keyword->vocabulary & dialect->vocabularies))
        return NULL;
    return (dialect->draft == JSON_DRAFT_07 ? keyword->in_07 : keyword->in_2020) ? keyword : NULL;
}

bool schema_keyword_compile(struct schema_compile *c, struct schema_node *node, const char *name, const json_t *value)
{
    const struct keyword *keyword = find_keyword(node, name);
    bool old = node->resource->dialect.draft == JSON_DRAFT_07;
    if (!keyword && c->options.open)
        return pass_over(c, node, name, old ? "this keyword is not known in draft-07" : "this keyword is not known in draft 2020-12");
    if (!keyword)
        return refuse_keyword(c, node, name, "this keyword is not known here");
    if (!keyword->beside_ref && schema_only_ref(node))
        return (c->options.open ? pass_over : refuse_keyword)(c, node, name, "draft-07 ignores keywords beside $ref");
    node->uses |= keyword->uses;
    return keyword->compile(c, node, keyword, value);
}
