#include "step/marker.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

static const char *place(struct context *context, const char *folder, const char *name)
{
    return arena_join(context->arena, folder, name);
}

static void write_marker(struct context *context, const char *folder, const char *name, const struct text *text)
{
    struct error err = {0};
    if (!context_write(context, place(context, folder, name), text, &err))
        log_line(&context->log, LOG_WARNING, "%s", err.text);
}

void marker_set(struct context *context, const char *folder, const char *marker, bool on)
{
    struct text nothing = text_open(1);
    if (on)
        write_marker(context, folder, marker, &nothing);
    else
        (void)unlink(place(context, folder, marker)); /* mostly there is none */
    text_close(&nothing);
}

/* In place, not by renaming: what older runs wrote stays even if this write fails, and another process may append too. */
void marker_fail(struct context *context, const char *folder, const char *text)
{
    const char *path = place(context, folder, "FAILURE");
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
    struct text line = text_open(LOG_LINE_MAX);
    text_add_line(&line, text);
    text_addc(&line, '\n');
    if (fd < 0 || write(fd, line.s, line.len) != (ssize_t)line.len)
        log_line(&context->log, LOG_WARNING, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    text_close(&line);
}

const char *marker_folder(struct context *context, const char *file)
{
    return dirname(arena_strdup(context->arena, file));
}
