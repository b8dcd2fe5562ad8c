/* workload/workload.h — a loaded workload: the one struct that the stages read.
 *
 * A workload is a folder: `workload.yaml`, what it includes, and Lua files beside it. docs/workload.md is its reference.
 * Loading checks everything that can be known without a test: unknown and duplicate keys, types, patterns, paths, Lua
 * syntax, functions that do not exist, a KPI without unit, help or direction, labels that clash.
 */
#ifndef WORKLOAD_WORKLOAD_H
#define WORKLOAD_WORKLOAD_H
#include <stdbool.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/unit.h"
#include "config/yaml.h"
#include "workload/code.h"
#include "workload/judging.h"
#include "workload/model.h"
#include "workload/parser.h"
#include "workload/problems.h"
#include "workload/sandbox.h"

struct artifact_dir {
    const char *name, *pattern;
    bool all; /* every match, a list; else the last in sorted order */
    struct pos at;
};

/* A tree of expressions, as `payload.metadata` and `payload.results` are. */
enum template_kind { TEMPLATE_EXPRESSION, TEMPLATE_CONSTANT, TEMPLATE_MAP, TEMPLATE_LIST };
struct template {
    enum template_kind kind;
    const char *name; /* of the member, in a map */
    struct pos at;
    struct code code;
    json_t *constant; /* a number, boolean or null; the workload owns it */
    struct template *members;
    size_t members_n;
};

enum better { BETTER_NONE, BETTER_HIGHER, BETTER_LOWER };

struct divisor {
    double by;           /* 0: none */
    const char *text;    /* as it stood: "2^30" */
    const char *unit, *format;
};

enum kpi_list_type { KPI_SUMMARY, KPI_HISTOGRAM, KPI_GAUGEHISTOGRAM }; /* what a list of values becomes */

/* How a KPI stands in OpenMetrics text. */
struct kpi_openmetrics {
    const char *name, *unit; /* NULL: the KPI's name; the base unit of its unit */
    double scale;            /* the value is multiplied by it; 0: what leads to the unit */
    enum kpi_list_type type;
    const double *buckets; /* of histograms: upper bounds in the KPI's unit, rising; +Inf comes by itself */
    size_t buckets_n;
    const char *word;         /* the unit in OpenMetrics' words: "seconds_per_token", "" */
    struct unit_scale factor; /* from the KPI's unit to it */
};

struct kpi {
    const char *name, *help, *unit;
    enum better better;
    bool ignored;        /* ignored_for_regression */
    const char *format;  /* Python's "{:.2f}" or C's "%.2f"; NULL */
    struct divisor divisor;
    double min_relative, min_absolute; /* 0: none; NAN: those of all KPIs */
    bool has_idle;
    double idle;         /* not_analysed: the value by which the formula says that there is nothing to analyse */
    struct judging judging;
    struct kpi_openmetrics openmetrics;
    struct code value;
    bool refused; /* kept so that the names in its value, if it has one (value.source), can be reviewed; only where loading failed */
    struct pos at;
};

/* Fills openmetrics.word and .factor from the unit and what `openmetrics:` says. False: the unit that it asks for measures something
 * else, and there is no scale. */
bool kpi_settle(struct arena *arena, struct kpi *kpi);

struct ignored_entry {
    const char *key;
    const json_t *values; /* an array, or a single value */
    struct pos at;
};

struct analyze {
    const char *const *comparison_keys, *const *ignored_keys, *const *sorting_keys; /* NULL-ended */
    const struct pos *comparison_at, *ignored_at, *sorting_at;                      /* beside them */
    struct ignored_entry *ignored_entries;
    size_t ignored_entries_n;
    int min_history;                    /* 0: the default */
    double min_relative, min_absolute;  /* for every KPI that has none of its own */
    enum correction correction;
    struct method_choice method; /* for every KPI that has none of its own */
    struct paired_runs paired;
    const struct expect *expect;  /* NULL: nothing is said */
    const char *acknowledgements; /* a file beside workload.yaml; NULL: none */
    struct pos acknowledgements_at;
    struct placed_names labels, expected_kpis; /* that paired and expect name */
};

/* rewrite_settings: in this order — drop, rename, set; or a Lua function that gives the new settings, nil: skip the test. */
struct rewrite {
    const char *const *drop; /* NULL-ended */
    struct {
        const char *from, *to;
    } *renames;
    size_t renames_n;
    struct template *set; /* TEMPLATE_MAP or NULL */
    const char *function;
    struct pos at;
};

/* One of several workloads that another name stands for together; NULL: it is none. */
struct flavour {
    const char *of, *name;
};

struct workload {
    const char *name, *schema_version;
    const char *folder;  /* where it was loaded from */
    const char *file;    /* folder/workload.yaml, as shown in messages */
    char digest[DIGEST_HEX_SIZE]; /* of all its YAML and Lua files, in the order in which they include each other */
    const char *const *aliases;
    struct flavour flavour;
    struct artifact_dir *artifact_dirs;
    size_t artifact_dirs_n;
    const char *const *important_files; /* with ${DIRS} */
    const struct pos *important_at;     /* beside them */
    struct parser *parse_once, *parse_always;
    size_t parse_once_n, parse_always_n;
    struct models models;
    bool lts; /* false: `lts: none` */
    struct template *metadata, *results; /* TEMPLATE_MAP; NULL when there is no payload */
    struct template *labels;             /* KPI labels beside metadata.settings: TEMPLATE_MAP or NULL */
    struct kpi *kpis;
    size_t kpis_n;
    struct analyze analyze;
    struct rewrite rewrite;
    struct template *error_report; /* what the error report shows of each test: title → value; TEMPLATE_MAP or NULL */
    struct code *lua;
    size_t lua_n;
    size_t expressions_n; /* compiled so far, against WORKLOAD_EXPRESSIONS_MAX */
    json_t *constants;    /* array: owns those of the templates and of ignored_entries */
    struct {
        struct regex **v;
        size_t n, cap;
    } patterns; /* owns those of the parsers */
};

enum { WORKLOAD_EXPRESSIONS_MAX = 20000, WORKLOAD_FILES_MAX = 100 };

struct workload_registry {
    const struct parser_kind *const *parsers; /* NULL-ended */
    const struct helper *helpers;             /* ended by a row without name; for checking that files run */
};

/* Loads a folder or a workload.yaml. The result lives as long as `arena`, then workload_close. All that is wrong with it goes into
 * `problems` (zeroed by the caller, in `arena`), sorted; NULL when there is any error among them. */
struct workload *workload_load_all(struct arena *arena, const char *path, const struct workload_registry *registry,
                                   struct problems *problems);
/* The same, but what could be read is given, too, when there are errors: for workload_review alone. NULL: there is no such folder. */
struct workload *workload_load_faulty(struct arena *arena, const char *path, const struct workload_registry *registry,
                                      struct problems *problems);
/* As workload_load_all, with the first of the problems as error. */
struct workload *workload_load(struct arena *arena, const char *path, const struct workload_registry *registry,
                               struct error *err);
void workload_close(struct workload *workload); /* patterns and constants that an arena does not free */

#endif
