/* store/marked.h — the directories below a results root that hold a file of a certain name. */
#ifndef STORE_MARKED_H
#define STORE_MARKED_H
#include "base/root.h"

/* Paths relative to the root, sorted, the root itself left out: {"a/prom", "b"}. Links are followed below the root; what is nested
 * deeper than 64 directories, or come to more than 20 times, is not looked into. At most `max` are given. */
struct root_names marked_directories(const struct root *root, const char *mark, size_t max, struct arena *arena);

#endif
