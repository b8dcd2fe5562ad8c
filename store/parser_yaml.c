/* yaml: FILE as PyYAML reads it, with select: JSONPATH (and first: true); as: text gives what yaml.dump makes of it; documents: all,
 * first or last of a file with several. */
#include "store/parsing.h"

enum { FILE_NAME, SELECT, FIRST, AS, DOCUMENTS };
enum { DOCUMENTS_ALL, DOCUMENTS_FIRST, DOCUMENTS_LAST };

static json_t *one_of(json_t *documents, size_t which)
{
    size_t n = json_array_size(documents);
    if (which == DOCUMENTS_ALL)
        return documents;
    return json_array_get(documents, which == DOCUMENTS_FIRST || !n ? 0 : n - 1);
}

static json_t *parse_yaml(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct document *document = parsing_yaml(parsing, a[FILE_NAME].text, a[DOCUMENTS].given, err);
    if (!document)
        return NULL;
    if (a[AS].given)
        return json_incref((json_t *)(uintptr_t)document_dump(document));
    json_t *value = a[DOCUMENTS].given ? one_of(document->json, a[DOCUMENTS].word) : document->json;
    return parsing_select(parsing, value, &a[SELECT], &a[FIRST], err);
}

static bool check_yaml(const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    return !a[AS].given || !a[DOCUMENTS].given ||
           error_at(err, ERR_USAGE, a[AS].at, "'%s': as: text is of a file with one document", parser->name);
}

static const char *const as_words[] = {"text", NULL}, *const document_words[] = {"all", "first", "last", NULL};
static const struct parser_argument arguments[] = {[FILE_NAME] = {"yaml", ARGUMENT_FILE, NULL, false},
                                                   [SELECT] = {"select", ARGUMENT_PATH, NULL, false},
                                                   [FIRST] = {"first", ARGUMENT_FLAG, NULL, false},
                                                   [AS] = {"as", ARGUMENT_WORD, as_words, false},
                                                   [DOCUMENTS] = {"documents", ARGUMENT_WORD, document_words, false},
                                                   {0}};
const struct parser_kind parser_yaml = {.name = "yaml", .arguments = arguments, .parse = parse_yaml, .check = check_yaml};
