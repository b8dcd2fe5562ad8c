/* store/cache_file.h — the bytes of a parse cache: what the kept parsers of one test gave, and what that depends on.
 *
 *     "mbcache\n"  format <4>  SHA-256 of the rest <32>  key, dirs, observations, findings, … values   (store/pack.h)
 *
 * Plain data; a reader has nothing to run. Whatever was read is checked: lengths, counts, kinds, the texts' ends. */
#ifndef STORE_CACHE_FILE_H
#define STORE_CACHE_FILE_H
#include "store/pack.h"
#include "store/parse.h"
#include "store/recording.h"

enum {
    CACHE_FORMAT = 2,
    CACHE_FILE_MAX = 64 << 20, /* what is larger is not kept, and not read */
    CACHE_LIST_MAX = 100 * 1000     /* members of any list in it */
};

struct cache_key {
    unsigned char build[DIGEST_SIZE];    /* of the sources that parse: another version may give other values */
    unsigned char workload[DIGEST_SIZE]; /* of the workload's files */
    unsigned used;                       /* USED_… bits */
    unsigned char used_digest[DIGEST_SIZE]; /* of what those were */
};

struct cached_paths {
    const char *const *v;
    size_t n;
};

struct cached_value {
    const char *name;
    struct cached_paths files; /* provenance */
    json_t *value;             /* to be written; NULL: the bytes are */
    const unsigned char *bytes; /* packed */
    size_t len;
};

struct cached_fault {
    const char *file;
    bool absent; /* else broken */
};

struct cache_content {
    struct cache_key key;
    int64_t started; /* see struct recording */
    bool broken;
    struct cached_paths *dirs; /* what each artifact dir of the workload matched */
    size_t dirs_n;
    struct observation *seen;
    size_t seen_n;
    struct findings findings;
    struct cached_fault *faults;
    size_t faults_n;
    struct cached_paths unlisted;
    struct cached_value *values; /* of the kept parsers, in their order */
    size_t values_n;
};

/* Digests what has not been digested. False: too large or too deep to be kept; `out` is then cut. */
bool cache_file_write(struct text *out, const struct cache_content *content);

enum cache_fault {
    CACHE_GOOD,
    CACHE_FOREIGN,  /* not one of ours */
    CACHE_FORMATTED, /* ours, in another format */
    CACHE_TORN,     /* its digest is not that of its bytes */
    CACHE_BROKEN    /* its digest is right and its content makes no sense: somebody made it */
};

/* Texts and packed values are borrowed from the bytes, lists are in `arena`. */
enum cache_fault cache_file_read(struct arena *arena, const char *bytes, size_t len, struct cache_content *content);
/* Whether that is how our files begin. An empty one is what is left of ours after a crash. */
bool cache_file_is_ours(const char *bytes, size_t len);

#endif
