/* Reads series, one a line as numbers with blanks between; prints the places of each one's changes. For differential tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/hunter.h"

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        struct arena arena = {0};
        LIST_OF(double) x = {0};
        for (char *at = line, *end;; at = end) {
            double value = strtod(at, &end);
            if (end == at)
                break;
            *LIST_ADD(&arena, &x) = value;
        }
        struct hunter_changes changes = hunter_find(x.v, x.n, &(struct hunter_options){0}, &arena);
        for (size_t i = 0; i < changes.n; i++)
            printf("%s%zu", i ? " " : "", changes.v[i].at);
        putchar('\n');
        arena_close(&arena);
    }
    free(line);
    return 0;
}
