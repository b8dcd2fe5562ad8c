/* config/node_table.h — what is known of nodes that stand in more than one place (`shared` in config/yaml.h). */
#ifndef CONFIG_NODE_TABLE_H
#define CONFIG_NODE_TABLE_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct node;

struct node_slot {
    const struct node *node; /* NULL: the slot is free */
    json_t *json;            /* owned by the table; may be NULL */
    int anchor;              /* from 1; 0: none */
    bool written;
};

/* A zeroed table is an empty one. */
struct node_table {
    struct node_slot *slots;
    size_t n, cap; /* cap is a power of two */
};

/* The slot of the node, valid until the next call; a zeroed one with only `node` set when it is new (*is_new). */
struct node_slot *node_table_slot(struct node_table *table, const struct node *node, bool *is_new);
void node_table_close(struct node_table *table);

#endif
