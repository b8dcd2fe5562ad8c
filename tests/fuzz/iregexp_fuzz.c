/* iregexp: a pattern on the first line, a subject behind it, UTF-8 as JSON strings are. What matches as a whole is also found. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/iregexp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* -1: a limit was passed. */
static int look(const struct regex *regex, struct regex_scratch *scratch, const char *subject, size_t len,
                struct regex_span *span)
{
    struct error err = {0};
    bool found;
    if (!regex_find(regex, scratch, subject, len, 0, span, 1, &found, &err))
        return -1;
    return found;
}

static void compare(struct regex *whole, struct regex *part, const char *subject, size_t len)
{
    struct regex_scratch *scratch = regex_scratch_open();
    struct regex_span span = {0};
    int matches = look(whole, scratch, subject, len, &span);
    assert(matches != 1 || (span.start == 0 && span.end == len));
    int found = look(part, scratch, subject, len, &span);
    assert(matches != 1 || found != 0);
    regex_scratch_close(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes, *line = size ? memchr(text, '\n', size) : NULL;
    if (!line)
        return 0;
    struct arena arena = {0};
    struct error whole_err = {0}, part_err = {0};
    size_t len = (size_t)(line - text);
    const char *pattern = arena_strndup(&arena, text, len);
    struct regex *whole = iregexp_compile(pattern, len, true, &whole_err);
    struct regex *part = iregexp_compile(pattern, len, false, &part_err);
    assert((whole != NULL) == (whole_err.kind == ERR_NONE) && (part != NULL) == (part_err.kind == ERR_NONE));
    const char *subject = line + 1;
    if (whole && part && text_utf8_valid(subject, size - len - 1) == size - len - 1)
        compare(whole, part, subject, size - len - 1);
    iregexp_close(whole);
    iregexp_close(part);
    arena_close(&arena);
    return 0;
}
