#include "regress/labels.h"

#include <stdlib.h>
#include <string.h>

/* formats.md D2, the reserved keys of LTS, and the payload's status. */
static const char *const bookkeeping[] = {
    "kpi_settings_version", "lts_schema_version", "help",   "unit",        "@timestamp",
    "value",                "run_id",             "urls",   "test_path",   "ci_engine",
    "test_uuid",            "exit_code",          "format", "full_format", "ignored_for_regression",
    "divisor",              "divisor_unit",       "status", "lower_better",
};

bool label_is_bookkeeping(const char *key)
{
    for (size_t i = 0; i < sizeof(bookkeeping) / sizeof(bookkeeping[0]); i++)
        if (strcmp(bookkeeping[i], key) == 0)
            return true;
    return false;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_keys(struct label_filter *filter, const char *const *keys)
{
    for (; keys && *keys; keys++)
        filter->left_out[filter->n++] = *keys;
}

static size_t count_keys(const char *const *keys)
{
    size_t n = 0;
    while (keys && keys[n])
        n++;
    return n;
}

struct label_filter label_filter_of(const char *const *comparison_keys, const char *const *ignored_keys,
                                    struct arena *arena)
{
    size_t fixed = sizeof(bookkeeping) / sizeof(bookkeeping[0]);
    size_t most = fixed + count_keys(comparison_keys) + count_keys(ignored_keys);
    struct label_filter filter = {ARENA_ARRAY(arena, const char *, most), 0};
    for (size_t i = 0; i < fixed; i++)
        filter.left_out[filter.n++] = bookkeeping[i];
    add_keys(&filter, comparison_keys);
    add_keys(&filter, ignored_keys);
    qsort(filter.left_out, filter.n, sizeof(*filter.left_out), compare_keys);
    return filter;
}

/* Walks a record's comparable labels; both lists are sorted, so the filter's place only moves forward. */
struct walk {
    const struct label_filter *filter;
    const struct record *record;
    size_t label, left_out;
};

static const struct label *walk_next(struct walk *walk)
{
    for (; walk->label < walk->record->labels_n; walk->label++) {
        const struct label *label = &walk->record->labels[walk->label];
        int order = -1;
        while (walk->left_out < walk->filter->n &&
               (order = strcmp(walk->filter->left_out[walk->left_out], label->key)) < 0)
            walk->left_out++;
        if (walk->left_out < walk->filter->n && order == 0)
            continue;
        walk->label++;
        return label;
    }
    return NULL;
}

static uint64_t hash_add(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u; /* FNV-1a, with the NUL as a separator */
    } while (*text++);
    return hash;
}

static bool is_null(const struct label *label)
{
    return strcmp(label->value, "null") == 0;
}

uint64_t labels_fingerprint(const struct label_filter *filter, const struct record *record)
{
    struct walk walk = {filter, record, 0, 0};
    uint64_t hash = 0xcbf29ce484222325u;
    for (const struct label *label; (label = walk_next(&walk));) {
        if (!is_null(label))
            hash = hash_add(hash_add(hash, label->key), label->value);
    }
    return hash;
}

static void note(struct label_difference *d, size_t *count, const struct label *a, const struct label *b)
{
    ++*count;
    d->key = a ? a->key : b->key;
    d->a = a ? a->value : "null";
    d->b = b ? b->value : "null";
}

struct label_difference labels_difference(const struct label_filter *filter, const struct record *a,
                                          const struct record *b)
{
    struct label_difference d = {0};
    struct walk wa = {filter, a, 0, 0}, wb = {filter, b, 0, 0};
    const struct label *la = walk_next(&wa), *lb = walk_next(&wb);
    while ((la || lb) && d.values < 2 && !(d.values && d.keys)) {
        int order = !la ? 1 : !lb ? -1 : strcmp(la->key, lb->key);
        if (order == 0 && strcmp(la->value, lb->value) != 0)
            note(&d, &d.values, la, lb);
        else if (order == 0)
            d.shared += !is_null(la);
        else if (order < 0 && !is_null(la))
            note(&d, &d.keys, la, NULL);
        else if (order > 0 && !is_null(lb))
            note(&d, &d.keys, NULL, lb);
        la = order <= 0 ? walk_next(&wa) : la;
        lb = order >= 0 ? walk_next(&wb) : lb;
    }
    return d;
}

bool labels_equal(const struct label_filter *filter, const struct record *a, const struct record *b)
{
    struct label_difference d = labels_difference(filter, a, b);
    return d.values == 0 && d.keys == 0;
}

const char *label_shown(const char *value, struct arena *arena)
{
    size_t len = value ? strlen(value) : 0;
    if (len < 2 || value[0] != '"' || value[len - 1] != '"')
        return value ? value : "null";
    char *shown = arena_strndup(arena, value + 1, len - 2), *to = shown;
    for (const char *from = shown; *from; from++) {
        from += from[0] == '\\' && (from[1] == '"' || from[1] == '\\');
        *to++ = *from;
    }
    *to = '\0';
    return shown;
}
