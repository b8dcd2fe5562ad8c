/* history/horreum/set_up.h — what Horreum has to have before runs make a history: the test, the schema of the workload's payloads, and
 * labels, by which history is read back (horreum_document.h) and by which people filter and draw in Horreum itself.
 *
 * An upload makes what is missing and leaves the rest alone; `matbench history setup` also changes what differs: the JSON Schema, and
 * labels of the same name. Nothing is ever removed. Both need the role 'tester' of the team. */
#ifndef HISTORY_HORREUM_SET_UP_H
#define HISTORY_HORREUM_SET_UP_H
#include "history/horreum/horreum.h"

/* What is done is a finding ("made the test 'x' for dev-team"). `owner`: the team; NULL: the test's, or the only one whose tester we
 * are. *schema: the URI for payloads that name none, in h->arena; NULL: there is none. `mend`: change what differs.
 * ERR_USAGE: no owner could be chosen; ERR_REFUSED: the role is missing; ERR_STORE. Without `mend` only a missing test is an error:
 * runs without schema and labels are history too, only slower to read. */
bool horreum_set_up(struct horreum *h, const char *workload, const char *owner, bool mend, const char **schema, struct error *err);

#endif
