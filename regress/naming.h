/* regress/naming.h — what people call the entries of an analysis: "model_name=… batch_size=…", as few labels as tell them apart. */
#ifndef REGRESS_NAMING_H
#define REGRESS_NAMING_H
#include "regress/analysis.h"
#include "regress/labels.h"

/* Gives every entry its name, in `arena`: of labels that are compared, or name a pair, and differ among the entries; those of sorting_keys come
 * first, the others by their names. All of them where nothing tells two entries apart; "only entry" where there is none. Time: n log n in
 * labels. */
void naming_of_entries(struct analysis *analysis, const struct label_filter *filter, struct arena *arena);

#endif
