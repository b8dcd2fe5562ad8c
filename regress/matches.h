/* regress/matches.h — whether a record has the labels that a workload or a file of acknowledgements names (struct label_matches).
 *
 * Values are compared as JSON: numbers by what they are worth (8 fits 8.0), all else by their texts. A label that is not there is null.
 */
#ifndef REGRESS_MATCHES_H
#define REGRESS_MATCHES_H
#include <stdbool.h>

#include "history/record.h"
#include "workload/judging.h"

/* Whether all of them hold; none: true. */
bool matches_record(const struct label_matches *matches, const struct record *record);
/* Whether a label's value, a JSON text or NULL, is `value`. */
bool matches_value(const char *label, const char *value);

#endif
