/* cmd: where history is (contract C1.3). */
#include "cmd/history_uri.h"

#include <string.h>

#include "tests/check.h"

static const struct {
    struct history_clues clues;
    const char *uri;   /* NULL: refused */
    const char *error; /* part of it */
} rows[] = {
    {{NULL, NULL, NULL, NULL, false}, "sqlite:history.db", NULL},
    {{"sqlite:x.db", NULL, NULL, NULL, false}, "sqlite:x.db", NULL},
    {{"dir:lts", NULL, NULL, NULL, false}, "dir:lts", NULL},
    {{"dir:lts/", NULL, NULL, NULL, false}, "dir:lts/", NULL},
    {{"opensearch+https://host:9200/idx/", NULL, NULL, NULL, false}, "opensearch+https://host:9200/idx", NULL},
    {{"horreum+https://host/a b", NULL, NULL, NULL, false}, "horreum+https://host/a%20b", NULL},
    {{"horreum+https://host/a%20b", NULL, NULL, NULL, false}, "horreum+https://host/a%20b", NULL},
    {{"horreum+http://host:81/behind/%61%2fb-\xc3\xa9", NULL, NULL, NULL, false}, "horreum+http://host:81/behind/a%2Fb-%C3%A9", NULL},
    {{"dir:lts", "https://host:9200", "idx", NULL, false}, "dir:lts", NULL},
    {{"dir:lts", "https://host:9200", NULL, "folder", true}, "dir:lts", NULL},
    {{"dir:lts", NULL, NULL, "folder", true}, "dir:lts", NULL},
    {{"folder", NULL, NULL, "folder", true}, NULL, "'folder' is not a history's URI; expected sqlite:history.db, dir:FOLDER"},
    {{"postgres:secret", NULL, NULL, "folder", true}, NULL, "'postgres:' is no known kind of history"},
    {{NULL, "https://host:9200", "idx", NULL, false}, "opensearch+https://host:9200/idx", NULL},
    {{NULL, "http://[::1]:9200/behind", "idx", "folder", false}, "opensearch+http://[::1]:9200/behind/idx", NULL},
    {{NULL, "https://host:9200", NULL, NULL, false}, NULL, "opensearch_index is not"},
    {{NULL, "https://host:9200", NULL, "folder", false}, NULL, "opensearch_index is not"},
    {{NULL, "https://host:9200", "idx", "folder", true}, "dir:folder", NULL},
    {{NULL, "https://host:9200", NULL, "folder", true}, "dir:folder", NULL},
    {{NULL, "https://host:9200", "idx", NULL, true}, "opensearch+https://host:9200/idx", NULL},
    {{NULL, NULL, "idx", "folder", false}, "dir:folder", NULL},
    {{NULL, NULL, NULL, "folder", true}, "dir:folder", NULL},
    {{NULL, NULL, NULL, "dir:odd", true}, "dir:dir:odd", NULL},
};

int main(void)
{
    struct arena arena = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        const char *uri = history_uri_choose(&arena, &rows[i].clues, &err);
        CHECK(!uri == !rows[i].uri && (!uri || strcmp(uri, rows[i].uri) == 0), "row %zu: %s", i, uri ? uri : err.text);
        CHECK(uri || (err.kind == ERR_USAGE && strstr(err.text, rows[i].error)), "row %zu: %s", i, err.text);
        CHECK(!strstr(err.text, "secret"), "row %zu: %s", i, err.text);
    }
    arena_close(&arena);
    return check_end();
}
