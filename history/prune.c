#include "history/prune.h"

#include <stdlib.h>
#include <string.h>

/* A record with the labels that tell its set. */
struct member {
    const struct record *record;
    const struct label **labels;
    size_t labels_n;
};

static int compare_sets(const struct member *a, const struct member *b)
{
    if (a->labels_n != b->labels_n)
        return a->labels_n < b->labels_n ? -1 : 1;
    for (size_t i = 0; i < a->labels_n; i++) {
        int order = strcmp(a->labels[i]->key, b->labels[i]->key);
        order = order ? order : strcmp(a->labels[i]->value, b->labels[i]->value);
        if (order)
            return order;
    }
    return 0;
}

static int by_age(const struct record *a, const struct record *b)
{
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return strcmp(a->id, b->id);
}

/* Sets together, the newest of each first. */
static int by_set(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = compare_sets(a, b);
    return order ? order : -by_age(a->record, b->record);
}

static int by_start(const void *left, const void *right)
{
    return by_age(*(const struct record *const *)left, *(const struct record *const *)right);
}

static struct member make_member(struct arena *arena, const struct record *record, const struct prune_rule *rule)
{
    struct member member = {record, ARENA_ARRAY(arena, const struct label *, record->labels_n), 0};
    for (size_t i = 0; i < record->labels_n; i++)
        if (!rule->counts || rule->counts(rule->context, record->labels[i].key))
            member.labels[member.labels_n++] = &record->labels[i];
    return member;
}

struct prune_choice prune_choose(struct arena *arena, const struct record *records, size_t n, const struct prune_rule *rule)
{
    struct prune_choice choice = {.v = ARENA_ARRAY(arena, const struct record *, n + 1)};
    struct member *members = ARENA_ARRAY(arena, struct member, n + 1);
    for (size_t i = 0; i < n; i++)
        members[i] = make_member(arena, &records[i], rule);
    if (n)
        qsort(members, n, sizeof(*members), by_set);
    for (size_t first = 0, end; first < n; first = end) {
        size_t before = choice.n;
        for (end = first; end < n && compare_sets(&members[first], &members[end]) == 0; end++)
            if (end - first >= rule->keep && members[end].record->start_us < rule->before_us)
                choice.v[choice.n++] = members[end].record;
        choice.sets++;
        choice.sets_gone += choice.n - before == end - first;
    }
    if (choice.n)
        qsort(choice.v, choice.n, sizeof(*choice.v), by_start);
    return choice;
}
