/* exists: FILE, or {glob: PATTERN}: true or false; files: PATTERN, the list of the files that match, by name. */
#include <string.h>

#include "store/helper.h"
#include "store/files.h"

static json_t *parse_exists(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    bool exists;
    struct files files;
    const struct argument *file = &parser->arguments[0];
    if (file->glob)
        return files_match(parsing, file->text, false, &files, err) ? json_boolean(files.n > 0) : NULL;
    return parsing_exists(parsing, file->text, &exists, err) ? json_boolean(exists) : NULL;
}

static const struct parser_argument exists_arguments[] = {{"exists", ARGUMENT_FILES, NULL, false}, {0}};
const struct parser_kind parser_exists = {.name = "exists", .arguments = exists_arguments, .parse = parse_exists};

static json_t *parse_files(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct files files;
    size_t bad = 0;
    if (!files_match(parsing, parser->arguments[0].text, false, &files, err))
        return NULL;
    json_t *list = memory_need(json_array());
    for (size_t i = 0; i < files.n; i++)
        json_array_append_new(list, parsing_clean(files.v[i], strlen(files.v[i]), &bad));
    return list;
}

static const struct parser_argument files_arguments[] = {{"files", ARGUMENT_TEXT, NULL, false}, {0}};
const struct parser_kind parser_files = {.name = "files", .arguments = files_arguments, .parse = parse_files};

/* files("logs/pod-?.log"): the list of the names that match */
bool help_files(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_files, 1, (struct helper_arguments){given, n}, result, err);
}
