/* history/spool/send.h — what waits in the spool for one history goes there, the older first.
 *
 * The caller holds the history's lock (spool_lock) and has listed its entries (spool_list). */
#ifndef HISTORY_SPOOL_SEND_H
#define HISTORY_SPOOL_SEND_H
#include "history/spool/spool.h"

struct spool_sending {
    struct spool *spool;
    struct history *history;
    bool refused_too;       /* also those in refused/ */
    struct spool_numbers own; /* where spool_put has just found or put them; what was put in later is left to whoever did that. Zeroes: all goes out */
    /* A payload that the server refused, and why. */
    void (*refused)(void *context, const struct spool_item *item, const char *why);
    void *context;
};

struct spool_sent {
    struct history_counts own, older; /* older: not the own */
    struct error error; /* why the first of them that is not there was not sent; kind ERR_NONE: all of them were */
};

/* Sends them, and takes out of the spool what has arrived. After two entries of which nothing arrived the older ones are left for
 * another time, and only the own are tried. */
void spool_send(const struct spool_sending *sending, struct spool_list *list, struct spool_sent *sent);
/* Notes for each entry that it could not even be tried. */
void spool_send_failed(const struct spool_sending *sending, struct spool_list *list, const char *why, struct spool_sent *sent);

#endif
