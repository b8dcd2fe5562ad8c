/* store/cache.h — the parse cache: what the parsers of parse_once gave for a test, in its directory (docs/cache.md).
 *
 * It is taken when everything that the parsers looked at is as it was; a file's stat settles that, else its digest. Files that
 * were younger than 2 s when they were read are always digested. What is stale, torn or not ours is passed over with a
 * reason and replaced. Values of parse_always, and of parse_once from its first env: on, are never in it. */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H
#include <stdbool.h>
#include <stddef.h>

#define CACHE_NAME ".matbench-cache"
#define CACHE_TEMPORARY ".matbench-cache.new"

struct root;
struct cache; /* of one run; shared by its workers */

/* ignore: caches are written and not read. */
struct cache *cache_open(bool ignore);
void cache_close(struct cache *cache); /* when no parsing is open any more */

enum cache_use {
    CACHE_NONE,  /* parsed */
    CACHE_USED,
    CACHE_ALONE  /* used although the artifacts are not there: they came without (contract C2.9) */
};

/* What became of the cache of one test. Texts are one line. */
struct cache_report {
    enum cache_use use;
    const char *passed_over; /* why an existing one was not used; NULL */
    bool odd;                /* that is not everyday: it is damaged, or not ours */
    const char *unkept;      /* why there is no new one; NULL */
    bool unwritable;         /* because the directory cannot be written */
};

/* Takes the cache files of the test at `relative` away, or only looks (`run` false). For each that is there `found` is called with
 * its path below the root and 0 or an errno; a file of that name that is not ours is left alone. */
typedef void cache_found(void *context, const char *path, int reason);
void cache_clean(const struct root *root, const char *relative, bool run, cache_found *found, void *context);

struct parsing;

/* For store/parse.c. Artifact dirs have been resolved and nothing else has been done: fills in what the parsers kept would
 * have, and returns true; or starts recording. */
bool cache_take(struct parsing *parsing);
/* After the last kept parser. */
void cache_keep(struct parsing *parsing);
/* How many parsers of parse_once are kept: those before the first env:. */
size_t cache_parsers(const struct parsing *parsing);

#endif
