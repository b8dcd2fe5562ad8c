#include "config/yaml_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/yaml_tag.h"

enum { LINEAR_MAX = 16 }; /* keys that are compared each with each; more are sorted */

static struct pos place(const char *file, const struct node *node)
{
    return (struct pos){.file = file, .line = node->line, .col = node->col};
}

static bool has_tag(const struct node *key, enum yaml_tag tag)
{
    return key->kind == NODE_STRING && key->integer == (int64_t)tag;
}

/* ---- an order of keys in which Python's equal keys are equal ---- */

enum rank { RANK_NULL, RANK_NUMBER, RANK_STRING, RANK_INSTANT, RANK_NAIVE, RANK_BINARY, RANK_NONE };

static enum rank rank_of(const struct node *key)
{
    static const enum rank ranks[] = {
        [NODE_NULL] = RANK_NULL,     [NODE_BOOL] = RANK_NUMBER, [NODE_INT] = RANK_NUMBER,
        [NODE_FLOAT] = RANK_NUMBER,  [NODE_STRING] = RANK_STRING, [NODE_TIME] = RANK_NAIVE,
        [NODE_BINARY] = RANK_BINARY, [NODE_LIST] = RANK_NONE,   [NODE_MAP] = RANK_NONE,
    };
    return key->kind == NODE_TIME && key->boolean ? RANK_INSTANT : ranks[key->kind];
}

static int compare_texts(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* Decimal texts of integers, as "-123". */
static int compare_integers(const char *a, const char *b)
{
    int sign = *a == '-' ? -1 : 1;
    if ((*a == '-') != (*b == '-'))
        return sign;
    size_t a_len = strlen(a), b_len = strlen(b);
    return sign * (a_len != b_len ? (a_len > b_len) - (a_len < b_len) : strcmp(a, b));
}

/* A number as the decimal text of an integer, when it is one beyond int64. */
static const char *big_text(const struct node *key, char room[320])
{
    if (key->kind != NODE_FLOAT)
        return NULL;
    if (key->boolean)
        return key->string;
    if (!isfinite(key->real) || fabs(key->real) < 0x1p63)
        return NULL;
    snprintf(room, 320, "%.0f", key->real);
    return room;
}

/* Exactly: a double and an int64 are compared as numbers, not rounded. */
static int compare_mixed(const struct node *a, int64_t integer)
{
    double real = a->real;
    if (a->boolean) /* an integer beyond int64 */
        return real > 0 ? 1 : -1;
    if (real >= 0x1p63)
        return 1;
    if (real < -0x1p63)
        return -1;
    double whole = floor(real);
    if ((int64_t)whole != integer)
        return (int64_t)whole < integer ? -1 : 1;
    return real > whole;
}

static int compare_numbers(const struct node *a, const struct node *b)
{
    bool a_nan = a->kind == NODE_FLOAT && isnan(a->real), b_nan = b->kind == NODE_FLOAT && isnan(b->real);
    if (a_nan || b_nan)
        return a_nan - b_nan;
    char a_room[320], b_room[320];
    const char *a_big = big_text(a, a_room), *b_big = big_text(b, b_room);
    if (a_big && b_big)
        return compare_integers(a_big, b_big);
    int64_t a_int = a->kind == NODE_BOOL ? a->boolean : a->integer;
    int64_t b_int = b->kind == NODE_BOOL ? b->boolean : b->integer;
    if (a->kind == NODE_FLOAT && b->kind == NODE_FLOAT) {
        if (a->real == b->real && a->boolean != b->boolean) /* an integer that was rounded to inf, and inf */
            return (a->real > 0) == a->boolean ? -1 : 1;
        return (a->real > b->real) - (a->real < b->real);
    }
    if (a->kind == NODE_FLOAT)
        return compare_mixed(a, b_int);
    if (b->kind == NODE_FLOAT)
        return -compare_mixed(b, a_int);
    return (a_int > b_int) - (a_int < b_int);
}

static int compare_keys(const struct node *a, const struct node *b)
{
    enum rank rank = rank_of(a), other = rank_of(b);
    if (rank != other)
        return rank < other ? -1 : 1;
    switch (rank) {
    case RANK_NULL:
        return 0;
    case RANK_NUMBER:
        return compare_numbers(a, b);
    case RANK_INSTANT:
        return (a->integer > b->integer) - (a->integer < b->integer);
    case RANK_STRING:
    case RANK_NAIVE:
    case RANK_BINARY:
        return compare_texts(a->string, a->string_len, b->string, b->string_len);
    case RANK_NONE:
        break;
    }
    return (a > b) - (a < b);
}

/* ---- which keys are equal ---- */

struct place_of_key {
    const struct node *key;
    size_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct place_of_key *x = a, *y = b;
    int order = compare_keys(x->key, y->key);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void sort_firsts(struct node *const *keys, size_t n, size_t *first)
{
    struct place_of_key *sorted = memory_need(malloc(n * sizeof(*sorted)));
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct place_of_key){keys[i], i};
    qsort(sorted, n, sizeof(*sorted), by_key);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && compare_keys(sorted[i - 1].key, sorted[i].key) == 0;
        first[sorted[i].at] = again ? first[sorted[i - 1].at] : sorted[i].at;
    }
    free(sorted);
}

static bool equal(const struct node *a, const struct node *b)
{
    if (a->kind == NODE_STRING && b->kind == NODE_STRING)
        return a->string_len == b->string_len && memcmp(a->string, b->string, a->string_len) == 0;
    return compare_keys(a, b) == 0;
}

/* For each key where the first equal one stands, into `room` or new memory of the arena; NULL when all differ. */
static size_t *find_firsts(struct arena *arena, struct node *const *keys, size_t n, size_t room[LINEAR_MAX])
{
    bool any = false;
    size_t *first = n <= LINEAR_MAX ? room : ARENA_ARRAY(arena, size_t, n);
    if (n > LINEAR_MAX)
        sort_firsts(keys, n, first);
    for (size_t i = 0; i < n; i++) {
        if (n <= LINEAR_MAX) {
            size_t j = 0;
            while (j < i && !equal(keys[j], keys[i]))
                j++;
            first[i] = j;
        }
        any = any || first[i] != i;
    }
    return any ? first : NULL;
}

/* Keeps of equal keys the first with the last value. The keys before `own` come from merges: repeating those is no
 * finding. */
static void drop_repeated(struct node *map, const size_t *first, size_t own, struct yaml_findings *findings)
{
    size_t kept = 0;
    size_t *gone_to = memory_need(malloc(map->n * sizeof(*gone_to)));
    bool *was_own = memory_need(calloc(map->n, sizeof(*was_own)));
    for (size_t i = 0; i < map->n; i++) {
        if (i >= own && was_own[first[i]]) {
            if (findings->repeated_keys++ == 0 && findings->first_line == 0) {
                findings->first_line = map->keys[i]->line;
                findings->first_col = map->keys[i]->col;
            }
        }
        was_own[first[i]] = was_own[first[i]] || i >= own;
        if (first[i] != i) {
            map->items[gone_to[first[i]]] = map->items[i];
            continue;
        }
        gone_to[i] = kept;
        map->keys[kept] = map->keys[i];
        map->items[kept++] = map->items[i];
    }
    map->n = kept;
    free(gone_to);
    free(was_own);
}

/* ---- merge keys ---- */

struct pairs {
    struct node **keys, **items;
    size_t n;
};

/* How many pairs a value of `<<` brings, or -1 with the error set. */
static int64_t merge_size(const struct node *value, const char *file, struct error *err)
{
    if (value->kind == NODE_MAP)
        return (int64_t)value->n;
    if (value->kind != NODE_LIST) {
        error_at(err, ERR_ARTIFACT, place(file, value), "'<<': expected a mapping or a list of mappings, found %s",
                 node_kind_name(value->kind));
        return -1;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < value->n; i++) {
        if (value->items[i]->kind != NODE_MAP) {
            error_at(err, ERR_ARTIFACT, place(file, value->items[i]), "'<<': expected a mapping, found %s",
                     node_kind_name(value->items[i]->kind));
            return -1;
        }
        sum += (int64_t)value->items[i]->n;
    }
    return sum;
}

static void add_pair(struct pairs *to, struct node *key, struct node *item)
{
    to->keys[to->n] = key;
    to->items[to->n++] = item;
}

/* The pairs are in two mappings from now on. */
static void add_merged(struct pairs *to, const struct node *value)
{
    if (value->kind == NODE_LIST) {
        for (size_t i = value->n; i-- > 0;) /* the first of the list wins, so it comes last */
            add_merged(to, value->items[i]);
        return;
    }
    for (size_t i = 0; i < value->n; i++) {
        value->keys[i]->shared = value->items[i]->shared = true;
        add_pair(to, value->keys[i], value->items[i]);
    }
}

/* Replaces `<<` by what it brings, before the mapping's own pairs; *own is where those start. */
static bool merge(struct arena *arena, struct node *map, const char *file, size_t *own, struct error *err)
{
    size_t room = 0;
    for (size_t i = 0; i < map->n; i++) {
        int64_t more = has_tag(map->keys[i], YAML_TAG_MERGE) ? merge_size(map->items[i], file, err) : 1;
        if (more < 0)
            return false;
        room += (size_t)more;
    }
    struct pairs to = {.keys = ARENA_ARRAY(arena, struct node *, room), .items = ARENA_ARRAY(arena, struct node *, room)};
    for (size_t i = 0; i < map->n; i++)
        if (has_tag(map->keys[i], YAML_TAG_MERGE))
            add_merged(&to, map->items[i]);
    *own = to.n;
    for (size_t i = 0; i < map->n; i++)
        if (!has_tag(map->keys[i], YAML_TAG_MERGE))
            add_pair(&to, map->keys[i], map->items[i]);
    map->keys = to.keys;
    map->items = to.items;
    map->n = to.n;
    return true;
}

bool yaml_map_finish(struct arena *arena, struct node *map, const char *file, struct yaml_findings *findings,
                     struct error *err)
{
    bool merges = false;
    for (size_t i = 0; i < map->n; i++) {
        struct node *key = map->keys[i];
        if (key->kind == NODE_LIST || key->kind == NODE_MAP)
            return error_at(err, ERR_ARTIFACT, place(file, key), "expected a scalar as key, found %s",
                            node_kind_name(key->kind));
        merges = merges || has_tag(key, YAML_TAG_MERGE);
        if (has_tag(key, YAML_TAG_VALUE)) /* as a key, `=` is a string like any other */
            key->integer = 0;
    }
    size_t own = 0, room[LINEAR_MAX];
    if (merges && !merge(arena, map, file, &own, err))
        return false;
    const size_t *first = find_firsts(arena, map->keys, map->n, room);
    if (first)
        drop_repeated(map, first, own, findings);
    return true;
}

bool yaml_map_check(struct arena *arena, struct node *map, const char *file, struct error *err)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->keys[i];
        if (key->kind == NODE_LIST || key->kind == NODE_MAP)
            return error_at(err, ERR_USAGE, place(file, key), "expected a string as key, found %s",
                            node_kind_name(key->kind));
        if (key->kind != NODE_STRING)
            return error_at(err, ERR_USAGE, place(file, key), "key '%.60s': expected a string, found %s (quote it)",
                            key->string, node_kind_name(key->kind));
        if (has_tag(key, YAML_TAG_MERGE))
            return error_at(err, ERR_USAGE, place(file, key), "merge keys ('<<') are not allowed here");
    }
    size_t room[LINEAR_MAX];
    const size_t *first = find_firsts(arena, map->keys, map->n, room);
    for (size_t i = 0; first && i < map->n; i++)
        if (first[i] != i)
            return error_at(err, ERR_USAGE, place(file, map->keys[i]), "key '%.200s' is given twice, first at line %d",
                            map->keys[i]->string, map->keys[first[i]]->line);
    return true;
}
