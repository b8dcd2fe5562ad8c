#include "config/node_table.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

/* Open addressing over addresses: nobody who writes a document chooses those. */
static struct node_slot *seek(const struct node_table *table, const struct node *node)
{
    size_t at = (size_t)(((uint64_t)(uintptr_t)node >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
    while (table->slots[at & (table->cap - 1)].node && table->slots[at & (table->cap - 1)].node != node)
        at++;
    return &table->slots[at & (table->cap - 1)];
}

static void grow(struct node_table *table)
{
    struct node_table wider = {.cap = table->cap ? table->cap * 2 : 64, .n = table->n};
    wider.slots = memory_need(calloc(wider.cap, sizeof(*wider.slots)));
    for (size_t i = 0; i < table->cap; i++)
        if (table->slots[i].node)
            *seek(&wider, table->slots[i].node) = table->slots[i];
    free(table->slots);
    *table = wider;
}

struct node_slot *node_table_slot(struct node_table *table, const struct node *node, bool *is_new)
{
    if (table->n * 2 >= table->cap)
        grow(table);
    struct node_slot *slot = seek(table, node);
    *is_new = !slot->node;
    if (*is_new) {
        slot->node = node;
        table->n++;
    }
    return slot;
}

void node_table_close(struct node_table *table)
{
    for (size_t i = 0; i < table->cap; i++)
        json_decref(table->slots[i].json);
    free(table->slots);
    *table = (struct node_table){0};
}
