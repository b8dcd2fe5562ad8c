/* text: FILE without the blanks around it; python: FILE, a Python literal. */
#include "store/literal.h"
#include "store/parsing.h"

static json_t *parse_text(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const char *bytes, *path;
    size_t len;
    if (parsing_read(parsing, parser->arguments[0].text, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    text_trim(&bytes, &len);
    return parsing_string(parsing, path, bytes, len);
}

static const struct parser_argument text_arguments[] = {{"text", ARGUMENT_FILE, NULL, false}, {0}};
const struct parser_kind parser_text = {.name = "text", .arguments = text_arguments, .parse = parse_text};

static json_t *parse_python(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const char *bytes, *path;
    size_t len;
    struct literal found = {0};
    if (parsing_read(parsing, parser->arguments[0].text, &bytes, &len, &path, err) != ROOT_FOUND)
        return NULL;
    json_t *value = literal_parse(bytes, len, (struct pos){.file = path, .line = 1, .col = 1}, &found, err);
    if (found.non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu numbers are NaN or infinite (read as null)", found.non_finite);
    return value;
}

static const struct parser_argument python_arguments[] = {{"python", ARGUMENT_FILE, NULL, false}, {0}};
const struct parser_kind parser_python = {.name = "python", .arguments = python_arguments, .parse = parse_python};
