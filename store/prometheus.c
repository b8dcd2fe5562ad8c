#include "store/prometheus.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double time_max = 9007199254740992.0; /* 2^53 s: what a double tells apart */

/* Where in the answer something is. */
struct place {
    const char *file;
    size_t series, sample;
};

static bool wrong(const struct place *place, const char *member, const char *expected, struct error *err)
{
    return error_at(err, ERR_ARTIFACT, (struct pos){.file = place->file}, "/%zu%s: expected %s", place->series, member, expected);
}

static bool wrong_sample(const struct place *place, struct error *err)
{
    return error_at(err, ERR_ARTIFACT, (struct pos){.file = place->file},
                    "/%zu/values/%zu: expected a time in seconds and a value, as [1736150400, \"0.42\"]", place->series,
                    place->sample);
}

static bool read_time(const json_t *json, int64_t *time)
{
    double seconds = json_is_number(json) ? json_number_value(json) : NAN;
    if (!(fabs(seconds) < time_max))
        return false;
    *time = (int64_t)seconds;
    return true;
}

/* A sample's value is text, so that it can be "NaN"; numbers are taken too. */
static bool read_value(const json_t *json, double *value)
{
    if (json_is_number(json)) {
        *value = json_number_value(json);
        return true;
    }
    const char *text = json_string_value(json);
    char *end;
    if (!text || !*text || strpbrk(text, "xX(\t\n\v\f\r "))
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && strlen(text) == json_string_length(json);
}

static bool add_sample(json_t *values, const json_t *sample, const struct place *place, size_t *left_out, struct error *err)
{
    char key[24];
    int64_t time;
    double value;
    if (json_array_size(sample) != 2 || !read_time(json_array_get(sample, 0), &time) ||
        !read_value(json_array_get(sample, 1), &value))
        return wrong_sample(place, err);
    if (!isfinite(value)) {
        ++*left_out;
        return true;
    }
    snprintf(key, sizeof(key), "%" PRId64, time);
    json_object_set_new(values, key, json_real(value));
    return true;
}

static bool are_texts(json_t *labels)
{
    const char *name;
    json_t *value;
    json_object_foreach(labels, name, value)
        if (!json_is_string(value))
            return false;
    return json_is_object(labels);
}

static json_t *one_series(const json_t *series, struct place *place, size_t *left_out, struct error *err)
{
    json_t *labels = json_object_get(series, "metric"), *samples = json_object_get(series, "values");
    if (!labels || !samples || json_object_size(series) != 2)
        return wrong(place, "", "a series with metric and values", err), NULL;
    if (!are_texts(labels))
        return wrong(place, "/metric", "labels, each a text", err), NULL;
    if (!json_is_array(samples))
        return wrong(place, "/values", "a list of samples", err), NULL;
    json_t *values = json_object();
    for (place->sample = 0; place->sample < json_array_size(samples); place->sample++) {
        if (!add_sample(values, json_array_get(samples, place->sample), place, left_out, err)) {
            json_decref(values);
            return NULL;
        }
    }
    return json_pack("{s:O s:o}", "metric", labels, "values", values);
}

json_t *prometheus_series(const json_t *answer, const char *file, size_t *left_out, struct error *err)
{
    struct place place = {.file = file};
    if (!json_is_array(answer)) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = file}, "expected a list of series, as Prometheus answers");
        return NULL;
    }
    json_t *all = json_array();
    for (place.series = 0; place.series < json_array_size(answer); place.series++) {
        json_t *series = one_series(json_array_get(answer, place.series), &place, left_out, err);
        if (!series) {
            json_decref(all);
            return NULL;
        }
        json_array_append_new(all, series);
    }
    return all;
}

const char *prometheus_file(struct arena *arena, const char *metric)
{
    size_t n = strlen(metric), kept = 0;
    char *name = arena_alloc(arena, n + sizeof(".json"));
    for (size_t i = 0; i < n; i++) {
        if (metric[i] == '.' && metric[i + 1] == '*')
            i++;
        else if (metric[i] != '\'' && metric[i] != '~')
            name[kept++] = metric[i];
    }
    memcpy(name + kept, ".json", sizeof(".json"));
    return name;
}
