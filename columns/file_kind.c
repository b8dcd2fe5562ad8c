#include "columns/file_kind.h"

#include <string.h>

bool file_kind_check(const char *bytes, size_t len, const char *name, struct error *err)
{
    static const struct {
        const char *magic;
        size_t len;
        const char *what;
    } kinds[] = {{"\xFF\xFE", 2, "text in UTF-16: expected UTF-8; save it as \"CSV UTF-8\""},
                 {"\xFE\xFF", 2, "text in UTF-16: expected UTF-8; save it as \"CSV UTF-8\""},
                 {"PK\x03\x04", 4, "a spreadsheet or a ZIP archive: expected CSV or JSON; save the sheet as CSV"},
                 {"\xD0\xCF\x11\xE0", 4, "an old Excel or Word file: expected CSV or JSON; save the sheet as CSV"},
                 {"%PDF-", 5, "a PDF: expected CSV or JSON"},
                 {"\x1F\x8B", 2, "compressed by gzip: give it a name that ends in .gz, or pipe what zcat says into 'matbench changepoints -'"},
                 {"\x28\xB5\x2F\xFD", 4, "compressed by zstd: give it a name that ends in .zst, or pipe what zstdcat says into 'matbench changepoints -'"},
                 {"\xFD" "7zXZ", 5, "compressed by xz: give it a name that ends in .xz, or pipe what xzcat says into 'matbench changepoints -'"},
                 {"SQLite format 3", 15, "a SQLite database: expected CSV or JSON"},
                 {"<", 1, "HTML or XML, as a login page is: expected CSV or JSON"}};
    size_t first = 0;
    while (first < len && strchr(" \t\r\n", bytes[first]) && bytes[first])
        first++;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (len - first >= kinds[i].len && memcmp(bytes + first, kinds[i].magic, kinds[i].len) == 0)
            return error_set(err, ERR_ARTIFACT, "%s: this is %s", name, kinds[i].what);
    return !memchr(bytes, '\0', len) || error_set(err, ERR_ARTIFACT, "%s: this is no text: expected CSV or JSON", name);
}

const char *file_kind_lines(const char *bytes, size_t len, struct arena *arena)
{
    if (memchr(bytes, '\n', len) || !memchr(bytes, '\r', len))
        return bytes;
    char *mended = arena_strndup(arena, bytes, len);
    for (size_t i = 0; i < len; i++)
        mended[i] = mended[i] == '\r' ? '\n' : mended[i];
    return mended;
}
