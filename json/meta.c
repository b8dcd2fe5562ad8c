#include "json/meta.h"

#include <string.h>

#include "base/embedded.h"

extern const struct embedded json_meta[]; /* json/meta/ */

#define PART(part) {"https://json-schema.org/draft/2020-12/meta/" part, "2020-12-" part ".json"}

static const struct {
    const char *uri, *file;
} metas[] = {
    {"https://json-schema.org/draft/2020-12/schema", "2020-12.json"},
    {"http://json-schema.org/draft-07/schema", "draft-07.json"},
    {"https://json-schema.org/draft-07/schema", "draft-07.json"},
    PART("applicator"),
    PART("content"),
    PART("core"),
    PART("format-annotation"),
    PART("format-assertion"),
    PART("meta-data"),
    PART("unevaluated"),
    PART("validation"),
};

const char *meta_text(const char *uri, size_t *len)
{
    const char *name = NULL;
    for (size_t i = 0; i < sizeof(metas) / sizeof(metas[0]); i++)
        if (strcmp(metas[i].uri, uri) == 0)
            name = metas[i].file;
    for (const struct embedded *file = json_meta; name && file->name; file++) {
        if (strcmp(file->name, name) != 0)
            continue;
        *len = file->size;
        return file->bytes;
    }
    return NULL;
}
