/* tests/fuzz/windows.h — a text that comes in the smallest parts. */
#ifndef TESTS_FUZZ_WINDOWS_H
#define TESTS_FUZZ_WINDOWS_H
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/stream.h"

struct windows {
    struct content *content;
    struct stream stream;
};

static inline struct stream *windows_open(struct windows *windows, const char *text, size_t len)
{
    int fd = memfd_create("text", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, text, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
    windows->content = content_of_fd(fd, "fuzz", UINT64_MAX);
    windows->stream = stream_of_content(windows->content, 1 + len % 5, "fuzz");
    return &windows->stream;
}

static inline void windows_close(struct windows *windows)
{
    stream_close(&windows->stream);
    content_close(windows->content);
}

#endif
