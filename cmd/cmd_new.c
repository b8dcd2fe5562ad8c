/* matbench new NAME [DIR] — a commented workload to start from. */
#include "cmd/command.h"
#include "step/new_step.h"

static const struct option *const tables[] = {options_common, NULL};

static int run(struct context *context)
{
    const char *name = options_positional(context->options, 0), *folder = options_positional(context->options, 1);
    if (name)
        return new_step(context, name, folder ? folder : name);
    log_line(&context->log, LOG_ERROR, "new: expected a name: matbench new NAME [DIR]");
    return ERR_USAGE;
}

const struct command command_new = {"new", "Makes a commented workload to start from, with an example test.", "NAME [DIR]", 2, tables, run};
