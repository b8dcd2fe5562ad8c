/* workload/format.h — how a KPI's value is shown: one directive of Python's format() or of printf, with text around it.
 *
 *     "{:.2f}" "{:,.0f}" "{:.3g}" "{:d}" "{:,}" "{:.1%}" "{:>8.2f}" "{:+.1e}" "{}"     Python: [[fill]align][sign][#][0][width][,_][.precision][type]
 *     "%.2f" "%d" "%+.3g" "%-8.1f"                                                 printf: flags, width, precision, one of d i f F e E g G
 *
 * Types are those for numbers (d e E f F g G n % and none); "{{", "}}" and "%%" stand for themselves in the text around. Width and
 * precision have at most two digits. A number without a fraction is an integer, as in Python: "{:,}" of 5e9 is "5,000,000,000". Where
 * Python refuses ("{:d}" of 3.7) the number is rounded; "%d" cuts the fraction off, as Python's % does.
 * Source: Python's "Format Specification Mini-Language" and "printf-style String Formatting". */
#ifndef WORKLOAD_FORMAT_H
#define WORKLOAD_FORMAT_H
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { NUMBER_FORMAT_FILL_MAX = 5 };

struct number_format {
    const char *before, *after; /* the text around, as it stood, in the text that was parsed */
    size_t before_n;
    bool python;
    char fill[NUMBER_FORMAT_FILL_MAX]; /* one character; "" is a blank */
    char align;                        /* < > ^ =, or 0: > */
    char sign;                         /* + or a blank, or 0: only a minus */
    bool alternate;                    /* # */
    int width;                         /* 0: none */
    int precision;                     /* -1: not given */
    char grouping;                     /* , or _, or 0 */
    char type;                         /* 0: none */
};

/* False when the text is no such format. */
bool number_format_parse(const char *text, struct number_format *out);
/* Adds the number, which is finite, without and with the text around. */
void number_format_bare(struct text *out, const struct number_format *format, double value);
void number_format_add(struct text *out, const struct number_format *format, double value);

#endif
