/* What a cache depends on, and whether that is as it was. */
#include "store/cache_check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "json/write.h"
#include "store/cache_stamp.h"
#include "store/files.h"
#include "store/parsing.h"

enum { SETTINGS_TEXT_MAX = 256 << 20 };

static const int64_t young = INT64_C(2000000000); /* ns */

/* ---- the key ---- */

static void unhex(const char *hex, unsigned char out[DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        out[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 | (strchr(digits, hex[2 * i + 1]) - digits));
}

void cache_workload_key(const struct workload *workload, unsigned char out[DIGEST_SIZE])
{
    unhex(workload->digest, out);
}

static void add_part(struct digest *digest, const char *text, size_t len)
{
    digest_add(digest, &len, sizeof(len));
    digest_add(digest, text, len);
}

static void add_json(struct digest *digest, const json_t *value)
{
    struct text out = text_open(SETTINGS_TEXT_MAX);
    json_write(&out, value, &(struct json_style){.indent = -1}, 0);
    add_part(digest, out.s, out.len);
    text_close(&out);
}

/* The digest of what the bits name, as it is now. */
static void digest_used(const struct parsing *parsing, unsigned used, unsigned char out[DIGEST_SIZE])
{
    const struct test *test = parsing->test;
    const struct workload *workload = parsing->options->workload;
    memset(out, 0, DIGEST_SIZE);
    if (!used)
        return;
    struct digest *digest = digest_open();
    if (used & USED_SETTINGS)
        add_json(digest, test->settings);
    if (used & USED_IMPORT_SETTINGS)
        add_json(digest, test->import_settings);
    if (used & USED_EXIT_CODE)
        add_part(digest, (const char *)&test->exit_code, sizeof(test->exit_code));
    if (used & USED_LOCATION)
        add_part(digest, test->location, strlen(test->location));
    if (used & USED_RELATIVE)
        add_part(digest, test->relative, strlen(test->relative));
    if (used & USED_WORKLOAD_FILE)
        add_part(digest, workload->file, strlen(workload->file));
    digest_end(digest, out);
    digest_close(digest);
}

void cache_make_key(const struct parsing *parsing, unsigned used, struct cache_key *key)
{
    unhex(CACHE_STAMP, key->build);
    cache_workload_key(parsing->options->workload, key->workload);
    key->used = used;
    digest_used(parsing, used, key->used_digest);
}

/* ---- is everything as it was? ---- */

/* One look at a cache that was read. */
struct check {
    struct parsing *parsing;
    struct cache_content *content;
    struct cache_verdict *verdict;
    bool *settled; /* beside content->seen: its stat was enough */
    struct root_glance glance;
};

static const char *changed(struct check *check, const char *what, const char *path)
{
    return arena_printf(check->parsing->arena, "%s: %s", what, path);
}

static const char *from_root(const struct parsing *parsing, const char *path)
{
    return arena_join(parsing->arena, parsing->test->relative, path);
}

static const char *check_key(const struct check *check)
{
    struct cache_key now;
    const struct cache_key *then = &check->content->key;
    cache_make_key(check->parsing, then->used, &now);
    if (memcmp(now.build, then->build, DIGEST_SIZE) != 0)
        return "another build of matbench wrote it";
    if (memcmp(now.used_digest, then->used_digest, DIGEST_SIZE) != 0)
        return "changed: the settings, the exit code or the place of the test, which its parsers look at";
    return NULL;
}

static const char *check_dirs(struct check *check)
{
    const struct workload *workload = check->parsing->options->workload;
    for (size_t i = 0; i < workload->artifact_dirs_n; i++) {
        const char *const *now = check->parsing->dirs[i].all;
        const struct cached_paths *then = &check->content->dirs[i];
        size_t k = 0;
        while (k < then->n && now[k] && strcmp(then->v[k], now[k]) == 0)
            k++;
        if (k < then->n || now[k])
            return changed(check, "other directories match", workload->artifact_dirs[i].pattern);
    }
    return NULL;
}

static bool is_source_url(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, "source_url") == 0;
}

static enum root_found look(struct check *check, const char *path, struct stat *st)
{
    enum root_found found = root_glance(&check->glance, path, st);
    return found == ROOT_REFUSED ? root_look(check->parsing->options->root, from_root(check->parsing, path), st) : found;
}

/* Looks at one file that was read. *again: only its digest can tell. */
static const char *check_stat(struct check *check, size_t i)
{
    const struct observation *one = &check->content->seen[i];
    struct stat st;
    bool there = look(check, one->path, &st) == ROOT_FOUND;
    check->verdict->files += !is_source_url(one->path);
    check->verdict->files_left += there && !is_source_url(one->path);
    if (!there || !S_ISREG(st.st_mode))
        return changed(check, "gone", one->path);
    if ((uint64_t)st.st_size != one->size)
        return changed(check, "changed", one->path);
    int64_t mtime = recording_ns(&st.st_mtim), ctime = recording_ns(&st.st_ctim), oldest = check->content->started - young;
    check->settled[i] = (uint64_t)st.st_ino == one->inode && mtime == one->mtime && ctime == one->ctime && mtime < oldest &&
                        ctime < oldest;
    return NULL;
}

static const char *check_glob(struct check *check, const struct observation *one)
{
    unsigned char now[DIGEST_SIZE];
    struct digest *digest = digest_open();
    files_digest(check->parsing, one->path, digest, now);
    digest_close(digest);
    return memcmp(now, one->digest, DIGEST_SIZE) == 0 ? NULL : changed(check, "other files match", one->path);
}

static const char *check_seen(struct check *check, size_t i)
{
    const struct observation *one = &check->content->seen[i];
    struct stat st;
    switch (one->kind) {
    case OBSERVED_READ: return check_stat(check, i);
    case OBSERVED_ABSENT:
        return look(check, one->path, &st) == ROOT_ABSENT ? NULL : changed(check, "new", one->path);
    case OBSERVED_THERE:
    case OBSERVED_NOTHING:
        if ((look(check, one->path, &st) == ROOT_FOUND) == (one->kind == OBSERVED_THERE))
            return NULL;
        return changed(check, one->kind == OBSERVED_THERE ? "gone" : "new", one->path);
    case OBSERVED_GLOB: return check_glob(check, one);
    }
    return NULL;
}

/* Adds what an open file holds, and closes it. */
static bool digest_fd(struct digest *digest, int fd)
{
    char bytes[64 * 1024];
    ssize_t n;
    while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
        if (n > 0)
            digest_add(digest, bytes, (size_t)n);
        else if (errno != EINTR)
            break;
    }
    close(fd);
    return n == 0;
}

/* The stat did not settle it. */
static const char *check_digest(struct check *check, struct digest *digest, struct observation *one)
{
    struct parsing *parsing = check->parsing;
    int fd;
    struct stat st;
    struct error ignored = {0};
    unsigned char now[DIGEST_SIZE];
    if (root_open_file(parsing->options->root, from_root(parsing, one->path), &fd, &st, &ignored) != ROOT_FOUND)
        return changed(check, "gone", one->path);
    if (!digest_fd(digest, fd))
        return changed(check, "unreadable", one->path);
    digest_end(digest, now);
    if (memcmp(now, one->digest, DIGEST_SIZE) != 0)
        return changed(check, "changed", one->path);
    one->mtime = recording_ns(&st.st_mtim);
    one->ctime = recording_ns(&st.st_ctim);
    one->inode = (uint64_t)st.st_ino;
    int64_t oldest = parsing->recording.started - young;
    check->verdict->digested |= one->mtime < oldest && one->ctime < oldest;
    return NULL;
}

static const char *check_digests(struct check *check)
{
    struct digest *digest = NULL;
    const char *reason = NULL;
    for (size_t i = 0; i < check->content->seen_n && !reason; i++) {
        struct observation *one = &check->content->seen[i];
        if (one->kind != OBSERVED_READ || check->settled[i])
            continue;
        if (!digest)
            digest = digest_open();
        reason = check_digest(check, digest, one);
    }
    digest_close(digest);
    return reason;
}

/* Every file is looked at, so that it is known whether all are gone. */
struct cache_verdict cache_check(struct parsing *parsing, struct cache_content *content)
{
    struct cache_verdict verdict = {0};
    struct check check = {.parsing = parsing, .content = content, .verdict = &verdict,
                          .glance = {.folder = parsing->folder, .fd = -1}};
    check.settled = ARENA_ARRAY(parsing->arena, bool, content->seen_n);
    verdict.changed = check_key(&check);
    if (!verdict.changed)
        verdict.changed = check_dirs(&check);
    for (size_t i = 0; i < content->seen_n; i++) {
        const char *found = check_seen(&check, i);
        verdict.changed = verdict.changed ? verdict.changed : found;
    }
    root_glance_close(&check.glance);
    if (!verdict.changed)
        verdict.changed = check_digests(&check);
    return verdict;
}
