#include "step/context.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/output.h"
#include "base/pool.h"
#include "json/write.h"

enum { JSON_FILE_MAX = 256 << 20, SHOWN_MAX = 1 << 20 };

int context_fail(struct context *context, const struct error *err)
{
    log_line(&context->log, err->kind == ERR_BUG ? LOG_FATAL : LOG_ERROR, "%s", err->text);
    return (int)err->kind;
}

int context_interrupted(const struct context *context)
{
    return *context->signal ? 128 + *context->signal : 0;
}

bool context_stopped(const struct context *context, const char *left, struct error *err)
{
    int code = context_interrupted(context);
    bool by_key = code == ERR_INTERRUPTED;
    if (code)
        error_set(err, by_key ? ERR_INTERRUPTED : ERR_TERMINATED, "stopped by %s: %s", by_key ? "SIGINT" : "SIGTERM", left);
    return code;
}

int64_t context_now_us(const struct context *context)
{
    static const char name[] = "SOURCE_DATE_EPOCH=";
    struct timespec now;
    for (const char *const *entry = context->environment; entry && *entry; entry++) {
        if (strncmp(*entry, name, sizeof(name) - 1) != 0)
            continue;
        char *end;
        long long seconds = strtoll(*entry + sizeof(name) - 1, &end, 10);
        if (end > *entry + sizeof(name) - 1 && !*end && seconds > 0 && seconds < 253402300800) /* the year 10000 */
            return seconds * 1000000;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

unsigned context_jobs(const struct context *context)
{
    double jobs = options_number(context->options, "jobs");
    return isnan(jobs) ? pool_processors() : (unsigned)jobs;
}

const char *context_shown(struct context *context, const char *text)
{
    struct text line = text_open(SHOWN_MAX);
    text_add_line(&line, text);
    const char *shown = arena_strdup(context->arena, line.s);
    text_close(&line);
    return shown;
}

bool context_write(struct context *context, const char *path, const struct text *text, struct error *err)
{
    return output_file(path, context->out_fd, text->s, text->len, err);
}

bool context_write_json(struct context *context, const char *path, const json_t *value, struct error *err)
{
    struct text out = text_open(JSON_FILE_MAX);
    json_write(&out, value, &(struct json_style){.indent = 4, .ascii = true}, 0);
    text_addc(&out, '\n');
    bool ok = context_write(context, path, &out, err);
    text_close(&out);
    return ok;
}
