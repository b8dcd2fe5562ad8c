/* regress/acks/marks.h — where what people said (regress/acks/acks.h) stands in one series: borders, the floor of accepted and acknowledged
 * levels, the places of acknowledgements.
 *
 * The place of an acknowledgement or an accepted level is that of a change that the series shows within MARKS_NEAR run points of it, else
 * the run that is named. An active acknowledgement makes a floor as an accepted level does, so that only what is worse than the
 * acknowledged level is found; whether the acknowledged change is still there is asked apart from that (regress/known.h).
 */
#ifndef REGRESS_ACKS_MARKS_H
#define REGRESS_ACKS_MARKS_H
#include "regress/acks/acks.h"
#include "regress/acks/sides.h"
#include "regress/verdict.h"

enum {
    MARKS_NEAR = 2,   /* run points by which the begin of one change may move from analysis to analysis */
    MARKS_ID_SIZE = 16 /* "mb-3f2a91c0d7e8" */
};

/* An acknowledgement that speaks of the series. */
struct mark {
    const struct ack *ack;
    bool placed;   /* its change has a place: */
    size_t at;     /* the first bad run point; n: the entry */
    size_t from;   /* where the level begins that the series shows there, when `at` lies well within it; else 0 */
    bool free;     /* it names no run and no change: whatever begins is meant */
    bool past;     /* the run that it ends with is older than the entry, or: */
    bool end_unknown; /* none of the series is that run */
    bool expired;  /* its day is past */
    bool beside;   /* both sides of it are in the history: */
    struct sides sides;
};

struct marks {
    struct mark *v;
    size_t n;
    const struct ack_level *accepted; /* the newest accepted level of the series; NULL: none */
    size_t accepted_at;               /* where it begins: n: with the entry */
    const struct mark *floor;         /* the acknowledgement that made series.floor; NULL: none did */
    struct series series;             /* in which the places are */
    const char *const *comparison_keys;
    bool *found;                      /* of acks->acknowledged, accepted, changes in this order: the run that each names is in the series */
};

/* How many run points lie from one place to another. */
size_t marks_distance(size_t a, size_t b);

/* The identity of a change: of the KPI, the labels that are compared, and the run with which it began, by its place or one of its records. */
void marks_id(const struct hypothesis *h, size_t point, const char *const *comparison_keys, char id[MARKS_ID_SIZE]);
void marks_id_of(const struct hypothesis *h, const struct record *record, const char *const *comparison_keys, char id[MARKS_ID_SIZE]);

/* NULL without a file of acknowledgements. Gives h->series its borders and floor. */
struct marks *marks_place(struct hypothesis *h, const struct analysis_options *options, struct shuffles *shuffles, struct arena *arena);

/* After another part of a list was taken as the series: the places are in that one. */
void marks_follow(struct hypothesis *h);
/* The same for a copy of a hypothesis, which is given marks of its own; NULL stays NULL. */
void marks_follow_apart(struct hypothesis *h, struct arena *arena);
/* The mark of these that is `mark` of those that they were copied from. */
const struct mark *marks_same(const struct marks *marks, const struct marks *from, const struct mark *mark);

/* Whether the entry stands nearer to the level before the acknowledged change than to the one after. */
bool marks_gone_now(const struct hypothesis *h, const struct mark *mark);

/* Whether the entry begins a level that was accepted, so that there is nothing to hold it against. */
bool marks_begin(const struct hypothesis *h);

/* The line by which a record is left out: of everything (kpi NULL), or of that KPI; NULL: it is not. */
const struct ack_exclusion *marks_excluded(const struct analysis_options *options, const struct record *record, const char *kpi);

#endif
