/* proof/calibrate_take.h — what calibrate takes out of the newest invocation and its history, to write shuffled values into copies of it; for
 * proof/calibrate*.c only.
 *
 *     base:  history of set 0 | history of set 1 | … | entries of set 0 | entries of set 1 | …        (records)
 *     columns of a set: one for each KPI, of a list one for each part ("itl:p99"); point i of a column is cells [first[i], first[i + 1])
 */
#ifndef PROOF_CALIBRATE_TAKE_H
#define PROOF_CALIBRATE_TAKE_H
#include "proof/calibrate.h"
#include "proof/quiet.h"
#include "regress/select.h"

/* A number of a record, and how far it is from the mean of its run point. */
struct calibrate_cell {
    size_t record, kpi;
    double deviation;
};

/* What is shuffled: the numbers of one name of one label set, by run points in the order of the analysis. */
struct calibrate_column {
    size_t series;   /* index in calibration.series */
    struct quiet quiet;
    struct calibrate_cell *cells;
    size_t *first;   /* of each point in cells; and the end */
};

/* Records of a label set: history [from, to) and entries [entries_from, entries_to) of `base`. */
struct calibrate_set {
    size_t number;   /* in past */
    size_t from, to, entries_from, entries_to;
    struct select_point *points; /* whose records are in `base` */
    size_t points_n;
    size_t columns_from, columns_to, series_from; /* its series follow one another */
};

/* What a worker has for itself. */
struct calibrate_room {
    struct record *copies; /* of base */
    struct arena keeps, arena, scratch;
    struct shuffles shuffles;
};

/* One run of calibrate. */
struct calibrate_work {
    struct arena *arena;
    const struct past *past;
    const struct calibrate_options *options;
    struct calibration *result;
    LIST_OF(struct record) base; /* history, then entries; each by label set */
    size_t history_n;
    struct calibrate_set *sets;
    size_t sets_n;
    LIST_OF(struct calibrate_column) columns;
    struct calibrate_room *rooms;
    unsigned char *found; /* per slot and series: the verdict */
    size_t window, done, all;
};

/* Fills base and sets: the label sets of the newest invocation, each with the history that the analysis would select. */
void calibrate_take(struct calibrate_work *work);
/* Fills the series and the columns: the newest invocation is judged as it is, and what stands out of its series is taken out. */
void calibrate_look(struct calibrate_work *work);

/* Whether the analysis looks at more of a history than the newest SERIES_MAX points: for a budget, a control or pairs. */
bool calibrate_needs_all(const struct analysis_options *options);
/* The set whose entry base.v[record] is. */
const struct calibrate_set *calibrate_set_of(const struct calibrate_work *work, size_t record);
/* Index in calibration.series; SIZE_MAX: not analysed. */
size_t calibrate_series_of(const struct calibrate_work *work, const struct calibrate_set *set, const char *kpi);

/* Different for each replicate, and the same again for the same options->seed. */
uint64_t calibrate_seed(const struct calibrate_work *work, size_t replicate);
/* Gives a run point of the copies this value: its repetitions keep their distances from their mean. */
void calibrate_write_point(struct record *copies, const struct calibrate_column *column, size_t point, double value);
/* Shuffles a column in the worker's copies; gives the values that were written, in its scratch. */
double *calibrate_write(struct calibrate_room *room, const struct calibrate_column *column, uint64_t seed);

#endif
