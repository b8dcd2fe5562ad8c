/* columns/grid_mend.h — what people and spreadsheets put into a table that is no run of a series, or has two meanings.
 *
 * - the numbers of a file that is one line are one series;
 * - rows at the end that sum up those above ("Average", "Summe") are left out;
 * - of columns with one name the later ones are called "latency (column 3)";
 * - "812,6" in a file without a header is told: two columns, or a decimal comma.
 */
#ifndef COLUMNS_GRID_MEND_H
#define COLUMNS_GRID_MEND_H
#include "columns/columns.h"
#include "columns/grid.h"

void grid_mend(struct grid *grid, struct columns *out);
/* Adds a note for people, beside those of the mending. */
void grid_say(const struct grid *grid, struct columns *out, bool doubt, const char *text);

#endif
