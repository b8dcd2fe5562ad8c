#include "regress/relabel.h"

#include <string.h>

#include "json/read.h"
#include "store/rewrite.h"

/* Most histories have none of the labels: nothing is read or copied then. */
static bool is_touched(const struct rewrite *rewrite, const struct record *record)
{
    bool touched = rewrite->set || rewrite->function;
    for (const char *const *key = rewrite->drop; !touched && key && *key; key++)
        touched = record_label(record, *key) != NULL;
    for (size_t i = 0; !touched && i < rewrite->renames_n; i++)
        touched = record_label(record, rewrite->renames[i].from) != NULL;
    return touched;
}

static json_t *labels_json(const struct record *record, struct error *err)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < record->labels_n; i++) {
        const char *text = record->labels[i].value;
        json_t *value = json_read(text, strlen(text), &(struct json_read_options){.file = record->labels[i].key, .strict = true}, err);
        if (!value) {
            json_decref(labels);
            return NULL;
        }
        json_object_set_new(labels, record->labels[i].key, value);
    }
    return labels;
}

bool relabel_record(struct arena *arena, const struct workload *workload, struct record *record, bool *kept, struct error *err)
{
    *kept = true;
    if (!is_touched(&workload->rewrite, record))
        return true;
    json_t *labels = labels_json(record, err);
    if (!labels || !settings_rewrite(workload, &labels, err)) {
        json_decref(labels);
        err->kind = ERR_USAGE;
        error_prefix(err, "rewrite_settings on the labels of %s", record->id);
        return false;
    }
    *kept = labels != NULL;
    if (labels)
        record_set_labels(arena, labels, record);
    json_decref(labels);
    return true;
}
