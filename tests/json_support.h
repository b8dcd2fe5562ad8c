/* tests/json_support.h — for the tests of json/: files of the shared suites, one run of python3, random documents. */
#ifndef TESTS_JSON_SUPPORT_H
#define TESTS_JSON_SUPPORT_H
#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

/* The whole of an open file, NUL-terminated; the caller frees. */
static inline char *support_slurp(FILE *in, size_t *len)
{
    struct text all = text_open(1u << 30);
    char block[65536];
    rewind(in);
    for (size_t n; (n = fread(block, 1, sizeof(block), in)) > 0;)
        text_addn(&all, block, n);
    text_addc(&all, '\0');
    *len = all.len - 1;
    return all.s;
}

/* A file of the shared material, or ends the test as failed. */
static inline char *support_shared(const char *name, size_t *len)
{
    const char *shared = getenv("MB_SHARED"), *source = getenv("MB_SOURCE");
    struct text path = text_open(4096);
    text_printf(&path, "%s/%s", shared ? shared : "", name);
    if (!shared) {
        text_clear(&path);
        text_printf(&path, "%s/../shared/%s", source ? source : ".", name);
    }
    FILE *in = fopen(path.s, "rb");
    if (!in) {
        fprintf(stderr, "%s: %s (MB_SHARED names the shared material)\n0 passed, 1 failed\n", path.s, strerror(errno));
        exit(1);
    }
    char *text = support_slurp(in, len);
    fclose(in);
    text_close(&path);
    return text;
}

/* What `python3 -c script` prints when it reads `input`; ends the test as failed when it does not end well. */
static inline char *support_python(const char *script, const char *input, size_t input_len, size_t *len)
{
    FILE *in = tmpfile(), *out = tmpfile();
    if (!in || !out || fwrite(input, 1, input_len, in) != input_len || fflush(in) != 0) {
        perror("temporary file");
        exit(1);
    }
    rewind(in);
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(in), STDIN_FILENO);
        dup2(fileno(out), STDOUT_FILENO);
        execlp("python3", "python3", "-c", script, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (child < 0 || status != 0) {
        fprintf(stderr, "python3 ended with status %d (127 << 8: not found)\n0 passed, 1 failed\n", status);
        exit(1);
    }
    char *text = support_slurp(out, len);
    fclose(in);
    fclose(out);
    return text;
}

/* splitmix64: the same numbers everywhere */
static inline uint64_t support_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline size_t support_below(uint64_t *state, size_t n)
{
    return (size_t)(support_random(state) % n);
}

/* Appends a random document of at most `depth` levels. Names come from a small set; `repeat`: they may repeat. */
static inline void support_document(struct text *out, uint64_t *state, int depth, bool repeat)
{
    static const char *const names[] = {"a", "b", "c", "a.b", "\\u0061b", "\xC3\xA9", "x\\ty", ""};
    static const char *const scalars[] = {
        "1",    "-7",    "2.5",  "1e300", "\"s\"",      "\"\\u00e9\\ud83d\\ude00\"", "true",
        "null", "false", "\"\"", "1e-7",  "1234567890", "\"\xE2\x82\xAC\""};
    static const char *const blanks[] = {"", "", " ", "\n  ", "\t"};
    size_t kind = depth > 0 ? support_below(state, 5) : 4;
    text_add(out, blanks[support_below(state, 5)]);
    if (kind == 4) {
        text_add(out, scalars[support_below(state, sizeof(scalars) / sizeof(scalars[0]))]);
        return;
    }
    bool object = kind < 2;
    size_t n = support_below(state, 5), shift = support_below(state, 8);
    text_addc(out, object ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            text_add(out, ",");
        if (object)
            text_printf(out, "\"%s\"%s:", names[repeat ? support_below(state, 8) : (i + shift) % 8],
                        blanks[support_below(state, 5)]);
        support_document(out, state, depth - 1, repeat);
        text_add(out, blanks[support_below(state, 5)]);
    }
    text_addc(out, object ? '}' : ']');
}

#endif
