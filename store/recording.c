#include "store/recording.h"

#include <string.h>

enum {
    SEEN_MAX = 5000,       /* of one test; more are not worth keeping */
    LOOKED_BACK = 64,      /* the same question is often asked again soon; asked later it is kept twice */
    SLOW_AFTER_SECONDS = 1 /* limits of time are 5 s and more; nothing else about a failure changes from run to run */
};

int64_t recording_ns(const struct timespec *moment)
{
    return (int64_t)moment->tv_sec * 1000000000 + moment->tv_nsec;
}

void recording_start(struct recording *recording)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &recording->cpu);
    recording->started = recording_ns(&now);
    recording->on = true;
}

static struct observation *add(struct arena *arena, struct recording *recording, enum observed kind, const char *path)
{
    size_t n = recording->seen.n;
    for (size_t i = n; i > 0 && n - i < LOOKED_BACK; i--)
        if (recording->seen.v[i - 1].kind == kind && strcmp(recording->seen.v[i - 1].path, path) == 0)
            return NULL;
    if (n >= SEEN_MAX) {
        recording_refuse(recording, "its parsers look at more than 5000 files");
        return NULL;
    }
    struct observation *one = LIST_ADD(arena, &recording->seen);
    *one = (struct observation){.kind = kind, .path = arena_strdup(arena, path)};
    return one;
}

static struct observation *add_read(struct arena *arena, struct recording *recording, const char *path, const struct stat *st,
                                    uint64_t size)
{
    struct observation *one = recording->on ? add(arena, recording, OBSERVED_READ, path) : NULL;
    if (!one)
        return NULL;
    one->size = size;
    one->inode = (uint64_t)st->st_ino;
    one->mtime = recording_ns(&st->st_mtim);
    one->ctime = recording_ns(&st->st_ctim);
    return one;
}

void recording_add_file(struct arena *arena, struct recording *recording, const char *path, const struct stat *st, const char *bytes,
                        size_t len)
{
    struct observation *one = add_read(arena, recording, path, st, (uint64_t)len);
    if (one)
        one->bytes = bytes;
}

void recording_add_digested(struct arena *arena, struct recording *recording, const char *path, const struct stat *st, uint64_t size,
                            const unsigned char digest[DIGEST_SIZE])
{
    struct observation *one = add_read(arena, recording, path, st, size);
    if (one)
        memcpy(one->digest, digest, DIGEST_SIZE);
}

void recording_add(struct arena *arena, struct recording *recording, enum observed kind, const char *path)
{
    if (recording->on)
        add(arena, recording, kind, path);
}

void recording_add_glob(struct arena *arena, struct recording *recording, const char *pattern, const unsigned char digest[DIGEST_SIZE])
{
    struct observation *one = recording->on ? add(arena, recording, OBSERVED_GLOB, pattern) : NULL;
    if (one)
        memcpy(one->digest, digest, DIGEST_SIZE);
}

void recording_use_name(struct recording *recording, const char *name)
{
    static const struct {
        const char *name;
        unsigned bit;
    } rows[] = {{"settings", USED_SETTINGS}, {"import_settings", USED_IMPORT_SETTINGS}, {"exit_code", USED_EXIT_CODE}};
    for (size_t i = 0; recording->on && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            recording->used |= rows[i].bit;
}

void recording_add_failure(struct recording *recording)
{
    if (!recording->on)
        return;
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    recording->used |= USED_WORKLOAD_FILE;
    if (recording_ns(&now) - recording_ns(&recording->cpu) > SLOW_AFTER_SECONDS * INT64_C(1000000000))
        recording_refuse(recording, "a parser failed after a long time");
}

void recording_refuse(struct recording *recording, const char *why)
{
    if (recording->on && !recording->unkept)
        recording->unkept = why;
}
