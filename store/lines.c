#include "store/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "store/budget.h"
#include "store/literal.h"

const char *const lines_as_words[] = {"text", "json", "python", "number", NULL};
const char *const lines_keep_words[] = {"all", "first", "last", "count", NULL};

enum { LINES_MAX = 4 * 1000 * 1000, LOOK_EVERY = 64 /* lines between two looks at the clock */ };

struct line {
    struct parsing *parsing;
    const char *path;
    int number;
    size_t non_finite, bad; /* over all lines */
};

static json_t *read_number(struct line *line, const char *text, size_t len, struct error *err)
{
    char buffer[64], *end;
    if (len && len < sizeof(buffer) && !memchr(text, 'x', len) && !memchr(text, 'X', len)) {
        memcpy(buffer, text, len);
        buffer[len] = '\0';
        double number = strtod(buffer, &end);
        bool whole = end > buffer && end + strspn(end, " \t") == buffer + len;
        line->non_finite += whole && !isfinite(number);
        if (whole)
            return isfinite(number) ? json_real(number) : json_null();
    }
    error_at(err, ERR_ARTIFACT, (struct pos){.file = line->path, .line = line->number}, "'%.*s': expected a number",
             (int)(len < 40 ? len : 40), text);
    return NULL;
}

/* The reader counts lines from the start of its text: here that is one line of the file. */
static json_t *read_json(struct line *line, const char *text, size_t len, struct json_repairs *repairs, struct error *err)
{
    struct error why = {0};
    json_t *value = json_read(text, len, &(struct json_read_options){.repairs = repairs}, &why);
    if (!value)
        error_at(err, ERR_ARTIFACT, (struct pos){.file = line->path, .line = line->number}, "JSON at %s", why.text);
    return value;
}

static json_t *read_value(struct line *line, const char *text, size_t len, enum lines_as as, struct error *err)
{
    struct literal found = {0};
    struct pos at = {.file = line->path, .line = line->number, .col = 1};
    struct json_repairs repairs = {0};
    json_t *value = NULL;
    switch (as) {
    case LINES_TEXT: return json_stringn_nocheck(text, len);
    case LINES_NUMBER: return read_number(line, text, len, err);
    case LINES_PYTHON: value = literal_parse(text, len, at, &found, err); break;
    case LINES_JSON: value = read_json(line, text, len, &repairs, err); break;
    }
    line->non_finite += found.non_finite + repairs.non_finite;
    return value;
}

/* True: the line matched, and *text is what counts of it. */
static bool match_line(struct parsing *parsing, const struct regex *pattern, const char *line, size_t len,
                       const char **text, size_t *text_len, struct error *err)
{
    struct regex_span spans[2];
    bool found;
    if (!regex_find(pattern, parsing->scratch, line, len, 0, spans, 2, &found, err) || !found)
        return false;
    bool group = spans[1].start != REGEX_NONE;
    *text = line + spans[group].start;
    *text_len = spans[group].end > spans[group].start ? spans[group].end - spans[group].start : 0; /* \K can turn them round */
    return true;
}

/* What was found so far. */
struct lines {
    struct line line;
    enum lines_as as;
    enum lines_keep keep;
    json_t *all, *first;
    size_t count;
    const char *last; /* read at the end: only the last one counts, and only it has to be right */
    size_t last_len;
    int last_number;
    struct text clean, last_clean; /* a line that was not UTF-8, as it was matched; `last` if it is from there */
};

/* Patterns do not match bytes that are not UTF-8: those are replaced before. */
static void clean_line(struct lines *lines, const char **line, size_t *len)
{
    if (text_utf8_valid(*line, *len) == *len)
        return;
    text_clear(&lines->clean);
    lines->line.bad += text_add_utf8(&lines->clean, *line, *len);
    *line = lines->clean.s;
    *len = lines->clean.len;
}

static const char *keep_clean(struct lines *lines, const char *text, size_t len)
{
    if (text < lines->clean.s || text > lines->clean.s + lines->clean.len)
        return text;
    text_clear(&lines->last_clean);
    text_addn(&lines->last_clean, text, len);
    return lines->last_clean.s;
}

static void take(struct lines *lines, const char *text, size_t len, struct error *err)
{
    lines->count++;
    json_t *value;
    switch (lines->keep) {
    case LINES_COUNT: break;
    case LINES_FIRST: lines->first = read_value(&lines->line, text, len, lines->as, err); break;
    case LINES_LAST:
        lines->last = keep_clean(lines, text, len);
        lines->last_len = len;
        lines->last_number = lines->line.number;
        break;
    case LINES_ALL:
        if (lines->count > LINES_MAX)
            error_at(err, ERR_ARTIFACT, (struct pos){.file = lines->line.path}, "more than %d lines match", (int)LINES_MAX);
        else if ((value = read_value(&lines->line, text, len, lines->as, err)))
            json_array_append_new(lines->all, value);
        break;
    }
}

/* The lines of a text, ended as Python reads them: \n, \r\n or \r. */
struct cursor {
    const char *next, *end; /* what is left of the text */
    const char *stop;       /* the line feed at or after next, or end */
};

static struct cursor cursor_open(const char *bytes, size_t len)
{
    const char *stop = memchr(bytes, '\n', len);
    return (struct cursor){.next = bytes, .end = bytes + len, .stop = stop ? stop : bytes + len};
}

/* False: there is no further line. *ended: a line feed, or the end of the text, comes after it. */
static bool next_line(struct cursor *cursor, const char **line, size_t *len, bool *ended)
{
    if (cursor->next >= cursor->end)
        return false;
    *line = cursor->next;
    const char *carriage = memchr(*line, '\r', (size_t)(cursor->stop - *line));
    *len = (size_t)((carriage ? carriage : cursor->stop) - *line);
    *ended = !carriage || carriage + 1 == cursor->stop;
    cursor->next = *ended ? cursor->stop + 1 : carriage + 1;
    if (*ended && cursor->next < cursor->end) {
        cursor->stop = memchr(cursor->next, '\n', (size_t)(cursor->end - cursor->next));
        cursor->stop = cursor->stop ? cursor->stop : cursor->end;
    }
    return true;
}

static void note_all(const struct lines *lines)
{
    const struct line *line = &lines->line;
    if (line->non_finite)
        parsing_note(line->parsing, FINDING_WARNING, line->path, "%zu numbers are NaN or infinite (read as null)", line->non_finite);
    if (line->bad)
        parsing_note(line->parsing, FINDING_WARNING, line->path, "%zu bytes are not UTF-8 (read as U+FFFD)", line->bad);
}

static json_t *result_of(struct lines *lines, struct error *err)
{
    switch (lines->keep) {
    case LINES_ALL: return lines->all;
    case LINES_FIRST: return lines->first;
    case LINES_COUNT: return json_integer((json_int_t)lines->count);
    case LINES_LAST: break;
    }
    lines->line.number = lines->last_number;
    return lines->last && !err->kind ? read_value(&lines->line, lines->last, lines->last_len, lines->as, err) : NULL;
}

json_t *lines_parse(struct parsing *parsing, const char *path, const char *bytes, size_t len, const struct regex *pattern,
                    enum lines_as as, enum lines_keep keep, struct error *err)
{
    struct lines lines = {.line = {.parsing = parsing, .path = path, .number = 1}, .as = as, .keep = keep,
                          .all = keep == LINES_ALL ? json_array() : NULL, .clean = text_open(ARTIFACT_MAX),
                          .last_clean = text_open(ARTIFACT_MAX)};
    struct budget budget = budget_open();
    struct cursor cursor = cursor_open(bytes, len);
    const char *line, *text;
    size_t line_len, text_len, seen = 0;
    bool done = false, ended;
    while (!done && !err->kind && next_line(&cursor, &line, &line_len, &ended)) {
        clean_line(&lines, &line, &line_len);
        if (match_line(parsing, pattern, line, line_len, &text, &text_len, err)) {
            take(&lines, text, text_len, err);
            done = keep == LINES_FIRST;
        }
        lines.line.number += ended;
        if ((++seen % LOOK_EVERY == 0 || regex_steps(parsing->scratch) > 0) && !budget_left(&budget, err))
            error_prefix(err, "%s", path);
    }
    json_t *value = result_of(&lines, err);
    note_all(&lines);
    text_close(&lines.clean);
    text_close(&lines.last_clean);
    return value;
}
