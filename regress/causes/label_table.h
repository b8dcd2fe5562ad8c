/* regress/causes/label_table.h — what the labels of an entry's runs were, that are not compared: a column for each, or for each part of a map or
 * list ("config.lora.rank", "tags.0"), a row for each run of its history, oldest first, and one for the entry.
 *
 * Compared labels are the same in all of them. Left out are those that say nothing about a run (run_id, urls, test_path, help, …). A run
 * whose repetitions differ has the value that most of them have.
 */
#ifndef REGRESS_CAUSES_LABEL_TABLE_H
#define REGRESS_CAUSES_LABEL_TABLE_H
#include "regress/select.h"

enum {
    LABEL_ROWS_MAX = 400,    /* the newest runs */
    LABEL_COLUMNS_MAX = 400, /* columns beyond are left out */
    LABEL_PARTS_MAX = 200,   /* parts of one value */
    LABEL_DEPTH_MAX = 6      /* what lies deeper is one part */
};

struct label_column {
    const char *key;
    bool compared;       /* a comparison key: it tells versions apart */
    const char **values; /* the distinct ones: JSON texts; "null" for none */
    size_t values_n;
    size_t *codes;       /* by row: index in values */
};

/* Only columns that differ somewhere. */
struct label_table {
    const struct selection *selection;
    size_t first; /* the row of selection->points[first] is 0 */
    size_t rows;  /* the last is the entry's */
    struct label_column *columns; /* by key */
    size_t n;
};

struct label_table label_table_of(const struct analysis_options *options, const struct selection *selection,
                                  const struct record *entry, struct arena *arena);
/* The row of a run of the selection; `rows` when it is too old to have one. */
size_t label_table_row(const struct label_table *table, const struct select_point *run);

#endif
