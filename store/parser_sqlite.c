/* sqlite: FILE with query: SELECT …: the rows as a list of objects; first: true the first row, value: true its only value; params: an
 * expression that gives a list (for ?) or a map (for :name). What is beside the file (-wal, -journal) is read with it, and nothing
 * is ever written there: the query runs over a copy in memory (sqlite_image.h, sqlite_query.h). */
#include "store/helper.h"
#include "store/sqlite_hold.h"
#include "store/sqlite_image.h"
#include "store/sqlite_query.h"

enum { FILE_NAME, QUERY, PARAMS, FIRST, VALUE };

static bool check_sqlite(const struct parser *parser, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct sqlite_query query = {.sql = a[QUERY].text, .at = a[QUERY].at};
    struct error why = {0};
    if (a[FIRST].flag && a[VALUE].flag)
        return error_at(err, ERR_USAGE, a[VALUE].at, "'%s': expected first or value, found both", parser->name);
    if (!a[QUERY].at.file)
        return true; /* from Lua: it is run at once */
    if (sqlite_query_check(&query, &why))
        return true;
    *err = why;
    return false;
}

/* The file with this ending beside the database; absent is nothing to speak of. */
static bool read_beside(struct parsing *parsing, const char *name, const char *ending, struct sqlite_bytes *out, struct error *err)
{
    const char *beside = arena_printf(parsing->arena, "%s%s", name, ending), *path;
    bool exists;
    *out = (struct sqlite_bytes){0};
    if (!parsing_exists(parsing, beside, &exists, err))
        return false;
    return !exists || parsing_read(parsing, beside, &out->s, &out->len, &path, err) != ROOT_REFUSED;
}

static json_t *params_of(struct parsing *parsing, const struct argument *params, struct error *err)
{
    struct sandbox_result result = {0};
    if (!params->given)
        return NULL;
    if (params->value)
        return json_incref(params->value);
    struct sandbox *sandbox = parsing_sandbox(parsing, err);
    if (sandbox)
        sandbox_evaluate(sandbox, &params->code, &result, err);
    return result.value;
}

static json_t *first_row(json_t *rows)
{
    json_t *row = json_incref(json_array_get(rows, 0));
    json_decref(rows);
    return row;
}

static json_t *only_value(json_t *rows, const char *path, struct error *err)
{
    json_t *row = json_array_get(rows, 0), *value = NULL;
    if (json_array_size(rows) > 1 || json_object_size(row) > 1)
        error_at(err, ERR_ARTIFACT, (struct pos){.file = path},
                 "the query gives %zu rows of %zu columns: expected one of one for value: true", json_array_size(rows),
                 json_object_size(row));
    else
        value = json_incref(json_object_iter_value(json_object_iter(row)));
    json_decref(rows);
    return value;
}

static void note_found(struct parsing *parsing, const char *path, const struct sqlite_query_found *found)
{
    if (found->bad)
        parsing_note(parsing, FINDING_WARNING, path, "%zu bytes are not UTF-8 (read as U+FFFD)", found->bad);
    if (found->non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu numbers are infinite (read as null)", found->non_finite);
}

/* The database with what is beside it, as one image; false with err unset when the file is not there. */
static bool read_image(struct parsing *parsing, const char *name, const char **path, struct sqlite_image *image, struct error *err)
{
    struct sqlite_bytes database, wal, journal;
    struct sqlite_hold hold = {.fd = -1};
    bool ok = false;
    if (!parsing_resolve(parsing, name, path, err))
        return false;
    if (*path && !sqlite_hold_open(&hold, parsing->arena, parsing->options->root,
                                   arena_join(parsing->arena, parsing->test->relative, *path), *path, err))
        goto out;
    if (parsing_read(parsing, name, &database.s, &database.len, path, err) != ROOT_FOUND ||
        !read_beside(parsing, name, "-wal", &wal, err) || !read_beside(parsing, name, "-journal", &journal, err) ||
        !sqlite_hold_still(&hold, *path, err))
        goto out;
    if (hold.reserved)
        journal.s = NULL;
    ok = sqlite_image_open(image, database, wal, journal, *path, err);
out:
    sqlite_hold_close(&hold);
    return ok;
}

/* The rows; NULL with err unset when the file is not there. */
static json_t *read_rows(struct parsing *parsing, const struct parser *parser, const char **path, struct error *err)
{
    const struct argument *a = parser->arguments;
    struct sqlite_image image = {0};
    struct sqlite_query_found found = {0};
    json_t *params = params_of(parsing, &a[PARAMS], err), *rows = NULL;
    struct sqlite_query query = {.sql = a[QUERY].text, .at = a[QUERY].at, .params = params};
    if (!err->kind && read_image(parsing, a[FILE_NAME].text, path, &image, err)) {
        rows = sqlite_query_run(&query, image.bytes, image.len, *path, &found, err);
        note_found(parsing, *path, &found);
    }
    sqlite_image_close(&image);
    json_decref(params);
    return rows;
}

static json_t *parse_sqlite(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const char *path;
    json_t *rows = read_rows(parsing, parser, &path, err);
    if (rows && parser->arguments[FIRST].flag)
        return first_row(rows);
    return rows && parser->arguments[VALUE].flag ? only_value(rows, path, err) : rows;
}

static const struct parser_argument arguments[] = {{"sqlite", ARGUMENT_FILE, NULL, false}, {"query", ARGUMENT_MARK, NULL, true},
                                                   {"params", ARGUMENT_EXPRESSION, NULL, false}, {"first", ARGUMENT_FLAG, NULL, false},
                                                   {"value", ARGUMENT_FLAG, NULL, false}, {0}};
const struct parser_kind parser_sqlite = {.name = "sqlite", .arguments = arguments, .parse = parse_sqlite, .check = check_sqlite};

/* sqlite("stats.db", "SELECT name FROM t WHERE n > ?"[, {params = {3}, first = true}]) */
bool help_sqlite(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_sqlite, 2, (struct helper_arguments){given, n}, result, err);
}
