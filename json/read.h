/* json/read.h — the JSON reader: validates a whole document (RFC 8259), builds values only for what is kept.
 *
 * Two layers: an event reader with byte offsets over a text in memory, and json_read(), which turns the events into
 * a `json_t`, the one document value of the program. Jansson's own loader is a test oracle only.
 *
 * Two modes. Strict is for our own files and payloads: what JSON cannot say is an error. Artifact mode repairs what
 * real tools write and counts each repair, so that the caller can report it as a finding:
 *   NaN, Infinity, -Infinity → null; \u0000 → U+FFFD; a lone surrogate escape → U+FFFD;
 *   an integer beyond int64 → a double; a number beyond the largest double (1e999) → null, as a non-finite one;
 *   a repeated key → the last value wins, in the place of the first.
 * Both refuse: bad UTF-8, trailing commas, comments, unquoted keys, raw control characters, more than one value, a byte
 * order mark, nesting deeper than JSON_DEPTH_MAX — with byte offset, line and column (in characters).
 * Values that are passed over are validated and counted in the same way as those that are kept.
 */
#ifndef JSON_READ_H
#define JSON_READ_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum { JSON_DEPTH_MAX = 512, JSON_VALUES_MAX = 20000000 };

enum json_event_kind {
    JSON_EVENT_END,  /* the document is complete */
    JSON_EVENT_NULL, /* in artifact mode also what was no finite number */
    JSON_EVENT_TRUE,
    JSON_EVENT_FALSE,
    JSON_EVENT_INTEGER,
    JSON_EVENT_REAL,
    JSON_EVENT_STRING,
    JSON_EVENT_KEY, /* an object member's name; its value's event follows */
    JSON_EVENT_ARRAY_OPEN,
    JSON_EVENT_ARRAY_CLOSE,
    JSON_EVENT_OBJECT_OPEN,
    JSON_EVENT_OBJECT_CLOSE
};

struct json_event {
    enum json_event_kind kind;
    size_t start, end;  /* bytes of the token in the text: text[start, end) */
    int64_t integer;    /* JSON_EVENT_INTEGER */
    double real;        /* JSON_EVENT_REAL */
    const char *string; /* JSON_EVENT_STRING and _KEY: unescaped, not NUL-terminated, valid until the next event */
    size_t string_len;
};

/* What artifact mode mended; all 0 when the document was plain JSON. */
struct json_repairs {
    size_t non_finite, nul, surrogates, big_integers, repeated_keys;
    size_t first_offset; /* of the first repair */
};

struct content; /* base/content.h */
struct json_reader; /* opaque; see json_reader_open */

/* `text` need not be NUL-terminated and must outlive the reader; `file` names it in errors. */
struct json_reader *json_reader_open(const char *text, size_t len, const char *file, bool strict);
/* The same over a content, in windows of `window` bytes (0: WINDOW_SIZE): memory does not grow with the text, except for a single
 * string or number, of at most 64 MB. The content is borrowed. */
struct json_reader *json_reader_open_content(struct content *content, size_t window, const char *file, bool strict);
void json_reader_close(struct json_reader *reader);
/* The next event. Fails with ERR_ARTIFACT, naming file:line:column. After JSON_EVENT_END only END follows. */
bool json_reader_next(struct json_reader *reader, struct json_event *event, struct error *err);
/* Validates and passes over the value that comes next (after a KEY, or an array's element; nothing happens where an
 * array has no further element), building nothing. */
bool json_reader_skip(struct json_reader *reader, struct error *err);
/* Validates and passes over the rest of the innermost open array or object, its CLOSE included. */
bool json_reader_leave(struct json_reader *reader, struct error *err);
const struct json_repairs *json_reader_repairs(const struct json_reader *reader);

struct json_path; /* json/path.h */

struct json_read_options {
    const char *file; /* for errors */
    bool strict;
    /* Only what one of these paths selects becomes values (with the objects and arrays around it; passed-over array
     * elements become null so that indexes hold; passed-over members are absent). NULL: everything.
     * json_path_find with one of these paths then finds the same nodes as in the whole document, in the same order but
     * for members whose names repeat. Where nothing is selected the document is `{}`, `[]` or null. */
    const struct json_path *const *keep;
    size_t keep_n;
    struct json_repairs *repairs; /* may be NULL */
    size_t window; /* json_read_content: bytes; 0: WINDOW_SIZE */
    size_t values_max; /* more values (about 50 bytes each) than this are refused; 0: JSON_VALUES_MAX */
};

/* The document, or NULL with *err set. The caller owns it (json_decref). Object members keep the order of the text. */
json_t *json_read(const char *text, size_t len, const struct json_read_options *options, struct error *err);
/* The same over a content, in windows. */
json_t *json_read_content(struct content *content, const struct json_read_options *options, struct error *err);

#endif
