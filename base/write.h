/* base/write.h — writing all of some bytes to an open descriptor. */
#ifndef BASE_WRITE_H
#define BASE_WRITE_H
#include <stddef.h>

/* 0, or an errno; then part of it may be written. A descriptor that does not block, as some CI systems hand over, is waited for. */
int write_all(int fd, const void *bytes, size_t size);

#endif
