#include "store/helper.h"

#include <math.h>
#include <string.h>

/* One argument that is being taken. */
struct taking {
    struct parsing *parsing;
    const struct parser_argument *spec;
    struct argument *out;
    struct error *err;
};

static bool wrong(const struct taking *taking, const char *expected)
{
    return error_set(taking->err, ERR_ARTIFACT, "%s: expected %s", taking->spec->name, expected);
}

static const char *text_of(const struct taking *taking, const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? arena_strdup(taking->parsing->arena, text) : NULL;
}

static bool take_text(const struct taking *taking, const json_t *value)
{
    taking->out->text = text_of(taking, value);
    bool empty = taking->spec->kind == ARGUMENT_MARK && taking->out->text && !taking->out->text[0];
    return (taking->out->text && !empty) || wrong(taking, empty ? "a text that is not empty" : "a text");
}

static bool take_word(const struct taking *taking, const json_t *value)
{
    const char *text = json_string_value(value);
    for (size_t i = 0; text && taking->spec->words[i]; i++) {
        if (strcmp(taking->spec->words[i], text) != 0)
            continue;
        taking->out->word = i;
        return true;
    }
    struct text words = text_open(1000);
    for (size_t i = 0; taking->spec->words[i]; i++)
        text_printf(&words, "%s%s", i ? " or " : "", taking->spec->words[i]);
    wrong(taking, words.s);
    text_close(&words);
    return false;
}

/* A list of texts, or one text. An empty table of Lua is an empty object. */
static bool take_names(const struct taking *taking, json_t *value)
{
    bool list = json_is_array(value), empty = json_is_object(value) && json_object_size(value) == 0;
    size_t n = list ? json_array_size(value) : !empty;
    const char **names = ARENA_ARRAY(taking->parsing->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        names[i] = text_of(taking, list ? json_array_get(value, i) : value);
        if (!names[i])
            return wrong(taking, "a text, or a list of texts");
    }
    taking->out->names = names;
    return true;
}

static const char *label_text(const struct taking *taking, const json_t *value)
{
    double real = json_number_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value) || (json_is_real(value) && real == floor(real) && fabs(real) < 1e15))
        return arena_printf(taking->parsing->arena, "%.0f", real);
    return json_is_real(value) ? arena_printf(taking->parsing->arena, "%.17g", real) : text_of(taking, value);
}

static bool take_labels(const struct taking *taking, json_t *value)
{
    const char *name;
    json_t *member;
    const char **pairs = ARENA_ARRAY(taking->parsing->arena, const char *, 2 * json_object_size(value) + 1), **next = pairs;
    json_object_foreach(value, name, member) {
        *next++ = arena_strdup(taking->parsing->arena, name);
        *next = label_text(taking, member);
        if (!*next++)
            return wrong(taking, "a table of texts");
    }
    taking->out->names = pairs;
    return json_is_object(value) || wrong(taking, "a table of texts");
}

static bool take_paths(const struct taking *taking, json_t *value)
{
    if (!take_names(taking, value))
        return false;
    const char *const *names = taking->out->names;
    size_t n = 0;
    while (names[n])
        n++;
    struct json_path **paths = ARENA_ARRAY(taking->parsing->arena, struct json_path *, n + 1);
    for (size_t i = 0; i < n; i++) {
        paths[i] = json_path_parse(taking->parsing->arena, names[i], (struct pos){0}, taking->err);
        if (!paths[i])
            return false;
    }
    taking->out->paths = paths;
    taking->out->paths_n = n;
    return n > 0 || wrong(taking, "a path");
}

static bool take_flag(const struct taking *taking, const json_t *value)
{
    taking->out->flag = json_is_true(value);
    return json_is_boolean(value) || wrong(taking, "true or false");
}

static bool take_pattern(const struct taking *taking, const json_t *value)
{
    const char *text = text_of(taking, value);
    taking->out->pattern = text ? parsing_regex(taking->parsing, text, taking->err) : NULL;
    return taking->out->pattern || taking->err->kind || wrong(taking, "a pattern");
}

static bool take_count(const struct taking *taking, const json_t *value)
{
    double count = json_number_value(value);
    bool whole = json_is_number(value) && count >= 0 && count == floor(count) && count < 1e15;
    taking->out->count = whole ? (size_t)count : 0;
    return whole || wrong(taking, "a whole number from 0 on");
}

/* {NAME = WORD, …}, or one word for all. */
static bool take_types(const struct taking *taking, json_t *value)
{
    size_t n = json_is_object(value) ? json_object_size(value) : 1, i = 0;
    struct named_word *types = ARENA_ARRAY(taking->parsing->arena, struct named_word, n + 1);
    const char *name;
    json_t *word;
    taking->out->types = types;
    taking->out->types_n = n;
    if (!json_is_object(value)) {
        bool ok = take_word(taking, value);
        types[0].word = taking->out->word;
        return ok;
    }
    json_object_foreach(value, name, word) {
        if (!take_word(taking, word))
            return false;
        types[i++] = (struct named_word){.name = arena_strdup(taking->parsing->arena, name), .word = taking->out->word};
    }
    return true;
}

static bool take(struct taking *taking, json_t *value)
{
    taking->out->given = true;
    switch (taking->spec->kind) {
    case ARGUMENT_TEXT:
    case ARGUMENT_FILE:
    case ARGUMENT_FILES:
    case ARGUMENT_MARK: return take_text(taking, value);
    case ARGUMENT_FLAG: return take_flag(taking, value);
    case ARGUMENT_COUNT: return take_count(taking, value);
    case ARGUMENT_WORD: return take_word(taking, value);
    case ARGUMENT_NAMES: return take_names(taking, value);
    case ARGUMENT_FLAG_NAMES: return json_is_boolean(value) ? take_flag(taking, value) : take_names(taking, value);
    case ARGUMENT_LABELS: return take_labels(taking, value);
    case ARGUMENT_PATH:
    case ARGUMENT_PATHS: return take_paths(taking, value);
    case ARGUMENT_PATTERN: return take_pattern(taking, value) && !taking->err->kind;
    case ARGUMENT_EXPRESSION: taking->out->value = value; return true;
    case ARGUMENT_TYPES: return take_types(taking, value);
    case ARGUMENT_FUNCTION: break;
    }
    return wrong(taking, "it in the workload's YAML");
}

static bool unknown(const struct parser_kind *kind, size_t plain, const char *name, struct error *err)
{
    struct text names = text_open(1000);
    for (size_t i = plain; kind->arguments[i].name; i++)
        text_printf(&names, "%s%s", i > plain ? ", " : "", kind->arguments[i].name);
    error_set(err, ERR_ARTIFACT, "'%.60s' is no argument of it, which has: %s", name, names.s);
    text_close(&names);
    return false;
}

/* The members of the table. */
static bool take_named(struct taking *taking, const struct parser_kind *kind, size_t plain, json_t *table, struct parser *parser)
{
    const char *name;
    json_t *value;
    if (!json_is_object(table))
        return error_set(taking->err, ERR_ARTIFACT, "argument %zu must be a table", plain + 1);
    json_object_foreach(table, name, value) {
        size_t i = plain;
        while (kind->arguments[i].name && strcmp(kind->arguments[i].name, name) != 0)
            i++;
        if (!kind->arguments[i].name)
            return unknown(kind, plain, name, taking->err);
        taking->spec = &kind->arguments[i];
        taking->out = &parser->arguments[i];
        if (!take(taking, value))
            return false;
    }
    return true;
}

bool helper_parse(struct parsing *parsing, const struct parser_kind *kind, size_t plain, struct helper_arguments given,
                  json_t **result, struct error *err)
{
    struct parser parser = {.name = kind->name, .kind = kind};
    struct taking taking = {.parsing = parsing, .err = err};
    for (size_t i = 0; i < plain; i++) {
        taking.spec = &kind->arguments[i];
        taking.out = &parser.arguments[i];
        if (i >= given.n || !json_is_string(given.v[i]))
            return error_set(err, ERR_ARTIFACT, "argument %zu must be text", i + 1);
        if (!take(&taking, given.v[i]))
            return false;
    }
    if (given.n > plain && !json_is_null(given.v[plain]) && !take_named(&taking, kind, plain, given.v[plain], &parser))
        return false;
    for (size_t i = plain; kind->arguments[i].name; i++)
        if (kind->arguments[i].needed && !parser.arguments[i].given)
            return error_set(err, ERR_ARTIFACT, "expected %s in the table", kind->arguments[i].name);
    if (kind->check && !kind->check(&parser, err)) {
        err->kind = ERR_ARTIFACT;
        return false;
    }
    *result = kind->parse(parsing, &parser, err);
    return err->kind == ERR_NONE;
}
