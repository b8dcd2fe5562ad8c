#include "base/directory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"

/* Asked only after mkdir has failed: of a directory that is there, some file systems say that they are read-only. */
static int make_one(const char *path)
{
    struct stat st;
    int reason = mkdir(path, 0777) == 0 ? 0 : errno;
    if (!reason || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return 0;
    return reason == EEXIST ? ENOTDIR : reason;
}

int directory_make(const char *path, size_t *failed)
{
    char *copy = memory_need(strdup(path));
    int reason = path[0] ? 0 : ENOENT;
    size_t end = 0, len = strlen(path);
    while (!reason && end < len) {
        end += 1 + strcspn(copy + end + 1, "/");
        copy[end] = '\0';
        reason = make_one(copy);
        if (end < len)
            copy[end] = '/';
    }
    if (failed)
        *failed = reason ? end : 0;
    free(copy);
    return reason;
}
