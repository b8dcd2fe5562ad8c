/* store/recording.h — what parsers looked at while a test was parsed: what the parse cache depends on. Inside store/ only.
 *
 * Recorded are files that were read or found missing, what was asked for existence, and what parsers saw beside files. Globs are
 * those of files; those of the artifact dirs are in struct resolved_dir. */
#ifndef STORE_RECORDING_H
#define STORE_RECORDING_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/digest.h"

enum observed {
    OBSERVED_READ,   /* a file that was read */
    OBSERVED_ABSENT, /* a file that was to be read and is not there */
    OBSERVED_THERE,  /* exists: true */
    OBSERVED_NOTHING, /* exists: false */
    OBSERVED_GLOB    /* a pattern; the digest is of what it matched */
};

struct observation {
    enum observed kind;
    const char *path; /* relative to the test's directory */
    uint64_t size, inode; /* the rest is of OBSERVED_READ only, but for the digest */
    int64_t mtime, ctime; /* in ns */
    unsigned char digest[DIGEST_SIZE];
    const char *bytes; /* just read, and not digested yet; NULL: the digest is there */
};

/* What values may depend on beside files; bits. */
enum {
    USED_SETTINGS = 1,
    USED_IMPORT_SETTINGS = 2,
    USED_EXIT_CODE = 4,
    USED_LOCATION = 8,  /* test.path */
    USED_RELATIVE = 16, /* test.dir */
    USED_WORKLOAD_FILE = 32, /* a message names it */
    USED_ALL = 63
};

struct recording {
    bool on;
    int64_t started;     /* real time in ns, before the first look */
    struct timespec cpu; /* processor time then */
    LIST_OF(struct observation) seen;
    unsigned used;
    const char *unkept;  /* why the values must not be kept; NULL */
    uint64_t state;      /* of the Lua functions when they were loaded */
};

void recording_start(struct recording *recording);
void recording_add_file(struct arena *arena, struct recording *recording, const char *path, const struct stat *st, const char *bytes,
                        size_t len);
/* The same, its digest known; `size`: of the file as it is stored. */
void recording_add_digested(struct arena *arena, struct recording *recording, const char *path, const struct stat *st, uint64_t size,
                            const unsigned char digest[DIGEST_SIZE]);
/* OBSERVED_ABSENT, _THERE, _NOTHING. */
void recording_add(struct arena *arena, struct recording *recording, enum observed kind, const char *path);
void recording_add_glob(struct arena *arena, struct recording *recording, const char *pattern, const unsigned char digest[DIGEST_SIZE]);
/* An expression looked up `settings` or another of these names. */
void recording_use_name(struct recording *recording, const char *name);
/* A parser failed: messages name the workload's file; after a long time, time may be why. */
void recording_add_failure(struct recording *recording);
void recording_refuse(struct recording *recording, const char *why);

int64_t recording_ns(const struct timespec *moment);

#endif
