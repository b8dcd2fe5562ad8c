/* history/spool/claims.h — of the payloads with one id and workload for one history the latest counts; for the spool's own files. */
#ifndef HISTORY_SPOOL_CLAIMS_H
#define HISTORY_SPOOL_CLAIMS_H
#include "history/spool/spool.h"

struct spool_claim {
    struct spool_entry *entry;
    size_t item;
};

/* All items of a list of entries, by history, id and workload, the latest of each last; free(). Never NULL. */
struct spool_claim *spool_claims(const struct spool_list *list, size_t *n);
/* Whether claims[i] need not go out, since the next one has the same id: all but documents of KPIs that the next does not bring. */
bool spool_is_obsolete(const struct spool_claim *claims, size_t n, size_t i);
/* The latest one with that id and workload, or NULL; all claims are for one history. */
const struct spool_claim *spool_latest(const struct spool_claim *claims, size_t n, const char *id, const char *workload);

#endif
