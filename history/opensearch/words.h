/* history/opensearch/words.h — what an OpenSearch says went wrong, in one line for people. */
#ifndef HISTORY_OPENSEARCH_WORDS_H
#define HISTORY_OPENSEARCH_WORDS_H
#include <jansson.h>

#include <stdbool.h>

#include "base/arena.h"

/* Of an error object, {"type", "reason", "caused_by": …} or a text, cleaned and cut: "failed to parse field [x] of type [long]: For input
 * string: \"a\" (mapper_parsing_exception)". "nothing that says why" when it says nothing. */
const char *opensearch_words(struct arena *arena, const json_t *error);
/* Its type, "index_not_found_exception", or "". Borrowed from `error`. */
const char *opensearch_error_type(const json_t *error);
/* What one can do about it (a sentence that follows the words), or NULL. `foreign`: the index is not of our making. */
const char *opensearch_advice(const json_t *error, bool foreign);

#endif
