/* config/options.h — options as tables: one row gives the flag, its variable, its help and its default.
 *
 * A row named "results_dirname" is the flag --results_dirname or --results-dirname, as `--k=v` or `--k v`, and the variable
 * MATBENCH_RESULTS_DIRNAME. Where a value comes from, the later wins: default < env files < environment < command line.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "net/secret.h"

enum option_kind {
    OPTION_TEXT,
    OPTION_BOOL,   /* True true yes y 1 / False false no n 0; a bare --flag is true, --noflag and --no-flag are false */
    OPTION_NUMBER, /* a finite number */
    OPTION_LIST    /* may be given more than once; values are also split at commas */
};

struct option {
    const char *name; /* with underscores */
    enum option_kind kind;
    const char *value_name; /* NULL for a bool; "DIR", "FILE", "URI": what it is, which completion goes by; "older|all": one of these */
    const char *fallback;   /* NULL: none */
    bool mandatory;
    const char *help;
};

/* A name → value list, as the environment and the env files give: names as MATBENCH_RESULTS_DIRNAME. */
struct variable {
    const char *name, *value; /* value: "" of a secret */
    const char *source; /* "environment", ".env.yaml" */
    const struct secret *secret; /* of a name that says so (variables_is_secret); else NULL */
};
struct variables {
    struct variable *v;
    size_t n, cap;
};

struct options; /* the values of one command line */

/* `tables`: NULL-ended list of tables, each ended by a row without name. Arguments without flag are positional.
 * Fails with ERR_USAGE: unknown flag (with the nearest known one), bad value, missing mandatory one (flag and variable
 * named), more than `positional_max` positional arguments. */
struct options *options_parse(struct arena *arena, const struct option *const *tables, int argc,
                              const char *const *argv, const struct variables *variables, size_t positional_max,
                              struct error *err);

/* A value from a configuration file: counts where there is none but a default. `source` names it in errors. */
bool options_fallback(struct options *options, const char *name, const char *text, const char *source, struct error *err);

/* The value, or NULL when it has none. The name must be in the tables (assert). */
const char *options_text(const struct options *options, const char *name);
/* The same, and NULL for a name that is in none of the tables: for what several commands share. */
const char *options_find_text(const struct options *options, const char *name);
bool options_bool(const struct options *options, const char *name);
/* The same, and `otherwise` for a name that is in none of the tables. */
bool options_find_bool(const struct options *options, const char *name, bool otherwise);
double options_number(const struct options *options, const char *name); /* NAN when it has none */
double options_find_number(const struct options *options, const char *name); /* the same, and NAN for a name that is in none of the tables */
const char *const *options_list(const struct options *options, const char *name); /* NULL-ended, never NULL */
/* "command line", "environment", ".env", "default"; NULL when it has no value. */
const char *options_source(const struct options *options, const char *name);
const char *options_positional(const struct options *options, size_t i); /* NULL beyond the last */

/* Appends the help of a table: one entry an option, wrapped at 100 columns. */
void options_help(struct text *out, const struct option *table);

/* The name in the NULL-ended list that is nearest to `text` (edit distance at most a third of its length, 1 for the
 * shortest), the first of several; NULL when none is near. */
const char *option_nearest(const char *text, const char *const *names);

#endif
