/* history/spool/folder.h — the folder of a spool: names, locks, files that come and go whole; for the spool's own files.
 *
 * A file is written under a name that ends in ".tmp", made durable, and renamed. Nobody but the holder of the folder's lock writes one, so
 * whoever holds it may remove those that are there. */
#ifndef HISTORY_SPOOL_FOLDER_H
#define HISTORY_SPOOL_FOLDER_H
#include "history/spool/spool.h"

#define SPOOL_SUFFIX ".spool"
#define SPOOL_SENT ".sent"
#define SPOOL_WHY ".why"
#define SPOOL_REFUSED "refused"
#define SPOOL_DAMAGED "damaged"

struct spool {
    struct spool_settings settings;
    char *folder;
    int fd;      /* -1: there is no folder */
    int refused; /* -1: not there (yet) */
};

enum { SPOOL_NAME_MAX = 80 };

/* "<folder>: <errno's words>" or with the name of the file before them. */
bool spool_trouble(const struct spool *spool, const char *name, int reason, struct error *err);

/* An exclusive lock on a file of the folder, which is made. *fd -1 and true: the file system has no locks. Gives up after `wait_s`
 * with *held (by another process), or after a signal with *err set. */
bool spool_lock_file(const struct spool *spool, const char *name, double wait_s, void (*tell)(void *context), void *context, int *fd,
                     bool *held, struct error *err);
/* The lock of the folder. */
bool spool_lock_folder(const struct spool *spool, int *lock, struct error *err);

/* Opens a file of ours for reading: regular, of our user, not writable by others. -1: *why says what it is ("belongs to another user"), or
 * it is NULL and there is none. */
int spool_open_file(int folder, const char *name, const char **why);
/* The folder's subfolder, made when `make`; -1 with errno. */
int spool_subfolder(int folder, const char *name, bool make);

/* A number in an entry's name, and whether the name is an entry's at all. */
bool spool_parse_name(const char *name, uint64_t *number);
/* "000000000012-8c1f…", one more than the highest in the folder; the folder's lock is held. */
bool spool_next_name(const struct spool *spool, char name[SPOOL_NAME_MAX], struct error *err);
/* A name with that number that no file has. */
bool spool_new_name(const struct spool *spool, uint64_t number, char name[SPOOL_NAME_MAX], struct error *err);
/* Bytes of all files, also of the subfolders. Removes what killed writers left when `sweep` (the folder's lock is held). */
uint64_t spool_measure(const struct spool *spool, bool sweep);

/* A new file "<name>.tmp" for writing; then renamed to `name`, durable. The folder's lock is held. -1: *err is set. */
int spool_begin_file(const struct spool *spool, int folder, const char *name, struct error *err);
bool spool_commit_file(const struct spool *spool, int folder, const char *name, int file, bool ok, struct error *err);

#endif
