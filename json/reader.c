/* The event reader. Invariants: p stands behind the last token; `expect` says what may follow; depth counts the open
 * containers; keys holds a mark for each member name of the open objects, innermost last. */
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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

/* A member name of an open object: the hash of its meaning, and the offset of its quote. */
struct key_mark {
    uint64_t hash;
    size_t at;
};

struct level {
    bool object;
    size_t first_key; /* in keys */
};

struct scratch {
    char *bytes;
    size_t cap;
};

struct json_reader {
    const char *text, *p, *end, *file;
    bool strict;
    enum expect expect;
    size_t depth;
    struct key_mark *keys;
    size_t keys_n, keys_cap;
    struct scratch key_scratch, string_scratch; /* two, so that a key outlives its value's event */
    struct json_repairs repairs;
    struct error failure; /* every later call fails in the same way */
    struct level levels[JSON_DEPTH_MAX];
};

struct json_reader *json_reader_open(const char *text, size_t len, const char *file, bool strict)
{
    struct json_reader *r = memory_need(calloc(1, sizeof(*r)));
    r->text = r->p = len ? text : "";
    r->end = r->text + len;
    r->file = file ? file : "JSON";
    r->strict = strict;
    return r;
}

void json_reader_close(struct json_reader *reader)
{
    if (!reader)
        return;
    free(reader->keys);
    free(reader->key_scratch.bytes);
    free(reader->string_scratch.bytes);
    free(reader);
}

const struct json_repairs *json_reader_repairs(const struct json_reader *reader)
{
    return &reader->repairs;
}

/* --- errors --- */

static struct pos place_of(const struct json_reader *r, const char *at)
{
    struct pos pos = {.file = r->file, .line = 1, .col = 1};
    for (const char *p = r->text; p < at; p++) {
        if (*p == '\n') {
            pos.line++;
            pos.col = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            pos.col++;
        }
    }
    return pos;
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
    error_at(&r->failure, ERR_ARTIFACT, place_of(r, at), "%s (byte %zu)", said, (size_t)(at - r->text));
    return fail_as_before(r, err);
}

static bool fail_expected(struct json_reader *r, const char *at, const char *expected, struct error *err)
{
    char found[64];
    describe(found, sizeof(found), at, r->end);
    return fail(r, at, err, "expected %s, found %s", expected, found);
}

static void repair(struct json_reader *r, size_t *count, size_t n, const char *at)
{
    const struct json_repairs *all = &r->repairs;
    size_t before = all->non_finite + all->nul + all->surrogates + all->big_integers + all->repeated_keys;
    size_t offset = (size_t)(at - r->text);
    if (n && (!before || offset < r->repairs.first_offset))
        r->repairs.first_offset = offset;
    *count += n;
}

/* --- strings and keys --- */

/* The meaning of the string [from, to): the text itself, or unescaped into the scratch. */
static const char *meaning(struct scratch *scratch, const char *from, const char *to, bool escapes, size_t *len)
{
    *len = (size_t)(to - from);
    if (!escapes)
        return from;
    if (scratch->cap < *len) {
        free(scratch->bytes);
        scratch->cap = *len * 2;
        scratch->bytes = memory_need(malloc(scratch->cap));
    }
    *len = scan_unescape(scratch->bytes, from, to);
    return scratch->bytes;
}

/* Scans the string whose quote stands at p; counts what had to be mended. */
static bool take_string(struct json_reader *r, const char *p, struct scanned *s, struct error *err)
{
    if (!scan_string(p + 1, r->end, s))
        return fail_expected(r, s->end, s->expected, err);
    r->p = s->end + 1;
    if (!s->first_odd)
        return true;
    if (r->strict)
        return fail(r, s->first_odd, err, "expected no \\u0000 and no surrogate without its other half in a string");
    repair(r, &r->repairs.nul, s->nul, s->first_odd);
    repair(r, &r->repairs.surrogates, s->surrogates, s->first_odd);
    return true;
}

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static inline uint64_t hash_of(const char *s, size_t len)
{
    uint64_t hash = len, word;
    uint32_t half[2];
    const char *end = s + len;
    for (; end - s > 8; s += 8) {
        memcpy(&word, s, 8);
        hash = mix(hash, word);
    }
    if (len >= 8) {
        memcpy(&word, end - 8, 8);
        return mix(hash, word);
    }
    if (len >= 4) {
        memcpy(&half[0], s, 4);
        memcpy(&half[1], end - 4, 4);
        return mix(hash, (uint64_t)half[0] << 32 | half[1]);
    }
    if (len == 0)
        return hash;
    word = (uint64_t)(unsigned char)s[0] << 16 | (uint64_t)(unsigned char)s[len / 2] << 8 | (unsigned char)end[-1];
    return mix(hash, word);
}

static void mark_key(struct json_reader *r, const char *quote, const char *key, size_t len)
{
    if (r->keys_n == r->keys_cap) {
        r->keys_cap = r->keys_cap ? r->keys_cap * 2 : 64;
        r->keys = memory_need(realloc(r->keys, r->keys_cap * sizeof(*r->keys)));
    }
    r->keys[r->keys_n++] = (struct key_mark){hash_of(key, len), (size_t)(quote - r->text)};
}

/* The name that starts at the mark. Names are compared only when their hashes are equal. */
static const char *marked_key(struct json_reader *r, struct key_mark mark, struct scratch *scratch, size_t *len)
{
    struct scanned s;
    const char *from = r->text + mark.at + 1;
    scan_string(from, r->end, &s);
    return meaning(scratch, from, s.end, s.escapes, len);
}

static int compare_names(struct json_reader *r, struct key_mark a, struct key_mark b)
{
    size_t a_len, b_len;
    const char *a_key = marked_key(r, a, &r->key_scratch, &a_len);
    const char *b_key = marked_key(r, b, &r->string_scratch, &b_len);
    int order = memcmp(a_key, b_key, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* By hash, then name, then place: however an input chooses its names, sorting takes n log n. */
static int compare_marks(const void *a, const void *b, void *reader)
{
    const struct key_mark *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = x->at == y->at ? 0 : compare_names(reader, *x, *y);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Whether two of the marks have one hash; good for a few. */
static bool any_equal_hash(const struct key_mark *marks, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (marks[i].hash == marks[j].hash)
                return true;
    return false;
}

/* Looks for repeated names in the object that just ended, and forgets its marks. */
static bool check_names(struct json_reader *r, size_t first, struct error *err)
{
    enum { FEW = 24 };
    size_t n = r->keys_n - first, repeated = SIZE_MAX;
    r->keys_n = first;
    if (n < 2)
        return true;
    struct key_mark *marks = r->keys + first;
    if (n <= FEW && !any_equal_hash(marks, n))
        return true;
    qsort_r(marks, n, sizeof(*marks), compare_marks, r);
    for (size_t i = 1; i < n; i++) {
        if (marks[i].hash != marks[i - 1].hash || compare_names(r, marks[i], marks[i - 1]) != 0)
            continue;
        repair(r, &r->repairs.repeated_keys, 1, r->text + marks[i].at);
        repeated = marks[i].at < repeated ? marks[i].at : repeated;
    }
    if (!r->strict || repeated == SIZE_MAX)
        return true;
    struct scanned s;
    const char *name = r->text + repeated + 1;
    scan_string(name, r->end, &s);
    int shown = s.end - name > 60 ? 60 : (int)(s.end - name);
    return fail(r, r->text + repeated, err, "expected each member name once, found \"%.*s\" again", shown, name);
}

/* --- tokens; each stands at p, and `event` is NULL where the value is passed over --- */

static inline void announce(struct json_event *event, enum json_event_kind kind, const struct json_reader *r,
                            const char *start)
{
    if (event)
        *event = (struct json_event){.kind = kind, .start = (size_t)(start - r->text), .end = (size_t)(r->p - r->text)};
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
    r->levels[r->depth++] = (struct level){object, r->keys_n};
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
    return !level->object || check_names(r, level->first_key, err);
}

static bool take_key(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct scanned s;
    if (!take_string(r, p, &s, err))
        return false;
    size_t len;
    const char *key = meaning(&r->key_scratch, p + 1, s.end, s.escapes, &len);
    mark_key(r, p, key, len);
    announce(event, JSON_EVENT_KEY, r, p);
    if (event) {
        event->string = key;
        event->string_len = len;
    }
    r->p = scan_blank(r->p, r->end);
    if (r->p == r->end || *r->p != ':')
        return fail_expected(r, r->p, "':' after a member name", err);
    r->p++;
    r->expect = EXPECT_VALUE;
    return true;
}

static bool take_value_string(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct scanned s;
    if (!take_string(r, p, &s, err))
        return false;
    value_done(r);
    announce(event, JSON_EVENT_STRING, r, p);
    if (event)
        event->string = meaning(&r->string_scratch, p + 1, s.end, s.escapes, &event->string_len);
    return true;
}

/* A number that is neither an int64 nor a finite double as it stands. */
static bool mend_number(struct json_reader *r, const struct number *number, struct json_event *event, struct error *err)
{
    if (r->strict)
        return fail(r, number->start, err, "expected a number within %s", number->integer ? "64 bits" : "a double");
    if (number_overflows(number)) {
        repair(r, &r->repairs.non_finite, 1, number->start);
        announce(event, JSON_EVENT_NULL, r, number->start);
        return true;
    }
    repair(r, &r->repairs.big_integers, 1, number->start);
    announce(event, JSON_EVENT_REAL, r, number->start);
    if (event)
        event->real = number_double(number);
    return true;
}

static bool take_number(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    struct number number;
    const char *expected;
    int64_t integer;
    if (!number_scan(p, r->end, &number, &expected))
        return fail_expected(r, number.end, expected, err);
    r->p = number.end;
    value_done(r);
    if (number.integer ? !number_int64(&number, &integer) : number_overflows(&number))
        return mend_number(r, &number, event, err);
    announce(event, number.integer ? JSON_EVENT_INTEGER : JSON_EVENT_REAL, r, p);
    if (event && number.integer)
        event->integer = integer;
    else if (event)
        event->real = number_double(&number);
    return true;
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
        repair(r, &r->repairs.non_finite, words[i].repair, p);
        r->p = p + strlen(words[i].word);
        value_done(r);
        announce(event, words[i].kind, r, p);
        return true;
    }
    return fail_expected(r, p, expectation(r), err);
}

static inline bool take_value(struct json_reader *r, const char *p, struct json_event *event, struct error *err)
{
    switch (*p) {
    case '"':
        return take_value_string(r, p, event, err);
    case '{':
    case '[':
        return take_open(r, p, event, err);
    case '-':
        if (r->end - p > 1 && p[1] == 'I')
            return take_word(r, p, event, err);
        return take_number(r, p, event, err);
    default:
        return *p >= '0' && *p <= '9' ? take_number(r, p, event, err) : take_word(r, p, event, err);
    }
}

/* One token and the comma before it. */
static inline __attribute__((always_inline)) bool step(struct json_reader *r, struct json_event *event,
                                                       struct error *err)
{
    const char *p = scan_blank(r->p, r->end);
    bool object = r->depth && r->levels[r->depth - 1].object;
    if (p < r->end && *p == ',' && r->expect == EXPECT_COMMA_OR_CLOSE) {
        r->expect = object ? EXPECT_KEY : EXPECT_VALUE;
        p = scan_blank(p + 1, r->end);
    }
    char c = p < r->end ? *p : '\0';
    switch (r->expect) {
    case EXPECT_VALUE_OR_CLOSE:
        if (c == ']')
            return take_close(r, p, event, err);
        break;
    case EXPECT_VALUE:
        break;
    case EXPECT_KEY:
        return c == '"' ? take_key(r, p, event, err) : fail_expected(r, p, expectation(r), err);
    case EXPECT_KEY_OR_CLOSE:
        if (c == '"')
            return take_key(r, p, event, err);
        return c == '}' ? take_close(r, p, event, err) : fail_expected(r, p, expectation(r), err);
    case EXPECT_COMMA_OR_CLOSE:
        if (c == (object ? '}' : ']'))
            return take_close(r, p, event, err);
        return fail_expected(r, p, expectation(r), err);
    case EXPECT_END:
        r->p = p;
        announce(event, JSON_EVENT_END, r, p);
        return p == r->end || fail_expected(r, p, expectation(r), err);
    }
    if (p == r->end || c == ',' || c == ']' || c == '}')
        return fail_expected(r, p, expectation(r), err);
    return take_value(r, p, event, err);
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
    const char *p = scan_blank(reader->p, reader->end);
    bool closes = reader->expect == EXPECT_VALUE_OR_CLOSE || reader->expect == EXPECT_COMMA_OR_CLOSE;
    if (closes && p < reader->end && *p == ']')
        return true;
    do {
        if (!step_over(reader, err))
            return false;
    } while (reader->depth > depth || reader->expect == EXPECT_VALUE);
    return true;
}
