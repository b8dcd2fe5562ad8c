#include "base/regex.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

enum { STEPS_MAX = 1000000, DEPTH_MAX = 10000, HEAP_MAX_KB = 20000, PATTERN_MAX = 64 * 1024 };

struct regex {
    pcre2_code *code;
    pcre2_match_context *limits;
};

struct regex *regex_compile(const char *pattern, const struct regex_options *options, struct error *err)
{
    int code;
    PCRE2_SIZE offset;
    uint32_t flags = PCRE2_MATCH_INVALID_UTF | PCRE2_UTF | (options->ecma ? PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX : 0);
    pcre2_compile_context *context = memory_need(pcre2_compile_context_create(NULL));
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        PCRE2_UCHAR message[200];
        pcre2_get_error_message(code, message, sizeof(message));
        error_set(err, ERR_USAGE, "pattern '%.60s': at character %zu: %s", pattern, (size_t)offset + 1, (char *)message);
        return NULL;
    }
    struct regex *regex = memory_need(malloc(sizeof(*regex)));
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); /* without JIT it is slower, nothing else */
    regex->code = compiled;
    regex->limits = memory_need(pcre2_match_context_create(NULL));
    pcre2_set_match_limit(regex->limits, STEPS_MAX);
    pcre2_set_depth_limit(regex->limits, DEPTH_MAX);
    pcre2_set_heap_limit(regex->limits, HEAP_MAX_KB);
    return regex;
}

void regex_close(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    free(regex);
}

bool regex_search(const struct regex *regex, const char *text, size_t len, size_t from, struct regex_match *match,
                  struct error *err)
{
    pcre2_match_data *data = memory_need(pcre2_match_data_create(REGEX_GROUPS_MAX, NULL));
    int n = pcre2_match(regex->code, (PCRE2_SPTR)text, len, from, 0, data, regex->limits);
    if (n < 0 && n != PCRE2_ERROR_NOMATCH) {
        PCRE2_UCHAR message[200];
        pcre2_get_error_message(n, message, sizeof(message));
        error_set(err, ERR_ARTIFACT, "the pattern needs too many steps on this text (%s)", (char *)message);
    }
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(data);
    uint32_t groups = 0;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    match->n = n < 0 ? 0 : groups + 1 < REGEX_GROUPS_MAX ? groups + 1 : REGEX_GROUPS_MAX;
    for (size_t i = 0; i < match->n; i++) {
        bool set = n == 0 || i < (size_t)n;
        match->start[i] = set ? offsets[2 * i] : REGEX_UNSET;
        match->end[i] = set ? offsets[2 * i + 1] : REGEX_UNSET;
    }
    pcre2_match_data_free(data);
    return match->n > 0;
}
