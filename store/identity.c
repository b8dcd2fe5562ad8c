/* uuid(TEXT, …): an identity for tests whose artifacts have none. */
#include <string.h>

#include "base/digest.h"
#include "store/parsing.h"

static bool add(struct digest *digest, const json_t *value, size_t which, struct error *err)
{
    char number[40];
    size_t len = json_is_string(value) ? json_string_length(value) : (size_t)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
    if (!json_is_string(value) && !json_is_integer(value))
        return error_set(err, ERR_USAGE, "uuid: argument %zu: expected text or a whole number", which + 1);
    digest_add(digest, &len, sizeof(len)); /* so that "ab", "c" is not "a", "bc" */
    digest_add(digest, json_is_string(value) ? json_string_value(value) : number, len);
    return true;
}

/* The first 16 bytes of the SHA-256, with the bits of version 4 and variant 1 set (RFC 9562, 5.4). */
static json_t *uuid_json(unsigned char *bytes)
{
    char text[40];
    size_t n = 0;
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    for (int i = 0; i < 16; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
    return json_string(text);
}

bool identity_uuid(void *context, json_t *const *arguments, size_t n, json_t **result, struct error *err)
{
    unsigned char whole[DIGEST_SIZE];
    struct digest *digest = digest_open();
    bool ok = n > 0 || error_set(err, ERR_USAGE, "uuid: expected texts that tell this test from all others");
    (void)context;
    for (size_t i = 0; ok && i < n; i++)
        ok = add(digest, arguments[i], i, err);
    digest_end(digest, whole);
    digest_close(digest);
    if (ok)
        *result = uuid_json(whole);
    return ok;
}
