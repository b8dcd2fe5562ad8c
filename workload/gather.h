/* workload/gather.h — the files of a workload: workload.yaml, what it includes (before it), and Lua files.
 *
 * A file that cannot be read, or is no YAML or Lua, is a problem, and what it may have held is doubted; the others are gathered. */
#ifndef WORKLOAD_GATHER_H
#define WORKLOAD_GATHER_H
#include "base/digest.h"
#include "base/root.h"
#include "workload/problems.h"
#include "workload/workload.h"

/* One YAML file of the workload; `open` chains the files that include each other. */
struct source {
    const char *relative; /* below the root */
    const char *shown;
    struct node *node;
    const struct source *includer;
};

struct gathering {
    struct arena *arena;
    struct root *root; /* the folder that holds the workload's folder */
    LIST_OF(struct source) sources; /* in the order in which they are read */
    LIST_OF(struct code) lua;
    struct digest *digest; /* of all files */
    struct problems *problems;
};

/* The file `relative` below the root, and all that it names. */
void gather_all(struct gathering *gathering, const char *relative, const char *shown);

#endif
