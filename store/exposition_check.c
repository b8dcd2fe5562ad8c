#include "store/exposition_check.h"

#include <math.h>
#include <string.h>

enum { GROUP_MAX = 64 << 20 /* bytes: more than a line has */ };

static const char *const plain[] = {"", NULL};
static const char *const of_counter[] = {"_total", "_created", NULL};
static const char *const of_summary[] = {"", "_count", "_sum", "_created", NULL}, *const text_summary[] = {"", "_count", "_sum", NULL};
static const char *const of_histogram[] = {"_bucket", "_count", "_sum", "_created", NULL},
                         *const text_histogram[] = {"_bucket", "_count", "_sum", NULL};
static const char *const of_gaugehistogram[] = {"_bucket", "_gcount", "_gsum", NULL};
static const char *const of_info[] = {"_info", NULL};

static const struct exposition_type types[] = {
    {"unknown", plain, plain, false, false},
    {"untyped", plain, plain, true, false},
    {"gauge", plain, plain, true, false},
    {"counter", of_counter, plain, true, false},
    {"summary", of_summary, text_summary, true, false},
    {"histogram", of_histogram, text_histogram, true, false},
    {"gaugehistogram", of_gaugehistogram, of_gaugehistogram, false, false},
    {"info", of_info, plain, false, true},
    {"stateset", plain, plain, false, true},
};

const struct exposition_type *exposition_type_find(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strlen(types[i].name) == len && memcmp(types[i].name, name, len) == 0)
            return &types[i];
    return NULL;
}

struct exposition_check exposition_check_open(const char *family, const struct exposition_type *type)
{
    return (struct exposition_check){.family = family, .type = type, .group = text_open(GROUP_MAX), .series = text_open(GROUP_MAX),
                                      .groups = json_object(), .series_seen = json_object()};
}

void exposition_check_close(struct exposition_check *check)
{
    text_close(&check->group);
    text_close(&check->series);
    json_decref(check->groups);
    json_decref(check->series_seen);
    *check = (struct exposition_check){0};
}

static bool is_type(const struct exposition_check *check, const char *name)
{
    return strcmp(check->type->name, name) == 0;
}

/* The label that tells apart the samples of one group; NULL: none does. */
static const char *own_label(const struct exposition_check *check, const char *suffix)
{
    if (is_type(check, "summary") && !*suffix)
        return "quantile";
    if (is_type(check, "stateset"))
        return check->family;
    return strcmp(suffix, "_bucket") == 0 ? "le" : NULL;
}

static const struct exposition_label *find_label(const struct exposition_point *point, const char *name)
{
    for (size_t i = 0; i < point->labels.n; i++)
        if (strcmp(point->labels.v[i].name, name) == 0)
            return &point->labels.v[i];
    return NULL;
}

/* No label's value ends in a way that another could continue: its length stands before it. */
static void add_labels(struct text *out, const struct exposition_labels *labels, const char *but)
{
    for (size_t i = 0; i < labels->n; i++) {
        const struct exposition_label *label = &labels->v[i];
        if (but && strcmp(label->name, but) == 0)
            continue;
        text_printf(out, "%s %zu ", label->name, label->value_len);
        text_addn(out, label->value, label->value_len);
    }
}

static bool check_own_label(const struct exposition_check *check, const struct exposition_line *line,
                            const struct exposition_point *point, const char *suffix, struct error *err)
{
    const char *name = own_label(check, suffix);
    if (!name)
        return true;
    const struct exposition_label *label = find_label(point, name);
    if (!label)
        return exposition_line_wrong(line, line->start, err, "'%.100s' of a %s: expected a label '%.100s'", point->name,
                                      check->type->name, name);
    if (is_type(check, "stateset"))
        return true;
    double value;
    bool number = exposition_number(label->value, label->value_len, &value) && !isnan(value);
    if (strcmp(name, "quantile") == 0)
        return (number && value >= 0 && value <= 1) ||
               exposition_line_wrong(line, line->start, err, "quantile=\"%.40s\": expected 0 to 1", label->value);
    return (number && (!isinf(value) || strcmp(label->value, value < 0 ? "-Inf" : "+Inf") == 0)) ||
           exposition_line_wrong(line, line->start, err, "le=\"%.40s\": expected a number or +Inf", label->value);
}

static bool in_words(const char *const *words, const char *word)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static bool check_value(const struct exposition_check *check, const struct exposition_line *line,
                        const struct exposition_point *point, const char *suffix, struct error *err)
{
    static const char *const whole[] = {"_bucket", "_count", "_gcount", NULL};
    static const char *const counted[] = {"_total", "_sum", "_count", "_bucket", "_gcount", NULL};
    double value = point->value;
    const char *expected = NULL;
    if (in_words(whole, suffix) && (!isfinite(value) || value != floor(value)))
        expected = "a whole number";
    else if (in_words(counted, suffix) && (isnan(value) || value < 0))
        expected = "0 or more";
    else if (strcmp(suffix, "_gsum") == 0 && isnan(value))
        expected = "a number";
    else if (is_type(check, "stateset") && value != 0 && value != 1)
        expected = "0 or 1";
    else if (is_type(check, "info") && value != 1)
        expected = "1";
    else if (is_type(check, "summary") && !*suffix && value < 0)
        expected = "0 or more";
    return !expected || exposition_line_wrong(line, line->start, err, "the value of '%.100s', %g: expected %s for a %s", point->name,
                                               value, expected, check->type->name);
}

static bool check_buckets_end(struct exposition_check *check, const struct exposition_line *line, struct error *err)
{
    const struct exposition_buckets *seen = &check->buckets;
    bool sum = seen->has_sum || seen->has_gsum;
    const char *problem = NULL;
    if (!seen->any)
        return true;
    if (!seen->bounded || !(isinf(seen->bound) && seen->bound > 0))
        problem = "has no bucket le=\"+Inf\" at its end";
    else if (seen->has_count && seen->value != seen->count)
        problem = "counts otherwise than its bucket le=\"+Inf\"";
    else if (sum != seen->has_count)
        problem = "has only one of count and sum";
    else if (seen->negative && seen->has_sum)
        problem = "has negative buckets and a sum";
    else if (!seen->negative && seen->negative_gsum)
        problem = "has a negative sum without negative buckets";
    return !problem || exposition_line_wrong(line, line->start, err, "the %s '%.100s' before this line %s", check->type->name,
                                              check->family, problem);
}

static bool add_bucket(struct exposition_check *check, const struct exposition_line *line, const struct exposition_point *point,
                       struct error *err)
{
    struct exposition_buckets *seen = &check->buckets;
    const struct exposition_label *label = find_label(point, "le");
    double bound = NAN;
    exposition_number(label->value, label->value_len, &bound);
    if (seen->bounded && bound <= seen->bound)
        return exposition_line_wrong(line, line->start, err, "le=\"%.40s\" does not come after le=\"%g\": expected rising buckets",
                                      label->value, seen->bound);
    if (point->value < seen->value)
        return exposition_line_wrong(line, line->start, err, "the bucket le=\"%.40s\" has less than the one before it: %g after %g",
                                      label->value, point->value, seen->value);
    seen->negative |= bound < 0;
    seen->bounded = true;
    seen->bound = bound;
    seen->value = point->value;
    return true;
}

static bool check_histogram(struct exposition_check *check, const struct exposition_line *line,
                            const struct exposition_point *point, const char *suffix, bool begins, struct error *err)
{
    if (!is_type(check, "histogram") && !is_type(check, "gaugehistogram"))
        return true;
    if (begins && !check_buckets_end(check, line, err))
        return false;
    if (begins)
        check->buckets = (struct exposition_buckets){.any = true};
    struct exposition_buckets *seen = &check->buckets;
    if (strcmp(suffix, "_bucket") == 0)
        return add_bucket(check, line, point, err);
    if (strcmp(suffix, "_count") == 0 || strcmp(suffix, "_gcount") == 0) {
        seen->has_count = true;
        seen->count = point->value;
    }
    seen->has_sum |= strcmp(suffix, "_sum") == 0;
    seen->has_gsum |= strcmp(suffix, "_gsum") == 0;
    seen->negative_gsum |= strcmp(suffix, "_gsum") == 0 && point->value < 0;
    return true;
}

/* Whether the sample goes on with the group of the one before it; false with *err set when it must not stand here. */
static bool check_group(struct exposition_check *check, const struct exposition_line *line, const struct exposition_point *point,
                        const char *suffix, bool *begins, struct error *err)
{
    struct text group = text_open(GROUP_MAX);
    if (!is_type(check, "info"))
        add_labels(&group, &point->labels, own_label(check, suffix));
    bool same = check->in_group && group.len == check->group.len && memcmp(group.s, check->group.s, group.len) == 0;
    bool ok = true;
    if (same && point->has_time != check->has_time)
        ok = exposition_line_wrong(line, line->start, err, "'%.100s': expected a time at all samples of these labels, or at none", point->name);
    else if (same && point->has_time && point->time < check->time && !is_type(check, "info"))
        ok = exposition_line_wrong(line, line->start, err, "'%.100s': its time is before that of the sample above it", point->name);
    else if (!same && json_object_getn(check->groups, group.s, group.len))
        ok = exposition_line_wrong(line, line->start, err, "'%.100s': expected the samples of these labels to stand together", point->name);
    if (!same) {
        json_object_setn_new_nocheck(check->groups, group.s, group.len, json_true());
        text_clear(&check->group);
        text_addn(&check->group, group.s, group.len);
    }
    text_close(&group);
    *begins = !same || point->time != check->time;
    check->in_group = true;
    check->has_time = point->has_time;
    check->time = point->time;
    return ok;
}

static bool check_repeated(struct exposition_check *check, const struct exposition_line *line,
                           const struct exposition_point *point, bool begins, struct error *err)
{
    if (begins)
        json_object_clear(check->series_seen);
    text_clear(&check->series);
    text_printf(&check->series, "%s ", point->name);
    add_labels(&check->series, &point->labels, NULL);
    if (json_object_getn(check->series_seen, check->series.s, check->series.len))
        return exposition_line_wrong(line, line->start, err, "'%.100s' is given twice with these labels%s", point->name,
                                      point->has_time ? " and this time" : "");
    json_object_setn_new_nocheck(check->series_seen, check->series.s, check->series.len, json_true());
    return true;
}

static bool check_exemplar(const struct exposition_check *check, const struct exposition_line *line,
                           const struct exposition_point *point, const char *suffix, struct error *err)
{
    bool bucket = strcmp(suffix, "_bucket") == 0, total = strcmp(suffix, "_total") == 0;
    if (!point->exemplar || bucket || total)
        return true;
    return exposition_line_wrong(line, line->start, err, "'%.100s' of a %s: only buckets and totals of counters have exemplars",
                                  point->name, check->type->name);
}

bool exposition_check_point(struct exposition_check *check, const struct exposition_line *line,
                             const struct exposition_point *point, const char *suffix, struct error *err)
{
    bool begins;
    return check_own_label(check, line, point, suffix, err) && check_value(check, line, point, suffix, err) &&
           check_exemplar(check, line, point, suffix, err) && check_group(check, line, point, suffix, &begins, err) &&
           check_histogram(check, line, point, suffix, begins, err) && check_repeated(check, line, point, begins, err);
}

bool exposition_check_end(struct exposition_check *check, const struct exposition_line *line, struct error *err)
{
    return !check->type || check_buckets_end(check, line, err);
}
