#include "cmd/history_uri.h"

#include <string.h>

#include "history/history.h"

const char *history_uri_choose(struct arena *arena, const struct history_clues *clues, struct error *err)
{
    if (clues->history)
        return history_is_known(clues->history, err) ? history_plain_uri(arena, clues->history) : NULL;
    if (clues->opensearch_url && !(clues->folder && clues->folder_by_flag)) {
        if (clues->opensearch_index)
            return arena_printf(arena, "opensearch+%s/%s", clues->opensearch_url, clues->opensearch_index);
        error_set(err, ERR_USAGE, "opensearch_host is set, and opensearch_index is not: in an env file, as MATBENCH_OPENSEARCH_INDEX or as "
                                  "--opensearch_index it says which index the history is; --history=URI names another history");
        return NULL;
    }
    return clues->folder ? arena_printf(arena, "dir:%s", clues->folder) : "sqlite:history.db";
}
