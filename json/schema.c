/* Compiling: all subschemas are walked by a queue (no recursion) and become nodes; then references are looked up among
 * them, so that a $ref leads to a schema or is refused; then ways that go round without going down are looked for. */
#include "json/schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/schema_node.h"

enum { IN_PLACE_MAX = 64 }; /* references and anyOf that may follow each other on one value */

struct compile {
    struct arena *arena;
    const json_t *root;
    struct json_schema_options options;
    bool draft7;
    struct json_schema *schema;
    struct schema_node **by_source; /* the nodes of object schemas, by address of their source */
    size_t by_source_n;
    struct error *err;
};

const struct schema_type_name schema_types[SCHEMA_TYPES] = {
    {SCHEMA_NULL, "null", "null"},
    {SCHEMA_BOOLEAN, "boolean", "true or false"},
    {SCHEMA_INTEGER, "integer", "an integer"},
    {SCHEMA_NUMBER, "number", "a number"},
    {SCHEMA_STRING, "string", "a string"},
    {SCHEMA_ARRAY, "array", "an array"},
    {SCHEMA_OBJECT, "object", "an object"},
};

int schema_compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

__attribute__((format(printf, 4, 5))) static bool refuse(struct compile *c, const struct schema_node *node,
                                                         const char *keyword, const char *format, ...)
{
    const char *pointer = arena_printf(c->arena, "%s%s%s", node->pointer, keyword ? "/" : "", keyword ? keyword : "");
    va_list args;
    va_start(args, format);
    error_vat(c->err, ERR_USAGE, (struct pos){.file = c->options.name, .pointer = pointer}, format, args);
    va_end(args);
    return false;
}

/* A JSON Pointer's token: "~" is "~0", "/" is "~1". */
static char *escaped(struct arena *arena, const char *token, size_t len)
{
    char *out = arena_alloc(arena, len * 2 + 1), *to = out;
    for (size_t i = 0; i < len; i++) {
        *to++ = token[i] == '/' ? '~' : token[i];
        if (token[i] == '/' || token[i] == '~')
            *to++ = token[i] == '/' ? '1' : '0';
    }
    return out;
}

static struct schema_node *node_add(struct compile *c, const json_t *source, const char *pointer)
{
    struct schema_node *node = ARENA_NEW(c->arena, struct schema_node);
    *node = (struct schema_node){.source = source, .pointer = pointer, .never = json_is_false(source)};
    *LIST_ADD(c->arena, c->schema) = node;
    return node;
}

/* The node of a subschema: `source` under node's keyword, and under `name` within it unless that is NULL. */
static bool subschema(struct compile *c, const struct schema_node *node, const char *keyword, const char *name,
                      const json_t *source, const struct schema_node **out)
{
    const char *where =
        name ? arena_printf(c->arena, "%s/%s", keyword, escaped(c->arena, name, strlen(name))) : keyword;
    if (!json_is_object(source) && !json_is_boolean(source))
        return refuse(c, node, where, "expected a schema: an object, true or false");
    const struct schema_node *made = node_add(c, source, arena_printf(c->arena, "%s/%s", node->pointer, where));
    if (out)
        *out = made;
    return true;
}

/* --- keywords; each gets its value --- */

static bool add_type(struct compile *c, struct schema_node *node, const json_t *name)
{
    const char *text = json_string_value(name);
    for (size_t i = 0; text && i < SCHEMA_TYPES; i++) {
        if (strcmp(text, schema_types[i].name) == 0) {
            node->types |= (unsigned)schema_types[i].type;
            return true;
        }
    }
    return refuse(c, node, "type", "expected null, boolean, integer, number, string, array or object");
}

static bool on_type(struct compile *c, struct schema_node *node, const json_t *value)
{
    if (!json_is_array(value))
        return add_type(c, node, value);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!add_type(c, node, json_array_get(value, i)))
            return false;
    return node->types || refuse(c, node, "type", "expected at least one type");
}

static int compare_members(const void *a, const void *b)
{
    const struct schema_member *x = a, *y = b;
    return schema_compare_names(x->name, x->len, y->name, y->len);
}

static bool on_properties(struct compile *c, struct schema_node *node, const json_t *value)
{
    if (!json_is_object(value))
        return refuse(c, node, "properties", "expected an object of schemas");
    json_t *object = (json_t *)value;
    node->members = ARENA_ARRAY(c->arena, struct schema_member, json_object_size(value) + 1);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct schema_member *member = &node->members[node->members_n++];
        *member = (struct schema_member){json_object_iter_key(i), json_object_iter_key_len(i), NULL};
        if (!subschema(c, node, "properties", member->name, json_object_iter_value(i), &member->node))
            return false;
    }
    qsort(node->members, node->members_n, sizeof(*node->members), compare_members);
    return true;
}

static bool on_pattern_properties(struct compile *c, struct schema_node *node, const json_t *value)
{
    static const struct regex_options ecma = {.ecma = true, .counted = true};
    json_t *object = (json_t *)value;
    if (!json_is_object(value))
        return refuse(c, node, "patternProperties", "expected an object of schemas");
    node->patterns = ARENA_ARRAY(c->arena, struct schema_pattern, json_object_size(value) + 1);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        struct pos at = {.file = c->options.name, .pointer = arena_printf(c->arena, "%s/patternProperties", node->pointer)};
        struct schema_pattern *pattern = &node->patterns[node->patterns_n];
        const char *text = json_object_iter_key(i);
        pattern->regex = regex_compile(text, json_object_iter_key_len(i), &ecma, at, c->err);
        if (!pattern->regex)
            return false;
        node->patterns_n++; /* from here on it is closed with the schema */
        if (!subschema(c, node, "patternProperties", text, json_object_iter_value(i), &pattern->node))
            return false;
    }
    return true;
}

static bool definitions(struct compile *c, struct schema_node *node, const char *keyword, const json_t *value)
{
    if (!json_is_object(value))
        return refuse(c, node, keyword, "expected an object of schemas");
    json_t *object = (json_t *)value;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        if (!subschema(c, node, keyword, json_object_iter_key(i), json_object_iter_value(i), NULL))
            return false;
    return true;
}

static bool on_defs(struct compile *c, struct schema_node *node, const json_t *value)
{
    return definitions(c, node, "$defs", value);
}

static bool on_definitions(struct compile *c, struct schema_node *node, const json_t *value)
{
    return definitions(c, node, "definitions", value);
}

static bool on_required(struct compile *c, struct schema_node *node, const json_t *value)
{
    bool ok = json_is_array(value);
    for (size_t i = 0; ok && i < json_array_size(value); i++)
        ok = json_is_string(json_array_get(value, i));
    node->required = value;
    return ok || refuse(c, node, "required", "expected an array of member names");
}

static bool on_additional(struct compile *c, struct schema_node *node, const json_t *value)
{
    return subschema(c, node, "additionalProperties", NULL, value, &node->rest);
}

static bool on_items(struct compile *c, struct schema_node *node, const json_t *value)
{
    if (json_is_array(value))
        return refuse(c, node, "items", "a schema for each element is not known here, only one for all");
    return subschema(c, node, "items", NULL, value, &node->items);
}

static bool on_any_of(struct compile *c, struct schema_node *node, const json_t *value)
{
    size_t n = json_array_size(value);
    if (n == 0)
        return refuse(c, node, "anyOf", "expected a list of schemas");
    node->any_of = ARENA_ARRAY(c->arena, const struct schema_node *, n);
    node->any_of_n = n;
    for (size_t i = 0; i < n; i++) {
        char index[24];
        snprintf(index, sizeof(index), "%zu", i);
        if (!subschema(c, node, "anyOf", index, json_array_get(value, i), &node->any_of[i]))
            return false;
    }
    return true;
}

static bool on_enum(struct compile *c, struct schema_node *node, const json_t *value)
{
    node->one_of_values = value;
    return json_is_array(value) || refuse(c, node, "enum", "expected an array of values");
}

static bool on_const(struct compile *c, struct schema_node *node, const json_t *value)
{
    (void)c;
    node->constant = value;
    return true;
}

static bool on_pattern(struct compile *c, struct schema_node *node, const json_t *value)
{
    static const struct regex_options ecma = {.ecma = true, .counted = true};
    if (!json_is_string(value))
        return refuse(c, node, "pattern", "expected a regular expression");
    struct pos at = {.file = c->options.name, .pointer = arena_printf(c->arena, "%s/pattern", node->pointer)};
    node->pattern_text = json_string_value(value);
    node->pattern = regex_compile(node->pattern_text, json_string_length(value), &ecma, at, c->err);
    return node->pattern != NULL;
}

static bool on_format(struct compile *c, struct schema_node *node, const json_t *value)
{
    if (!json_is_string(value))
        return refuse(c, node, "format", "expected the name of a format");
    if (!c->options.assert_formats)
        return true;
    node->format = format_find(json_string_value(value));
    return node->format ||
           refuse(c, node, "format", "'%.60s' is not known, only date-time and uuid4", json_string_value(value));
}

static bool on_id(struct compile *c, struct schema_node *node, const json_t *value)
{
    if (!json_is_string(value))
        return refuse(c, node, "$id", "expected a URI");
    return node->source == c->root || refuse(c, node, "$id", "not known below the root of a schema");
}

/* "$schema" of the root has been read before; below it must say the same. */
static bool on_dialect(struct compile *c, struct schema_node *node, const json_t *value)
{
    const char *root = json_string_value(json_object_get(c->root, "$schema")), *here = json_string_value(value);
    if (root && here && strcmp(root, here) == 0)
        return true;
    return refuse(c, node, "$schema", "expected the same as at the root of the schema");
}

static bool on_ref(struct compile *c, struct schema_node *node, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text || text[0] != '#' || (text[1] != '\0' && text[1] != '/'))
        return refuse(c, node, "$ref", "expected a reference within this schema, '#' or '#/…'");
    return true; /* looked up when all schemas are known */
}

static bool on_note(struct compile *c, struct schema_node *node, const json_t *value)
{
    (void)c, (void)node, (void)value;
    return true;
}

static const struct keyword {
    const char *name;
    bool (*compile)(struct compile *c, struct schema_node *node, const json_t *value);
    bool beside_ref; /* in draft-07, too: it asserts nothing */
} keywords[] = {
    {"$comment", on_note, true},
    {"$defs", on_defs, true},
    {"$id", on_id, true},
    {"$ref", on_ref, true},
    {"$schema", on_dialect, true},
    {"additionalProperties", on_additional, false},
    {"anyOf", on_any_of, false},
    {"const", on_const, false},
    {"default", on_note, true},
    {"definitions", on_definitions, true},
    {"description", on_note, true},
    {"enum", on_enum, false},
    {"format", on_format, false},
    {"items", on_items, false},
    {"pattern", on_pattern, false},
    {"patternProperties", on_pattern_properties, false},
    {"properties", on_properties, false},
    {"required", on_required, false},
    {"title", on_note, true},
    {"type", on_type, false},
};

static int compare_keyword(const void *name, const void *keyword)
{
    return strcmp(name, ((const struct keyword *)keyword)->name);
}

static bool compile_keyword(struct compile *c, struct schema_node *node, const char *name, const json_t *value)
{
    const struct keyword *keyword =
        bsearch(name, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]), compare_keyword);
    if (!keyword)
        return refuse(c, node, escaped(c->arena, name, strlen(name)), "this keyword is not known here");
    if (c->draft7 && !keyword->beside_ref && json_object_get(node->source, "$ref"))
        return refuse(c, node, name, "draft-07 ignores keywords beside $ref");
    return keyword->compile(c, node, value);
}

static bool compile_node(struct compile *c, struct schema_node *node)
{
    json_t *source = (json_t *)node->source;
    for (void *i = json_object_iter(source); i; i = json_object_iter_next(source, i))
        if (!compile_keyword(c, node, json_object_iter_key(i), json_object_iter_value(i)))
            return false;
    return true;
}

/* --- references --- */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    int value = found ? (int)(found - digits) : -1;
    return value < 16 ? value : value - 6;
}

/* Undoes a URI's %-escapes in place; false where one is broken. */
static bool percent_decode(char *text)
{
    char *to = text;
    for (; *text; text++) {
        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *to++ = (char)(high * 16 + low);
        text += 2;
    }
    *to = '\0';
    return true;
}

/* Undoes ~0 and ~1 in place; false where a '~' stands alone. */
static bool unescape_token(char *token)
{
    char *to = token;
    for (; *token; token++) {
        if (*token == '~' && token[1] != '0' && token[1] != '1')
            return false;
        *to++ = *token != '~' ? *token : *++token == '1' ? '/' : '~';
    }
    *to = '\0';
    return true;
}

static const json_t *child_of(const json_t *value, const char *token)
{
    if (!json_is_array(value))
        return json_object_get(value, token);
    size_t digits = strspn(token, "0123456789");
    if (digits == 0 || digits > 9 || token[digits] || (token[0] == '0' && digits > 1))
        return NULL;
    return json_array_get(value, (size_t)strtoul(token, NULL, 10));
}

/* The value that a JSON Pointer ("" or "/a/0") means, or NULL; changes `pointer`. */
static const json_t *pointed(const json_t *root, char *pointer)
{
    const json_t *value = root;
    char *next;
    for (char *token = *pointer ? pointer + 1 : NULL; value && token; token = next) {
        size_t len = strcspn(token, "/");
        next = token[len] ? token + len + 1 : NULL;
        token[len] = '\0';
        if (!unescape_token(token))
            return NULL;
        value = child_of(value, token);
    }
    return value;
}

static int compare_sources(const void *a, const void *b)
{
    const json_t *x = (*(struct schema_node *const *)a)->source, *y = (*(struct schema_node *const *)b)->source;
    return ((uintptr_t)x > (uintptr_t)y) - ((uintptr_t)x < (uintptr_t)y);
}

static void index_sources(struct compile *c)
{
    c->by_source = ARENA_ARRAY(c->arena, struct schema_node *, c->schema->n);
    for (size_t i = 0; i < c->schema->n; i++)
        if (json_is_object(c->schema->v[i]->source))
            c->by_source[c->by_source_n++] = c->schema->v[i];
    qsort(c->by_source, c->by_source_n, sizeof(*c->by_source), compare_sources);
}

static bool link_ref(struct compile *c, struct schema_node *node)
{
    const char *text = json_string_value(json_object_get(node->source, "$ref"));
    if (!text)
        return true;
    char *pointer = arena_strdup(c->arena, text + 1);
    if (!percent_decode(pointer))
        return refuse(c, node, "$ref", "expected two hexadecimal digits after each '%%'");
    const json_t *target = pointed(c->root, arena_strdup(c->arena, pointer));
    if (!target)
        return refuse(c, node, "$ref", "'%.100s' leads to nothing in this schema", text);
    if (json_is_boolean(target)) {
        node->ref = node_add(c, target, pointer);
        return true;
    }
    struct schema_node key = {.source = target}, *wanted = &key;
    struct schema_node **found = bsearch(&wanted, c->by_source, c->by_source_n, sizeof(*c->by_source), compare_sources);
    node->ref = found ? *found : NULL;
    return found || refuse(c, node, "$ref", "'%.100s' does not lead to a schema", text);
}

/* --- ways that stay on one value --- */

struct step {
    struct schema_node *node;
    size_t next;
};

/* The i-th schema that holds for the same value as `node`, or NULL. */
static struct schema_node *in_place(const struct schema_node *node, size_t i)
{
    if (node->ref && i == 0)
        return (struct schema_node *)node->ref;
    i -= node->ref != NULL;
    return i < node->any_of_n ? (struct schema_node *)node->any_of[i] : NULL;
}

/* Measures the ways from `start` on, depth first; `stack` has room for all nodes. */
static bool measure(struct compile *c, struct schema_node *start, struct step *stack)
{
    size_t depth = 0;
    if (start->height == 0)
        stack[depth++] = (struct step){start, 0};
    while (depth > 0) {
        struct step *top = &stack[depth - 1];
        struct schema_node *node = top->node, *child = in_place(node, top->next++);
        if (top->next == 1)
            node->height = -1;
        if (child && child->height < 0)
            return refuse(c, node, NULL, "leads back to itself without going down into the value");
        if (child && child->height == 0)
            stack[depth++] = (struct step){child, 0};
        if (child)
            continue;
        node->height = 1;
        for (size_t i = 0; (child = in_place(node, i)); i++)
            node->height = node->height > child->height ? node->height : child->height + 1;
        if (node->height > IN_PLACE_MAX)
            return refuse(c, node, NULL, "expected at most %d references and anyOf in a row", IN_PLACE_MAX);
        depth--;
    }
    return true;
}

/* --- */

static bool read_dialect(struct compile *c, const struct schema_node *root)
{
    static const struct {
        const char *uri;
        bool draft7;
    } dialects[] = {
        {"https://json-schema.org/draft/2020-12/schema", false},
        {"http://json-schema.org/draft-07/schema", true},
        {"https://json-schema.org/draft-07/schema", true},
    };
    const json_t *value = json_object_get(c->root, "$schema");
    const char *text = json_string_value(value);
    for (size_t i = 0; text && i < sizeof(dialects) / sizeof(dialects[0]); i++) {
        size_t len = strlen(dialects[i].uri);
        if (strncmp(text, dialects[i].uri, len) == 0 && (!text[len] || strcmp(text + len, "#") == 0)) {
            c->draft7 = dialects[i].draft7;
            return true;
        }
    }
    return !value || refuse(c, root, "$schema", "only draft 2020-12 and draft-07 are known");
}

static bool compile_all(struct compile *c)
{
    struct json_schema *schema = c->schema;
    struct schema_node *root = node_add(c, c->root, "");
    if (!json_is_object(c->root) && !json_is_boolean(c->root))
        return refuse(c, root, NULL, "expected a schema: an object, true or false");
    if (!read_dialect(c, root))
        return false;
    for (size_t i = 0; i < schema->n; i++)
        if (!compile_node(c, schema->v[i]))
            return false;
    index_sources(c);
    for (size_t i = 0, n = schema->n; i < n; i++)
        if (!link_ref(c, schema->v[i]))
            return false;
    struct step *stack = ARENA_ARRAY(c->arena, struct step, schema->n + 1);
    for (size_t i = 0; i < schema->n; i++)
        if (!measure(c, schema->v[i], stack))
            return false;
    return true;
}

struct json_schema *json_schema_compile_with(struct arena *arena, const json_t *schema,
                                             const struct json_schema_options *options, struct error *err)
{
    struct compile c = {.arena = arena, .root = schema, .options = *options, .err = err};
    c.schema = ARENA_NEW(arena, struct json_schema);
    if (compile_all(&c))
        return c.schema;
    json_schema_close(c.schema);
    return NULL;
}

struct json_schema *json_schema_compile(struct arena *arena, const json_t *schema, const char *name, struct error *err)
{
    struct json_schema_options options = {.name = name};
    return json_schema_compile_with(arena, schema, &options, err);
}

void json_schema_close(struct json_schema *schema)
{
    for (size_t i = 0; schema && i < schema->n; i++) {
        struct schema_node *node = schema->v[i];
        regex_close(node->pattern);
        node->pattern = NULL;
        for (size_t k = 0; k < node->patterns_n; k++)
            regex_close(node->patterns[k].regex);
        node->patterns_n = 0;
    }
}
