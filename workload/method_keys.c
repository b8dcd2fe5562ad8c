#include "workload/method_keys.h"

#include <string.h>

#include "config/options.h"

static const char *const bases[] = {"mean", "previous", NULL}; /* in the order of enum method_base */

static bool read_above_0(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) && (*out > 0 || reader_wrong(reader, node, what, "a number above 0"));
}

static bool read_deviations(const struct reader *reader, const struct node *node, void *target)
{
    return read_above_0(reader, node, "method: deviations", &((struct method_choice *)target)->options.deviations);
}

static bool read_share(const struct reader *reader, const struct node *node, void *target)
{
    double *share = &((struct method_choice *)target)->options.share;
    return reader_number(reader, node, "method: share", share) &&
           (*share >= 0 || reader_wrong(reader, node, "method: share", "a share of the level from 0 on: 5 % is 0.05"));
}

static bool read_base(const struct reader *reader, const struct node *node, void *target)
{
    size_t which = 0;
    bool ok = reader_word(reader, node, "method: base", bases, &which);
    ((struct method_choice *)target)->options.base = (enum method_base)which;
    return ok;
}

static bool read_level(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    return reader_number(reader, node, what, out) &&
           ((*out > 0 && *out < 1) || reader_wrong(reader, node, what, "a probability between 0 and 1"));
}

static bool read_alpha(const struct reader *reader, const struct node *node, void *target)
{
    return read_level(reader, node, "method: alpha", &((struct method_choice *)target)->options.alpha);
}

static bool read_p(const struct reader *reader, const struct node *node, void *target)
{
    return read_level(reader, node, "method: p", &((struct method_choice *)target)->options.hunter_p);
}

static const char *const *names_of_methods(struct arena *arena)
{
    LIST_OF(const char *) names = {0};
    for (size_t i = 0; method_at(i); i++)
        *LIST_ADD(arena, &names) = method_at(i)->name;
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

static bool find_method(const struct reader *reader, const struct node *node, void *target)
{
    const char *name;
    if (!reader_text(reader, node, "method", &name))
        return false;
    const struct method *method = method_find(name);
    ((struct method_choice *)target)->method = method;
    if (method)
        return true;
    const char *const *names = names_of_methods(reader->arena), *nearest = option_nearest(name, names), *all = names[0];
    for (size_t i = 1; names[i]; i++)
        all = arena_printf(reader->arena, "%s, %s", all, names[i]);
    return error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "method: there is no '%s'; %s%s%s", name,
                    nearest ? "did you mean '" : "there are ", nearest ? nearest : all, nearest ? "'?" : "");
}

static json_t *shape_name(const struct workload_registry *registry)
{
    json_t *names = json_array();
    (void)registry;
    for (size_t i = 0; method_at(i); i++)
        json_array_append_new(names, json_string(method_at(i)->name));
    return json_pack("{s:o}", "enum", names);
}

static json_t *shape_base(const struct workload_registry *registry)
{
    (void)registry;
    return shape_word(bases);
}

static json_t *shape_level(const struct workload_registry *registry)
{
    (void)registry;
    return json_pack("{s:s s:i s:i}", "type", "number", "exclusiveMinimum", 0, "exclusiveMaximum", 1);
}

static const struct section_key keys[] = {
    {"name", find_method, shape_name, "The method."},
    {"deviations", read_deviations, shape_positive, "stdev, zscore: standard deviations from the mean that are too many; 3."},
    {"share", read_share, shape_least, "threshold, hunter: the share of the level that a change has to pass; 0.05."},
    {"base", read_base, shape_base, "threshold: a share of the history's mean, or of the previous run."},
    {"alpha", read_alpha, shape_level, "mann_whitney: p at most; 0.05."},
    {"p", read_p, shape_level, "hunter: p at most, as it understands it; 0.001."},
    {0},
};

/* Which options each method has. */
static const struct {
    const struct method *method;
    const char *const options[3];
} owns[] = {
    {&method_zscore, {"deviations"}},    {&method_stdev, {"deviations"}}, {&method_threshold, {"share", "base"}},
    {&method_mann_whitney, {"alpha"}},   {&method_hunter, {"share", "p"}},
};

static bool has_option(const char *const *options, const char *name)
{
    for (; *options; options++)
        if (strcmp(*options, name) == 0)
            return true;
    return strcmp(name, "name") == 0;
}

static const char *const *options_of(const struct method *method)
{
    static const char *const none[] = {NULL};
    for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++)
        if (owns[i].method == method)
            return owns[i].options;
    return none;
}

static bool check_options(const struct reader *reader, const struct node *node, const struct method *method)
{
    const char *const *options = options_of(method);
    for (size_t i = 0; i < node->n; i++)
        if (!has_option(options, node->keys[i]->string))
            return error_at(reader->err, ERR_USAGE, reader_pos(reader, node->keys[i]), "method: '%s' has no option '%s'; it has %s%s%s",
                            method->name, node->keys[i]->string, options[0] ? options[0] : "none",
                            options[0] && options[1] ? " and " : "", options[0] && options[1] ? options[1] : "");
    return true;
}

bool method_keys_read(const struct reader *reader, const struct node *node, struct method_choice *out)
{
    struct method_choice choice = {.options = method_defaults(), .at = reader_pos(reader, node)};
    bool ok;
    if (node->kind == NODE_STRING) {
        ok = find_method(reader, node, &choice);
    } else if (node->kind != NODE_MAP || !reader_has(node, "name", keys)) {
        return reader_wrong(reader, node, "method", "the name of a method, or a map as {name: zscore, deviations: 3}");
    } else {
        ok = reader_section(reader, node, "method", keys, &choice);
        ok = ok && check_options(reader, node, choice.method);
    }
    if (ok)
        *out = choice;
    return ok;
}

json_t *shape_method(const struct workload_registry *registry)
{
    static const char *const needed[] = {"name", NULL};
    json_t *map = shape_section(keys, needed, registry), *rules = json_array();
    for (size_t i = 0; method_at(i); i++) { /* an option that the method does not have */
        json_t *others = json_object();
        for (const struct section_key *key = keys; key->name; key++)
            if (!has_option(options_of(method_at(i)), key->name))
                json_object_set_new(others, key->name, json_false());
        json_array_append_new(rules, json_pack("{s:{s:{s:{s:s}}} s:{s:o}}", "if", "properties", "name", "const", method_at(i)->name,
                                               "then", "properties", others));
    }
    json_object_set_new(map, "allOf", rules);
    return json_pack("{s:[o o]}", "anyOf", shape_name(registry), map);
}
