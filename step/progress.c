#include "step/progress.h"

#include <unistd.h>

enum { PROGRESS_LEAST = 200 }; /* fewer are done before anybody could read it */

struct progress progress_open(const struct log *log, const char *what, size_t all)
{
    bool active = all >= PROGRESS_LEAST && log->least <= LOG_INFO && isatty(fileno(log->out));
    return (struct progress){.log = log, .what = what, .all = all, .active = active};
}

void progress_at(struct progress *progress, size_t done)
{
    size_t percent = progress->all ? done * 100 / progress->all : 100;
    if (!progress->active || percent == progress->shown)
        return;
    progress->shown = percent;
    fprintf(progress->log->out, "\r%s: %zu of %zu", progress->what, done, progress->all);
    fflush(progress->log->out);
}

void progress_close(struct progress *progress)
{
    if (progress->active)
        fprintf(progress->log->out, "\r\033[K");
    progress->active = false;
}
