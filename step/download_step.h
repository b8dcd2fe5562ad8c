/* step/download_step.h — bringing results here: for `download` and ci. */
#ifndef STEP_DOWNLOAD_STEP_H
#define STEP_DOWNLOAD_STEP_H
#include "step/context.h"
#include "workload/workload.h"

struct download_request {
    const struct workload *workload;
    const char *results_dirname;
    const char *url, *url_file; /* one of them; with both url_file counts, and a warning says so */
    const char *mode;           /* cache_only, prefer_cache, important, all; NULL: prefer_cache */
    bool do_download;           /* false: a rehearsal, which lists the files on standard output and writes nothing */
};

struct download_counts {
    size_t entries, tests, cached; /* `cached`: tests of which only the cache is taken */
    size_t files, there, failed;   /* fetched (or to be), there already with the same content, unreadable in the source */
    size_t missing;                /* important files that the source has not */
    unsigned long long bytes;      /* of `files` */
};

/* Gives the exit code: 0; ERR_USAGE (mode, url, url file, a source that is not there: nothing was written then), ERR_NO_TEST (no
 * source has a test; nothing was written), ERR_ARTIFACT (some files of a source cannot be read; the others are there),
 * ERR_OUTPUT (disk full: what came whole is there), 130 and 143. Everything has been logged. */
int download_step(struct context *context, const struct download_request *request, struct download_counts *counts);

/* Copies what parsing needs of a results tree (important files, caches, settings, source_url) into `directory`, which is made: for
 * download.save_to_artifacts. Exit codes as above. */
int download_save(struct context *context, const struct workload *workload, const char *results_dirname, const char *directory,
                  struct download_counts *counts);

#endif
