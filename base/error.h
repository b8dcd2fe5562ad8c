/* base/error.h — errors as values: what was found, where, what was expected.
 *
 * A function that can fail takes a `struct error *` last and returns bool or a pointer; false or NULL means
 * that the error is set. The caller zeroes it. The first failure wins: later calls on a set error change nothing,
 * so that a clean-up step never hides the cause. A `struct error` holds no pointers and may be copied.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The kinds are the exit codes of the program from 100 on (docs/exit-codes.md): a kind is all that a CI gate sees. */
enum error_kind {
    ERR_NONE = 0,
    ERR_USAGE = 100,     /* wrong flags, configuration or workload file */
    ERR_ARTIFACT = 101,  /* an artifact is unreadable or broken */
    ERR_INVALID = 102,   /* a payload violates its schema */
    ERR_NO_TEST = 103,   /* no test found */
    ERR_OUTPUT = 105,    /* an output could not be written: disk full, no permission */
    ERR_STORE = 110,     /* history cannot be reached or used */
    ERR_REFUSED = 111,   /* credentials or TLS refused */
    ERR_PARTLY = 112,    /* partly sent, the rest spooled */
    ERR_BUG = 120,       /* a bug of ours, or out of memory */
    ERR_NO_INDEX = 123,  /* download_lts: the index does not exist */
    ERR_INTERRUPTED = 130, /* SIGINT */
    ERR_PIPE = 141,      /* standard output was closed by its reader */
    ERR_TERMINATED = 143 /* SIGTERM */
};

/* A place in an input. Text has line and col (from 1); JSON has a pointer ("/jobs/3/p99"); 0 or NULL: not known. */
struct pos {
    const char *file; /* as the user would name it */
    int line, col;
    const char *pointer;
};

enum { ERROR_TEXT_MAX = 1200 };

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_MAX]; /* one line, no program name: "kpis.yaml:12:7: '3 parsecs': unknown unit" */
    int line, col;  /* of the place; 0: not known */
    size_t place_n; /* the first bytes of text: "kpis.yaml:12:7: "; 0: it begins without a place */
};

/* Each sets *err and returns false, so that a caller can write `return error_set(…)`.
 * Control characters of the formatted text are shown as \xNN: what an input says never breaks the line. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool error_at(struct error *err, enum error_kind kind, struct pos at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool error_vat(struct error *err, enum error_kind kind, struct pos at, const char *format, va_list args);

/* Puts "<prefix>: " before the text; for the caller who knows more ("test 003__x"). */
void error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Cuts `text` in place so that at most `max` bytes stay, on a character boundary, ending "…" where it was cut.
 * Used by everything that quotes an input. */
void error_shorten(char *text, size_t max);

#endif
