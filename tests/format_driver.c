/* Formats for tests/format_differential.py: of each line "<value>\t<format>" the text, or "!" when it is no format. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload/format.h"

int main(void)
{
    static char line[2000];
    while (fgets(line, sizeof(line), stdin)) {
        char *format;
        double value = strtod(line, &format);
        struct number_format parsed;
        struct text out = text_open(1 << 16);
        line[strcspn(line, "\n")] = '\0';
        if (number_format_parse(format + 1, &parsed))
            number_format_add(&out, &parsed, value);
        else
            text_add(&out, "!");
        puts(out.s);
        text_close(&out);
    }
    return 0;
}
