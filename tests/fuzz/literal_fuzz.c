/* store/literal.h */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "store/literal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {0};
    struct literal found;
    json_t *json = literal_parse((const char *)bytes, size, (struct pos){.file = "f", .line = 1, .col = 1}, &found, &err);
    assert(found.used <= size);
    assert((json != NULL) == (err.kind == ERR_NONE));
    char *text = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL; /* refuses what is not UTF-8 */
    assert(!json || text);
    free(text);
    json_decref(json);
    return 0;
}
