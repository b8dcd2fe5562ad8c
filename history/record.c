#include "history/record.h"

#include <string.h>

const char *record_label(const struct record *record, const char *key)
{
    size_t low = 0, high = record->labels_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(record->labels[mid].key, key);
        if (order == 0)
            return record->labels[mid].value;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool record_kpi(const struct record *record, const char *name, double *value)
{
    for (size_t i = 0; i < record->kpis_n; i++) {
        if (strcmp(record->kpis[i].name, name) == 0) {
            *value = record->kpis[i].value;
            return true;
        }
    }
    return false;
}
