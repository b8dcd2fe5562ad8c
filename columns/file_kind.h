/* columns/file_kind.h — a file of series before it is read as one: what people give by mistake, and how its lines end. */
#ifndef COLUMNS_FILE_KIND_H
#define COLUMNS_FILE_KIND_H
#include "base/arena.h"
#include "base/error.h"

/* False, ERR_ARTIFACT: it is a spreadsheet, compressed, a page for a browser, no text in UTF-8 …; the error says what to do about it. */
bool file_kind_check(const char *bytes, size_t len, const char *name, struct error *err);
/* The same bytes; where lines end with CR alone, as Excel for the Mac writes them, with LF in their place (in `arena`). */
const char *file_kind_lines(const char *bytes, size_t len, struct arena *arena);

#endif
