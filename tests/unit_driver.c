/* Units for tests/unit_differential.py: reads lines, writes one for each.
 *     parse UNIT                → list|one <times> <over> <ten> <base>|<first unknown word>
 *     convert VALUE FROM|TO     → the value as a hexadecimal double, or "!" and the error */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"

static void parse(const char *text)
{
    struct unit unit = unit_parse(text);
    printf("%s %llu %llu %d %s|%s\n", unit.list ? "list" : "one", (unsigned long long)unit.to_base.times,
           (unsigned long long)unit.to_base.over, unit.to_base.ten, unit.base, unit.unknown);
}

static void convert(char *text)
{
    char *from, *to;
    double value = strtod(text, &from), result;
    struct error err = {0};
    from++;
    to = strchr(from, '|');
    *to++ = '\0';
    if (unit_convert(value, from, to, &result, &err))
        printf("%a\n", result);
    else
        printf("!%s\n", err.text);
}

int main(void)
{
    char line[1000];
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "parse ", 6) == 0)
            parse(line + 6);
        else if (strncmp(line, "convert ", 8) == 0 && strchr(line, '|'))
            convert(line + 8);
    }
    return 0;
}
