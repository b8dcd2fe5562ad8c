/* cmd/history_care.h — looking after a history: `matbench history check | salvage | prune | merge | upgrade | journal | compact`. */
#ifndef CMD_HISTORY_CARE_H
#define CMD_HISTORY_CARE_H
#include "config/options.h"
#include "step/context.h"

extern const struct option options_history_care[];

/* Whether it is one of these verbs. */
bool history_care_is(const char *verb);
/* The positional arguments after the verb are the options'. Gives the exit code. */
int history_care_run(struct context *context, const char *uri, const char *verb);

#endif
