#include "step/new_step.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/folder.h"
#include "base/text.h"

extern const struct embedded step_template[];

enum { NAME_LEN_MAX = 64, FILE_SIZE_MAX = 1 << 20 };

/* What may stand in YAML, in a path and on a command line as it is. */
static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return *name && strchr(letters, *name) && strlen(name) <= NAME_LEN_MAX && name[strspn(name, rest)] == '\0';
}

/* It stands in comments of the files: no line may end in it. */
static bool is_path(const char *folder)
{
    for (const char *p = folder; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            return false;
    return *folder != '\0';
}

/* The template's text with @WORKLOAD@ and @FOLDER@ replaced. */
static void fill(struct text *out, const char *from, const char *name, const char *folder)
{
    static const char name_mark[] = "@WORKLOAD@", folder_mark[] = "@FOLDER@";
    while (*from) {
        size_t n = strcspn(from, "@");
        text_addn(out, from, n);
        from += n;
        bool is_folder = strncmp(from, folder_mark, sizeof(folder_mark) - 1) == 0;
        if (is_folder || strncmp(from, name_mark, sizeof(name_mark) - 1) == 0) {
            text_add(out, is_folder ? folder : name);
            from += is_folder ? sizeof(folder_mark) - 1 : sizeof(name_mark) - 1;
        } else if (*from) {
            text_addn(out, from++, 1);
        }
    }
}

static bool write_file(const struct folder *folder, const struct embedded *file, const char *name, const char *shown, struct error *err)
{
    struct text text = text_open(FILE_SIZE_MAX);
    fill(&text, file->bytes, name, shown);
    struct folder_file *out = folder_begin(folder, file->name, err);
    bool ok = out && folder_write(out, text.s, text.len, err);
    if (ok)
        ok = folder_commit(out, NULL, err);
    else if (out)
        folder_abort(out);
    text_close(&text);
    return ok;
}

static bool write_files(const char *place, const char *name, const char *shown, struct error *err)
{
    struct folder *folder = folder_open(place, err);
    bool ok = folder != NULL;
    for (const struct embedded *file = step_template; ok && file->name; file++)
        ok = write_file(folder, file, name, shown, err);
    folder_close(folder);
    return ok && (chmod(place, 0755) == 0 || error_set(err, ERR_OUTPUT, "%s: %s", place, strerror(errno)));
}

/* Takes away what write_files made. */
static void remove_files(struct arena *arena, const char *place)
{
    for (const struct embedded *file = step_template; file->name; file++)
        unlink(arena_join(arena, place, file->name));
    for (const struct embedded *file = step_template; file->name; file++)
        for (char *path = arena_strdup(arena, file->name); strchr(path, '/');) {
            *strrchr(path, '/') = '\0';
            rmdir(arena_join(arena, place, path));
        }
    rmdir(place);
}

static bool is_taken(const char *folder, struct error *err)
{
    struct stat st;
    if (lstat(folder, &st) != 0)
        return false;
    error_set(err, ERR_USAGE, "%s: is there already; nothing is written over", folder);
    return true;
}

/* Not over anything, also when it has come meanwhile. */
static bool move(const char *from, const char *to, struct error *err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    bool unknown = errno == EINVAL || errno == ENOSYS; /* a file system without that flag */
    if (unknown && !is_taken(to, err) && rename(from, to) == 0)
        return true;
    if (errno == EEXIST)
        return !is_taken(to, err) && error_set(err, ERR_USAGE, "%s: is there already", to);
    return error_set(err, ERR_OUTPUT, "%s: %s", to, strerror(errno));
}

static bool make(struct context *context, const char *name, const char *folder, struct error *err)
{
    const char *parent = dirname(arena_strdup(context->arena, folder));
    char *place = arena_printf(context->arena, "%s/.matbench-new-XXXXXX", parent);
    if (is_taken(folder, err))
        return false;
    if (!mkdtemp(place))
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERR_USAGE : ERR_OUTPUT, "%s: %s", parent,
                         errno == ENOENT ? "no such folder" : strerror(errno));
    bool ok = write_files(place, name, folder, err) && move(place, folder, err);
    if (!ok)
        remove_files(context->arena, place);
    return ok;
}

int new_step(struct context *context, const char *name, const char *folder)
{
    struct error err = {0};
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    folder = arena_strndup(context->arena, folder, n);
    if (!is_name(name))
        error_set(&err, ERR_USAGE, "new: '%s': expected a name that begins with a letter, of at most %d letters, digits, _ and -", name,
                  (int)NAME_LEN_MAX);
    if (!is_path(folder))
        error_set(&err, ERR_USAGE, "new: '%s': expected the path of a folder, without control characters", folder);
    if (err.kind || !make(context, name, folder, &err))
        return context_fail(context, &err);
    fprintf(context->out, "%s is a workload with an example. Next:\n\n  matbench check %s %s/example\n\nand then change %s/workload.yaml\n", folder,
            folder, folder, folder);
    return 0;
}
