/* Any bytes as a unit and as a duration: the base has letters, digits and _ only, the factor keeps its limits, converting there and
 * back comes near to where it began, a duration is finite. */
#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/duration.h"
#include "base/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    const char *text = arena_strndup(&arena, (const char *)bytes, size);
    struct unit unit = unit_parse(text), base = unit_parse(unit.base);
    for (const char *p = unit.base; *p; p++)
        assert(isalnum((unsigned char)*p) || *p == '_');
    assert(unit.to_base.times > 0 && unit.to_base.over > 0 && unit.to_base.times <= UINT64_C(1) << 60 && unit.to_base.over <= UINT64_C(1) << 60);
    assert(strlen(unit.base) < UNIT_BASE_MAX && strlen(unit.unknown) < UNIT_WORD_MAX);
    if (!unit.unknown[0])
        assert(strcmp(base.base, unit.base) == 0 && !base.unknown[0]);
    double value = 12.3, there = unit_scaled(value, unit.to_base);
    struct unit_scale back = {unit.to_base.over, unit.to_base.times, -unit.to_base.ten};
    if (isnormal(there))
        assert(fabs(unit_scaled(there, back) - value) < 1e-12);
    double seconds = 0;
    assert(!duration_parse(text, &seconds) || isfinite(seconds));
    memcpy(&value, bytes, size < sizeof(value) ? size : sizeof(value));
    unit_scaled(value, unit.to_base);
    unit_scale_of(value, &back);
    arena_close(&arena);
    return 0;
}
