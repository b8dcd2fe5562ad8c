/* robot: FILE, output.xml of Robot Framework; keywords: [NAME…] with these keywords, messages: true with what they logged; select:
 * JSONPATH, first: true as of json. */
#include "store/robot.h"
#include "store/helper.h"
#include "store/parser_xml.h"

enum { FILE_NAME, KEYWORDS, MESSAGES, SELECT, FIRST };

static json_t *convert(struct parsing *parsing, const struct xml_element *root, const void *context, const char *path,
                       struct error *err)
{
    struct robot_options options = *(const struct robot_options *)context;
    (void)parsing;
    options.file = path;
    return robot_json(root, &options, err);
}

static bool check_robot(const struct parser *parser, struct error *err)
{
    const struct argument *messages = &parser->arguments[MESSAGES];
    return !messages->flag || parser->arguments[KEYWORDS].given ||
           error_at(err, ERR_USAGE, messages->at, "'%s': messages are those of keywords: expected keywords beside it", parser->name);
}

static json_t *parse_robot(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    static const char *const all[] = {"*", NULL};
    const struct argument *a = parser->arguments, *keywords = &a[KEYWORDS];
    struct robot_options options = {.keywords = keywords->flag ? all : keywords->names, .messages = a[MESSAGES].flag};
    struct parser_xml how = {.name = a[FILE_NAME].text, .keep = robot_keep, .convert = convert, .context = &options,
                             .select = &a[SELECT], .first = &a[FIRST]};
    return parser_xml_read(parsing, &how, err);
}

static const struct parser_argument arguments[] = {{"robot", ARGUMENT_FILE, NULL, false},
                                                   {"keywords", ARGUMENT_FLAG_NAMES, NULL, false},
                                                   {"messages", ARGUMENT_FLAG, NULL, false},
                                                   {"select", ARGUMENT_PATH, NULL, false},
                                                   {"first", ARGUMENT_FLAG, NULL, false},
                                                   {0}};
const struct parser_kind parser_robot = {.name = "robot", .arguments = arguments, .parse = parse_robot, .check = check_robot};

/* robot("output.xml"[, {keywords = {"Open Browser"}, messages = true}]) */
bool help_robot(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_robot, 1, (struct helper_arguments){given, n}, result, err);
}
