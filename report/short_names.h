/* report/short_names.h — names without what all of them share, for the headers and cells of tables. */
#ifndef REPORT_SHORT_NAMES_H
#define REPORT_SHORT_NAMES_H
#include <stddef.h>

#include "base/arena.h"

/* How many bytes the names begin with alike, up to and with a '_': 6 for "train_loss", "train_samples". 0 when there is one name,
 * or when nothing would be left of one. */
size_t short_names_prefix(const char *const *names, size_t n);

/* Paths without the segments that all have in the same place: "602/gating/1800/x", "603/gating/1801/x" become "602/1800",
 * "603/1801"; where they differ in the number of segments, without those that all begin or end with. What is longer than `max`
 * columns begins later ("…/1800"), or loses the middle of its last segment. Paths that are all equal stay whole. */
void short_names_paths(const char *const *paths, const char **shown, size_t n, size_t max, struct arena *arena);

#endif
