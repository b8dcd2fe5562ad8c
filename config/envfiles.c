#include "config/envfiles.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/root.h"
#include "config/repr.h"
#include "config/yaml.h"
#include "json/read.h"

enum { ENV_FILE_MAX = 1 << 20 };

struct loading {
    struct arena *arena; /* for what stays */
    struct arena *own;   /* for what a file is read into: overwritten behind it */
    struct variables *variables;
    struct envfile_warnings *warnings;
    const char *file;
    size_t begun; /* the variables before this file's */
};

static void warn(struct loading *loading, const char *what)
{
    *LIST_ADD(loading->arena, loading->warnings) = arena_printf(loading->arena, "%s: %s", loading->file, what);
}

static void warn_broken(struct loading *loading, const struct error *err)
{
    *LIST_ADD(loading->arena, loading->warnings) = arena_printf(loading->arena, "%s; the file is ignored", err->text);
}

/* A file that says a key twice means one of them: people are told which. */
static void warn_repeated(struct loading *loading, const char *name)
{
    for (size_t i = loading->begun; i < loading->variables->n; i++) {
        if (strcmp(loading->variables->v[i].name, name) == 0) {
            warn(loading, arena_printf(loading->arena, "'%s' is given twice: the last counts", name));
            return;
        }
    }
}

bool variables_is_secret(const char *name)
{
    static const char *const parts[] = {"PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY"};
    static const char *const endings[] = {"_FILE", "_ID", "_DIR", "_PATH"}; /* where it is, or whose */
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcasecmp(name + len - n, endings[i]) == 0)
            return false;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcasestr(name, parts[i]))
            return true;
    return false;
}

static void add(struct loading *loading, const char *name, const char *value, const char *source)
{
    struct variable variable = {.name = name, .source = source};
    if (variables_is_secret(name))
        variable = (struct variable){name, "", source, secret_new(loading->arena, value, strlen(value))};
    else
        variable.value = arena_strdup(loading->arena, value);
    *LIST_ADD(loading->arena, loading->variables) = variable;
}

/* KEY=VALUE lines; `export `, blank lines, comments, blanks around names and values, and quotes around a value are
 * understood. */
static void load_lines(struct loading *loading, const char *bytes, size_t len)
{
    if (strlen(bytes) != len)
        warn(loading, "it has a NUL byte: what follows is ignored");
    size_t number = 0;
    for (const char *line = bytes; *line;) {
        number++;
        size_t n = strcspn(line, "\n");
        const char *start = line + strspn(line, " \t");
        if (strncmp(start, "export ", 7) == 0)
            start += 7;
        const char *equals = memchr(start, '=', (size_t)(line + n - start) * (start < line + n));
        const char *end = line + n;
        while (end > start && isspace((unsigned char)end[-1]))
            end--;
        if (equals && start[0] != '#') {
            const char *value = equals + 1, *name_end = equals;
            while (value < end && isspace((unsigned char)*value))
                value++;
            while (name_end > start && isspace((unsigned char)name_end[-1]))
                name_end--;
            bool quoted = end - value >= 2 && (*value == '"' || *value == '\'') && end[-1] == *value;
            const char *name = arena_strndup(loading->arena, start, (size_t)(name_end - start));
            warn_repeated(loading, name);
            add(loading, name, arena_strndup(loading->own, value + quoted, (size_t)(end - value) - 2 * quoted), loading->file);
        } else if (start < end && start[0] != '#') {
            warn(loading, arena_printf(loading->arena, "a line without '=' is ignored (line %zu)", number));
        }
        line += n + (line[n] == '\n');
    }
}

static const char *option_variable(struct arena *arena, const char *key)
{
    char *name = strncmp(key, "MATBENCH_", 9) == 0 ? arena_strdup(arena, key) : arena_printf(arena, "MATBENCH_%s", key);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return name;
}

static void add_member(struct loading *loading, const char *key, const char *text)
{
    add(loading, option_variable(loading->arena, key), text, loading->file);
}

/* Strictly; what is refused so, as a key given twice, goes as PyYAML has it, with a warning. NULL: broken for both. */
static struct node *read_yaml(struct loading *loading, const char *bytes, size_t len)
{
    struct error err = {0}, ignored = {0};
    struct yaml_findings found = {0};
    struct node *node = yaml_parse(loading->own, bytes, len, loading->file, &err);
    if (node)
        return node;
    node = yaml_parse_artifact(loading->own, bytes, len, loading->file, &found, &ignored);
    if (!node)
        warn_broken(loading, &err);
    else if (found.repeated_keys)
        warn(loading, arena_printf(loading->arena, "keys given twice, of which the last counts: %zu, first in line %d",
                                   found.repeated_keys, found.first_line));
    return node;
}

static void add_node(struct loading *loading, const struct node *key, const struct node *value)
{
    const char *text = value->kind == NODE_BOOL ? (value->boolean ? "true" : "false") : value->string;
    if (key->kind != NODE_STRING)
        warn(loading, arena_printf(loading->arena, "line %d: ignored: expected the name of an option", key->line));
    else if (value->kind == NODE_LIST || value->kind == NODE_MAP)
        warn(loading, arena_printf(loading->arena, "'%s' is ignored: expected a plain value", key->string));
    else if (value->kind != NODE_NULL)
        add_member(loading, key->string, text);
}

static void load_yaml(struct loading *loading, const char *bytes, size_t len)
{
    struct node *node = read_yaml(loading, bytes, len);
    if (!node)
        return;
    if (node->kind != NODE_MAP) {
        warn(loading, node->kind == NODE_NULL ? "empty, and ignored" : "ignored: expected a map of options");
        return;
    }
    for (size_t i = 0; i < node->n; i++)
        add_node(loading, node->keys[i], node->items[i]);
}

static const char *real_text(struct arena *arena, double value)
{
    char text[REPR_REAL_MAX];
    repr_real(value, text);
    return arena_strdup(arena, text);
}

static const char *scalar_text(struct arena *arena, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING: return arena_strdup(arena, json_string_value(value));
    case JSON_INTEGER: return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL: return real_text(arena, json_real_value(value));
    case JSON_TRUE: return "true";
    case JSON_FALSE: return "false";
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return NULL;
}

static void load_json(struct loading *loading, const char *bytes, size_t len)
{
    struct error err = {0};
    struct json_repairs repairs = {0};
    json_t *document = json_read(bytes, len, &(struct json_read_options){.file = loading->file, .repairs = &repairs}, &err);
    if (!document) {
        warn_broken(loading, &err);
        return;
    }
    if (repairs.repeated_keys)
        warn(loading, arena_printf(loading->arena, "keys given twice, of which the last counts: %zu", repairs.repeated_keys));
    if (!json_is_object(document))
        warn(loading, "ignored: expected an object of options");
    const char *key;
    json_t *value;
    json_object_foreach(document, key, value) {
        const char *text = scalar_text(loading->own, value);
        if (text)
            add_member(loading, arena_strdup(loading->arena, key), text);
        else if (!json_is_null(value))
            warn(loading, arena_printf(loading->arena, "'%s' is ignored: expected a plain value", key));
    }
    json_decref(document);
}

static const struct {
    const char *name;
    void (*load)(struct loading *loading, const char *bytes, size_t len);
} files[] = {
    {".env", load_lines},
    {".env.generated", load_lines},
    {".env.yaml", load_yaml},
    {".env.json", load_json},
    {".env.generated.json", load_json},
    {".env.generated.yaml", load_yaml},
};

/* The Python tool's callers write these files with the rights that the umask leaves: so no refusal, as for a credentials file. */
static void warn_readable(struct loading *loading, const struct stat *st)
{
    if (!(st->st_mode & (S_IRWXG | S_IRWXO)))
        return;
    for (size_t i = loading->begun; i < loading->variables->n; i++) {
        if (!loading->variables->v[i].secret)
            continue;
        warn(loading, arena_printf(loading->arena, "others may read it (mode %04o), and it holds %s; `chmod 600 %s` makes it its owner's only",
                                   (unsigned)(st->st_mode & 07777), loading->variables->v[i].name, loading->file));
        return;
    }
}

static void load_file(struct loading *loading, const struct root *root, size_t which)
{
    const char *bytes;
    size_t len;
    struct error err = {0};
    struct stat st;
    loading->file = files[which].name;
    loading->begun = loading->variables->n;
    enum root_found found = root_read_seen(root, loading->file, ENV_FILE_MAX, loading->own, &bytes, &len, &st, &err);
    if (found == ROOT_REFUSED)
        warn_broken(loading, &err);
    if (found == ROOT_FOUND && len == 0)
        warn(loading, "empty, and ignored");
    if (found == ROOT_FOUND && len > 0)
        files[which].load(loading, bytes, len);
    if (found == ROOT_FOUND)
        warn_readable(loading, &st);
    arena_wipe(loading->own);
}

/* Those that other programs know by these names. */
static bool is_wanted(const char *name, size_t n)
{
    static const char *const foreign[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (strlen(foreign[i]) == n && strncmp(name, foreign[i], n) == 0)
            return true;
    return n > 9 && strncmp(name, "MATBENCH_", 9) == 0;
}

struct variables envfiles_load(struct arena *arena, const char *directory, const char *const *environment,
                               struct envfile_warnings *warnings)
{
    struct variables variables = {0};
    struct arena own = {0};
    struct loading loading = {.arena = arena, .own = &own, .variables = &variables, .warnings = warnings};
    struct error err = {0};
    static const char *const anywhere[] = {"/", NULL}; /* our own files may be links to anywhere */
    struct root *root = root_open(directory, anywhere, &err);
    secret_reading(true);
    for (size_t i = 0; root && i < sizeof(files) / sizeof(files[0]); i++)
        load_file(&loading, root, i);
    secret_reading(false);
    root_close(root);
    for (; environment && *environment; environment++) {
        size_t n = strcspn(*environment, "=");
        if ((*environment)[n] == '=' && is_wanted(*environment, n))
            add(&loading, arena_strndup(arena, *environment, n), *environment + n + 1, "environment");
    }
    return variables;
}

void envfiles_forget(char *const *environment)
{
    struct arena arena = {0};
    for (; environment && *environment; environment++) {
        char *value = *environment + strcspn(*environment, "=");
        const char *name = arena_strndup(&arena, *environment, (size_t)(value - *environment));
        if (*value == '=' && variables_is_secret(name))
            secret_cleanse(value + 1, strlen(value + 1));
    }
    arena_close(&arena);
}

const struct variable *variables_find(const struct variables *variables, const char *name)
{
    for (size_t i = variables->n; i-- > 0;)
        if (strcmp(variables->v[i].name, name) == 0 && (variables->v[i].value[0] || variables->v[i].secret))
            return &variables->v[i];
    return NULL;
}

const char *variables_get(const struct variables *variables, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < variables->n; i++)
        if (strcmp(variables->v[i].name, name) == 0)
            value = variables->v[i].value;
    return value;
}
