/* junit: FILE, test results as JUnit XML; with output: true also what the tests printed; select: JSONPATH, first: true as of json. */
#include "store/junit.h"
#include "store/helper.h"
#include "store/parser_xml.h"

static json_t *convert(struct parsing *parsing, const struct xml_element *root, const void *context, const char *path,
                       struct error *err)
{
    struct junit_options options = *(const struct junit_options *)context;
    struct junit_difference difference;
    options.file = path;
    json_t *all = junit_json(root, &options, &difference, err);
    if (all && difference.name)
        parsing_note(parsing, FINDING_NOTE, path, "line %d: '%.100s' says that it has %.0f tests, there are %d", difference.line,
                     difference.name, difference.said, difference.found);
    return all;
}

static json_t *parse_junit(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct junit_options options = {.output = a[1].flag};
    struct parser_xml how = {.name = a[0].text, .keep = junit_keep, .convert = convert, .context = &options, .select = &a[2],
                             .first = &a[3]};
    return parser_xml_read(parsing, &how, err);
}

static const struct parser_argument arguments[] = {{"junit", ARGUMENT_FILE, NULL, false}, {"output", ARGUMENT_FLAG, NULL, false},
                                                   {"select", ARGUMENT_PATH, NULL, false}, {"first", ARGUMENT_FLAG, NULL, false}, {0}};
const struct parser_kind parser_junit = {.name = "junit", .arguments = arguments, .parse = parse_junit};

/* junit("junit.xml"[, {output = true}]) */
bool help_junit(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_junit, 1, (struct helper_arguments){given, n}, result, err);
}
