/* Ways that stay on one value: through references, allOf and the like. What leads back to itself there would be checked for
 * ever, and a long way needs a deep stack. */
#include "json/schema_node.h"

struct step {
    struct schema_node *node;
    size_t next;
};

static void measure_done(struct schema_node *node)
{
    node->height = 1;
    for (size_t i = 0; i < node->places.n; i++)
        if (node->places.v[i]->height >= node->height)
            node->height = node->places.v[i]->height + 1;
}

/* Measures the ways from `start` on, depth first; `stack` has room for all nodes. Gives the node where it fails, or NULL. */
static const struct schema_node *measure(struct schema_node *start, struct step *stack, bool *back)
{
    size_t depth = 0;
    if (start->height == 0)
        stack[depth++] = (struct step){start, 0};
    while (depth > 0) {
        struct step *top = &stack[depth - 1];
        struct schema_node *node = top->node;
        node->height = -1;
        if (top->next < node->places.n) {
            struct schema_node *child = node->places.v[top->next++];
            *back = child->height < 0;
            if (*back)
                return node;
            if (child->height == 0)
                stack[depth++] = (struct step){child, 0};
            continue;
        }
        measure_done(node);
        if (node->height > SCHEMA_PLACES_MAX)
            return node;
        depth--;
    }
    return NULL;
}

bool schema_cycle_free(struct arena *arena, const struct json_schema *schema, const struct schema_node **where, bool *back)
{
    struct step *stack = ARENA_ARRAY(arena, struct step, schema->n + 1);
    *where = NULL;
    *back = false;
    for (size_t i = 0; i < schema->n && !*where; i++)
        *where = measure(schema->v[i], stack, back);
    return !*where;
}
