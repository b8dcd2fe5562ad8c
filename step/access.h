/* step/access.h — how a run reaches histories on servers: which are known, with logins from --credentials, env files and the
 * environment, the signal that ends a wait, and repeats as warnings. */
#ifndef STEP_ACCESS_H
#define STEP_ACCESS_H
#include "config/instances.h"
#include "history/history.h"
#include "step/context.h"
#include "workload/workload.h"

/* Once the options are known: fills context->access, until the run ends. ERR_USAGE: a credentials file that is wrong. */
bool access_load(struct context *context, struct error *err);
/* The workload that is at hand from now on: a server that keeps a schema of its payloads makes it from that. */
void access_set_workload(struct context *context, const struct workload *workload);
/* A server of TOPSAIL's secrets becomes known; its URL ("https://HOST:PORT"), or NULL with *err set. */
const char *access_add_instance(struct context *context, const struct instance *instance, struct error *err);

#endif
