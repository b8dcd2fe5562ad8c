/* config/filters.h — what --filters says: "model=llama:granite,gpu=2" is (model is llama or granite) and (gpu is 2).
 *
 * Alternatives stand between colons, as the Python tool has it; `\:` is a colon of the value itself. The whole text behind the
 * equals sign is an alternative too, so that an image (quay.io/a:v1) needs no backslash.
 */
#ifndef CONFIG_FILTERS_H
#define CONFIG_FILTERS_H
#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct filter {
    const char *key;
    const char *text;          /* as it was given */
    const char *const *values; /* any of these, to NULL */
};

struct filters {
    struct filter *v;
    size_t n;
};

/* What the error's sentence says was expected, for tests. */
#define FILTERS_OF_SETTINGS "setting=value, more of them after commas"

/* NULL and "" give none. `expected` ends the error's sentence. ERR_USAGE. */
bool filters_parse(struct arena *arena, const char *text, const char *expected, struct filters *filters, struct error *err);

/* Values are compared as text, so that 8 and "8" are alike; what is no text has its JSON ("true", "null"), or Python's word for it
 * ("True", "None"). NULL (there is no such value) is none of them. */
bool filter_takes(const struct filter *filter, const json_t *value);

#endif
