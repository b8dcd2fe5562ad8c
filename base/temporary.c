#include "base/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEM_MAX = 200, TRIES = 1000 };

/* The part of `target` that begins the name, and where that stands. */
static int stem_of(const char *target, const char **stem)
{
    const char *slash = strrchr(target, '/');
    *stem = slash ? slash + 1 : target;
    size_t n = strlen(*stem);
    return n < STEM_MAX ? (int)n : STEM_MAX;
}

bool temporary_is_named(int folder, const char *name, int fd)
{
    struct stat open_one, named;
    return fstat(fd, &open_one) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && open_one.st_dev == named.st_dev &&
           open_one.st_ino == named.st_ino;
}

int temporary_open(const char *target, char path[PATH_MAX])
{
    const char *stem;
    int stem_len = stem_of(target, &stem), reason = EEXIST;
    for (int i = 0; i < TRIES; i++) {
        int n = snprintf(path, PATH_MAX, "%.*s%.*s.%ld-%d.tmp", (int)(stem - target), target, stem_len, stem, (long)getpid(), i);
        if (n < 0 || n >= PATH_MAX) {
            reason = ENAMETOOLONG;
            break;
        }
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        /* Another run may have taken the lock before us, and with it the file: then the next number. */
        if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && temporary_is_named(AT_FDCWD, path, fd))
            return fd;
        if (fd < 0 && errno != EEXIST) {
            reason = errno;
            break;
        }
        if (fd >= 0)
            close(fd);
    }
    path[0] = '\0';
    errno = reason;
    return -1;
}

static const char *after_digits(const char *s)
{
    const char *end = s + strspn(s, "0123456789");
    return end > s ? end : NULL;
}

/* "<stem>.<digits>-<digits>.tmp" */
static bool is_ours(const char *name, const char *stem, size_t stem_len)
{
    if (strncmp(name, stem, stem_len) != 0 || name[stem_len] != '.')
        return false;
    const char *s = after_digits(name + stem_len + 1);
    s = s && *s == '-' ? after_digits(s + 1) : NULL;
    return s && strcmp(s, ".tmp") == 0;
}

static void remove_left(int folder, const char *name)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    bool stale = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (stale && temporary_is_named(folder, name, fd))
        unlinkat(folder, name, 0);
    close(fd);
}

void temporary_sweep(const char *target)
{
    char path[PATH_MAX] = ".";
    const char *stem;
    size_t stem_len = (size_t)stem_of(target, &stem);
    if (stem > target && (size_t)(stem - target) < sizeof(path)) {
        memcpy(path, target, (size_t)(stem - target));
        path[stem - target] = '\0';
    }
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_ours(entry->d_name, stem, stem_len))
            remove_left(dirfd(folder), entry->d_name);
    if (folder)
        closedir(folder);
}
