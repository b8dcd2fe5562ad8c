/* lts/stream.h — all tests of a results directory, parsed by workers, given back in order.
 *
 * Workers parse, build, validate and render; the caller gets each test's outcome in the order of the tests. A window of
 * 2 × workers tests is under way, so memory does not grow with their number. The bytes do not depend on the number of workers.
 */
#ifndef LTS_STREAM_H
#define LTS_STREAM_H
#include "base/text.h"
#include "kpi/openmetrics.h"
#include "lts/payload.h"
#include "store/discover.h"

struct stream_options {
    struct store_options store;
    const struct lts *lts; /* NULL: no payloads */
    unsigned workers;
    bool matrix, payload_text, kpi_text; /* what to render */
    struct openmetrics_style kpi_style;
    bool compact;                        /* the payload as compact JSON too, for history */
    bool pretty;                         /* indent 4, else one line */
};

/* One test; valid during deliver. */
struct outcome {
    const struct test *test;
    struct parsing *parsing;
    const struct findings *findings;
    const struct payload *payload; /* json is NULL when there is none */
    bool broken;
    bool valid;                    /* a payload without violations */
    struct text matrix;            /* an element of the matrix list, at depth 1 */
    struct text payload_text;      /* an element of the payload list, at depth 1; only of valid payloads */
    struct text compact;
    struct text *samples;          /* KPIs as text, one per KPI of the workload; only of valid payloads */
};

typedef bool stream_deliver(void *context, struct outcome *outcome);

/* True when every test was delivered; false when deliver stopped it. */
bool stream_run(const struct stream_options *options, const struct test *tests, size_t n, stream_deliver *deliver, void *context);

#endif
