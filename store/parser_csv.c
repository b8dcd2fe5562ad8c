/* csv: FILE and tsv: FILE (delimiter: TAB): rows by column; header: true, false or the names; columns: those that are kept; types:
 * {COLUMN: TYPE}; as: rows or columns; keep: all, first, last or count of rows; skip: lines, comment: MARK; ragged:, trim:. */
#include <string.h>

#include "store/helper.h"
#include "store/table.h"

enum { FILE_NAME, DELIMITER, HEADER, COLUMNS, TYPES, AS, KEEP, SKIP, COMMENT, RAGGED, TRIM };

static bool in_list(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* What the names in the workload's header: tell, so that nobody waits for a file. */
static bool check_names(const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    for (const char *const *name = a[HEADER].names; *name; name++)
        if (in_list(name + 1, *name))
            return error_at(err, ERR_USAGE, a[HEADER].at, "'%s': header: the name '%s' stands there twice", parser->name, *name);
    for (const char *const *name = a[COLUMNS].names; name && *name; name++)
        if (!in_list(a[HEADER].names, *name))
            return error_at(err, ERR_USAGE, a[COLUMNS].at, "'%s': columns: header has no '%s'", parser->name, *name);
    for (size_t i = 0; i < a[TYPES].types_n; i++)
        if (a[TYPES].types[i].name && !in_list(a[HEADER].names, a[TYPES].types[i].name))
            return error_at(err, ERR_USAGE, a[TYPES].types[i].at, "'%s': types: header has no '%s'", parser->name, a[TYPES].types[i].name);
    return true;
}

static bool is_nameless(const struct argument *header)
{
    return header->given && !header->names && !header->flag;
}

static bool has_named_types(const struct argument *types)
{
    return types->types_n > 0 && types->types[0].name;
}

static bool check_csv(const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    const char *delimiter = a[DELIMITER].given ? a[DELIMITER].text : ",";
    if (strlen(delimiter) != 1 || strpbrk(delimiter, "\"\r\n") || (unsigned char)*delimiter >= 0x80)
        return error_at(err, ERR_USAGE, a[DELIMITER].at, "'%s': delimiter: expected one character of ASCII that is no quote and ends no line",
                        parser->name);
    if (is_nameless(&a[HEADER]) && (a[COLUMNS].given || has_named_types(&a[TYPES]) || a[AS].word == TABLE_COLUMNS))
        return error_at(err, ERR_USAGE, a[HEADER].at, "'%s': with header: false the columns have no names; header: [NAME…] gives them some",
                        parser->name);
    if (a[AS].word == TABLE_COLUMNS && a[KEEP].word != PIECES_ALL)
        return error_at(err, ERR_USAGE, a[KEEP].at, "'%s': keep: chooses rows, which as: columns has not", parser->name);
    return !a[HEADER].names || check_names(parser, err);
}

static json_t *parse_table(struct parsing *parsing, const struct parser *parser, char delimiter, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct csv_dialect dialect = {.delimiter = a[DELIMITER].given ? *a[DELIMITER].text : delimiter, .comment = a[COMMENT].text,
                                  .skip = a[SKIP].count, .trim = a[TRIM].flag};
    struct table_wish wish = {.nameless = is_nameless(&a[HEADER]), .names = a[HEADER].names, .columns = a[COLUMNS].names,
                              .types = a[TYPES].types, .types_n = a[TYPES].types_n, .ragged = a[RAGGED].flag,
                              .as = (enum table_as)a[AS].word, .keep = (enum pieces_keep)a[KEEP].word};
    struct stream stream;
    if (stream_open(parsing, a[FILE_NAME].text, "a row", &stream, err) != ROOT_FOUND)
        return NULL;
    struct csv csv = csv_open(&stream, &dialect);
    json_t *value = table_read(parsing, &csv, &wish, err);
    csv_close(&csv);
    stream_close(&stream);
    return value;
}

static json_t *parse_csv(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    return parse_table(parsing, parser, ',', err);
}

static json_t *parse_tsv(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    return parse_table(parsing, parser, '\t', err);
}

#define ARGUMENTS(name)                                                                                                      \
    {[FILE_NAME] = {name, ARGUMENT_FILE, NULL, false},                                                                       \
     [DELIMITER] = {"delimiter", ARGUMENT_MARK, NULL, false},                                                                \
     [HEADER] = {"header", ARGUMENT_FLAG_NAMES, NULL, false},                                                                \
     [COLUMNS] = {"columns", ARGUMENT_NAMES, NULL, false},                                                                   \
     [TYPES] = {"types", ARGUMENT_TYPES, typed_words, false},                                                                \
     [AS] = {"as", ARGUMENT_WORD, table_as_words, false},                                                                    \
     [KEEP] = {"keep", ARGUMENT_WORD, pieces_keep_words, false},                                                             \
     [SKIP] = {"skip", ARGUMENT_COUNT, NULL, false},                                                                         \
     [COMMENT] = {"comment", ARGUMENT_MARK, NULL, false},                                                                    \
     [RAGGED] = {"ragged", ARGUMENT_FLAG, NULL, false},                                                                      \
     [TRIM] = {"trim", ARGUMENT_FLAG, NULL, false},                                                                          \
     {0}}
static const struct parser_argument csv_arguments[] = ARGUMENTS("csv"), tsv_arguments[] = ARGUMENTS("tsv");
const struct parser_kind parser_csv = {.name = "csv", .arguments = csv_arguments, .parse = parse_csv, .check = check_csv};
const struct parser_kind parser_tsv = {.name = "tsv", .arguments = tsv_arguments, .parse = parse_tsv, .check = check_csv};

/* csv("a.csv"[, {header = {"rank", "function", "seconds"}, types = {rank = "text"}, …}]) */
bool help_csv(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_csv, 1, (struct helper_arguments){given, n}, result, err);
}

/* The same with tabs. */
bool help_tsv(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_tsv, 1, (struct helper_arguments){given, n}, result, err);
}
