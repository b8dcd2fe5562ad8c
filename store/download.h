/* store/download.h — which files of a source are downloaded.
 *
 * A test directory is what discovery takes for one (store/discover.h); `skip` prunes. What is taken of it:
 *
 *     mode           with a cache               without
 *     prefer_cache   what discovery needs, the  what discovery needs, config.yaml, important files
 *                    cache
 *     cache_only     the same                   nothing: the test is left out
 *     important      what discovery needs, config.yaml, important files
 *     all            everything, also beside the tests
 *
 * "What discovery needs" is settings, settings.*, exit_code, skip, source_url; above the tests it is taken too. Important files
 * are the workload's important_files with its artifact dirs resolved in the source; `*` also matches `/`, as when parsing
 * asks whether a file is listed; a directory that is named brings all that is below it. Artifact dirs are made even when
 * nothing in them is important.
 *
 * The cache is .matbench-cache in the test's directory. A cache without its artifacts is accepted when it came with source_url
 * and the same workload digest: source_url stands at the top of what was downloaded, the digest in the cache. Here a cache
 * counts as valid when it is there and not empty; whoever reads it judges it.
 */
#ifndef STORE_DOWNLOAD_H
#define STORE_DOWNLOAD_H
#include <signal.h>

#include "store/fetch.h"
#include "store/findings.h"
#include "workload/workload.h"

enum download_mode {
    DOWNLOAD_PREFER_CACHE,
    DOWNLOAD_CACHE_ONLY,
    DOWNLOAD_IMPORTANT,
    DOWNLOAD_ALL,
    DOWNLOAD_SAVED /* of what was downloaded before: important files and caches; has no name */
};

/* NULL: prefer_cache. ERR_USAGE with the list of modes. */
bool download_mode_parse(const char *text, enum download_mode *mode, struct error *err);
const char *download_mode_name(enum download_mode mode);

struct download_limits {
    size_t files;
    long long file_bytes, bytes;
};
extern const struct download_limits download_limits_default; /* a million files, 64 GB a file, 1 TB in all */

struct download_options {
    const struct workload *workload;
    enum download_mode mode;
    const char *const *left_out;   /* NULL-ended: names at the top of the source that the caller writes itself; or NULL */
    struct download_limits limits;
    const volatile sig_atomic_t *stop; /* not 0: end with ERR_INTERRUPTED; or NULL */
};

struct download_file {
    const char *path;    /* from the top of the source */
    long long size;      /* -1: not known */
    struct timespec modified;
    bool dated;
};

struct download_plan {
    struct download_file *files; /* sorted by path, each once */
    size_t n;
    const char **directories; /* to be made although they may stay empty */
    size_t directories_n;
    unsigned long long bytes; /* of the files whose size is known */
    size_t tests, cached; /* tests that are taken; those of which only the cache is */
    size_t left_out;      /* cache_only: tests without a cache */
    size_t missing;       /* important files that are not there */
    struct findings findings; /* NOTE: missing files; WARNING: links that leave the source, directories too deep, … */
};

/* Everything in *plan lives in `arena`. Fails when the top cannot be listed or a limit is passed (ERR_ARTIFACT, with the number
 * and the limit). */
bool download_plan(struct arena *arena, const struct fetch *fetch, const struct download_options *options,
                   struct download_plan *plan, struct error *err);

bool download_plan_has(const struct download_plan *plan, const char *path);

#endif
