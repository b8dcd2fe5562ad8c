/* store/frozen.h — JSON values that several workers read at once: their reference counts stand still, because Jansson leaves a
 * count of -1 alone. What is frozen never changes any more. */
#ifndef STORE_FROZEN_H
#define STORE_FROZEN_H
#include <jansson.h>

#include "base/arena.h"

struct frozen_value {
    json_t *value;
    size_t references; /* before it was frozen */
};

/* A zeroed one is empty; its memory is the arena's. */
struct frozen {
    LIST_OF(struct frozen_value) values;
};

/* The value and everything in it. Depth: what readers let through. */
void frozen_add(struct arena *arena, struct frozen *frozen, json_t *value);
/* Gives the counts back, so that the values can be freed by their owner. */
void frozen_thaw(struct frozen *frozen);

#endif
