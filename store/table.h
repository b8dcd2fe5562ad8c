/* store/table.h — rows of cells as one value: which columns, of what types, as rows or as columns. */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H
#include "store/csv.h"
#include "store/pieces.h"

enum table_as { TABLE_ROWS, TABLE_COLUMNS };
extern const char *const table_as_words[];

enum { TABLE_CELLS_MAX = 4 * 1000 * 1000, TABLE_COLUMN_CELLS_MAX = 20 * 1000 * 1000 }; /* as rows; as columns, which need a third of it */

struct table_wish {
    bool nameless;                  /* there is no header: a row is a list */
    const char *const *names;       /* of the columns, when the file does not say them; NULL: its first row does */
    const char *const *columns;     /* that are kept; NULL: all */
    const struct named_word *types; /* words: typed_words; a column without one is TYPED_AUTO */
    size_t types_n;
    bool ragged;            /* rows may have fewer cells (null) or more (left out) than there are columns */
    enum table_as as;
    enum pieces_keep keep;  /* of rows */
};

/* Rows as objects by column, or as lists when the columns have no names; or {column: [value…]}. One empty cell behind the last
 * column is passed over. A row with another number of cells, a column that is there twice, one that is wished and not there, and a
 * cell that is not of its type are errors with the place. NULL with err unset: no row, and one was wanted. */
json_t *table_read(struct parsing *parsing, struct csv *csv, const struct table_wish *wish, struct error *err);

#endif
