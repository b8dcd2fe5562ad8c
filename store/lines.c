#include "store/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "store/literal.h"

const char *const lines_as_words[] = {"text", "json", "python", "number", NULL};
const char *const lines_keep_words[] = {"all", "first", "last", "count", NULL};

struct line {
    struct parsing *parsing;
    const char *path;
    int number;
    size_t non_finite; /* over all lines */
};

static json_t *read_number(struct line *line, const char *text, size_t len, struct error *err)
{
    char buffer[64], *end;
    if (len && len < sizeof(buffer)) {
        memcpy(buffer, text, len);
        buffer[len] = '\0';
        double number = strtod(buffer, &end);
        if (*end == '\0' && isfinite(number))
            return json_real(number);
        if (*end == '\0') {
            line->non_finite++;
            return json_null();
        }
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
    case LINES_TEXT: return parsing_string(line->parsing, line->path, text, len);
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
    *text_len = spans[group].end - spans[group].start;
    return true;
}

json_t *lines_parse(struct parsing *parsing, const char *path, const char *bytes, size_t len, const struct regex *pattern,
                    enum lines_as as, enum lines_keep keep, struct error *err)
{
    struct line line = {.parsing = parsing, .path = path};
    json_t *all = json_array(), *value = NULL;
    json_int_t count = 0;
    bool done = false;
    for (const char *p = bytes, *end = bytes + len; p < end && !done && !err->kind;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end, *text;
        size_t text_len;
        line.number++;
        if (match_line(parsing, pattern, p, (size_t)(stop - p), &text, &text_len, err)) {
            count++;
            json_decref(value);
            value = keep == LINES_COUNT ? NULL : read_value(&line, text, text_len, as, err);
            if (keep == LINES_ALL && value) {
                json_array_append_new(all, value);
                value = NULL;
            }
            done = keep == LINES_FIRST;
        }
        p = stop + 1;
    }
    if (line.non_finite)
        parsing_note(parsing, FINDING_WARNING, path, "%zu numbers are NaN or infinite (read as null)", line.non_finite);
    if (keep == LINES_ALL)
        return all;
    json_decref(all);
    return keep == LINES_COUNT ? json_integer(count) : value;
}
