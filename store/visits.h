/* store/visits.h — how often each directory was come to: links can make a small tree look endless. */
#ifndef STORE_VISITS_H
#define STORE_VISITS_H
#include <stddef.h>
#include <sys/types.h>

struct visit {
    dev_t device;
    ino_t inode;
    unsigned times; /* 0: the slot is free */
};

/* A zeroed one is empty. */
struct visits {
    struct visit *v;
    size_t n, cap; /* cap is a power of two */
};

/* Counts one more and returns how many there are now. */
unsigned visits_add(struct visits *visits, dev_t device, ino_t inode);
void visits_close(struct visits *visits);

#endif
