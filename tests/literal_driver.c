/* Reads literals from standard input, each as "<bytes>\n" and that many bytes; writes for each a line: "json <used>
 * <non-finite> <value>", or "error <message>". The other side is tests/literal_differential.py. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/literal.h"

int main(void)
{
    char line[32];
    while (fgets(line, sizeof(line), stdin)) {
        size_t len = strtoul(line, NULL, 10);
        char *s = malloc(len ? len : 1);
        if (fread(s, 1, len, stdin) != len)
            return 1;
        struct error err = {0};
        struct literal found;
        json_t *json = literal_parse(s, len, (struct pos){0}, &found, &err);
        char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
        if (text)
            printf("json %zu %zu %s\n", found.used, found.non_finite, text);
        else
            printf("error %s\n", err.text);
        free(text);
        json_decref(json);
        free(s);
    }
    return 0;
}
