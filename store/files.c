#include "store/files.h"

#include <string.h>

static bool is_wild(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\\')
            i++;
        else if (strchr("*?[", text[i]))
            return true;
    return false;
}

/* A name as a pattern that stands for nothing else. */
static const char *escaped(struct arena *arena, const char *name)
{
    char *out = arena_alloc(arena, 2 * strlen(name) + 1), *p = out;
    for (; *name; name++) {
        if (strchr("*?[]\\", *name))
            *p++ = '\\';
        *p++ = *name;
    }
    return out;
}

/* "${STATE}/logs/x.log" with the directory that STATE is; NULL: it is none. */
static bool expand(struct parsing *parsing, const char *pattern, const char **out, struct error *err)
{
    const char *open = strstr(pattern, "${"), *close = open ? strchr(open, '}') : NULL, *dir;
    if (!parsing_resolve(parsing, pattern, out, err))
        return false;
    if (!*out || !close)
        return true;
    if (!parsing_resolve(parsing, arena_strndup(parsing->arena, open, (size_t)(close + 1 - open)), &dir, err))
        return false;
    *out = arena_printf(parsing->arena, "%.*s%s%s", (int)(open - pattern), pattern, escaped(parsing->arena, dir), close + 1);
    return true;
}

/* How many bytes of the matches stand in the pattern as they are: the directories before the first wild part. */
static size_t common_part(const char *pattern)
{
    size_t n = 0, bytes = 0;
    for (const char *part = pattern;; part += n + 1) {
        n = strcspn(part, "/");
        if (!part[n] || is_wild(part, n))
            return bytes;
        for (size_t i = 0; i <= n; i++)
            bytes += part[i] != '\\';
    }
}

static struct root_names match(struct parsing *parsing, const char *pattern)
{
    const char *relative = parsing->test->relative;
    return root_glob(parsing->options->root, strcmp(relative, ".") == 0 ? "" : relative, pattern, parsing->arena);
}

static const char *below_test(const struct parsing *parsing, const char *path)
{
    const char *relative = parsing->test->relative;
    return strcmp(relative, ".") == 0 ? path : path + strlen(relative) + 1;
}

static void digest_names(const struct parsing *parsing, const struct root_names *names, struct digest *digest, unsigned char out[DIGEST_SIZE])
{
    for (size_t i = 0; i < names->n; i++)
        digest_add(digest, below_test(parsing, names->v[i]), strlen(below_test(parsing, names->v[i])) + 1);
    digest_end(digest, out);
}

void files_digest(struct parsing *parsing, const char *pattern, struct digest *digest, unsigned char out[DIGEST_SIZE])
{
    struct root_names names = match(parsing, pattern);
    digest_names(parsing, &names, digest, out);
}

static void record(struct parsing *parsing, const char *pattern, const struct root_names *names)
{
    unsigned char out[DIGEST_SIZE];
    if (!parsing->recording.on)
        return;
    struct digest *digest = digest_open();
    digest_names(parsing, names, digest, out);
    digest_close(digest);
    recording_add_glob(parsing->arena, &parsing->recording, pattern, out);
}

bool files_match(struct parsing *parsing, const char *pattern, bool wanted, struct files *files, struct error *err)
{
    const char *expanded;
    *files = (struct files){0};
    if (!expand(parsing, pattern, &expanded, err))
        return false;
    struct root_names names = {0};
    if (expanded) {
        names = match(parsing, expanded);
        record(parsing, expanded, &names);
        files->common = common_part(expanded);
    }
    if (names.over || names.n > FILES_MAX)
        return error_set(err, ERR_ARTIFACT, "%s: more than %d files match", pattern, (int)FILES_MAX);
    const char **v = ARENA_ARRAY(parsing->arena, const char *, names.n + 1);
    for (size_t i = 0; i < names.n; i++) {
        mode_t kind = root_kind(parsing->options->root, names.v[i]);
        if (kind == S_IFREG || kind == 0) /* 0: a link that leaves the root: kept, so that reading it is refused loudly */
            v[files->n++] = below_test(parsing, names.v[i]);
    }
    files->v = v;
    if (!files->n && wanted && parsing_add_fault(parsing, pattern, FAULT_ABSENT))
        parsing_note(parsing, FINDING_LACK, pattern, expanded ? "no file matches" : "not found: its directory is not there");
    if (!files->n && wanted)
        parsing_add_provenance(parsing, pattern);
    return true;
}

/* ---- a parser for each of them ---- */

static bool join(json_t **all, json_t *one, struct error *err)
{
    const char *name;
    json_t *member;
    if (!*all || json_is_null(one)) {
        *all = *all ? *all : json_is_null(one) ? NULL : json_deep_copy(one);
        return true;
    }
    if (json_is_array(*all) && json_is_array(one)) {
        json_array_extend(*all, one);
        return true;
    }
    if (json_is_integer(*all) && json_is_integer(one)) {
        json_integer_set(*all, json_integer_value(*all) + json_integer_value(one));
        return true;
    }
    if (json_is_number(*all) && json_is_number(one)) {
        double sum = json_number_value(*all) + json_number_value(one);
        json_decref(*all);
        *all = json_real(sum);
        return *all != NULL || error_set(err, ERR_ARTIFACT, "join: the sum is beyond the range of a double");
    }
    if (!json_is_object(*all) || !json_is_object(one))
        return error_set(err, ERR_ARTIFACT, "join: expected lists, numbers or objects of these from each file");
    json_object_foreach(one, name, member) {
        json_t *known = json_incref(json_object_get(*all, name));
        bool ok = join(&known, member, err);
        if (!ok) {
            json_decref(known);
            return false;
        }
        json_object_set_new_nocheck(*all, name, known ? known : json_null());
    }
    return true;
}

/* The value of one file goes into what there is of the others. */
static bool add_value(json_t **all, bool joined, const char *name, json_t *value, struct error *err)
{
    if (joined)
        return join(all, value, err);
    size_t bad = 0;
    json_t *key = parsing_clean(name, strlen(name), &bad);
    json_object_set_nocheck(*all, json_string_value(key), value);
    json_decref(key);
    return true;
}

static json_t *parse_one(struct parsing *parsing, const struct parser *parser, const char *name, struct error *err)
{
    struct parser one = *parser;
    one.arguments[0] = (struct argument){.given = true, .text = name, .at = parser->arguments[0].at};
    json_t *value = parser->kind->parse(parsing, &one, err);
    return value ? value : json_null();
}

json_t *files_parse(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *first = &parser->arguments[0];
    struct files files;
    if (!files_match(parsing, first->text, true, &files, err) || !files.n)
        return NULL;
    json_t *all = first->join ? NULL : memory_need(json_object());
    for (size_t i = 0; i < files.n && !err->kind; i++) {
        if (strstr(files.v[i], "${")) {
            parsing_note(parsing, FINDING_WARNING, files.v[i], "left out: its name holds ${");
            continue;
        }
        json_t *value = parse_one(parsing, parser, files.v[i], err);
        if (!err->kind)
            add_value(&all, first->join, files.v[i] + files.common, value, err);
        json_decref(value);
    }
    return all;
}
