/* Any bytes as a text with marks: the pieces that between_parse gives are those that a plain search finds, step by step. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "store/between.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *find(const char *from, const char *end, const char *mark)
{
    return memmem(from, (size_t)(end - from), mark, strlen(mark));
}

/* Looks for both marks anew after each mark. */
static size_t count_plainly(const char *text, size_t len, const char *start, const char *end, size_t *cut)
{
    size_t n = 0;
    const char *stop = text + len, *at = text;
    for (const char *begin; (begin = find(at, stop, start));) {
        const char *after = begin + strlen(start), *close = find(after, stop, end);
        const char *again = find(after, close ? close : stop, start);
        at = again ? again : close ? close + strlen(end) : stop;
        n += close && !again;
        *cut += !close || again;
    }
    return n;
}

static json_t *parse(struct parsing *parsing, struct pieces_source *source, const char *text, size_t len, const char *start,
                     const char *end, struct error *err)
{
    struct stream stream = stream_of_text(text, len, "fuzz");
    source->stream = &stream;
    json_t *value = between_parse(parsing, source, start, end, err);
    stream_close(&stream);
    return value;
}

static void check_marks(const char *text, size_t len, const char *start, const char *end)
{
    struct arena arena = {0};
    struct error err = {0};
    struct parsing parsing = {.arena = &arena, .scratch = regex_scratch_open()};
    struct pieces_source source = {.as = TYPED_TEXT, .keep = PIECES_ALL};
    size_t cut = 0, n = count_plainly(text, len, start, end, &cut);
    json_t *all = parse(&parsing, &source, text, len, start, end, &err);
    assert(!err.kind && json_array_size(all) == n);
    source.as = TYPED_JSON;
    source.keep = PIECES_COUNT;
    json_t *count = parse(&parsing, &source, text, len, start, end, &err);
    assert((size_t)json_integer_value(count) == n);
    bool said = false;
    for (size_t i = 0; i < parsing.findings.n; i++)
        said |= strstr(parsing.findings.v[i].text, "do not end") != NULL;
    assert(said == (cut > 0));
    source.keep = PIECES_ALL;
    json_t *read = parse(&parsing, &source, text, len, start, end, &err);
    assert(err.kind == ERR_ARTIFACT || (!err.kind && json_array_size(read) == n));
    json_decref(read);
    json_decref(count);
    json_decref(all);
    parsing_close(&parsing);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const marks[][2] = {{"[92m", "[0m"}, {"\"", "\""}, {"aa", "a"}, {"a", "aa"}, {"<<", "\n"}};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        check_marks((const char *)bytes, size, marks[i][0], marks[i][1]);
    return 0;
}
