/* history/folder_history.h — the back end "dir:FOLDER": payloads as files, in the Python tool's layout; for its own files.
 *
 *     lts/source.lts.yaml                                                 history/folder_anchor.h
 *     lts/topsail-fine-tuning_0ed75135-6c5a-4bae-9203-28b2eee9feb9.json   <index>_<id>.json: json.dump(payload, indent=4), newline
 *
 * As there, every folder below that has a source.lts.yaml and no file `skip` counts too. Payload files are those that end
 * in .json and do not begin with a dot; the payload's id is its metadata.test_uuid, whatever the file is called. A file that is
 * no payload is a finding; one whose metadata.status is not Valid is left out. Two files with one id: the same payload
 * is one record, different ones are ERR_STORE with both names, since nobody can know which one is meant.
 *
 * Reading and writing hold the folder's lock (flock of the directory), shared or exclusive, for up to 5 s; nothing but
 * payload files, source.lts.yaml and, while somebody writes, history/folder_commit.h's directories is made.
 */
#ifndef HISTORY_FOLDER_HISTORY_H
#define HISTORY_FOLDER_HISTORY_H
#include "base/root.h"
#include "history/backend.h"
#include "history/folder_anchor.h"

enum {
    FOLDER_DEPTH_MAX = 8,
    FOLDER_FILES_MAX = 1000000,    /* files and directories that are looked at */
    FOLDER_PAYLOAD_MAX = 256 << 20 /* bytes of one file */
};

struct folder_file {
    const char *path; /* below the folder, as it is opened */
    const char *name; /* below the folder, as it is called: another path while a killed writer's change is pending */
    const char *id;   /* NULL: not read, or no payload */
    bool kept;        /* history: read, valid, and the first with its id */
};

struct folder_history {
    struct history history;
    char *path;        /* as given */
    struct root *root; /* NULL: there is no such folder */
    int fd;            /* the same folder, for the lock; -1 */
    struct arena arena; /* what was listed last: */
    struct folder_anchor anchor;
    bool anchored;  /* the folder itself has a source.lts.yaml */
    bool scanned;   /* ids are known */
    LIST_OF(struct folder_file) files; /* sorted by id once they are scanned, those without first */
};

/* Opens the folder unless it is open; *err is not set when there is none. */
bool folder_open_root(struct folder_history *h, struct error *err);
bool folder_lock(struct folder_history *h, bool exclusive, struct error *err);
void folder_unlock(struct folder_history *h);
/* Lists the files anew; sets history.exists. Needs the lock. */
bool folder_list(struct folder_history *h, struct error *err);
/* Lists and reads them; the records, in no order, in `arena`. Needs the lock. */
bool folder_scan(struct folder_history *h, struct arena *arena, struct record **records, size_t *n, struct error *err);
/* After folder_scan: the file with that id that is history, or NULL. */
const struct folder_file *folder_find(const struct folder_history *h, const char *id);
/* The file's payload as compact JSON in `arena`; what JSON cannot say (NaN) is null. False when it cannot be read. */
bool folder_payload(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                    const char **text, size_t *len, struct error *err);

/* The functions of the back end in history/folder_read.c and history/folder_put.c. */
bool folder_history_walk(struct history *history, const char *workload, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool folder_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err);
const char *folder_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err);
bool folder_history_put(struct history *history, const char *workload, const struct history_payload *payloads, size_t n,
                        struct history_counts *counts, struct error *err);

#endif
