#include "step/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/yaml.h"
#include "json/read.h"

enum { SIZE_MAX_BYTES = 1 << 30, BLOCK = 1 << 16 };

static enum instance_kind kind_of(const char *path)
{
    static const struct {
        const char *ending;
        enum instance_kind kind;
    } kinds[] = {{".yaml", INSTANCE_YAML}, {".yml", INSTANCE_YAML}, {".jsonl", INSTANCE_LINES}, {".ndjson", INSTANCE_LINES}};
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = strlen(kinds[i].ending);
        if (len > n && strcmp(path + len - n, kinds[i].ending) == 0)
            return kinds[i].kind;
    }
    return INSTANCE_JSON;
}

static bool read_all(struct instance *instance, int fd, size_t expected, struct error *err)
{
    struct pos at = {.file = instance->name};
    for (;;) {
        char *room = text_room(&instance->bytes, expected ? expected + 1 : BLOCK);
        if (!room)
            return error_at(err, ERR_ARTIFACT, at, "larger than %d MB", SIZE_MAX_BYTES >> 20);
        ssize_t n = read(fd, room, expected ? expected + 1 : BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_at(err, ERR_ARTIFACT, at, "%s", strerror(errno));
        if (n == 0)
            return true;
        instance->bytes.len += (size_t)n;
        expected = expected > (size_t)n ? expected - (size_t)n : 0;
    }
}

bool instance_open(struct instance *instance, const char *path, struct error *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    struct pos at = {.file = name};
    struct stat st;
    *instance = (struct instance){.name = name, .kind = standard ? INSTANCE_JSON : kind_of(path),
                                  .bytes = text_open(SIZE_MAX_BYTES)};
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        error_at(err, ERR_ARTIFACT, at, "%s", strerror(errno));
        return false;
    }
    bool ok = !S_ISDIR(st.st_mode) || error_at(err, ERR_ARTIFACT, at, "a directory; expected a file");
    size_t expected = S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < SIZE_MAX_BYTES ? (size_t)st.st_size : 0;
    ok = ok && read_all(instance, fd, expected, err);
    if (!standard)
        close(fd);
    return ok;
}

void instance_open_bytes(struct instance *instance, const char *name, const char *bytes, size_t len)
{
    *instance = (struct instance){.name = name, .kind = kind_of(name), .bytes = text_open(SIZE_MAX_BYTES)};
    text_addn(&instance->bytes, bytes, len);
}

void instance_close(struct instance *instance)
{
    json_decref(instance->json);
    instance->json = NULL;
    text_close(&instance->bytes);
}

/* Lines are counted from the file's first one: errors of the reader count from the value's. */
static bool move_line(const struct instance *instance, const struct error *from, struct error *err)
{
    const char *rest = from->text + strlen(instance->name);
    int line, used = 0;
    char *end;
    if (instance->line <= 1 || strncmp(from->text, instance->name, strlen(instance->name)) != 0 || *rest != ':')
        return error_set(err, from->kind, "%s", from->text);
    line = (int)strtol(rest + 1, &end, 10);
    used = (int)(end - rest);
    return error_set(err, from->kind, "%s:%d%s", instance->name, line + instance->line - 1, rest + used);
}

static bool read_json(struct instance *instance, struct error *err)
{
    struct json_repairs repairs = {0};
    struct error own = {0};
    struct json_read_options options = {.file = instance->name, .repairs = &repairs};
    instance->json = json_read(instance->start, instance->len, &options, &own);
    if (instance->json && (repairs.non_finite || repairs.repeated_keys)) {
        json_decref(instance->json);
        options = (struct json_read_options){.file = instance->name, .strict = true};
        instance->json = json_read(instance->start, instance->len, &options, &own); /* says where */
    }
    instance->big_integers |= repairs.big_integers > 0;
    instance->odd_characters |= repairs.nul || repairs.surrogates;
    return instance->json || move_line(instance, &own, err);
}

static bool read_yaml(struct instance *instance, struct arena *arena, struct error *err)
{
    struct yaml_findings findings = {0};
    size_t non_finite = 0;
    instance->yaml = yaml_parse_artifact(arena, instance->start, instance->len, instance->name, &findings, err);
    if (!instance->yaml)
        return false;
    struct pos at = {.file = instance->name, .line = findings.first_line, .col = findings.first_col};
    if (findings.repeated_keys)
        return error_at(err, ERR_ARTIFACT, at, "a key that stands in its map twice");
    json_t *shared = node_json(instance->yaml, &non_finite);
    at.line = at.col = 0;
    if (!non_finite)
        instance->json = json_deep_copy(shared); /* an alias is a value of its own */
    json_decref(shared);
    instance->big_integers |= findings.big_integers > 0;
    return instance->json || error_at(err, ERR_ARTIFACT, at, "a number that is not finite, which JSON cannot say");
}

/* The next line that is not blank. */
static bool next_line(struct instance *instance)
{
    while (instance->next < instance->bytes.len) {
        instance->start = instance->bytes.s + instance->next;
        size_t left = instance->bytes.len - instance->next;
        const char *end = memchr(instance->start, '\n', left);
        instance->len = end ? (size_t)(end - instance->start) : left;
        instance->next += instance->len + 1;
        instance->line++;
        if (strspn(instance->start, " \t\r") < instance->len)
            return true;
    }
    return false;
}

bool instance_next(struct instance *instance, struct arena *arena, struct error *err)
{
    json_decref(instance->json);
    instance->json = NULL;
    if (instance->kind == INSTANCE_LINES)
        return next_line(instance) && read_json(instance, err);
    if (instance->line)
        return false;
    instance->line = 1;
    instance->start = instance->bytes.s;
    instance->len = instance->bytes.len;
    return instance->kind == INSTANCE_YAML ? read_yaml(instance, arena, err) : read_json(instance, err);
}

/* --- places --- */

/* The part of a YAML node that the token means; at a map's key. */
static const struct node *part_of(const struct node *node, const char *token, size_t len, const struct node **key)
{
    *key = NULL;
    if (node->kind == NODE_LIST) {
        size_t index = (size_t)strtoul(token, NULL, 10);
        return index < node->n ? node->items[index] : NULL;
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++) {
        const char *name = node->keys[i]->string ? node->keys[i]->string : "", *p = token;
        const char *end = token + len;
        for (; *name && p < end; name++) {
            char c = *p++;
            if (c == '~' && p < end)
                c = *p++ == '1' ? '/' : '~';
            if (c != *name)
                break;
        }
        if (*name || p < end)
            continue;
        *key = node->keys[i];
        return node->items[i];
    }
    return NULL;
}

static void locate_yaml(const struct node *node, struct json_spot *spot)
{
    const struct node *key = NULL;
    const char *p = spot->pointer;
    for (; node && *p == '/';) {
        size_t len = strcspn(p + 1, "/");
        node = part_of(node, p + 1, len, &key);
        p += len + 1;
    }
    if (!node)
        return;
    spot->line = node->line;
    spot->col = node->col;
}

void instance_locate(const struct instance *instance, struct json_spot *spots, size_t n)
{
    if (instance->kind != INSTANCE_YAML) {
        json_locate(instance->start, instance->len, spots, n);
        for (size_t i = 0; i < n && instance->line > 1; i++)
            spots[i].line += spots[i].line ? instance->line - 1 : 0;
        return;
    }
    for (size_t i = 0; i < n; i++)
        locate_yaml(instance->yaml, &spots[i]);
}
