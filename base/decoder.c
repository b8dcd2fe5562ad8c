#include "base/decoder.h"

#include <string.h>

const struct decoder *const decoders[] = {&decoder_gzip, &decoder_xz, &decoder_zstd, NULL};

const struct decoder *decoder_of_name(const char *name)
{
    size_t len = strlen(name);
    for (const struct decoder *const *decoder = decoders; *decoder; decoder++) {
        size_t n = strlen((*decoder)->suffix);
        if (len > n && strcmp(name + len - n, (*decoder)->suffix) == 0)
            return *decoder;
    }
    return NULL;
}
