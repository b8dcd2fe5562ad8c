/* cmd/history_uri.h — where history is (contract C1.3).
 *
 * The first that is given: --history, MATBENCH_HISTORY (or a block's lts.history.uri); the opensearch_host of an env file; for a
 * comparison the folder --lts_results_dirname; sqlite:history.db. A configured back end is never silently replaced by
 * another, with one exception: TOPSAIL leaves opensearch_host in the env file and names the downloaded folder on the command
 * line, which then means the folder, as in the Python tool. */
#ifndef CMD_HISTORY_URI_H
#define CMD_HISTORY_URI_H
#include "base/arena.h"
#include "base/error.h"

struct history_clues {
    const char *history;          /* URI or NULL */
    const char *opensearch_url;   /* "https://HOST:PORT" of opensearch_host and _port (servers_url), or NULL */
    const char *opensearch_index; /* of an env file, or --opensearch_index; NULL: not known */
    const char *folder;          /* --lts_results_dirname of a command that compares, or NULL */
    bool folder_by_flag;          /* it stands on the command line */
};

/* The URI; NULL with ERR_USAGE: no such kind of history, or a server without an index. */
const char *history_uri_choose(struct arena *arena, const struct history_clues *clues, struct error *err);

#endif
