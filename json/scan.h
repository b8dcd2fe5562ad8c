/* json/scan.h — the inner loops of the reader: blanks and strings, eight bytes at a time. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte at or after p that is no blank (space, tab, line feed, carriage return), or end. */
const char *scan_blanks(const char *p, const char *end);
/* The same, without a call where there is none, or one. */
static inline const char *scan_blank(const char *p, const char *end)
{
    if (end - p >= 2) {
        p += *p == ' ';
        if ((unsigned char)*p > ' ')
            return p;
    }
    return scan_blanks(p, end);
}

struct scanned {
    const char *end;        /* the closing quote; after a failure, where it went wrong */
    bool escapes;           /* there are escapes: scan_unescape is needed */
    size_t nul, surrogates; /* escapes of U+0000, and of surrogates without their other half */
    const char *first_odd;  /* the first of those, or NULL */
    const char *expected;   /* after a failure: what is missing at `end` */
};

/* Validates the string whose opening quote stands before p: escapes, UTF-8, no raw control characters. */
bool scan_string(const char *p, const char *end, struct scanned *out);
/* Writes what [from, to) means, which scan_string has accepted: at most as long. U+0000 and lone surrogates become
 * U+FFFD. Returns the length. */
size_t scan_unescape(char *out, const char *from, const char *to);
/* The value of the four hexadecimal digits at p, or -1. */
int32_t scan_hex4(const char *p, const char *end);

#endif
