/* store/sqlite_query.h — one SELECT over a SQLite database in memory; with history/sqlite/sqlite.c the only user of SQLite: that one writes
 * our own files, this one reads those of others, whose every byte may be hostile.
 *
 *     SELECT name, num_tasks FROM task_stats   →   [{"name": "0:1:decode[10]", "num_tasks": 100}, …]
 *
 * Integers, reals, texts and NULL are what they are in JSON; an infinite real is null and counted; a BLOB is its hexadecimal digits.
 * Allowed are SELECT over the tables of the file (no views, virtual tables, PRAGMA, ATTACH, extensions) and the functions of
 * sqlite_query_functions: none of them looks at a clock or at chance, or takes more time than its arguments are long. Steps, time,
 * memory, rows and sizes have limits. */
#ifndef STORE_SQLITE_QUERY_H
#define STORE_SQLITE_QUERY_H
#include <jansson.h>

#include "base/error.h"

enum {
    SQLITE_QUERY_LENGTH_MAX = 100 * 1000,       /* bytes of the query */
    SQLITE_QUERY_VALUE_MAX = 4 << 20,           /* bytes of a value or a row */
    SQLITE_QUERY_STEPS_MAX = 100 * 1000 * 1000, /* of SQLite's machine */
    SQLITE_QUERY_SECONDS = 5,                   /* of processor time */
    SQLITE_QUERY_MEMORY_MAX = 256 << 20,        /* bytes for sorting and the like */
    SQLITE_QUERY_CELLS_MAX = 4 * 1000 * 1000,   /* rows and values of the result */
    SQLITE_QUERY_RESULT_MAX = 256 << 20         /* bytes of its texts */
};

extern const char *const sqlite_query_functions[]; /* NULL-ended, sorted */

struct sqlite_query {
    const char *sql;
    struct pos at;        /* where it stands in the workload; file NULL: not known */
    const json_t *params; /* a list for ?, an object for :name; NULL: none */
};

struct sqlite_query_found {
    size_t bad;        /* bytes that are not UTF-8 and became U+FFFD */
    size_t non_finite; /* reals that became null */
};

/* What can be known of a query without its tables (ERR_USAGE): its syntax, and that it is one SELECT. */
bool sqlite_query_check(const struct sqlite_query *query, struct error *err);

/* The rows, a new list of objects; NULL (ERR_ARTIFACT). Two columns of one name are an error. `bytes`: sqlite_image.h. */
json_t *sqlite_query_run(const struct sqlite_query *query, const char *bytes, size_t len, const char *file,
                         struct sqlite_query_found *found, struct error *err);

#endif
