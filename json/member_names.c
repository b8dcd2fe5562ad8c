#include "json/member_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static inline uint64_t hash_of(const char *s, size_t len)
{
    uint64_t hash = len, word;
    uint32_t half[2];
    const char *end = s + len;
    for (; end - s > 8; s += 8) {
        memcpy(&word, s, 8);
        hash = mix(hash, word);
    }
    if (len >= 8) {
        memcpy(&word, end - 8, 8);
        return mix(hash, word);
    }
    if (len >= 4) {
        memcpy(&half[0], s, 4);
        memcpy(&half[1], end - 4, 4);
        return mix(hash, (uint64_t)half[0] << 32 | half[1]);
    }
    if (len == 0)
        return hash;
    word = (uint64_t)(unsigned char)s[0] << 16 | (uint64_t)(unsigned char)s[len / 2] << 8 | (unsigned char)end[-1];
    return mix(hash, word);
}

struct member_name *member_names_add(struct member_names *names, const char *name, size_t len)
{
    if (names->n == names->cap) {
        names->cap = names->cap ? names->cap * 2 : 64;
        names->v = memory_need(realloc(names->v, names->cap * sizeof(*names->v)));
    }
    if (names->bytes_cap - names->bytes_n < len + 1) {
        names->bytes_cap = (names->bytes_n + len + 1) * 2;
        names->bytes = memory_need(realloc(names->bytes, names->bytes_cap));
    }
    struct member_name *mark = &names->v[names->n++];
    *mark = (struct member_name){.hash = hash_of(name, len), .start = names->bytes_n, .len = len};
    memcpy(names->bytes + names->bytes_n, name, len);
    names->bytes_n += len;
    return mark;
}

/* Names are compared only when their hashes are equal. */
static int compare_names(const struct member_names *names, const struct member_name *a, const struct member_name *b)
{
    size_t less = a->len < b->len ? a->len : b->len;
    int order = less ? memcmp(names->bytes + a->start, names->bytes + b->start, less) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* By hash, then name, then place: however an input chooses its names, sorting takes n log n. */
static int compare_marks(const void *a, const void *b, void *names)
{
    const struct member_name *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = x->at == y->at ? 0 : compare_names(names, x, y);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Whether two of the marks have one hash; good for a few. */
static bool any_equal_hash(const struct member_name *marks, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (marks[i].hash == marks[j].hash)
                return true;
    return false;
}

const struct member_name *member_names_end(struct member_names *names, size_t first, size_t *repeated)
{
    enum { FEW = 24 };
    size_t n = names->n - first;
    const struct member_name *earliest = NULL;
    *repeated = 0;
    names->n = first;
    if (n == 0)
        return NULL;
    struct member_name *marks = names->v + first;
    names->bytes_n = marks[0].start;
    if (n < 2 || (n <= FEW && !any_equal_hash(marks, n)))
        return NULL;
    qsort_r(marks, n, sizeof(*marks), compare_marks, names);
    for (size_t i = 1; i < n; i++) {
        if (marks[i].hash != marks[i - 1].hash || compare_names(names, &marks[i], &marks[i - 1]) != 0)
            continue;
        ++*repeated;
        earliest = !earliest || marks[i].at < earliest->at ? &marks[i] : earliest;
    }
    return earliest;
}

void member_names_close(struct member_names *names)
{
    free(names->v);
    free(names->bytes);
}
