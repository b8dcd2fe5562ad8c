/* store/parsing.h — what the parsers and helpers see of the test that is being parsed. Inside store/ only. */
#ifndef STORE_PARSING_H
#define STORE_PARSING_H
#include "store/artifact.h"
#include "store/cache.h"
#include "store/documents.h"
#include "store/parse.h"
#include "store/recording.h"
#include "store/touched.h"

struct resolved_dir {
    const struct artifact_dir *dir;
    const char *path;         /* relative to the test's directory; NULL: nothing matched */
    const char *const *all;   /* with all: true, every match; NULL-ended */
};

#define FAULT_ABSENT "was not found"
#define FAULT_BROKEN "is broken"
struct fault {
    const char *file, *what; /* FAULT_… */
};

struct cached_regex {
    const char *pattern;
    struct regex *regex;
};

struct cached_file {
    const char *path, *bytes; /* bytes NULL: the parsers that the cache stands for read it; counted, read again when asked for */
    size_t len;
};

struct cached_yaml {
    const char *file;
    struct document *document;
    bool shared, many;
};

struct json_ready;
struct json_repairs;

struct parsing {
    struct arena *arena;
    const struct store_options *options;
    const struct test *test;
    struct resolved_dir *dirs; /* beside workload->artifact_dirs */
    json_t *values;            /* object: parsed values by name */
    json_t *globals;           /* object: values, settings, …: what expressions see */
    struct sandbox *sandbox;   /* opened when the first expression or function is met */
    struct findings findings;
    bool broken;
    struct touched files;      /* files that the current value came from */
    LIST_OF(struct fault) faults; /* files that were not there, or could not be read: each is said once */
    struct touched unlisted;   /* files that are not among important_files, and were said to be so */
    LIST_OF(struct provenance) provenance; /* per parsed value */
    LIST_OF(struct cached_regex) regexes;
    struct regex_scratch *scratch;
    LIST_OF(struct cached_yaml) yamls;
    LIST_OF(struct cached_file) read; /* what was read stays, however often it is named */
    struct touched read_paths;        /* of `read`, beside it */
    size_t read_size;
    LIST_OF(struct json_ready) json_ready; /* json_pass.c: values of parsers that are still to come */
    int folder;                /* the test's directory while the cache is looked at or written; -1 */
    struct recording recording;
    struct cache_report cache;
    json_t *kept_values;       /* from the cache; NULL when the parsers ran */
};

/* "${RUN}/artifacts/pod.log" → the path relative to the test's directory, or NULL when RUN matched nothing. An unknown name is
 * an error, and so is a path that leaves the test's directory by its "..": a test depends on nothing but itself. */
bool parsing_resolve(struct parsing *parsing, const char *name, const char **path, struct error *err);
/* Keeps the path of a file that the current value comes from. */
void parsing_add_provenance(struct parsing *parsing, const char *file);
/* The sandbox, opened on first use; NULL with *err set when the Lua files do not run. */
struct sandbox *parsing_sandbox(struct parsing *parsing, struct error *err);
/* A document, read once however many parsers name it; with `many` the list of a file's documents. */
struct document *parsing_yaml(struct parsing *parsing, const char *name, bool many, struct error *err);
json_t *parsing_json(struct parsing *parsing, const char *name, struct json_path *const *keep, size_t keep_n,
                     struct error *err);
/* What reading a JSON file mended, as findings. */
void parsing_note_repairs(struct parsing *parsing, const char *path, const struct json_repairs *repairs);
struct regex *parsing_regex(struct parsing *parsing, const char *pattern, struct error *err);
/* Text as a JSON string: bytes that are not UTF-8 become U+FFFD and are counted in *bad; or with a finding about the file. */
json_t *parsing_clean(const char *bytes, size_t len, size_t *bad);
json_t *parsing_string(struct parsing *parsing, const char *file, const char *bytes, size_t len);
/* Where parsers tell what they read; NULL: nobody wants to know. */
struct trace *parsing_trace(const struct parsing *parsing);
/* Remembers what is wrong with a file; false when that was known. */
bool parsing_add_fault(struct parsing *parsing, const char *file, const char *what);
/* Adds a finding about a file. */
void parsing_note(struct parsing *parsing, enum finding_level level, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#define PARSING_PATH_LIMIT "the path %s asks for too much: %s" /* its text, the limit */
/* Chooses among the nodes that a path selected in the file that was read last: one value, or the list of all; NULL when nothing
 * was, and with *err set when a limit was passed. */
json_t *parsing_select(struct parsing *parsing, json_t *document, const struct argument *select, const struct argument *first,
                       struct error *err);

extern const struct helper store_helpers[]; /* ended by a row without name */
/* The same names; those that read a test's files only say that there is none. They want a parsing with arena and scratch. */
extern const struct helper store_helpers_without_test[];

/* uuid("search", "2025-05-06T02:00:00Z"): a UUID of version 4 made of these texts; the same for the same ones (store/identity.c). */
bool identity_uuid(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err);

extern const struct parser_kind parser_json, parser_jsonl, parser_yaml, parser_ini, parser_csv, parser_tsv, parser_lines, parser_between,
    parser_text, parser_python, parser_ansible_log, parser_ansible_play, parser_prometheus, parser_openmetrics, parser_junit, parser_robot,
    parser_xml, parser_sqlite, parser_exists, parser_files, parser_env, parser_lua, parser_value;

#endif
