/* store/robot.h — output.xml of Robot Framework 3 to 7.
 *
 *     <robot generator="Robot 7.3 …" generated="2025-01-06T08:00:00.5"><suite id="s1" name="A"><test id="s1-t1" name="Login">…
 *       <status status="PASS" start="2025-01-06T08:00:00.25" elapsed="1.5"/></test>…</suite>…</robot>
 *     → {"generator": "Robot 7.3 …", "generated": "2025-01-06T08:00:00.500000", "tests": 1, "passed": 1, "failed": 0, "skipped": 0,
 *        "suite": {"name": "A", "id": "s1", "source": null, "doc": "", "metadata": {}, "status": "PASS", "message": null,
 *          "start": …, "end": …, "time": …, "tests": [{"name": "Login", "id": "s1-t1", "suite": "A", "doc": "", "tags": [],
 *          "status": "PASS", "message": null, "start": "2025-01-06T08:00:00.250000", "end": "2025-01-06T08:00:01.750000",
 *          "time": 1.5}], "suites": []}, "statistics": {"total": [{"name": "All Tests", "pass": 1, …}], "tags": […], "suites": […]},
 *        "errors": [{"level": "WARN", "time": …, "text": …}]}
 *
 * Times are the clock of the machine that ran the tests, without a zone, as Robot writes them; both spellings (starttime and endtime;
 * start and elapsed) give start, end and time (seconds); what is N/A is null. A test's `suite` is the long name ("Suites.A").
 * With keywords, suites and tests have `keywords`, a flat list in the order of the run: {"name", "owner" (the library), "type"
 * ("setup", "teardown", "for", "if", … "keyword"), "level" (1: called by the test), "status", "message", "start", "end", "time"}. */
#ifndef STORE_ROBOT_H
#define STORE_ROBOT_H
#include <jansson.h>

#include "store/xml.h"

struct robot_options {
    const char *file;            /* for messages */
    const char *const *keywords; /* NULL-ended names with * and ?; control structures are named by their type; NULL: none */
    bool messages;               /* keywords have `messages`, as `errors` */
};

/* What of a document is needed: for struct xml_options, with a struct robot_options as context. */
bool robot_keep(const void *context, const char *name, const struct xml_element *parent);

/* A new reference; NULL (ERR_ARTIFACT): it is no such document. */
json_t *robot_json(const struct xml_element *root, const struct robot_options *options, struct error *err);

#endif
