/* history/filter.h — which records are asked for, by their labels.
 *
 * Two spellings: "model_name=llama,batch_size=8", as the settings of tests are filtered, and an object,
 * {"model_name": "llama", "batch_size": 8}, as the Python tool wants it for downloads. Values are compared as text, so that 8 and
 * "8" are alike; a label without quotes is its JSON text ("null", "true"). A key may begin with "metadata.settings.".
 */
#ifndef HISTORY_FILTER_H
#define HISTORY_FILTER_H
#include "history/record.h"

struct record_filter {
    const char *key, *text;
};
struct record_filters {
    struct record_filter *v;
    size_t n;
};

/* "" gives no filters. ERR_USAGE. */
bool record_filters_parse(struct arena *arena, const char *text, struct record_filters *filters, struct error *err);
bool record_filters_from(struct arena *arena, const json_t *object, struct record_filters *filters, struct error *err);
/* As an object of texts, for source.lts.yaml; NULL for none. A new reference. */
json_t *record_filters_json(const struct record_filters *filters);

bool record_passes(const struct record *record, const struct record_filters *filters);

#endif
