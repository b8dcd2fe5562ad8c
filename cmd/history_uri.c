#include "cmd/history_uri.h"

#include "history/history.h"

const char *history_uri_choose(struct arena *arena, const struct history_clues *clues, struct error *err)
{
    if (clues->history)
        return history_is_known(clues->history, err) ? clues->history : NULL;
    bool opensearch = clues->opensearch_host && !(clues->folder && clues->folder_by_flag);
    if (opensearch) {
        error_set(err, ERR_USAGE, "opensearch_host is set, and this version has no OpenSearch history; --history=sqlite:FILE or "
                                  "--history=dir:FOLDER names another");
        return NULL;
    }
    return clues->folder ? arena_printf(arena, "dir:%s", clues->folder) : "sqlite:history.db";
}
