/* store/literal.h: what ast.literal_eval does not know, what is used of a line, errors; the rest is
 * tests/literal_differential.py's. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/literal.h"
#include "tests/check.h"

static const struct {
    const char *text, *json;
    size_t used, non_finite;
    const char *error;
} rows[] = {
    {"{'loss': 7.3438, 'grad_norm': nan, 'ok': True, 'x': None, 't': (1, 2), 's': \"it's\", 'e': 1e-05, 'i': -inf}",
     "{\"loss\": 7.3438, \"grad_norm\": null, \"ok\": true, \"x\": null, \"t\": [1, 2],"
     " \"s\": \"it's\", \"e\": 1e-05, \"i\": null}", 106, 2,
     NULL},
    {"  {'a': 1} and more {", "{\"a\": 1}", 10, 0, NULL},
    {"[NaN, Infinity, +nan, - inf, 1e400]", "[null, null, null, null, null]", 35, 5, NULL},
    {"{nan: 1, -inf: 2, None: 3, 1.50: 4, (1, 'a'): 5}",
     "{\"NaN\": 1, \"-Infinity\": 2, \"null\": 3, \"1.5\": 4, \"(1, 'a')\": 5}", 48, 0, NULL},
    {"'\\ud83d' ", "\"\xEF\xBF\xBD\"", 8, 0, NULL},
    {"'\xFF'", "\"\xEF\xBF\xBD\"", 3, 0, NULL},
    {"b'\\xff' rest", "\"b'\\\\xff'\"", 7, 0, NULL},
    {"{'a': 1, 'a': 2}", "{\"a\": 2}", 16, 0, NULL},
    {"5 6", "5", 1, 0, NULL},
    {"1, 2", "1", 1, 0, NULL},
    {"{'a': np.float64(0.5), 'b': numpy.int64(3), 'c': np.True_, 'd': np.False_, 'e': np.str_('x'), 'f': float32(nan)}",
     "{\"a\": 0.5, \"b\": 3, \"c\": true, \"d\": false, \"e\": \"x\", \"f\": null}", 112, 1, NULL},
    {"array([[1., 2.],\n       [3., nan]], dtype=float32)", "[[1.0, 2.0], [3.0, null]]", 50, 1, NULL},
    {"tensor(0.25, device='cuda:0', dtype=torch.float16, requires_grad=True)", "0.25", 70, 0, NULL},
    {"[datetime.datetime(2025, 1, 6, 8, 0), datetime.datetime(2025, 1, 6, 8, 0, 1, 500000, tzinfo=datetime.timezone.utc), datetime.date(2025, 1, 6)]",
     "[\"2025-01-06T08:00:00\", \"2025-01-06T08:00:01.500000+00:00\", \"2025-01-06\"]", 142, 0, NULL},
    {"[datetime.timedelta(days=1, seconds=5, microseconds=500000), datetime.timedelta(0, 5), datetime.timedelta(0)]", "[86405.5, 5.0, 0.0]", 109, 0, NULL},
    {"OrderedDict([('a', 1), ('b', (2,))])", "{\"a\": 1, \"b\": [2]}", 36, 0, NULL},
    {"[OrderedDict({'a': 1}), OrderedDict(), Counter({'x': 2}), deque([1], maxlen=3), Decimal('1.50'), UUID('a-b')]",
     "[{\"a\": 1}, {}, {\"x\": 2}, [1], \"1.50\", \"a-b\"]", 109, 0, NULL},
    {"datetime.datetime(2025, 2, 30)", NULL, 0, 0,
     "pod.log:7:10: expected a date and a time that exist, without a zone or in datetime.timezone.utc, found 'd'"},
    {"datetime.datetime(2025, 2, 3, tzinfo=zone)", NULL, 0, 0,
     "pod.log:7:10: expected a date and a time that exist, without a zone or in datetime.timezone.utc, found 'd'"},
    {"OrderedDict([1])", NULL, 0, 0, "pod.log:7:10: expected a dict or pairs of a text and a value in the brackets, found 'O'"},
    {"array()", NULL, 0, 0, "pod.log:7:10: expected one value in the brackets, found 'a'"},
    {"array([1, ...])", NULL, 0, 0, "pod.log:7:21: expected a number of at most 4300 digits, found '.'"},
    {"array([1], dtype=)", NULL, 0, 0, "pod.log:7:27: expected a Python literal, found ')'"},
    {"array([1] 2)", NULL, 0, 0, "pod.log:7:20: expected ',' or ')', found '2'"},
    {"array([1], \xFF=1)", NULL, 0, 0, "pod.log:7:21: expected a Python literal, found byte 0xFF"},
    {"os.getpid('x')", NULL, 0, 0, "pod.log:7:10: expected a Python literal, found 'o'"},
    {"np.array", NULL, 0, 0, "pod.log:7:10: expected a Python literal, found 'n'"},
    {"{'a': é}", NULL, 0, 0, "pod.log:7:16: expected a Python literal, found 'é'"},
    {"{'a': 1", NULL, 0, 0, "pod.log:7:17: expected ',' or '}', found the end of the text"},
    {"{'a' 1}", NULL, 0, 0, "pod.log:7:15: expected ',', ':' or '}', found '1'"},
    {"{'a': 1, 'b'}", NULL, 0, 0, "pod.log:7:22: expected ':' after the key, found '}'"},
    {"['\xC3\xA9', 'a", NULL, 0, 0, "pod.log:7:18: the string is not closed, found the end of the text"},
    {"{[1]: 2}", NULL, 0, 0, "pod.log:7:11: expected a key or an element without lists, sets and dicts in it, found '['"},
    {"1+2j", "1", 0, 0, NULL},
    {"2j", NULL, 0, 0, "pod.log:7:11: expected the number to end, found 'j'"},
    {"f'a'", NULL, 0, 0, "pod.log:7:10: f-strings are not read here, found 'f'"},
    {"'\\N{DASH}'", NULL, 0, 0, "pod.log:7:13: \\N{...} is not read here, found '{'"},
    {"", NULL, 0, 0, "pod.log:7:10: expected a Python literal, found the end of the text"},
    {"[1,\n x]", NULL, 0, 0, "pod.log:8:2: expected a Python literal, found 'x'"},
};

static void test_rows(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        struct literal found;
        struct pos at = {.file = "pod.log", .line = 7, .col = 10};
        json_t *got = literal_parse(rows[i].text, strlen(rows[i].text), at, &found, &err);
        json_t *want = rows[i].json ? json_loads(rows[i].json, JSON_DECODE_ANY, NULL) : NULL;
        char *shown = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
        CHECK(got ? json_equal(got, want) : !want, "row %zu: %s", i, shown ? shown : err.text);
        bool counts = found.used == rows[i].used && found.non_finite == rows[i].non_finite;
        CHECK(!got || !rows[i].used || counts, "row %zu: %zu used, %zu", i, found.used, found.non_finite);
        CHECK(got || (err.kind == ERR_ARTIFACT && strcmp(err.text, rows[i].error) == 0), "row %zu: %s", i, err.text);
        free(shown);
        json_decref(got);
        json_decref(want);
    }
}

static void test_depth(void)
{
    for (int depth = LITERAL_DEPTH_MAX; depth <= LITERAL_DEPTH_MAX + 1; depth++) {
        struct error err = {0};
        struct literal found;
        struct text text = text_open(1 << 20);
        text_fill(&text, '[', (size_t)depth);
        text_fill(&text, ']', (size_t)depth);
        json_t *got = literal_parse(text.s, text.len, (struct pos){0}, &found, &err);
        CHECK((got != NULL) == (depth == LITERAL_DEPTH_MAX), "depth %d: %s", depth, err.text);
        json_decref(got);
        text_close(&text);
    }
}

int main(void)
{
    test_rows();
    test_depth();
    return check_end();
}
