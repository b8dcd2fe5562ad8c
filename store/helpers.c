/* The functions that Lua code may call. Each takes JSON values and gives one; a wrong argument is an error that says so. */
#include <string.h>

#include "json/read.h"
#include "store/budget.h"
#include "store/helper.h"
#include "store/lines.h"
#include "store/literal.h"
#include "store/quantity.h"

enum { PATHS_MAX = 32, GROUPS_MAX = 32, PARTS_MAX = 1000 * 1000 };

static bool want_text(json_t *const *arguments, size_t n, size_t i, const char **text, size_t *len, struct error *err)
{
    *text = "";
    *len = 0;
    if (i >= n || !json_is_string(arguments[i]))
        return error_set(err, ERR_ARTIFACT, "argument %zu must be text", i + 1);
    *text = json_string_value(arguments[i]);
    *len = json_string_length(arguments[i]);
    return true;
}

/* json("nodes.json"), json("nodes.json", {"$.items[*].metadata.name", …}): nil when the file is not there. */
static bool help_json(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    struct json_path *paths[PATHS_MAX];
    const char *name;
    size_t len, paths_n = n > 1 ? json_array_size(arguments[1]) : 0;
    if (!want_text(arguments, n, 0, &name, &len, err))
        return false;
    if (paths_n > PATHS_MAX || (n > 1 && !json_is_array(arguments[1])))
        return error_set(err, ERR_ARTIFACT, "argument 2 must be a list of at most %d paths", (int)PATHS_MAX);
    for (size_t i = 0; i < paths_n; i++) {
        const char *text = json_string_value(json_array_get(arguments[1], i));
        paths[i] = json_path_parse(parsing->arena, text ? text : "", (struct pos){0}, err);
        if (!paths[i])
            return false;
    }
    *result = parsing_json(parsing, arena_strdup(parsing->arena, name), paths_n ? paths : NULL, paths_n, err);
    return err->kind == ERR_NONE;
}

static bool help_yaml(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    const char *name;
    size_t len;
    if (n > 1 && json_is_object(arguments[1]))
        return helper_parse(parsing, &parser_yaml, 1, (struct helper_arguments){arguments, n}, result, err);
    if (!want_text(arguments, n, 0, &name, &len, err))
        return false;
    const struct document *document = parsing_yaml(parsing, arena_strdup(parsing->arena, name), false, err);
    *result = document ? json_incref(document->json) : NULL;
    return err->kind == ERR_NONE;
}

static bool help_text(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    const char *name, *bytes, *path;
    size_t len;
    if (!want_text(arguments, n, 0, &name, &len, err))
        return false;
    enum root_found found = parsing_read(parsing, arena_strdup(parsing->arena, name), &bytes, &len, &path, err);
    if (found == ROOT_FOUND)
        *result = parsing_string(parsing, path, bytes, len);
    return found != ROOT_REFUSED;
}

static bool help_exists(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *name;
    size_t len;
    bool exists;
    if (!want_text(arguments, n, 0, &name, &len, err) || !parsing_exists(context, name, &exists, err))
        return false;
    *result = json_boolean(exists);
    return true;
}

static bool word_index(json_t *const *arguments, size_t n, size_t i, const char *const *words, size_t *which, struct error *err)
{
    *which = 0;
    if (i >= n || json_is_null(arguments[i]))
        return true;
    const char *text = json_string_value(arguments[i]);
    for (; words[*which]; ++*which)
        if (text && strcmp(words[*which], text) == 0)
            return true;
    struct text all = text_open(400);
    for (size_t k = 0; words[k]; k++)
        text_printf(&all, "%s%s", k ? ", " : "", words[k]);
    error_set(err, ERR_ARTIFACT, "argument %zu must be one of %s", i + 1, all.s);
    text_close(&all);
    return false;
}

/* lines("pod.log", "pattern"[, "number"[, "last"]]), lines("pod.log", "(?<a>…)", {types = {a = "int"}, keep = "last"}) */
static bool help_lines(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    const char *name, *pattern;
    size_t len, as, keep;
    if (n > 2 && json_is_object(arguments[2]))
        return helper_parse(parsing, &parser_lines, 2, (struct helper_arguments){arguments, n}, result, err);
    if (!want_text(arguments, n, 0, &name, &len, err) || !want_text(arguments, n, 1, &pattern, &len, err) ||
        !word_index(arguments, n, 2, typed_words, &as, err) || !word_index(arguments, n, 3, pieces_keep_words, &keep, err))
        return false;
    struct regex *regex = parsing_regex(parsing, pattern, err);
    if (!regex)
        return false;
    struct pieces_source source = {.as = (enum typed_as)as, .keep = (enum pieces_keep)keep};
    struct stream stream;
    if (stream_open(parsing, arena_strdup(parsing->arena, name), "a line", &stream, err) == ROOT_FOUND) {
        source.stream = &stream;
        *result = lines_parse(parsing, &source, regex, (struct pos){0}, err);
        stream_close(&stream);
    }
    return err->kind == ERR_NONE;
}

/* parse_json(text): a JSON text, as an environment variable holds one. */
static bool help_parse_json(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text;
    size_t len;
    (void)context;
    if (!want_text(arguments, n, 0, &text, &len, err))
        return false;
    *result = json_read(text, len, &(struct json_read_options){0}, err);
    return *result != NULL;
}

static bool help_python(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text;
    size_t len;
    struct literal found = {0};
    (void)context;
    if (!want_text(arguments, n, 0, &text, &len, err))
        return false;
    *result = literal_parse(text, len, (struct pos){0}, &found, err);
    return *result != NULL;
}

/* match(text, pattern): the groups as a list (without groups: the whole match); nil when it does not match. */
static bool help_match(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    const char *text, *pattern;
    size_t len, ignored;
    if (!want_text(arguments, n, 0, &text, &len, err) || !want_text(arguments, n, 1, &pattern, &ignored, err))
        return false;
    struct regex *regex = parsing_regex(parsing, pattern, err);
    struct regex_span spans[GROUPS_MAX];
    bool found;
    if (!regex || !regex_find(regex, parsing->scratch, text, len, 0, spans, GROUPS_MAX, &found, err))
        return false;
    if (!found)
        return true;
    size_t groups = regex_groups(regex);
    *result = json_array();
    for (size_t i = groups > 0; i <= groups && i < GROUPS_MAX; i++)
        json_array_append_new(*result, spans[i].start == REGEX_NONE || spans[i].end < spans[i].start
                                           ? json_null()
                                           : json_stringn(text + spans[i].start, spans[i].end - spans[i].start));
    return true;
}

/* replace(text, pattern, with): every match, `with` as it stands. */
static bool help_replace(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    struct parsing *parsing = context;
    const char *text, *pattern, *with;
    size_t len, ignored, with_len;
    if (!want_text(arguments, n, 0, &text, &len, err) || !want_text(arguments, n, 1, &pattern, &ignored, err) ||
        !want_text(arguments, n, 2, &with, &with_len, err))
        return false;
    struct regex *regex = parsing_regex(parsing, pattern, err);
    struct text out = text_open(SANDBOX_MEMORY_MAX);
    struct regex_span span;
    struct budget budget = budget_open();
    bool found = true;
    size_t at = 0;
    while (regex && at <= len && !out.over && budget_left(&budget, err) &&
           regex_find(regex, parsing->scratch, text, len, at, &span, 1, &found, err) && found) {
        if (span.start < at || span.end < span.start) {
            error_set(err, ERR_ARTIFACT, "a match must not begin before the one before it ends (\\K)");
            break;
        }
        text_addn(&out, text + at, span.start - at);
        text_addn(&out, with, with_len);
        at = span.end;
        if (span.end == span.start) {
            size_t step = at < len ? text_utf8(text + at, text + len) : 1;
            step += step == 0;
            text_addn(&out, text + at, at < len ? step : 0);
            at += step;
        }
    }
    if (at < len)
        text_addn(&out, text + at, len - at);
    if (out.over)
        error_set(err, ERR_ARTIFACT, "the result is too large");
    *result = err->kind ? NULL : json_stringn(out.s, out.len);
    text_close(&out);
    return err->kind == ERR_NONE;
}

/* split(text, separator): the parts; the separator is plain text. */
static bool help_split(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text, *separator;
    size_t len, separator_len;
    (void)context;
    if (!want_text(arguments, n, 0, &text, &len, err) || !want_text(arguments, n, 1, &separator, &separator_len, err))
        return false;
    if (separator_len == 0)
        return error_set(err, ERR_ARTIFACT, "argument 2 must not be empty");
    *result = json_array();
    for (const char *end = text + len;;) {
        const char *found = separator_len == 1 ? memchr(text, *separator, (size_t)(end - text))
                                               : memmem(text, (size_t)(end - text), separator, separator_len);
        json_array_append_new(*result, json_stringn(text, (size_t)((found ? found : end) - text)));
        if (!found)
            return true;
        if (json_array_size(*result) > PARTS_MAX)
            return error_set(err, ERR_ARTIFACT, "more than %d parts", (int)PARTS_MAX);
        text = found + separator_len;
    }
}

static bool help_trim(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text;
    size_t len;
    (void)context;
    if (!want_text(arguments, n, 0, &text, &len, err))
        return false;
    text_trim(&text, &len);
    *result = json_stringn(text, len);
    return true;
}

/* quantity("63500m") → 63.5; a number is itself. */
static bool help_quantity(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text;
    size_t len;
    double value;
    (void)context;
    if (n && json_is_number(arguments[0])) {
        *result = json_incref(arguments[0]);
        return true;
    }
    if (!want_text(arguments, n, 0, &text, &len, err) || !quantity_parse(text, (struct pos){0}, &value, err))
        return false;
    *result = json_real(value);
    return true;
}

/* moment("2025-05-06T00:00:00Z") → {iso=…, date="2025-05-06", epoch=…, us=…}; nil when it is no moment. Differences of `us`
 * (microseconds) are exact, those of `epoch` (seconds) are not. */
static bool help_moment(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    const char *text;
    size_t len;
    (void)context;
    if (n && json_is_number(arguments[0])) {
        *result = typed_moment_of_seconds(json_number_value(arguments[0]));
        return true;
    }
    if (!want_text(arguments, n, 0, &text, &len, err))
        return false;
    *result = typed_moment(text, len);
    return true;
}

#define WITHOUT_TEST                                                                                                       \
    {"parse_json", help_parse_json}, {"python", help_python}, {"match", help_match}, {"replace", help_replace},            \
        {"split", help_split}, {"trim", help_trim}, {"quantity", help_quantity}, {"moment", help_moment}, {"uuid", identity_uuid}

/* Those that read files of the test; `help` gives the function of each. */
#define WITH_TEST(help)                                                                                                    \
    {"json", help(json)}, {"yaml", help(yaml)}, {"text", help(text)}, {"exists", help(exists)}, {"lines", help(lines)},    \
        {"csv", help(csv)}, {"tsv", help(tsv)}, {"ini", help(ini)}, {"jsonl", help(jsonl)}, {"between", help(between)},    \
        {"ansible_log", help(ansible_log)}, {"ansible_play", help(ansible_play)}, {"files", help(files)},                  \
        {"openmetrics", help(openmetrics)}, {"junit", help(junit)}, {"robot", help(robot)}, {"xml", help(xml)},            \
        {"sqlite", help(sqlite)}, {"prometheus", help(prometheus)}
#define FUNCTION(name) help_##name
#define NOTHING(name) help_nothing

const struct helper store_helpers[] = {WITH_TEST(FUNCTION), WITHOUT_TEST, {NULL, NULL}};

/* Files may name the others; calling them says why not. */
static bool help_nothing(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    (void)context, (void)arguments, (void)n, (void)result;
    return error_set(err, ERR_USAGE, "there is no test here whose files could be read");
}

const struct helper store_helpers_without_test[] = {WITH_TEST(NOTHING), WITHOUT_TEST, {NULL, NULL}};
