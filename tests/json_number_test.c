/* json/number: against strtod, and against Python's repr. */
#include <math.h>

#include "json/number.h"
#include "tests/check.h"
#include "tests/json_support.h"

static const struct {
    const char *text;
    size_t end;           /* where it ends, or where it goes wrong */
    const char *expected; /* NULL: a number */
} scan_rows[] = {
    {"0", 1, NULL},
    {"-0", 2, NULL},
    {"12,", 2, NULL},
    {"1.5e+10x", 7, NULL},
    {"1E5", 3, NULL},
    {"-", 1, "a digit after '-'"},
    {"-a", 1, "a digit after '-'"},
    {"01", 1, "no further digit after a leading 0"},
    {"1.", 2, "a digit after '.'"},
    {"1.e5", 2, "a digit after '.'"},
    {"1e", 2, "a digit of the exponent"},
    {"1e+", 3, "a digit of the exponent"},
};

static void test_scan(void)
{
    for (size_t i = 0; i < ROWS(scan_rows); i++) {
        const char *text = scan_rows[i].text, *expected = NULL;
        struct number number;
        bool ok = number_scan(text, text + strlen(text), &number, &expected);
        CHECK(ok == !scan_rows[i].expected && (size_t)(number.end - text) == scan_rows[i].end, "'%s'", text);
        CHECK(ok || strcmp(expected, scan_rows[i].expected) == 0, "'%s': %s", text, expected);
    }
}

static const struct {
    const char *text;
    bool fits;
    int64_t value;
} integer_rows[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"9223372036854775807", true, INT64_MAX},
    {"9223372036854775808", false, 0},
    {"-9223372036854775808", true, INT64_MIN},
    {"-9223372036854775809", false, 0},
    {"10000000000000000000000", false, 0},
    {"99999999999999999999", false, 0},
    {"1000000000000000000", true, 1000000000000000000},
    {"1.0", false, 0},
    {"1e2", false, 0},
};

static struct number scanned(const char *text)
{
    struct number number;
    const char *expected;
    number_scan(text, text + strlen(text), &number, &expected);
    return number;
}

static void test_integers(void)
{
    for (size_t i = 0; i < ROWS(integer_rows); i++) {
        struct number number = scanned(integer_rows[i].text);
        int64_t value = 0;
        char digits[NUMBER_TEXT_MAX];
        bool fits = number_int64(&number, &value);
        CHECK(fits == integer_rows[i].fits && value == integer_rows[i].value, "%s", integer_rows[i].text);
        size_t len = number_print_int64(digits, value);
        CHECK(!fits || value == 0 ||
                  (len == strlen(integer_rows[i].text) && !memcmp(digits, integer_rows[i].text, len)),
              "%s: %.*s", integer_rows[i].text, (int)len, digits);
    }
}

static void check_double(const char *text)
{
    struct number number = scanned(text);
    double want = strtod(text, NULL), got = number_double(&number);
    CHECK(memcmp(&want, &got, sizeof(got)) == 0, "%s: %a, strtod says %a", text, got, want);
    CHECK(number_overflows(&number) == (bool)isinf(want), "%s: overflow", text);
}

/* Half-way cases and limits: where rounding goes wrong first. */
static const char *const double_rows[] = {
    "0.0",
    "-0.0",
    "0e999999999",
    "0.000000000000000000000000000000",
    "1e308",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "1.7976931348623159e308",
    "1e309",
    "-1e400",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "2.2250738585072014e-308",
    "2.2250738585072011e-308",
    "4.9e-324",
    "2.4e-324",
    "2.5e-324",
    "2.4703282292062327208e-324",
    "2.4703282292062328e-324",
    "9007199254740993",
    "9007199254740993.0",
    "9007199254740992.99999999999999999999999",
    "9007199254740993.00000000000000000000001",
    "36028797018963966.0",
    "1.00000000000000011102230246251565404",
    "1.00000000000000011102230246251565405",
    "123456789012345678901234567890",
    "0.1",
    "0.3",
    "1e22",
    "1e23",
    "8.5e22",
    "9.5367431640625e-7",
    "6.02214076e23",
    "7.2057594037927933e16",
    "18014398509481985e0",
    "5708990770823839207320493820740630171355185.0e-1",
    "1.0000000000000000000",
};

static void test_doubles(void)
{
    for (size_t i = 0; i < ROWS(double_rows); i++)
        check_double(double_rows[i]);
    uint64_t state = 7;
    char text[64];
    for (int i = 0; i < 100000; i++) {
        uint64_t digits = support_random(&state) >> support_below(&state, 64);
        int exponent = (int)support_below(&state, 700) - 362;
        if (i % 2)
            exponent = (int)support_below(&state, 50) - 30;
        snprintf(text, sizeof(text), "%llue%d", (unsigned long long)digits, exponent);
        check_double(text);
    }
    struct text zeros = text_open(4000);
    text_fill(&zeros, '1', 1);
    text_fill(&zeros, '0', 3000);
    text_add(&zeros, "e-3000");
    check_double(zeros.s);
    text_close(&zeros);
}

/* --- printing: the bytes of repr --- */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static struct {
    uint64_t v[200000];
    size_t n;
} printed;

static void add_bits(uint64_t bits)
{
    if (isfinite(double_of(bits)) && printed.n < ROWS(printed.v))
        printed.v[printed.n++] = bits;
}

static void collect(void)
{
    uint64_t state = 42;
    for (int i = 0; i < 100000; i++)
        add_bits(support_random(&state));
    for (int i = 0; i < 10000; i++) {
        add_bits(support_random(&state) >> 12);                           /* subnormal */
        add_bits(bits_of((double)support_below(&state, 1000000) / 1000)); /* as measured values look */
        add_bits(bits_of((double)(support_random(&state) >> support_below(&state, 40))));
    }
    for (int e = -1074; e < 1024; e++)
        for (uint64_t near = 0; near < 3; near++)
            add_bits(bits_of(ldexp(1, e)) + near - 1);
    for (int e = -323; e < 309; e++) {
        char text[16];
        snprintf(text, sizeof(text), "1e%d", e);
        for (uint64_t near = 0; near < 3; near++)
            add_bits(bits_of(strtod(text, NULL)) + near - 1);
    }
    static const double borders[] = {0.0,        -0.0,   1e16, 9999999999999998.0, 1e15, 0.0001, 0.00001,
                                     0.00012345, 5e-324, 100.0};
    for (size_t i = 0; i < ROWS(borders); i++)
        add_bits(bits_of(borders[i]));
}

static void test_print(void)
{
    collect();
    CHECK(printed.n > 130000, "%zu", printed.n);
    size_t len;
    char *want = support_python("import sys, struct\n"
                                "b = sys.stdin.buffer.read()\n"
                                "print('\\n'.join(map(repr, struct.unpack('=%dd' % (len(b) // 8), b))))",
                                (const char *)printed.v, printed.n * sizeof(printed.v[0]), &len);
    char *line = want;
    for (size_t i = 0; i < printed.n && *line; i++) {
        char got[NUMBER_TEXT_MAX];
        size_t line_len = strcspn(line, "\n"), got_len = number_print_double(got, double_of(printed.v[i]));
        CHECK(got_len == line_len && memcmp(got, line, line_len) == 0, "%.*s: Python says %.*s", (int)got_len, got,
              (int)line_len, line);
        struct number number;
        const char *expected;
        number_scan(got, got + got_len, &number, &expected);
        CHECK(bits_of(number_double(&number)) == printed.v[i], "%.*s reads back differently", (int)got_len, got);
        line += line_len + 1;
    }
    CHECK(*line == '\0', "as many lines as numbers");
    free(want);
}

int main(void)
{
    test_scan();
    test_integers();
    test_doubles();
    test_print();
    return check_end();
}
