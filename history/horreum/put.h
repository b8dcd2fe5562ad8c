/* history/horreum/put.h — payloads on their way to Horreum: HORREUM_AT_ONCE uploads at a time.
 *
 * An upload makes a new run, whatever is there. So the list of runs is read before the first one, and what is there is not sent. When
 * an answer is lost the list is read again before the payload is sent again. A payload with other content is uploaded, and then its
 * older runs go to the trash: whoever is killed between the two leaves both, the newer one counts, and the next upload of that
 * payload clears up. Two uploads of one payload at the same moment can both make a run: the newer one counts, likewise. */
#ifndef HISTORY_HORREUM_PUT_H
#define HISTORY_HORREUM_PUT_H
#include "history/horreum/horreum.h"

bool horreum_begin(struct history *history, const char *workload, struct error *err);
bool horreum_add(struct history *history, const struct history_payload *payload, struct error *err);
bool horreum_end(struct history *history, bool keep, struct error *err);
void horreum_put_close(struct horreum *h);

#endif
