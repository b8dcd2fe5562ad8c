#include "base/regex.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"

enum {
    JIT_STACK_FIRST = 32 * 1024,
    JIT_STACK_MAX = 1024 * 1024,
    GROUPS_START = 16,
    FAST_LEN_MAX = 16 * 1024,           /* longer subjects are counted */
    FAST_STEPS_MAX = 2 * 1000 * 1000,   /* over all places where a match may start */
    FAST_BYTES_MAX = 2000 * 1000 * 1000 /* that many steps may look at, each at most at the whole subject */
};

struct regex {
    pcre2_code *fast;    /* JIT where there is one; NULL when every search is to be counted */
    pcre2_code *counted; /* with a callout before every item */
    size_t groups;
    bool anchored;
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *jit_stack; /* made when the machine's stack does not do: NULL until then */
    size_t steps, last;         /* of a counted search: so far, and where it was at its last step */
};

static pcre2_code *compile(const char *pattern, size_t len, bool ecma, uint32_t options, int *code, size_t *offset)
{
    options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    options |=
        ecma ? PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF : PCRE2_UCP;
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
    uint32_t groups = 0, all = 0;
    pcre2_code *counted = compile(pattern, len, options->ecma, PCRE2_AUTO_CALLOUT, &code, &offset), *fast = NULL;
    if (counted && !options->counted)
        fast = compile(pattern, len, options->ecma, 0, &code, &offset);
    if (!counted || (!fast && !options->counted)) {
        PCRE2_UCHAR text[160] = "";
        pcre2_get_error_message(code, text, sizeof(text));
        int shown = len > 200 ? 200 : (int)len;
        error_at(err, ERR_USAGE, at, "pattern '%.*s', byte %zu: %s", shown, pattern, offset, (const char *)text);
        pcre2_code_free(counted);
        return NULL;
    }
    if (fast)
        pcre2_jit_compile(fast, PCRE2_JIT_COMPLETE); /* where there is no JIT the interpreter does it */
    pcre2_pattern_info(counted, PCRE2_INFO_CAPTURECOUNT, &groups);
    pcre2_pattern_info(counted, PCRE2_INFO_ALLOPTIONS, &all);
    struct regex *regex = memory_need(malloc(sizeof(*regex)));
    *regex = (struct regex){fast, counted, groups, (all & PCRE2_ANCHORED) != 0};
    return regex;
}

void regex_close(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->fast);
    pcre2_code_free(regex->counted);
    free(regex);
}

size_t regex_groups(const struct regex *regex)
{
    return regex->groups;
}

size_t regex_group(const struct regex *regex, const char *name)
{
    int number = pcre2_substring_number_from_name(regex->counted, (PCRE2_SPTR)name);
    return number > 0 ? (size_t)number : 0;
}

/* PCRE2's table of names: a row each, two bytes of the group's number before the name. */
const char *regex_group_name(const struct regex *regex, size_t group)
{
    uint32_t rows = 0, width = 0;
    PCRE2_SPTR row = NULL;
    pcre2_pattern_info(regex->counted, PCRE2_INFO_NAMECOUNT, &rows);
    pcre2_pattern_info(regex->counted, PCRE2_INFO_NAMEENTRYSIZE, &width);
    pcre2_pattern_info(regex->counted, PCRE2_INFO_NAMETABLE, &row);
    for (; rows > 0; rows--, row += width)
        if (((size_t)row[0] << 8 | row[1]) == group)
            return (const char *)row + 2;
    return NULL;
}

/* Called before each item of a counted pattern. Between two calls the search moves over the subject at most once. */
static int count_step(pcre2_callout_block *block, void *scratch)
{
    struct regex_scratch *s = scratch;
    size_t at = block->current_position;
    s->steps += 1 + (at > s->last ? at - s->last : s->last - at);
    s->last = at;
    return s->steps > REGEX_STEPS_MAX ? PCRE2_ERROR_CALLOUT : 0;
}

struct regex_scratch *regex_scratch_open(void)
{
    struct regex_scratch *scratch = memory_need(calloc(1, sizeof(*scratch)));
    scratch->data = memory_need(pcre2_match_data_create(GROUPS_START, NULL));
    scratch->context = memory_need(pcre2_match_context_create(NULL));
    pcre2_set_heap_limit(scratch->context, REGEX_HEAP_MAX);
    pcre2_set_callout(scratch->context, count_step, scratch);
    return scratch;
}

void regex_scratch_close(struct regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
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

static bool is_limit(int status)
{
    return status == PCRE2_ERROR_MATCHLIMIT || status == PCRE2_ERROR_DEPTHLIMIT || status == PCRE2_ERROR_HEAPLIMIT ||
           status == PCRE2_ERROR_JIT_STACKLIMIT || status == PCRE2_ERROR_CALLOUT;
}

static bool match_failed(int status, struct error *err)
{
    if (is_limit(status))
        return error_set(err, ERR_USAGE, "pattern needs too many steps");
    PCRE2_UCHAR text[160] = "";
    pcre2_get_error_message(status, text, sizeof(text));
    return error_set(err, ERR_USAGE, "pattern cannot be matched: %s", (const char *)text);
}

/* Of `code` with its limits for each place where a match may start. */
static int run(const pcre2_code *code, struct regex_scratch *scratch, const char *subject, size_t len, size_t from,
               uint32_t limit)
{
    pcre2_set_match_limit(scratch->context, limit);
    pcre2_set_depth_limit(scratch->context, limit);
    return pcre2_match(code, (PCRE2_SPTR)subject, len, from, 0, scratch->data, scratch->context);
}

/* Fast code has 32 KB of the machine's stack by itself; few patterns need more. */
static bool widen_stack(struct regex_scratch *scratch)
{
    if (scratch->jit_stack)
        return false;
    scratch->jit_stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
    if (scratch->jit_stack)
        pcre2_jit_stack_assign(scratch->context, NULL, scratch->jit_stack);
    return scratch->jit_stack != NULL;
}

/* PCRE2's limit for one place where a match may start. */
static uint32_t fast_limit(const struct regex *regex, size_t len)
{
    size_t places = regex->anchored ? 1 : len + 1, steps = FAST_BYTES_MAX / (len + 1);
    return (uint32_t)((steps < FAST_STEPS_MAX ? steps : FAST_STEPS_MAX) / places);
}

static int search(const struct regex *regex, struct regex_scratch *scratch, const char *subject, size_t len,
                  size_t from)
{
    scratch->steps = 0;
    scratch->last = from;
    if (regex->fast && len - from <= FAST_LEN_MAX) {
        uint32_t limit = fast_limit(regex, len - from);
        int status = run(regex->fast, scratch, subject, len, from, limit);
        if (status == PCRE2_ERROR_JIT_STACKLIMIT && widen_stack(scratch))
            status = run(regex->fast, scratch, subject, len, from, limit);
        if (!is_limit(status))
            return status;
    }
    return run(regex->counted, scratch, subject, len, from, REGEX_STEPS_MAX);
}

size_t regex_steps(const struct regex_scratch *scratch)
{
    return scratch->steps;
}

bool regex_find(const struct regex *regex, struct regex_scratch *scratch, const char *subject, size_t len, size_t from,
                struct regex_span *spans, size_t n, bool *found, struct error *err)
{
    *found = false;
    if (from > len)
        return true;
    make_room(scratch, n);
    int status = search(regex, scratch, subject, len, from);
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
        spans[i] =
            i < have ? (struct regex_span){at[2 * i], at[2 * i + 1]} : (struct regex_span){REGEX_NONE, REGEX_NONE};
    return true;
}
