/* workload/reader.h — typed reading of a workload's YAML nodes: every wrong one is refused with its place.
 * For workload/load.c and the section files beside it. */
#ifndef WORKLOAD_READER_H
#define WORKLOAD_READER_H
#include "workload/workload.h"

/* Where a node comes from and what loading needs; one per file, so that messages name the right one. */
struct reader {
    struct arena *arena;
    const char *file;
    struct workload *workload;
    const struct workload_registry *registry;
    struct error *err;
};

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
};
bool reader_section(const struct reader *reader, const struct node *node, const char *what,
                    const struct section_key *keys, void *target);

/* The sections that have files of their own. */
bool parsers_read_once(const struct reader *reader, const struct node *node, void *target);
bool parsers_read_always(const struct reader *reader, const struct node *node, void *target);
bool kpis_read(const struct reader *reader, const struct node *node, void *target);

#endif
