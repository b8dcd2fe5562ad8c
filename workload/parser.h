/* workload/parser.h — what a workload can say about a parser, and what the store must give for it.
 *
 * The store registers one `struct parser_kind` per parser; the loader checks a workload's `parse_once:` entries against
 * their argument tables, so that a wrong one is refused with its place before anything is parsed.
 */
#ifndef WORKLOAD_PARSER_H
#define WORKLOAD_PARSER_H
#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/regex.h"
#include "json/path.h"
#include "workload/code.h"

enum argument_kind {
    ARGUMENT_TEXT,       /* any text; the name of a folder with ${DIRS} */
    ARGUMENT_FILE,       /* a file name with ${DIRS}; or {glob: PATTERN, join: FLAG}: the parser then runs for each file */
    ARGUMENT_FILES,      /* the same, but the parser itself looks at the pattern */
    ARGUMENT_MARK,       /* a text that is not empty, taken as it stands */
    ARGUMENT_FLAG,       /* true or false */
    ARGUMENT_COUNT,      /* a whole number from 0 on */
    ARGUMENT_WORD,       /* one of `words` */
    ARGUMENT_TYPES,      /* {NAME: one of `words`}, or one word for all names */
    ARGUMENT_NAMES,      /* a list of texts */
    ARGUMENT_LABELS,     /* {NAME: text, number, true or false}; `names` is name, text, name, text, … */
    ARGUMENT_FLAG_NAMES, /* true, false or a list of texts */
    ARGUMENT_PATH,       /* a JSONPath */
    ARGUMENT_PATHS,      /* a list of JSONPaths */
    ARGUMENT_PATTERN,    /* a regular expression (PCRE2) */
    ARGUMENT_EXPRESSION, /* a Lua expression */
    ARGUMENT_FUNCTION    /* the name of a function in the workload's Lua files */
};

struct parser_argument {
    const char *name;
    enum argument_kind kind;
    const char *const *words; /* ARGUMENT_WORD, ARGUMENT_TYPES: NULL-ended */
    bool needed;              /* beside the first one, which always is */
};

struct named_word {
    const char *name; /* NULL: of all names */
    size_t word;      /* index into words */
    struct pos at;
};

struct argument {
    bool given;
    bool flag;
    bool glob, join;         /* ARGUMENT_FILE: text is a pattern; what its files give becomes one value */
    size_t word;             /* index into words */
    size_t count;
    struct pos at;
    const char *text;
    const struct named_word *types;
    size_t types_n;
    const char *const *names; /* NULL-ended */
    struct json_path *const *paths;
    size_t paths_n;
    struct regex *pattern;
    struct code code;
    json_t *value;           /* ARGUMENT_EXPRESSION given by Lua: its value, borrowed; NULL: `code` gives it */
};

struct parser;
struct parsing; /* the store's: one test being parsed */

enum { PARSER_ARGUMENTS_MAX = 14 };

struct parser_kind {
    const char *name; /* "json": the first argument has this name and is mandatory */
    const struct parser_argument *arguments; /* ended by a row without name; at most PARSER_ARGUMENTS_MAX */
    /* The value, a new reference; NULL with err unset: null (a file that is not there, nothing found). */
    json_t *(*parse)(struct parsing *parsing, const struct parser *parser, struct error *err);
    /* False (ERR_USAGE) when the arguments do not fit each other; NULL: they always do. */
    bool (*check)(const struct parser *parser, struct error *err);
};

/* One entry of parse_once or parse_always. */
struct parser {
    const char *name;
    struct pos at;
    const struct parser_kind *kind;
    struct argument arguments[PARSER_ARGUMENTS_MAX]; /* beside kind->arguments */
};

#endif
