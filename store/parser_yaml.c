/* yaml: FILE as PyYAML reads it, with select: JSONPATH (and first: true); as: text gives what yaml.dump makes of it. */
#include "store/parsing.h"

static json_t *parse_yaml(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *select = &parser->arguments[1], *first = &parser->arguments[2],
                          *as = &parser->arguments[3];
    struct document *document = parsing_yaml(parsing, file->text, err);
    if (!document)
        return NULL;
    if (as->given)
        return json_incref((json_t *)(uintptr_t)document_dump(document));
    return parsing_select(parsing, document->json, select, first);
}

static const char *const as_words[] = {"text", NULL};
static const struct parser_argument arguments[] = {{"yaml", ARGUMENT_FILE, NULL, false}, {"select", ARGUMENT_PATH, NULL, false},
                                                   {"first", ARGUMENT_FLAG, NULL, false}, {"as", ARGUMENT_WORD, as_words, false}, {0}};
const struct parser_kind parser_yaml = {.name = "yaml", .arguments = arguments, .parse = parse_yaml};
