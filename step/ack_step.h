/* step/ack_step.h — writes what somebody knows about a change into the file of acknowledgements.
 *
 * The file is replaced as a whole or not at all, by one process at a time: the others wait for the lock of its directory. */
#ifndef STEP_ACK_STEP_H
#define STEP_ACK_STEP_H
#include "regress/acks/acks_edit.h"
#include "step/context.h"

struct ack_step {
    enum acks_list list;
    const char *file;
    bool configured; /* an analysis of this workload reads it without being told */
    struct acks_edit_line *lines;
    size_t n;
    const char *expires; /* a day, or 30d, 4w from now; NULL: never */
};

/* Gives the exit code. Prints what was added; lines that are there already are not, and step->n counts the others then. */
int ack_step(struct context *context, struct ack_step *step);

#endif
