/* history/history.h — where payloads are kept, behind one interface.
 *
 * A URI says where; relative to the current folder; the text after the colon is the name as it is, nothing is decoded:
 *   "sqlite:FILE"  one portable file, e.g. "sqlite:history.db". Records and payloads carry digests, and what does not match
 *                  them is ERR_STORE ("… is damaged"), never a wrong record.
 *   "dir:FOLDER"   a folder as the Python tool writes it (history/folder/backend.h): people and other programs put files into it, so
 *                  a file that is no payload is a finding, and the others are history.
 *   "horreum+https://HOST[:PORT]/TEST"  a test of a Horreum server (history/horreum/horreum.h), a run for each payload
 * Servers stand behind the same functions (history_is_remote). Every text that comes out is UTF-8 and every KPI value finite, whatever is stored.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H
#include <signal.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/filters.h"
#include "history/fingerprint.h"
#include "history/record.h"

struct http_options; /* net/http.h */
struct servers;      /* config/servers.h */
struct workload;     /* workload/workload.h */
struct history; /* an open history; close it with history_close; one thread at a time */

/* How servers are reached, and how to wait for others who write into a file or a folder. It must live as long as the histories that
 * are opened with it. */
struct history_access {
    const struct servers *servers;   /* that are known, with who we are there; NULL: none */
    const struct http_options *http; /* limits, the signal, where to tell of repeats; NULL: as net/http.h has them */
    const struct workload *workload; /* the one at hand: a server that keeps a schema of its payloads makes it from this; NULL: none is */
    bool by_kpi;     /* what is put becomes documents per KPI, too: see history_set_by_kpi */
    bool no_refresh; /* OpenSearch: what was put is found a second later, not at once */
    double wait_s; /* for each lock that another process has; 0: HISTORY_WAIT_S; below 0: not at all */
    const volatile sig_atomic_t *signal; /* ends that waiting with ERR_INTERRUPTED or ERR_TERMINATED; may be NULL */
    void (*tell)(void *context, const char *line); /* that it waits, that a file was upgraded; may be NULL */
    void *tell_context;
    /* OpenSearch: by which rule the payloads of a workload get their fingerprints when they are put; asked once in each transaction. NULL,
     * or gives NULL: they get none, and every comparison with them reads all of them. */
    const struct fingerprint_rule *(*rule)(void *context, const char *workload);
    void *rule_context;
};

enum { HISTORY_WAIT_S = 60 };

enum history_mode {
    HISTORY_READ, /* a history that does not exist is empty: history_exists() says so */
    HISTORY_WRITE /* made by the first payload that is put when it does not exist (or is an empty file) */
};

/* One payload on its way in. */
struct history_payload {
    struct record record;
    const char *text; /* the payload as compact JSON */
    size_t text_len;
};

struct history_counts {
    size_t added, unchanged, replaced; /* replaced: known id, other content */
    size_t refused, unsent;            /* remote histories only: see enum history_fate */
};

/* For a walk: the visitor compares records with some entries only. A back end that keeps fingerprints (an OpenSearch index of ours) then
 * leaves out what cannot be like any of them: records that have a fingerprint by this rule which is none of these, and an id that is none
 * of these. Other back ends give all, and left_out stays 0. */
struct history_likeness {
    const struct fingerprint_rule *rule;
    const char *const *fingerprints; /* of the entries; each once */
    size_t fingerprints_n;
    const char *const *ids; /* of the entries */
    size_t ids_n;
    size_t left_out; /* set by the walk: how many records of the selection (without filters) were not given because of this */
};

/* Which payloads are meant. NULL or zeroes: all. Every back end gives the same ones. */
struct history_selection {
    const char *workload;          /* NULL: of all; a folder holds one workload's payloads and offers them to any */
    const struct filters *filters; /* of labels, as history/filter.h reads them; NULL: any */
    int64_t from_us, to_us;        /* the run started in [from, to); 0: open */
    size_t newest;                 /* at most so many: the last ones by start, then id; 0: all */
    struct history_likeness *like; /* or NULL */
    bool bare;                     /* only id and start are looked at: `where` may be "", labels and KPIs may be missing */
};

struct history_workload {
    const char *name;
    size_t records;
    int64_t first_us, last_us; /* starts of its oldest and newest run; 0: not known (an index of others has nothing to sort by) */
    const char *index;         /* of a folder, when it says one; else NULL */
    bool is_index;             /* `name` is an index: which workload it is, is not known */
};

/* Whether the URI names a back end of ours, without touching it; ERR_USAGE. For saying so before the work begins. */
bool history_is_known(const char *uri, struct error *err);
/* Whether the URI names a server's history; false for what is no URI of ours. */
bool history_is_remote(const char *uri);
/* The one spelling of a server's history, by which the spool and messages know it: without the slash that a pasted URL ends with, and the name
 * of a Horreum test with %XX for all that needs it ("a b" and "a%20b" are one test). What is no such URI is given back. */
const char *history_plain_uri(struct arena *arena, const char *uri);
/* What stands before the colon of a URI: "sqlite", "dir", …; NULL beyond the last. */
const char *history_scheme(size_t i);
/* How long a back end waits for a lock. */
double history_wait_s(const struct history_access *access);

/* Fails with ERR_USAGE (no such back end, bad URI) or ERR_STORE (locked, not a history, unreadable, not writable).
 * HISTORY_READ makes no file, not even a passing one, unless it finds the journal of a writer that was killed: that is
 * rolled back first. `access` NULL: only local histories can be opened. */
struct history *history_open(const char *uri, enum history_mode mode, const struct history_access *access, struct error *err);
void history_close(struct history *history); /* NULL is fine */
bool history_exists(const struct history *history);
const char *history_uri(const struct history *history);

/* What the last history_walk, history_scan, history_read (or history_open) left out or put up with, one line each, without the URI. They live until
 * the next call for this history. */
struct history_findings {
    const char *const *v;
    size_t n;
    size_t more; /* that many others are not listed */
};
struct history_findings history_findings(const struct history *history);

/* What a folder says about the payloads that are put into it; other back ends have no place for it. */
struct history_origin {
    const char *index;     /* the first part of its files' names; NULL: the one that it has, else the workload's name */
    int64_t date_us;       /* when the payloads were fetched; 0: the start of the newest one */
    const json_t *filters; /* an object: which ones were asked for; NULL: all */
    bool renew;            /* these replace what the folder says already (else they count for a new one only) */
    bool clean;            /* other payload files of the folder go, at the moment when the new ones are there */
};
/* For the next history_begin (or history_put); what it points to is borrowed until its end. */
void history_set_origin(struct history *history, const struct history_origin *origin);
/* For the next history_begin (or history_put): OpenSearch gets a document per KPI, too, in the index "<index>.<KPI>". Until then it is as
 * struct history_access says; other back ends have no such thing. */
void history_set_by_kpi(struct history *history, bool by_kpi);
/* Makes what a server has to have before payloads make a history there, and mends what differs from the workload at hand; an upload makes what
 * is missing by itself, where it may. What was done is in the findings. `owner`: the team that things belong to; NULL: known there.
 * ERR_USAGE: this kind of history has nothing to set up, or no owner is known; ERR_REFUSED, ERR_STORE. */
bool history_set_up(struct history *history, const char *owner, struct error *err);

/* ---- writing ---- */

/* Payloads go in one by one, in one transaction:
 *
 *     bool ok = history_begin(history, workload, err);
 *     while (ok && …)
 *         ok = history_add(history, &payload, err); // payload may die now
 *     if (!history_end(history, ok, &counts, err)) …  // always called after a history_begin that succeeded
 *
 * SQLite and folders: all or nothing, whatever happens to this process. Putting the same payloads again changes nothing: the file's
 * bytes stay as they are (payloads are compared by their text, records by start, labels and KPIs; `where` stays what it was first).
 * One writer at a time: others wait from the first payload that changes something (SQLite; a folder: from the first payload) to the
 * end, for as long as struct history_access says.
 * Remote histories: payloads leave while others are added; the end waits for what is on its way. What a failure leaves behind is
 * told by the counts and the witness.
 * A history that was opened with HISTORY_READ rehearses: the counts are what would be, and nothing is written.
 *
 * Two payloads of one transaction with one id must have the same text; the second is then counted as unchanged. What is kept for this
 * is less than 64 bytes per payload.
 * A folder takes NULL for a workload that is not known. ERR_INVALID: a record or payload that no history can hold, or one that this
 * history holds for another workload; ERR_STORE: locked for too long, disk full, not writable. */
bool history_begin(struct history *history, const char *workload, struct error *err);
/* After it failed only history_end may follow. */
bool history_add(struct history *history, const struct history_payload *payload, struct error *err);
/* Ends it. `keep`: what was added stays, unless a history_add failed. The result says whether it stays; when it does not and *err was
 * not set before, it is set, except when `keep` is false: whoever does not keep it knows why. `counts` may be NULL; when nothing stays
 * they are zero for SQLite and folders, and for a remote history what has become of the payloads so far. */
bool history_end(struct history *history, bool keep, struct history_counts *counts, struct error *err);

/* All of them in one transaction. `counts` (may be NULL) is set only when it succeeds, or when the history is remote. */
bool history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                 struct history_counts *counts, struct error *err);
/* What history_put would do, without doing it. */
bool history_compare(struct history *history, const struct history_payload *payloads, size_t n,
                     struct history_counts *counts, struct error *err);

enum history_fate {
    FATE_ADDED,
    FATE_UNCHANGED,
    FATE_REPLACED,
    FATE_REFUSED, /* the server will never take it as it is: mapping error, schema violation */
    FATE_UNSENT   /* it could not be sent, or what became of it is not known: sending it again is harmless */
};

/* `fate` is called once for each payload of a remote history, when what becomes of it is known: before history_end returns. `why`
 * is the server's own words, cleaned, for the last two; else NULL. Local histories call nothing: there all payloads share one fate. */
void history_set_witness(struct history *history, void (*fate)(void *context, const char *id, enum history_fate fate, const char *why),
                         void *context);

/* ---- reading ---- */

/* Calls visit for every record of the selection, ordered by start, then id; the record lives as long as `arena`, in which
 * equal texts of labels and names stand once. Stops early when visit returns false (the result is still true). All is read before
 * the first visit, so that visit may use the history, and others may write to it meanwhile. */
bool history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
/* The same as an array in `arena`, which the caller may change. */
bool history_records(struct history *history, const struct history_selection *selection, struct arena *arena, struct record **records,
                     size_t *n, struct error *err);
/* The same records in no order, each alive during its visit only, so that memory does not grow with their number. visit must not use
 * the history, and should not take long: writers may have to wait. When it fails, some have been visited. */
bool history_scan(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
/* How many records the selection has, `newest` aside. */
bool history_count(struct history *history, const struct history_selection *selection, size_t *n, struct error *err);
/* Whole payloads one by one, in the order of the back end, each alive during its visit only; per payload not more than a few bytes
 * are kept (with `newest`: and that many ids). Others may write meanwhile: what goes away after the reading began is ERR_STORE. visit
 * may not use the history. When it fails, some have been visited. */
bool history_read(struct history *history, const struct history_selection *selection,
                  bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);

/* The workloads that have records, ordered by name, in `arena`. A folder has one; what the Python tool wrote does not say
 * which, so it is called by its index and `is_index` is true. */
bool history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads, size_t *n,
                       struct error *err);
/* The payload's JSON text in `arena` (NUL-terminated, *len bytes; len may be NULL), or NULL: with *err set, or not set
 * when there is no such id. */
const char *history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len, struct error *err);

#endif
