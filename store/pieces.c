#include "store/pieces.h"

#include <stdlib.h>
#include <string.h>

const char *const pieces_keep_words[] = {"all", "first", "last", "count", NULL};

static struct pos place_of(const struct pieces *pieces, const struct piece *piece, const char *at)
{
    return (struct pos){.file = pieces->path, .line = piece->line, .col = piece->col - 1 + stream_column(piece->text, at)};
}

/* A group that took no part in the match is null. */
static json_t *read_group(struct pieces *pieces, const struct piece *piece, const struct pieces_field *spec, struct error *err)
{
    struct regex_span span = piece->groups[spec->group];
    if (span.start == REGEX_NONE)
        return json_null();
    struct typed_text field = {.text = piece->text + span.start, .as = spec->as, .what = spec->what};
    field.len = span.end > span.start ? span.end - span.start : 0; /* \K can turn them round */
    if (field.as != TYPED_TEXT)
        field.at = place_of(pieces, piece, field.text);
    return typed_read(&field, &pieces->mended, err);
}

static json_t *read_fields(struct pieces *pieces, const struct piece *piece, struct error *err)
{
    json_t *object = memory_need(json_object());
    for (size_t i = 0; i < pieces->fields->n; i++) {
        json_t *value = read_group(pieces, piece, &pieces->fields->v[i], err);
        if (!value) {
            json_decref(object);
            return NULL;
        }
        json_object_set_new_nocheck(object, pieces->fields->v[i].name, value);
    }
    return object;
}

static json_t *read_piece(struct pieces *pieces, const struct piece *piece, struct error *err)
{
    if (pieces->fields)
        return read_fields(pieces, piece, err);
    struct typed_text field = {.text = piece->text, .len = piece->len, .as = pieces->as, .at = place_of(pieces, piece, piece->text)};
    return typed_read(&field, &pieces->mended, err);
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

/* The text goes away with the next part of the file. */
static void keep_last(struct pieces *pieces, const struct piece *piece)
{
    text_clear(&pieces->last_text);
    text_addn(&pieces->last_text, piece->text, piece->len);
    pieces->last = *piece;
    pieces->last.text = pieces->last_text.s;
    for (size_t i = 0; pieces->fields && i < pieces->fields->n; i++) {
        size_t group = pieces->fields->v[i].group;
        pieces->last_groups[group] = piece->groups[group];
    }
    pieces->last.groups = pieces->last_groups;
}

void pieces_add(struct pieces *pieces, const struct piece *piece, struct error *err)
{
    if (pieces->keep != PIECES_LAST)
        trace_line(parsing_trace(pieces->parsing), pieces->path, piece->line);
    json_t *value;
    pieces->count++;
    switch (pieces->keep) {
    case PIECES_COUNT: break;
    case PIECES_FIRST: pieces->first = read_piece(pieces, piece, err); break;
    case PIECES_LAST: keep_last(pieces, piece); break;
    case PIECES_ALL:
        if (pieces->count > PIECES_MAX)
            error_at(err, ERR_ARTIFACT, (struct pos){.file = pieces->path}, "more than %d values", (int)PIECES_MAX);
        else if ((value = read_piece(pieces, piece, err)))
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
    *pieces = (struct pieces){.parsing = parsing, .path = source->stream->path, .as = source->as, .keep = source->keep,
                              .fields = source->fields, .all = source->keep == PIECES_ALL ? json_array() : NULL,
                              .clean = text_open(ARTIFACT_MAX), .last_text = text_open(ARTIFACT_MAX)};
}

static json_t *result_of(struct pieces *pieces, struct error *err)
{
    switch (pieces->keep) {
    case PIECES_ALL: return pieces->all;
    case PIECES_FIRST: return pieces->first;
    case PIECES_COUNT: return json_integer((json_int_t)pieces->count);
    case PIECES_LAST: break;
    }
    if (pieces->count)
        trace_line(parsing_trace(pieces->parsing), pieces->path, pieces->last.line);
    return pieces->count && !err->kind ? read_piece(pieces, &pieces->last, err) : NULL;
}

json_t *pieces_close(struct pieces *pieces, struct error *err)
{
    json_t *value = result_of(pieces, err);
    if (pieces->mended.non_finite)
        parsing_note(pieces->parsing, FINDING_WARNING, pieces->path, "%zu numbers are NaN or infinite (read as null)",
                     pieces->mended.non_finite);
    if (pieces->bad)
        parsing_note(pieces->parsing, FINDING_WARNING, pieces->path, "%zu bytes are not UTF-8 (read as U+FFFD)", pieces->bad);
    text_close(&pieces->clean);
    text_close(&pieces->last_text);
    return value;
}
