#include "json/meta.h"

#include <string.h>

#include "json/meta_texts.h" /* made from json/meta/ */

#define BYTES(name) name, sizeof(name)
#define PART(part) "https://json-schema.org/draft/2020-12/meta/" part

static const struct {
    const char *uri, *text;
    size_t len;
} metas[] = {
    {"https://json-schema.org/draft/2020-12/schema", BYTES(meta_2020_12)},
    {"http://json-schema.org/draft-07/schema", BYTES(meta_draft_07)},
    {"https://json-schema.org/draft-07/schema", BYTES(meta_draft_07)},
    {PART("applicator"), BYTES(meta_2020_12_applicator)},
    {PART("content"), BYTES(meta_2020_12_content)},
    {PART("core"), BYTES(meta_2020_12_core)},
    {PART("format-annotation"), BYTES(meta_2020_12_format_annotation)},
    {PART("format-assertion"), BYTES(meta_2020_12_format_assertion)},
    {PART("meta-data"), BYTES(meta_2020_12_meta_data)},
    {PART("unevaluated"), BYTES(meta_2020_12_unevaluated)},
    {PART("validation"), BYTES(meta_2020_12_validation)},
};

const char *meta_text(const char *uri, size_t *len)
{
    for (size_t i = 0; i < sizeof(metas) / sizeof(metas[0]); i++) {
        if (strcmp(metas[i].uri, uri) != 0)
            continue;
        *len = metas[i].len;
        return metas[i].text;
    }
    return NULL;
}
