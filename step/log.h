/* step/log.h — the log on standard error: "LEVEL | text", one line each.
 *
 * Callers grep for lines that start with ERROR, so a line starts so exactly when its caller should treat the step as
 * failed (contract C1.6). What an input says is cleaned: it never starts a line of its own.
 */
#ifndef STEP_LOG_H
#define STEP_LOG_H
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_FATAL };
enum { LOG_LINE_MAX = 8000 }; /* bytes; what is longer is cut */
extern const char *const log_level_names[]; /* "debug" … in the order of the enum; NULL-ended */

struct log {
    FILE *out;  /* NULL: only the copy */
    FILE *copy; /* a step's own log file, or NULL */
    enum log_level least; /* levels below are not shown */
    size_t errors;        /* lines of LOG_ERROR and above so far */
    char error[ERROR_TEXT_MAX]; /* the newest of them, without its level; "" when there is none; cut where it is longer */
};

void log_line(struct log *log, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
