#include "regress/relabel.h"

#include <stdlib.h>
#include <string.h>

#include "json/read.h"
#include "json/write.h"
#include "store/rewrite.h"

enum { LABEL_MAX = 16 << 20 };

/* Whether dropping and renaming change anything: mostly they do not, and histories are long. */
static bool touches(const struct rewrite *rewrite, const struct record *record)
{
    if (rewrite->set || rewrite->function)
        return true;
    for (const char *const *key = rewrite->drop; key && *key; key++)
        if (record_label(record, *key))
            return true;
    for (size_t i = 0; i < rewrite->renames_n; i++)
        if (record_label(record, rewrite->renames[i].from))
            return true;
    return false;
}

static json_t *labels_json(const struct record *record)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < record->labels_n; i++) {
        struct error ignored = {0};
        const char *value = record->labels[i].value;
        json_t *read = json_read(value, strlen(value), &(struct json_read_options){.file = "label"}, &ignored);
        json_object_set_new(labels, record->labels[i].key, read ? read : json_null());
    }
    return labels;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct label *)a)->key, ((const struct label *)b)->key);
}

static void take_labels(struct arena *arena, json_t *labels, struct record *record)
{
    const char *key;
    json_t *value;
    record->labels = ARENA_ARRAY(arena, struct label, json_object_size(labels));
    record->labels_n = 0;
    json_object_foreach(labels, key, value) {
        struct text text = text_open(LABEL_MAX);
        json_write(&text, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
        record->labels[record->labels_n++] = (struct label){arena_strdup(arena, key), arena_strndup(arena, text.s, text.len)};
        text_close(&text);
    }
    qsort(record->labels, record->labels_n, sizeof(*record->labels), by_key);
}

bool relabel_record(struct arena *arena, const struct workload *workload, struct record *record, bool *kept, struct error *err)
{
    *kept = true;
    if (!touches(&workload->rewrite, record))
        return true;
    json_t *labels = labels_json(record);
    bool ok = settings_rewrite(workload, &labels, err);
    if (!ok)
        error_prefix(err, "rewrite_settings on the labels of %s", record->where);
    else if (!labels)
        *kept = false;
    else
        take_labels(arena, labels, record);
    json_decref(labels);
    return ok;
}
