#include "store/lines.h"

#include <stdio.h>
#include <string.h>

#include "store/budget.h"

enum { LOOK_EVERY = 64 /* lines between two looks at the clock */ };

/* ---- named groups ---- */

static struct pieces_field *find_field(struct pieces_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (strcmp(fields->v[i].name, name) == 0)
            return &fields->v[i];
    return NULL;
}

static bool no_such_group(const struct parser *parser, const struct pieces_fields *fields, const struct named_word *type, struct error *err)
{
    struct text names = text_open(400);
    for (size_t i = 0; i < fields->n; i++)
        text_printf(&names, "%s%s", i ? ", " : "; its groups: ", fields->v[i].name);
    error_at(err, ERR_USAGE, type->at, "'%s': types: the pattern has no group (?<%s>…)%s", parser->name, type->name, names.len ? names.s : "");
    text_close(&names);
    return false;
}

bool lines_fields(struct arena *arena, const struct parser *parser, const struct lines_arguments *given, struct pieces_fields *out,
                  struct error *err)
{
    const struct argument *match = given->match, *types = given->types;
    out->n = 0;
    for (size_t group = 1; group <= regex_groups(match->pattern); group++) {
        const char *name = regex_group_name(match->pattern, group);
        if (!name)
            continue;
        if (group > PIECES_FIELDS_MAX)
            return error_at(err, ERR_USAGE, match->at, "'%s': match: a pattern with named groups has at most %d groups", parser->name, (int)PIECES_FIELDS_MAX);
        out->v[out->n++] = (struct pieces_field){.name = name, .what = arena_printf(arena, "group '%s'", name), .group = group};
    }
    for (size_t i = 0; i < types->types_n; i++) {
        const struct named_word *type = &types->types[i];
        struct pieces_field *field = type->name ? find_field(out, type->name) : NULL;
        for (size_t k = 0; !type->name && k < out->n; k++)
            out->v[k].as = (enum typed_as)type->word;
        if (field)
            field->as = (enum typed_as)type->word;
        else if (type->name)
            return no_such_group(parser, out, type, err);
    }
    return true;
}

/* ---- matching ---- */

struct matching {
    struct parsing *parsing;
    const struct regex *pattern;
    struct pos at; /* of the pattern */
    struct regex_span spans[PIECES_FIELDS_MAX + 1];
    size_t spans_n;
    struct budget budget;
    size_t seen;
};

/* True: the line matched, and *piece is what counts of it. */
static bool match_line(struct matching *matching, const struct pieces *pieces, const char *line, size_t len, struct piece *piece,
                       struct error *err)
{
    struct regex_span *spans = matching->spans;
    bool found;
    if (!regex_find(matching->pattern, matching->parsing->scratch, line, len, 0, spans, matching->spans_n, &found, err) || !found)
        return false;
    if (pieces->fields) {
        *piece = (struct piece){.text = line, .len = len, .line = piece->line, .col = 1, .groups = spans};
        return true;
    }
    bool group = spans[1].start != REGEX_NONE;
    piece->text = line + spans[group].start;
    piece->len = spans[group].end > spans[group].start ? spans[group].end - spans[group].start : 0; /* \K can turn them round */
    piece->col = pieces->as == TYPED_TEXT ? 1 : stream_column(line, piece->text);
    return true;
}

/* "pod.log:12: pattern needs too many steps; the pattern is at w/workload.yaml:7:30" */
static void name_places(const struct matching *matching, const char *file, int line, struct error *err)
{
    char why[ERROR_TEXT_MAX];
    snprintf(why, sizeof(why), "%s", err->text);
    enum error_kind kind = err->kind;
    *err = (struct error){0};
    if (matching->at.file)
        error_at(err, kind, (struct pos){.file = file, .line = line}, "%s; the pattern is at %s:%d:%d", why, matching->at.file,
                 matching->at.line, matching->at.col);
    else
        error_at(err, kind, (struct pos){.file = file, .line = line}, "%s", why);
}

static void look_at_line(struct matching *matching, struct pieces *pieces, const struct stream_line *line, struct error *err)
{
    struct piece piece = {.line = line->number};
    const char *text = line->text;
    size_t len = line->len;
    pieces_clean(pieces, &text, &len); /* patterns do not match bytes that are not UTF-8 */
    bool found = match_line(matching, pieces, text, len, &piece, err);
    if (!err->kind && (++matching->seen % LOOK_EVERY == 0 || regex_steps(matching->parsing->scratch) > 0))
        budget_left(&matching->budget, err);
    if (err->kind)
        name_places(matching, pieces->path, line->number, err);
    else if (found)
        pieces_add(pieces, &piece, err);
}

json_t *lines_parse(struct parsing *parsing, const struct pieces_source *source, const struct regex *pattern, struct pos at,
                    struct error *err)
{
    struct matching matching = {.parsing = parsing, .pattern = pattern, .at = at, .budget = budget_open(),
                                .spans_n = source->fields ? regex_groups(pattern) + 1 : 2};
    struct stream_lines lines = stream_lines(source->stream);
    struct stream_line line;
    struct pieces pieces;
    pieces_open(&pieces, parsing, source);
    while (!pieces_done(&pieces) && !err->kind && stream_next_line(&lines, &line, err))
        look_at_line(&matching, &pieces, &line, err);
    return pieces_close(&pieces, err);
}
