/* history/folder/backend.h — the back end "dir:FOLDER": payloads as files, in the Python tool's layout; for its own files.
 *
 *     lts/source.lts.yaml                                                 history/folder/anchor.h
 *     lts/topsail-fine-tuning_0ed75135-6c5a-4bae-9203-28b2eee9feb9.json   <index>_<id>.json: json.dump(payload, indent=4), newline
 *
 * As there, every folder below that has a source.lts.yaml and no file `skip` counts too. Payload files are those that end
 * in .json and do not begin with a dot; the payload's id is its metadata.test_uuid, whatever the file is called. A file that is
 * no payload is a finding; one whose metadata.status is not Valid is left out. Two files with one id: the same payload
 * is one record, different ones are ERR_STORE with both names, since nobody can know which one is meant.
 *
 * Reading and writing hold the folder's lock (flock of the directory), shared or exclusive, and wait for it (history/patience.h); nothing but
 * payload files, source.lts.yaml and, while somebody writes, history/folder/commit.h's directories is made.
 */
#ifndef HISTORY_FOLDER_BACKEND_H
#define HISTORY_FOLDER_BACKEND_H
#include "base/digest.h"
#include "base/root.h"
#include "base/text.h"
#include "history/backend.h"
#include "history/folder/anchor.h"
#include "history/patience.h"

enum {
    FOLDER_DEPTH_MAX = 8,
    FOLDER_FILES_MAX = 1000000,    /* files and directories that are looked at */
    FOLDER_PAYLOAD_MAX = 256 << 20 /* bytes of one file */
};

enum { FOLDER_KEY = 16 };

/* One of maybe 100,000: what is kept of each is small. */
struct folder_file {
    uint32_t at;      /* of its path in `names` */
    unsigned char key[FOLDER_KEY]; /* of its payload's id: the first bytes of its SHA-256 */
    bool kept;        /* history: read, valid, and the first with its id */
    bool meant;       /* and of the selection of the last scan */
    bool stays;       /* while a put cleans the folder */
};

struct folder_history {
    struct history history;
    struct patience patience; /* with those who have the folder locked */
    char *path;        /* as given */
    struct root *root; /* NULL: there is no such folder */
    int fd;            /* the same folder, for the lock; -1 */
    struct digest *digest;
    struct arena arena; /* what was listed last: */
    struct folder_anchor anchor;
    bool anchored;  /* the folder itself has a source.lts.yaml */
    bool scanned;   /* ids are known */
    struct text names; /* of the files: paths, NUL after each */
    struct {
        struct folder_file *v;
        size_t n, room;
    } files; /* sorted by name */
    uint32_t *table; /* kept files by key: 0, or the file's number + 1; `table_room`, a power of two */
    size_t table_room;
    struct folder_put *put; /* between begin and end; history/folder/put.c */
};

/* Below the folder: as the file is opened, and as it is called, which is another path while a killed writer's change is pending. Both
 * live until the folder is listed again. */
const char *folder_file_path(const struct folder_history *h, const struct folder_file *file);
const char *folder_file_name(const struct folder_history *h, const struct folder_file *file);
/* Opens the folder unless it is open; *err is not set when there is none. */
bool folder_open_root(struct folder_history *h, struct error *err);
bool folder_lock(struct folder_history *h, bool exclusive, struct error *err);
void folder_unlock(struct folder_history *h);
/* Forgets what was listed. */
void folder_forget(struct folder_history *h);
/* Lists the files anew; sets history.exists. Needs the lock. */
bool folder_list(struct folder_history *h, struct error *err);
/* Lists and reads them; visits the records of all that are history (history_takes), each alive during its visit only. False from
 * visit ends the visits. Needs the lock. */
bool folder_scan(struct folder_history *h, const struct history_selection *selection,
                 bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
/* After folder_scan: the file with that id that is history, or NULL. */
struct folder_file *folder_find(const struct folder_history *h, const char *id);
/* The file's payload as compact JSON in `arena`; what JSON cannot say (NaN) is null. False when it cannot be read. */
bool folder_payload(const struct folder_history *h, const struct folder_file *file, struct arena *arena,
                    const char **text, size_t *len, struct error *err);

/* The functions of the back end in history/folder/read.c and history/folder_put.c. */
bool folder_history_begin(struct history *history, const char *workload, struct error *err);
bool folder_history_add(struct history *history, const struct history_payload *payload, struct error *err);
bool folder_history_end(struct history *history, bool keep, struct error *err);
bool folder_history_walk(struct history *history, const struct history_selection *selection, struct arena *arena,
                         bool (*visit)(void *context, const struct record *record), void *context, struct error *err);
bool folder_history_read(struct history *history, const struct history_selection *selection,
                         bool (*visit)(void *context, const struct history_payload *payload), void *context, struct error *err);
bool folder_history_workloads(struct history *history, struct arena *arena, struct history_workload **workloads,
                              size_t *n, struct error *err);
const char *folder_history_fetch(struct history *history, const char *id, struct arena *arena, size_t *len,
                                 struct error *err);

extern const struct history_upkeep folder_upkeep; /* history/folder/upkeep.c */

#endif
