/* workload/find.h — which folder a workload's name means.
 *
 * In this order: a path to a folder or to its workload.yaml (also below workload_base_dir); a name below a folder of the search path
 * (MATBENCH_WORKLOADS, colon-separated, then the installed one); a Python module name that some workload there lists under
 * `aliases` ("projects.fine_tuning.visualizations.fms_hf_tuning"), or its `flavour: name`.
 *
 * A name that stands for several workloads, each with `flavour: {of: NAME, name: …}`, is refused, naming them.
 */
#ifndef WORKLOAD_FIND_H
#define WORKLOAD_FIND_H
#include "base/arena.h"
#include "base/error.h"

struct workload_places {
    const char *base_dir;      /* --workload_base_dir or NULL */
    const char *const *search; /* NULL-ended */
};

/* The folder, or NULL (ERR_USAGE: says where it was looked for, and which names there are). */
const char *workload_find(struct arena *arena, const char *name, const struct workload_places *places,
                          struct error *err);

#endif
