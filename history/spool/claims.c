#include "history/spool/claims.h"

#include <stdlib.h>
#include <string.h>

/* Of one entry's payload in both folders: it has left the first one for refused/, unless it still waits there: a run was killed in
 * between, and it is tried again. */
static int rank(const struct spool_claim *claim)
{
    return claim->entry->refused ? 1 : claim->entry->sent[claim->item] ? 0 : 2;
}

static int by_name(const struct spool_claim *a, const struct spool_claim *b)
{
    const struct spool_file *x = &a->entry->file, *y = &b->entry->file;
    int order = strcmp(x->head.history, y->head.history);
    if (order == 0)
        order = strcmp(x->items[a->item].id, y->items[b->item].id);
    return order ? order : strcmp(x->head.workload, y->head.workload);
}

static int by_age(const void *left, const void *right)
{
    const struct spool_claim *a = left, *b = right;
    int order = by_name(a, b);
    if (order == 0)
        order = (a->entry->number > b->entry->number) - (a->entry->number < b->entry->number);
    if (order == 0)
        order = rank(a) - rank(b);
    return order ? order : (a->item > b->item) - (a->item < b->item);
}

struct spool_claim *spool_claims(const struct spool_list *list, size_t *n)
{
    size_t all = 0;
    for (size_t i = 0; i < list->n; i++)
        all += list->v[i].file.n;
    struct spool_claim *claims = memory_need(malloc((all + 1) * sizeof(*claims)));
    *n = 0;
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->v[i].file.n; k++)
            claims[(*n)++] = (struct spool_claim){&list->v[i], k};
    qsort(claims, *n, sizeof(*claims), by_age);
    return claims;
}

bool spool_is_obsolete(const struct spool_claim *claims, size_t n, size_t i)
{
    return i + 1 < n && by_name(&claims[i], &claims[i + 1]) == 0 &&
           (!claims[i].entry->file.head.by_kpi || claims[i + 1].entry->file.head.by_kpi);
}

const struct spool_claim *spool_latest(const struct spool_claim *claims, size_t n, const char *id, const char *workload)
{
    size_t from = 0, to = n; /* all before `from` are not after what is sought, all from `to` on are */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct spool_file *file = &claims[middle].entry->file;
        int order = strcmp(file->items[claims[middle].item].id, id);
        if (order == 0)
            order = strcmp(file->head.workload, workload);
        *(order <= 0 ? &from : &to) = order <= 0 ? middle + 1 : middle;
    }
    const struct spool_claim *last = from ? &claims[from - 1] : NULL;
    return last && strcmp(last->entry->file.items[last->item].id, id) == 0 && strcmp(last->entry->file.head.workload, workload) == 0 ? last : NULL;
}
