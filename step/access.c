#include "step/access.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/servers.h"
#include "net/http.h"

enum { WAIT_MAX_S = 86400 };

struct access {
    struct history_access access; /* what context->access points to */
    struct http_options http;
    struct servers *servers;
    struct context *context;
    const char *rule_of; /* the workload that `rule` is for; NULL: none was asked for */
    const struct fingerprint_rule *rule;
    LIST_OF(const char *) told; /* what is said once, however many connections there are */
};

static const char *find_option(const void *context, const char *name)
{
    return options_find_text(context, name);
}

static void tell(void *context, const char *line)
{
    struct access *access = context;
    bool once = strstr(line, ": INSECURE: ");
    for (size_t i = 0; once && i < access->told.n; i++)
        if (strcmp(access->told.v[i], line) == 0)
            return;
    if (once)
        *LIST_ADD(access->context->arena, &access->told) = arena_strdup(access->context->arena, line);
    log_line(&access->context->log, LOG_WARNING, "%s", line);
}

enum { ATTEMPTS_MAX = 100, TIMEOUT_MAX_S = 24 * 3600 };

/* 0: as net/http.h has it. */
static bool read_limits(const struct context *context, struct http_options *http, struct error *err)
{
    double attempts = options_find_number(context->options, "http_attempts"), timeout = options_find_number(context->options, "http_timeout");
    if (!isnan(attempts) && (attempts < 1 || attempts > ATTEMPTS_MAX || attempts != floor(attempts)))
        return error_set(err, ERR_USAGE, "--http_attempts=%g: expected a whole number from 1 to %d", attempts, (int)ATTEMPTS_MAX);
    if (!isnan(timeout) && (timeout <= 0 || timeout > TIMEOUT_MAX_S))
        return error_set(err, ERR_USAGE, "--http_timeout=%g: expected seconds, above 0 and at most %d", timeout, (int)TIMEOUT_MAX_S);
    http->attempts = isnan(attempts) ? 0 : (unsigned)attempts;
    http->stall_s = isnan(timeout) ? 0 : timeout;
    http->connect_s = isnan(timeout) || timeout > 10 ? 0 : timeout;
    return true;
}

/* --history_wait=0 is no waiting, which the struct says otherwise. */
static bool read_wait(const struct context *context, struct history_access *access, struct error *err)
{
    if (!options_find_text(context->options, "history_wait"))
        return true;
    double wait_s = options_number(context->options, "history_wait");
    if (!(wait_s >= 0 && wait_s <= WAIT_MAX_S))
        return error_set(err, ERR_USAGE, "--history_wait=%g: expected seconds, from 0 to %d", wait_s, WAIT_MAX_S);
    access->wait_s = wait_s > 0 ? wait_s : -1;
    return true;
}

static const struct fingerprint_rule *rule_of(void *context, const char *workload)
{
    struct access *access = context;
    if (!access->rule_of || strcmp(access->rule_of, workload) != 0) {
        access->rule = access->context->fingerprints(access->context, workload);
        access->rule_of = arena_strdup(access->context->arena, workload);
    }
    return access->rule;
}

bool access_load(struct context *context, struct error *err)
{
    struct access *access = ARENA_NEW(context->arena, struct access);
    struct servers_sources sources = {.variables = context->variables, .credentials = options_find_text(context->options, "credentials"),
                                      .option = find_option, .option_context = context->options};
    if (sources.credentials && !*sources.credentials)
        sources.credentials = NULL;
    access->context = context;
    access->servers = servers_load(context->arena, &sources, err);
    access->http = (struct http_options){.signal = context->signal, .tell = tell, .tell_context = access};
    access->access = (struct history_access){.servers = access->servers,
                                             .http = &access->http,
                                             .rule = context->fingerprints ? rule_of : NULL,
                                             .rule_context = access,
                                             .by_kpi = options_find_bool(context->options, "upload_by_kpi", false),
                                             .no_refresh = !options_find_bool(context->options, "refresh", true),
                                             .signal = context->signal,
                                             .tell = tell,
                                             .tell_context = access};
    context->access = &access->access;
    return access->servers != NULL && read_limits(context, &access->http, err) && read_wait(context, &access->access, err);
}

static struct access *of(struct context *context)
{
    return (struct access *)(void *)(uintptr_t)context->access;
}

void access_set_workload(struct context *context, const struct workload *workload)
{
    if (context->access)
        of(context)->access.workload = workload;
}

const char *access_add_instance(struct context *context, const struct instance *instance, struct error *err)
{
    struct access *access = of(context);
    return servers_add_instance(access->servers, instance, err);
}
