/* workload/reader.h — typed reading of a workload's YAML nodes: every wrong one is refused with its place.
 * For workload/load.c and the section files beside it. */
#ifndef WORKLOAD_READER_H
#define WORKLOAD_READER_H
#include "workload/problems.h"
#include "workload/shape.h"
#include "workload/workload.h"

/* Where a node comes from and what loading needs; one per file, so that messages name the right one.
 *
 * Readers return false when something is wrong. What read one thing has then set *err; what read several has gone on after each
 * with reader_collect, so that all of it is in `problems`, and *err is clear. */
struct reader {
    struct arena *arena;
    const char *file;
    struct workload *workload;
    const struct workload_registry *registry;
    struct error *err;
    struct problems *problems; /* NULL: the first error stays in *err */
};

/* After reading one of several things: moves its error into the problems. Returns `ok`. */
bool reader_collect(const struct reader *reader, bool ok);
struct pos reader_pos(const struct reader *reader, const struct node *node);
/* All return false with the error set, naming `what` ("kpi 'x': unit"). */
bool reader_wrong(const struct reader *reader, const struct node *node, const char *what, const char *expected);
bool reader_text(const struct reader *reader, const struct node *node, const char *what, const char **out);
bool reader_flag(const struct reader *reader, const struct node *node, const char *what, bool *out);
bool reader_number(const struct reader *reader, const struct node *node, const char *what, double *out);
/* A list of texts, or one text. NULL-ended. */
bool reader_names(const struct reader *reader, const struct node *node, const char *what, const char *const **out);
/* The same, with the place of each. */
bool reader_placed_names(const struct reader *reader, const struct node *node, const char *what, const char *const **out,
                         const struct pos **at);
/* Letters, digits and _, no digit first: what expressions can name. */
bool reader_name_valid(const char *name);
bool reader_map(const struct reader *reader, const struct node *node, const char *what);
/* One of `words`; *which is its index. */
bool reader_word(const struct reader *reader, const struct node *node, const char *what, const char *const *words,
                 size_t *which);
bool reader_expression(const struct reader *reader, const struct node *node, const char *what, struct code *out);
/* A map of trees of expressions; each may be a text, a plain value, a map or a list. Members are merged by name: a later file's
 * replace an earlier one's. */
bool reader_template_map(const struct reader *reader, const struct node *node, const char *what, struct template **map);

/* A section is a table: key → how to read it into `target`. A key that is not there is refused with the nearest one. */
struct section_key {
    const char *name;
    bool (*read)(const struct reader *reader, const struct node *node, void *target);
    shape_maker *shape; /* what its value may look like; NULL: anything, for the schema's sake */
    const char *help;   /* what editors show; NULL */
};
bool reader_section(const struct reader *reader, const struct node *node, const char *what,
                    const struct section_key *keys, void *target);
/* Whether the map has that key, or an unknown one that was probably meant to be it (and was refused as such). */
bool reader_has(const struct node *node, const char *key, const struct section_key *keys);

/* The sections that have files of their own. */
bool parsers_read_once(const struct reader *reader, const struct node *node, void *target);
bool parsers_read_always(const struct reader *reader, const struct node *node, void *target);
bool kpis_read(const struct reader *reader, const struct node *node, void *target);
bool analyze_read(const struct reader *reader, const struct node *node, void *target);
bool rewrite_read(const struct reader *reader, const struct node *node, void *target);

/* The table of all sections; its readers fill a struct workload. */
const struct section_key *sections_keys(void);

#endif
