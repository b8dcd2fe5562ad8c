/* store/fetch.h — where results are downloaded from: a tree of directories and files behind a table of functions.
 *
 * "file:///mnt/artifacts/run-7" and "/mnt/artifacts/run-7" are directories of this machine (a mounted volume, results of
 * another job). Links in them are followed as long as they stay below (base/root.h). Other schemes are refused: this version
 * does not fetch from the network; a scheme that does is a second `struct fetch_scheme`.
 */
#ifndef STORE_FETCH_H
#define STORE_FETCH_H
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "base/root.h"

enum fetch_kind { FETCH_NONE, FETCH_FILE, FETCH_DIRECTORY, FETCH_REFUSED };

struct fetch_entry {
    const char *name;
    enum fetch_kind kind;  /* after following links; FETCH_NONE: a link that leads nowhere */
    const char *why;       /* FETCH_REFUSED: one line that begins with the path */
    long long size;        /* bytes of a file; -1: not known before it is read */
    struct timespec modified;
    bool dated;            /* `modified` is known */
    dev_t device;          /* with `inode`: which directory it is; 0 and 0: not known */
    ino_t inode;
};

struct fetch_entries {
    struct fetch_entry *v; /* sorted by name (strcmp) */
    size_t n;
};

struct fetch;

/* Takes the next bytes of a file; false: no more are wanted. */
typedef bool (*fetch_sink)(void *context, const void *bytes, size_t size);

struct fetch_scheme {
    const char *name;
    /* Members of a directory ("." is the top). Absent and refused as root_list. */
    enum root_found (*list)(const struct fetch *fetch, const char *directory, struct arena *arena, struct fetch_entries *entries,
                            struct error *err);
    /* A file, from its beginning. ROOT_FOUND also when the sink wanted no more. */
    enum root_found (*read)(const struct fetch *fetch, const char *path, fetch_sink sink, void *context, struct error *err);
    void (*close)(struct fetch *fetch);
};

/* What the implementations begin with. */
struct fetch {
    const struct fetch_scheme *scheme;
    const char *url;  /* without user name and password: may be shown and kept */
    const char *real; /* the directory on this machine, absolute, without links; NULL: elsewhere */
    dev_t device;     /* which directory the top is, as in struct fetch_entry */
    ino_t inode;
};

struct fetch_url {
    const char *url;        /* without user name and password */
    const char *path;       /* decoded: "%20" is a blank */
    bool had_credentials;   /* a user name or a password was left out */
};

/* ERR_USAGE: no absolute path or file:// url, another scheme, another host, a control character. The text never shows what
 * may be a password. Everything is kept in `arena`. */
bool fetch_url_parse(struct arena *arena, const char *text, struct fetch_url *url, struct error *err);

/* "a/./b//" → "a/b", "" → "."; NULL when it is absolute, has a ".." or is longer than FETCH_PATH_MAX. */
enum { FETCH_PATH_MAX = 1000 };
const char *fetch_path_clean(struct arena *arena, const char *path);

/* `url` and `allowed` (root_open) outlive it. ERR_USAGE: the directory is not there. */
struct fetch *fetch_open(const struct fetch_url *url, const char *const *allowed, struct error *err);
void fetch_close(struct fetch *fetch); /* NULL is fine */

/* Whether `path`, which need not be there, is the source or lies in it. */
bool fetch_holds(const struct fetch *fetch, const char *path);

#endif
