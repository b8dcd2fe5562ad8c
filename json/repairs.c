#include "json/repairs.h"

size_t json_repairs_list(const struct json_repairs *repairs, struct json_repair *out)
{
    const struct json_repair all[JSON_REPAIRS_MAX] = {
        {repairs->non_finite, "numbers are NaN or infinite (read as null)"},
        {repairs->nul, "\\u0000 escapes (read as U+FFFD)"},
        {repairs->surrogates, "lone surrogates (read as U+FFFD)"},
        {repairs->big_integers, "integers are beyond 64 bits (read as doubles)"},
        {repairs->repeated_keys, "members are given twice (the last counts)"},
    };
    size_t n = 0;
    for (size_t i = 0; i < JSON_REPAIRS_MAX; i++)
        if (all[i].n)
            out[n++] = all[i];
    return n;
}
