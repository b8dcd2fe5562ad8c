#include "step/ack_step.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/output.h"
#include "regress/acks/acks_file.h"

enum { LOCK_WAIT_MS = 10000, LOCK_TRY_MS = 20, ADDED_MAX = 64 << 20 };

static const int64_t DAY_US = 86400000000;

/* ---- days ---- */

static const char *day_text(struct context *context, int64_t us)
{
    char text[MOMENT_TEXT_MAX];
    moment_isoformat((struct moment){.us = us}, 'T', text);
    return arena_strndup(context->arena, text, 10);
}

/* "30d", "4w". */
static bool from_now(const char *text, int64_t *us)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 5 || (strcmp(text + n, "d") != 0 && strcmp(text + n, "w") != 0))
        return false;
    *us = strtol(text, NULL, 10) * (text[n] == 'w' ? 7 : 1) * DAY_US;
    return *us > 0;
}

static bool choose_expiry(struct context *context, const char *text, const char **day, struct error *err)
{
    int64_t now = context_now_us(context), us;
    if (from_now(text, &us)) {
        *day = day_text(context, now + us);
        return true;
    }
    *day = text;
    if (!acks_expiry(text, &us))
        return error_set(err, ERR_USAGE, "--expires=%s: expected a day (2027-01-31), or so long from now (30d, 4w)", text);
    return us > now || error_set(err, ERR_USAGE, "--expires=%s: that day is past: expected today or a later one", text);
}

/* ---- the lock ---- */

/* Of the directory: the file itself is replaced by each writer. */
static int open_directory(const char *file)
{
    char real[PATH_MAX], copy[PATH_MAX];
    if (strlen(file) >= sizeof(copy))
        return -1;
    if (!realpath(file, real)) {
        memcpy(copy, file, strlen(file) + 1);
        return open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return open(dirname(real), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* -1 with the error set; a file system without locks gives none to wait for. */
static int lock_directory(struct context *context, const char *file, struct error *err)
{
    int fd = open_directory(file);
    if (fd < 0) {
        error_set(err, ERR_OUTPUT, "%s: its directory: %s", file, strerror(errno));
        return -1;
    }
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR); waited += LOCK_TRY_MS) {
        bool stopped = context_stopped(context, "nothing was added", err);
        if (stopped || waited >= LOCK_WAIT_MS) {
            if (!stopped)
                error_set(err, ERR_OUTPUT, "%s: another process has been writing beside it for %d s", file, LOCK_WAIT_MS / 1000);
            close(fd);
            return -1;
        }
        usleep(LOCK_TRY_MS * 1000);
    }
    return fd;
}

/* ---- adding ---- */

static bool rewrite(struct context *context, struct ack_step *step, struct error *err)
{
    size_t len = 0;
    struct text out = text_open(ADDED_MAX);
    const char *bytes = acks_bytes(context->arena, step->file, false, &len, err);
    if (!err->kind)
        step->n = acks_edit_leave_new(context->arena, bytes ? bytes : "", len, step->file, step->list, step->lines, step->n);
    bool ok = !err->kind && (!step->n || acks_edit_add(context->arena, bytes ? bytes : "", len, step->file, step->list, step->lines, step->n, &out, err));
    if (ok && step->n && out.len > ACKS_FILE_MAX)
        ok = error_set(err, ERR_USAGE, "%s: would be larger than %d MB: which of its lines may go?", step->file, (int)ACKS_FILE_MAX >> 20);
    if (!ok && out.len)
        fwrite(out.s, 1, out.len, context->out); /* what to add by hand */
    ok = ok && !context_stopped(context, "nothing was added", err) && (!step->n || output_file(step->file, -1, out.s, out.len, err));
    text_close(&out);
    return ok;
}

static void show(struct context *context, const struct ack_step *step)
{
    struct text out = text_open(ADDED_MAX);
    fprintf(context->out, "%s: %s:\n", context_shown(context, step->file), step->list == ACKS_ACCEPTED ? "accepted" : "acknowledged");
    acks_edit_render(&out, step->lines, step->n, 0, "\n");
    fwrite(out.s, 1, out.len, context->out);
    text_close(&out);
}

int ack_step(struct context *context, struct ack_step *step)
{
    size_t wanted = step->n;
    struct error err = {0};
    const char *expires = NULL;
    if (step->expires && !choose_expiry(context, step->expires, &expires, &err))
        return context_fail(context, &err);
    for (size_t i = 0; i < step->n; i++) {
        step->lines[i].date = day_text(context, context_now_us(context));
        step->lines[i].expires = expires;
    }
    int lock = lock_directory(context, step->file, &err);
    bool ok = lock >= 0 && rewrite(context, step, &err);
    if (lock >= 0)
        close(lock);
    if (!ok)
        return context_fail(context, &err);
    if (step->n < wanted)
        log_line(&context->log, LOG_INFO, "%s: %zu line%s there already", context_shown(context, step->file), wanted - step->n,
                 wanted - step->n == 1 ? " is" : "s are");
    if (step->n)
        show(context, step);
    if (!step->configured)
        log_line(&context->log, LOG_INFO, "analyze_lts and ci read it with --acks=%s, or as `acknowledgements:` of the workload's analyze",
                 context_shown(context, step->file));
    return 0;
}
