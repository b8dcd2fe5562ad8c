#include "store/exposition_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NUMBER_MAX = 200 /* characters */ };

/* A line and how far it has been read. */
struct cursor {
    const struct exposition_line *line;
    const char *at;
    struct error *err;
};

static int column(const char *start, const char *at)
{
    int col = 1;
    for (const char *p = start; p < at; p++)
        col += ((unsigned char)*p & 0xC0) != 0x80;
    return col;
}

bool exposition_line_wrong(const struct exposition_line *line, const char *at, struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_vat(err, ERR_ARTIFACT, (struct pos){.file = line->file, .line = line->number, .col = column(line->start, at)}, format, args);
    va_end(args);
    return false;
}

static bool wrong(const struct cursor *cursor, const char *expected)
{
    char found[44] = "the end of the line";
    const char *at = cursor->at, *end = cursor->line->end;
    size_t n = at < end ? text_utf8(at, end) : 0;
    if (at < end)
        snprintf(found, sizeof(found), "'%.*s'", (int)(n ? n : 1), at);
    return exposition_line_wrong(cursor->line, at, cursor->err, "expected %s, found %s", expected, found);
}

static bool is_letter(char c, bool colons)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
}

size_t exposition_name(const char *text, const char *end, bool colons)
{
    const char *p = text;
    while (p < end && (is_letter(*p, colons) || (p > text && *p >= '0' && *p <= '9')))
        p++;
    return (size_t)(p - text);
}

/* What a "decimal" is made of; whether it is one says strtod. */
static bool is_decimal(const char *text, size_t len)
{
    bool digit = false;
    for (size_t i = 0; i < len; i++) {
        digit |= text[i] >= '0' && text[i] <= '9';
        if (!(text[i] >= '0' && text[i] <= '9') && !memchr("+-.eE", text[i], 5))
            return false;
    }
    return digit;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static bool read_infinity(const char *text, size_t len, double *value)
{
    bool sign = len && (*text == '+' || *text == '-');
    double infinite = sign && *text == '-' ? -INFINITY : INFINITY;
    if (is_word(text + sign, len - sign, "inf") || is_word(text + sign, len - sign, "infinity")) {
        *value = infinite;
        return true;
    }
    *value = NAN;
    return is_word(text, len, "nan");
}

static bool read_long(const char *text, size_t len, long double *value)
{
    char buffer[NUMBER_MAX + 1], *end;
    if (!len || len > NUMBER_MAX || !is_decimal(text, len))
        return false;
    memcpy(buffer, text, len);
    buffer[len] = '\0';
    *value = strtold(buffer, &end);
    return end == buffer + len;
}

bool exposition_number(const char *text, size_t len, double *value)
{
    char buffer[NUMBER_MAX + 1], *end;
    if (!len || len > NUMBER_MAX)
        return false;
    if (!is_decimal(text, len))
        return read_infinity(text, len, value);
    memcpy(buffer, text, len);
    buffer[len] = '\0';
    *value = strtod(buffer, &end); /* not from strtold: that would round twice */
    return end == buffer + len;
}

const char *exposition_unescape(struct arena *arena, const char *text, size_t len, size_t *out_len)
{
    static const char escapes[] = "\\n\"", plain[] = "\\\n\"";
    char *out = arena_alloc(arena, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        const char *known = text[i] == '\\' && i + 1 < len && text[i + 1] ? strchr(escapes, text[i + 1]) : NULL;
        out[n++] = known ? plain[known - escapes] : text[i];
        i += known != NULL;
    }
    *out_len = n;
    return out;
}

static void skip_blanks(struct cursor *cursor)
{
    while (!cursor->line->strict && cursor->at < cursor->line->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

static bool take(struct cursor *cursor, char c)
{
    skip_blanks(cursor);
    if (cursor->at >= cursor->line->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool take_label(struct cursor *cursor, struct exposition_label *label)
{
    struct arena *arena = cursor->line->arena;
    skip_blanks(cursor);
    size_t n = exposition_name(cursor->at, cursor->line->end, false);
    if (!n)
        return wrong(cursor, "a label's name");
    label->name = arena_strndup(arena, cursor->at, n);
    cursor->at += n;
    if (!take(cursor, '='))
        return wrong(cursor, "'=' behind the label's name");
    if (!take(cursor, '"'))
        return wrong(cursor, "'\"' before the label's value");
    const char *start = cursor->at;
    while (cursor->at < cursor->line->end && *cursor->at != '"')
        cursor->at += *cursor->at == '\\' && cursor->at + 1 < cursor->line->end ? 2 : 1;
    if (cursor->at >= cursor->line->end)
        return wrong(cursor, "'\"' behind the label's value");
    label->value = exposition_unescape(arena, start, (size_t)(cursor->at - start), &label->value_len);
    cursor->at++;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct exposition_label *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static bool sort_labels(const struct cursor *cursor, struct exposition_labels *labels, const char *at)
{
    if (labels->n > 1)
        qsort(labels->v, labels->n, sizeof(*labels->v), by_name);
    for (size_t i = 1; i < labels->n; i++)
        if (strcmp(labels->v[i - 1].name, labels->v[i].name) == 0)
            return exposition_line_wrong(cursor->line, at, cursor->err, "the label '%.100s' is given twice", labels->v[i].name);
    return true;
}

/* What follows '{', to behind '}'. */
static bool take_labels(struct cursor *cursor, struct exposition_labels *out)
{
    LIST_OF(struct exposition_label) list = {0};
    const char *start = cursor->at;
    bool more = !take(cursor, '}');
    while (more) {
        if (!take_label(cursor, LIST_ADD(cursor->line->arena, &list)))
            return false;
        bool comma = take(cursor, ',');
        bool closed = (!comma || !cursor->line->strict) && take(cursor, '}');
        if (!comma && !closed)
            return wrong(cursor, "',' or '}' behind a label");
        more = !closed;
    }
    *out = (struct exposition_labels){list.v, list.n};
    return sort_labels(cursor, out, start);
}

/* The text up to the next blank. */
static const char *take_word(struct cursor *cursor, size_t *len)
{
    const char *start = cursor->at;
    while (cursor->at < cursor->line->end && *cursor->at != ' ' && (cursor->line->strict || *cursor->at != '\t'))
        cursor->at++;
    *len = (size_t)(cursor->at - start);
    return start;
}

static bool take_value(struct cursor *cursor, double *value)
{
    size_t len;
    const char *word = take_word(cursor, &len);
    if (exposition_number(word, len, value))
        return true;
    return exposition_line_wrong(cursor->line, word, cursor->err, "'%.*s': expected a number as the value",
                                  (int)(len < 60 ? len : 60), word);
}

static bool is_whole(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!(text[i] >= '0' && text[i] <= '9') && !(i == 0 && (*text == '-' || *text == '+')))
            return false;
    return true;
}

static bool take_time(struct cursor *cursor, bool *has_time, long double *time)
{
    size_t len;
    const char *word = take_word(cursor, &len);
    bool strict = cursor->line->strict;
    *has_time = read_long(word, len, time) && isfinite((double)*time) && (strict || is_whole(word, len));
    if (!strict)
        *time /= 1000;
    if (*has_time)
        return true;
    return exposition_line_wrong(cursor->line, word, cursor->err, "'%.*s': expected a time in %s", (int)(len < 60 ? len : 60), word,
                                  strict ? "seconds" : "whole milliseconds");
}

static size_t characters(const char *text, size_t len)
{
    return (size_t)column(text, text + len) - 1;
}

/* What follows "# ". */
static bool take_exemplar(struct cursor *cursor, struct exposition_point *point)
{
    struct exposition_exemplar *exemplar = ARENA_NEW(cursor->line->arena, struct exposition_exemplar);
    const char *start = cursor->at;
    size_t n = 0;
    if (!take(cursor, '{'))
        return wrong(cursor, "'{' and the labels of an exemplar");
    if (!take_labels(cursor, &exemplar->labels))
        return false;
    for (size_t i = 0; i < exemplar->labels.n; i++)
        n += strlen(exemplar->labels.v[i].name) + characters(exemplar->labels.v[i].value, exemplar->labels.v[i].value_len);
    if (n > EXPOSITION_EXEMPLAR_MAX)
        return exposition_line_wrong(cursor->line, start, cursor->err, "the exemplar's labels have more than %d characters",
                                      (int)EXPOSITION_EXEMPLAR_MAX);
    if (!take(cursor, ' '))
        return wrong(cursor, "a blank and the exemplar's value");
    point->exemplar = exemplar;
    return take_value(cursor, &exemplar->value) &&
           (!take(cursor, ' ') || take_time(cursor, &exemplar->has_time, &exemplar->time));
}

/* What may follow the value: a time, an exemplar, or both. */
static bool take_rest(struct cursor *cursor, struct exposition_point *point)
{
    const char *end = cursor->line->end;
    if (!cursor->line->strict) {
        skip_blanks(cursor);
        if (cursor->at < end && !take_time(cursor, &point->has_time, &point->time))
            return false;
        skip_blanks(cursor);
        return cursor->at == end || wrong(cursor, "the end of the line behind the time");
    }
    bool blank = take(cursor, ' ');
    if (blank && !(cursor->at < end && *cursor->at == '#')) {
        if (!take_time(cursor, &point->has_time, &point->time))
            return false;
        blank = take(cursor, ' ');
    }
    if (blank && !(take(cursor, '#') && take(cursor, ' ')))
        return wrong(cursor, "'# ' and an exemplar");
    if (blank && !take_exemplar(cursor, point))
        return false;
    return cursor->at == end || wrong(cursor, "the end of the line");
}

bool exposition_line_read(const struct exposition_line *line, struct exposition_point *point, struct error *err)
{
    struct cursor cursor = {.line = line, .at = line->start, .err = err};
    *point = (struct exposition_point){0};
    skip_blanks(&cursor);
    size_t n = exposition_name(cursor.at, line->end, true);
    if (!n)
        return wrong(&cursor, "a metric's name");
    point->name = arena_strndup(line->arena, cursor.at, n);
    cursor.at += n;
    const char *before = cursor.at;
    bool labels = take(&cursor, '{');
    if (labels && !take_labels(&cursor, &point->labels))
        return false;
    if (line->strict ? !take(&cursor, ' ') : !labels && cursor.at == before)
        return wrong(&cursor, labels ? "a blank and a value" : "'{' or a blank and a value");
    skip_blanks(&cursor);
    return take_value(&cursor, &point->value) && take_rest(&cursor, point);
}
