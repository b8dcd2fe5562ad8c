/* json: FILE, with select: JSONPATH (and first: true), or keep: [JSONPATH …] for a document with only those parts. */
#include "store/json_pass.h"

enum { FILE_NAME, SELECT, FIRST, KEEP };

struct json_wish json_wish_of(const struct parser *parser)
{
    const struct argument *given = parser->arguments;
    return (struct json_wish){given[FILE_NAME].text, &given[SELECT], &given[FIRST], &given[KEEP]};
}

/* By way of the document, whose parts have places: for authors, who want to see them. */
static json_t *traced_value(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    struct json_wish wish = json_wish_of(parser);
    const struct argument *kept = wish.keep->given ? wish.keep : wish.select;
    json_t *document = parsing_json(parsing, wish.file, kept->paths, kept->paths_n, err);
    json_t *value = parsing_select(parsing, document, wish.select, wish.first, err);
    json_decref(document);
    return value;
}

static json_t *parse_json(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    return (parsing_trace(parsing) ? traced_value : json_pass_value)(parsing, parser, err);
}

static const struct parser_argument arguments[] = {
    [FILE_NAME] = {"json", ARGUMENT_FILE, NULL, false}, [SELECT] = {"select", ARGUMENT_PATH, NULL, false},
    [FIRST] = {"first", ARGUMENT_FLAG, NULL, false}, [KEEP] = {"keep", ARGUMENT_PATHS, NULL, false}, {0}};
const struct parser_kind parser_json = {.name = "json", .arguments = arguments, .parse = parse_json};
