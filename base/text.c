#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/arena.h"

static char empty[1] = ""; /* what a text without memory shows; never written to */

struct text text_open(size_t max)
{
    return (struct text){.s = empty, .max = max};
}

void text_close(struct text *text)
{
    if (text->cap)
        free(text->s);
    *text = text_open(text->max);
}

void text_clear(struct text *text)
{
    text->len = 0;
    text->over = false;
    if (text->cap)
        text->s[0] = '\0';
}

char *text_room(struct text *text, size_t n)
{
    if (text->over)
        return NULL;
    if (n > text->max || text->len > text->max - n) {
        text->over = true;
        return NULL;
    }
    size_t need = text->len + n + 1;
    if (need > text->cap) {
        size_t cap = text->cap ? text->cap : 64;
        while (cap < need)
            cap *= 2;
        text->s = memory_need(realloc(text->cap ? text->s : NULL, cap));
        text->cap = cap;
    }
    return text->s + text->len;
}

void text_addn(struct text *text, const char *more, size_t len)
{
    char *to = text_room(text, len);
    if (!to)
        return;
    if (len)
        memcpy(to, more, len);
    to[len] = '\0';
    text->len += len;
}

void text_add(struct text *text, const char *more)
{
    text_addn(text, more, strlen(more));
}

size_t text_add_utf8(struct text *text, const char *bytes, size_t len)
{
    size_t bad = 0;
    for (const char *p = bytes, *end = bytes + len; p < end;) {
        size_t good = text_utf8_valid(p, (size_t)(end - p));
        text_addn(text, p, good);
        p += good;
        if (p < end) {
            text_addn(text, "\xEF\xBF\xBD", 3);
            bad++;
            p++;
        }
    }
    return bad;
}

void text_addc(struct text *text, char c)
{
    text_addn(text, &c, 1);
}

/* A character of more than one byte that breaks a line, steers a terminal or turns the direction of what follows: its number,
 * with its length in *len; else 0. C1 controls, line and paragraph separators, directional overrides. */
static unsigned breaking(const unsigned char *s, size_t *len)
{
    if (s[0] == 0xC2 && s[1] >= 0x80 && s[1] <= 0x9F) {
        *len = 2;
        return s[1];
    }
    *len = 3;
    if (s[0] == 0xE2 && s[1] == 0x80 && s[2] >= 0xA8 && s[2] <= 0xAE)
        return 0x2000u + (s[2] & 0x3Fu);
    if (s[0] == 0xE2 && s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9)
        return 0x2040u + (s[2] & 0x3Fu);
    return 0;
}

void text_add_line(struct text *text, const char *more)
{
    while (*more) {
        unsigned char c = (unsigned char)*more;
        size_t len = 1;
        unsigned number = c < 0x80 ? 0 : breaking((const unsigned char *)more, &len);
        if (number)
            text_printf(text, "\\u%04x", number);
        else if (c < 0x20 || c == 0x7F)
            text_printf(text, "\\x%02x", c);
        else
            text_addc(text, *more);
        more += number ? len : 1;
    }
}

void text_fill(struct text *text, char c, size_t n)
{
    char *to = text_room(text, n);
    if (!to)
        return;
    memset(to, c, n);
    to[n] = '\0';
    text->len += n;
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *to = len < 0 ? NULL : text_room(text, (size_t)len);
    if (to) {
        vsnprintf(to, (size_t)len + 1, format, again);
        text->len += (size_t)len;
    }
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

size_t text_utf8(const char *s, const char *end)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t left = (size_t)(end - s);
    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
        return 0;
    unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

uint32_t text_code_point(const char *s, size_t n)
{
    static const unsigned char lead[] = {[1] = 0x7F, [2] = 0x1F, [3] = 0x0F, [4] = 0x07};
    uint32_t code = (unsigned char)*s & lead[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3F);
    return code;
}

size_t text_encode(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {[2] = 0xC0, [3] = 0xE0, [4] = 0xF0};
    for (size_t i = n; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(lead[n] | code);
    return n;
}

size_t text_utf8_valid(const char *s, size_t len)
{
    const char *p = s, *end = s + len;
    while (p < end) {
        uint64_t eight;
        while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0))
            p += 8;
        if (p == end)
            break;
        size_t n = text_utf8(p, end);
        if (!n)
            return (size_t)(p - s);
        p += n;
    }
    return len;
}

size_t text_width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

int text_cut(const char *s, size_t len, size_t max)
{
    if (len <= max)
        return (int)len;
    while (max > 0 && ((unsigned char)s[max] & 0xC0) == 0x80)
        max--;
    return (int)max;
}

void text_trim(const char **s, size_t *len)
{
    while (*len && isspace((unsigned char)(*s)[*len - 1]))
        --*len;
    while (*len && isspace((unsigned char)**s))
        ++*s, --*len;
}

#define EACH(byte) ((byte)*0x0101010101010101u)

/* How many of the eight (with SSE2: 16) bytes at p are `byte` where the mask has ones, for each place in *each. */
#ifdef __SSE2__
enum { AT_ONCE = 16 };
typedef __m128i counts;
static inline counts count_at(counts each, const char *p, unsigned char byte, unsigned char mask)
{
    __m128i bytes = _mm_and_si128(_mm_loadu_si128((const void *)p), _mm_set1_epi8((char)mask));
    return _mm_sub_epi8(each, _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)byte)));
}
static inline size_t count_sum(counts each)
{
    __m128i sums = _mm_sad_epu8(each, _mm_setzero_si128());
    uint64_t halves[2];
    _mm_storeu_si128((void *)halves, sums);
    return (size_t)(halves[0] + halves[1]);
}
#else
enum { AT_ONCE = 8 };
typedef uint64_t counts;
static inline counts count_at(counts each, const char *p, unsigned char byte, unsigned char mask)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof(eight));
    eight = (eight & EACH((uint64_t)mask)) ^ EACH((uint64_t)byte);
    return each + (~(((eight & EACH(0x7Fu)) + EACH(0x7Fu)) | eight) >> 7 & EACH(0x01u)); /* 1 where all is 0 */
}
static inline size_t count_sum(counts each)
{
    size_t n = 0;
    for (; each; each >>= 8)
        n += each & 0xFF;
    return n;
}
#endif

/* How many bytes of [p, end) are `byte` where the mask has ones. */
static size_t count_bytes(const char *p, const char *end, unsigned char byte, unsigned char mask)
{
    enum { ROUNDS = 255 /* that a byte can count */ };
    size_t n = 0;
    while (end - p >= AT_ONCE) {
        counts each = {0};
        for (int i = 0; i < ROUNDS && end - p >= AT_ONCE; i++, p += AT_ONCE)
            each = count_at(each, p, byte, mask);
        n += count_sum(each);
    }
    for (; p < end; p++)
        n += ((unsigned char)*p & mask) == byte;
    return n;
}

void text_place_move(struct text_place *place, const char *from, const char *to)
{
    if (from == to)
        return;
    const char *feed = memrchr(from, '\n', (size_t)(to - from));
    if (feed) {
        place->line += (int)count_bytes(from, feed + 1, '\n', 0xFF);
        place->col = 1;
        from = feed + 1;
    }
    place->col += (int)((size_t)(to - from) - count_bytes(from, to, 0x80, 0xC0)); /* 10…: goes on with a character */
}
