#include "config/yaml_build.h"

#include <stdio.h>
#include <string.h>

#include "config/yaml_map.h"
#include "config/yaml_scalar.h"

struct yaml_anchor {
    const char *name;
    struct node *node;
    bool open; /* its list or map is not complete */
    size_t nodes;
    int height;
};

void yaml_build_close(struct yaml_build *build)
{
    arena_close(&build->scratch);
}

static bool fail(const struct yaml_build *build, int line, int col, struct error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static bool fail(const struct yaml_build *build, int line, int col, struct error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct pos at = {.file = build->file, .line = line, .col = col};
    error_vat(err, build->strict ? ERR_USAGE : ERR_ARTIFACT, at, format, args);
    va_end(args);
    return false;
}

/* ---- anchors ---- */

/* Where an anchor of that name is, or would be. */
static size_t anchor_index(const struct yaml_build *build, const char *name, bool *found)
{
    size_t low = 0, high = build->anchors.n;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(build->anchors.v[middle]->name, name);
        if (order == 0)
            *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL with the error set when it cannot be; *out is NULL when there is no anchor. */
static bool add_anchor(struct yaml_build *build, const struct yaml_mark *mark, struct node *node, bool open,
                       struct yaml_anchor **out, struct error *err)
{
    *out = NULL;
    if (!mark->anchor)
        return true;
    bool found;
    size_t at = anchor_index(build, mark->anchor, &found);
    if (found)
        return fail(build, mark->line, mark->col, err, "anchor '%.60s' is given twice, first at line %d", mark->anchor,
                    build->anchors.v[at]->node->line);
    if (build->anchors.n == YAML_ANCHORS_MAX)
        return fail(build, mark->line, mark->col, err, "more than %d anchors", YAML_ANCHORS_MAX);
    struct yaml_anchor *anchor = ARENA_NEW(&build->scratch, struct yaml_anchor);
    *anchor = (struct yaml_anchor){arena_strdup(&build->scratch, mark->anchor), node, open, 1, 0};
    *LIST_ADD(&build->scratch, &build->anchors) = anchor;
    struct yaml_anchor **v = build->anchors.v;
    memmove(v + at + 1, v + at, (build->anchors.n - 1 - at) * sizeof(struct yaml_anchor *));
    v[at] = anchor;
    *out = anchor;
    return true;
}

/* ---- children and limits ---- */

static bool count_nodes(struct yaml_build *build, const struct yaml_mark *mark, size_t more, struct error *err)
{
    if (more > YAML_NODES_MAX - build->nodes)
        return fail(build, mark->line, mark->col, err, "more than %d values (aliases count as often as they are used)",
                    YAML_NODES_MAX);
    build->nodes += more;
    return true;
}

static bool too_deep(const struct yaml_build *build, const struct yaml_mark *mark, struct error *err)
{
    return fail(build, mark->line, mark->col, err, "nested deeper than %d levels", YAML_DEPTH_MAX);
}

/* A complete child, `height` levels high, of the innermost open list or map. */
static void add_child(struct yaml_build *build, struct node *node, int height)
{
    if (build->depth == 0) {
        build->root = node;
        return;
    }
    struct yaml_frame *frame = &build->frames[build->depth - 1];
    if (height + 1 > frame->height)
        frame->height = height + 1;
    *LIST_ADD(&build->scratch, &build->pending) = node;
}

/* PyYAML has no value for `=` and `<<` where they are not keys. In strict mode they are plain strings there. */
static bool check_value(const struct yaml_build *build, struct node *node, struct error *err)
{
    if (node->kind != NODE_STRING || node->integer == 0)
        return true;
    if (build->strict) {
        node->integer = 0;
        return true;
    }
    return fail(build, node->line, node->col, err, "'%s' is a value of its own type (%s) in YAML 1.1: expected a key, or quotes",
                node->string, yaml_tag_text((enum yaml_tag)node->integer));
}

static bool check_values(const struct yaml_build *build, struct node *const *items, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!check_value(build, items[i], err))
            return false;
    return true;
}

/* ---- tags ---- */

/* A tag as its author wrote it: "!!int" for tag:yaml.org,2002:int. */
static const char *shown(const char *tag, const char **bangs)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    bool standard = strncmp(tag, prefix, sizeof(prefix) - 1) == 0;
    *bangs = standard ? "!!" : "";
    return standard ? tag + sizeof(prefix) - 1 : tag;
}

static bool read_tag(const struct yaml_build *build, const struct yaml_mark *mark, enum yaml_tag *out, struct error *err)
{
    /* The types of strict mode, as bits. */
    static const unsigned core = 1u << YAML_TAG_STR | 1u << YAML_TAG_NULL | 1u << YAML_TAG_BOOL | 1u << YAML_TAG_INT |
                                 1u << YAML_TAG_FLOAT | 1u << YAML_TAG_SEQ | 1u << YAML_TAG_MAP;
    const char *bangs, *text = shown(mark->tag, &bangs);
    *out = yaml_tag_named(mark->tag);
    if (*out == YAML_TAG_OTHER)
        return fail(build, mark->line, mark->col, err, "unknown tag '%s%.100s'", bangs, text);
    if (build->strict && !(core >> *out & 1))
        return fail(build, mark->line, mark->col, err, "tag '%s%s' is not allowed here", bangs, text);
    return true;
}

/* ---- events ---- */

bool yaml_build_scalar(struct yaml_build *build, const struct yaml_mark *mark, const char *text, size_t len, bool plain,
                       struct error *err)
{
    if (!count_nodes(build, mark, 1, err))
        return false;
    char *room = arena_alloc(build->arena, sizeof(struct node) + len + 1);
    struct node *node = (struct node *)(void *)room;
    char *string = room + sizeof(struct node);
    memcpy(string, text, len);
    *node = (struct node){.kind = NODE_STRING, .line = mark->line, .col = mark->col, .string = string, .string_len = len,
                           .text_at = mark->text_at};
    enum yaml_tag tag = YAML_TAG_STR;
    if (plain)
        tag = build->strict ? yaml_tag_core(text, len) : yaml_tag_looks(text, len);
    else if (mark->tag && !read_tag(build, mark, &tag, err))
        return false;
    const char *why = "";
    if (tag != YAML_TAG_STR && !(build->strict ? yaml_scalar_set_core(node, tag, &why)
                                               : yaml_scalar_set(build->arena, node, tag, &why)))
        return fail(build, mark->line, mark->col, err, "'%.60s': %s", string, why);
    if (node->kind == NODE_FLOAT && node->boolean && build->findings->big_integers++ == 0 &&
        build->findings->first_line == 0) {
        build->findings->first_line = mark->line;
        build->findings->first_col = mark->col;
    }
    node->block = mark->block;
    struct yaml_anchor *anchor;
    if (!add_anchor(build, mark, node, false, &anchor, err))
        return false;
    add_child(build, node, 0);
    return build->depth > 0 || check_value(build, node, err);
}

bool yaml_build_begin(struct yaml_build *build, const struct yaml_mark *mark, enum node_kind kind, struct error *err)
{
    if (build->depth == YAML_DEPTH_MAX)
        return too_deep(build, mark, err);
    size_t before = build->nodes;
    if (!count_nodes(build, mark, 1, err))
        return false;
    enum yaml_tag tag = kind == NODE_LIST ? YAML_TAG_SEQ : YAML_TAG_MAP;
    if (mark->tag && strcmp(mark->tag, "!") != 0 && !read_tag(build, mark, &tag, err))
        return false;
    bool list_tag = tag == YAML_TAG_SEQ || tag == YAML_TAG_OMAP || tag == YAML_TAG_PAIRS;
    bool scalar_tag = !list_tag && tag != YAML_TAG_MAP && tag != YAML_TAG_SET;
    /* A scalar tag on a mapping is taken up at its end: PyYAML reads {=: x} as x there. */
    if (list_tag != (kind == NODE_LIST) || (scalar_tag && (kind == NODE_LIST || build->strict)))
        return fail(build, mark->line, mark->col, err, "tag '%s': expected %s, found %s", yaml_tag_text(tag),
                    list_tag     ? "a list"
                    : scalar_tag ? "a scalar"
                                 : "a mapping",
                    node_kind_name(kind));
    struct node *node = ARENA_NEW(build->arena, struct node);
    *node = (struct node){.kind = kind, .line = mark->line, .col = mark->col};
    struct yaml_anchor *anchor;
    if (!add_anchor(build, mark, node, true, &anchor, err))
        return false;
    build->frames[build->depth++] = (struct yaml_frame){
        .node = node, .tag = tag, .anchor = anchor, .start = build->pending.n, .nodes_before = before};
    return true;
}

/* !!omap and !!pairs: a list of mappings of one pair each becomes one of tuples. */
static bool make_tuples(struct yaml_build *build, struct node *list, struct error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        struct node *map = list->items[i];
        if (map->kind != NODE_MAP)
            return fail(build, map->line, map->col, err, "expected a mapping of one pair, found %s",
                        node_kind_name(map->kind));
        if (map->n != 1)
            return fail(build, map->line, map->col, err, "expected a mapping of one pair, found %zu pairs", map->n);
        struct node *tuple = ARENA_NEW(build->arena, struct node);
        *tuple = (struct node){.kind = NODE_LIST, .boolean = true, .line = map->line, .col = map->col, .n = 2};
        tuple->items = ARENA_ARRAY(build->arena, struct node *, 2);
        tuple->items[0] = map->keys[0];
        tuple->items[1] = map->items[0];
        tuple->items[0]->shared = tuple->items[1]->shared = true; /* the mapping may be used elsewhere, too */
        list->items[i] = tuple;
        if (!check_values(build, tuple->items, 2, err))
            return false;
    }
    return true;
}

/* A scalar tag on a mapping with the key `=`: its value, read as that type, takes the place of the mapping. */
static bool make_scalar(struct yaml_build *build, struct node *map, enum yaml_tag tag, struct error *err)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->keys[i], *item = map->items[i];
        const char *why = "";
        if (key->kind != NODE_STRING || key->integer != YAML_TAG_VALUE)
            continue;
        bool has_text = item->kind <= NODE_STRING && !(item->kind == NODE_FLOAT && item->boolean);
        *map = (struct node){.kind = NODE_STRING, .line = map->line, .col = map->col, .string = item->string,
                             .string_len = item->string_len, .shared = map->shared};
        if (!has_text || !yaml_scalar_set(build->arena, map, tag, &why))
            return fail(build, map->line, map->col, err, "'%.60s': %s", has_text ? item->string : "=", why);
        return true;
    }
    return fail(build, map->line, map->col, err, "tag '%s': expected a scalar, found a mapping", yaml_tag_text(tag));
}

static bool end_list(struct yaml_build *build, const struct yaml_frame *frame, struct node *const *children, size_t n,
                     struct error *err)
{
    struct node *list = frame->node;
    list->n = n;
    list->items = arena_copy(build->arena, children, n * sizeof(struct node *));
    if (frame->tag != YAML_TAG_SEQ)
        return make_tuples(build, list, err);
    return check_values(build, list->items, n, err);
}

static bool end_map(struct yaml_build *build, const struct yaml_frame *frame, struct node *const *children, size_t n,
                    struct error *err)
{
    struct node *map = frame->node;
    map->n = n / 2;
    map->keys = ARENA_ARRAY(build->arena, struct node *, n);
    map->items = map->keys + map->n;
    for (size_t i = 0; i < map->n; i++) {
        map->keys[i] = children[2 * i];
        map->items[i] = children[2 * i + 1];
    }
    if (frame->tag != YAML_TAG_MAP && frame->tag != YAML_TAG_SET)
        return make_scalar(build, map, frame->tag, err);
    const struct yaml_frame *around = build->depth ? &build->frames[build->depth - 1] : NULL;
    bool in_pairs = around && (around->tag == YAML_TAG_OMAP || around->tag == YAML_TAG_PAIRS);
    if (in_pairs && !frame->anchor) /* never a mapping of its own: any key will do */
        return true;
    if (!(build->strict ? yaml_map_check(build->arena, map, build->file, err)
                        : yaml_map_finish(build->arena, map, build->file, build->findings, err)) ||
        !check_values(build, map->items, map->n, err))
        return false;
    map->boolean = frame->tag == YAML_TAG_SET;
    for (size_t i = 0; map->boolean && i < map->n; i++) {
        struct node *null = ARENA_NEW(build->arena, struct node);
        *null = (struct node){.kind = NODE_NULL, .line = map->items[i]->line, .col = map->items[i]->col};
        map->items[i] = null;
    }
    return true;
}

bool yaml_build_end(struct yaml_build *build, struct error *err)
{
    struct yaml_frame *frame = &build->frames[--build->depth];
    size_t n = build->pending.n - frame->start;
    struct node *const *children = n ? build->pending.v + frame->start : NULL;
    if (!(frame->node->kind == NODE_LIST ? end_list : end_map)(build, frame, children, n, err))
        return false;
    build->pending.n = frame->start;
    if (frame->anchor) {
        frame->anchor->open = false;
        frame->anchor->nodes = build->nodes - frame->nodes_before;
        frame->anchor->height = frame->height ? frame->height : 1;
    }
    add_child(build, frame->node, frame->height ? frame->height : 1);
    return true;
}

bool yaml_build_alias(struct yaml_build *build, const struct yaml_mark *mark, struct error *err)
{
    bool found;
    size_t at = anchor_index(build, mark->anchor, &found);
    if (!found)
        return fail(build, mark->line, mark->col, err, "alias '*%.60s': there is no such anchor before it", mark->anchor);
    struct yaml_anchor *anchor = build->anchors.v[at];
    if (anchor->open)
        return fail(build, mark->line, mark->col, err, "alias '*%.60s' is inside of what it stands for", mark->anchor);
    if (build->depth + anchor->height > YAML_DEPTH_MAX)
        return too_deep(build, mark, err);
    if (!count_nodes(build, mark, anchor->nodes, err))
        return false;
    anchor->node->shared = true;
    add_child(build, anchor->node, anchor->height);
    return true;
}
