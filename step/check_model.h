/* step/check_model.h — what a workload makes of one test, line by line, as JSON: what `check` shows.
 *
 * {"test": "tests/000__a", "valid": true, "broken": false,
 *  "parsed": [{"name": "summary", "value": "{\"runtime\": 12.5}", "ms": 0.04,
 *              "from": [{"file": "run.log", "first": 12, "last": 40, "pieces": 3}]}, …],
 *  "labels": [{"name": "model", "value": "\"a\""}, …], "results": […], "kpis": […],
 *  "notes": ["run.log: …", …], "missing": ["${LOGS}/a.log"], "unread": ["b.log", …], "violations": [{"at": "/results/x", "text": "found null, …"}, …]}
 *
 * missing: important files that are not there; unread: files of the test that no parser looked at, the first 20.
 * Values are JSON texts, cut where they are long. "first", "last" (lines) and "part" (a path in a document; "more" after it are
 * not listed) are there where the parser knows them; a file that could not be used has "fault". Everything is cleaned for the screen. */
#ifndef STEP_CHECK_MODEL_H
#define STEP_CHECK_MODEL_H
#include "lts/payload.h"
#include "step/context.h"
#include "store/parse.h"

struct check_options {
    const struct store_options *store; /* its trace is used: one test at a time */
    const struct lts *lts;
    bool times; /* with "ms" */
    size_t value_max; /* bytes of a value that are shown */
};

/* A new reference. */
json_t *check_model(struct context *context, const struct check_options *options, const struct test *test);

#endif
