/* Any bytes as a text of lines: what matches does not depend on how the file comes, and lines are those of Python's universal line
 * ends. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/lines.h"
#include "tests/fuzz/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t count_plainly(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; n++) {
        while (i < len && text[i] != '\n' && text[i] != '\r')
            i++;
        i += i < len && text[i] == '\r' && i + 1 < len && text[i + 1] == '\n' ? 2 : 1;
    }
    return n;
}

struct subject {
    struct regex *regex;
    struct pieces_fields fields;
    enum typed_as as;
};

static json_t *match(struct stream *stream, const struct subject *subject, enum pieces_keep keep, struct error *err)
{
    struct arena arena = {0};
    struct parsing parsing = {.arena = &arena, .scratch = regex_scratch_open()};
    struct pieces_source source = {.stream = stream, .as = subject->as, .keep = keep, .fields = subject->fields.n ? &subject->fields : NULL};
    json_t *value = lines_parse(&parsing, &source, subject->regex, (struct pos){.file = "w", .line = 1, .col = 1}, err);
    parsing_close(&parsing);
    arena_close(&arena);
    return value;
}

static void check(const char *text, size_t len, const struct subject *subject, enum pieces_keep keep)
{
    struct error whole_err = {0}, parts_err = {0};
    struct stream whole = stream_of_text(text, len, "fuzz");
    struct windows windows;
    json_t *one = match(&whole, subject, keep, &whole_err);
    json_t *other = match(windows_open(&windows, text, len), subject, keep, &parts_err);
    assert(strcmp(whole_err.text, parts_err.text) == 0 && (whole_err.kind || json_equal(one, other) || one == other));
    if (keep == PIECES_COUNT && !subject->fields.n)
        assert((size_t)json_integer_value(one) == count_plainly(text, len));
    json_decref(one);
    json_decref(other);
    windows_close(&windows);
    stream_close(&whole);
}

static void make(struct arena *arena, struct subject *subject, const char *pattern, const struct named_word *types, size_t types_n)
{
    struct error err = {0};
    const struct parser parser = {.name = "fuzz"};
    struct argument match = {.given = true}, given = {.types = types, .types_n = types_n};
    subject->regex = match.pattern = regex_compile(pattern, strlen(pattern), &(struct regex_options){0}, (struct pos){0}, &err);
    bool ok = lines_fields(arena, &parser, &(struct lines_arguments){&match, &given}, &subject->fields, &err);
    assert(ok && subject->regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct named_word types[] = {{.name = "a", .word = TYPED_AUTO}, {.name = "b", .word = TYPED_JSON}};
    static struct arena arena;
    static struct subject every, named, typed;
    if (!every.regex) {
        make(&arena, &every, "", NULL, 0);
        make(&arena, &named, "(?<a>[^=]*)=(?<b>.*)", types, 2);
        make(&arena, &typed, "(.*)", NULL, 0);
        typed.as = TYPED_DURATION;
    }
    for (int keep = PIECES_ALL; keep <= PIECES_COUNT; keep++) {
        check((const char *)bytes, size, &every, (enum pieces_keep)keep);
        check((const char *)bytes, size, &named, (enum pieces_keep)keep);
        check((const char *)bytes, size, &typed, (enum pieces_keep)keep);
    }
    return 0;
}
