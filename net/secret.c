#include "net/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/pages.h"

enum { SECRET_FILE_MAX = 64 << 10 };

struct secret {
    size_t len;
    char text[];
};

/* The sanitizers' search for leaks stops the process as a debugger does. */
#if defined(__SANITIZE_ADDRESS__)
enum { KEEP_DUMPABLE = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { KEEP_DUMPABLE = 1 };
#else
enum { KEEP_DUMPABLE = 0 };
#endif
#else
enum { KEEP_DUMPABLE = 0 };
#endif

static struct secret *make(struct arena *arena, size_t room)
{
    if (!KEEP_DUMPABLE)
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    struct secret *secret = pages_take_zeroed(1, sizeof(*secret) + room + 1);
    arena_defer(arena, pages_give, secret);
    return secret;
}

const struct secret *secret_new(struct arena *arena, const char *bytes, size_t len)
{
    struct secret *secret = make(arena, len);
    memcpy(secret->text, bytes, len);
    secret->len = len;
    return secret;
}

static bool check_mode(const char *path, const struct stat *st, struct error *err)
{
    struct pos at = {.file = path};
    if (!S_ISREG(st->st_mode))
        return error_at(err, ERR_USAGE, at, "expected a file that holds a secret; this is no regular file");
    if (st->st_mode & (S_IRWXG | S_IRWXO))
        return error_at(err, ERR_USAGE, at, "a secret that others can read (mode %04o); chmod 600 makes it its owner's only",
                        (unsigned)(st->st_mode & 07777));
    return true;
}

static bool check(const char *path, const struct stat *st, struct error *err)
{
    return check_mode(path, st, err) && (st->st_size <= SECRET_FILE_MAX ||
           error_at(err, ERR_USAGE, (struct pos){.file = path}, "%lld bytes; expected a secret, at most %d KB", (long long)st->st_size,
                    SECRET_FILE_MAX >> 10));
}

bool secret_check_file(const char *path, struct error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return error_at(err, ERR_USAGE, (struct pos){.file = path}, "%s", strerror(errno));
    return check_mode(path, &st, err);
}

/* Straight into the pages: no buffer of stdio keeps a copy. */
static bool read_into(struct secret *secret, int fd, const char *path, struct error *err)
{
    while (secret->len < SECRET_FILE_MAX) {
        ssize_t n = read(fd, secret->text + secret->len, SECRET_FILE_MAX - secret->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_at(err, ERR_USAGE, (struct pos){.file = path}, "%s", strerror(errno));
        if (n == 0)
            break;
        secret->len += (size_t)n;
    }
    if (secret->len && secret->text[secret->len - 1] == '\n')
        secret->len--;
    if (secret->len && secret->text[secret->len - 1] == '\r')
        secret->len--;
    secret->text[secret->len] = '\0';
    if (!secret->len)
        return error_at(err, ERR_USAGE, (struct pos){.file = path}, "empty; expected a secret");
    return true;
}

const struct secret *secret_from_file(struct arena *arena, const char *path, struct error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO would wait for its writer */
    if (fd < 0 || fstat(fd, &st) != 0) {
        error_at(err, ERR_USAGE, (struct pos){.file = path}, "it should hold a secret, and cannot be read: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct secret *secret = NULL;
    if (check(path, &st, err)) {
        secret = make(arena, SECRET_FILE_MAX);
        if (!read_into(secret, fd, path, err))
            secret = NULL; /* cleansed with the arena */
    }
    close(fd);
    return secret;
}

const char *secret_text(const struct secret *secret)
{
    return secret->text;
}

size_t secret_len(const struct secret *secret)
{
    return secret->len;
}

void secret_reading(bool begins)
{
    mallopt(M_PERTURB, begins ? 0x5A : 0);
}

void secret_cleanse(void *bytes, size_t len)
{
    explicit_bzero(bytes, len);
}
