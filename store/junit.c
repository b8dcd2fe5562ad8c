#include "store/junit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a suite and all below it have. */
struct counts {
    int tests, failures, errors, skipped;
    double time; /* the sum of what the next level says */
    bool timed;
};

struct reading {
    const struct junit_options *options;
    struct junit_difference *difference;
};

static bool in_names(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool junit_keep(const void *context, const char *name, const struct xml_element *parent)
{
    static const char *const outputs[] = {"system-out", "system-err", NULL};
    static const char *const known[] = {"testsuites", "testsuite", "testcase",    "properties",   "property",     "error",     "failure",
                                        "skipped",    "disabled",  "rerunFailure", "rerunError",  "flakyFailure", "flakyError", NULL};
    const struct junit_options *options = context;
    return !parent || in_names(known, name) || (options->output && in_names(outputs, name));
}

/* "1,234.567": Surefire wrote thousands so. */
static bool read_number(const char *text, double *value)
{
    char buffer[64], *end;
    size_t n = 0;
    for (; text && *text && n + 1 < sizeof(buffer); text++)
        if (*text != ',')
            buffer[n++] = *text;
    buffer[n] = '\0';
    if (!n || strspn(buffer, "0123456789.eE+-") != n)
        return false;
    *value = strtod(buffer, &end);
    return *end == '\0' && isfinite(*value) && *value >= 0;
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new_nocheck(object, name, value);
}

static void set_attribute(json_t *object, const struct xml_element *element, const char *name)
{
    set(object, name, text_or_null(xml_attribute(element, name)));
}

/* Those that not all dialects have. */
static void set_if_given(json_t *object, const struct xml_element *element, const char *name)
{
    if (xml_attribute(element, name))
        set_attribute(object, element, name);
}

static json_t *properties_json(const struct xml_element *element)
{
    json_t *all = json_object();
    for (const struct xml_element *list = element->first; list; list = list->next) {
        for (const struct xml_element *property = list->first; property && xml_is(list, "properties"); property = property->next) {
            const char *name = xml_attribute(property, "name"), *value = xml_attribute(property, "value");
            if (name)
                set(all, name, value ? json_string(value) : json_stringn(property->text, property->text_len));
        }
    }
    return all;
}

/* The texts of all elements of a name, one after the other. */
static void set_output(const struct reading *reading, json_t *object, const struct xml_element *element)
{
    static const char *const rows[][2] = {{"output", "system-out"}, {"error_output", "system-err"}};
    for (size_t i = 0; reading->options->output && i < 2; i++) {
        const struct xml_element *first = xml_child(element, rows[i][1]);
        size_t n = 0;
        for (const struct xml_element *child = first; child; child = child->next)
            n += xml_is(child, rows[i][1]) ? child->text_len + 1 : 0;
        char *all = memory_need(malloc(n + 1)), *end = all;
        for (const struct xml_element *child = first; child; child = child->next) {
            if (!xml_is(child, rows[i][1]))
                continue;
            memcpy(end, child->text, child->text_len);
            end += child->text_len;
            *end++ = '\n';
        }
        set(object, rows[i][0], n ? json_stringn(all, n - 1) : json_null());
        free(all);
    }
}

/* ---- cases ---- */

static const struct {
    const char *element, *status;
    size_t counted; /* in struct counts */
} statuses[] = {{"error", "error", offsetof(struct counts, errors)},
                {"failure", "failed", offsetof(struct counts, failures)},
                {"skipped", "skipped", offsetof(struct counts, skipped)},
                {"disabled", "skipped", offsetof(struct counts, skipped)}};
enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

/* GoogleTest and others: <testcase status="notrun"/>. */
static bool is_not_run(const struct xml_element *element)
{
    static const char *const words[] = {"notrun", "disabled", "skipped", NULL};
    const char *status = xml_attribute(element, "status");
    return status && in_names(words, status);
}

static int count_children(const struct xml_element *element, const char *prefix)
{
    int n = 0;
    for (const struct xml_element *child = element->first; child; child = child->next)
        n += strncmp(child->name, prefix, strlen(prefix)) == 0;
    return n;
}

static void set_reason(json_t *object, const struct xml_element *reason)
{
    const char *message = reason ? xml_attribute(reason, "message") : NULL;
    if (message && *message)
        set(object, "message", json_string(message));
    else if (reason && reason->text_len)
        set(object, "message", json_stringn(reason->text, strcspn(reason->text, "\r\n")));
    else
        set(object, "message", json_null());
    set(object, "type", reason ? text_or_null(xml_attribute(reason, "type")) : json_null());
    set(object, "text", reason && reason->text_len ? json_stringn(reason->text, reason->text_len) : json_null());
}

static json_t *case_json(const struct reading *reading, const struct xml_element *element, struct counts *counts)
{
    json_t *object = json_object();
    const struct xml_element *reason = NULL;
    const char *status = "passed";
    double time;
    size_t row = 0;
    while (row < STATUSES && !(reason = xml_child(element, statuses[row].element)))
        row++;
    if (row == STATUSES && is_not_run(element))
        row = STATUSES - 1;
    counts->tests++;
    if (row < STATUSES) {
        status = statuses[row].status;
        ++*(int *)(void *)((char *)counts + statuses[row].counted);
    }
    bool timed = read_number(xml_attribute(element, "time"), &time);
    counts->timed |= timed;
    counts->time += timed ? time : 0;
    set_attribute(object, element, "name");
    set_attribute(object, element, "classname");
    set(object, "time", timed ? json_real(time) : json_null());
    set(object, "status", json_string(status));
    set_reason(object, reason);
    set(object, "flaky", json_integer(count_children(element, "flaky")));
    set(object, "reruns", json_integer(count_children(element, "rerun")));
    set(object, "properties", properties_json(element));
    set_if_given(object, element, "file");
    set_if_given(object, element, "line");
    set_if_given(object, element, "timestamp");
    set_output(reading, object, element);
    return object;
}

/* ---- suites ---- */

static void set_counts(json_t *object, const struct xml_element *element, struct counts *counts)
{
    double said;
    bool timed = read_number(xml_attribute(element, "time"), &said);
    counts->time = timed ? said : counts->time;
    counts->timed |= timed;
    set(object, "tests", json_integer(counts->tests));
    set(object, "failures", json_integer(counts->failures));
    set(object, "errors", json_integer(counts->errors));
    set(object, "skipped", json_integer(counts->skipped));
    set(object, "time", counts->timed ? json_real(counts->time) : json_null());
}

static void add_counts(struct counts *counts, const struct counts *more)
{
    counts->tests += more->tests;
    counts->failures += more->failures;
    counts->errors += more->errors;
    counts->skipped += more->skipped;
    counts->time += more->timed ? more->time : 0;
    counts->timed |= more->timed;
}

static void compare(const struct reading *reading, const struct xml_element *element, const struct counts *counts)
{
    double said;
    const char *name = xml_attribute(element, "name");
    if (!reading->difference->name && read_number(xml_attribute(element, "tests"), &said) && said != counts->tests)
        *reading->difference =
            (struct junit_difference){.name = name ? name : "", .said = said, .found = counts->tests, .line = element->line};
}

static json_t *suite_json(const struct reading *reading, const struct xml_element *element, struct counts *counts)
{
    json_t *object = json_object(), *suites = json_array(), *cases = json_array();
    for (const struct xml_element *child = element->first; child; child = child->next) {
        if (xml_is(child, "testcase"))
            json_array_append_new(cases, case_json(reading, child, counts));
        struct counts below = {0};
        if (xml_is(child, "testsuite")) {
            json_array_append_new(suites, suite_json(reading, child, &below));
            add_counts(counts, &below);
        }
    }
    compare(reading, element, counts);
    set_attribute(object, element, "name");
    set_counts(object, element, counts);
    set_attribute(object, element, "timestamp");
    set_attribute(object, element, "hostname");
    set(object, "properties", properties_json(element));
    set_output(reading, object, element);
    set(object, "suites", suites);
    set(object, "cases", cases);
    return object;
}

json_t *junit_json(const struct xml_element *root, const struct junit_options *options, struct junit_difference *difference,
                   struct error *err)
{
    struct reading reading = {.options = options, .difference = difference};
    struct counts counts = {0};
    *difference = (struct junit_difference){0};
    if (!xml_is(root, "testsuites") && !xml_is(root, "testsuite")) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = options->file, .line = root->line, .col = root->col},
                 "<%.60s>: expected JUnit's <testsuites> or <testsuite>", root->name);
        return NULL;
    }
    json_t *object = suite_json(&reading, root, &counts), *all = json_object();
    static const char *const totals[] = {"tests", "failures", "errors", "skipped", "time"};
    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
        json_object_set(all, totals[i], json_object_get(object, totals[i]));
    bool many = xml_is(root, "testsuites") && json_array_size(json_object_get(object, "cases")) == 0;
    set(all, "suites", many ? json_incref(json_object_get(object, "suites")) : json_pack("[O]", object));
    json_decref(object);
    return all;
}
