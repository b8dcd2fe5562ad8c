#include "step/clean_step.h"

#include <string.h>

#include "store/cache.h"
#include "store/discover.h"

struct cleaning {
    struct context *context;
    const char *directory;
    bool run;
    size_t n, failed;
};

static void found(void *context, const char *path, int reason)
{
    struct cleaning *cleaning = context;
    const char *shown = context_shown(cleaning->context, arena_printf(cleaning->context->arena, "%s/%s", cleaning->directory, path));
    if (reason) {
        cleaning->failed++;
        log_line(&cleaning->context->log, LOG_ERROR, "%s: not removed: %s", shown, strerror(reason));
        return;
    }
    cleaning->n++;
    fprintf(cleaning->context->out, "%s\n", shown);
}

static bool clean(struct cleaning *cleaning, const struct root *root, const struct workload *workload, struct error *err)
{
    struct context *context = cleaning->context;
    struct filters filters = {0};
    struct discovery tests = {0};
    bool ok = filters_parse(context->arena, options_text(context->options, "filters"), FILTERS_OF_SETTINGS, &filters, err) &&
              discover_tests(context->arena, root, workload, filters.v, filters.n, &tests, err);
    for (size_t i = 0; ok && i < tests.n && !context_interrupted(context); i++)
        cache_clean(root, tests.tests[i].relative, cleaning->run, found, cleaning);
    for (size_t i = 0; ok && i < tests.duplicates_n && !context_interrupted(context); i++)
        cache_clean(root, tests.duplicates[i], cleaning->run, found, cleaning);
    discovery_close(&tests);
    return ok;
}

int clean_step(struct context *context, const struct workload *workload)
{
    struct error err = {0};
    struct cleaning cleaning = {.context = context, .directory = options_text(context->options, "results_dirname"),
                                .run = options_bool(context->options, "run")};
    struct root *root = root_open(cleaning.directory, NULL, &err);
    if (!root)
        error_prefix(&err, "the results directory");
    bool ok = root && clean(&cleaning, root, workload, &err);
    root_close(root);
    if (!ok)
        return context_fail(context, &err);
    if (cleaning.run)
        log_line(&context->log, LOG_INFO, "parse caches removed: %zu", cleaning.n);
    else
        log_line(&context->log, LOG_INFO, "parse caches that --run would remove: %zu", cleaning.n);
    return context_interrupted(context) ? context_interrupted(context) : cleaning.failed ? ERR_OUTPUT : 0;
}
