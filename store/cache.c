#include "store/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/replace.h"
#include "store/cache_check.h"
#include "store/packed.h"
#include "store/parsing.h"

struct cache {
    bool ignore;
    struct packed *packed;
};

struct cache *cache_open(bool ignore)
{
    struct cache *cache = memory_need(calloc(1, sizeof(*cache)));
    cache->ignore = ignore;
    cache->packed = packed_open();
    return cache;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    packed_close(cache->packed);
    free(cache);
}

size_t cache_parsers(const struct parsing *parsing)
{
    const struct workload *workload = parsing->options->workload;
    size_t n = 0;
    while (n < workload->parse_once_n && workload->parse_once[n].kind != &parser_env)
        n++;
    return n;
}

/* ---- a cache without its artifacts ---- */

/* Whether the test's directory or one above it says where the results came from. */
static bool has_source_url(const struct parsing *parsing)
{
    char *directory = arena_strdup(parsing->arena, parsing->test->relative);
    bool top = strcmp(directory, ".") == 0;
    for (;;) {
        const char *path = top ? "source_url" : arena_printf(parsing->arena, "%s/source_url", directory);
        if (root_kind(parsing->options->root, path) == S_IFREG)
            return true;
        if (top)
            return false;
        char *slash = strrchr(directory, '/');
        top = slash == NULL;
        if (slash)
            *slash = '\0';
    }
}

static void take_dirs(struct parsing *parsing, const struct cache_content *content)
{
    for (size_t i = 0; i < content->dirs_n; i++) {
        const struct cached_paths *then = &content->dirs[i];
        parsing->dirs[i].all = then->v;
        parsing->dirs[i].path = then->n ? then->v[then->n - 1] : NULL;
    }
}

/* ---- taking ---- */

/* The values, or NULL when one of them is no value. */
static json_t *unpack_values(const struct parsing *parsing, const struct cache_content *content)
{
    json_t *values = json_object();
    for (size_t i = 0; i < content->values_n; i++) {
        json_t *value = packed_value(parsing->options->cache->packed, content->values[i].bytes, content->values[i].len);
        if (!value) {
            json_decref(values);
            return NULL;
        }
        json_object_set_new(values, content->values[i].name, value);
    }
    return values;
}

/* As if the kept parsers had run. */
static void restore(struct parsing *parsing, const struct cache_content *content, json_t *values)
{
    struct arena *arena = parsing->arena;
    parsing->kept_values = values;
    parsing->broken = content->broken;
    parsing->findings = content->findings;
    for (size_t i = 0; i < content->values_n; i++)
        *LIST_ADD(arena, &parsing->provenance) = (struct provenance){
            .name = content->values[i].name, .files = content->values[i].files.v, .files_n = content->values[i].files.n};
    for (size_t i = 0; i < content->faults_n; i++)
        *LIST_ADD(arena, &parsing->faults) =
            (struct fault){content->faults[i].file, content->faults[i].absent ? FAULT_ABSENT : FAULT_BROKEN};
    for (size_t i = 0; i < content->unlisted.n; i++)
        touched_add(arena, &parsing->unlisted, content->unlisted.v[i]);
    for (size_t i = 0; i < content->seen_n; i++) {
        if (content->seen[i].kind == OBSERVED_READ)
            artifact_add_read(parsing, content->seen[i].path, (size_t)content->seen[i].size);
    }
}

/* The names of the values are those of the workload: it has the same digest, so only a made-up cache has others. */
static bool is_of_workload(const struct parsing *parsing, const struct cache_content *content)
{
    const struct workload *workload = parsing->options->workload;
    bool same = content->dirs_n == workload->artifact_dirs_n && content->values_n == cache_parsers(parsing);
    for (size_t i = 0; same && i < content->values_n; i++)
        same = strcmp(content->values[i].name, workload->parse_once[i].name) == 0;
    return same;
}

static bool pass_over(struct parsing *parsing, bool odd, const char *why)
{
    parsing->cache.passed_over = why;
    parsing->cache.odd = odd;
    return false;
}

static bool write_content(struct parsing *parsing, const struct cache_content *content);

/* A cache of the right format is there. */
static bool use(struct parsing *parsing, struct cache_content *content)
{
    unsigned char workload[DIGEST_SIZE];
    cache_workload_key(parsing->options->workload, workload);
    if (memcmp(workload, content->key.workload, DIGEST_SIZE) != 0)
        return pass_over(parsing, false, "the workload has changed");
    if (!is_of_workload(parsing, content))
        return pass_over(parsing, true, "it is not what this workload gives");
    struct cache_verdict verdict = cache_check(parsing, content);
    bool alone = verdict.changed && verdict.files && !verdict.files_left && has_source_url(parsing);
    if (verdict.changed && !alone)
        return pass_over(parsing, false, verdict.changed);
    json_t *values = unpack_values(parsing, content);
    if (!values)
        return pass_over(parsing, true, "its values make no sense");
    restore(parsing, content, values);
    parsing->cache.use = alone ? CACHE_ALONE : CACHE_USED;
    if (alone) {
        take_dirs(parsing, content);
        findings_add(parsing->arena, &parsing->findings, FINDING_NOTE, "from cache only: there is a source_url, and none of its artifacts");
    } else if (verdict.digested) {
        content->started = parsing->recording.started;
        write_content(parsing, content);
    }
    return true;
}

/* The bytes of the cache file, or NULL; *why is set when there is something that is no cache. */
static const char *read_file(struct parsing *parsing, size_t *len, const char **why)
{
    int fd = openat(parsing->folder, CACHE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    *why = NULL;
    if (fd < 0) {
        *why = errno == ENOENT ? NULL : errno == ELOOP ? "it is a symbolic link" : "it cannot be read";
        return NULL;
    }
    char *bytes = NULL;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        *why = "it is no regular file";
    else if (st.st_size > CACHE_FILE_MAX)
        *why = "it is larger than 64 MB";
    else
        bytes = arena_alloc(parsing->arena, (size_t)st.st_size + 1);
    *len = 0;
    while (bytes && *len < (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + *len, (size_t)st.st_size - *len);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            break; /* cut: its digest will tell */
        *len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return bytes;
}

bool cache_take(struct parsing *parsing)
{
    static const struct {
        const char *why;
        bool odd;
    } faults[] = {[CACHE_FOREIGN] = {"it is not one of matbench", true},
                  [CACHE_FORMATTED] = {"another version of matbench wrote it", false},
                  [CACHE_TORN] = {"it is damaged: its digest does not fit", true},
                  [CACHE_BROKEN] = {"its content makes no sense", true}};
    if (!parsing->options->cache || !cache_parsers(parsing))
        return false;
    parsing->folder = root_folder(parsing->options->root, parsing->test->relative);
    if (parsing->folder < 0)
        return false;
    recording_start(&parsing->recording);
    if (parsing->options->cache->ignore)
        return false;
    size_t len;
    const char *why, *bytes = read_file(parsing, &len, &why);
    if (!bytes)
        return why ? pass_over(parsing, true, why) : false;
    struct cache_content content;
    enum cache_fault fault = cache_file_read(parsing->arena, bytes, len, &content);
    if (fault)
        return pass_over(parsing, faults[fault].odd, faults[fault].why);
    if (!use(parsing, &content))
        return false;
    parsing->recording.on = false;
    return true;
}

/* ---- keeping ---- */

static bool write_content(struct parsing *parsing, const struct cache_content *content)
{
    struct text out = text_open(CACHE_FILE_MAX);
    struct cache_report *report = &parsing->cache;
    int reason = 0;
    if (!cache_file_write(&out, content))
        report->unkept = "its values are too large";
    else
        reason = replace_file(parsing->folder, CACHE_NAME, CACHE_TEMPORARY, out.s, out.len);
    text_close(&out);
    if (reason) {
        report->unkept = reason == EBUSY ? "another process writes it" : arena_strdup(parsing->arena, strerror(reason));
        report->unwritable = reason == EACCES || reason == EPERM || reason == EROFS || reason == ENOSPC || reason == EDQUOT;
    }
    return !report->unkept;
}

static void gather_dirs(struct parsing *parsing, struct cache_content *content)
{
    content->dirs_n = parsing->options->workload->artifact_dirs_n;
    content->dirs = ARENA_ARRAY(parsing->arena, struct cached_paths, content->dirs_n);
    for (size_t i = 0; i < content->dirs_n; i++) {
        size_t n = 0;
        while (parsing->dirs[i].all[n])
            n++;
        content->dirs[i] = (struct cached_paths){parsing->dirs[i].all, n};
    }
}

static void gather_values(struct parsing *parsing, struct cache_content *content)
{
    content->values_n = parsing->provenance.n;
    content->values = ARENA_ARRAY(parsing->arena, struct cached_value, content->values_n);
    for (size_t i = 0; i < content->values_n; i++) {
        const struct provenance *known = &parsing->provenance.v[i];
        json_t *value = json_object_get(parsing->values, known->name);
        const struct text *bytes = packed_frozen(parsing->options->cache->packed, value);
        content->values[i] = (struct cached_value){.name = known->name, .files = {known->files, known->files_n}, .value = value};
        if (bytes)
            content->values[i] = (struct cached_value){.name = known->name, .files = {known->files, known->files_n},
                                                       .bytes = (const unsigned char *)bytes->s, .len = bytes->len};
    }
}

static void gather_faults(struct parsing *parsing, struct cache_content *content)
{
    content->faults_n = parsing->faults.n;
    content->faults = ARENA_ARRAY(parsing->arena, struct cached_fault, content->faults_n);
    for (size_t i = 0; i < content->faults_n; i++)
        content->faults[i] =
            (struct cached_fault){parsing->faults.v[i].file, strcmp(parsing->faults.v[i].what, FAULT_ABSENT) == 0};
}

static bool has_read(const struct recording *recording)
{
    for (size_t i = 0; i < recording->seen.n; i++)
        if (recording->seen.v[i].kind == OBSERVED_READ)
            return true;
    return false;
}

static void keep(struct parsing *parsing)
{
    struct recording *recording = &parsing->recording;
    uint64_t state;
    if (parsing->sandbox && parsing->options->workload->lua_n &&
        (!sandbox_state(parsing->sandbox, &state) || state != recording->state))
        recording_refuse(recording, "its Lua functions change local variables or tables of their files");
    if (!has_read(recording))
        recording_refuse(recording, "it has none of the artifacts that are parsed");
    recording->on = false;
    parsing->cache.unkept = recording->unkept;
    if (recording->unkept)
        return;
    struct cache_content content = {.started = recording->started, .broken = parsing->broken, .seen = recording->seen.v,
                                    .seen_n = recording->seen.n, .findings = parsing->findings,
                                    .unlisted = {parsing->unlisted.v, parsing->unlisted.n}};
    cache_make_key(parsing, recording->used, &content.key);
    gather_dirs(parsing, &content);
    gather_values(parsing, &content);
    gather_faults(parsing, &content);
    write_content(parsing, &content);
}

void cache_keep(struct parsing *parsing)
{
    if (parsing->folder < 0)
        return;
    if (parsing->recording.on)
        keep(parsing);
    close(parsing->folder);
    parsing->folder = -1;
}

/* ---- cleaning ---- */

static bool is_ours(int folder)
{
    char head[8];
    int fd = openat(folder, CACHE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, head, sizeof(head)) : -1;
    if (fd >= 0)
        close(fd);
    return n >= 0 && cache_file_is_ours(head, (size_t)n);
}

static bool is_regular(int folder, const char *name)
{
    struct stat st;
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

void cache_clean(const struct root *root, const char *relative, bool run, cache_found *found, void *context)
{
    const char *below = strcmp(relative, ".") == 0 ? "" : relative, *slash = below[0] ? "/" : "";
    int folder = root_folder(root, relative);
    struct arena arena = {0};
    if (folder >= 0 && is_ours(folder))
        found(context, arena_printf(&arena, "%s%s%s", below, slash, CACHE_NAME),
              run && unlinkat(folder, CACHE_NAME, 0) != 0 ? errno : 0);
    if (folder >= 0 && is_regular(folder, CACHE_TEMPORARY))
        found(context, arena_printf(&arena, "%s%s%s", below, slash, CACHE_TEMPORARY),
              run ? replace_clean(folder, CACHE_TEMPORARY) : 0);
    if (folder >= 0)
        close(folder);
    arena_close(&arena);
}
