/* store/junit.h — JUnit XML, in the dialects of pytest, Maven Surefire, Gradle, Ant, gotestsum, Jest, GoogleTest and PHPUnit.
 *
 *     <testsuite name="s" time="0.3"><testcase classname="c" name="n" time="0.1"><failure message="m">text</failure></testcase></testsuite>
 *     → {"tests": 1, "failures": 1, "errors": 0, "skipped": 0, "time": 0.3, "suites": [{"name": "s", "tests": 1, …, "time": 0.3,
 *        "timestamp": null, "hostname": null, "properties": {}, "suites": [], "cases": [{"name": "n", "classname": "c", "time": 0.1,
 *        "status": "failed", "message": "m", "type": null, "text": "text", "flaky": 0, "reruns": 0, "properties": {}}]}]}
 *
 * The counts are of the cases that stand there, of a suite and all below it; what a document says of itself (dialects differ in what
 * they count) is compared and a difference is told. Times are seconds; a suite that says none has the sum of what is in it.
 * A case is "error", "failed", "skipped" or "passed", by the first of these elements that it has; GoogleTest's disabled cases are
 * "skipped". `message` is the element's attribute, else the first line of its text. `flaky` counts the failures of a case that passed
 * in the end, `reruns` those of one that did not. `file`, `line` and `timestamp` of a case stand only where they are given. */
#ifndef STORE_JUNIT_H
#define STORE_JUNIT_H
#include <jansson.h>

#include "store/xml.h"

struct junit_options {
    const char *file; /* for messages */
    bool output;      /* also `output` and `error_output`, of cases and suites: system-out and system-err */
};

/* What of a document is needed: for struct xml_options, with a struct junit_options as context. */
bool junit_keep(const void *context, const char *name, const struct xml_element *parent);

/* A document that says another number of tests than it has; name NULL: there is none. */
struct junit_difference {
    const char *name; /* of the suite */
    double said;
    int found, line;
};

/* A new reference; NULL (ERR_ARTIFACT): the root is not of JUnit. */
json_t *junit_json(const struct xml_element *root, const struct junit_options *options, struct junit_difference *difference,
                   struct error *err);

#endif
