/* The event reader. Invariants: p stands behind the last token, or behind blanks and a comma after it; `expect` says what may
 * follow; depth counts the open containers.
 * The text comes through a window. A token that touches the window's end, which is not the text's, is taken anew once there is
 * more: until a token is complete nothing is counted or changed. */
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/window.h"
#include "json/member_names.h"
#include "json/number.h"
#include "json/scan.h"

enum expect {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_CLOSE, /* behind '[' */
    EXPECT_KEY,
    EXPECT_KEY_OR_CLOSE, /* behind '{' */
    EXPECT_COMMA_OR_CLOSE,
    EXPECT_END
};

enum {
    AHEAD = 64,              /* bytes that are there when a token starts: more than any word, and what errors show */
    TOKEN_MAX = 64 << 20     /* of a text that comes in windows */
};

struct level {
    bool object;
    size_t first_name; /* in names */
};

struct scratch {
    char *bytes;
    size_t n, cap;
};

struct json_reader {
    const char *text, *p, *end; /* the window; all of a text in memory */
    size_t offset;              /* of the window in the text */
    bool last, windowed;        /* the text ends at `end`; it did not from the start */
    struct text_place place;    /* of `placed` */
    const char *placed;         /* in the window: lines were counted up to here */
    struct window window;
    const char *file;
    bool strict;
    enum expect expect;
    size_t depth;
    struct member_names names; /* of the open objects that are not passed over */
    struct scratch key_scratch, string_scratch; /* two, so that a key outlives its value's event */
    struct json_repairs repairs;
    struct error failure; /* every later call fails in the same way */
    struct level levels[JSON_DEPTH_MAX];
};

static struct json_reader *open_window(struct window window, const char *file, bool strict)
{
    struct json_reader *r = memory_need(calloc(1, sizeof(*r)));
    r->window = window;
    r->text = r->p = r->placed = window.start;
    r->end = window.end;
    r->last = window.last;
    r->windowed = !window.last;
    r->place = (struct text_place){.line = 1, .col = 1};
    r->file = file ? file : "JSON";
    r->strict = strict;
    return r;
}

struct json_reader *json_reader_open(const char *text, size_t len, const char *file, bool strict)
{
    return open_window(window_of_text(text, len), file, strict);
}

struct json_reader *json_reader_open_content(struct content *content, size_t window, const char *file, bool strict)
{
    return open_window(window_open(content, window ? window : WINDOW_SIZE, TOKEN_MAX, "a JSON string or number"), file, strict);
}

void json_reader_close(struct json_reader *reader)
{
    if (!reader)
        return;
    window_close(&reader->window);
    member_names_close(&reader->names);
    free(reader->key_scratch.bytes);
    free(reader->string_scratch.bytes);
    free(reader);
}

const struct json_repairs *json_reader_repairs(const struct json_reader *reader)
{
    return &reader->repairs;
}

/* --- errors --- */

static size_t offset_of(const struct json_reader *r, const char *at)
{
    return r->offset + (size_t)(at - r->text);
}

static struct pos place_of(const struct json_reader *r, const char *at)
{
    struct text_place place = r->place;
    text_place_move(&place, r->placed, at);
    return (struct pos){.file = r->file, .line = place.line, .col = place.col};
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What stands at `at`, in words: a word, a character, a byte or the end. */
static void describe(char *out, size_t size, const char *at, const char *end)
{
    size_t len = 0, left = (size_t)(end - at);
    if (left == 0) {
        snprintf(out, size, "the end of the text");
        return;
    }
    while (len < left && len < 20 && is_word(at[len]))
        len++;
    if (!len)
        len = text_utf8(at, end);
    if (left >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0)
        snprintf(out, size, "a byte order mark");
    else if (!len)
        snprintf(out, size, "the byte 0x%02x", (unsigned char)*at);
    else if ((unsigned char)*at < 0x20 || *at == 0x7F)
        snprintf(out, size, "the control character U+%04X", (unsigned char)*at);
    else
        snprintf(out, size, *at == '\'' ? "%.*s" : "'%.*s'", (int)len, at);
}

static bool fail_as_before(const struct json_reader *r, struct error *err)
{
    if (err && err->kind == ERR_NONE)
        *err = r->failure;
    return false;
}

__attribute__((format(printf, 4, 5))) static bool fail(struct json_reader *r, const char *at, struct error *err,
                                                       const char *format, ...)
{
    va_list args;
    char said[256];
    va_start(args, format);
    vsnprintf(said, sizeof(said), format, args);
    va_end(args);
    error_at(&r->failure, ERR_ARTIFACT, place_of(r, at), "%s (byte %zu)", said, offset_of(r, at));
    return fail_as_before(r, err);
}

/* Reads on and drops what stands before p: the window starts at p. */
static bool more(struct json_reader *r, struct error *err)
{
    text_place_move(&r->place, r->placed, r->p);
    bool ok = window_more(&r->window, r->p, &r->failure);
    r->text = r->p = r->placed = r->window.start;
    r->end = r->window.end;
    r->offset = (size_t)r->window.offset;
    r->last = r->window.last;
    return ok || fail_as_before(r, err);
}

/* Whether what is wrong, or ends, at `at` may be so only because the window ends there. */
static inline bool is_cut(const struct json_reader *r, const char *at)
{
    return !r->last && r->end - at < AHEAD;
}

static bool fail_expected(struct json_reader *r, const char *at, const char *expected, struct error *err)
{
    char found[64];
    r->p = at;
    while (is_cut(r, r->p)) /* what is there is to be shown whole */
        if (!more(r, err))
            return false;
    describe(found, sizeof(found), r->p, r->end);
    return fail(r, r->p, err, "expected %s, found %s", expected, found);
}

static void repair(struct json_reader *r, size_t *count, size_t n, size_t at)
{
    const struct json_repairs *all = &r->repairs;
    size_t before = all->non_finite + all->nul + all->surrogates + all->big_integers + all->repeated_keys;
    if (n && (!before || at < r->repairs.first_offset))
        r->repairs.first_offset = at;
    *count += n;
}

/* --- strings and member names --- */

static char *room(struct scratch *scratch, size_t n)
{
    if (scratch->cap - scratch->n < n) {
        scratch->cap = (scratch->n + n) * 2;
        scratch->bytes = memory_need(realloc(scratch->bytes, scratch->cap));
    }
    return scratch->bytes + scratch->n;
}

/* The meaning of the string [from, to): the text itself, or unescaped into the scratch. */
static const char *meaning(struct scratch *scratch, const char *from, const char *to, bool escapes, size_t *len)
{
    *len = (size_t)(to - from);
    if (!escapes)
        return from;
    char *out = room(scratch, *len);
    *len = scan_unescape(out, from, to);
    return out;
}

enum taken { TAKEN, TAKEN_CUT, TAKEN_FAILED };

/* Scans the string whose quote stands at p. */
static inline enum taken take_string(struct json_reader *r, const char *p, struct scanned *s, struct error *err)
{
    if (scan_string(p + 1, r->end, s))
        return TAKEN;
    if (is_cut(r, s->end))
        return TAKEN_CUT;
    fail_expected(r, s->end, s->expected, err);
    return TAKEN_FAILED;
}

/* Counts what had to be mended in a string. */
static bool mend_string(struct json_reader *r, const struct scanned *s, struct error *err)
{
    if (r->strict)
        return fail(r, s->first_odd, err, "expected no \\u0000 and no surrogate without its other half in a string");
    repair(r, &r->repairs.nul, s->nul, offset_of(r, s->first_odd));
    repair(r, &r->repairs.surrogates, s->surrogates, offset_of(r, s->first_odd));
    return true;
}

static void mark_name(struct json_reader *r, const char *quote, const char *name, size_t len)
{
    struct member_name *mark = member_names_add(&r->names, name, len);
    mark->at = offset_of(r, quote);
    if (r->windowed && r->strict) {
        text_place_move(&r->place, r->placed, quote);
        r->placed = quote;
        mark->place = r->place;
    }
}

static bool fail_repeated(struct json_reader *r, const struct member_name *mark, struct error *err)
{
    struct pos pos = {.file = r->file, .line = mark->place.line, .col = mark->place.col};
    if (!r->windowed)
        pos = place_of(r, r->text + mark->at);
    int shown = mark->len > 60 ? 60 : (int)mark->len;
    error_at(&r->failure, ERR_ARTIFACT, pos, "expected each member name once, found \"%.*s\" again (byte %zu)", shown,
             r->names.bytes + mark->start, mark->at);
    return fail_as_before(r, err);
}

/* Counts the repeated names in the object that just ended. */
static bool check_names(struct json_reader *r, size_t first, struct error *err)
{
    size_t repeated;
    const struct member_name *earliest = member_names_end(&r->names, first, &repeated);
    if (!earliest)
        return true;
    repair(r, &r->repairs.repeated_keys, repeated, earliest->at);
    return !r->strict || fail_repeated(r, earliest, err);
}

/* --- tokens; each stands at p, and `event` is NULL where the value is passed over --- */

static inline void announce(struct json_event *event, enum json_event_kind kind, const struct json_reader *r,
                            const char *start)
{
    if (event)
        *event = (struct json_event){.kind = kind, .start = offset_of(r, start), .end = offset_of(r, r->p)};
}

static inline void value_done(struct json_reader *r)
{
    r->expect = r->depth ? EXPECT_COMMA_OR_CLOSE : EXPECT_END;
}

static bool take_open(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    if (r->depth == JSON_DEPTH_MAX)
        return fail(r, p, err, "expected at most %d nested arrays and objects", JSON_DEPTH_MAX);
    bool object = *p == '{';
    r->levels[r->depth++] = (struct level){object, r->names.n};
    r->p = p + 1;
    r->expect = object ? EXPECT_KEY_OR_CLOSE : EXPECT_VALUE_OR_CLOSE;
    announce(event, object ? JSON_EVENT_OBJECT_OPEN : JSON_EVENT_ARRAY_OPEN, r, p);
    return true;
}

static bool take_close(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct level *level = &r->levels[--r->depth];
    r->p = p + 1;
    value_done(r);
    announce(event, level->object ? JSON_EVENT_OBJECT_CLOSE : JSON_EVENT_ARRAY_CLOSE, r, p);
    return !level->object || check_names(r, level->first_name, err);
}

static enum taken take_key(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct scanned s;
    enum taken taken = take_string(r, p, &s, err);
    if (taken != TAKEN)
        return taken;
    const char *colon = s.end + 1 < r->end && s.end[1] == ':' ? s.end + 1 : scan_blank(s.end + 1, r->end);
    if (colon == r->end && !r->last)
        return TAKEN_CUT;
    if (s.first_odd && !mend_string(r, &s, err))
        return TAKEN_FAILED;
    r->p = s.end + 1;
    announce(event, JSON_EVENT_KEY, r, p);
    if (event) {
        const char *key = meaning(&r->key_scratch, p + 1, s.end, s.escapes, &event->string_len);
        if (r->windowed && !s.escapes) /* it outlives the event of its value */
            key = memcpy(room(&r->key_scratch, event->string_len + 1), key, event->string_len);
        mark_name(r, p, key, event->string_len);
        event->string = key;
    }
    if (colon == r->end || *colon != ':')
        return fail_expected(r, colon, "':' after a member name", err) ? TAKEN : TAKEN_FAILED;
    r->p = colon + 1;
    r->expect = EXPECT_VALUE;
    return TAKEN;
}

static inline enum taken take_value_string(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct scanned s;
    enum taken taken = take_string(r, p, &s, err);
    if (taken != TAKEN)
        return taken;
    if (s.first_odd && !mend_string(r, &s, err))
        return TAKEN_FAILED;
    r->p = s.end + 1;
    value_done(r);
    announce(event, JSON_EVENT_STRING, r, p);
    if (event)
        event->string = meaning(&r->string_scratch, p + 1, s.end, s.escapes, &event->string_len);
    return TAKEN;
}

/* A number that is neither an int64 nor a finite double as it stands. */
static bool mend_number(struct json_reader *r, const struct number *number, struct json_event *event, struct error *err)
{
    if (r->strict)
        return fail(r, number->start, err, "expected a number within %s", number->integer ? "64 bits" : "a double");
    if (number_overflows(number)) {
        repair(r, &r->repairs.non_finite, 1, offset_of(r, number->start));
        announce(event, JSON_EVENT_NULL, r, number->start);
        return true;
    }
    repair(r, &r->repairs.big_integers, 1, offset_of(r, number->start));
    announce(event, JSON_EVENT_REAL, r, number->start);
    if (event)
        event->real = number_double(number);
    return true;
}

static inline enum taken take_number(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct number number;
    const char *expected;
    int64_t integer;
    bool ok = number_scan(p, r->end, &number, &expected);
    if (number.end == r->end && !r->last)
        return TAKEN_CUT;
    if (!ok) {
        fail_expected(r, number.end, expected, err);
        return TAKEN_FAILED;
    }
    r->p = number.end;
    value_done(r);
    if (number.integer ? !number_int64(&number, &integer) : number_overflows(&number))
        return mend_number(r, &number, event, err) ? TAKEN : TAKEN_FAILED;
    announce(event, number.integer ? JSON_EVENT_INTEGER : JSON_EVENT_REAL, r, p);
    if (event && number.integer)
        event->integer = integer;
    else if (event)
        event->real = number_double(&number);
    return TAKEN;
}

static const char *expectation(const struct json_reader *r)
{
    bool object = r->depth && r->levels[r->depth - 1].object;
    switch (r->expect) {
    case EXPECT_VALUE:
        return r->depth && !object ? "a value after ','" : object ? "a value after ':'" : "a value";
    case EXPECT_VALUE_OR_CLOSE:
        return "a value or ']'";
    case EXPECT_KEY:
        return "a member name in double quotes after ','";
    case EXPECT_KEY_OR_CLOSE:
        return "a member name in double quotes or '}'";
    case EXPECT_COMMA_OR_CLOSE:
        return object ? "',' or '}' after a member" : "',' or ']' after an element";
    case EXPECT_END:
        break;
    }
    return "the end of the text";
}

static bool starts_with(const struct json_reader *r, const char *p, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(r->end - p) >= len && memcmp(p, word, len) == 0 && (p + len == r->end || !is_word(p[len]));
}

static bool take_word(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    static const struct {
        const char *word;
        enum json_event_kind kind;
        bool repair;
    } words[] = {
        {"true", JSON_EVENT_TRUE, false}, {"false", JSON_EVENT_FALSE, false},  {"null", JSON_EVENT_NULL, false},
        {"NaN", JSON_EVENT_NULL, true},   {"Infinity", JSON_EVENT_NULL, true}, {"-Infinity", JSON_EVENT_NULL, true},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!starts_with(r, p, words[i].word))
            continue;
        if (words[i].repair && r->strict)
            return fail(r, p, err, "expected a value, found '%s', which JSON cannot say", words[i].word);
        repair(r, &r->repairs.non_finite, words[i].repair, offset_of(r, p));
        r->p = p + strlen(words[i].word);
        value_done(r);
        announce(event, words[i].kind, r, p);
        return true;
    }
    return fail_expected(r, p, expectation(r), err);
}

static inline enum taken of(bool ok)
{
    return ok ? TAKEN : TAKEN_FAILED;
}

static inline enum taken take_value(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    switch (*p) {
    case '"':
        return take_value_string(r, p, event, err);
    case '{':
    case '[':
        return of(take_open(r, p, event, err));
    case '-':
        if (r->end - p > 1 && p[1] == 'I')
            return of(take_word(r, p, event, err));
        return take_number(r, p, event, err);
    default:
        return *p >= '0' && *p <= '9' ? take_number(r, p, event, err) : of(take_word(r, p, event, err));
    }
}

/* The token at p, which is not there only at the end of the text. */
static inline __attribute__((always_inline)) enum taken take(struct json_reader *r, const char *p, struct json_event *event,
                                                             struct error *err)
{
    char c = p < r->end ? *p : '\0';
    switch (r->expect) {
    case EXPECT_VALUE_OR_CLOSE:
        if (c == ']')
            return of(take_close(r, p, event, err));
        break;
    case EXPECT_VALUE:
        break;
    case EXPECT_KEY:
        return c == '"' ? take_key(r, p, event, err) : of(fail_expected(r, p, expectation(r), err));
    case EXPECT_KEY_OR_CLOSE:
        if (c == '"')
            return take_key(r, p, event, err);
        return of(c == '}' ? take_close(r, p, event, err) : fail_expected(r, p, expectation(r), err));
    case EXPECT_COMMA_OR_CLOSE:
        if (c == (r->levels[r->depth - 1].object ? '}' : ']'))
            return of(take_close(r, p, event, err));
        return of(fail_expected(r, p, expectation(r), err));
    case EXPECT_END:
        r->p = p;
        announce(event, JSON_EVENT_END, r, p);
        return of(p == r->end || fail_expected(r, p, expectation(r), err));
    }
    if (p == r->end || c == ',' || c == ']' || c == '}')
        return of(fail_expected(r, p, expectation(r), err));
    return take_value(r, p, event, err);
}

/* Passes blanks and a comma, until the next token has its first bytes in the window; r->p is there. */
static bool approach(struct json_reader *r, struct error *err)
{
    for (;;) {
        r->p = scan_blank(r->p, r->end);
        if (r->p < r->end && *r->p == ',' && r->expect == EXPECT_COMMA_OR_CLOSE) {
            r->expect = r->levels[r->depth - 1].object ? EXPECT_KEY : EXPECT_VALUE;
            r->p = scan_blank(r->p + 1, r->end);
        }
        if (r->last || r->end - r->p >= AHEAD)
            return true;
        if (!more(r, err))
            return false;
    }
}

/* One token and the comma before it. */
static inline __attribute__((always_inline)) bool step(struct json_reader *r, struct json_event *event, struct error *err)
{
    if (!approach(r, err))
        return false;
    enum taken taken;
    while ((taken = take(r, r->p, event, err)) == TAKEN_CUT)
        if (!more(r, err))
            return false;
    return taken == TAKEN;
}

static bool step_over(struct json_reader *r, struct error *err)
{
    return step(r, NULL, err);
}

bool json_reader_next(struct json_reader *reader, struct json_event *event, struct error *err)
{
    if (reader->failure.kind != ERR_NONE)
        return fail_as_before(reader, err);
    return step(reader, event, err);
}

bool json_reader_leave(struct json_reader *reader, struct error *err)
{
    size_t depth = reader->depth;
    if (reader->failure.kind != ERR_NONE)
        return fail_as_before(reader, err);
    while (depth && reader->depth >= depth)
        if (!step_over(reader, err))
            return false;
    return true;
}

bool json_reader_skip(struct json_reader *reader, struct error *err)
{
    size_t depth = reader->depth;
    if (reader->failure.kind != ERR_NONE)
        return fail_as_before(reader, err);
    if (!approach(reader, err))
        return false;
    bool closes = reader->expect == EXPECT_VALUE_OR_CLOSE || reader->expect == EXPECT_COMMA_OR_CLOSE;
    if (closes && reader->p < reader->end && *reader->p == ']')
        return true;
    do {
        if (!step_over(reader, err))
            return false;
    } while (reader->depth > depth || reader->expect == EXPECT_VALUE);
    return true;
}
