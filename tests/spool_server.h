/* tests/spool_server.h — a back end for tests: a folder stands for the server, so that it outlives a process that is killed. Each payload
 * is a file, replaced whole; what it answers is scripted. */
#ifndef TESTS_SPOOL_SERVER_H
#define TESTS_SPOOL_SERVER_H
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "history/backend.h"

struct spool_server {
    struct history history;
    const char *folder;
    const char *refuses;     /* payloads whose id has this in it; NULL: none */
    long takes;              /* so many, then it is gone; -1: all */
    bool silent;             /* it takes them and says nothing */
    struct history_counts got;
};

static inline bool server_begin(struct history *history, const char *workload, struct error *err)
{
    struct spool_server *server = (struct spool_server *)history;
    (void)workload;
    return server->takes || error_set(err, ERR_STORE, "the server is not there");
}

static inline bool server_same(const char *path, const struct history_payload *payload, bool *there)
{
    char text[20000];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
    *there = fd >= 0;
    if (fd >= 0)
        close(fd);
    return n == (ssize_t)payload->text_len && memcmp(text, payload->text, payload->text_len) == 0;
}

static inline bool server_add(struct history *history, const struct history_payload *payload, struct error *err)
{
    struct spool_server *server = (struct spool_server *)history;
    const char *id = payload->record.id;
    char path[500], temporary[510];
    bool there;
    if (server->takes == 0)
        return error_set(err, ERR_STORE, "the server has gone");
    if (server->refuses && strstr(id, server->refuses)) {
        history_tell(history, id, FATE_REFUSED, "mapper_parsing_exception: it is bad");
        return true;
    }
    server->takes -= server->takes > 0;
    snprintf(path, sizeof(path), "%s/%s", server->folder, id);
    snprintf(temporary, sizeof(temporary), "%s.part", path);
    bool same = server_same(path, payload, &there);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || syscall_write(fd, payload->text, payload->text_len) != (ssize_t)payload->text_len || close(fd) != 0 || rename(temporary, path) != 0)
        return error_set(err, ERR_BUG, "the test's own server is broken");
    if (!server->silent)
        history_tell(history, id, same ? FATE_UNCHANGED : there ? FATE_REPLACED : FATE_ADDED, NULL);
    return true;
}

static inline bool server_end(struct history *history, bool keep, struct error *err)
{
    (void)history;
    (void)keep;
    (void)err;
    return true;
}

static inline void server_close(struct history *history)
{
    (void)history;
}

static const struct history_backend server_backend = {.scheme = "test+http", .remote = true, .begin = server_begin, .add = server_add,
                                                      .end = server_end, .close = server_close};

static inline struct spool_server server_of(const char *folder)
{
    return (struct spool_server){.folder = folder, .takes = -1, .history = {.backend = &server_backend, .mode = HISTORY_WRITE}};
}

#endif
