/* history/filter.h — which records are asked for, by their labels.
 *
 * Two spellings: "model_name=llama:granite,batch_size=8", as the settings of tests are filtered (config/filters.h), and an object,
 * {"model_name": "llama", "batch_size": 8}, as the Python tool wants it for downloads, where a colon is a colon. A key may begin
 * with "metadata.settings.".
 */
#ifndef HISTORY_FILTER_H
#define HISTORY_FILTER_H
#include "config/filters.h"
#include "history/record.h"

/* "" gives no filters. ERR_USAGE. */
bool record_filters_parse(struct arena *arena, const char *text, struct filters *filters, struct error *err);
bool record_filters_from(struct arena *arena, const json_t *object, struct filters *filters, struct error *err);
/* As an object of texts, for source.lts.yaml; NULL for none. A new reference. */
json_t *record_filters_json(const struct filters *filters);

bool record_passes(const struct record *record, const struct filters *filters);

#endif
