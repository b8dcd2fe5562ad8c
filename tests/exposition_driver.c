/* Reads texts from standard input, each as "<format> <bytes>\n" and that many bytes; writes for each a line: "json <families>", or
 * "error <message>". The other side is tests/exposition_differential.py. */
#include <stdio.h>
#include <stdlib.h>

#include "store/exposition.h"

int main(void)
{
    char line[64];
    while (fgets(line, sizeof(line), stdin)) {
        char *after;
        enum exposition_format format = (enum exposition_format)strtoul(line, &after, 10);
        size_t len = strtoul(after, NULL, 10);
        char *s = malloc(len ? len : 1);
        if (fread(s, 1, len, stdin) != len)
            return 1;
        struct error err = {0};
        struct exposition_found found = {0};
        json_t *json = exposition_read(s, len, &(struct exposition_options){.file = "text", .format = format}, &found, &err);
        char *text = json ? json_dumps(json, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17)) : NULL;
        if (text)
            printf("json %s\n", text);
        else
            printf("error %s\n", err.text);
        fflush(stdout);
        free(text);
        json_decref(json);
        free(s);
    }
    return 0;
}
