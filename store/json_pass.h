/* store/json_pass.h — one reading of a JSON file for all `json:` parsers that name it. Inside store/ only.
 *
 * The first parser of a file has it read for itself and for those that come after it; these then find their value. */
#ifndef STORE_JSON_PASS_H
#define STORE_JSON_PASS_H
#include "json/read.h"
#include "store/parsing.h"

/* What a `json:` parser asks of its file. */
struct json_wish {
    const char *file; /* as the workload names it */
    const struct argument *select, *first, *keep;
};
struct json_wish json_wish_of(const struct parser *parser); /* of a `json:` parser */

/* The value of a parser; a new reference, or NULL with or without an error. */
json_t *json_pass_value(struct parsing *parsing, const struct parser *parser, struct error *err);
/* The values that no parser came for. */
void json_pass_close(struct parsing *parsing);

#endif
