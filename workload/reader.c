#include "workload/reader.h"

#include <math.h>
#include <string.h>

#include "config/options.h"

struct pos reader_pos(const struct reader *reader, const struct node *node)
{
    return (struct pos){.file = reader->file, .line = node->line, .col = node->col};
}

bool reader_collect(const struct reader *reader, bool ok)
{
    return ok || problems_take(reader->problems, reader->err);
}

bool reader_wrong(const struct reader *reader, const struct node *node, const char *what, const char *expected)
{
    bool quoted = node->kind == NODE_STRING && node->string_len < 40;
    return error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "%s: found %s%s%s, expected %s", what,
                    quoted ? "'" : "", quoted ? node->string : node_kind_name(node->kind), quoted ? "'" : "", expected);
}

/* What YAML does not take for text. */
static const char *text_expected(const struct node *node)
{
    switch (node->kind) {
    case NODE_NULL: return "text (in quotes, when it begins with #)";
    case NODE_BOOL:
    case NODE_INT:
    case NODE_FLOAT:
    case NODE_TIME: return "text (in quotes, when it looks like this)";
    case NODE_STRING:
    case NODE_BINARY:
    case NODE_LIST:
    case NODE_MAP: break;
    }
    return "text";
}

bool reader_text(const struct reader *reader, const struct node *node, const char *what, const char **out)
{
    *out = "";
    if (node->kind != NODE_STRING || strlen(node->string) != node->string_len)
        return reader_wrong(reader, node, what, text_expected(node));
    *out = node->string;
    return true;
}

bool reader_flag(const struct reader *reader, const struct node *node, const char *what, bool *out)
{
    if (node->kind != NODE_BOOL)
        return reader_wrong(reader, node, what, "true or false");
    *out = node->boolean;
    return true;
}

bool reader_number(const struct reader *reader, const struct node *node, const char *what, double *out)
{
    if (node->kind != NODE_INT && node->kind != NODE_FLOAT)
        return reader_wrong(reader, node, what, "a number");
    *out = node->kind == NODE_INT ? (double)node->integer : node->real;
    return isfinite(*out) || reader_wrong(reader, node, what, "a finite number");
}

bool reader_names(const struct reader *reader, const struct node *node, const char *what, const char *const **out)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    const char **names = ARENA_ARRAY(reader->arena, const char *, n + 1);
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok &= reader_collect(reader, reader_text(reader, node->kind == NODE_LIST ? node->items[i] : node, what, &names[i]));
    *out = names;
    return ok;
}

bool reader_placed_names(const struct reader *reader, const struct node *node, const char *what, const char *const **out,
                         const struct pos **at)
{
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    struct pos *places = ARENA_ARRAY(reader->arena, struct pos, n + 1);
    for (size_t i = 0; i < n; i++)
        places[i] = reader_pos(reader, node->kind == NODE_LIST ? node->items[i] : node);
    *at = places;
    return reader_names(reader, node, what, out);
}

bool reader_name_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char digits[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return *name && strchr(letters, *name) && name[strspn(name, digits)] == '\0';
}

bool reader_map(const struct reader *reader, const struct node *node, const char *what)
{
    return node->kind == NODE_MAP || reader_wrong(reader, node, what, "a map");
}

bool reader_word(const struct reader *reader, const struct node *node, const char *what, const char *const *words,
                 size_t *which)
{
    struct text expected = text_open(1000);
    for (size_t i = 0; words[i]; i++) {
        if (node->kind == NODE_STRING && strcmp(node->string, words[i]) == 0) {
            *which = i;
            text_close(&expected);
            return true;
        }
        text_printf(&expected, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    }
    reader_wrong(reader, node, what, expected.s);
    text_close(&expected);
    return false;
}

bool reader_expression(const struct reader *reader, const struct node *node, const char *what, struct code *out)
{
    const char *text;
    struct pos at = reader_pos(reader, node);
    if (node->block) /* Lua counts its lines from the one below */
        at.line++, at.col = 0;
    if (++reader->workload->expressions_n > WORKLOAD_EXPRESSIONS_MAX)
        return reader->workload->expressions_n > WORKLOAD_EXPRESSIONS_MAX + 1 ? false : error_at(reader->err, ERR_USAGE, reader_pos(reader, node), "more than %d expressions", (int)WORKLOAD_EXPRESSIONS_MAX);
    if (reader_text(reader, node, what, &text) && sandbox_compile_expression(reader->arena, text, at, out, reader->err))
        return true;
    *out = (struct code){0};
    return false;
}

static json_t *constant_of(const struct node *node)
{
    switch (node->kind) {
    case NODE_NULL: return json_null();
    case NODE_BOOL: return json_boolean(node->boolean);
    case NODE_INT: return json_integer(node->integer);
    case NODE_FLOAT: return json_real(node->real);
    case NODE_STRING:
    case NODE_TIME:
    case NODE_BINARY:
    case NODE_LIST:
    case NODE_MAP: break;
    }
    return NULL;
}

static bool read_template(const struct reader *reader, const struct node *node, const char *what, struct template *out)
{
    bool map = node->kind == NODE_MAP;
    out->at = reader_pos(reader, node);
    if (node->kind == NODE_STRING) {
        bool right = reader_expression(reader, node, what, &out->code);
        out->kind = right ? TEMPLATE_EXPRESSION : TEMPLATE_CONSTANT; /* what was refused stands as no value: its name is known */
        return right;
    }
    if (!map && node->kind != NODE_LIST) {
        out->kind = TEMPLATE_CONSTANT;
        out->constant = constant_of(node);
        json_array_append_new(reader->workload->constants, out->constant);
        return out->constant || reader_wrong(reader, node, what, "an expression, a number, true, false, null, a map or a list");
    }
    out->kind = map ? TEMPLATE_MAP : TEMPLATE_LIST;
    out->members_n = node->n;
    out->members = ARENA_ARRAY(reader->arena, struct template, node->n);
    bool ok = true;
    for (size_t i = 0; i < node->n; i++) {
        const char *name = map ? node->keys[i]->string : "";
        out->members[i].name = name;
        ok &= reader_collect(reader, read_template(reader, node->items[i], arena_printf(reader->arena, "%s.%s", what, name), &out->members[i]));
        if (map)
            out->members[i].at = reader_pos(reader, node->keys[i]);
    }
    return ok;
}

/* Puts `member` into the map, in place of one of the same name. */
static void merge_member(struct arena *arena, struct template *map, const struct template *member)
{
    for (size_t i = 0; i < map->members_n; i++) {
        struct template *known = &map->members[i];
        if (strcmp(known->name, member->name) != 0)
            continue;
        if (known->kind == TEMPLATE_MAP && member->kind == TEMPLATE_MAP)
            for (size_t k = 0; k < member->members_n; k++)
                merge_member(arena, known, &member->members[k]);
        else
            *known = *member;
        return;
    }
    struct template *wider = ARENA_ARRAY(arena, struct template, map->members_n + 1);
    if (map->members_n)
        memcpy(wider, map->members, map->members_n * sizeof(*wider));
    wider[map->members_n] = *member;
    map->members = wider;
    map->members_n++;
}

bool reader_template_map(const struct reader *reader, const struct node *node, const char *what, struct template **map)
{
    struct template whole = {0};
    if (!reader_map(reader, node, what))
        return false;
    bool ok = read_template(reader, node, what, &whole); /* members of which one is wrong count: their names are known */
    if (!*map) {
        *map = arena_copy(reader->arena, &whole, sizeof(whole));
        return ok;
    }
    for (size_t i = 0; i < whole.members_n; i++)
        merge_member(reader->arena, *map, &whole.members[i]);
    return ok;
}

/* Returns the known key that was probably meant, or NULL. */
static const char *unknown_key(const struct reader *reader, const struct node *key, const char *what, const struct section_key *keys)
{
    size_t n = 0;
    while (keys[n].name)
        n++;
    const char **names = ARENA_ARRAY(reader->arena, const char *, n + 1);
    struct text all = text_open(1000);
    for (size_t i = 0; i < n; i++) {
        names[i] = keys[i].name;
        text_printf(&all, "%s%s", i ? ", " : "", keys[i].name);
    }
    const char *nearest = option_nearest(key->string, names);
    error_at(reader->err, ERR_USAGE, reader_pos(reader, key), "%s%sunknown key '%s'; %s%s%s", what, what[0] ? ": " : "",
             key->string, nearest ? "did you mean '" : "known are ", nearest ? nearest : all.s, nearest ? "'?" : "");
    text_close(&all);
    return nearest;
}

static const struct section_key *find_key(const struct section_key *keys, const char *name)
{
    while (keys->name && strcmp(keys->name, name) != 0)
        keys++;
    return keys;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

/* What stands below a key that is none may have been meant for any section: its names are doubted in all of them. */
static void doubt_below(struct problems *problems, const struct node *node)
{
    if (problems_doubted(problems, "", NULL))
        return;
    if (node->kind == NODE_STRING && ends_with(node->string, ".lua"))
        problems_doubt(problems, "lua", NULL);
    if (node->kind == NODE_STRING && (ends_with(node->string, ".yaml") || ends_with(node->string, ".yml")))
        problems_doubt(problems, "", NULL);
    bool map = node->kind == NODE_MAP;
    for (size_t i = 0; (map || node->kind == NODE_LIST) && i < node->n; i++) {
        if (map)
            problems_doubt(problems, "", node->keys[i]->string);
        doubt_below(problems, node->items[i]);
    }
}

/* Reads what stands below a misspelt key as if it were spelt right, so that its names are known. What is wrong there by the guess is
 * said only when most of a map reads well: else the guess may be wrong, and what was meant is doubted. */
static void read_guessed(const struct reader *reader, const struct node *node, const char *what, const struct section_key *key, void *target)
{
    struct problems *problems = reader->problems;
    const struct problems before = *problems;
    bool right = reader_collect(reader, key->read(reader, node, target)), whole = what[0] == '\0';
    size_t errors = problems->errors - before.errors;
    bool gathered = whole && (strcmp(key->name, "lua") == 0 || strcmp(key->name, "include") == 0);
    bool said = errors && node->kind == NODE_MAP && errors <= node->n / 2;
    if (!said)
        problems_unsay(problems, &before);
    if (whole && (!right || errors || gathered))
        problems_doubt(problems, "sections", key->name);
    if (gathered || ((!right || errors) && !said))
        problems_doubt(problems, !whole ? what : strcmp(key->name, "include") == 0 ? "" : key->name, whole ? NULL : key->name);
}

/* Refuses the i-th key of the map. */
static void refuse_key(const struct reader *reader, const struct node *node, size_t i, const char *what, const struct section_key *keys,
                       void *target)
{
    const char *nearest = unknown_key(reader, node->keys[i], what, keys);
    const struct error unknown = *reader->err;
    if (!reader->problems)
        return;
    *reader->err = (struct error){0};
    if (nearest && !node_member(node, nearest)) {
        read_guessed(reader, node->items[i], what, find_key(keys, nearest), target);
    } else {
        doubt_below(reader->problems, node->items[i]);
        problems_doubt(reader->problems, what[0] ? what : "sections", NULL);
    }
    *reader->err = unknown;
}

bool reader_section(const struct reader *reader, const struct node *node, const char *what,
                    const struct section_key *keys, void *target)
{
    bool ok = true, whole = what[0] == '\0';
    if (!reader_map(reader, node, whole ? "workload" : what))
        return false;
    for (size_t i = 0; i < node->n; i++) {
        const struct section_key *key = find_key(keys, node->keys[i]->string);
        bool right = key->name && key->read(reader, node->items[i], target);
        if (!key->name)
            refuse_key(reader, node, i, what, keys, target);
        else if (!right && whole)
            problems_doubt(reader->problems, "sections", key->name);
        if (key->name && !right && whole && node->items[i]->kind != NODE_MAP)
            problems_doubt(reader->problems, key->name, NULL);
        ok &= reader_collect(reader, right);
    }
    return ok;
}

bool reader_has(const struct node *node, const char *key, const struct section_key *keys)
{
    const char *const one[] = {key, NULL};
    for (size_t i = 0; i < node->n; i++)
        if (strcmp(node->keys[i]->string, key) == 0 ||
            (!find_key(keys, node->keys[i]->string)->name && option_nearest(node->keys[i]->string, one)))
            return true;
    return false;
}
