#include "store/robot.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "store/wildcard.h"

enum { LONG_NAME_MAX = 10000 };
static const int64_t us_max = 253402300799999999; /* the end of the year 9999 */

struct reading {
    const struct robot_options *options;
    struct text suite; /* long name of the suite being read */
    int tests, passed, failed, skipped;
};

static bool in_names(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* What runs, and has a status and keywords in it. */
static const char *const steps[] = {"kw",    "for",    "iter",     "if",    "branch", "try",  "while",
                                    "group", "return", "continue", "break", "error",  "variable", NULL};

bool robot_keep(const void *context, const char *name, const struct xml_element *parent)
{
    static const char *const known[] = {"suite", "test", "status", "doc",  "tags",  "tag",  "metadata",
                                        "meta",  "item", "statistics", "total", "stat", "errors", NULL};
    const struct robot_options *options = context;
    bool in_step = parent && in_names(steps, parent->name);
    if (!parent)
        return true;
    if (strcmp(name, "msg") == 0)
        return xml_is(parent, "errors") || (options->messages && in_step);
    if (in_step)
        return strcmp(name, "status") == 0 || in_names(steps, name);
    return in_names(known, name) || (options->keywords && in_names(steps, name));
}

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new_nocheck(object, name, value);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *own_text(const struct xml_element *element)
{
    return element && element->text_len ? json_stringn(element->text, element->text_len) : json_null();
}

/* ---- times ---- */

/* "20230414 17:19:19.808" (until version 6) or "2023-10-24T13:36:42.105882". */
static bool read_moment(const char *text, struct moment *moment)
{
    char iso[MOMENT_TEXT_MAX];
    struct error ignored = {0};
    size_t n = text ? strlen(text) : 0;
    if (n < 17 || n > 30)
        return false;
    bool old = text[8] == ' ';
    if (old)
        snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%s", text, text + 4, text + 6, text + 9);
    return moment_parse(old ? iso : text, MOMENT_ISO, (struct pos){0}, moment, &ignored);
}

static json_t *moment_json(const struct moment *moment)
{
    char text[MOMENT_TEXT_MAX];
    if (!moment)
        return json_null();
    moment_isoformat(*moment, 'T', text);
    return json_string(text);
}

static json_t *read_moment_json(const char *text)
{
    struct moment moment;
    return moment_json(read_moment(text, &moment) ? &moment : NULL);
}

static bool read_seconds(const char *text, double *seconds)
{
    char *end;
    if (!text || !*text || strspn(text, "0123456789.eE+-") != strlen(text))
        return false;
    *seconds = strtod(text, &end);
    return *end == '\0' && isfinite(*seconds) && fabs(*seconds) < 1e9;
}

static void set_times(json_t *object, const struct xml_element *status)
{
    const char *start_text = xml_attribute(status, "start"), *elapsed_text = xml_attribute(status, "elapsed");
    struct moment start, end;
    double elapsed;
    bool started = read_moment(start_text ? start_text : xml_attribute(status, "starttime"), &start);
    bool ended = read_moment(xml_attribute(status, "endtime"), &end);
    bool measured = read_seconds(elapsed_text, &elapsed);
    if (started && ended && !measured) {
        elapsed = (double)(end.us - start.us) / 1e6;
        measured = true;
    }
    if (started && measured && !ended) {
        end = start;
        end.us += (int64_t)llround(elapsed * 1e6);
        ended = end.us <= us_max && end.us >= 0;
    }
    set(object, "start", moment_json(started ? &start : NULL));
    set(object, "end", moment_json(ended ? &end : NULL));
    set(object, "time", measured ? json_real(elapsed) : json_null());
}

static const char *set_status(json_t *object, const struct xml_element *element)
{
    static const struct xml_element none = {.name = "status", .text = ""};
    const struct xml_element *status = xml_child(element, "status");
    if (!status)
        status = &none;
    const char *word = xml_attribute(status, "status");
    set(object, "status", text_or_null(word));
    set(object, "message", own_text(status));
    set_times(object, status);
    return word ? word : "";
}

/* ---- keywords ---- */

static json_t *message_json(const struct xml_element *element)
{
    const char *time = xml_attribute(element, "time");
    return json_pack("{s:o s:o s:o}", "level", text_or_null(xml_attribute(element, "level")), "time",
                     read_moment_json(time ? time : xml_attribute(element, "timestamp")), "text", own_text(element));
}

static json_t *messages_json(const struct xml_element *element)
{
    json_t *list = json_array();
    for (const struct xml_element *child = element ? element->first : NULL; child; child = child->next)
        if (xml_is(child, "msg"))
            json_array_append_new(list, message_json(child));
    return list;
}

/* Version 3 writes a loop as a keyword with a type; types were in capitals from version 4 on. */
static void set_type(json_t *object, const struct xml_element *element)
{
    const char *type = xml_attribute(element, "type");
    char lower[20];
    size_t n = 0;
    if (!type || !*type)
        type = xml_is(element, "kw") ? "keyword" : element->name;
    for (; type[n] && n + 1 < sizeof(lower); n++)
        lower[n] = (char)tolower((unsigned char)type[n]);
    lower[n] = '\0';
    set(object, "type", json_string(strcmp(lower, "kw") == 0 ? "keyword" : lower));
}

static bool is_wanted(const struct reading *reading, const char *name)
{
    for (const char *const *pattern = reading->options->keywords; pattern && *pattern; pattern++)
        if (wildcard_match(wildcard_text(name), wildcard_text(*pattern), &wildcard_of_files))
            return true;
    return false;
}

static void add_keywords(const struct reading *reading, const struct xml_element *element, int level, json_t *list)
{
    for (const struct xml_element *child = element->first; child; child = child->next) {
        if (!in_names(steps, child->name))
            continue;
        const char *name = xml_attribute(child, "name"), *owner = xml_attribute(child, "owner");
        if (is_wanted(reading, name ? name : child->name)) {
            json_t *object = json_object();
            set(object, "name", json_string(name ? name : child->name));
            set(object, "owner", text_or_null(owner ? owner : xml_attribute(child, "library")));
            set_type(object, child);
            set(object, "level", json_integer(level));
            set_status(object, child);
            if (reading->options->messages)
                set(object, "messages", messages_json(child));
            json_array_append_new(list, object);
        }
        add_keywords(reading, child, level + 1, list);
    }
}

static void set_keywords(const struct reading *reading, json_t *object, const struct xml_element *element)
{
    if (!reading->options->keywords)
        return;
    json_t *list = json_array();
    add_keywords(reading, element, 1, list);
    set(object, "keywords", list);
}

/* ---- tests and suites ---- */

static void set_doc(json_t *object, const struct xml_element *element)
{
    const struct xml_element *doc = xml_child(element, "doc");
    set(object, "doc", doc ? json_stringn(doc->text, doc->text_len) : json_string(""));
}

/* <tag>x</tag>, until version 3 within <tags>. */
static json_t *tags_json(const struct xml_element *element)
{
    json_t *list = json_array();
    const struct xml_element *within = xml_child(element, "tags");
    for (const struct xml_element *child = within ? within->first : element->first; child; child = child->next)
        if (xml_is(child, "tag"))
            json_array_append_new(list, json_stringn(child->text, child->text_len));
    return list;
}

/* <meta name="k">v</meta>, until version 3 <metadata><item name="k">v</item></metadata>. */
static json_t *metadata_json(const struct xml_element *element)
{
    json_t *object = json_object();
    const struct xml_element *within = xml_child(element, "metadata");
    for (const struct xml_element *child = within ? within->first : element->first; child; child = child->next) {
        const char *name = xml_attribute(child, "name");
        if (name && (xml_is(child, "meta") || xml_is(child, "item")))
            set(object, name, json_stringn(child->text, child->text_len));
    }
    return object;
}

static void count(struct reading *reading, const char *status)
{
    reading->tests++;
    reading->passed += strcmp(status, "PASS") == 0;
    reading->failed += strcmp(status, "FAIL") == 0;
    reading->skipped += strcmp(status, "SKIP") == 0;
}

static json_t *test_json(struct reading *reading, const struct xml_element *element)
{
    json_t *object = json_object();
    set(object, "name", text_or_null(xml_attribute(element, "name")));
    set(object, "id", text_or_null(xml_attribute(element, "id")));
    set(object, "suite", json_string(reading->suite.s));
    set_doc(object, element);
    set(object, "tags", tags_json(element));
    count(reading, set_status(object, element));
    set_keywords(reading, object, element);
    return object;
}

static json_t *suite_json(struct reading *reading, const struct xml_element *element)
{
    json_t *object = json_object(), *tests = json_array(), *suites = json_array();
    const char *name = xml_attribute(element, "name");
    size_t above = reading->suite.len;
    text_add(&reading->suite, above ? "." : "");
    text_add(&reading->suite, name ? name : "");
    for (const struct xml_element *child = element->first; child; child = child->next) {
        if (xml_is(child, "test"))
            json_array_append_new(tests, test_json(reading, child));
        if (xml_is(child, "suite"))
            json_array_append_new(suites, suite_json(reading, child));
    }
    set(object, "name", text_or_null(name));
    set(object, "id", text_or_null(xml_attribute(element, "id")));
    set(object, "source", text_or_null(xml_attribute(element, "source")));
    set_doc(object, element);
    set(object, "metadata", metadata_json(element));
    set_status(object, element);
    set_keywords(reading, object, element); /* its setup and teardown */
    set(object, "tests", tests);
    set(object, "suites", suites);
    if (reading->suite.len > above) {
        reading->suite.len = above;
        reading->suite.s[above] = '\0';
    }
    return object;
}

/* ---- the rest ---- */

static json_t *stats_json(const struct xml_element *list)
{
    static const char *const counts[] = {"pass", "fail", "skip"};
    json_t *all = json_array();
    for (const struct xml_element *stat = list ? list->first : NULL; stat; stat = stat->next) {
        json_t *object = json_object();
        set(object, "name", own_text(stat));
        for (size_t i = 0; i < 3; i++) {
            const char *text = xml_attribute(stat, counts[i]);
            double number;
            set(object, counts[i], read_seconds(text, &number) ? json_integer((json_int_t)number) : json_null());
        }
        json_array_append_new(all, object);
    }
    return all;
}

static json_t *statistics_json(const struct xml_element *root)
{
    const struct xml_element *statistics = xml_child(root, "statistics");
    static const struct xml_element none = {.name = "statistics", .text = ""};
    if (!statistics)
        statistics = &none;
    return json_pack("{s:o s:o s:o}", "total", stats_json(xml_child(statistics, "total")), "tags",
                     stats_json(xml_child(statistics, "tag")), "suites", stats_json(xml_child(statistics, "suite")));
}

json_t *robot_json(const struct xml_element *root, const struct robot_options *options, struct error *err)
{
    struct reading reading = {.options = options, .suite = text_open(LONG_NAME_MAX)};
    const struct xml_element *suite = xml_child(root, "suite");
    if (!xml_is(root, "robot") || !suite) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = options->file, .line = root->line, .col = root->col},
                 "<%.60s>: expected Robot Framework's <robot> with a <suite>", root->name);
        return NULL;
    }
    json_t *suites = suite_json(&reading, suite), *all = json_object();
    set(all, "generator", text_or_null(xml_attribute(root, "generator")));
    set(all, "generated", read_moment_json(xml_attribute(root, "generated")));
    set(all, "tests", json_integer(reading.tests));
    set(all, "passed", json_integer(reading.passed));
    set(all, "failed", json_integer(reading.failed));
    set(all, "skipped", json_integer(reading.skipped));
    set(all, "suite", suites);
    set(all, "statistics", statistics_json(root));
    set(all, "errors", messages_json(xml_child(root, "errors")));
    text_close(&reading.suite);
    return all;
}
