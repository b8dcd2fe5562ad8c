#include "store/transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static const char *destination(struct transfer *transfer, const char *path)
{
    return arena_join(transfer->arena, transfer->below, path);
}

static bool stopped(const struct transfer *transfer)
{
    return transfer->stop && *transfer->stop;
}

/* ---- is it there? ---- */

struct comparison {
    const struct transfer *transfer;
    int fd;
    bool differs;
};

/* The next bytes of the file that is there are these. */
static bool same_bytes(int fd, const char *bytes, size_t size)
{
    char piece[PIECE];
    while (size > 0) {
        ssize_t n = read(fd, piece, size < PIECE ? size : PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || memcmp(piece, bytes, (size_t)n) != 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

static bool at_end(int fd)
{
    char one;
    return read(fd, &one, 1) == 0;
}

static bool compare(void *context, const void *bytes, size_t size)
{
    struct comparison *comparison = context;
    comparison->differs = stopped(comparison->transfer) || !same_bytes(comparison->fd, bytes, size);
    return !comparison->differs;
}

static int open_there(const struct transfer *transfer, const char *path, long long size)
{
    struct arena scratch = {0};
    struct stat st;
    const char *whole = arena_join(&scratch, transfer->below, path);
    int fd = transfer->folder ? folder_open_file(transfer->folder, whole) : -1;
    arena_close(&scratch);
    if (fd >= 0 && size >= 0 && (fstat(fd, &st) != 0 || st.st_size != size)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool transfer_is_there(const struct transfer *transfer, const struct download_file *file)
{
    struct comparison comparison = {.transfer = transfer, .fd = open_there(transfer, file->path, file->size)};
    struct error ignored = {0};
    if (comparison.fd < 0)
        return false;
    enum root_found found = transfer->fetch->scheme->read(transfer->fetch, file->path, compare, &comparison, &ignored);
    bool same = found == ROOT_FOUND && !comparison.differs && at_end(comparison.fd);
    close(comparison.fd);
    return same;
}

/* ---- copying ---- */

struct copy {
    struct transfer *transfer;
    struct folder_file *file;
    struct error *err; /* of the destination */
    bool stopped;
    unsigned long long before; /* bytes that were copied when this file began */
};

static void show_progress(const struct transfer *transfer)
{
    if (transfer->progress)
        transfer->progress(transfer->context, &transfer->counts);
}

static bool take_piece(void *context, const void *bytes, size_t size)
{
    struct copy *copy = context;
    copy->stopped = stopped(copy->transfer);
    if (copy->stopped || !folder_write(copy->file, bytes, size, copy->err))
        return false;
    copy->transfer->counts.bytes += size;
    show_progress(copy->transfer);
    return true;
}

static void note_failed(struct transfer *transfer, const char *path, enum root_found found, const struct error *why)
{
    transfer->counts.failed++;
    if (found == ROOT_ABSENT)
        findings_add(transfer->arena, &transfer->findings, FINDING_BROKEN, "%s: it was there, and is not any more", path);
    else
        findings_add(transfer->arena, &transfer->findings, FINDING_BROKEN, "%s", why->text);
}

static bool copy_file(struct transfer *transfer, const struct download_file *file, struct error *err)
{
    struct error why = {0};
    struct copy copy = {.transfer = transfer, .err = err, .before = transfer->counts.bytes};
    copy.file = folder_begin(transfer->folder, destination(transfer, file->path), err);
    if (!copy.file)
        return false;
    enum root_found found = transfer->fetch->scheme->read(transfer->fetch, file->path, take_piece, &copy, &why);
    if (found == ROOT_FOUND && !err->kind && !copy.stopped) {
        bool ok = folder_commit(copy.file, file->dated ? &file->modified : NULL, err);
        transfer->counts.copied += ok;
        return ok;
    }
    folder_abort(copy.file);
    transfer->counts.bytes = copy.before;
    if (found != ROOT_FOUND)
        note_failed(transfer, file->path, found, &why);
    return !err->kind;
}

bool transfer_run(struct transfer *transfer, const struct download_plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->directories_n; i++)
        if (!folder_make(transfer->folder, destination(transfer, plan->directories[i]), err))
            return false;
    for (size_t i = 0; i < plan->n; i++) {
        const struct download_file *file = &plan->files[i];
        if (!stopped(transfer) && transfer_is_there(transfer, file)) {
            transfer->counts.there++;
            transfer->counts.there_bytes += file->size > 0 ? (unsigned long long)file->size : 0;
        } else if (!stopped(transfer) && !copy_file(transfer, file, err)) {
            return false;
        }
        if (stopped(transfer))
            return error_set(err, ERR_INTERRUPTED, "stopped");
        show_progress(transfer);
    }
    return true;
}

bool transfer_text(struct transfer *transfer, const char *name, const char *bytes, size_t len, struct error *err)
{
    int fd = open_there(transfer, name, (long long)len);
    bool same = fd >= 0 && same_bytes(fd, bytes, len);
    if (fd >= 0)
        close(fd);
    if (same)
        return true;
    struct folder_file *file = folder_begin(transfer->folder, destination(transfer, name), err);
    if (!file)
        return false;
    if (!folder_write(file, bytes, len, err)) {
        folder_abort(file);
        return false;
    }
    return folder_commit(file, NULL, err);
}
