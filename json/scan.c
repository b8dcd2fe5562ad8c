#include "json/scan.h"

#include <endian.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text.h"

#define EACH(byte) ((byte)*0x0101010101010101u)
enum { REPLACEMENT = 0xFFFD };

/* The eight bytes at p, the first one lowest. */
static inline uint64_t load8(const char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof(eight));
    return le64toh(eight);
}

const char *scan_blanks(const char *p, const char *end)
{
    for (;;) {
        while (end - p >= 8 && load8(p) == EACH(0x20u)) /* deep indentation */
            p += 8;
        if (p == end || (*p != ' ' && *p != '\n' && *p != '\r' && *p != '\t'))
            return p;
        p++;
    }
}

#ifdef __SSE2__

/* A bit for each of the 16 bytes at p that is a quote, a backslash, a control character or not ASCII. */
static inline unsigned special(const char *p)
{
    __m128i bytes = _mm_loadu_si128((const void *)p);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); /* signed: what is not ASCII is negative */
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), odd));
}
enum { AT_ONCE = 16, BITS_EACH = 1 };

#else

/* The top bit of the first byte of the eight at p that is a quote, a backslash, a control character or not ASCII is set, and
 * none below it. (Borrows can set bits above the first one only.) */
static inline uint64_t special(const char *p)
{
    uint64_t eight = load8(p), quote = eight ^ EACH(0x22u), backslash = eight ^ EACH(0x5Cu);
    uint64_t found = ((eight - EACH(0x20u)) & ~eight) | ((quote - EACH(0x01u)) & ~quote) |
                     ((backslash - EACH(0x01u)) & ~backslash) | eight;
    return found & EACH(0x80u);
}
enum { AT_ONCE = 8, BITS_EACH = 8 };

#endif

static inline bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

static inline const char *skip_plain(const char *p, const char *end)
{
    for (; end - p >= AT_ONCE; p += AT_ONCE) {
        uint64_t found = special(p);
        if (found)
            return p + __builtin_ctzll(found) / BITS_EACH;
    }
    while (p < end && is_plain(*p))
        p++;
    return p;
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int32_t scan_hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The low surrogate escape at p ("\uDC00" to "\uDFFF"), or -1. */
static int32_t low_surrogate(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int32_t code = scan_hex4(p + 2, end);
    return code >= 0xDC00 && code <= 0xDFFF ? code : -1;
}

static bool failed(struct scanned *out, const char *at, const char *expected)
{
    out->end = at;
    out->expected = expected;
    return false;
}

/* Validates the escape at p, a backslash, and moves *end_of_it behind it. */
static bool scan_escape(const char *p, const char *end, const char **end_of_it, struct scanned *out)
{
    out->escapes = true;
    static const bool known[256] = {['"'] = true, ['\\'] = true, ['/'] = true, ['b'] = true, ['f'] = true,
                                    ['n'] = true, ['r'] = true,  ['t'] = true, ['u'] = true};
    if (end - p < 2 || !known[(unsigned char)p[1]])
        return failed(out, p + 1, "one of \"\\/bfnrtu after '\\'");
    *end_of_it = p + 2;
    if (p[1] != 'u')
        return true;
    int32_t code = scan_hex4(p + 2, end);
    if (code < 0) {
        for (p += 2; p < end && hex_digit(*p) >= 0;)
            p++;
        return failed(out, p, "four hexadecimal digits after '\\u'");
    }
    *end_of_it = p + 6;
    bool high = code >= 0xD800 && code <= 0xDBFF;
    if (high && low_surrogate(p + 6, end) >= 0) {
        *end_of_it = p + 12;
        return true;
    }
    bool lone = code >= 0xD800 && code <= 0xDFFF;
    out->nul += code == 0;
    out->surrogates += lone;
    if ((lone || code == 0) && !out->first_odd)
        out->first_odd = p;
    return true;
}

bool scan_string(const char *p, const char *end, struct scanned *out)
{
    *out = (struct scanned){0};
    for (;;) {
        p = skip_plain(p, end);
        if (p == end)
            return failed(out, p, "'\"' at the end of a string");
        if (*p == '"') {
            out->end = p;
            return true;
        }
        if (*p == '\\') {
            if (!scan_escape(p, end, &p, out))
                return false;
        } else if ((unsigned char)*p < 0x20) {
            return failed(out, p, "an escape such as \\n for a control character in a string");
        } else {
            do { /* what is not ASCII seldom comes alone */
                size_t len = text_utf8(p, end);
                if (!len)
                    return failed(out, p, "UTF-8");
                p += len;
            } while (p < end && (unsigned char)*p >= 0x80);
        }
    }
}

/* Decodes the escape at p into out; *written is how many bytes that made. Returns the end of the escape. */
static const char *unescape_one(char *out, const char *p, const char *to, size_t *written)
{
    static const char meaning[128] = {
        ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    *written = 1;
    if (p[1] != 'u') {
        *out = meaning[p[1] & 0x7F];
        return p + 2;
    }
    int32_t code = scan_hex4(p + 2, to), low = low_surrogate(p + 6, to);
    p += 6;
    if (code >= 0xD800 && code <= 0xDBFF && low >= 0) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    } else if (code == 0 || (code >= 0xD800 && code <= 0xDFFF)) {
        code = REPLACEMENT;
    }
    *written = text_encode(out, (uint32_t)code);
    return p;
}

size_t scan_unescape(char *out, const char *from, const char *to)
{
    char *start = out;
    while (from < to) {
        const char *stop = memchr(from, '\\', (size_t)(to - from));
        size_t run = (size_t)((stop ? stop : to) - from), written = 0;
        memcpy(out, from, run);
        out += run;
        from += run;
        if (stop)
            from = unescape_one(out, from, to, &written);
        out += written;
    }
    return (size_t)(out - start);
}
