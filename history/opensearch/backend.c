#include "history/opensearch/opensearch.h"

#include <stdlib.h>
#include <string.h>

#include "config/servers.h"
#include "history/opensearch/bulk.h"
#include "history/opensearch/index.h"
#include "history/opensearch/uri.h"

static bool check_uri(const char *uri, struct error *err)
{
    struct arena scratch = {0};
    struct opensearch_uri parts;
    bool ok = opensearch_uri_parse(&scratch, uri, &parts, err);
    arena_close(&scratch);
    return ok;
}

static bool is_near(const char *url)
{
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        size_t len = strlen(hosts[i]);
        if (strncmp(url, hosts[i], len) == 0 && strchr(":/", url[len])) /* a NUL, too */
            return true;
    }
    return false;
}

static void close_history(struct history *history)
{
    struct opensearch *o = (struct opensearch *)history;
    http_close(o->http);
    arena_close(&o->arena);
    free(o);
}

static struct history *open_history(const char *uri, const char *rest, enum history_mode mode, const struct history_access *access,
                                    struct error *err)
{
    struct opensearch *o = memory_need(calloc(1, sizeof(*o)));
    struct opensearch_uri parts;
    (void)rest;
    o->chunk_bytes = BULK_CHUNK_BYTES;
    if (access && access->http)
        o->limits = *access->http;
    bool ok = opensearch_uri_parse(&o->arena, uri, &parts, err);
    if (ok && !access)
        ok = error_set(err, ERR_USAGE, "'%s' is on a server, and only local histories can be used here", uri);
    if (ok) {
        const struct server *server = servers_find(access->servers, &o->arena, "opensearch", parts.url, err);
        o->server = server;
        o->index = parts.index;
        o->path = arena_printf(&o->arena, "/%s", http_encode(&o->arena, parts.index));
        o->refresh = !access->no_refresh;
        o->near = is_near(parts.url);
        o->http = server ? http_open(server, &o->limits, err) : NULL;
    }
    if (o->http && opensearch_index_look(o, err) && (mode == HISTORY_READ || opensearch_index_writable(o, err)))
        return &o->history;
    close_history(&o->history);
    return NULL;
}

#define OPENSEARCH_FUNCTIONS                                                                                                           \
    .remote = true, .check = check_uri, .open = open_history, .close = close_history, .begin = opensearch_begin, .add = opensearch_add, \
    .end = opensearch_end, .walk = opensearch_walk, .read = opensearch_read, .workloads = opensearch_workloads, .fetch = opensearch_fetch,         \
    .newest_from = opensearch_newest_from, .count = opensearch_count_selected

const struct history_backend history_opensearch_https = {
    .scheme = "opensearch+https", .example = "opensearch+https://HOST:9200/INDEX", OPENSEARCH_FUNCTIONS};
const struct history_backend history_opensearch_http = {.scheme = "opensearch+http", OPENSEARCH_FUNCTIONS};
