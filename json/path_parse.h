/* json/path_parse.h — the two halves of the parser of JSONPath, which call each other: queries hold filters, filters
 * queries. */
#ifndef JSON_PATH_PARSE_H
#define JSON_PATH_PARSE_H
#include "json/path_cursor.h"

/* The query whose '$' or '@' stands at the cursor, with all segments that follow it; *out is complete. */
bool path_parse_query(struct path_cursor *in, struct json_query *out);
/* What stands behind the '?' of a filter selector: logical-expr of the RFC, with the blanks behind it. */
bool path_parse_filter(struct path_cursor *in, struct json_filter *out);

#endif
