/* Any JSON as an answer of Prometheus: refused with a reason, or series whose times are whole and whose values are finite. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "json/read.h"
#include "store/prometheus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t check_values(json_t *values)
{
    const char *time;
    json_t *value;
    json_object_foreach(values, time, value) {
        const char *digits = time + (*time == '-');
        assert(*digits && digits[strspn(digits, "0123456789")] == '\0');
        assert(json_is_real(value) && isfinite(json_real_value(value)));
    }
    return json_object_size(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {0}, why = {0};
    size_t left_out = 0, samples = 0;
    json_t *answer = json_read((const char *)bytes, size, &(struct json_read_options){.file = "fuzz"}, &err);
    json_t *all = answer ? prometheus_series(answer, "fuzz", &left_out, &why) : NULL;
    assert(!answer || (all != NULL) == (why.kind == ERR_NONE));
    assert(!all || json_array_size(all) == json_array_size(answer));
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *series = json_array_get(all, i), *given = json_array_get(answer, i);
        samples = check_values(json_object_get(series, "values"));
        assert(samples <= json_array_size(json_object_get(given, "values")));
        assert(json_equal(json_object_get(series, "metric"), json_object_get(given, "metric")));
    }
    json_decref(all);
    json_decref(answer);

    struct arena arena = {0};
    const char *file = prometheus_file(&arena, arena_strndup(&arena, (const char *)bytes, size));
    assert(!strchr(file, '\'') && !strchr(file, '~') && strlen(file) <= size + strlen(".json"));
    arena_close(&arena);
    return 0;
}
