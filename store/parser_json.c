/* json: FILE, with select: JSONPATH (and first: true), or keep: [JSONPATH …] for a document with only those parts. */
#include "store/parsing.h"

static json_t *parse_json(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *select = &parser->arguments[1], *first = &parser->arguments[2],
                          *keep = &parser->arguments[3];
    const struct argument *kept = keep->given ? keep : select;
    json_t *document = parsing_json(parsing, file->text, kept->paths, kept->paths_n, err);
    json_t *value = parsing_select(parsing, document, select, first);
    json_decref(document);
    return value;
}

static const struct parser_argument arguments[] = {
    {"json", ARGUMENT_FILE, NULL, false}, {"select", ARGUMENT_PATH, NULL, false}, {"first", ARGUMENT_FLAG, NULL, false},
    {"keep", ARGUMENT_PATHS, NULL, false}, {0}};
const struct parser_kind parser_json = {.name = "json", .arguments = arguments, .parse = parse_json};
