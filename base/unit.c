#include "base/unit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MAX = 4, DIGITS_MAX = 80, TEN_MAX = 400, TEXT_MAX = 200 };
static const uint64_t SCALE_MAX = UINT64_C(1) << 60;

/* Spellings → base word (many, one) and factor. Short spellings are taken letter by letter (Mtoken is a million tokens, MB no mB),
 * words of four letters and more in any case. */
struct word {
    const char *spellings, *many, *one;
    uint64_t times;
    int ten;
};

#define TIME "seconds", "second"
#define SIZE "bytes", "byte"
#define KI(n) (UINT64_C(1) << (10 * (n)))

static const struct word words[] = {
    {"s sec secs second seconds", TIME, 1, 0},
    {"ms msec msecs millisecond milliseconds", TIME, 1, -3},
    {"us \xC2\xB5s \xCE\xBCs usec usecs microsecond microseconds", TIME, 1, -6},
    {"ns nsec nanosecond nanoseconds", TIME, 1, -9},
    {"min mins minute minutes", TIME, 60, 0},
    {"h hr hrs hour hours", TIME, 3600, 0},
    {"d day days", TIME, 86400, 0},
    {"week weeks", TIME, 604800, 0},

    {"B byte bytes", SIZE, 1, 0},
    {"kB KB kilobyte kilobytes", SIZE, 1, 3},
    {"MB megabyte megabytes", SIZE, 1, 6},
    {"GB gigabyte gigabytes", SIZE, 1, 9},
    {"TB terabyte terabytes", SIZE, 1, 12},
    {"PB petabyte petabytes", SIZE, 1, 15},
    {"KiB kiB Ki kibibyte kibibytes", SIZE, KI(1), 0},
    {"MiB Mi mebibyte mebibytes", SIZE, KI(2), 0},
    {"GiB Gi gibibyte gibibytes", SIZE, KI(3), 0},
    {"TiB Ti tebibyte tebibytes", SIZE, KI(4), 0},
    {"PiB Pi pebibyte pebibytes", SIZE, KI(5), 0},
    {"bit bits", SIZE, 125, -3},
    {"kbit Kbit kilobit kilobits", SIZE, 125, 0},
    {"Mbit megabit megabits", SIZE, 125, 3},
    {"Gbit gigabit gigabits", SIZE, 125, 6},

    {"% percent percents", "ratio", "ratio", 1, -2},
    {"ratio fraction share", "ratio", "ratio", 1, 0},

    {"C \xC2\xB0" "C degC celsius", "celsius", "celsius", 1, 0},
    {"J joule joules", "joules", "joule", 1, 0},
    {"kJ kilojoule kilojoules", "joules", "joule", 1, 3},
    {"MJ megajoule megajoules", "joules", "joule", 1, 6},
    {"Wh", "joules", "joule", 3600, 0},
    {"kWh", "joules", "joule", 36, 5},
    {"W watt watts", "watts", "watt", 1, 0},
    {"mW milliwatt milliwatts", "watts", "watt", 1, -3},
    {"kW kilowatt kilowatts", "watts", "watt", 1, 3},
    {"V volt volts", "volts", "volt", 1, 0},
    {"mV millivolt millivolts", "volts", "volt", 1, -3},
    {"A ampere amperes", "amperes", "ampere", 1, 0},
    {"mA milliampere milliamperes", "amperes", "ampere", 1, -3},
    {"g gram grams", "grams", "gram", 1, 0},
    {"kg kilogram kilograms", "grams", "gram", 1, 3},
    {"meter meters metre metres", "meters", "meter", 1, 0},
    {"km kilometer kilometers", "meters", "meter", 1, 3},
    {"mm millimeter millimeters", "meters", "meter", 1, -3},
    {"Hz hertz", "hertz", "hertz", 1, 0},
    {"kHz kilohertz", "hertz", "hertz", 1, 3},
    {"MHz megahertz", "hertz", "hertz", 1, 6},
    {"GHz gigahertz", "hertz", "hertz", 1, 9},

    {"token tokens", "tokens", "token", 1, 0},
    {"ktoken ktokens Ktoken Ktokens", "tokens", "token", 1, 3},
    {"Mtoken Mtokens", "tokens", "token", 1, 6},
    {"Gtoken Gtokens", "tokens", "token", 1, 9},
    {"sample samples", "samples", "sample", 1, 0},
    {"step steps", "steps", "step", 1, 0},
    {"core cores cpu cpus", "cores", "core", 1, 0},
    {"mcore mcores millicore millicores", "cores", "core", 1, -3},
    {"run runs", "runs", "run", 1, 0},
    {"request requests req reqs", "requests", "request", 1, 0},
    {"query queries", "queries", "query", 1, 0},
    {"inference inferences infer infers", "inferences", "inference", 1, 0},
    {"iteration iterations it iter iters", "iterations", "iteration", 1, 0},
    {"operation operations op ops", "operations", "operation", 1, 0},
    {"event events", "events", "event", 1, 0},
    {"image images", "images", "image", 1, 0},
    {"frame frames", "frames", "frame", 1, 0},
    {"batch batches", "batches", "batch", 1, 0},
    {"epoch epochs", "epochs", "epoch", 1, 0},
    {"item items", "items", "item", 1, 0},
    {"file files", "files", "file", 1, 0},
    {"packet packets", "packets", "packet", 1, 0},
    {"user users", "users", "user", 1, 0},
    {"job jobs", "jobs", "job", 1, 0},
    {"pod pods", "pods", "pod", 1, 0},
    {"node nodes", "nodes", "node", 1, 0},
    {"gpu gpus GPU GPUs", "gpus", "gpu", 1, 0},
    {"process processes", "processes", "process", 1, 0},
    {"thread threads", "threads", "thread", 1, 0},
    {"failure failures", "failures", "failure", 1, 0},
    {"error errors", "errors", "error", 1, 0},
    {"x count", "", "", 1, 0}, /* times: of failures as of a speed-up */
};

/* Abbreviations of whole units. */
static const struct {
    const char *spelling, *means;
} short_for[] = {
    {"qps", "queries/s"}, {"QPS", "queries/s"}, {"rps", "requests/s"}, {"RPS", "requests/s"}, {"fps", "frames/s"}, {"FPS", "frames/s"},
    {"IOPS", "operations/s"}, {"iops", "operations/s"}, {"bps", "bit/s"}, {"kbps", "kbit/s"}, {"Kbps", "kbit/s"}, {"Mbps", "Mbit/s"},
    {"Gbps", "Gbit/s"}, {"1", ""},
};

/* ---- factors ---- */

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* a / b × c / d without rounding; false beyond the limits. */
static bool multiply(struct unit_scale *scale, uint64_t times, uint64_t over, int ten)
{
    uint64_t down = common_divisor(scale->times, over), up = common_divisor(times, scale->over);
    uint64_t a = scale->times / down, b = times / up, c = scale->over / up, d = over / down;
    if (a > SCALE_MAX / b || c > SCALE_MAX / d)
        return false;
    uint64_t whole = common_divisor(a * b, c * d);
    *scale = (struct unit_scale){a * b / whole, c * d / whole, scale->ten + ten};
    return scale->ten >= -TEN_MAX && scale->ten <= TEN_MAX;
}

/* The shortest decimal digits that read back as the value, which is finite and above 0: digits × 10^*ten. */
static size_t decimal(double value, char digits[24], int *ten)
{
    char text[40];
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    const char *exponent = strchr(text, 'e');
    size_t n = 0;
    for (const char *p = text; p < exponent; p++)
        if (*p != '.')
            digits[n++] = *p;
    *ten = (int)strtol(exponent + 1, NULL, 10) - ((int)n - 1);
    while (n > 1 && digits[n - 1] == '0')
        n--, ++*ten;
    digits[n] = '\0';
    return n;
}

/* digits × times, in place; the new number of digits. */
static size_t times_digits(char digits[DIGITS_MAX], size_t n, uint64_t times)
{
    char product[DIGITS_MAX];
    size_t m = 0;
    uint64_t carry = 0;
    for (size_t i = n; i-- > 0;) {
        carry += (uint64_t)(digits[i] - '0') * times;
        product[m++] = (char)('0' + carry % 10);
        carry /= 10;
    }
    for (; carry; carry /= 10)
        product[m++] = (char)('0' + carry % 10);
    for (size_t i = 0; i < m; i++)
        digits[i] = product[m - 1 - i];
    return m;
}

/* digits / over, cut behind 30 significant digits with a last digit that says whether there is more: *ten moves along. */
static size_t over_digits(char digits[DIGITS_MAX], size_t n, uint64_t over, int *ten)
{
    enum { SIGNIFICANT = 30 };
    char quotient[DIGITS_MAX];
    size_t m = 0;
    uint64_t rest = 0;
    for (size_t i = 0; i < n || (rest && m < SIGNIFICANT); i++) {
        rest = rest * 10 + (i < n ? (uint64_t)(digits[i] - '0') : 0);
        *ten -= i >= n;
        if (m || rest >= over)
            quotient[m++] = (char)('0' + rest / over);
        rest %= over;
    }
    if (rest) {
        quotient[m++] = '1';
        --*ten;
    }
    memcpy(digits, quotient, m);
    return m;
}

double unit_scaled(double value, struct unit_scale scale)
{
    char digits[DIGITS_MAX], text[DIGITS_MAX + 24];
    int ten;
    if (!isfinite(value) || value == 0 || (scale.times == scale.over && scale.ten == 0))
        return value;
    size_t n = decimal(fabs(value), digits, &ten);
    n = times_digits(digits, n, scale.times);
    n = over_digits(digits, n, scale.over, &ten);
    snprintf(text, sizeof(text), "%.*se%d", (int)n, digits, ten + scale.ten);
    return copysign(strtod(text, NULL), value);
}

bool unit_scale_of(double factor, struct unit_scale *out)
{
    char digits[24];
    if (!isfinite(factor) || factor <= 0)
        return false;
    *out = (struct unit_scale){.over = 1};
    decimal(factor, digits, &out->ten);
    out->times = strtoull(digits, NULL, 10);
    return out->times <= SCALE_MAX;
}

/* ---- words ---- */

static bool is_spelling(const char *spellings, const char *word, size_t len)
{
    for (const char *p = spellings; *p;) {
        size_t n = strcspn(p, " ");
        if (n == len && (memcmp(p, word, n) == 0 || (n > 3 && islower((unsigned char)*p) && strncasecmp(p, word, n) == 0)))
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

static const struct word *find_word(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is_spelling(words[i].spellings, word, len))
            return &words[i];
    return NULL;
}

static void add_base(struct unit *unit, const char *text, size_t len)
{
    size_t n = strlen(unit->base);
    for (size_t i = 0; i < len && n < UNIT_BASE_MAX - 1; i++)
        unit->base[n++] = isascii(text[i]) && isalnum((unsigned char)text[i]) ? text[i] : '_';
    unit->base[n] = '\0';
}

/* One word, the `i`th; false when the factor leaves its limits. */
static bool add_word(struct unit *unit, const char *text, size_t len, size_t i)
{
    const struct word *word = find_word(text, len);
    const char *base = !word ? "" : i ? word->one : word->many;
    if (i && (!word || base[0])) /* per a plain number is nothing */
        add_base(unit, unit->base[0] ? "_per_" : "per_", unit->base[0] ? 5 : 4);
    if (!word) {
        add_base(unit, text, len);
        if (!unit->unknown[0] && len)
            snprintf(unit->unknown, sizeof(unit->unknown), "%.*s", (int)(len < UNIT_WORD_MAX ? len : UNIT_WORD_MAX - 1), text);
        return true;
    }
    add_base(unit, base, strlen(base));
    return i ? multiply(&unit->to_base, 1, word->times, -word->ten) : multiply(&unit->to_base, word->times, 1, word->ten);
}

/* Where the next word ends: at a slash, " per " or "_per_"; *next is where the one after it starts, NULL: nowhere. */
static const char *word_end(const char *text, const char **next)
{
    static const struct {
        const char *mark;
        size_t len;
    } marks[] = {{"/", 1}, {" per ", 5}, {"_per_", 5}};
    const char *end = text + strlen(text);
    *next = NULL;
    if (strncmp(text, "per_", 4) == 0) {
        *next = text + 4;
        return text;
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *found = strstr(text, marks[i].mark);
        if (found && found < end) {
            end = found;
            *next = found + marks[i].len;
        }
    }
    return end;
}

static void trim(const char **start, const char **end)
{
    while (*start < *end && **start == ' ')
        ++*start;
    while (*end > *start && (*end)[-1] == ' ')
        --*end;
}

/* "List[ms]", "list(MB)" → what is inside. */
static bool strip_list(const char *text, size_t len, char out[TEXT_MAX])
{
    bool list = len >= 6 && strncasecmp(text, "list", 4) == 0 &&
                ((text[4] == '[' && text[len - 1] == ']') || (text[4] == '(' && text[len - 1] == ')'));
    if (list) {
        text += 5;
        len -= 6;
    }
    snprintf(out, TEXT_MAX, "%.*s", (int)(len < TEXT_MAX ? len : TEXT_MAX - 1), text);
    return list;
}

const char *unit_of_element(const char *unit, struct arena *arena)
{
    char inner[TEXT_MAX];
    const char *start = unit, *end = unit ? unit + strlen(unit) : NULL;
    if (!unit)
        return NULL;
    trim(&start, &end);
    return end - start < TEXT_MAX && strip_list(start, (size_t)(end - start), inner) ? arena_strdup(arena, inner) : unit;
}

static const char *whole_of(const char *text)
{
    for (size_t i = 0; i < sizeof(short_for) / sizeof(short_for[0]); i++)
        if (strcmp(short_for[i].spelling, text) == 0)
            return short_for[i].means;
    return text;
}

static struct unit one_word(const char *text, bool list)
{
    struct unit unit = {.list = list, .to_base = {1, 1, 0}};
    add_base(&unit, text, strlen(text));
    snprintf(unit.unknown, sizeof(unit.unknown), "%.*s", UNIT_WORD_MAX - 1, text);
    return unit;
}

struct unit unit_parse(const char *text)
{
    struct unit unit = {.to_base = {1, 1, 0}};
    char inner[TEXT_MAX];
    const char *start = text, *end = text + strlen(text), *next;
    trim(&start, &end);
    unit.list = strip_list(start, (size_t)(end - start), inner);
    const char *at = whole_of(inner);
    for (size_t i = 0; at; i++, at = next) {
        start = at;
        end = word_end(at, &next);
        trim(&start, &end);
        bool one = i == 0 && end - start == 1 && *start == '1'; /* "1/s" */
        if (i == WORDS_MAX || (i && start == end))
            return one_word(inner, unit.list);
        if (i == 0 && (one || start == end))
            continue;
        if (!add_word(&unit, start, (size_t)(end - start), i))
            return one_word(inner, unit.list);
    }
    return unit;
}

/* ---- conversion ---- */

/* No unit and a ratio measure the same. */
static const char *measure(const struct unit *unit)
{
    return strcmp(unit->base, "ratio") == 0 ? "" : unit->base;
}

bool unit_between(const struct unit *from, const struct unit *to, struct unit_scale *out)
{
    *out = from->to_base;
    return strcmp(measure(from), measure(to)) == 0 && multiply(out, to->to_base.over, to->to_base.times, -to->to_base.ten);
}

bool unit_convert(double value, const char *from, const char *to, double *out, struct error *err)
{
    struct unit a = unit_parse(from), b = unit_parse(to);
    struct unit_scale scale;
    if (!unit_between(&a, &b, &scale))
        return error_set(err, ERR_ARTIFACT, "'%.60s' is in %s and '%.60s' in %s: expected units of one kind", from,
                         a.base[0] ? a.base : "no unit", to, b.base[0] ? b.base : "no unit");
    *out = unit_scaled(value, scale);
    return true;
}
