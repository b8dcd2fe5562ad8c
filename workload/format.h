/* workload/format.h — how a KPI's value is shown: Python's "{:.2f}" or C's "%.2f", digits and one conversion, nothing else. */
#ifndef WORKLOAD_FORMAT_H
#define WORKLOAD_FORMAT_H
#include <stdbool.h>

struct number_format {
    char conversion; /* f, e or g */
    int digits;      /* 0 … 17 */
    bool thousands;  /* "{:,.2f}" */
};

/* False when the text is no such format. */
bool number_format_parse(const char *text, struct number_format *out);

#endif
