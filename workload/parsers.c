/* Reading parse_once: and parse_always: against the argument tables of the registered parsers. */
#include <string.h>

#include "config/options.h"
#include "workload/reader.h"

static bool read_paths(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    struct json_path **paths = ARENA_ARRAY(reader->arena, struct json_path *, n + 1);
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const struct node *one = node->kind == NODE_LIST ? node->items[i] : node;
        const char *text;
        if (reader_text(reader, one, what, &text))
            paths[i] = json_path_parse(reader->arena, text, reader_pos(reader, one), reader->err);
        ok &= reader_collect(reader, paths[i] != NULL);
    }
    out->paths = paths;
    out->paths_n = n;
    return ok;
}

static bool read_pattern(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    if (!reader_text(reader, node, what, &out->text))
        return false;
    out->pattern = regex_compile(out->text, strlen(out->text), &(struct regex_options){0}, reader_pos(reader, node),
                                 reader->err);
    if (out->pattern)
        *LIST_ADD(reader->arena, &reader->workload->patterns) = out->pattern;
    return out->pattern != NULL;
}

static bool read_file(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    const struct node *glob = node_member(node, "glob"), *join = node_member(node, "join");
    if (node->kind != NODE_MAP)
        return reader_text(reader, node, what, &out->text);
    if (!glob || node->n != 1 + (join != NULL))
        return reader_wrong(reader, node, what, "a file, or {glob: PATTERN} and perhaps join: true");
    out->glob = true;
    return reader_text(reader, glob, what, &out->text) && (!join || reader_flag(reader, join, what, &out->join));
}

static bool read_count(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    if (node->kind != NODE_INT || node->integer < 0)
        return reader_wrong(reader, node, what, "a whole number from 0 on");
    out->count = (size_t)node->integer;
    return true;
}

static bool read_types(const struct reader *reader, const struct node *node, const char *what, const char *const *words,
                       struct argument *out)
{
    bool map = node->kind == NODE_MAP;
    size_t n = map ? node->n : 1;
    struct named_word *types = ARENA_ARRAY(reader->arena, struct named_word, n);
    for (size_t i = 0; i < n; i++) {
        const struct node *word = map ? node->items[i] : node;
        if (!reader_word(reader, word, what, words, &types[i].word))
            return false;
        types[i].name = map ? node->keys[i]->string : NULL;
        types[i].at = reader_pos(reader, map ? node->keys[i] : node);
    }
    out->types = types;
    out->types_n = n;
    return true;
}

static bool read_flag_names(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    if (node->kind == NODE_LIST)
        return reader_names(reader, node, what, &out->names);
    return node->kind == NODE_BOOL ? reader_flag(reader, node, what, &out->flag)
                                   : reader_wrong(reader, node, what, "true, false or a list of names");
}

static bool read_labels(const struct reader *reader, const struct node *node, const char *what, struct argument *out)
{
    if (!reader_map(reader, node, what))
        return false;
    const char **pairs = ARENA_ARRAY(reader->arena, const char *, 2 * node->n + 1);
    for (size_t i = 0; i < node->n; i++) {
        const struct node *item = node->items[i];
        bool number = item->kind == NODE_INT || item->kind == NODE_FLOAT;
        pairs[2 * i] = node->keys[i]->string;
        if (number)
            pairs[2 * i + 1] = item->string; /* as it stands */
        else if (item->kind == NODE_BOOL)
            pairs[2 * i + 1] = item->boolean ? "true" : "false";
        else if (!reader_text(reader, item, what, &pairs[2 * i + 1]))
            return false;
    }
    out->names = pairs;
    return true;
}

static bool read_argument(const struct reader *reader, const struct parser_argument *spec, const struct node *node,
                          const char *what, struct argument *out)
{
    out->given = true;
    out->at = reader_pos(reader, node);
    switch (spec->kind) {
    case ARGUMENT_FILE:
    case ARGUMENT_FILES: return read_file(reader, node, what, out);
    case ARGUMENT_COUNT: return read_count(reader, node, what, out);
    case ARGUMENT_TYPES: return read_types(reader, node, what, spec->words, out);
    case ARGUMENT_FLAG_NAMES: return read_flag_names(reader, node, what, out);
    case ARGUMENT_TEXT:
    case ARGUMENT_FUNCTION: return reader_text(reader, node, what, &out->text);
    case ARGUMENT_MARK:
        return reader_text(reader, node, what, &out->text) &&
               (out->text[0] || reader_wrong(reader, node, what, "a text that is not empty"));
    case ARGUMENT_FLAG: return reader_flag(reader, node, what, &out->flag);
    case ARGUMENT_WORD: return reader_word(reader, node, what, spec->words, &out->word);
    case ARGUMENT_NAMES: return reader_names(reader, node, what, &out->names);
    case ARGUMENT_LABELS: return read_labels(reader, node, what, out);
    case ARGUMENT_PATH: return node->kind == NODE_LIST ? reader_wrong(reader, node, what, "one JSONPath") : read_paths(reader, node, what, out);
    case ARGUMENT_PATHS: return read_paths(reader, node, what, out);
    case ARGUMENT_PATTERN: return read_pattern(reader, node, what, out);
    case ARGUMENT_EXPRESSION: return reader_expression(reader, node, what, &out->code);
    }
    return false;
}

static const struct parser_kind *find_kind(const struct reader *reader, const struct node *node)
{
    for (const struct parser_kind *const *kind = reader->registry->parsers; *kind; kind++)
        if (node_member(node, (*kind)->name))
            return *kind;
    return NULL;
}

/* Says which parser one of the keys was probably meant to be; false: none of them looks like one. */
static bool nearest_kind(const struct reader *reader, const struct node *node, const char *what, const char *const *names)
{
    for (size_t i = 0; i < node->n; i++) {
        const char *key = node->keys[i]->string, *nearest = option_nearest(key, names), *colon = strchr(key, ':');
        struct pos at = reader_pos(reader, node->keys[i]);
        if (nearest)
            return !error_at(reader->err, ERR_USAGE, at, "%s: there is no parser '%.60s'; did you mean '%s'?", what, key, nearest);
        if (colon && node->items[i]->kind == NODE_NULL)
            return !error_at(reader->err, ERR_USAGE, at, "%s: found '%.60s': YAML wants a blank behind the ':'", what, key);
    }
    return false;
}

static bool no_kind(const struct reader *reader, const struct node *node, const char *what)
{
    LIST_OF(const char *) names = {0};
    struct text all = text_open(1000);
    for (const struct parser_kind *const *kind = reader->registry->parsers; *kind; kind++) {
        text_printf(&all, "%s%s", all.len ? ", " : "", (*kind)->name);
        *LIST_ADD(reader->arena, &names) = (*kind)->name;
    }
    *LIST_ADD(reader->arena, &names) = NULL;
    if (!nearest_kind(reader, node, what, names.v))
        error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "%s: expected one of the parsers %s", what, all.s);
    text_close(&all);
    return false;
}

static bool unknown_argument(const struct reader *reader, const struct node *key, const char *what,
                             const struct parser_kind *kind)
{
    struct text names = text_open(1000);
    for (const struct parser_argument *argument = kind->arguments; argument->name; argument++)
        text_printf(&names, "%s%s", names.len ? ", " : "", argument->name);
    error_at(reader->err, ERR_USAGE, reader_pos(reader, key), "%s: '%s' is no argument of the parser '%s', which has: %s",
             what, key->string, kind->name, names.s);
    text_close(&names);
    return false;
}

static bool read_parser(const struct reader *reader, const struct node *node, struct parser *parser)
{
    const char *what = arena_printf(reader->arena, "'%s'", parser->name);
    if (!reader_map(reader, node, what))
        return false;
    parser->kind = find_kind(reader, node);
    if (!parser->kind)
        return no_kind(reader, node, what);
    bool ok = true, misspelt = false;
    for (size_t i = 0; i < node->n; i++) {
        const struct parser_argument *spec = parser->kind->arguments;
        while (spec->name && strcmp(spec->name, node->keys[i]->string) != 0)
            spec++;
        misspelt |= !spec->name;
        ok &= reader_collect(reader, spec->name
                                         ? read_argument(reader, spec, node->items[i], arena_printf(reader->arena, "%s: %s", what, spec->name),
                                                         &parser->arguments[spec - parser->kind->arguments])
                                         : unknown_argument(reader, node->keys[i], what, parser->kind));
    }
    for (size_t i = 0; parser->kind->arguments[i].name && !misspelt; i++)
        if (parser->kind->arguments[i].needed && !parser->arguments[i].given)
            ok &= reader_collect(reader, error_at(reader->err, ERR_USAGE, parser->at, "%s: the parser '%s' needs %s", what,
                                                  parser->kind->name, parser->kind->arguments[i].name));
    return ok && !misspelt && parser->kind->check ? parser->kind->check(parser, reader->err) : ok;
}

struct parser_list {
    struct parser **v;
    size_t *n;
};

static bool read_list(const struct reader *reader, const struct node *node, struct parser_list list)
{
    bool all = true;
    if (!reader_map(reader, node, "parse_once or parse_always"))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        struct parser parser = {.name = node->keys[i]->string, .at = reader_pos(reader, node->keys[i])};
        bool ok = reader_name_valid(parser.name)
                      ? read_parser(reader, node->items[i], &parser)
                      : reader_wrong(reader, node->keys[i], "name of a parsed value", "letters, digits and _");
        all &= reader_collect(reader, ok);
        if (!ok) /* of a name that is none nobody knows how it is named elsewhere */
            problems_doubt(reader->problems, "parse_once", reader_name_valid(parser.name) ? parser.name : NULL);
        if (!ok)
            continue;
        size_t k = 0;
        while (k < *list.n && strcmp((*list.v)[k].name, parser.name) != 0)
            k++;
        if (k == *list.n) {
            struct parser *wider = ARENA_ARRAY(reader->arena, struct parser, *list.n + 1);
            if (*list.n)
                memcpy(wider, *list.v, *list.n * sizeof(*wider));
            *list.v = wider;
            ++*list.n;
        }
        (*list.v)[k] = parser; /* a later file's entry replaces an earlier one's of the same name */
    }
    return all;
}

/* A file, or {glob: PATTERN, join: FLAG}. */
static json_t *file_shape(void)
{
    return json_pack("{s:[s s] s:{s:{s:s} s:{s:s}} s:[s] s:b}", "type", "string", "object", "properties", "glob", "type", "string", "join",
                     "type", "boolean", "required", "glob", "additionalProperties", 0);
}

static json_t *types_shape(const char *const *words)
{
    return json_pack("{s:[o o]}", "anyOf", shape_word(words), shape_map(NULL, shape_word(words)));
}

static json_t *argument_shape(const struct parser_argument *spec, const struct workload_registry *registry)
{
    switch (spec->kind) {
    case ARGUMENT_FILE:
    case ARGUMENT_FILES: return file_shape();
    case ARGUMENT_COUNT: return json_pack("{s:s s:i}", "type", "integer", "minimum", 0);
    case ARGUMENT_TYPES: return types_shape(spec->words);
    case ARGUMENT_FLAG_NAMES: return json_pack("{s:[s s] s:{s:s}}", "type", "boolean", "array", "items", "type", "string");
    case ARGUMENT_LABELS: return shape_map(NULL, json_pack("{s:[s s s]}", "type", "string", "number", "boolean"));
    case ARGUMENT_TEXT:
    case ARGUMENT_FUNCTION:
    case ARGUMENT_PATTERN:
    case ARGUMENT_PATH: return shape_text(registry);
    case ARGUMENT_MARK: return shape_text_filled(registry);
    case ARGUMENT_FLAG: return shape_flag(registry);
    case ARGUMENT_WORD: return shape_word(spec->words);
    case ARGUMENT_NAMES:
    case ARGUMENT_PATHS: return shape_names(registry);
    case ARGUMENT_EXPRESSION: return shape_expression(registry);
    }
    return NULL;
}

static json_t *parser_shape(const struct parser_kind *kind, const struct workload_registry *registry)
{
    json_t *properties = json_object(), *required = json_pack("[s]", kind->name);
    for (const struct parser_argument *spec = kind->arguments; spec->name; spec++) {
        json_object_set_new(properties, spec->name, argument_shape(spec, registry));
        if (spec->needed)
            json_array_append_new(required, json_string(spec->name));
    }
    return json_pack("{s:o s:o s:b}", "properties", properties, "required", required, "additionalProperties", 0);
}

/* A parser's name decides which arguments there may be: if it is there, these. The names stand in `properties`, too, so that
 * editors offer them. */
json_t *shape_parsers(const struct workload_registry *registry)
{
    json_t *choices = json_array(), *names = json_object();
    for (const struct parser_kind *const *kind = registry->parsers; *kind; kind++) {
        json_array_append_new(choices, parser_shape(*kind, registry));
        json_object_set_new(names, (*kind)->name, json_object());
    }
    return shape_map(SHAPE_NAME, json_pack("{s:s s:o s:o}", "type", "object", "properties", names, "anyOf", choices));
}

bool parsers_read_once(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    return read_list(reader, node, (struct parser_list){&workload->parse_once, &workload->parse_once_n});
}

bool parsers_read_always(const struct reader *reader, const struct node *node, void *target)
{
    struct workload *workload = target;
    return read_list(reader, node, (struct parser_list){&workload->parse_always, &workload->parse_always_n});
}
