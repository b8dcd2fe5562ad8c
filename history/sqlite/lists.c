#include "history/sqlite/lists.h"

#include "history/record_list.h"
#include "history/sqlite/put.h"

struct filling {
    struct sqlite_history *h;
    struct arena page;    /* of the record at hand */
    struct arena scratch; /* until the filling ends */
    LIST_OF(int64_t) numbers; /* of records that have something to be kept */
};

static bool note(void *context, int64_t number, const char *workload, const struct record *record, struct error *err)
{
    struct filling *filling = context;
    struct record whole = *record;
    size_t len;
    (void)workload;
    if (record_has_lists(record))
        return true;
    arena_clear(&filling->page);
    const char *text = sqlite_history_text(filling->h, number, record->id, &filling->page, &len, err);
    if (!text)
        return false;
    record_complete(&filling->page, text, len, &whole);
    if (record_has_lists(&whole))
        *LIST_ADD(&filling->scratch, &filling->numbers) = number;
    return true;
}

/* After all rows were read: a table is not changed under its reader. */
static bool fill(void *context, int64_t number, const char *workload, const struct record *record, struct error *err)
{
    struct filling *filling = context;
    struct record whole = *record;
    size_t len;
    arena_clear(&filling->page);
    const char *its = arena_strdup(&filling->page, workload);
    const char *text = sqlite_history_text(filling->h, number, record->id, &filling->page, &len, err);
    if (!text)
        return false;
    record_complete(&filling->page, text, len, &whole);
    sqlite_rest(&filling->h->sqlite);
    return sqlite_put_lists(filling->h, number, its, record->where, &whole, err);
}

static bool fill_all(struct filling *filling, struct error *err)
{
    bool ok = sqlite_history_each(filling->h, note, filling, err);
    for (size_t i = 0; ok && i < filling->numbers.n; i++)
        ok = sqlite_history_one(filling->h, filling->numbers.v[i], fill, filling, err);
    return ok;
}

bool sqlite_lists_fill(struct sqlite_history *h, size_t *filled, struct error *err)
{
    struct filling filling = {.h = h};
    bool begun = sqlite_history_begin_writing(h, err), ok = begun && fill_all(&filling, err);
    *filled = filling.numbers.n;
    if (begun)
        ok = sqlite_finish(&h->sqlite, ok, *filled > 0, err);
    arena_close(&filling.page);
    arena_close(&filling.scratch);
    return ok;
}
