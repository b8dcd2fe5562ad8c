/* cmd/history_setup.h — `matbench history setup`: what a server has to have before payloads make a history there. */
#ifndef CMD_HISTORY_SETUP_H
#define CMD_HISTORY_SETUP_H
#include "step/context.h"

/* Gives the exit code; logs what was made and changed. */
int history_setup(struct context *context, const char *uri);

#endif
