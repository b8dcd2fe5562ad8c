#include "step/telling.h"

bool telling_go_on(void *telling, size_t done, size_t all)
{
    struct telling *t = telling;
    if (!t->progress.what) /* how much it is in all is known from here on */
        t->progress = progress_open(&t->context->log, t->what, all);
    progress_at(&t->progress, done);
    return !context_interrupted(t->context);
}

bool telling_stopped(void *telling)
{
    return context_interrupted(((struct telling *)telling)->context);
}

void telling_close(struct telling *telling)
{
    if (telling->progress.what)
        progress_close(&telling->progress);
}
