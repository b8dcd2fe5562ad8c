/* workload/label_keys.h — reading maps of labels: {gpu: [A100, H100], mode: x}. For the files of workload/ that read keys.
 *
 * A number also stands for the text that looks like it: `version: 4.18` fits the labels 4.18 and "4.18". */
#ifndef WORKLOAD_LABEL_KEYS_H
#define WORKLOAD_LABEL_KEYS_H
#include "workload/reader.h"

/* Adds every label that is named to `names`, under `what` ("thresholds: labels"). An empty map is refused. */
bool label_keys_read(const struct reader *reader, const struct node *node, const char *what, struct label_matches *out,
                     struct placed_names *names);
/* One value, as a JSON text: "\"A100\"", "8", "true", "null". */
bool label_keys_value(const struct reader *reader, const struct node *node, const char *what, const char **out);

shape_maker shape_label_keys, shape_label_value;

#endif
