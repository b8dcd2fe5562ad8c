/* history/opensearch/opensearch.h — an open index of an OpenSearch, for the files of this back end; others use history/history.h.
 *
 * One index, or an alias of several, and what kind it is. `_source` is always the payload as the Python tool writes it,
 * {metadata, results, kpis}, and `_id` its metadata.test_uuid: whoever reads the index needs to know nothing of us.
 *
 * An index of ours (opensearch_index.c has its mapping) holds beside it, outside `_source`, one object:
 *
 *   matbench.record       keyword, stored only: the record as compact JSON, {"id":…,"start_us":…,"labels":{key: value},"kpis":{name:
 *                         number},"units":{name: text}}, labels and KPIs sorted by name as in struct record. `stored_fields: ["matbench.record"]` gives
 *                         it without touching `_source`: twice as fast as `_source` with includes.
 *   matbench.workload     keyword, stored too: the workload's name
 *   matbench.start_us     long: the run's start in microseconds since 1970 UTC
 *   matbench.labels       keyword, many: a text for each label (opensearch_label). One longer than OPENSEARCH_TERM_MAX is not there:
 *                         it cannot be asked for, only read.
 *   matbench.fingerprint  keyword, many: a fingerprint (history/fingerprint.h), and its first half, the rule, by itself
 *   matbench.digest       keyword, stored only: SHA-256 of the payload's id and text (payload_digest), in hex; "+lists" behind it: the record has
 *                         what is kept of the payload's lists (history/record_list.h), which older matbenches did not put there
 *
 * A document without `matbench` may stand in such an index: the Python tool put it there, or _reindex brought it (which copies
 * `_source` only). It is history as well; who asks by one of these fields must ask for "or no matbench.workload", too.
 */
#ifndef HISTORY_OPENSEARCH_H
#define HISTORY_OPENSEARCH_H
#include "history/backend.h"
#include "net/http.h"

enum {
    OPENSEARCH_FORMAT = 1,      /* of our mapping; stands in its _meta: {"matbench": {"index": 1}} */
    OPENSEARCH_TERM_MAX = 8000, /* UTF-16 units: at most 24,000 bytes, below Lucene's 32,766 */
    OPENSEARCH_ID_MAX = 512     /* bytes of an `_id` */
};

enum opensearch_kind {
    INDEX_ABSENT,  /* no such index, nor alias: there is no history (history.exists is false) */
    INDEX_BLANK,   /* without any field: it is ours once a payload was put there */
    INDEX_OURS,    /* ours, of `format` (all of them, when the name is an alias) */
    INDEX_FOREIGN, /* payloads of others, of the Python tool as a rule: `metadata` is a field, a flat_object or an object */
    INDEX_OTHER    /* anything else: no history; history_open refuses it */
};

struct opensearch {
    struct history history; /* first */
    struct arena arena;     /* until it is closed */
    struct http *http;
    const struct server *server; /* to which http was opened */
    struct http_options limits; /* with which http was opened */
    const char *index;      /* as the URI has it: an index or an alias */
    const char *path;       /* "/index", encoded: the path of its requests begins so */
    enum opensearch_kind kind;
    bool flat;              /* FOREIGN: `metadata` is a flat_object; label filters are terms of "metadata.settings.<key>" */
    int format;             /* OURS: the greatest in _meta */
    size_t indexes_n;       /* how many indexes the name stands for; > 1: an id may appear twice */
    const char *target;     /* the one index that is written to; NULL: none, and `no_target` says why */
    enum opensearch_kind target_kind;
    int target_format;
    const char *no_target;
    size_t shards;          /* index.number_of_shards, the greatest of them */
    size_t result_window;   /* index.max_result_window, the smallest of them: no page may be larger (10,000) */
    bool refresh;           /* after a push: what was put is found at once (default) */
    bool near;              /* on this machine, without TLS, which may be a tunnel: compressing costs more than it saves */
    size_t chunk_bytes;     /* of a request with documents; a server that takes less makes it smaller */
    struct opensearch_push *push; /* between begin and end; opensearch_push.c */
};

/* The text that stands for a label in matbench.labels: "model_name=\"llama\"", "batch_size=8", "lora=null": the key, an equals sign, the
 * value's JSON as struct label has it. A backslash stands before each backslash and equals sign of the key. */
const char *opensearch_label(struct arena *arena, const struct label *label);

/* An answer that its asker did not expect: "HOST: POST /index/_search: 400 …: <the server's words>". Always false. */
bool opensearch_fail(const struct opensearch *o, const struct http_request *request, const struct http_answer *answer,
                     struct error *err);
/* The answer's body as JSON (an object), or NULL with *err set (ERR_STORE: "… is no answer of an OpenSearch"). A new reference. */
json_t *opensearch_json(const struct opensearch *o, const struct http_request *request, const struct http_answer *answer,
                        struct error *err);

/* Writing; history/opensearch_push.c. */
bool opensearch_begin(struct history *history, const char *workload, struct error *err);
bool opensearch_add(struct history *history, const struct history_payload *payload, struct error *err);
bool opensearch_end(struct history *history, bool keep, struct error *err);

/* Reading; history/opensearch_read.c. */
bool opensearch_newest_from(struct history *history, const struct history_selection *selection, int64_t *from_us, struct error *err);
bool opensearch_count_selected(struct history *history, const struct history_selection *selection, int64_t *n, struct error *err);
bool opensearch_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                     bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool opensearch_read(struct history *history, const struct history_selection *selection,
                     bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);
bool opensearch_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                          struct error *err);
const char *opensearch_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);

#endif
