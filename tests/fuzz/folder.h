/* tests/fuzz/folder.h — files for a fuzz target whose subject reads files: one folder a process, removed at its end. */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H
#include <assert.h>
#include <stdint.h>

#include "tests/scratch.h"

static struct scratch folder_scratch;

static inline void folder_remove(void)
{
    scratch_close(&folder_scratch);
}

/* "<folder>/<name>"; valid until the call after the next. The first call makes the folder. */
static inline const char *folder_path(const char *name)
{
    if (!folder_scratch.folder[0]) {
        scratch_open(&folder_scratch);
        atexit(folder_remove);
    }
    return scratch_path(&folder_scratch, name);
}

/* Replaces the file. */
static inline void folder_put(const char *name, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(folder_path(name), "w");
    assert(file && fwrite(bytes, 1, size, file) == size);
    fclose(file);
}

#endif
