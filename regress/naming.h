/* regress/naming.h — what people call the entries of an analysis: "model_name=… batch_size=…", as few labels as tell them apart. */
#ifndef REGRESS_NAMING_H
#define REGRESS_NAMING_H
#include "regress/analysis.h"
#include "regress/labels.h"

/* Gives every entry its name, in `arena`: of labels that are compared, or name a pair, and differ among the entries; those of sorting_keys come
 * first, the others by their names, comparison keys last. All of them where nothing tells two entries apart; where there is none "only entry", of
 * several "same labels". Time: n log n in labels. */
void naming_of_entries(struct analysis *analysis, const struct label_filter *filter, struct arena *arena);

/* Entries of one name, as repetitions of a run: "gpu=8 (1 of 2)", in the order of the entries. After all that speaks of them together. */
void naming_number_alike(struct analysis *analysis, struct arena *arena);

#endif
