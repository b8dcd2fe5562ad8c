/* yaml: FILE as PyYAML reads it, with select: JSONPATH (and first: true); as: text gives what yaml.dump makes of it. */
#include "store/parsing.h"

static json_t *dumped(struct parsing *parsing, const char *file, const struct node *node)
{
    struct text out = text_open(ARTIFACT_MAX);
    yaml_dump(&out, node);
    json_t *value = parsing_string(parsing, file, out.s, out.len);
    text_close(&out);
    return value;
}

static json_t *parse_yaml(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *select = &parser->arguments[1], *first = &parser->arguments[2],
                          *as = &parser->arguments[3];
    const struct node *node = parsing_yaml(parsing, file->text, err);
    if (!node)
        return NULL;
    if (as->given)
        return dumped(parsing, file->text, node);
    size_t non_finite = 0;
    json_t *document = node_json(node, &non_finite);
    if (non_finite)
        parsing_note(parsing, FINDING_WARNING, file->text, "%zu numbers are not finite (read as null)", non_finite);
    json_t *value = parsing_select(parsing, document, select, first);
    json_decref(document);
    return value;
}

static const char *const as_words[] = {"text", NULL};
static const struct parser_argument arguments[] = {{"yaml", ARGUMENT_TEXT, NULL, false}, {"select", ARGUMENT_PATH, NULL, false},
                                                   {"first", ARGUMENT_FLAG, NULL, false}, {"as", ARGUMENT_WORD, as_words, false}, {0}};
const struct parser_kind parser_yaml = {"yaml", arguments, parse_yaml};
