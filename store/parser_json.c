/* json: FILE, with select: JSONPATH (and first: true), or keep: [JSONPATH …] for a document with only those parts. */
#include "store/json_pass.h"

enum { FILE_NAME, SELECT, FIRST, KEEP };

static const struct parser_argument arguments[] = {
    [FILE_NAME] = {"json", ARGUMENT_FILE, NULL, false}, [SELECT] = {"select", ARGUMENT_PATH, NULL, false},
    [FIRST] = {"first", ARGUMENT_FLAG, NULL, false}, [KEEP] = {"keep", ARGUMENT_PATHS, NULL, false}, {0}};

struct json_wish json_wish_of(const struct parser *parser)
{
    const struct argument *given = parser->arguments;
    return (struct json_wish){given[FILE_NAME].text, &given[SELECT], &given[FIRST], &given[KEEP]};
}

const struct parser_kind parser_json = {.name = "json", .arguments = arguments, .parse = json_pass_value};
