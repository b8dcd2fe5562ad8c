#include <stdlib.h>

#include "history/horreum/put.h"
#include "history/horreum/read.h"
#include "history/horreum/runs.h"
#include "history/horreum/set_up.h"

static void close_history(struct history *history)
{
    struct horreum *h = (struct horreum *)history;
    horreum_put_close(h);
    horreum_runs_close(h);
    horreum_close(h);
    free(h);
}

static struct history *open_history(const char *uri, const char *rest, enum history_mode mode, const struct history_access *access, struct error *err)
{
    struct horreum *h = memory_need(calloc(1, sizeof(*h)));
    (void)rest;
    if (horreum_open(h, uri, mode, access, err))
        return &h->history;
    close_history(&h->history);
    return NULL;
}

static bool set_up(struct history *history, const char *owner, struct error *err)
{
    struct horreum *h = (struct horreum *)history;
    const char *schema;
    history_forget_findings(history);
    if (!h->workload)
        return error_set(err, ERR_USAGE, "the schema of which workload? --workload=NAME says it");
    return horreum_set_up(h, NULL, owner, true, &schema, err);
}

#define ROW(name, start, text)                                                                                                       \
    const struct history_backend name = {                                                                                           \
        .scheme = start, .example = text, .remote = true, .rewrites = true, .check = horreum_check_uri,                             \
        .plain = horreum_plain_uri, .open = open_history,                                                                            \
        .close = close_history, .begin = horreum_begin, .add = horreum_add, .end = horreum_end, .walk = horreum_walk,               \
        .read = horreum_read, .workloads = horreum_workloads, .fetch = horreum_fetch, .set_up = set_up,                             \
    }

ROW(history_horreum, "horreum+https", "horreum+https://HOST/TEST");
ROW(history_horreum_plain, "horreum+http", NULL);
