#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "config/node_table.h"
#include "config/repr.h"
#include "config/yaml.h"
#include "config/yaml_emit.h"
#include "config/yaml_tag.h"

enum { SIMPLE_KEY_MAX = 128 }; /* anchor, tag and text of a key that needs no "?" are shorter */

struct dump {
    struct yaml_emit emit;
    struct node_table anchors; /* of shared nodes */
    int last_anchor;
    bool open_ended; /* a plain scalar was the whole document: "..." ends it */
};

/* Where a node stands. */
enum place { ROOT, IN_LIST, KEY, SIMPLE_KEY, VALUE };

static void write_node(struct dump *dump, const struct node *node, enum place place, int depth);

/* ---- anchors ---- */

/* Python gives an anchor to every object but None, strings, bytes and numbers that it meets again. */
static bool can_have_anchor(const struct node *node)
{
    return node->shared && (node->kind == NODE_LIST || node->kind == NODE_MAP || node->kind == NODE_TIME);
}

/* Numbers the nodes that stand in several places in the order in which they are met for the second time. */
static void find_anchors(struct dump *dump, const struct node *node)
{
    if (can_have_anchor(node)) {
        bool is_new;
        struct node_slot *slot = node_table_slot(&dump->anchors, node, &is_new);
        if (!is_new && !slot->anchor)
            slot->anchor = ++dump->last_anchor;
        if (!is_new)
            return;
    }
    if (node->kind != NODE_LIST && node->kind != NODE_MAP)
        return;
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == NODE_MAP)
            find_anchors(dump, node->keys[i]);
        find_anchors(dump, node->items[i]);
    }
}

/* NULL when the node has none. */
static struct node_slot *anchor_of(struct dump *dump, const struct node *node)
{
    bool is_new;
    struct node_slot *slot = can_have_anchor(node) ? node_table_slot(&dump->anchors, node, &is_new) : NULL;
    return slot && slot->anchor ? slot : NULL;
}

static size_t anchor_text(char out[16], char sign, int anchor)
{
    return (size_t)snprintf(out, 16, "%cid%03d", sign, anchor);
}

/* ---- scalars ---- */

struct scalar {
    const char *s;
    size_t len;
    enum yaml_tag tag;
    char room[REPR_REAL_MAX + 8];
};

/* The text of a float: Python's repr, with ".0" before an exponent that would not look like a float otherwise. */
static void real_scalar(struct scalar *to, double real)
{
    char text[REPR_REAL_MAX];
    repr_real(real, text);
    const char *e = strchr(text, 'e');
    if (text[0] == 'n' || text[0] == 'i')
        snprintf(to->room, sizeof(to->room), ".%s", text);
    else if (strcmp(text, "-inf") == 0)
        snprintf(to->room, sizeof(to->room), "-.inf");
    else if (e && !strchr(text, '.'))
        snprintf(to->room, sizeof(to->room), "%.*s.0%s", (int)(e - text), text, e);
    else
        snprintf(to->room, sizeof(to->room), "%s", text);
}

static void scalar_of(const struct node *node, struct scalar *to)
{
    static const enum yaml_tag tags[] = {
        [NODE_NULL] = YAML_TAG_NULL,   [NODE_BOOL] = YAML_TAG_BOOL,      [NODE_INT] = YAML_TAG_INT,
        [NODE_FLOAT] = YAML_TAG_FLOAT, [NODE_STRING] = YAML_TAG_STR,     [NODE_TIME] = YAML_TAG_TIMESTAMP,
        [NODE_BINARY] = YAML_TAG_BINARY, [NODE_LIST] = YAML_TAG_SEQ,     [NODE_MAP] = YAML_TAG_MAP,
    };
    to->tag = tags[node->kind];
    to->s = node->string;
    to->len = node->string_len;
    if (node->kind == NODE_STRING || node->kind == NODE_TIME || node->kind == NODE_BINARY)
        return;
    if (node->kind == NODE_FLOAT && node->boolean) { /* an integer beyond int64 */
        to->tag = YAML_TAG_INT;
        return;
    }
    if (node->kind == NODE_FLOAT)
        real_scalar(to, node->real);
    else if (node->kind == NODE_INT)
        snprintf(to->room, sizeof(to->room), "%lld", (long long)node->integer);
    else
        snprintf(to->room, sizeof(to->room), "%s", node->kind == NODE_NULL ? "null" : node->boolean ? "true" : "false");
    to->s = to->room;
    to->len = strlen(to->room);
}

static void write_scalar(struct dump *dump, const struct node *node, enum place place)
{
    struct yaml_emit *emit = &dump->emit;
    struct scalar scalar;
    scalar_of(node, &scalar);
    int before = yaml_emit_deeper(emit, true, false);
    bool split = place != SIMPLE_KEY;
    if (node->kind == NODE_BINARY) {
        yaml_emit_indicator(emit, "!!binary", true, false);
        if (scalar.len)
            yaml_emit_base64(emit, scalar.s, scalar.len);
        else
            yaml_emit_double(emit, "", 0, split);
    } else if (node->kind != NODE_STRING) {
        yaml_emit_plain(emit, scalar.s, scalar.len, split);
        dump->open_ended = place == ROOT;
    } else {
        struct yaml_looks looks = yaml_emit_looks(scalar.s, scalar.len);
        if (looks.plain && yaml_tag_looks(scalar.s, scalar.len) == YAML_TAG_STR) {
            yaml_emit_plain(emit, scalar.s, scalar.len, split);
            dump->open_ended = place == ROOT;
        } else if (looks.single) {
            yaml_emit_single(emit, scalar.s, scalar.len, split);
        } else {
            yaml_emit_double(emit, scalar.s, scalar.len, split);
        }
    }
    emit->indent = before;
}

/* ---- lists and maps ---- */

static void write_list(struct dump *dump, const struct node *list, enum place place, int depth)
{
    struct yaml_emit *emit = &dump->emit;
    if (list->boolean)
        yaml_emit_indicator(emit, "!!python/tuple", true, false);
    if (list->n == 0) {
        yaml_emit_indicator(emit, "[]", true, false);
        return;
    }
    int before = yaml_emit_deeper(emit, false, place >= KEY && !emit->indention);
    for (size_t i = 0; i < list->n; i++) {
        yaml_emit_indent(emit);
        yaml_emit_indicator(emit, "-", true, true);
        write_node(dump, list->items[i], IN_LIST, depth + 1);
    }
    emit->indent = before;
}

/* Whether a key can stand before its ":" without a "?". */
static bool is_simple_key(struct dump *dump, const struct node *key)
{
    char text[16];
    struct node_slot *anchor = anchor_of(dump, key);
    size_t length = anchor ? anchor_text(text, '&', anchor->anchor) - 1 : 0;
    if (anchor && anchor->written)
        return true;
    struct scalar scalar;
    scalar_of(key, &scalar);
    if (scalar.tag == YAML_TAG_BINARY) /* in a block, or empty */
        return false;
    length += strlen(yaml_tag_text(scalar.tag));
    if (scalar.tag != YAML_TAG_STR)
        return length + scalar.len < SIMPLE_KEY_MAX;
    struct yaml_looks looks = yaml_emit_looks(scalar.s, scalar.len);
    return length + looks.chars < SIMPLE_KEY_MAX && !looks.empty && !looks.multiline;
}

static void write_map(struct dump *dump, const struct node *map, int depth)
{
    struct yaml_emit *emit = &dump->emit;
    if (map->boolean)
        yaml_emit_indicator(emit, "!!set", true, false);
    if (map->n == 0) {
        yaml_emit_indicator(emit, "{}", true, false);
        return;
    }
    int before = yaml_emit_deeper(emit, false, false);
    for (size_t i = 0; i < map->n; i++) {
        yaml_emit_indent(emit);
        if (is_simple_key(dump, map->keys[i])) {
            write_node(dump, map->keys[i], SIMPLE_KEY, depth + 1);
            yaml_emit_indicator(emit, ":", false, false);
        } else {
            yaml_emit_indicator(emit, "?", true, true);
            write_node(dump, map->keys[i], KEY, depth + 1);
            yaml_emit_indent(emit);
            yaml_emit_indicator(emit, ":", true, true);
        }
        write_node(dump, map->items[i], VALUE, depth + 1);
    }
    emit->indent = before;
}

static void write_node(struct dump *dump, const struct node *node, enum place place, int depth)
{
    assert(depth <= YAML_DEPTH_MAX);
    struct node_slot *anchor = anchor_of(dump, node);
    if (anchor) {
        char text[16];
        anchor_text(text, anchor->written ? '*' : '&', anchor->anchor);
        yaml_emit_indicator(&dump->emit, text, true, false);
        if (anchor->written)
            return;
        anchor->written = true;
    }
    if (node->kind == NODE_LIST)
        write_list(dump, node, place, depth);
    else if (node->kind == NODE_MAP)
        write_map(dump, node, depth);
    else
        write_scalar(dump, node, place);
}

void yaml_dump(struct text *out, const struct node *node)
{
    struct dump dump = {.emit = {.out = out, .indent = -1, .whitespace = true, .indention = true}};
    find_anchors(&dump, node);
    write_node(&dump, node, ROOT, 0);
    yaml_emit_indent(&dump.emit);
    if (dump.open_ended) {
        yaml_emit_indicator(&dump.emit, "...", true, false);
        yaml_emit_indent(&dump.emit);
    }
    node_table_close(&dump.anchors);
}
