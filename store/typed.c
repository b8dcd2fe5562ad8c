#include "store/typed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/duration.h"
#include "base/moment.h"
#include "base/text.h"
#include "json/number.h"
#include "json/read.h"
#include "store/literal.h"
#include "store/quantity.h"

const char *const typed_words[] = {"text", "json", "python", "number", "int", "float", "bool", "quantity", "moment", "duration", "auto", NULL};

enum { SHORT_MAX = 400 /* bytes of a number or a time */ };

static json_t *wrong(const struct typed_text *text, const char *expected, struct error *err)
{
    error_at(err, ERR_ARTIFACT, text->at, "%s%s'%.*s': expected %s", text->what ? text->what : "", text->what ? ": " : "",
             text_cut(text->text, text->len, 40), text->text, expected);
    return NULL;
}

/* The same, in the words of another reader that was not told the place. */
static json_t *wrong_as(const struct typed_text *text, const struct error *why, struct error *err)
{
    error_at(err, ERR_ARTIFACT, text->at, "%s%s%s", text->what ? text->what : "", text->what ? ": " : "", why->text);
    return NULL;
}

/* ---- numbers ---- */

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

static bool is_word(const char *p, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(p, word, len) == 0;
}

static json_t *null_for(struct typed_mended *mended)
{
    mended->non_finite++;
    return json_null();
}

struct shape {
    bool integer, padded; /* padded: a 0 before further digits */
};

/* "[digits][.[digits]][e[sign]digits]" with a digit before the exponent. */
static bool has_shape(const char *p, const char *end, struct shape *shape)
{
    const char *first = p;
    while (is_digit(p, end))
        p++;
    size_t digits = (size_t)(p - first);
    *shape = (struct shape){.integer = true, .padded = digits > 1 && *first == '0'};
    if (p < end && *p == '.') {
        shape->integer = false;
        const char *fraction = ++p;
        while (is_digit(p, end))
            p++;
        digits += (size_t)(p - fraction);
    }
    if (digits && p < end && (*p | 32) == 'e') {
        shape->integer = false;
        p++;
        p += p < end && (*p == '-' || *p == '+');
        if (!is_digit(p, end))
            return false;
        while (is_digit(p, end))
            p++;
    }
    return digits && p == end;
}

/* A text of that shape in the spelling of JSON, whose reader rounds exactly: "+.5e3" is "0.5e3". */
static size_t plain_number(const char *p, const char *end, bool negative, char *out)
{
    size_t n = 0;
    if (negative)
        out[n++] = '-';
    while (end - p > 1 && *p == '0' && is_digit(p + 1, end))
        p++;
    if (p < end && *p == '.')
        out[n++] = '0';
    for (; p < end; p++) {
        bool bare_point = *p == '.' && !is_digit(p + 1, end);
        if (!bare_point)
            out[n++] = *p;
    }
    return n;
}

/* A number, or NULL: it is none (without error). `integers`: those are kept as such. */
static json_t *number_of(const struct typed_text *text, bool integers, bool names, struct typed_mended *mended)
{
    const char *p = text->text, *end = p + text->len;
    char plain[SHORT_MAX + 4];
    const char *expected;
    struct number number;
    struct shape shape;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    size_t n = (size_t)(end - p);
    if (is_word(p, n, "nan") || is_word(p, n, "inf") || is_word(p, n, "infinity"))
        return null_for(mended);
    if (n > SHORT_MAX || !has_shape(p, end, &shape) || (names && shape.padded))
        return NULL;
    n = plain_number(p, end, negative, plain);
    int64_t whole;
    if (!number_scan(plain, plain + n, &number, &expected) || number.end != plain + n)
        return NULL;
    if (integers && shape.integer && number_int64(&number, &whole))
        return memory_need(json_integer(whole));
    if (names && shape.integer)
        return NULL;
    double real = number_double(&number);
    return isfinite(real) ? memory_need(json_real(real)) : null_for(mended);
}

static json_t *read_number(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    json_t *value = number_of(text, false, false, mended);
    return value ? value : wrong(text, "a number", err);
}

static json_t *read_int(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    const char *p = text->text + (text->len && (*text->text == '-' || *text->text == '+'));
    json_t *value = is_digit(p, text->text + text->len) ? number_of(text, true, false, mended) : NULL;
    if (json_is_integer(value))
        return value;
    json_decref(value);
    return wrong(text, "a whole number within 64 bits", err);
}

static json_t *read_quantity(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    char quantity[SHORT_MAX];
    double value;
    (void)mended;
    if (text->len >= sizeof(quantity) || memchr(text->text, '\0', text->len))
        return wrong(text, "a quantity, as in '500m' or '1.5Gi'", err);
    memcpy(quantity, text->text, text->len);
    quantity[text->len] = '\0';
    struct error why = {0};
    return quantity_parse(quantity, (struct pos){0}, &value, &why) ? memory_need(json_real(value)) : wrong_as(text, &why, err);
}

static json_t *read_bool(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    (void)mended;
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is_word(text->text, text->len, words[i]))
            return json_boolean(i % 2);
    return wrong(text, "true or false (or yes, no, on, off, 1, 0)", err);
}

/* ---- times ---- */

static json_t *moment_members(struct moment moment)
{
    char iso[MOMENT_TEXT_MAX];
    moment_isoformat(moment, 'T', iso);
    return memory_need(json_pack("{s:s s:s# s:f s:I}", "iso", iso, "date", iso, 10, "epoch", moment_seconds(moment), "us", (json_int_t)moment.us));
}

json_t *typed_moment_of_seconds(double seconds)
{
    struct moment moment;
    struct error ignored = {0};
    return moment_epoch(seconds, (struct pos){0}, &moment, &ignored) ? moment_members(moment) : NULL;
}

json_t *typed_moment(const char *text, size_t len)
{
    static const enum moment_form forms[] = {MOMENT_ISO, MOMENT_SHELL, MOMENT_ANSIBLE};
    char buffer[SHORT_MAX];
    struct moment moment;
    if (len >= sizeof(buffer) || memchr(text, '\0', len))
        return NULL;
    memcpy(buffer, text, len);
    buffer[len] = '\0';
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct error ignored = {0};
        if (moment_parse(buffer, forms[i], (struct pos){0}, &moment, &ignored))
            return moment_members(moment);
    }
    return NULL;
}

static json_t *read_moment(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    (void)mended;
    json_t *value = typed_moment(text->text, text->len);
    return value ? value : wrong(text, "a time, as '2025-01-06T08:00:00Z' or '2025-01-06 08:00:00,123'", err);
}

static json_t *read_duration(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    char buffer[SHORT_MAX];
    double seconds;
    (void)mended;
    bool ok = text->len < sizeof(buffer) && !memchr(text->text, '\0', text->len);
    if (ok) {
        memcpy(buffer, text->text, text->len);
        buffer[text->len] = '\0';
    }
    return ok && duration_parse(buffer, &seconds) ? memory_need(json_real(seconds))
                                                  : wrong(text, "a duration, as '1h2m3.5s', '300ms' or '01:02:03'", err);
}

/* ---- the rest ---- */

static json_t *read_text(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    (void)mended, (void)err;
    return memory_need(json_stringn_nocheck(text->text, text->len));
}

static json_t *read_auto(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    struct typed_text trimmed = *text;
    text_trim(&trimmed.text, &trimmed.len);
    if (!text->len)
        return json_null();
    json_t *value = number_of(&trimmed, true, true, mended);
    return value ? value : read_text(text, mended, err);
}

static json_t *read_python(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    struct literal found = {0};
    json_t *value = literal_parse(text->text, text->len, text->at, &found, err);
    mended->non_finite += found.non_finite;
    return value;
}

/* The reader counts lines and columns from the start of its text: "JSON:1:8: expected a value (byte 7)". */
json_t *typed_json(const char *text, size_t len, const struct json_read_options *options, struct pos at, struct error *err)
{
    struct error why = {0};
    json_t *value = json_read(text, len, options, &why);
    if (value)
        return value;
    char *rest = why.text;
    long line = strncmp(rest, "JSON:", 5) == 0 ? strtol(rest + 5, &rest, 10) : 0;
    long col = *rest == ':' ? strtol(rest + 1, &rest, 10) : 0;
    const char *what = line && col && strncmp(rest, ": ", 2) == 0 ? rest + 2 : why.text;
    const char *offset = strstr(what, " (byte "); /* of the small text: of no use to anybody */
    at.col = line > 1 ? (int)col : at.col && col ? at.col + (int)col - 1 : at.col;
    at.line += line > 1 ? (int)line - 1 : 0;
    error_at(err, why.kind, at, "%.*s", (int)(offset ? (size_t)(offset - what) : strlen(what)), what);
    return NULL;
}

static json_t *read_json(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    struct json_repairs repairs = {0};
    json_t *value = typed_json(text->text, text->len, &(struct json_read_options){.repairs = &repairs}, text->at, err);
    mended->non_finite += repairs.non_finite;
    return value;
}

static const struct {
    json_t *(*read)(const struct typed_text *text, struct typed_mended *mended, struct error *err);
    bool trim;
} readers[] = {
    [TYPED_TEXT] = {read_text, false},     [TYPED_JSON] = {read_json, false},         [TYPED_PYTHON] = {read_python, false},
    [TYPED_NUMBER] = {read_number, true},  [TYPED_INT] = {read_int, true},            [TYPED_FLOAT] = {read_number, true},
    [TYPED_BOOL] = {read_bool, true},      [TYPED_QUANTITY] = {read_quantity, true},  [TYPED_MOMENT] = {read_moment, true},
    [TYPED_DURATION] = {read_duration, true}, [TYPED_AUTO] = {read_auto, false},
};

json_t *typed_read(const struct typed_text *text, struct typed_mended *mended, struct error *err)
{
    struct typed_text trimmed = *text;
    if (readers[text->as].trim)
        text_trim(&trimmed.text, &trimmed.len);
    return readers[text->as].read(&trimmed, mended, err);
}
