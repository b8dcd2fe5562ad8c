#include <math.h>
#include <string.h>

#include "json/write.h"
#include "columns/newest.h"
#include "report/changes_report.h"

static const struct json_style style = {0};

static void add_key(struct text *out, const char *key)
{
    text_add(out, out->len && out->s[out->len - 1] == '{' ? "\"" : ", \"");
    text_add(out, key);
    text_add(out, "\": ");
}

static void add_real(struct text *out, const char *key, double value)
{
    add_key(out, key);
    if (isfinite(value))
        json_write_real(out, value);
    else
        text_add(out, "null");
}

static void add_size(struct text *out, const char *key, size_t value)
{
    add_key(out, key);
    text_printf(out, "%zu", value);
}

static void add_string(struct text *out, const char *key, const char *value)
{
    add_key(out, key);
    json_write_string(out, value, strlen(value), &style);
}

static void add_interval(struct text *out, const char *key, double low, double high)
{
    add_key(out, key);
    if (!isfinite(low) || !isfinite(high)) {
        text_add(out, "null");
        return;
    }
    text_addc(out, '[');
    json_write_real(out, low);
    text_add(out, ", ");
    json_write_real(out, high);
    text_addc(out, ']');
}

static void add_time(struct text *out, const struct columns *columns, size_t row)
{
    if (columns->times)
        add_string(out, "time", columns->times[row]);
}

static void add_change(struct text *out, const struct changes_report *report, const struct column *column, const struct change *c)
{
    text_addc(out, '{');
    add_size(out, "index", column->row[c->at]);
    add_time(out, report->columns, column->row[c->at]);
    add_key(out, "index_interval");
    text_printf(out, "[%zu, %zu]", column->row[c->low], column->row[c->high]);
    add_string(out, "kind", c->drift ? "drift" : "step");
    add_real(out, "p", c->p);
    add_real(out, "before", c->before);
    add_real(out, "after", c->after);
    add_size(out, "values_before", c->at - c->from);
    add_size(out, "values_after", c->to - c->at);
    add_real(out, "change", c->size);
    add_interval(out, "change_interval", c->size_low, c->size_high);
    add_real(out, "relative", changes_relative(c, c->size));
    add_interval(out, "relative_interval", changes_relative(c, c->size_low), changes_relative(c, c->size_high));
    text_addc(out, '}');
}

/* Rows behind the newest value. */
static size_t rows_behind(const struct changes_report *report, const struct column *column)
{
    return column->n ? report->columns->rows - 1 - column->row[column->n - 1] : report->columns->rows;
}

static void add_newest(struct text *out, const struct changes_report *report, const struct column *column, const struct kpi_result *result)
{
    const struct evidence *e = &result->evidence;
    bool value = column->n > 0;
    add_key(out, "newest");
    text_addc(out, '{');
    add_string(out, "verdict", verdict_name(result->verdict));
    if (report->judge) {
        add_string(out, "method", report->judge->name);
        if (newest_found(result))
            add_string(out, "found", newest_found(result));
    }
    if (value) {
        add_size(out, "index", column->row[column->n - 1]);
        add_time(out, report->columns, column->row[column->n - 1]);
    }
    add_real(out, "value", value ? column->x[column->n - 1] : NAN);
    if (e->level_n) {
        add_real(out, "level", e->level);
        add_size(out, "level_values", e->level_n);
        add_real(out, "sd", e->sd);
        add_real(out, "change", e->change);
        add_real(out, "relative", e->relative);
        add_real(out, "p", e->p);
        add_real(out, "p_corrected", e->p_corrected);
        add_real(out, "smallest_seen", e->smallest_seen);
        add_real(out, "ok_up_to", e->ok_from);
    }
    if (e->level_n && !report->judge) { /* other tools' methods promise none */
        add_key(out, "level_kept");
        text_add(out, e->level_kept ? "true" : "false");
    }
    if (e->since_version && e->since_point < e->points_n)
        add_size(out, "since_index", column->row[newest_index(column, e, e->since_point)]);
    add_key(out, "more_runs");
    text_printf(out, "%d", e->more_runs);
    add_size(out, "gaps_behind", rows_behind(report, column));
    text_addc(out, '}');
}

void changes_json_render_column(struct text *out, const struct changes_report *report, size_t index, bool several)
{
    const struct column *column = &report->columns->v[index];
    const struct changes *found = &report->found[index];
    const struct kpi_result *newest = changes_newest(report, index);
    text_addc(out, '{');
    add_key(out, "change_points");
    text_addc(out, '[');
    for (size_t i = 0; i < found->n; i++) {
        text_add(out, i ? ",\n  " : "\n  ");
        add_change(out, report, column, &found->v[i]);
    }
    text_add(out, found->n ? "\n]" : "]");
    if (!several) {
        add_key(out, "format");
        text_printf(out, "%d", (int)CHANGES_FORMAT);
        add_string(out, "method", changes_method_names[report->method]);
        add_string(out, "column", column->name);
        add_size(out, "rows", report->columns->rows);
    }
    add_size(out, "values", column->n);
    add_real(out, "p_series", found->p_series);
    if (newest)
        add_newest(out, report, column, newest);
    text_addc(out, '}');
}

void changes_json_open(struct text *out, const struct changes_report *report)
{
    if (report->columns->n != 1)
        text_printf(out, "{\"format\": %d, \"method\": \"%s\", \"rows\": %zu, \"series\": {", (int)CHANGES_FORMAT,
                    changes_method_names[report->method], report->columns->rows);
}

void changes_json_name(struct text *out, const struct changes_report *report, size_t column)
{
    const char *name = report->columns->v[column].name;
    text_add(out, column ? ",\n" : "\n");
    json_write_string(out, name, strlen(name), &style);
    text_add(out, ": ");
}

void changes_json_close(struct text *out, const struct changes_report *report)
{
    text_add(out, report->columns->n != 1 ? "\n}}\n" : "\n");
}
