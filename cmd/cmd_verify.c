/* matbench verify BUNDLE — makes the verdicts of a bundle again, without history and network, and holds them against those in it. */
#include <signal.h>

#include "cmd/command.h"
#include "cmd/version.h"
#include "step/bundle_step.h"

static const struct option *const tables[] = {options_common, NULL};

static int run(struct context *context)
{
    const char *path = options_positional(context->options, 0);
    if (!path) {
        log_line(&context->log, LOG_ERROR, "verify: expected a bundle: matbench verify FILE ('-': standard input); --bundle=FILE of analyze_lts and ci writes one");
        return ERR_USAGE;
    }
    signal(SIGINT, SIG_DFL); /* nothing is half done: it may end at once */
    signal(SIGTERM, SIG_DFL);
    return bundle_step_verify(context, path, version_name());
}

const struct command command_verify = {
    "verify", "Makes the verdicts of a bundle (--bundle) again, offline, and compares.", "BUNDLE", 1, tables, run};
