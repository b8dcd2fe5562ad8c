#include "store/sqlite_query.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "base/text.h"
#include "store/wildcard.h"

enum {
    LOOK_EVERY = 100,      /* steps between two looks at the limits: each may take a value more of memory */
    CLOCK_EVERY = 64,      /* looks between two looks at the clock */
    LIKE_PATTERN_MAX = 100 /* bytes: with SQLITE_QUERY_VALUE_MAX half a second */
};

const char *const sqlite_query_functions[] = {
    "abs",        "avg",    "ceil",         "ceiling", "coalesce",    "count", "cume_dist", "dense_rank", "exp",
    "first_value", "floor", "group_concat", "hex",     "ifnull",      "iif",   "lag",       "last_value", "lead",
    "length",     "like",   "likely",       "ln",      "log",         "log10", "log2",      "lower",      "ltrim",
    "max",        "min",    "mod",          "nth_value", "ntile",     "nullif", "percent_rank", "pi",     "pow",
    "power",      "rank",   "round",        "row_number", "rtrim",    "sign",  "sqrt",      "substr",     "substring",
    "sum",        "total",  "trim",         "trunc",   "typeof",      "unicode", "unlikely", "upper",     NULL};

/* sqlite3_memory_used() counts what all connections have together: one query at a time, so that a query is stopped for what it
 * takes itself, and in every run. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

struct running {
    const struct sqlite_query *query;
    struct pos at; /* of what messages speak: the file, or while loading the workload the query */
    enum error_kind kind;
    struct error *err;
    sqlite3 *db;
    long looks;
    struct timespec start;
    sqlite3_int64 memory;     /* in use before */
    const char *stopped;      /* why it was interrupted; NULL */
    char refused[100];        /* what the authorizer refused; "" */
    struct sqlite_query_found *found;
    size_t cells, bytes;
};

/* ---- messages ---- */

/* "line 1, column 8 of the query at workload.yaml:4:28: "; offset -1: not known. */
static void add_place(const struct running *running, struct text *out, int offset)
{
    const struct sqlite_query *query = running->query;
    int line = 1, col = 1;
    for (int i = 0; i < offset && query->sql[i]; i++) {
        bool ends = query->sql[i] == '\n';
        line += ends;
        col = ends ? 1 : col + (((unsigned char)query->sql[i] & 0xC0) != 0x80);
    }
    if (offset >= 0)
        text_printf(out, "line %d, column %d of ", line, col);
    text_add(out, "the query");
    if (query->at.file && running->kind != ERR_USAGE)
        text_printf(out, " at %s:%d:%d", query->at.file, query->at.line, query->at.col);
    text_add(out, ": ");
}

static bool fail(struct running *running, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct running *running, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(running->err, running->kind, running->at, format, args);
    va_end(args);
    return false;
}

static bool trouble(struct running *running, int code)
{
    static const struct {
        int code;
        const char *text;
    } rows[] = {
        {SQLITE_NOTADB, "is not a SQLite file"},
        {SQLITE_CORRUPT, "is damaged: truncated, or changed by something else"},
        {SQLITE_CANTOPEN, "is damaged, or of a kind that cannot be read"},
        {SQLITE_IOERR, "is damaged: truncated, or changed by something else"},
        {SQLITE_NOMEM, "the query needs more memory than it may have, or the file is damaged"},
        {SQLITE_TOOBIG, "a value or row has more than 4 MB"},
        {SQLITE_READONLY, "is for reading only"},
    };
    if (running->stopped)
        return fail(running, "%s", running->stopped);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == (code & 0xFF))
            return fail(running, "%s", rows[i].text);
    struct text place = text_open(1000);
    add_place(running, &place, sqlite3_error_offset(running->db));
    if (running->refused[0])
        fail(running, "%s%s: expected one SELECT over the file's tables, with the functions of docs/workload.md", place.s,
             running->refused);
    else
        fail(running, "%s%s", place.s, sqlite3_errmsg(running->db));
    text_close(&place);
    return false;
}

/* ---- limits ---- */

static int look(void *context)
{
    struct running *running = context;
    struct timespec now;
    running->looks++;
    if (running->looks > SQLITE_QUERY_STEPS_MAX / LOOK_EVERY)
        running->stopped = "the query was stopped: it does not end within 100 million steps";
    else if (sqlite3_memory_used() - running->memory > SQLITE_QUERY_MEMORY_MAX)
        running->stopped = "the query was stopped: it needs more than 256 MB of memory";
    else if (running->looks % CLOCK_EVERY == 0 && clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 &&
             now.tv_sec - running->start.tv_sec > SQLITE_QUERY_SECONDS)
        running->stopped = "the query was stopped: it takes more than 5 s";
    return running->stopped != NULL;
}

static bool is_allowed(const char *function)
{
    for (const char *const *name = sqlite_query_functions; *name; name++)
        if (sqlite3_stricmp(*name, function) == 0)
            return true;
    return false;
}

static int authorize(void *context, int action, const char *a, const char *b, const char *database, const char *trigger)
{
    struct running *running = context;
    (void)a, (void)database, (void)trigger;
    bool function = action == SQLITE_FUNCTION;
    if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE || (function && is_allowed(b)))
        return SQLITE_OK;
    if (!running->refused[0])
        snprintf(running->refused, sizeof(running->refused), "%s%.60s%s", function ? "the function '" : "something else than reading",
                 function ? b : "", function ? "' is not allowed" : " is not allowed");
    return SQLITE_DENY;
}

/* ---- functions ---- */

static void refuse(sqlite3_context *context, int n, sqlite3_value **values)
{
    char text[100];
    (void)n, (void)values;
    snprintf(text, sizeof(text), "the function '%.60s' is not allowed here", (const char *)sqlite3_user_data(context));
    sqlite3_result_error(context, text, -1);
}

/* x LIKE pattern: SQLite's own takes time without end for some patterns. */
static void like(sqlite3_context *context, int n, sqlite3_value **values)
{
    struct wildcard_text texts[2]; /* the pattern comes first */
    (void)n;
    for (int i = 0; i < 2; i++) {
        if (sqlite3_value_type(values[i]) == SQLITE_NULL)
            return;
        if (sqlite3_value_type(values[i]) == SQLITE_BLOB) {
            sqlite3_result_int(context, 0);
            return;
        }
        const char *s = (const char *)sqlite3_value_text(values[i]);
        texts[i] = (struct wildcard_text){s ? s : "", s ? (size_t)sqlite3_value_bytes(values[i]) : 0};
    }
    if (texts[0].len > LIKE_PATTERN_MAX)
        sqlite3_result_error(context, "a pattern of LIKE has more than 100 bytes", -1);
    else
        sqlite3_result_int(context, wildcard_match(texts[1], texts[0], &wildcard_of_sql));
}

enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS };

static bool replace_function(sqlite3 *db, const char *name, int arguments)
{
    char *kept = sqlite3_mprintf("%s", name); /* SQLite frees it, also when this fails */
    return kept && sqlite3_create_function_v2(db, name, arguments, FLAGS, kept, refuse, NULL, NULL, sqlite3_free) == SQLITE_OK;
}

/* Every function that is not allowed is replaced: generated columns and the like of a file do not pass the authorizer. */
static bool replace_functions(sqlite3 *db)
{
    static const char list[] = "SELECT DISTINCT name FROM pragma_function_list";
    static const char *const of_two[] = {"trim", "ltrim", "rtrim"};
    struct text names = text_open(1 << 16);
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, list, -1, &statement, NULL) == SQLITE_OK;
    while (ok && sqlite3_step(statement) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        if (name && !is_allowed(name))
            text_addn(&names, name, strlen(name) + 1);
    }
    ok = sqlite3_finalize(statement) == SQLITE_OK && ok && names.len > 0 && !names.over;
    for (const char *name = names.s; ok && name < names.s + names.len; name += strlen(name) + 1)
        ok = replace_function(db, name, -1);
    for (size_t i = 0; ok && i < sizeof(of_two) / sizeof(of_two[0]); i++)
        ok = replace_function(db, of_two[i], 2);
    text_close(&names);
    return ok && replace_function(db, "like", 3) &&
           sqlite3_create_function_v2(db, "like", 2, FLAGS, NULL, like, NULL, NULL, NULL) == SQLITE_OK;
}

/* ---- opening ---- */

static bool harden(struct running *running)
{
    static const struct {
        int option, on;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    static const struct {
        int limit, value;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, SQLITE_QUERY_VALUE_MAX}, {SQLITE_LIMIT_SQL_LENGTH, SQLITE_QUERY_VALUE_MAX},
        {SQLITE_LIMIT_COLUMN, 2000},                   {SQLITE_LIMIT_EXPR_DEPTH, 100},
        {SQLITE_LIMIT_COMPOUND_SELECT, 50},            {SQLITE_LIMIT_VDBE_OP, 100000},
        {SQLITE_LIMIT_FUNCTION_ARG, 50},               {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_WORKER_THREADS, 0},              {SQLITE_LIMIT_VARIABLE_NUMBER, 100},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},               {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LIKE_PATTERN_MAX},
    };
    bool ok = sqlite3_exec(running->db, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON", NULL, NULL, NULL) == SQLITE_OK &&
              replace_functions(running->db) && sqlite3_drop_modules(running->db, NULL) == SQLITE_OK;
    for (size_t i = 0; ok && i < sizeof(options) / sizeof(options[0]); i++)
        ok = sqlite3_db_config(running->db, options[i].option, options[i].on, NULL) == SQLITE_OK;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        sqlite3_limit(running->db, limits[i].limit, limits[i].value);
    sqlite3_progress_handler(running->db, LOOK_EVERY, look, running);
    return ok && sqlite3_set_authorizer(running->db, authorize, running) == SQLITE_OK;
}

/* An empty database, or the one in `bytes`. */
static bool open_database(struct running *running, const char *bytes, size_t len)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(":memory:", &running->db, flags, NULL) != SQLITE_OK)
        return fail(running, "there is no memory to read it");
    if (!harden(running))
        return fail(running, "SQLite cannot be confined: %s", sqlite3_errmsg(running->db));
    if (!bytes)
        return true;
    /* Its own way to attach asks the authorizer, too. */
    sqlite3_set_authorizer(running->db, NULL, NULL);
    int code = sqlite3_deserialize(running->db, "main", (unsigned char *)(uintptr_t)bytes, (sqlite3_int64)len, (sqlite3_int64)len,
                                   SQLITE_DESERIALIZE_READONLY);
    sqlite3_set_authorizer(running->db, authorize, running);
    return code == SQLITE_OK || trouble(running, code);
}

/* Past blanks, comments and `more`. */
static const char *skip(const char *sql, const char *more)
{
    for (;;) {
        const char *start = sql;
        sql += strspn(sql, " \t\r\n\f");
        sql += strspn(sql, more);
        if (strncmp(sql, "--", 2) == 0)
            sql += strcspn(sql, "\n");
        const char *end = strncmp(sql, "/*", 2) == 0 ? strstr(sql + 2, "*/") : NULL;
        sql = end ? end + 2 : sql;
        if (sql == start)
            return sql;
    }
}

static bool is_select(const char *sql)
{
    static const char *const words[] = {"select", "with", "values"};
    sql = skip(sql, "");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (sqlite3_strnicmp(sql, words[i], (int)strlen(words[i])) == 0)
            return true;
    return false;
}

/* While a workload is loaded there are no tables: then *statement may stay NULL. */
static bool prepare(struct running *running, sqlite3_stmt **statement)
{
    const char *sql = running->query->sql, *tail = NULL;
    size_t len = strlen(sql);
    if (len > SQLITE_QUERY_LENGTH_MAX)
        return fail(running, "the query has more than 100,000 bytes");
    if (!is_select(sql))
        return fail(running, "the query begins with '%.20s': expected a SELECT", skip(sql, ""));
    int code = sqlite3_prepare_v3(running->db, sql, (int)len + 1, 0, statement, &tail);
    bool no_table = running->kind == ERR_USAGE && strncmp(sqlite3_errmsg(running->db), "no such table: ", 15) == 0;
    if (code != SQLITE_OK && !no_table)
        return trouble(running, code);
    if (tail && *skip(tail, ";"))
        return fail(running, "the query has more than one statement: expected one SELECT");
    return true;
}

/* ---- parameters ---- */

static int bind(sqlite3_stmt *statement, int i, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_OBJECT) {
    case JSON_NULL: return sqlite3_bind_null(statement, i);
    case JSON_TRUE:
    case JSON_FALSE: return sqlite3_bind_int(statement, i, json_is_true(value));
    case JSON_INTEGER: return sqlite3_bind_int64(statement, i, json_integer_value(value));
    case JSON_REAL: return sqlite3_bind_double(statement, i, json_real_value(value));
    case JSON_STRING:
        return sqlite3_bind_text64(statement, i, json_string_value(value), json_string_length(value), SQLITE_TRANSIENT, SQLITE_UTF8);
    case JSON_OBJECT:
    case JSON_ARRAY: break;
    }
    return SQLITE_MISMATCH;
}

static bool bind_all(struct running *running, sqlite3_stmt *statement)
{
    const json_t *params = running->query->params;
    int n = sqlite3_bind_parameter_count(statement);
    size_t given = json_is_array(params) ? json_array_size(params) : json_object_size(params);
    for (int i = 1; i <= n; i++) {
        const char *name = sqlite3_bind_parameter_name(statement, i);
        const json_t *value = name && *name != '?' ? json_object_get(params, name + 1) : json_array_get(params, (size_t)i - 1);
        int code = bind(statement, i, value);
        if (code == SQLITE_MISMATCH)
            return fail(running, "the query's parameter %s: expected a text, a number, true, false or null for it in params",
                        name ? name : "?");
        if (code != SQLITE_OK)
            return trouble(running, code);
    }
    return given == (size_t)n ||
           fail(running, "the query has %d parameters, params gives %zu", n, given);
}

/* ---- rows ---- */

static json_t *text_json(struct running *running, const char *text, size_t len)
{
    running->bytes += len;
    if (text_utf8_valid(text, len) == len)
        return json_stringn_nocheck(text, len);
    struct text out = text_open(3 * len + 1);
    running->found->bad += text_add_utf8(&out, text, len);
    json_t *json = json_stringn_nocheck(out.s, out.len);
    text_close(&out);
    return json;
}

static json_t *hex_json(struct running *running, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    struct text out = text_open(2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        text_addc(&out, digits[bytes[i] >> 4]);
        text_addc(&out, digits[bytes[i] & 15]);
    }
    running->bytes += out.len;
    json_t *json = json_stringn_nocheck(out.s, out.len);
    text_close(&out);
    return json;
}

static json_t *value_json(struct running *running, sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT: {
        double value = sqlite3_column_double(statement, column);
        running->found->non_finite += isfinite(value) ? 0 : 1;
        return isfinite(value) ? json_real(value) : json_null();
    }
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(statement, column);
        return text ? text_json(running, text, (size_t)sqlite3_column_bytes(statement, column)) : json_null();
    }
    case SQLITE_BLOB: {
        const unsigned char *bytes = sqlite3_column_blob(statement, column);
        return hex_json(running, bytes, bytes ? (size_t)sqlite3_column_bytes(statement, column) : 0);
    }
    default: return json_null();
    }
}

/* NULL: a name stands twice. */
static json_t *row_json(struct running *running, sqlite3_stmt *statement)
{
    json_t *row = json_object();
    int n = sqlite3_column_count(statement);
    for (int i = 0; i < n; i++) {
        const char *name = sqlite3_column_name(statement, i);
        if (json_object_set_new(row, name ? name : "", value_json(running, statement, i)) != 0)
            fail(running, "the name of column %d of the query is not UTF-8", i + 1);
    }
    running->cells += (size_t)n + 1;
    return row;
}

static bool check_columns(struct running *running, sqlite3_stmt *statement)
{
    int n = sqlite3_column_count(statement);
    json_t *names = json_object();
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        const char *name = sqlite3_column_name(statement, i);
        name = name ? name : "";
        if (json_object_get(names, name))
            ok = fail(running, "two columns of the query have the name '%.100s': expected another for one, with AS", name);
        else
            json_object_set_new(names, name, json_true());
    }
    json_decref(names);
    return ok;
}

static json_t *rows_json(struct running *running, sqlite3_stmt *statement)
{
    json_t *rows = json_array();
    int code;
    while (!running->err->kind && (code = sqlite3_step(statement)) != SQLITE_DONE) {
        if (code != SQLITE_ROW)
            trouble(running, code);
        else
            json_array_append_new(rows, row_json(running, statement));
        if (running->cells > SQLITE_QUERY_CELLS_MAX || running->bytes > SQLITE_QUERY_RESULT_MAX)
            fail(running, "the query gives more than %s", running->bytes > SQLITE_QUERY_RESULT_MAX ? "256 MB of texts" : "4 million values");
    }
    if (!running->err->kind)
        return rows;
    json_decref(rows);
    return NULL;
}

static struct running begin(const struct sqlite_query *query, struct error *err)
{
    struct running running = {.query = query, .err = err, .memory = sqlite3_memory_used()};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &running.start);
    return running;
}

json_t *sqlite_query_run(const struct sqlite_query *query, const char *bytes, size_t len, const char *file,
                         struct sqlite_query_found *found, struct error *err)
{
    pthread_mutex_lock(&one_at_a_time);
    struct running running = begin(query, err);
    sqlite3_stmt *statement = NULL;
    json_t *rows = NULL;
    running.at = (struct pos){.file = file};
    running.kind = ERR_ARTIFACT;
    running.found = found;
    if (open_database(&running, bytes, len) && prepare(&running, &statement) && bind_all(&running, statement) &&
        check_columns(&running, statement))
        rows = rows_json(&running, statement);
    sqlite3_finalize(statement);
    sqlite3_close(running.db);
    pthread_mutex_unlock(&one_at_a_time);
    return rows;
}

bool sqlite_query_check(const struct sqlite_query *query, struct error *err)
{
    pthread_mutex_lock(&one_at_a_time);
    struct running running = begin(query, err);
    sqlite3_stmt *statement = NULL;
    running.at = query->at;
    running.kind = ERR_USAGE;
    bool ok = open_database(&running, NULL, 0) && prepare(&running, &statement) &&
              (!statement || check_columns(&running, statement));
    sqlite3_finalize(statement);
    sqlite3_close(running.db);
    pthread_mutex_unlock(&one_at_a_time);
    return ok;
}
