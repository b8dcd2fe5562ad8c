#include "store/exposition.h"

#include <math.h>
#include <string.h>

#include "store/exposition_check.h"

const char *const exposition_format_words[] = {"auto", "openmetrics", "prometheus", NULL};

struct family {
    const char *name; /* NULL: none has begun */
    const struct exposition_type *type;
    bool has_type, has_unit, has_help;
    const char *unit;
    size_t samples;
    json_t *json;   /* borrowed; NULL: it is not kept */
    bool is_metric; /* its name is the one that options->metric asks for */
};

struct reading {
    const struct exposition_options *options;
    struct exposition_found *found;
    struct error *err;
    struct arena line_arena, family_arena; /* cleared with each line, each family */
    struct exposition_line line;
    bool strict, ended;
    struct family family;
    struct exposition_check check;
    json_t *names;    /* strict: object used as a set of what sample names begin a family */
    json_t *families; /* of those that are kept */
    json_t *samples;  /* with options->metric */
    size_t read, kept;
};

static bool wrong(struct reading *reading, const char *at, const char *text)
{
    return exposition_line_wrong(&reading->line, at, reading->err, "%s", text);
}

/* ---- values ---- */

static json_t *text_json(struct reading *reading, const char *text, size_t len)
{
    if (text_utf8_valid(text, len) == len)
        return json_stringn_nocheck(text, len);
    struct text out = text_open(len * 3 + 1);
    reading->found->bad += text_add_utf8(&out, text, len);
    json_t *string = json_stringn_nocheck(out.s, out.len);
    text_close(&out);
    return string;
}

static json_t *number_json(struct reading *reading, double value)
{
    reading->found->non_finite += isfinite(value) ? 0 : 1;
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *labels_json(struct reading *reading, const struct exposition_labels *labels)
{
    json_t *json = json_object();
    reading->kept += labels->n;
    for (size_t i = 0; i < labels->n; i++)
        json_object_set_new_nocheck(json, labels->v[i].name, text_json(reading, labels->v[i].value, labels->v[i].value_len));
    return json;
}

static json_t *point_json(struct reading *reading, const struct exposition_point *point)
{
    json_t *json = json_object();
    json_object_set_new_nocheck(json, "name", json_string_nocheck(point->name));
    json_object_set_new_nocheck(json, "labels", labels_json(reading, &point->labels));
    json_object_set_new_nocheck(json, "value", number_json(reading, point->value));
    if (point->has_time)
        json_object_set_new_nocheck(json, "time", json_real((double)point->time));
    if (point->exemplar) {
        json_t *exemplar = json_object();
        json_object_set_new_nocheck(exemplar, "labels", labels_json(reading, &point->exemplar->labels));
        json_object_set_new_nocheck(exemplar, "value", number_json(reading, point->exemplar->value));
        if (point->exemplar->has_time)
            json_object_set_new_nocheck(exemplar, "time", json_real((double)point->exemplar->time));
        json_object_set_new_nocheck(json, "exemplar", exemplar);
    }
    return json;
}

/* ---- families ---- */

static bool is_wanted(const struct exposition_options *options, const char *family)
{
    if (options->metric)
        return false;
    if (!options->families)
        return true;
    for (const char *const *name = options->families; *name; name++)
        if (strcmp(*name, family) == 0)
            return true;
    return false;
}

/* The family's object: in Prometheus text one may begin again. */
static json_t *family_json(struct reading *reading, const char *name)
{
    if (!is_wanted(reading->options, name))
        return NULL;
    json_t *json = json_object_get(reading->families, name);
    if (json_is_object(json))
        return json;
    json = json_pack("{s:s s:s s:s s:[]}", "type", "unknown", "unit", "", "help", "", "samples");
    json_object_set_new_nocheck(reading->families, name, json);
    return json;
}

static bool claim(struct reading *reading, const char *suffix)
{
    const struct family *family = &reading->family;
    const char *name = arena_printf(&reading->line_arena, "%s%s", family->name, suffix);
    if (!json_object_get(reading->names, name))
        return json_object_set_new_nocheck(reading->names, name, json_true()) == 0;
    return exposition_line_wrong(&reading->line, reading->line.start, reading->err,
                                  "the family '%.100s' before this line: samples '%.100s' belong to another family above it",
                                  family->name, name);
}

/* What can be said of a family when the next one begins. */
static bool end_family(struct reading *reading)
{
    const struct family *family = &reading->family;
    if (!reading->strict || !family->name)
        return true;
    size_t unit = family->unit ? strlen(family->unit) : 0, name = strlen(family->name);
    bool plain_claimed = false;
    for (const char *const *suffix = family->type->suffixes; *suffix; suffix++) {
        if (!claim(reading, *suffix))
            return false;
        plain_claimed |= !**suffix;
    }
    if (!plain_claimed && !claim(reading, ""))
        return false;
    if (unit && (name < unit + 2 || family->name[name - unit - 1] != '_' || strcmp(family->name + name - unit, family->unit) != 0))
        return exposition_line_wrong(&reading->line, reading->line.start, reading->err,
                                      "the family '%.100s' before this line: expected its name to end in its unit, '_%.100s'",
                                      family->name, family->unit);
    if (unit && family->type->no_unit)
        return exposition_line_wrong(&reading->line, reading->line.start, reading->err,
                                      "the family '%.100s' before this line: a %s has no unit", family->name, family->type->name);
    return exposition_check_end(&reading->check, &reading->line, reading->err);
}

static bool begin_family(struct reading *reading, const char *name)
{
    if (!end_family(reading))
        return false;
    exposition_check_close(&reading->check);
    const char *kept = arena_strdup(&reading->line_arena, name); /* `name` may be in the arena that is cleared */
    arena_clear(&reading->family_arena);
    reading->family = (struct family){.name = arena_strdup(&reading->family_arena, kept), .type = exposition_type_find("unknown", 7)};
    reading->family.json = family_json(reading, kept);
    reading->family.is_metric = reading->options->metric && strcmp(reading->options->metric, kept) == 0;
    return true;
}

static void set_member(struct reading *reading, const char *member, json_t *value)
{
    if (reading->family.json)
        json_object_set_new_nocheck(reading->family.json, member, value);
    else
        json_decref(value);
}

/* ---- lines ---- */

/* "# TYPE name text": its three words, *rest behind the blank after the name. Prometheus text has blanks and tabs in any number. */
struct metadata {
    const char *key, *name, *rest;
    size_t key_len, name_len, rest_len;
};

static const char *word(const char *at, const char *end, bool strict, size_t *len)
{
    const char *start = at;
    while (!strict && start < end && (*start == ' ' || *start == '\t'))
        start++;
    at = start;
    while (at < end && *at != ' ' && (strict || *at != '\t'))
        at++;
    *len = (size_t)(at - start);
    return start;
}

static struct metadata split_metadata(const struct exposition_line *line)
{
    struct metadata found = {0};
    const char *end = line->end, *at = line->start + 1;
    if (line->strict && (at == end || *at++ != ' '))
        return found;
    found.key = word(at, end, line->strict, &found.key_len);
    at = found.key + found.key_len;
    found.name = word(at + (line->strict && at < end), end, line->strict, &found.name_len);
    at = found.name + found.name_len;
    found.rest = at < end ? at + 1 : NULL;
    while (!line->strict && found.rest && found.rest < end && (*found.rest == ' ' || *found.rest == '\t'))
        found.rest++;
    found.rest_len = found.rest ? (size_t)(end - found.rest) : 0;
    return found;
}

static bool is_key(const struct metadata *found, const char *key)
{
    return found->key_len == strlen(key) && memcmp(found->key, key, found->key_len) == 0;
}

static bool take_type(struct reading *reading, const struct metadata *found)
{
    const struct exposition_type *type = exposition_type_find(found->rest ? found->rest : "", found->rest_len);
    bool known = type && (reading->strict ? strcmp(type->name, "untyped") != 0 : type->in_text || reading->options->format != EXPOSITION_AUTO);
    if (!known && type && !reading->strict)
        return exposition_line_wrong(&reading->line, found->rest, reading->err,
                                      "the type %s is of OpenMetrics, but there is no line '# EOF': the text was cut off", type->name);
    if (!known)
        return exposition_line_wrong(&reading->line, found->rest ? found->rest : reading->line.end, reading->err,
                                      "'%.*s': expected a type, as counter, gauge, histogram, summary",
                                      (int)(found->rest_len < 40 ? found->rest_len : 40), found->rest ? found->rest : "");
    reading->family.type = type;
    reading->family.has_type = true;
    set_member(reading, "type", json_string(strcmp(type->name, "untyped") == 0 ? "unknown" : type->name));
    return true;
}

static bool take_unit(struct reading *reading, const struct metadata *found)
{
    reading->family.unit = arena_strndup(&reading->family_arena, found->rest, found->rest_len);
    reading->family.has_unit = true;
    set_member(reading, "unit", text_json(reading, found->rest, found->rest_len));
    return true;
}

static bool take_help(struct reading *reading, const struct metadata *found)
{
    size_t n;
    const char *text = exposition_unescape(&reading->line_arena, found->rest ? found->rest : "", found->rest_len, &n);
    reading->family.has_help = true;
    set_member(reading, "help", text_json(reading, text, n));
    return true;
}

static bool take_metadata(struct reading *reading)
{
    static const struct {
        const char *key;
        bool (*take)(struct reading *, const struct metadata *);
        size_t given; /* where struct family says that it was */
    } rows[] = {{"TYPE", take_type, offsetof(struct family, has_type)},
                {"HELP", take_help, offsetof(struct family, has_help)},
                {"UNIT", take_unit, offsetof(struct family, has_unit)}};
    struct metadata found = split_metadata(&reading->line);
    size_t row = 0;
    while (row < 3 && !is_key(&found, rows[row].key))
        row++;
    bool unit = row == 2;
    if (!reading->strict && unit && found.rest && reading->options->format == EXPOSITION_AUTO)
        return wrong(reading, found.key, "UNIT is of OpenMetrics, but there is no line '# EOF': the text was cut off, or is to be read with "
                                         "format: prometheus");
    if (!reading->strict && (row == 3 || unit))
        return true; /* a comment */
    if (row == 3)
        return wrong(reading, reading->line.start, "expected '# TYPE', '# UNIT', '# HELP' or '# EOF'");
    if (!found.name_len || exposition_name(found.name, found.name + found.name_len, true) != found.name_len)
        return wrong(reading, found.name ? found.name : reading->line.end, "expected a metric's name");
    if (reading->strict && !found.rest)
        return wrong(reading, reading->line.end, "expected a blank and a text behind the metric's name");
    const char *name = arena_strndup(&reading->line_arena, found.name, found.name_len);
    bool same = reading->family.name && strcmp(reading->family.name, name) == 0;
    if (same && reading->strict && reading->family.samples)
        return wrong(reading, reading->line.start, "expected this line before the family's samples");
    if (!same && !begin_family(reading, name))
        return false;
    const char *given = (const char *)&reading->family + rows[row].given;
    if (reading->strict && *(const bool *)given)
        return wrong(reading, found.key, "is given a second time for this family");
    return rows[row].take(reading, &found);
}

/* The part of a sample's name behind its family's; NULL: it belongs to another family. */
static const char *suffix_of(const struct reading *reading, const char *name)
{
    const struct family *family = &reading->family;
    size_t n = family->name ? strlen(family->name) : 0;
    if (!family->name || strncmp(name, family->name, n) != 0)
        return NULL;
    const char *const *suffix = reading->strict ? family->type->suffixes : family->type->text_suffixes;
    for (; *suffix; suffix++)
        if (strcmp(*suffix, name + n) == 0)
            return *suffix;
    return NULL;
}

static bool has_label(const struct exposition_labels *labels, const char *name, const char *value)
{
    for (size_t i = 0; i < labels->n; i++)
        if (strcmp(labels->v[i].name, name) == 0)
            return labels->v[i].value_len == strlen(value) && memcmp(labels->v[i].value, value, labels->v[i].value_len) == 0;
    return false;
}

static bool has_labels(const struct exposition_labels *labels, const char *const *wanted)
{
    for (; wanted && *wanted; wanted += 2)
        if (!has_label(labels, wanted[0], wanted[1]))
            return false;
    return true;
}

static bool keep_point(struct reading *reading, const struct exposition_point *point)
{
    const struct exposition_options *options = reading->options;
    bool by_name = options->metric && (reading->family.is_metric || strcmp(options->metric, point->name) == 0);
    json_t *list = by_name ? reading->samples : json_object_get(reading->family.json, "samples");
    if (!list || !has_labels(&point->labels, options->labels))
        return true;
    json_array_append_new(list, point_json(reading, point));
    if (++reading->kept <= EXPOSITION_SAMPLES_MAX)
        return true;
    return wrong(reading, reading->line.start, "more than 4 million samples and labels would be kept: choose some with metrics, metric or labels");
}

static bool take_point(struct reading *reading)
{
    struct exposition_point point;
    if (!exposition_line_read(&reading->line, &point, reading->err))
        return false;
    if (++reading->read > EXPOSITION_SAMPLES_MAX)
        return wrong(reading, reading->line.start, "more than 4 million samples");
    const char *suffix = suffix_of(reading, point.name);
    if (!suffix && !begin_family(reading, point.name))
        return false;
    if (!suffix)
        suffix = "";
    if (reading->strict && !reading->family.samples)
        reading->check = exposition_check_open(reading->family.name, reading->family.type);
    reading->family.samples++;
    return (!reading->strict || exposition_check_point(&reading->check, &reading->line, &point, suffix, reading->err)) &&
           keep_point(reading, &point);
}

static bool is_blank(const struct exposition_line *line)
{
    for (const char *p = line->start; p < line->end; p++)
        if (*p != ' ' && *p != '\t')
            return false;
    return true;
}

static bool take_line(struct reading *reading)
{
    struct exposition_line *line = &reading->line;
    size_t len = (size_t)(line->end - line->start);
    if (len > EXPOSITION_LINE_MAX)
        return wrong(reading, line->start, "the line is longer than 1 MB");
    if (reading->ended)
        return wrong(reading, line->start, "expected nothing behind '# EOF'");
    size_t valid = reading->strict ? text_utf8_valid(line->start, len) : len;
    if (valid < len)
        return wrong(reading, line->start + valid, "expected UTF-8");
    while (!reading->strict && line->end > line->start && memchr(" \t\r", line->end[-1], 3))
        line->end--;
    while (!reading->strict && line->start < line->end && memchr(" \t", line->start[0], 2))
        line->start++;
    if (is_blank(line))
        return !reading->strict || wrong(reading, line->start, "expected no blank line");
    if (reading->strict && len == 5 && memcmp(line->start, "# EOF", 5) == 0) {
        reading->ended = true;
        return true;
    }
    return *line->start == '#' ? take_metadata(reading) : take_point(reading);
}

static bool read_lines(struct reading *reading, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    reading->line = (struct exposition_line){.arena = &reading->line_arena, .file = reading->options->file, .strict = reading->strict};
    for (const char *at = bytes, *next; at < end; at = next) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        next = stop ? stop + 1 : end;
        reading->line.number++;
        reading->line.start = at;
        reading->line.end = stop ? stop : end;
        if (!take_line(reading))
            return false;
        arena_clear(&reading->line_arena);
    }
    reading->line.start = reading->line.end = end;
    reading->line.number++;
    return (!reading->strict || reading->ended || wrong(reading, end, "expected '# EOF' as the last line: the text was cut off")) &&
           end_family(reading);
}

/* Whether a line of the text is "# EOF". */
static bool has_eof(const char *bytes, size_t len)
{
    const char *end = bytes + len;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), "# EOF", 5)); at++) {
        const char *after = at + 5 + (end - at > 5 && at[5] == '\r');
        if ((at == bytes || at[-1] == '\n') && (after == end || *after == '\n'))
            return true;
    }
    return false;
}

static json_t *result_of(struct reading *reading)
{
    if (reading->options->metric)
        return json_incref(reading->samples);
    for (const char *const *name = reading->options->families; name && *name; name++)
        if (!json_object_get(reading->families, *name))
            json_object_set_new(reading->families, *name, json_null());
    return json_incref(reading->families);
}

json_t *exposition_read(const char *bytes, size_t len, const struct exposition_options *options, struct exposition_found *found,
                         struct error *err)
{
    struct reading reading = {.options = options, .found = found, .err = err, .names = json_object(), .families = json_object(),
                              .samples = json_array()};
    reading.strict = options->format == EXPOSITION_STRICT || (options->format == EXPOSITION_AUTO && has_eof(bytes, len));
    json_t *result = read_lines(&reading, bytes, len) ? result_of(&reading) : NULL;
    exposition_check_close(&reading.check);
    json_decref(reading.names);
    json_decref(reading.families);
    json_decref(reading.samples);
    arena_close(&reading.line_arena);
    arena_close(&reading.family_arena);
    return result;
}

static bool is_same_series(const json_t *a, const json_t *b)
{
    return json_equal(json_object_get(a, "name"), json_object_get(b, "name")) &&
           json_equal(json_object_get(a, "labels"), json_object_get(b, "labels"));
}

json_t *exposition_value(const json_t *samples, const char *metric, const char *file, struct error *err)
{
    size_t n = json_array_size(samples);
    const json_t *last = json_array_get(samples, n - 1);
    for (size_t i = 0; i + 1 < n; i++) {
        if (is_same_series(json_array_get(samples, i), last))
            continue;
        error_at(err, ERR_ARTIFACT, (struct pos){.file = file},
                 "'%.100s' has more than one series here: expected one for value: true (labels: chooses)", metric);
        return NULL;
    }
    return n ? json_incref(json_object_get(last, "value")) : NULL;
}
