#include "regress/naming.h"

#include <stdlib.h>
#include <string.h>

struct naming {
    const struct analysis *analysis;
    const struct label_filter *filter;
    struct arena *arena, *scratch;
    LIST_OF(const char *) names; /* labels */
};

static bool contains(const char *const *keys, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* Whether the label may tell entries apart: it is compared, or the name of a pair. */
static bool may_name(const struct naming *naming, const char *key)
{
    const char *pair = naming->analysis->options->pairing.label;
    return (pair && strcmp(pair, key) == 0) || !contains(naming->filter->left_out, naming->filter->n, key);
}

/* ---- labels that differ ---- */

static bool differs(const struct analysis *analysis, const char *key)
{
    const char *first = analysis->entries_n ? record_label_or_null(analysis->entries[0].entry, key) : NULL;
    for (size_t i = 1; i < analysis->entries_n; i++)
        if (strcmp(record_label_or_null(analysis->entries[i].entry, key), first) != 0)
            return true;
    return false;
}

static void add_sorting_keys(struct naming *naming)
{
    const struct analysis *analysis = naming->analysis;
    for (const char *const *key = analysis->options->sorting_keys; key && *key; key++)
        if (may_name(naming, *key) && !contains(naming->names.v, naming->names.n, *key) && differs(analysis, *key))
            *LIST_ADD(naming->scratch, &naming->names) = *key;
}

static int compare_labels(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : strcmp(x->value, y->value);
}

/* Of labels with one key, sorted by value: an entry without it has the value null. */
static bool has_several(const struct label *labels, size_t n, size_t entries_n)
{
    if (strcmp(labels[0].value, labels[n - 1].value) != 0)
        return true;
    return n < entries_n && strcmp(labels[0].value, "null") != 0;
}

static void add_other_keys(struct naming *naming)
{
    const struct analysis *analysis = naming->analysis;
    LIST_OF(struct label) labels = {0};
    size_t sorted = naming->names.n;
    for (size_t i = 0; i < analysis->entries_n; i++)
        for (size_t j = 0; j < analysis->entries[i].entry->labels_n; j++)
            *LIST_ADD(naming->scratch, &labels) = analysis->entries[i].entry->labels[j];
    if (labels.n)
        qsort(labels.v, labels.n, sizeof(*labels.v), compare_labels);
    for (size_t i = 0, to; i < labels.n; i = to) {
        const char *key = labels.v[i].key;
        for (to = i; to < labels.n && strcmp(labels.v[to].key, key) == 0; to++)
            continue;
        if (has_several(labels.v + i, to - i, analysis->entries_n) && may_name(naming, key) && !contains(naming->names.v, sorted, key))
            *LIST_ADD(naming->scratch, &naming->names) = key;
    }
}

/* Versions, where the labels that are compared do not tell entries apart. */
static void add_comparison_keys(struct naming *naming)
{
    for (const char *const *key = naming->analysis->options->comparison_keys; key && *key; key++)
        if (!contains(naming->names.v, naming->names.n, *key) && differs(naming->analysis, *key))
            *LIST_ADD(naming->scratch, &naming->names) = *key;
}

/* ---- as few as tell the entries apart ---- */

/* An entry with the number of its group: those that the names so far do not tell apart. */
struct member {
    size_t group;
    const char *value; /* of the next name */
    const struct record *entry;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return strcmp(x->value, y->value);
}

/* Divides the groups by the values of one more name; returns how many there are then. */
static size_t divide(struct member *members, size_t n, const char *name)
{
    size_t group = 0;
    for (size_t i = 0; i < n; i++)
        members[i].value = record_label_or_null(members[i].entry, name);
    qsort(members, n, sizeof(*members), compare_members);
    for (size_t i = 0, before = 0; i < n; i++) {
        bool same = i > 0 && members[i].group == before && strcmp(members[i].value, members[i - 1].value) == 0;
        before = members[i].group;
        group += i > 0 && !same;
        members[i].group = group;
    }
    return n ? group + 1 : 0;
}

static size_t count_needed(const struct naming *naming)
{
    size_t n = naming->analysis->entries_n, groups = n ? 1 : 0, used = 0;
    struct member *members = ARENA_ARRAY(naming->scratch, struct member, n + 1);
    for (size_t i = 0; i < n; i++)
        members[i].entry = naming->analysis->entries[i].entry;
    while (used < naming->names.n && groups < n)
        groups = divide(members, n, naming->names.v[used++]);
    return used;
}

static const char *name_of(const struct naming *naming, const struct record *entry, size_t used)
{
    const char *name = "";
    for (size_t i = 0; i < used; i++) {
        const char *key = naming->names.v[i];
        name = arena_printf(naming->arena, "%s%s%s=%s", name, i ? " " : "", key, label_shown(record_label(entry, key), naming->arena));
    }
    return name[0] ? name : naming->analysis->entries_n > 1 ? "same labels" : "only entry";
}

void naming_of_entries(struct analysis *analysis, const struct label_filter *filter, struct arena *arena)
{
    struct arena scratch = {0};
    struct naming naming = {.analysis = analysis, .filter = filter, .arena = arena, .scratch = &scratch};
    add_sorting_keys(&naming);
    add_other_keys(&naming);
    add_comparison_keys(&naming);
    size_t used = count_needed(&naming);
    for (size_t i = 0; i < analysis->entries_n; i++)
        analysis->entries[i].name = name_of(&naming, analysis->entries[i].entry, used);
    arena_close(&scratch);
}

/* ---- entries of one name ---- */

struct named {
    const char *name;
    size_t at;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

void naming_number_alike(struct analysis *analysis, struct arena *arena)
{
    struct arena scratch = {0};
    size_t n = analysis->entries_n;
    struct named *named = ARENA_ARRAY(&scratch, struct named, n + 1);
    for (size_t i = 0; i < n; i++)
        named[i] = (struct named){analysis->entries[i].name, i};
    qsort(named, n, sizeof(*named), compare_named);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && strcmp(named[i].name, named[to].name) == 0; to++)
            continue;
        for (size_t k = i; to - i > 1 && k < to; k++)
            analysis->entries[named[k].at].name = arena_printf(arena, "%s (%zu of %zu)", named[k].name, k - i + 1, to - i);
    }
    arena_close(&scratch);
}
