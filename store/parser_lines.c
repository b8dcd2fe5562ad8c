/* lines: FILE with match: PATTERN; as: text, json, python or number; keep: all, first, last or count. */
#include "store/lines.h"

static json_t *parse_lines(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *match = &parser->arguments[1], *as = &parser->arguments[2],
                          *keep = &parser->arguments[3];
    struct pieces_source source = {.as = (enum pieces_as)as->word, .keep = (enum pieces_keep)keep->word};
    if (parsing_read(parsing, file->text, &source.bytes, &source.len, &source.path, err) != ROOT_FOUND)
        return NULL;
    return lines_parse(parsing, &source, match->pattern, err);
}

static const struct parser_argument arguments[] = {{"lines", ARGUMENT_TEXT, NULL, false},
                                                   {"match", ARGUMENT_PATTERN, NULL, true},
                                                   {"as", ARGUMENT_WORD, pieces_as_words, false},
                                                   {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                                   {0}};
const struct parser_kind parser_lines = {"lines", arguments, parse_lines};
