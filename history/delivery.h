/* history/delivery.h — payloads put into a remote history one by one, and what became of each. */
#ifndef HISTORY_DELIVERY_H
#define HISTORY_DELIVERY_H
#include "history/history.h"

struct delivery {
    const char *workload;
    size_t n;
    const char *(*id)(void *context, size_t i); /* "": not to be sent */
    /* The payload, in `arena`, which is cleared afterwards. */
    bool (*get)(void *context, size_t i, struct arena *arena, struct history_payload *payload, struct error *err);
    /* At once when it is known; once for each that is to be sent. `why` lives until it returns. */
    void (*fate)(void *context, size_t i, enum history_fate fate, const char *why);
    void *context;
    bool by_kpi; /* with a document for each KPI (history_set_by_kpi) */
};

/* One transaction. A payload that no history can hold is refused, and the others go on. A payload of which the history says nothing is
 * unsent, whatever history_end said. *counts are what `fate` was told. False: *err says what went wrong; some may have arrived. */
bool delivery_run(struct history *history, const struct delivery *delivery, struct history_counts *counts, struct error *err);

/* The member of *counts that counts this. */
size_t *history_count_of(struct history_counts *counts, enum history_fate fate);

#endif
