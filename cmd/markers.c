#include "cmd/markers.h"

#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"

enum { FAILURE_MAX = 1 << 20 };

static const char *place(struct context *context, const char *folder, const char *name)
{
    return strcmp(folder, ".") == 0 ? name : arena_printf(context->arena, "%s/%s", folder, name);
}

static void write_marker(struct context *context, const char *folder, const char *name, const struct text *text)
{
    struct error err = {0};
    if (!command_write(context, place(context, folder, name), text, &err))
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

void marker_fail(struct context *context, const char *folder, const char *text)
{
    struct error ignored = {0};
    struct root *root = root_open(folder, NULL, &ignored);
    struct text whole = text_open(2 * FAILURE_MAX);
    const char *before;
    size_t len;
    if (root && root_read(root, "FAILURE", FAILURE_MAX, context->arena, &before, &len, &ignored) == ROOT_FOUND)
        text_addn(&whole, before, len);
    text_printf(&whole, "%s\n", text);
    write_marker(context, folder, "FAILURE", &whole);
    text_close(&whole);
    root_close(root);
}

const char *marker_folder(struct context *context, const char *file)
{
    return dirname(arena_strdup(context->arena, file));
}
