#include "history/opensearch/words.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { WORDS_MAX = 500, CAUSES_MAX = 20 };

const char *opensearch_error_type(const json_t *error)
{
    const char *type = json_string_value(json_object_get(error, "type"));
    return type ? type : "";
}

static const char *reason_of(const json_t *error)
{
    const char *reason = json_string_value(json_object_get(error, "reason"));
    return reason ? reason : json_string_value(error);
}

/* The innermost cause is what tells: those around it say "failed to parse". */
static const json_t *innermost(const json_t *error)
{
    for (int i = 0; i < CAUSES_MAX; i++) {
        const json_t *cause = json_object_get(error, "caused_by");
        if (!reason_of(cause))
            break;
        error = cause;
    }
    return error;
}

/* Jackson puts a place in a source that nobody sees on a second line; Lucene lists the bytes of a term. */
static void add_first_line(struct text *out, const char *reason)
{
    const char *listing = strstr(reason, ", all of which were skipped");
    size_t len = listing ? (size_t)(listing - reason) : strcspn(reason, "\r\n");
    struct text line = text_open(64 << 10);
    text_addn(&line, reason, len);
    text_add_line(out, line.s);
    text_close(&line);
}

const char *opensearch_words(struct arena *arena, const json_t *error)
{
    struct text out = text_open(256 << 10);
    const json_t *cause = innermost(error);
    const char *reason = reason_of(error), *inner = reason_of(cause);
    if (reason)
        add_first_line(&out, reason);
    if (inner && reason && cause != error && !strstr(reason, inner)) {
        error_shorten(out.s, WORDS_MAX / 2); /* or the reason, which may hold a whole field, hides its cause */
        out.len = strlen(out.s);
        text_add(&out, ": ");
        add_first_line(&out, inner);
    }
    if (!reason)
        text_add(&out, "nothing that says why");
    error_shorten(out.s, WORDS_MAX);
    const char *type = opensearch_error_type(error);
    char *cleaned = arena_strdup(arena, out.s);
    text_clear(&out);
    text_add_line(&out, type);
    error_shorten(out.s, 80);
    const char *words = *type ? arena_printf(arena, "%s (%s)", cleaned, out.s) : cleaned;
    text_close(&out);
    return words;
}

const char *opensearch_advice(const json_t *error, bool foreign)
{
    static const struct {
        const char *sign; /* in the reason of the error or of its innermost cause, or its type */
        bool foreign;     /* only there */
        const char *advice;
    } table[] = {
        {"immense term", true, "fields of this index cannot hold a text beyond 32,766 bytes; an index that matbench makes can: name one that "
                               "is not there yet, and `matbench history export` takes over what is in this one"},
        {"Limit of total fields", true, "this index makes a field of every name that it meets; one that matbench makes does not: name one "
                                        "that is not there yet"},
        {"flood-stage", false, "the server's disk is nearly full"},
        {"index_closed_exception", false, "the index is closed"},
        {"cluster_block_exception", false, "the index takes no documents now"},
    };
    const char *places[] = {reason_of(error), reason_of(innermost(error)), opensearch_error_type(error)};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
            if (places[k] && strstr(places[k], table[i].sign) && (foreign || !table[i].foreign))
                return table[i].advice;
    return NULL;
}
