/* Any bytes as a SQLite file, and parts of them as the log and the journal beside it: queries end, with rows or an error. The first two
 * bytes say how long the log and the journal at the end are, in units of 8 bytes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/sqlite_image.h"
#include "store/sqlite_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ask(const struct sqlite_image *image, const char *sql)
{
    struct error err = {0};
    struct sqlite_query_found found = {0};
    struct sqlite_query query = {.sql = sql, .at = {.file = "w.yaml", .line = 1, .col = 1}};
    json_t *rows = sqlite_query_run(&query, image->bytes, image->len, "fuzz", &found, &err), *row;
    size_t i;
    assert((rows != NULL) == (err.kind == ERR_NONE));
    assert(rows || (err.kind == ERR_ARTIFACT && strncmp(err.text, "fuzz: ", 6) == 0));
    json_array_foreach(rows, i, row)
        assert(json_is_object(row) && json_object_size(row) > 0);
    json_decref(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const queries[] = {
        "SELECT * FROM t ORDER BY 1 DESC", "SELECT count(*) AS n, max(name) AS m FROM t WHERE name LIKE '%a%'",
        "SELECT name, type, sql FROM sqlite_master", "SELECT group_concat(name) AS x FROM t GROUP BY 1"};
    struct error err = {0};
    struct sqlite_image image;
    if (size < 2)
        return 0;
    size_t wal = 8u * bytes[0], journal = 8u * bytes[1];
    const char *start = (const char *)bytes + 2;
    size -= 2;
    wal = bytes[0] == 255 ? size / 2 : wal;
    if (wal + journal > size)
        return 0;
    struct sqlite_bytes parts[3] = {{start, size - wal - journal}, {start + size - wal - journal, wal}, {start + size - journal, journal}};
    bool ok = sqlite_image_open(&image, parts[0], parts[1], parts[2], "fuzz", &err);
    assert(ok == (err.kind == ERR_NONE));
    for (size_t i = 0; ok && i < sizeof(queries) / sizeof(queries[0]); i++)
        ask(&image, queries[i]);
    sqlite_image_close(&image);
    return 0;
}
