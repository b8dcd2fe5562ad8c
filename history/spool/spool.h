/* history/spool/spool.h — what could not be delivered to a remote history yet: a folder of plain files.
 *
 *     <folder>/000000000012-8c1f….spool   payloads for one history (history/spool/file.h); whole or not there at all
 *              000000000012-8c1f….sent    which of them have arrived: "<number> <first digits of its digest>" a line
 *              000000000012-8c1f….why     the last try: how many so far, when, what went wrong; for people
 *              refused/                   payloads that their server will not take as they are; they wait for a person
 *              damaged/                   files that cannot be believed: set aside, never sent, never deleted
 *              lock, to-<digits>.lock     held while the folder changes; while one process sends to one history
 *
 * A payload is here, durable, before it is sent, and leaves when its history says that it has it. Whatever kills the program in between,
 * it is sent again, which is harmless: a history knows a payload by its id. Entries go out in the order of their numbers, which no clock
 * makes. Of two payloads with one id for one history the later one counts.
 *
 * The folder is 0700, the files 0600. Files of another owner, or that others may write to, are not touched. Several processes may use
 * one spool. URIs hold no secrets (history_is_known sees to that), and nothing else of a server is written here.
 */
#ifndef HISTORY_SPOOL_H
#define HISTORY_SPOOL_H
#include <signal.h>

#include "history/history.h"
#include "history/spool/file.h"

struct spool;

struct spool_settings {
    const char *folder;
    uint64_t max_bytes; /* of all files together */
    const volatile sig_atomic_t *signal; /* ends waiting for locks; may be NULL */
};

/* Makes the folder when `make`; without it a spool that is not there is an empty one. ERR_OUTPUT. */
struct spool *spool_open(const struct spool_settings *settings, bool make, struct error *err);
void spool_close(struct spool *spool); /* NULL is fine */
const char *spool_folder(const struct spool *spool);
/* What is wrong with the rights of a folder that was there before, in `arena`, or NULL: it is its owner's only, or there is none. */
const char *spool_folder_fault(const struct spool *spool, struct arena *arena);

/* A payload of an entry: it keeps both when it is refused. */
struct spool_place {
    uint64_t number;
    const char *id;
};
/* Where the payloads of one spool_put are: in the entries [first, last], which it made (0: none), and, those that were waiting already, in
 * older ones. */
struct spool_numbers {
    uint64_t first, last;
    const struct spool_place *waiting; /* by id */
    size_t waiting_n;
};
/* All payloads, durable, or none; each id once. What waits already for that history with the same text stays where it is: `numbers`, in
 * `arena`, says where. `head->written` is set here. ERR_OUTPUT: the spool is full (it says how full), the disk is, or the folder cannot be
 * written to. ERR_INVALID: two payloads with one id and different texts. */
bool spool_put(struct spool *spool, const struct spool_head *head, const struct history_payload *payloads, size_t n, struct arena *arena,
               struct spool_numbers *numbers, struct error *err);

struct spool_entry {
    const char *name; /* "000000000012-8c1f…" */
    uint64_t number;  /* 12 */
    bool refused;     /* it is in refused/ */
    struct spool_file file;
    bool *sent;       /* for each of file.items: nothing needs to be done with it any more */
    size_t waiting;   /* those that are not sent */
    unsigned tries;   /* so far */
    const char *why, *tried; /* of the last try: "search.example.org:9200: …", "2025-06-01T08:00:00Z"; NULL: none yet */
};

struct spool_list {
    struct spool_entry *v; /* in the order of their numbers, the refused ones among them */
    size_t n;
    const char **findings; /* "damaged/x.spool: line 3: …": one line for each file that is no entry */
    size_t findings_n;
    uint64_t bytes; /* of all files of the spool */
};

/* The entries for a history (NULL: for all), in `arena`, each read and checked as a whole. `mend`: what cannot be believed is set aside,
 * and what killed runs left is removed; without it nothing is changed. ERR_OUTPUT: the folder cannot be read. */
bool spool_list(struct spool *spool, const char *history, bool mend, struct arena *arena, struct spool_list *list, struct error *err);

/* Counts payloads once, in memory: of those with one id for one history only the latest is waiting then, as it is when they go out. For
 * showing; nobody sends such a list. */
void spool_count_once(struct spool_list *list);

/* The right to send to that history, which one process has at a time. Waits for it up to five minutes (`tell` is called once, when it has
 * to wait); ERR_STORE then, ERR_INTERRUPTED or ERR_TERMINATED after a signal. -1: failed. Where the file system has no locks
 * everybody has it. */
int spool_lock(struct spool *spool, const char *history, void (*tell)(void *context), void *context, struct error *err);
void spool_unlock(int lock); /* -1 is fine */

/* What changes an entry; its history is locked meanwhile. None of these fails: what they could not do is done again by the next run. */
void spool_mark(struct spool *spool, struct spool_entry *entry, size_t item); /* it has arrived, or is obsolete */
/* Removes an entry of which nothing is waiting. Else keeps why (NULL: nothing was tried). */
void spool_settle(struct spool *spool, struct spool_entry *entry, const char *why);
/* Puts items of an entry into refused/ under the entry's number, whys[i] for each item or NULL, and marks them. False, and they stay where
 * they are, when that cannot be written. Of an entry that is refused already only the reasons change. */
bool spool_refuse(struct spool *spool, struct spool_entry *entry, const char *const *whys, struct error *err);
/* Opens the entry's file for spool_file_payload; -1 with *err set. */
int spool_entry_open(const struct spool *spool, const struct spool_entry *entry, struct error *err);
/* Removes the entry, whatever is waiting in it. ERR_OUTPUT. */
bool spool_drop(struct spool *spool, const struct spool_entry *entry, struct error *err);

#endif
