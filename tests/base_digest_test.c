/* base: digest. The values are those of FIPS 180-4's examples (NIST, "SHA256 Examples") and of the empty text. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "tests/check.h"

static const struct {
    const char *text;
    size_t times;
    const char *hex;
} rows[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

int main(void)
{
    struct digest *digest = digest_open();
    for (size_t i = 0; i < ROWS(rows); i++) {
        unsigned char bytes[DIGEST_SIZE];
        char hex[DIGEST_HEX_SIZE];
        for (size_t k = 0; k < rows[i].times; k++)
            digest_add(digest, rows[i].text, strlen(rows[i].text));
        digest_end(digest, bytes); /* the next row starts afresh */
        digest_hex(bytes, hex);
        CHECK(strcmp(hex, rows[i].hex) == 0, "row %zu: %s", i, hex);
        if (rows[i].times == 1) {
            digest_sha256(rows[i].text, strlen(rows[i].text), hex);
            CHECK(strcmp(hex, rows[i].hex) == 0, "row %zu at once: %s", i, hex);
        }
    }
    digest_close(digest);
    digest_close(NULL);
    return check_end();
}
