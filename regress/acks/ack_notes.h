/* regress/acks/ack_notes.h — what whoever keeps the file of acknowledgements should know: lines that mean nothing, and those that may go.
 */
#ifndef REGRESS_ACKS_ACK_NOTES_H
#define REGRESS_ACKS_ACK_NOTES_H
#include "regress/verdict.h"

struct ack_notes_request {
    const struct hypothesis *hypotheses; /* settled (regress/known.h) */
    size_t hypotheses_n;
    const struct record *history;
    size_t history_n;
};

/* Sets analysis->notes. */
void ack_notes_make(struct analysis *analysis, const struct ack_notes_request *request, struct arena *arena);

#endif
