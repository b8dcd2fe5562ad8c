#include "step/ack_from.h"

#include <libgen.h>
#include <string.h>

#include "base/root.h"
#include "json/read.h"
#include "json/write.h"
#include "regress/acks/acks.h"
#include "regress/labels.h"

enum { VERDICTS_MAX = 1 << 30, VALUE_MAX = 1 << 16 };

struct reading {
    struct arena *arena;
    const struct ack_from *from;
    const json_t *options, *entry;
    struct ack_from_lines *found;
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool is_verdict(const json_t *kpi, const char *verdict)
{
    const char *is = text_of(kpi, "verdict");
    return is && strcmp(is, verdict) == 0;
}

/* ---- which results ---- */

static bool is_named(const struct ack_from *from, const char *name)
{
    for (const char *const *kpi = from->kpis; kpi && *kpi; kpi++)
        if (ack_glob(*kpi, name))
            return true;
    return !from->kpis || !from->kpis[0];
}

/* A `cannot tell` in place of a regression counts as a suspect. */
static bool is_suspect(const json_t *kpi)
{
    const json_t *kept = json_object_get(json_object_get(kpi, "evidence"), "level_kept");
    return is_verdict(kpi, "suspect") || (is_verdict(kpi, "cannot tell") && json_is_false(kept));
}

static bool is_chosen(const struct reading *r, const json_t *kpi)
{
    const char *name = text_of(kpi, "name");
    bool asked = r->from->kpis && r->from->kpis[0];
    return name && is_named(r->from, name) && (is_verdict(kpi, "regression") || (asked && is_suspect(kpi)));
}

/* ---- the first bad run ---- */

/* Of a change that is older than the points. */
static const char *older_since(const struct reading *r, const json_t *since)
{
    const char *version = text_of(since, "version"), *after = text_of(since, "after"), *id = text_of(since, "run_id");
    bool alone = version && version[0] && (!after || strcmp(version, after) != 0);
    return alone ? version : id && id[0] ? id : text_of(r->entry, "id");
}

/* Its version where that says which run is meant, else its run id. */
static const char *since_of(const struct reading *r, const json_t *kpi)
{
    const json_t *evidence = json_object_get(kpi, "evidence"), *since = json_object_get(evidence, "since");
    const json_t *points = json_object_get(evidence, "points"), *point = json_object_get(since, "point");
    size_t n = json_array_size(points), at = n;
    if (json_is_null(point))
        return older_since(r, since);
    if (json_is_integer(point) && json_integer_value(point) >= 0 && (size_t)json_integer_value(point) < n)
        at = (size_t)json_integer_value(point);
    const json_t *run = at < n ? json_array_get(points, at) : r->entry;
    const char *version = text_of(run, "version"), *id = text_of(run, "run_id");
    bool alone = version && version[0];
    for (size_t i = 0; alone && i < at; i++) {
        const char *other = text_of(json_array_get(points, i), "version");
        alone = !other || strcmp(other, version) != 0;
    }
    return alone ? version : id && id[0] ? id : text_of(r->entry, "id");
}

/* ---- labels ---- */

static bool is_listed(const json_t *keys, const char *key)
{
    size_t i;
    json_t *listed;
    json_array_foreach(keys, i, listed)
        if (json_is_string(listed) && strcmp(json_string_value(listed), key) == 0)
            return true;
    return false;
}

static const char *value_text(struct arena *arena, const json_t *value)
{
    if (json_is_string(value))
        return acks_edit_scalar(arena, arena_strdup(arena, json_string_value(value)), false);
    struct text out = text_open(VALUE_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

/* Those by which payloads are compared; null, too, so that the line does not speak of payloads that have more. */
static void add_labels(const struct reading *r, struct acks_edit_line *line)
{
    json_t *labels = json_object_get(r->entry, "labels"), *value;
    const json_t *comparison = json_object_get(r->options, "comparison_keys"), *ignored = json_object_get(r->options, "ignored_keys");
    struct acks_edit_label *list = ARENA_ARRAY(r->arena, struct acks_edit_label, json_object_size(labels) + 1);
    const char *key;
    line->labels = list;
    json_object_foreach(labels, key, value) {
        bool scalar = json_is_string(value) || json_is_number(value) || json_is_boolean(value) || json_is_null(value);
        if (scalar && !label_is_bookkeeping(key) && !is_listed(comparison, key) && !is_listed(ignored, key))
            list[line->labels_n++] = (struct acks_edit_label){arena_strdup(r->arena, key), value_text(r->arena, value)};
    }
}

/* ---- lines ---- */

static const char *copy(const struct reading *r, const char *text)
{
    return text ? arena_strdup(r->arena, text) : NULL;
}

static void add_result(const struct reading *r, const json_t *kpi, size_t first)
{
    const char *name = copy(r, text_of(kpi, "name")), *since = since_of(r, kpi);
    size_t i = first;
    if (!since)
        return;
    while (i < r->found->lines.n && strcmp(r->found->lines.v[i].since, since) != 0)
        i++;
    if (i == r->found->lines.n) {
        struct acks_edit_line *line = LIST_ADD(r->arena, &r->found->lines);
        *line = (struct acks_edit_line){.since = copy(r, since), .change = copy(r, text_of(json_object_get(kpi, "change"), "id"))};
        line->kpis = ARENA_ARRAY(r->arena, const char *, 2);
        add_labels(r, line);
    } else {
        r->found->lines.v[i].change = NULL; /* an identity is that of one KPI's change */
    }
    struct acks_edit_line *line = &r->found->lines.v[i];
    size_t n = 0;
    while (line->kpis[n])
        n++;
    const char **kpis = ARENA_ARRAY(r->arena, const char *, n + 2);
    memcpy(kpis, line->kpis, n * sizeof(*kpis));
    kpis[n] = name;
    line->kpis = kpis;
    r->found->kpis++;
}

static void read_entry(const struct reading *r)
{
    size_t i, first = r->found->lines.n;
    json_t *kpi;
    json_array_foreach(json_object_get(r->entry, "kpis"), i, kpi) {
        r->found->acknowledged += is_verdict(kpi, "acknowledged");
        if (is_chosen(r, kpi))
            add_result(r, kpi, first);
    }
}

static bool nothing_chosen(const struct ack_from *from, const struct ack_from_lines *found, struct error *err)
{
    return error_set(err, ERR_USAGE, "%s: has no regression%s%s", from->file, from->kpis && from->kpis[0] ? " or suspect of that KPI" : "",
                     found->acknowledged ? " that is not acknowledged already" : "");
}

static bool read_verdicts(struct arena *arena, const struct ack_from *from, const json_t *verdicts, struct ack_from_lines *found,
                          struct error *err)
{
    const json_t *entries = json_object_get(verdicts, "entries"), *options = json_object_get(verdicts, "options");
    size_t n = json_array_size(entries);
    if (!json_is_array(entries) || !json_is_object(options))
        return error_set(err, ERR_USAGE, "%s: expected the verdicts of a run, as analyze_lts and ci write them (regression_verdicts.json)", from->file);
    if (from->entry > n)
        return error_set(err, ERR_USAGE, "--entry=%zu: %s has %zu entr%s", from->entry, from->file, n, n == 1 ? "y" : "ies");
    if (n && !json_is_object(json_object_get(json_array_get(entries, 0), "labels")))
        return error_set(err, ERR_USAGE, "%s: has no labels: it was written by an older matbench; run analyze_lts or ci again", from->file);
    for (size_t i = 0; i < n; i++) {
        struct reading reading = {arena, from, options, json_array_get(entries, i), found};
        if (from->entry == 0 || from->entry == i + 1)
            read_entry(&reading);
    }
    return found->lines.n || nothing_chosen(from, found, err);
}

bool ack_from_read(struct arena *arena, const struct ack_from *from, struct ack_from_lines *found, struct error *err)
{
    static const char *const anywhere[] = {"/", NULL};
    const char *bytes = NULL;
    size_t len;
    struct error why = {0};
    *found = (struct ack_from_lines){0};
    struct root *root = root_open(dirname(arena_strdup(arena, from->file)), anywhere, &why);
    enum root_found is = root ? root_read(root, basename(arena_strdup(arena, from->file)), VERDICTS_MAX, arena, &bytes, &len, &why) : ROOT_REFUSED;
    root_close(root);
    if (is != ROOT_FOUND)
        return error_set(err, ERR_USAGE, "%s: %s", from->file, is == ROOT_ABSENT ? "no such file" : why.text);
    json_t *verdicts = json_read(bytes, len, &(struct json_read_options){.file = from->file, .strict = true}, err);
    bool ok = verdicts && read_verdicts(arena, from, verdicts, found, err);
    json_decref(verdicts);
    if (!ok)
        err->kind = ERR_USAGE;
    return ok;
}
