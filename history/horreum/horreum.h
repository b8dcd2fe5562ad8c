/* history/horreum/horreum.h — a test of a Horreum server (0.20) as a history: one run for each payload. For the folder's own files.
 *
 *     horreum+https://HOST[:PORT][/PREFIX]/TEST     TEST is the test's name, %XX for what a URI cannot hold
 *
 * A run's data is the payload; its description names it: "matbench:<payload id> sha256:<16 hex digits>" (horreum_document.h). The
 * newest run that is not in the trash counts. What Horreum does was seen on a real server; docs/horreum.md tells the user's side.
 *
 *   horreum.c           requests and answers, who we are, the test
 *   horreum_document.c  what is sent and what comes back
 *   horreum_runs.c      the list of runs: which payload is where
 *   horreum_set_up.c    test, schema, labels
 *   horreum_put.c       payloads on their way in
 *   horreum_read.c      records and payloads on their way out
 *   horreum_history.c   the back end's row
 */
#ifndef HISTORY_HORREUM_H
#define HISTORY_HORREUM_H
#include "history/backend.h"
#include "net/http.h"

enum {
    HORREUM_BODY_MAX = 10485760,     /* bytes of a body that a server takes unless it is told otherwise (quarkus.http.limits.max-body-size) */
    HORREUM_LINE_MAX = 4096,         /* of a request line */
    HORREUM_ANSWER_MAX = 64 << 20,   /* that we take: numbers come back longer than they were sent */
    HORREUM_AT_ONCE = 4              /* requests on their way */
};

struct horreum {
    struct history history;
    struct arena arena; /* as long as the history is open */
    struct http *http;
    const char *place;  /* "https://HOST/PREFIX", where people look at runs */
    const char *test;   /* name */
    json_int_t test_id; /* 0: there is no such test */
    const char *owner, *access; /* the test's team and "PUBLIC", "PROTECTED" or "PRIVATE"; runs get the same */
    const struct workload *workload; /* the one at hand; NULL: none */
    json_t *roles;      /* array of texts; NULL: not asked */
    const char *made_for, *schema; /* the workload that all is set up for, and the URI of its schema */
    struct horreum_runs *runs;       /* NULL: not read yet */
    struct horreum_put *put;         /* NULL: no transaction */
};

/* ---- opening ---- */

/* The URI as matbench spells it: a test's name has one. */
const char *horreum_plain_uri(struct arena *arena, const char *uri);
bool horreum_check_uri(const char *uri, struct error *err);
/* ERR_USAGE: the URI; ERR_REFUSED: who we are may not read, or (HISTORY_WRITE) not upload; ERR_STORE: no server, or no Horreum. */
bool horreum_open(struct horreum *h, const char *uri, enum history_mode mode, const struct history_access *access, struct error *err);
void horreum_close(struct horreum *h);

/* ---- requests ---- */

/* An answer that is kept until the arena is cleared. False: there is none, and *err says why, with what to do about it. */
bool horreum_send(struct horreum *h, const struct http_request *request, struct arena *arena, struct http_answer *answer, struct error *err);
/* What GET `path` answers, a new reference; *json is NULL when there is no such thing (404 with words). */
bool horreum_get(struct horreum *h, const char *path, json_t **json, struct error *err);
/* Sends a document; the answer, when it is JSON, a new reference in *json (may be NULL). `wanted`: the status. Anything else is an
 * error, but 409 and 400 when `status` is given: then it gets the status, *words in `arena` what the server said, and the result is true. */
struct horreum_change {
    const char *method, *path;
    json_t *body; /* taken over; NULL: none */
    int wanted;
};
bool horreum_change(struct horreum *h, const struct horreum_change *change, json_t **json, int *status, struct arena *arena,
                    const char **words, struct error *err);
/* The error about an answer that is not wanted: host, method, path, status, the server's words or, where it says nothing, what
 * the status means in Horreum. */
bool horreum_fail(struct horreum *h, const struct http_request *request, const struct http_answer *answer, struct error *err);
/* What a status means in Horreum, which often says nothing; NULL. */
const char *horreum_meaning(int status);
/* Puts that behind an error of http_run or http_send about 401 or 403. */
void horreum_explain_refusal(struct error *err);
/* What the server said, or meant: "413: …"; in `arena`. */
const char *horreum_explain(struct arena *arena, const struct http_answer *answer);
/* The document in an answer; ERR_STORE. */
json_t *horreum_json(struct horreum *h, const struct http_request *request, const struct http_answer *answer, struct error *err);

/* ---- who we are ---- */

/* Whether we have the role "uploader", "tester", … in a team ("dev-team"). False also when nobody knows. */
bool horreum_has_role(const struct horreum *h, const char *team, const char *role);
/* "viewer, dev-team, dev-uploader"; in `arena`. */
const char *horreum_roles_text(const struct horreum *h, struct arena *arena);

/* ---- the test ---- */

/* Looks it up: sets test_id, owner, access, history.exists. */
bool horreum_find_test(struct horreum *h, struct error *err);
/* Not longer than it has to be: ends early when a signal comes. */
void horreum_pause(unsigned ms);

#endif
