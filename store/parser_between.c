/* between: FILE with start: TEXT and end: TEXT: what stands between these two marks; as and keep as of lines. */
#include "store/between.h"

static json_t *parse_between(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *file = &parser->arguments[0], *start = &parser->arguments[1], *end = &parser->arguments[2],
                          *as = &parser->arguments[3], *keep = &parser->arguments[4];
    struct pieces_source source = {.as = (enum pieces_as)as->word, .keep = (enum pieces_keep)keep->word};
    if (parsing_read(parsing, file->text, &source.bytes, &source.len, &source.path, err) != ROOT_FOUND)
        return NULL;
    return between_parse(parsing, &source, start->text, end->text, err);
}

static const struct parser_argument arguments[] = {{"between", ARGUMENT_TEXT, NULL, false},
                                               {"start", ARGUMENT_MARK, NULL, true},
                                               {"end", ARGUMENT_MARK, NULL, true},
                                               {"as", ARGUMENT_WORD, pieces_as_words, false},
                                               {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                               {0}};
const struct parser_kind parser_between = {"between", arguments, parse_between};
