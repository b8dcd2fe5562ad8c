#include "base/regex.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

enum { JIT_STACK_FIRST = 32 * 1024, JIT_STACK_MAX = 4 * 1024 * 1024, GROUPS_START = 16 };

struct regex {
    pcre2_code *code;
    size_t groups;
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *limits;
    pcre2_jit_stack *jit_stack; /* NULL where PCRE2 has no JIT: its limits then hold alone */
};

static pcre2_code *compile(const char *pattern, size_t len, bool ecma, int *code, size_t *offset)
{
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    options |= ecma ? PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF
                    : PCRE2_UCP;
    pcre2_compile_context *context = memory_need(pcre2_compile_context_create(NULL));
    if (ecma)
        pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
    pcre2_set_max_pattern_length(context, REGEX_PATTERN_MAX);
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, len, options, code, offset, context);
    pcre2_compile_context_free(context);
    return compiled;
}

struct regex *regex_compile(const char *pattern, size_t len, const struct regex_options *options, struct pos at,
                            struct error *err)
{
    int code;
    size_t offset;
    uint32_t groups = 0;
    pcre2_code *compiled = compile(pattern, len, options->ecma, &code, &offset);
    if (!compiled) {
        PCRE2_UCHAR text[160] = "";
        pcre2_get_error_message(code, text, sizeof(text));
        int shown = len > 200 ? 200 : (int)len;
        error_at(err, ERR_USAGE, at, "pattern '%.*s', byte %zu: %s", shown, pattern, offset, (const char *)text);
        return NULL;
    }
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); /* where there is no JIT the interpreter does it */
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
    struct regex *regex = memory_need(malloc(sizeof(*regex)));
    *regex = (struct regex){compiled, groups};
    return regex;
}

void regex_close(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    free(regex);
}

size_t regex_groups(const struct regex *regex)
{
    return regex->groups;
}

size_t regex_group(const struct regex *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);
    return number > 0 ? (size_t)number : 0;
}

struct regex_scratch *regex_scratch_open(void)
{
    struct regex_scratch *scratch = memory_need(malloc(sizeof(*scratch)));
    scratch->data = memory_need(pcre2_match_data_create(GROUPS_START, NULL));
    scratch->limits = memory_need(pcre2_match_context_create(NULL));
    pcre2_set_match_limit(scratch->limits, REGEX_STEPS_MAX);
    pcre2_set_depth_limit(scratch->limits, REGEX_DEPTH_MAX);
    pcre2_set_heap_limit(scratch->limits, REGEX_HEAP_MAX);
    scratch->jit_stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
    if (scratch->jit_stack)
        pcre2_jit_stack_assign(scratch->limits, NULL, scratch->jit_stack);
    return scratch;
}

void regex_scratch_close(struct regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->limits);
    pcre2_jit_stack_free(scratch->jit_stack);
    free(scratch);
}

/* Makes room for the groups that the caller asks for. */
static void make_room(struct regex_scratch *scratch, size_t n)
{
    if (pcre2_get_ovector_count(scratch->data) >= n)
        return;
    pcre2_match_data_free(scratch->data);
    scratch->data = memory_need(pcre2_match_data_create((uint32_t)n, NULL));
}

static bool match_failed(int status, struct error *err)
{
    static const struct {
        int status;
        const char *limit;
    } limits[] = {
        {PCRE2_ERROR_MATCHLIMIT, "steps"},
        {PCRE2_ERROR_DEPTHLIMIT, "nested steps"},
        {PCRE2_ERROR_HEAPLIMIT, "steps and memory"},
        {PCRE2_ERROR_JIT_STACKLIMIT, "nested steps"},
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (limits[i].status == status)
            return error_set(err, ERR_USAGE, "pattern needs too many %s", limits[i].limit);
    PCRE2_UCHAR text[160] = "";
    pcre2_get_error_message(status, text, sizeof(text));
    return error_set(err, ERR_USAGE, "pattern cannot be matched: %s", (const char *)text);
}

bool regex_find(const struct regex *regex, struct regex_scratch *scratch, const char *subject, size_t len, size_t from,
                struct regex_span *spans, size_t n, bool *found, struct error *err)
{
    *found = false;
    if (from > len)
        return true;
    make_room(scratch, n);
    int status = pcre2_match(regex->code, (PCRE2_SPTR)subject, len, from, 0, scratch->data, scratch->limits);
    if (status == PCRE2_ERROR_NOMATCH)
        return true;
    if (status < 0)
        return match_failed(status, err);
    *found = true;
    const size_t *at = pcre2_get_ovector_pointer(scratch->data);
    size_t have = pcre2_get_ovector_count(scratch->data);
    have = have > regex->groups + 1 ? regex->groups + 1 : have;
    static_assert(PCRE2_UNSET == REGEX_NONE, "a group without a match");
    for (size_t i = 0; i < n; i++)
        spans[i] = i < have ? (struct regex_span){at[2 * i], at[2 * i + 1]} : (struct regex_span){REGEX_NONE, REGEX_NONE};
    return true;
}
