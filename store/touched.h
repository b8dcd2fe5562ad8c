/* store/touched.h — paths, each once, in the order in which they came; a test may have tens of thousands. Inside store/ only. */
#ifndef STORE_TOUCHED_H
#define STORE_TOUCHED_H
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct touched { /* zeroed: none */
    const char **v;
    size_t n, cap;
    uint32_t *slots; /* 1 + place in v, by hash; 0: free */
    size_t slots_n;  /* a power of two */
};
#define TOUCHED_NONE SIZE_MAX

/* Its place in v, or TOUCHED_NONE. */
size_t touched_find(const struct touched *touched, const char *path);
/* False: it was there. The path must live as long as the arena. */
bool touched_add(struct arena *arena, struct touched *touched, const char *path);

#endif
