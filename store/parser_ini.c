/* ini: FILE, an object of sections, each an object of options; types: {OPTION: TYPE}, select: JSONPATH (and first: true);
 * interpolate: false takes % as it stands, strict: false takes sections and options that come again. */
#include "store/helper.h"
#include "store/ini.h"
#include "store/parsing.h"

enum { FILE_NAME, TYPES, SELECT, FIRST, INTERPOLATE, STRICT };

static void note(struct parsing *parsing, const char *path, const struct ini_found *found)
{
    if (found->mended.non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu numbers are NaN or infinite (read as null)", found->mended.non_finite);
    if (found->bad)
        parsing_note(parsing, FINDING_WARNING, path, "%zu bytes are not UTF-8 (read as U+FFFD)", found->bad);
}

static json_t *parse_ini(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct ini_wish wish = {.types = a[TYPES].types, .types_n = a[TYPES].types_n, .raw = a[INTERPOLATE].given && !a[INTERPOLATE].flag,
                            .lenient = a[STRICT].given && !a[STRICT].flag};
    struct ini_found found = {0};
    struct stream stream;
    if (stream_open(parsing, a[FILE_NAME].text, "a line", &stream, err) != ROOT_FOUND)
        return NULL;
    json_t *sections = ini_read(parsing->arena, &stream, &wish, &found, err);
    note(parsing, stream.path, &found);
    stream_close(&stream);
    json_t *value = parsing_select(parsing, sections, &a[SELECT], &a[FIRST], err);
    json_decref(sections);
    return value;
}

static const struct parser_argument arguments[] = {[FILE_NAME] = {"ini", ARGUMENT_FILE, NULL, false},
                                                   [TYPES] = {"types", ARGUMENT_TYPES, typed_words, false},
                                                   [SELECT] = {"select", ARGUMENT_PATH, NULL, false},
                                                   [FIRST] = {"first", ARGUMENT_FLAG, NULL, false},
                                                   [INTERPOLATE] = {"interpolate", ARGUMENT_FLAG, NULL, false},
                                                   [STRICT] = {"strict", ARGUMENT_FLAG, NULL, false},
                                                   {0}};
const struct parser_kind parser_ini = {.name = "ini", .arguments = arguments, .parse = parse_ini};

/* ini("run.cfg"[, {types = {client_nodes = "python"}, …}]) */
bool help_ini(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_ini, 1, (struct helper_arguments){given, n}, result, err);
}
