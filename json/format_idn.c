/* Internationalised names: RFC 3492 (Punycode), RFC 5892 (which characters), RFC 5893 (direction).
 *
 * The rules on characters are patterns over Unicode's properties as PCRE2 knows them. What PCRE2 does not know is given as
 * ranges: characters that compatibility or case folding changes (RFC 5892, 2.2: the blocks that hold them), and the joining
 * types that rule A.1 asks for (Arabic letters). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/regex.h"
#include "base/text.h"
#include "json/format_kinds.h"
#include "json/scan.h"

/* Canonical_Combining_Class 9 */
#define VIRAMA                                                                                                                \
    "\\x{94D}\\x{9CD}\\x{A4D}\\x{ACD}\\x{B4D}\\x{BCD}\\x{C4D}\\x{CCD}\\x{D3B}\\x{D3C}\\x{D4D}\\x{DCA}\\x{E3A}\\x{EBA}\\x{F84}" \
    "\\x{1039}\\x{103A}\\x{1714}\\x{1734}\\x{17D2}\\x{1A60}\\x{1B44}\\x{1BAA}\\x{1BAB}\\x{1BF2}\\x{1BF3}\\x{2D7F}\\x{A806}"   \
    "\\x{A8C4}\\x{A953}\\x{A9C0}\\x{AAF6}\\x{ABED}\\x{10A3F}\\x{11046}\\x{1107F}\\x{110B9}\\x{11133}\\x{11134}\\x{111C0}"     \
    "\\x{11235}\\x{112EA}\\x{1134D}\\x{11442}\\x{114C2}\\x{115BF}\\x{1163F}\\x{116B6}\\x{1172B}\\x{11839}\\x{119E0}\\x{11C3F}"
/* Joining_Type D among Arabic letters */
#define DUAL                                                                                                             \
    "\\x{626}\\x{628}\\x{62A}-\\x{62E}\\x{633}-\\x{63F}\\x{641}-\\x{647}\\x{649}\\x{64A}\\x{66E}\\x{66F}\\x{678}-\\x{687}" \
    "\\x{69A}-\\x{6BF}\\x{6C1}\\x{6C2}\\x{6CC}\\x{6CE}\\x{6D0}\\x{6D1}\\x{6FA}-\\x{6FC}\\x{6FF}"
/* Changed by folding, or of the blocks that RFC 5892 leaves out */
#define UNSTABLE                                                                                                            \
    "\\x{AA}\\x{BA}\\x{132}\\x{133}\\x{13F}\\x{140}\\x{149}\\x{17F}\\x{1C4}-\\x{1CC}\\x{1F1}-\\x{1F3}\\x{2B0}-\\x{2B8}"       \
    "\\x{2E0}-\\x{2E4}\\x{3D0}-\\x{3D6}\\x{3F0}-\\x{3F2}\\x{3F5}\\x{587}\\x{675}-\\x{678}\\x{E33}\\x{EB3}\\x{EDC}\\x{EDD}"    \
    "\\x{10FC}\\x{1100}-\\x{11FF}\\x{1D2C}-\\x{1D6A}\\x{1D78}\\x{1D9B}-\\x{1DBF}\\x{1E9A}-\\x{1E9F}\\x{2071}-\\x{209C}"       \
    "\\x{2100}-\\x{214F}\\x{2C7C}\\x{2D6F}\\x{3131}-\\x{318E}\\x{A69C}\\x{A69D}\\x{A770}\\x{A7F8}\\x{A7F9}\\x{A960}-\\x{A97F}" \
    "\\x{AB5C}-\\x{AB5F}\\x{D7B0}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FB00}-\\x{FDFF}\\x{FE70}-\\x{FEFF}\\x{FF00}-\\x{FFEF}"       \
    "\\x{1D400}-\\x{1D7FF}\\x{1EE00}-\\x{1EEFF}\\x{2F800}-\\x{2FA1F}"
#define RIGHT "\\p{bc:R}\\p{bc:AL}"

enum { PATTERNS = 15, RIGHT_PATTERN = PATTERNS, BESIDE_PATTERN, ALL_PATTERNS };

/* What a label may not have; then: that it is written from the right; that it may not stand beside such a one. */
static const char *const patterns[ALL_PATTERNS] = {
    /* RFC 5892, 2.6 and 3: letters, digits and marks, some others, and those that have a rule in appendix A */
    "[^\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}\\-\\x{3007}\\x{F0B}\\x{6FD}\\x{6FE}\\x{B7}\\x{375}\\x{5F3}\\x{5F4}\\x{30FB}"
    "\\x{200C}\\x{200D}]",
    "[\\x{640}\\x{7FA}\\x{302E}\\x{302F}\\x{3031}-\\x{3035}\\x{303B}]",
    "[" UNSTABLE "]",
    "^\\p{M}|^-|-$|^..--",
    /* appendix A.1 to A.9 */
    "(?<![" VIRAMA "])(?:(?<![" DUAL "])\\x{200C}|\\x{200C}(?![\\p{Arabic}]))",
    "(?<![" VIRAMA "])\\x{200D}",
    "(?<!l)\\x{B7}|\\x{B7}(?!l)",
    "\\x{375}(?!\\p{Greek})",
    "(?<!\\p{Hebrew})[\\x{5F3}\\x{5F4}]",
    "^(?!.*[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]).*\\x{30FB}",
    "[\\x{660}-\\x{669}].*[\\x{6F0}-\\x{6F9}]|[\\x{6F0}-\\x{6F9}].*[\\x{660}-\\x{669}]",
    /* RFC 5893, 2: rules 1 and 5, 2, 3, 4 */
    "^[^" RIGHT "].*[" RIGHT "\\p{bc:AN}]|^\\p{bc:AN}",
    "^[" RIGHT "].*\\p{bc:L}",
    "^(?=[" RIGHT "])(?!.*[" RIGHT "\\p{bc:EN}\\p{bc:AN}]\\p{bc:NSM}*$)",
    "^[" RIGHT "].*(?:\\p{bc:EN}.*\\p{bc:AN}|\\p{bc:AN}.*\\p{bc:EN})",
    "[" RIGHT "\\p{bc:AN}]",
    "^[^\\p{bc:L}]|[^\\p{bc:L}\\p{bc:EN}\\p{bc:NSM}]\\p{bc:NSM}*$",
};

struct format_idn {
    struct regex *regex[ALL_PATTERNS];
    struct regex_scratch *scratch;
};

static struct format_idn *need(struct format_idn **idn)
{
    static const struct regex_options options = {0};
    if (*idn)
        return *idn;
    *idn = memory_need(calloc(1, sizeof(**idn)));
    (*idn)->scratch = regex_scratch_open();
    for (size_t i = 0; i < ALL_PATTERNS; i++) {
        struct error err = {0};
        struct pos at = {.file = "format_idn.c"};
        (*idn)->regex[i] = memory_need(regex_compile(patterns[i], strlen(patterns[i]), &options, at, &err));
    }
    return *idn;
}

void format_idn_close(struct format_idn *idn)
{
    if (!idn)
        return;
    for (size_t i = 0; i < ALL_PATTERNS; i++)
        regex_close(idn->regex[i]);
    regex_scratch_close(idn->scratch);
    free(idn);
}

/* A search that takes too long finds something: nothing is permitted that is not known to be. */
static bool finds(const struct format_idn *idn, size_t pattern, const char *s, size_t len)
{
    bool found;
    struct error err = {0};
    return !regex_find(idn->regex[pattern], idn->scratch, s, len, 0, NULL, 0, &found, &err) || found;
}

bool format_idn_label(struct format_idn **idn, const char *s, size_t len, bool *right)
{
    const struct format_idn *tools = need(idn);
    for (size_t i = 0; i < PATTERNS; i++)
        if (finds(tools, i, s, len))
            return false;
    *right = finds(tools, RIGHT_PATTERN, s, len);
    return true;
}

bool format_idn_beside_right(struct format_idn **idn, const char *s, size_t len)
{
    return !finds(need(idn), BESIDE_PATTERN, s, len);
}

/* --- Punycode: RFC 3492, with its names --- */

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128, CODES_MAX = 256 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    if (k <= bias + TMIN)
        return TMIN;
    return k >= bias + TMAX ? TMAX : k - bias;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0' + 26;
    return (c | 32) >= 'a' && (c | 32) <= 'z' ? (c | 32) - 'a' : BASE;
}

/* One number of variable length, added to *i; false when it is broken. */
static bool decode_delta(const char **s, const char *end, uint32_t bias, uint32_t *i)
{
    uint64_t w = 1, sum = *i;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = *s < end ? (uint32_t)digit_value(*(*s)++) : BASE, t = threshold(k, bias);
        if (digit >= BASE)
            return false;
        sum += digit * w;
        if (sum > UINT32_MAX / 2)
            return false;
        *i = (uint32_t)sum;
        if (digit < t)
            return true;
        w *= BASE - t;
        if (w > UINT32_MAX)
            return false;
    }
}

static size_t decode(const char *s, size_t len, uint32_t *codes)
{
    size_t n = 0, basic = len;
    while (basic > 0 && s[basic - 1] != '-')
        basic--;
    for (; n + 1 < basic; n++)
        codes[n] = (unsigned char)s[n];
    const char *p = s + basic, *end = s + len;
    uint32_t code = INITIAL_N, bias = INITIAL_BIAS;
    for (uint32_t i = 0; p < end; i++) {
        uint32_t old = i, points = (uint32_t)n + 1;
        if (n >= CODES_MAX || !decode_delta(&p, end, bias, &i))
            return 0;
        bias = adapt(i - old, points, old == 0);
        code += i / points;
        i %= points;
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return 0;
        memmove(codes + i + 1, codes + i, (n - i) * sizeof(*codes));
        codes[i] = code;
        n++;
    }
    return n;
}

static void encode_delta(struct text *out, uint32_t delta, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (delta < t)
            break;
        text_addc(out, digits[t + (delta - t) % (BASE - t)]);
        delta = (delta - t) / (BASE - t);
    }
    text_addc(out, digits[delta]);
}

static uint32_t next_code(const uint32_t *codes, size_t n, uint32_t least)
{
    uint32_t next = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        if (codes[i] >= least && codes[i] < next)
            next = codes[i];
    return next;
}

/* At most CODES_MAX codes: numbers stay below 2^32. */
static void encode(struct text *out, const uint32_t *codes, size_t n)
{
    uint32_t delta = 0, bias = INITIAL_BIAS, code = INITIAL_N, done = 0, basic;
    for (size_t i = 0; i < n; i++)
        if (codes[i] < INITIAL_N) {
            text_addc(out, (char)codes[i]);
            done++;
        }
    basic = done;
    if (basic)
        text_addc(out, '-');
    while (done < n) {
        uint32_t next = next_code(codes, n, code);
        delta += (next - code) * (done + 1);
        code = next;
        for (size_t i = 0; i < n; i++) {
            delta += codes[i] < code;
            if (codes[i] != code)
                continue;
            encode_delta(out, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        code++;
    }
}

size_t format_idn_decode(const char *s, size_t len, char *out)
{
    uint32_t codes[CODES_MAX + 1];
    size_t n = len < CODES_MAX / 2 ? decode(s, len, codes) : 0, size = 0;
    bool ascii = true;
    for (size_t i = 0; i < n; i++) {
        ascii &= codes[i] < 0x80;
        size += text_encode(out + size, codes[i]);
    }
    if (n == 0 || ascii)
        return 0;
    struct text again = text_open(FORMAT_LABEL_MAX);
    encode(&again, codes, n);
    bool same = again.len == len;
    for (size_t i = 0; same && i < len; i++)
        same = (again.s[i] >= 'a' && again.s[i] <= 'z' ? (s[i] | 32) : s[i]) == again.s[i];
    text_close(&again);
    return same ? size : 0;
}

size_t format_idn_encoded(const char *s, size_t len)
{
    uint32_t codes[CODES_MAX + 1];
    size_t n = 0;
    for (const char *p = s, *end = s + len; p < end; n++) {
        size_t size = text_utf8(p, end);
        if (!size || n >= CODES_MAX)
            return 0;
        codes[n] = text_code_point(p, size);
        p += size;
    }
    struct text out = text_open(FORMAT_LABEL_MAX * 4);
    encode(&out, codes, n);
    size_t encoded = out.over ? 0 : out.len;
    text_close(&out);
    return encoded;
}
