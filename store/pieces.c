#include "store/pieces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "store/literal.h"

const char *const pieces_as_words[] = {"text", "json", "python", "number", NULL};
const char *const pieces_keep_words[] = {"all", "first", "last", "count", NULL};

enum { PIECES_MAX = 4 * 1000 * 1000 };

static json_t *read_number(struct pieces *pieces, const char *text, size_t len, struct error *err)
{
    char buffer[64], *end;
    if (len && len < sizeof(buffer) && !memchr(text, 'x', len) && !memchr(text, 'X', len)) {
        memcpy(buffer, text, len);
        buffer[len] = '\0';
        double number = strtod(buffer, &end);
        bool whole = end > buffer && end + strspn(end, " \t") == buffer + len;
        pieces->non_finite += whole && !isfinite(number);
        if (whole)
            return isfinite(number) ? json_real(number) : json_null();
    }
    error_at(err, ERR_ARTIFACT, (struct pos){.file = pieces->path, .line = pieces->number}, "'%.*s': expected a number",
             (int)(len < 40 ? len : 40), text);
    return NULL;
}

/* The reader counts lines from the start of its text: here that is the piece. */
static json_t *read_json(struct pieces *pieces, const char *text, size_t len, struct json_repairs *repairs, struct error *err)
{
    struct error why = {0};
    json_t *value = json_read(text, len, &(struct json_read_options){.repairs = repairs}, &why);
    if (!value)
        error_at(err, ERR_ARTIFACT, (struct pos){.file = pieces->path, .line = pieces->number}, "JSON at %s", why.text);
    return value;
}

static json_t *read_value(struct pieces *pieces, const char *text, size_t len, enum pieces_as as, struct error *err)
{
    struct literal found = {0};
    struct pos at = {.file = pieces->path, .line = pieces->number, .col = 1};
    struct json_repairs repairs = {0};
    json_t *value = NULL;
    switch (as) {
    case PIECES_TEXT: return json_stringn_nocheck(text, len);
    case PIECES_NUMBER: return read_number(pieces, text, len, err);
    case PIECES_PYTHON: value = literal_parse(text, len, at, &found, err); break;
    case PIECES_JSON: value = read_json(pieces, text, len, &repairs, err); break;
    }
    pieces->non_finite += found.non_finite + repairs.non_finite;
    return value;
}

void pieces_clean(struct pieces *pieces, const char **text, size_t *len)
{
    if (text_utf8_valid(*text, *len) == *len)
        return;
    text_clear(&pieces->clean);
    pieces->bad += text_add_utf8(&pieces->clean, *text, *len);
    *text = pieces->clean.s;
    *len = pieces->clean.len;
}

static const char *keep_clean(struct pieces *pieces, const char *text, size_t len)
{
    if (text < pieces->clean.s || text > pieces->clean.s + pieces->clean.len)
        return text;
    text_clear(&pieces->last_clean);
    text_addn(&pieces->last_clean, text, len);
    return pieces->last_clean.s;
}

void pieces_add(struct pieces *pieces, const char *text, size_t len, struct error *err)
{
    pieces->count++;
    if (pieces->keep != PIECES_LAST)
        trace_line(parsing_trace(pieces->parsing), pieces->path, pieces->number);
    json_t *value;
    switch (pieces->keep) {
    case PIECES_COUNT: break;
    case PIECES_FIRST: pieces->first = read_value(pieces, text, len, pieces->as, err); break;
    case PIECES_LAST:
        pieces->last = keep_clean(pieces, text, len);
        pieces->last_len = len;
        pieces->last_number = pieces->number;
        break;
    case PIECES_ALL:
        if (pieces->count > PIECES_MAX)
            error_at(err, ERR_ARTIFACT, (struct pos){.file = pieces->path}, "more than %d values", (int)PIECES_MAX);
        else if ((value = read_value(pieces, text, len, pieces->as, err)))
            json_array_append_new(pieces->all, value);
        break;
    }
}

bool pieces_done(const struct pieces *pieces)
{
    return pieces->keep == PIECES_FIRST && pieces->count > 0;
}

void pieces_open(struct pieces *pieces, struct parsing *parsing, const struct pieces_source *source)
{
    *pieces = (struct pieces){.parsing = parsing, .path = source->path, .number = 1, .as = source->as, .keep = source->keep,
                              .all = source->keep == PIECES_ALL ? json_array() : NULL, .clean = text_open(ARTIFACT_MAX),
                              .last_clean = text_open(ARTIFACT_MAX)};
}

static json_t *result_of(struct pieces *pieces, struct error *err)
{
    switch (pieces->keep) {
    case PIECES_ALL: return pieces->all;
    case PIECES_FIRST: return pieces->first;
    case PIECES_COUNT: return json_integer((json_int_t)pieces->count);
    case PIECES_LAST: break;
    }
    pieces->number = pieces->last_number;
    if (pieces->last)
        trace_line(parsing_trace(pieces->parsing), pieces->path, pieces->number);
    return pieces->last && !err->kind ? read_value(pieces, pieces->last, pieces->last_len, pieces->as, err) : NULL;
}

json_t *pieces_close(struct pieces *pieces, struct error *err)
{
    json_t *value = result_of(pieces, err);
    if (pieces->non_finite)
        parsing_note(pieces->parsing, FINDING_WARNING, pieces->path, "%zu numbers are NaN or infinite (read as null)", pieces->non_finite);
    if (pieces->bad)
        parsing_note(pieces->parsing, FINDING_WARNING, pieces->path, "%zu bytes are not UTF-8 (read as U+FFFD)", pieces->bad);
    text_close(&pieces->clean);
    text_close(&pieces->last_clean);
    return value;
}
