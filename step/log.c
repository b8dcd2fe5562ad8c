#include "step/log.h"

#include <stdarg.h>

#include "base/text.h"
#include "report/clean.h"

const char *const log_level_names[] = {"debug", "info", "warning", "error", "fatal", NULL};

static const char *const shown[] = {
    [LOG_DEBUG] = "DEBUG", [LOG_INFO] = "INFO", [LOG_WARNING] = "WARNING", [LOG_ERROR] = "ERROR", [LOG_FATAL] = "FATAL"};


void log_line(struct log *log, enum log_level level, const char *format, ...)
{
    log->errors += level >= LOG_ERROR;
    if (level < log->least && level < LOG_ERROR)
        return;
    struct text said = text_open(LOG_LINE_MAX), line = text_open(LOG_LINE_MAX * 4);
    va_list args;
    va_start(args, format);
    text_vprintf(&said, format, args);
    va_end(args);
    text_printf(&line, "%s | ", shown[level]);
    size_t head = line.len;
    text_add_line(&line, said.over ? "(a line too long to show)" : said.s);
    clean_commands(&line, 0);
    if (level >= LOG_ERROR)
        snprintf(log->error, sizeof(log->error), "%s", line.s + head);
    if (log->out)
        fprintf(log->out, "%s\n", line.s);
    if (log->copy)
        fprintf(log->copy, "%s\n", line.s);
    text_close(&said);
    text_close(&line);
}
