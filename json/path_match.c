/* match() and search(): patterns that are in the document are compiled here, and the last ones kept. */
#include <stdlib.h>
#include <string.h>

#include "json/iregexp.h"
#include "json/path_function.h"
#include "json/path_search.h"

/* What compiling costs, in values looked at: measured, about. */
enum { COMPILE_WORK = 1000, COMPILE_WORK_BYTE = 10 };

struct path_pattern {
    const char *s; /* borrowed from the document */
    size_t len;
    bool whole;
    struct regex *regex; /* NULL: it is no I-Regexp */
};

static struct regex *compiled(struct path_search *search, struct path_value text, bool whole)
{
    size_t i = 0;
    if (!search->patterns)
        search->patterns = memory_need(calloc(PATH_PATTERNS_KEPT, sizeof(*search->patterns)));
    for (; i < search->patterns_n && i < PATH_PATTERNS_KEPT; i++) {
        const struct path_pattern *known = &search->patterns[i];
        if (known->whole == whole && known->len == text.string.len && memcmp(known->s, text.string.s, known->len) == 0)
            return known->regex;
    }
    if (!path_search_count(search, COMPILE_WORK + COMPILE_WORK_BYTE * text.string.len))
        return NULL;
    struct path_pattern *slot = &search->patterns[search->patterns_n++ % PATH_PATTERNS_KEPT];
    struct error ignored = {0};
    regex_close(slot->regex);
    *slot = (struct path_pattern){text.string.s, text.string.len, whole,
                                  iregexp_compile(text.string.s, text.string.len, whole, &ignored)};
    return slot->regex;
}

bool path_match(struct path_search *search, const struct json_call *call, struct path_value subject,
                struct path_value pattern)
{
    struct regex *regex = call->pattern;
    if (!call->literal_pattern && pattern.kind == PATH_STRING)
        regex = compiled(search, pattern, call->function->which == PATH_MATCH);
    if (!regex || subject.kind != PATH_STRING || search->over)
        return false;
    if (!search->scratch)
        search->scratch = regex_scratch_open();
    struct regex_span span;
    struct error err = {0};
    bool found = false;
    if (!regex_find(regex, search->scratch, subject.string.s, subject.string.len, 0, &span, 1, &found, &err))
        path_search_stop(search, "a pattern needs too many steps");
    path_search_count(search, 1 + regex_steps(search->scratch) + subject.string.len / 64);
    return found;
}

void path_match_close(struct path_search *search)
{
    for (size_t i = 0; search->patterns && i < PATH_PATTERNS_KEPT; i++)
        regex_close(search->patterns[i].regex);
    free(search->patterns);
    regex_scratch_close(search->scratch);
}
