#include "json/keep.h"

#include <string.h>

enum { BITS = 64 };

static void put(uint64_t *state, size_t place)
{
    state[place / BITS] |= (uint64_t)1 << place % BITS;
}

/* Takes one place out of *word, the word of the places from `base` on. */
static size_t take_place(uint64_t *word, size_t base)
{
    size_t place = base + (size_t)__builtin_ctzll(*word);
    *word &= *word - 1;
    return place;
}

enum keep_answer keep_open(struct keep *keep, struct arena *arena, const struct json_path *const *paths, size_t n,
                           const uint64_t **start)
{
    enum keep_answer answer = n ? KEEP_LOOK : KEEP_NONE;
    *keep = (struct keep){0};
    for (size_t i = 0; i < n; i++)
        keep->n += paths[i]->n + 1;
    keep->words = keep->n / BITS + 1;
    keep->places = ARENA_ARRAY(arena, const struct json_segment *, keep->n + 1);
    uint64_t *state = ARENA_ARRAY(arena, uint64_t, keep->words);
    size_t place = 0;
    for (size_t i = 0; i < n; i++) {
        put(state, place);
        if (paths[i]->n == 0)
            answer = KEEP_ALL;
        for (size_t j = 0; j < paths[i]->n; j++)
            keep->places[place++] = &paths[i]->segments[j];
        keep->places[place++] = NULL;
    }
    *start = state;
    return answer;
}

bool keep_reaches(const struct keep *keep, const uint64_t *state, bool array)
{
    enum json_selector other = array ? JSON_SELECT_NAME : JSON_SELECT_INDEX;
    for (size_t i = 0; i < keep->words; i++) {
        for (uint64_t word = state[i]; word;) {
            const struct json_segment *segment = keep->places[take_place(&word, i * BITS)];
            if (segment && (segment->descendant || segment->selector != other))
                return true;
        }
    }
    return false;
}

/* The child's state, when `matches` says which segments select it. */
static inline enum keep_answer advance(const struct keep *keep, const uint64_t *from, uint64_t *to,
                                       bool (*matches)(const struct json_segment *, const char *, size_t),
                                       const char *name, size_t number)
{
    enum keep_answer answer = KEEP_NONE;
    memset(to, 0, keep->words * sizeof(*to));
    for (size_t i = 0; i < keep->words; i++) {
        for (uint64_t word = from[i]; word;) {
            size_t place = take_place(&word, i * BITS);
            const struct json_segment *segment = keep->places[place];
            if (!segment)
                continue;
            bool match = matches(segment, name, number);
            if (match && !keep->places[place + 1])
                return KEEP_ALL;
            if (match)
                put(to, place + 1);
            if (segment->descendant)
                put(to, place);
            if (match || segment->descendant)
                answer = KEEP_LOOK;
        }
    }
    return answer;
}

static bool selects_name(const struct json_segment *segment, const char *name, size_t len)
{
    return segment->selector == JSON_SELECT_ALL ||
           (segment->selector == JSON_SELECT_NAME && segment->name_len == len && memcmp(segment->name, name, len) == 0);
}

static bool selects_index(const struct json_segment *segment, const char *unused, size_t index)
{
    (void)unused;
    return segment->selector == JSON_SELECT_ALL ||
           (segment->selector == JSON_SELECT_INDEX && (segment->index < 0 || (size_t)segment->index == index));
}

enum keep_answer keep_member(const struct keep *keep, const uint64_t *from, const char *name, size_t len, uint64_t *to)
{
    return advance(keep, from, to, selects_name, name, len);
}

enum keep_answer keep_element(const struct keep *keep, const uint64_t *from, size_t index, uint64_t *to)
{
    return advance(keep, from, to, selects_index, NULL, index);
}
