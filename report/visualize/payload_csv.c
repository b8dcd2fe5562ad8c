#include "report/visualize/payload_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "json/read.h"
#include "json/write.h"

/* Names in the order of strcmp, each once. */
struct names {
    const char **v;
    size_t n, cap;
};

struct payload_csv {
    struct arena arena;
    struct names labels, kpis;
};

struct payload_csv *payload_csv_open(void)
{
    return memory_need(calloc(1, sizeof(struct payload_csv)));
}

void payload_csv_close(struct payload_csv *csv)
{
    if (!csv)
        return;
    arena_close(&csv->arena);
    free(csv);
}

/* Where the name stands, or has to. */
static size_t find_name(const struct names *names, const char *name, bool *found)
{
    size_t low = 0, high = names->n;
    *found = false;
    while (low < high && !*found) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(names->v[mid], name);
        *found = order == 0;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return high;
}

static void add_name(struct arena *arena, struct names *names, const char *name)
{
    bool found;
    size_t at = find_name(names, name, &found);
    if (found)
        return;
    *LIST_ADD(arena, names) = NULL;
    memmove(names->v + at + 1, names->v + at, (names->n - 1 - at) * sizeof(*names->v));
    names->v[at] = arena_strdup(arena, name);
}

void payload_csv_note(struct payload_csv *csv, const struct record *record, const json_t *kpis)
{
    const char *name;
    json_t *kpi;
    for (size_t i = 0; i < record->labels_n; i++)
        add_name(&csv->arena, &csv->labels, record->labels[i].key);
    json_object_foreach((json_t *)kpis, name, kpi)
        add_name(&csv->arena, &csv->kpis, name);
}

/* ---- cells ---- */

static void add_cell(struct text *out, const char *cell, bool is_text)
{
    const char *guard = is_text && cell[0] && strchr("=+-@\t\r\n", cell[0]) ? "'" : "";
    if (!strpbrk(cell, "\",\r\n")) {
        text_printf(out, "%s%s", guard, cell);
        return;
    }
    text_printf(out, "\"%s", guard);
    for (; *cell; cell++) {
        if (*cell == '"')
            text_addc(out, '"');
        text_addc(out, *cell);
    }
    text_addc(out, '"');
}

static void add_value(struct text *out, const json_t *value)
{
    if (json_is_string(value)) {
        add_cell(out, json_string_value(value), true);
    } else if (value && !json_is_null(value)) {
        struct text cell = text_open(64 << 20);
        json_write(&cell, value, &(struct json_style){.indent = -1, .sort_keys = true}, 0);
        add_cell(out, cell.s, false);
        text_close(&cell);
    }
}

/* A label's value is JSON text. */
static void add_label(struct text *out, const char *label)
{
    struct error ignored = {0};
    if (!label || strcmp(label, "null") == 0)
        return;
    if (label[0] != '"') {
        add_cell(out, label, false);
        return;
    }
    json_t *value = json_read(label, strlen(label), &(struct json_read_options){.file = "label"}, &ignored);
    add_value(out, value);
    json_decref(value);
}

void payload_csv_head(const struct payload_csv *csv, struct text *out)
{
    text_add(out, "test_uuid,start");
    for (size_t i = 0; i < csv->labels.n; i++) {
        text_addc(out, ',');
        add_cell(out, csv->labels.v[i], true);
    }
    for (size_t i = 0; i < csv->kpis.n; i++) {
        struct text name = text_open(1 << 20);
        bool clash;
        find_name(&csv->labels, csv->kpis.v[i], &clash);
        text_printf(&name, "%s%s", csv->kpis.v[i], clash ? " (KPI)" : "");
        text_addc(out, ',');
        add_cell(out, name.s, true);
        text_close(&name);
    }
    text_add(out, "\r\n");
}

void payload_csv_row(const struct payload_csv *csv, const struct record *record, const json_t *kpis, struct text *out)
{
    char start[MOMENT_TEXT_MAX];
    moment_utc_text((struct moment){.us = record->start_us}, start);
    add_cell(out, record->id, true);
    text_printf(out, ",%s", start);
    for (size_t i = 0; i < csv->labels.n; i++) {
        text_addc(out, ',');
        add_label(out, record_label(record, csv->labels.v[i]));
    }
    for (size_t i = 0; i < csv->kpis.n; i++) {
        text_addc(out, ',');
        add_value(out, json_object_get(json_object_get(kpis, csv->kpis.v[i]), "value"));
    }
    text_add(out, "\r\n");
}
