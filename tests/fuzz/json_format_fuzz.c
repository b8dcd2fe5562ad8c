/* json_format: a text, as every format, as a pattern (what is one compiles, or PCRE2 says why not; and searches the text itself), and
 * as a reference against a base. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/regex.h"
#include "json/ecma.h"
#include "json/format.h"
#include "json/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_pattern(const char *s, size_t len)
{
    static const struct regex_options ecma = {.ecma = true, .counted = true};
    struct text out = text_open(1 << 16);
    struct error err = {0}, refused = {0};
    struct pos at = {.file = "fuzz"};
    bool ok = ecma_translate(s, len, &out, at, &err), found;
    assert(ok || err.kind == ERR_USAGE);
    assert(ok == ecma_valid(s, len) || out.over);
    struct regex *regex = ok ? regex_compile(out.s, out.len, &ecma, at, &refused) : NULL;
    struct regex_scratch *scratch = regex_scratch_open();
    if (regex)
        regex_find(regex, scratch, s, len, 0, NULL, 0, &found, &refused);
    regex_scratch_close(scratch);
    regex_close(regex);
    text_close(&out);
}

static void check_reference(const char *s, size_t len)
{
    static const char *const bases[] = {"http://a/b/c/d;p?q", "urn:x:y", "", "file:///a/b.json"};
    struct arena arena = {0};
    const char *text = arena_strndup(&arena, s, len);
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        char *resolved = uri_resolve(&arena, bases[i], text);
        assert(strlen(resolved) <= strlen(bases[i]) + len + 8);
        if (uri_valid(text, strlen(text), false, false) && *bases[i])
            assert(uri_valid(resolved, strlen(resolved), true, false) || strstr(resolved, "//"));
        uri_unescape(uri_cut_fragment(resolved));
    }
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const names[] = {"date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6",
                                        "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri",
                                        "uri-reference", "uri-template", "uuid", "uuid4"};
    const char *s = (const char *)bytes;
    if (size > 4000 || text_utf8_valid(s, size) != size)
        return 0;
    struct format_tools *tools = format_tools_open();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bool once = format_find(names[i])->accepts(s, size, tools);
        assert(once == format_find(names[i])->accepts(s, size, tools));
    }
    format_tools_close(tools);
    check_pattern(s, size);
    check_reference(s, size);
    return 0;
}
