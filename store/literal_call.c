#include "store/literal_call.h"

#include <string.h>

#include "base/arena.h"
#include "base/moment.h"

enum { ARGUMENTS_MAX = 7, US = 1000000 };

struct literal_call {
    const char *name; /* behind "np." or "numpy.", which may lack */
    json_t *(*value)(const json_t *arguments, const json_t *keywords, const char **expected);
};

/* ---- what is in it ---- */

static json_t *only(const json_t *arguments, const json_t *keywords, const char **expected)
{
    (void)keywords;
    *expected = "one value in the brackets";
    return json_incref(json_array_get(arguments, 0));
}

static bool add_pair(json_t *object, const json_t *pair)
{
    const char *name = json_string_value(json_array_get(pair, 0));
    return name && json_array_size(pair) == 2 && json_object_set_nocheck(object, name, json_array_get(pair, 1)) == 0;
}

/* OrderedDict([('a', 1)]), OrderedDict({'a': 1}), Counter(), defaultdict(None, {…}). */
static json_t *object(const json_t *arguments, const json_t *keywords, const char **expected)
{
    size_t n = json_array_size(arguments);
    json_t *last = json_array_get(arguments, n ? n - 1 : 0), *made = memory_need(json_object());
    (void)keywords;
    *expected = "a dict or pairs of a text and a value in the brackets";
    if (json_is_object(last)) {
        json_decref(made);
        return json_incref(last);
    }
    for (size_t i = 0; i < json_array_size(last); i++) {
        if (add_pair(made, json_array_get(last, i)))
            continue;
        json_decref(made);
        return NULL;
    }
    if (!last || json_is_array(last))
        return made;
    json_decref(made);
    return NULL;
}

/* ---- times ---- */

/* The arguments as whole numbers; those that are not there are 0. */
static bool numbers(const json_t *arguments, const json_t *keywords, const char *const *names, int64_t out[ARGUMENTS_MAX])
{
    for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
        const json_t *value = i < json_array_size(arguments) ? json_array_get(arguments, i) : json_object_get(keywords, names[i]);
        out[i] = json_integer_value(value);
        if (value && (!json_is_integer(value) || out[i] > 1000000000 || out[i] < -1000000000))
            return false;
    }
    return json_array_size(arguments) <= ARGUMENTS_MAX;
}

static json_t *datetime(const json_t *arguments, const json_t *keywords, const char **expected)
{
    static const char *const names[ARGUMENTS_MAX] = {"year", "month", "day", "hour", "minute", "second", "microsecond"};
    const char *zone = json_string_value(json_object_get(keywords, "tzinfo"));
    int64_t v[ARGUMENTS_MAX];
    char text[MOMENT_TEXT_MAX];
    *expected = "a date and a time that exist, without a zone or in datetime.timezone.utc";
    if (!numbers(arguments, keywords, names, v) || v[3] < 0 || v[3] > 23 || v[4] < 0 || v[4] > 59 || v[5] < 0 || v[5] > 59 || v[6] < 0 ||
        v[6] >= US || !moment_date_valid((int)v[0], (int)v[1], (int)v[2]))
        return NULL;
    if (json_object_get(keywords, "tzinfo") && (!zone || strcmp(zone, "datetime.timezone.utc") != 0))
        return NULL;
    int64_t seconds = moment_days((int)v[0], (int)v[1], (int)v[2]) * 86400 + (v[3] * 60 + v[4]) * 60 + v[5];
    moment_isoformat((struct moment){.us = seconds * US + v[6], .has_zone = zone != NULL}, 'T', text);
    return memory_need(json_string(text));
}

static json_t *date(const json_t *arguments, const json_t *keywords, const char **expected)
{
    static const char *const names[ARGUMENTS_MAX] = {"year", "month", "day", "", "", "", ""};
    int64_t v[ARGUMENTS_MAX];
    char text[MOMENT_TEXT_MAX];
    *expected = "a date that exists";
    if (json_array_size(arguments) > 3 || !numbers(arguments, keywords, names, v) || !moment_date_valid((int)v[0], (int)v[1], (int)v[2]))
        return NULL;
    moment_isoformat((struct moment){.us = moment_days((int)v[0], (int)v[1], (int)v[2]) * 86400 * US}, 'T', text);
    return memory_need(json_stringn(text, 10));
}

static json_t *timedelta(const json_t *arguments, const json_t *keywords, const char **expected)
{
    static const char *const names[ARGUMENTS_MAX] = {"days", "seconds", "microseconds", "", "", "", ""};
    int64_t v[ARGUMENTS_MAX];
    *expected = "days, seconds and microseconds";
    if (json_array_size(arguments) > 3 || !numbers(arguments, keywords, names, v))
        return NULL;
    return memory_need(json_real((double)(v[0] * 86400 + v[1]) + (double)v[2] / US));
}

/* ---- names ---- */

static const struct literal_call calls[] = {
    {"array", only},      {"float64", only},   {"float32", only},  {"float16", only},    {"longdouble", only},  {"int64", only},
    {"int32", only},      {"int16", only},     {"int8", only},     {"uint64", only},     {"uint32", only},      {"uint16", only},
    {"uint8", only},      {"bool_", only},     {"str_", only},     {"tensor", only},     {"torch.tensor", only}, {"deque", only},
    {"frozenset", only},  {"Decimal", only},   {"UUID", only},     {"PosixPath", only},  {"OrderedDict", object}, {"Counter", object},
    {"defaultdict", object}, {"datetime.datetime", datetime}, {"datetime.date", date}, {"datetime.timedelta", timedelta},
};

static size_t numpy_prefix(const char *p, const char *end)
{
    static const char *const prefixes[] = {"np.", "numpy."};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        size_t n = strlen(prefixes[i]);
        if ((size_t)(end - p) > n && memcmp(p, prefixes[i], n) == 0)
            return n;
    }
    return 0;
}

const struct literal_call *literal_call_find(const char *p, const char *end, size_t *len)
{
    size_t prefix = numpy_prefix(p, end);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        size_t n = strlen(calls[i].name);
        *len = prefix + n;
        if ((size_t)(end - p) > *len && memcmp(p + prefix, calls[i].name, n) == 0 && p[*len] == '(')
            return &calls[i];
    }
    return NULL;
}

bool literal_call_constant(const char *p, const char *end, size_t *len, bool *value)
{
    size_t prefix = numpy_prefix(p, end);
    *value = (size_t)(end - p) >= prefix + 5 && memcmp(p + prefix, "True_", 5) == 0;
    *len = prefix + (*value ? 5 : 6);
    return prefix && (*value || ((size_t)(end - p) >= *len && memcmp(p + prefix, "False_", 6) == 0));
}

json_t *literal_call_value(const struct literal_call *call, const json_t *arguments, const json_t *keywords, const char **expected)
{
    return call->value(arguments, keywords, expected);
}
