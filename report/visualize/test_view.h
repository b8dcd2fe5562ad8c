/* report/visualize/test_view.h — a parsed test as the report pages show it, and what they need to name and fill it. */
#ifndef REPORT_VISUALIZE_TEST_VIEW_H
#define REPORT_VISUALIZE_TEST_VIEW_H
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "store/findings.h"
#include "store/test.h"

/* Something that a payload has and should not, or the other way round; both are one line. */
struct view_violation {
    const char *where, *text; /* "/results/train_runtime", "found null, expected a number; because …" */
};

/* What the workload wants to be shown of each test (`reports: error:`). */
struct view_field {
    const char *title;
    const json_t *value;  /* NULL or null: there is none */
    const char *trouble;  /* why there is none; NULL */
};

/* Everything is borrowed while a report looks at it. */
struct test_view {
    const char *path;  /* below the results directory */
    const char *title; /* the path without the directories that all tests share: "003__granite-8b"; never empty */
    const char *name;  /* "model=a, gpu=4": the settings that vary; "" when none does */
    const char *link;  /* the test's directory as seen from the reports'; NULL: not known */
    json_t *settings;
    json_t *payload; /* {metadata, results, kpis}, valid or not; NULL: the workload has none */
    json_t *values;  /* parsed values by name */
    long exit_code;
    bool valid; /* a payload without violations */
    const struct finding *findings;
    size_t findings_n;
    const struct view_violation *violations;
    size_t violations_n;
    const struct view_field *fields;
    size_t fields_n;
};

/* The titles of all tests, in their order. */
const char *const *test_view_titles(struct arena *arena, const struct test *tests, size_t n);
/* The names of the settings that vary among the tests, in the order in which they are met; NULL-ended. */
const char *const *test_view_variables(struct arena *arena, const struct test *tests, size_t n);
/* "model=a, gpu=4", without what is null; "" when nothing is left. */
const char *test_view_name(struct arena *arena, const json_t *settings, const char *const *variables);
/* Whether something went wrong: an exit code, a missing or broken artifact, a violation. */
bool test_view_wrong(const struct test_view *view);
/* metadata.test_uuid, else the parsed value of that name, or NULL. */
const char *test_view_uuid(const struct test_view *view);
/* The link from one directory to another, both absolute and without links: ("/a/b", "/a/c/d") → "../c/d". */
const char *test_view_link(struct arena *arena, const char *from, const char *to);
/* The fragment's id of the i-th test on a page: "test-1". */
const char *test_view_id(struct arena *arena, size_t i);

/* Compact JSON, cut at `max` bytes with "…". */
const char *test_view_json(struct arena *arena, const json_t *value, size_t max);
/* For people: a string as it is, everything else as compact JSON; cut likewise. */
const char *test_view_shown(struct arena *arena, const json_t *value, size_t max);

#endif
