#include "history/record.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

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

static bool is_text(const char *text)
{
    return text && text_utf8_valid(text, strlen(text)) == strlen(text);
}

const char *record_fault(const struct record *record)
{
    if (!is_text(record->id) || record->id[0] == '\0')
        return "it has no id, or one that is not UTF-8";
    if (!is_text(record->where))
        return "its place is not UTF-8";
    for (size_t i = 0; i < record->labels_n; i++) {
        const struct label *label = &record->labels[i];
        if (!is_text(label->key) || !is_text(label->value))
            return "a label is not UTF-8";
        if (i && strcmp(label[-1].key, label->key) >= 0)
            return "its labels are not sorted by key, each once";
    }
    for (size_t i = 0; i < record->kpis_n; i++) {
        const struct kpi_value *kpi = &record->kpis[i];
        if (!is_text(kpi->name))
            return "a KPI's name is not UTF-8";
        if (i && strcmp(kpi[-1].name, kpi->name) >= 0)
            return "its KPIs are not sorted by name, each once";
        if (!isfinite(kpi->value))
            return "a KPI's value is not finite";
    }
    return NULL;
}
