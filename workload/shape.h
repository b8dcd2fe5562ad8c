/* workload/shape.h — what a value in a workload file may look like, as JSON Schema (2020-12) for editors.
 *
 * Each key of a section's table names its shape, so that `matbench schema workload` says what the loader takes. Shapes hold the
 * structure: kinds, keys, words, limits. Names that lead nowhere, Lua, patterns and paths are the loader's business. */
#ifndef WORKLOAD_SHAPE_H
#define WORKLOAD_SHAPE_H
#include <jansson.h>

struct section_key;
struct workload_registry;

/* Gives a schema: a new reference. */
typedef json_t *shape_maker(const struct workload_registry *registry);

json_t *shape_text(const struct workload_registry *registry);
json_t *shape_text_filled(const struct workload_registry *registry); /* not empty */
json_t *shape_flag(const struct workload_registry *registry);
json_t *shape_least(const struct workload_registry *registry);    /* a number, 0 or more */
json_t *shape_positive(const struct workload_registry *registry); /* a number above 0 */
json_t *shape_names(const struct workload_registry *registry);    /* a text, or a list of texts */
json_t *shape_expression(const struct workload_registry *registry);
json_t *shape_scalars(const struct workload_registry *registry);  /* a map of expressions and constants */
json_t *shape_trees(const struct workload_registry *registry);    /* a map of trees of them */
json_t *shape_any(const struct workload_registry *registry);

json_t *shape_word(const char *const *words); /* NULL-ended */
/* A map with these keys and no others; `needed`: a NULL-ended list of those that must be there, or NULL. */
json_t *shape_section(const struct section_key *keys, const char *const *needed, const struct workload_registry *registry);
/* A map whose keys match `pattern` (NULL: all) and whose values are `values` (taken over). */
json_t *shape_map(const char *pattern, json_t *values);

#define SHAPE_NAME "^[A-Za-z_][A-Za-z0-9_]*$"

/* The sections that have files of their own. */
shape_maker shape_parsers, shape_models, shape_kpis, shape_analyze, shape_rewrite;

/* The schema of a whole workload file; a new reference. */
json_t *workload_schema(const struct workload_registry *registry);

#endif
