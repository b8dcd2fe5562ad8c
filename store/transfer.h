/* store/transfer.h — copies the planned files of a source into a folder.
 *
 * Each file comes as a whole or not at all, with the source's time of change. One that is there already with the same content is
 * left alone, so that a second run goes on where the first one ended. A source file that cannot be read is a finding and the
 * others go on; a destination that cannot be written ends it.
 */
#ifndef STORE_TRANSFER_H
#define STORE_TRANSFER_H
#include "base/folder.h"
#include "store/download.h"

struct transfer_counts {
    size_t copied, there;  /* files; `there` were there already */
    size_t failed;         /* could not be read; a finding each */
    unsigned long long bytes, there_bytes;
};

struct transfer {
    struct arena *arena; /* for findings */
    const struct fetch *fetch;
    const struct folder *folder; /* NULL: there is none yet, so nothing is there */
    const char *below;           /* where in the folder: "expe/from_url" */
    const volatile sig_atomic_t *stop; /* not 0: end with ERR_INTERRUPTED, with whole files only; or NULL */
    void (*progress)(void *context, const struct transfer_counts *counts); /* after every piece; or NULL */
    void *context;
    struct transfer_counts counts;
    struct findings findings; /* BROKEN */
};

/* Whether the file is there with the source's content. */
bool transfer_is_there(const struct transfer *transfer, const struct download_file *file);

/* ERR_OUTPUT: a directory or a file cannot be written (disk full); ERR_INTERRUPTED. */
bool transfer_run(struct transfer *transfer, const struct download_plan *plan, struct error *err);

/* A small file of the caller's, left alone when it is there with that content. */
bool transfer_text(struct transfer *transfer, const char *name, const char *bytes, size_t len, struct error *err);

#endif
