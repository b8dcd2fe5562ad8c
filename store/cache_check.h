/* store/cache_check.h — what a parse cache depends on, and whether that is as it was. For store/cache.c. */
#ifndef STORE_CACHE_CHECK_H
#define STORE_CACHE_CHECK_H
#include "store/cache_file.h"

void cache_workload_key(const struct workload *workload, unsigned char out[DIGEST_SIZE]);
/* The key of now, for values that depend on what the bits name. */
void cache_make_key(const struct parsing *parsing, unsigned used, struct cache_key *key);

struct cache_verdict {
    const char *changed;      /* "changed: pod.log"; NULL: all is as it was */
    size_t files, files_left; /* that were read, and those of them that are there; source_url does not count */
    bool digested;            /* files were digested that their stat will settle from now on: content->seen has it */
};

/* Looks at the files; the workload's digest was compared before. */
struct cache_verdict cache_check(struct parsing *parsing, struct cache_content *content);

#endif
