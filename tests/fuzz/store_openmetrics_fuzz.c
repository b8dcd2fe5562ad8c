/* Any bytes as OpenMetrics and as Prometheus text: refused with a place, or families whose values are finite or null; what is chosen by
 * name and labels is among all of them. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "store/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static json_t *read_text(const uint8_t *bytes, size_t size, struct exposition_options options, struct exposition_found *found)
{
    struct error err = {0};
    options.file = "fuzz";
    json_t *json = exposition_read((const char *)bytes, size, &options, found, &err);
    assert((json != NULL) == (err.kind == ERR_NONE));
    assert(json || (err.kind == ERR_ARTIFACT && strncmp(err.text, "fuzz:", 5) == 0));
    return json;
}

static size_t check_samples(json_t *samples, size_t *nulls)
{
    size_t i;
    json_t *sample;
    json_array_foreach(samples, i, sample) {
        const json_t *value = json_object_get(sample, "value"), *exemplar = json_object_get(sample, "exemplar");
        assert(json_is_null(value) || isfinite(json_real_value(value)));
        assert(json_string_length(json_object_get(sample, "name")) > 0 && json_is_object(json_object_get(sample, "labels")));
        *nulls += json_is_null(value) ? 1 : 0;
        *nulls += exemplar && json_is_null(json_object_get(exemplar, "value")) ? 1 : 0;
    }
    return json_array_size(samples);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (int format = 0; format < 3; format++) {
        struct exposition_found found = {0}, again = {0};
        struct exposition_options options = {.format = (enum exposition_format)format};
        json_t *all = read_text(bytes, size, options, &found), *family;
        const char *name, *first = NULL;
        size_t n = 0, nulls = 0;
        json_object_foreach(all, name, family) {
            size_t here = check_samples(json_object_get(family, "samples"), &nulls);
            first = here && !first ? name : first;
            n += here;
        }
        assert(!all || nulls == found.non_finite);
        static const char *const labels[] = {"a", "1", NULL};
        options.metric = first ? first : "a";
        json_t *of_family = read_text(bytes, size, options, &again);
        options.labels = labels;
        json_t *with_label = read_text(bytes, size, options, &again);
        assert((all == NULL) == (of_family == NULL));
        assert(json_array_size(of_family) <= n && json_array_size(of_family) >= (first != NULL));
        assert(json_array_size(with_label) <= json_array_size(of_family));
        json_decref(with_label);
        json_decref(of_family);
        json_decref(all);
    }
    return 0;
}
