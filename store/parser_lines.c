/* lines: FILE with match: PATTERN; as: what the first group is, or types: {GROUP: TYPE} of named groups; keep: all, first, last or
 * count. */
#include "store/lines.h"

enum { FILE_ARGUMENT, MATCH, AS, TYPES, KEEP };

static json_t *parse_lines(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *arguments = parser->arguments, *match = &arguments[MATCH];
    struct pieces_fields *fields = ARENA_NEW(parsing->arena, struct pieces_fields);
    struct pieces_source source = {.as = (enum typed_as)arguments[AS].word, .keep = (enum pieces_keep)arguments[KEEP].word};
    if (!lines_fields(parsing->arena, parser, &(struct lines_arguments){match, &arguments[TYPES]}, fields, err))
        return NULL;
    source.fields = fields->n ? fields : NULL;
    struct stream stream;
    if (stream_open(parsing, arguments[FILE_ARGUMENT].text, "a line", &stream, err) != ROOT_FOUND)
        return NULL;
    source.stream = &stream;
    json_t *value = lines_parse(parsing, &source, match->pattern, match->at, err);
    stream_close(&stream);
    return value;
}

static bool check_lines(const struct parser *parser, struct error *err)
{
    struct arena arena = {0};
    struct pieces_fields fields;
    const struct argument *types = &parser->arguments[TYPES], *as = &parser->arguments[AS];
    bool ok = lines_fields(&arena, parser, &(struct lines_arguments){&parser->arguments[MATCH], types}, &fields, err);
    if (ok && fields.n && as->given)
        ok = error_at(err, ERR_USAGE, as->at, "'%s': as: the pattern has named groups; types: says what each of them is", parser->name);
    else if (ok && !fields.n && types->given)
        ok = error_at(err, ERR_USAGE, types->at, "'%s': types: the pattern has no named groups (?<NAME>…); as: says what it gives",
                      parser->name);
    arena_close(&arena);
    return ok;
}

static const struct parser_argument arguments[] = {[FILE_ARGUMENT] = {"lines", ARGUMENT_FILE, NULL, false},
                                               [MATCH] = {"match", ARGUMENT_PATTERN, NULL, true},
                                               [AS] = {"as", ARGUMENT_WORD, typed_words, false},
                                               [TYPES] = {"types", ARGUMENT_TYPES, typed_words, false},
                                               [KEEP] = {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                               {0}};
const struct parser_kind parser_lines = {.name = "lines", .arguments = arguments, .parse = parse_lines, .check = check_lines};
