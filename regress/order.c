#include "regress/order.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *s, *end;
};

enum kind { KIND_NULL, KIND_FALSE, KIND_TRUE, KIND_NUMBER, KIND_STRING, KIND_OTHER };
enum suffix { SUFFIX_BEFORE, SUFFIX_NONE, SUFFIX_AFTER }; /* pre-release, release, later than the release */

struct parsed {
    enum kind kind;
    const char *text;
    double number;
    bool version;        /* a string with a version in it */
    struct span prefix;  /* before the version, without its v; the whole string when there is none */
    struct span release; /* "2.8.2", "2025-05-06" */
    enum suffix suffix;
    struct span pre, build;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool alnum(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static size_t digits(struct span s)
{
    size_t n = 0;
    while (s.s + n < s.end && digit(s.s[n]))
        n++;
    return n;
}

/* ---- comparing ---- */

static int compare_bytes(struct span a, struct span b)
{
    size_t na = (size_t)(a.end - a.s), nb = (size_t)(b.end - b.s), n = na < nb ? na : nb;
    int order = n ? memcmp(a.s, b.s, n) : 0;
    return order ? order : (na > nb) - (na < nb);
}

/* Two runs of digits as numbers of any length; both advance past theirs. */
static int compare_numbers(struct span *a, struct span *b)
{
    struct span x = {a->s, a->s + digits(*a)}, y = {b->s, b->s + digits(*b)};
    a->s = x.end;
    b->s = y.end;
    while (x.s < x.end && *x.s == '0')
        x.s++;
    while (y.s < y.end && *y.s == '0')
        y.s++;
    ptrdiff_t longer = (x.end - x.s) - (y.end - y.s);
    return longer ? (longer > 0) - (longer < 0) : compare_bytes(x, y);
}

/* Digits count as numbers, all else as bytes. */
static int compare_natural(struct span a, struct span b)
{
    while (a.s < a.end && b.s < b.end) {
        int order;
        if (digit(*a.s) && digit(*b.s))
            order = compare_numbers(&a, &b);
        else
            order = (unsigned char)*a.s++ - (unsigned char)*b.s++;
        if (order)
            return order;
    }
    return (a.s < a.end) - (b.s < b.end);
}

static int compare_release(struct span a, struct span b)
{
    while (a.s < a.end || b.s < b.end) {
        int order = compare_numbers(&a, &b); /* a side that has ended counts as 0 */
        if (order)
            return order;
        a.s += a.s < a.end;
        b.s += b.s < b.end;
    }
    return 0;
}

static struct span next_identifier(struct span *s)
{
    const char *dot = s->s < s->end ? memchr(s->s, '.', (size_t)(s->end - s->s)) : NULL;
    struct span part = {s->s, dot ? dot : s->end};
    s->s = dot ? dot + 1 : s->end;
    return part;
}

static bool all_digits(struct span s)
{
    return s.s < s.end && s.s + digits(s) == s.end;
}

/* SemVer 2.0.0, section 11.4, with natural order inside identifiers. */
static int compare_pre(struct span a, struct span b)
{
    while (a.s < a.end && b.s < b.end) {
        struct span x = next_identifier(&a), y = next_identifier(&b);
        if (all_digits(x) != all_digits(y))
            return all_digits(x) ? -1 : 1;
        int order = compare_natural(x, y);
        if (order)
            return order;
    }
    return (a.s < a.end) - (b.s < b.end);
}

static int compare_version(const struct parsed *a, const struct parsed *b)
{
    int order = compare_release(a->release, b->release);
    if (!order)
        order = (a->suffix > b->suffix) - (a->suffix < b->suffix);
    if (!order)
        order = compare_pre(a->pre, b->pre);
    if (!order)
        order = compare_natural(a->build, b->build);
    return order;
}

/* ---- parsing ---- */

/* PEP 440's words, and those that people use alike. */
static const struct word {
    const char *name;
    enum suffix suffix;
} words[] = {
    {"alpha", SUFFIX_BEFORE}, {"beta", SUFFIX_BEFORE}, {"preview", SUFFIX_BEFORE}, {"pre", SUFFIX_BEFORE},
    {"dev", SUFFIX_BEFORE},   {"rc", SUFFIX_BEFORE},   {"a", SUFFIX_BEFORE},       {"b", SUFFIX_BEFORE},
    {"c", SUFFIX_BEFORE},     {"post", SUFFIX_AFTER},  {"p", SUFFIX_AFTER},
};

/* "rc1" and what may follow it: the end, or a separator. */
static const struct word *word_at(struct span s)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].name);
        if ((size_t)(s.end - s.s) < len || strncasecmp(s.s, words[i].name, len) != 0)
            continue;
        struct span rest = {s.s + len, s.end};
        rest.s += digits(rest);
        if (rest.s == rest.end || !alnum(*rest.s))
            return &words[i];
    }
    return NULL;
}

/* "-3-gabcdef0": commits after the tag. */
static bool git_describe(struct span s)
{
    if (s.s == s.end || *s.s != '-')
        return false;
    struct span rest = {s.s + 1, s.end};
    size_t n = digits(rest);
    rest.s += n;
    if (n == 0 || rest.end - rest.s < 6 || rest.s[0] != '-' || rest.s[1] != 'g')
        return false;
    for (rest.s += 2; rest.s < rest.end && isxdigit((unsigned char)*rest.s); rest.s++)
        ;
    return rest.s == rest.end || !alnum(*rest.s);
}

/* Splits what follows the release. False: it cannot follow a version ("9f86d08"). */
static bool parse_suffix(struct parsed *p, struct span s)
{
    p->suffix = SUFFIX_NONE;
    p->pre = p->build = (struct span){s.end, s.end};
    if (s.s == s.end)
        return true;
    bool separated = !alnum(*s.s);
    struct span body = {s.s + separated, s.end};
    const struct word *word = word_at(body);
    if (!separated && !word)
        return false;
    const char *plus = memchr(s.s, '+', (size_t)(s.end - s.s));
    p->suffix = *s.s == '+' || git_describe(s) ? SUFFIX_AFTER
                : word                         ? word->suffix
                : *s.s == '-'                  ? SUFFIX_BEFORE
                                               : SUFFIX_AFTER;
    if (p->suffix == SUFFIX_AFTER) {
        p->build = s;
        return true;
    }
    p->pre = (struct span){body.s, plus ? plus : s.end};
    p->build.s = plus ? plus + 1 : s.end;
    return true;
}

/* Length of "2025-05-06" at s, or 0. */
static size_t date_at(struct span s)
{
    static const char shape[] = "dddd-dd-dd";
    if (s.end - s.s < 10)
        return 0;
    for (size_t i = 0; i < 10; i++) {
        if (shape[i] == 'd' ? !digit(s.s[i]) : s.s[i] != '-')
            return 0;
    }
    return s.s + 10 < s.end && digit(s.s[10]) ? 0 : 10;
}

static size_t release_at(struct span s)
{
    const char *at = s.s + digits(s);
    while (at + 1 < s.end && *at == '.' && digit(at[1]))
        at += 1 + digits((struct span){at + 1, s.end});
    return (size_t)(at - s.s);
}

/* A run of seven or more hexadecimal digits with letters among them: a hash, not a version. */
static bool hash_at(struct span s)
{
    size_t n = 0, letters = 0;
    for (; s.s + n < s.end && alnum(s.s[n]); n++) {
        if (!isxdigit((unsigned char)s.s[n]))
            return false;
        letters += !digit(s.s[n]);
    }
    return n >= 7 && letters > 0;
}

static bool version_at(struct parsed *p, const char *start, struct span s)
{
    if (hash_at(s))
        return false;
    size_t date = date_at(s), n = date ? date : release_at(s);
    struct span rest = {s.s + n, s.end};
    if (date && rest.s < rest.end && (*rest.s == 'T' || *rest.s == ' ')) {
        p->suffix = SUFFIX_AFTER; /* the time of day */
        p->build = rest;
        p->pre = (struct span){s.end, s.end};
    } else if (!parse_suffix(p, rest)) {
        return false;
    }
    const char *before = s.s;
    if (before > start && (before[-1] == 'v' || before[-1] == 'V'))
        before--;
    p->release = (struct span){s.s, s.s + n};
    p->prefix.end = before;
    return true;
}

/* The first version from `from` on. A version starts at the start, behind a sign, or behind a v that does. */
static bool find_version(struct parsed *p, struct span all, const char *from)
{
    for (const char *at = from; at < all.end; at++) {
        if (!digit(*at))
            continue;
        const char *before = at;
        if (before > from && (before[-1] == 'v' || before[-1] == 'V'))
            before--;
        bool starts = before == from || !alnum(before[-1]);
        if (starts && version_at(p, all.s, (struct span){at, all.end}))
            return true;
        while (at + 1 < all.end && alnum(at[1])) /* the rest of the word is no version either */
            at++;
    }
    return false;
}

static bool uuid(struct span s)
{
    if (s.end - s.s != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.s[i] != '-' : !isxdigit((unsigned char)s.s[i]))
            return false;
    }
    return true;
}

static bool digest(struct span s)
{
    return memmem(s.s, (size_t)(s.end - s.s), "sha256:", 7) || memmem(s.s, (size_t)(s.end - s.s), "sha512:", 7);
}

/* "10:00": a time of day, not an image and its tag. */
static bool clock_at(struct span s, const char *colon)
{
    return colon > s.s && digit(colon[-1]) && s.end - colon == 3 && all_digits((struct span){colon + 1, s.end});
}

static void parse_string(struct parsed *p, struct span s)
{
    p->kind = KIND_STRING;
    p->prefix = s;
    p->release = p->pre = p->build = (struct span){s.end, s.end};
    if (digest(s) || uuid(s))
        return;
    const char *colon = memrchr(s.s, ':', (size_t)(s.end - s.s));
    bool tag = colon && !memchr(colon, '/', (size_t)(s.end - colon)) && !clock_at(s, colon);
    p->version = (tag && find_version(p, s, colon + 1)) || find_version(p, s, s.s);
    if (!p->version) {
        p->prefix = s;
        p->release = p->pre = p->build = (struct span){s.end, s.end};
        p->suffix = SUFFIX_NONE;
    }
}

static struct parsed parse(const char *text)
{
    static const struct {
        const char *text;
        enum kind kind;
    } literals[] = {{"null", KIND_NULL}, {"false", KIND_FALSE}, {"true", KIND_TRUE}};
    struct parsed p = {.kind = KIND_OTHER, .text = text ? text : "null", .suffix = SUFFIX_NONE};
    size_t len = strlen(p.text);
    p.prefix = (struct span){p.text, p.text + len};
    p.release = p.pre = p.build = (struct span){p.text + len, p.text + len};
    for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
        if (strcmp(p.text, literals[i].text) == 0)
            p.kind = literals[i].kind;
    }
    if (digit(p.text[0]) || (p.text[0] == '-' && digit(p.text[1]))) {
        p.kind = KIND_NUMBER;
        p.number = strtod(p.text, NULL);
    } else if (len >= 2 && p.text[0] == '"' && p.text[len - 1] == '"') {
        parse_string(&p, (struct span){p.text + 1, p.text + len - 1});
    }
    return p;
}

/* ---- the two orders ---- */

static int compare_family(const struct parsed *a, const struct parsed *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == KIND_NUMBER)
        return 0;
    int order = compare_natural(a->prefix, b->prefix);
    if (!order)
        order = compare_bytes(a->prefix, b->prefix);
    return order ? order : a->version - b->version;
}

static int compare_parsed(const struct parsed *a, const struct parsed *b)
{
    int order = compare_family(a, b);
    if (!order)
        order = (a->number > b->number) - (a->number < b->number);
    if (!order)
        order = compare_version(a, b);
    return order ? order : strcmp(a->text, b->text);
}

int order_compare(const char *a, const char *b)
{
    struct parsed x = parse(a), y = parse(b);
    return compare_parsed(&x, &y);
}

bool order_compare_versions(const char *value, const char *named, int *order)
{
    struct parsed a = parse(value), b = parse(named);
    bool bare = b.version && b.prefix.s == b.prefix.end && a.version;
    if (a.kind == KIND_NUMBER && b.kind == KIND_NUMBER) {
        *order = (a.number > b.number) - (a.number < b.number);
        return true;
    }
    if (!a.version || !b.version || (!bare && compare_family(&a, &b) != 0))
        return false;
    *order = compare_version(&a, &b);
    return true;
}

static bool begins_with(struct span value, const char *release)
{
    size_t n = strlen(release);
    value.s += value.s < value.end && n && (*value.s == 'v' || *value.s == 'V') && digit(*release);
    return (size_t)(value.end - value.s) >= n && memcmp(value.s, release, n) == 0 &&
           (value.s + n == value.end || !alnum(value.s[n]));
}

bool order_names(const char *value, const char *release)
{
    size_t n = value ? strlen(value) : 0;
    if (n == 0 || !release[0])
        return false;
    bool string = n >= 2 && value[0] == '"' && value[n - 1] == '"';
    struct span all = {value + string, value + n - string};
    release += (release[0] == 'v' || release[0] == 'V') && digit(release[1]);
    const char *colon = memrchr(all.s, ':', (size_t)(all.end - all.s));
    return begins_with(all, release) || (colon && begins_with((struct span){colon + 1, all.end}, release));
}

struct place {
    struct parsed parsed;
    int64_t start_us; /* of the value, then: when its family had got so far */
    size_t family, in_family, item;
};

static int compare_places(const void *a, const void *b)
{
    return compare_parsed(&((const struct place *)a)->parsed, &((const struct place *)b)->parsed);
}

static int compare_times(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    if (x->family != y->family)
        return x->family < y->family ? -1 : 1;
    return (x->in_family > y->in_family) - (x->in_family < y->in_family);
}

/* Places are in family and version order: numbers families and values, and makes start_us the latest first start
 * among the family's values up to this one, so that sorting by it keeps every family in version order. */
static void follow_families(struct place *places, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) { /* one value: its earliest start */
        int64_t first = places[from].start_us;
        for (to = from; to < n && strcmp(places[to].parsed.text, places[from].parsed.text) == 0; to++)
            first = places[to].start_us < first ? places[to].start_us : first;
        for (size_t i = from; i < to; i++) {
            places[i].start_us = first;
            places[i].in_family = from;
        }
    }
    for (size_t i = 1; i < n; i++) {
        bool same = compare_family(&places[i - 1].parsed, &places[i].parsed) == 0;
        places[i].family = places[i - 1].family + !same;
        if (same && places[i].start_us < places[i - 1].start_us)
            places[i].start_us = places[i - 1].start_us;
    }
}

size_t *order_ranks(const struct order_item *items, size_t n, struct arena *arena)
{
    size_t *ranks = ARENA_ARRAY(arena, size_t, n + 1);
    struct place *places = memory_need(calloc(n + 1, sizeof(*places)));
    for (size_t i = 0; i < n; i++)
        places[i] = (struct place){.parsed = parse(items[i].value), .start_us = items[i].first_start_us, .item = i};
    qsort(places, n, sizeof(*places), compare_places);
    follow_families(places, n);
    qsort(places, n, sizeof(*places), compare_times);
    size_t rank = 0;
    for (size_t i = 0; i < n; i++) {
        rank += i > 0 && strcmp(places[i].parsed.text, places[i - 1].parsed.text) != 0;
        ranks[places[i].item] = rank;
    }
    free(places);
    return ranks;
}
