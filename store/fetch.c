#include "store/fetch.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 18, SCHEME_MAX = 20 };

/* ---- urls ---- */

/* Length of "https" in "https:…"; 0 when the text has no scheme. */
static size_t scheme_length(const char *text)
{
    size_t n = 0;
    if (!isalpha((unsigned char)text[0]))
        return 0;
    while (isalnum((unsigned char)text[n]) || (text[n] && strchr("+.-", text[n])))
        n++;
    return text[n] == ':' ? n : 0;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool decode(struct arena *arena, const char *text, const char **out, struct error *err)
{
    char *to = arena_alloc(arena, strlen(text) + 1);
    *out = to;
    for (; *text; text++) {
        int high = *text == '%' ? hex_digit(text[1]) : -1, low = high >= 0 ? hex_digit(text[2]) : -1;
        if (*text == '?' || *text == '#')
            return error_set(err, ERR_USAGE, "a file:// url has neither query nor fragment; in a file's name write %%3F for '?', %%23 for '#'");
        if (*text == '%' && (low < 0 || high * 16 + low == 0))
            return error_set(err, ERR_USAGE, "'%%' stands before two hexadecimal digits in a url, and never for a NUL; expected %%25 for '%%'");
        *to++ = *text == '%' ? (char)(high * 16 + low) : *text;
        text += *text == '%' ? 2 : 0;
    }
    return true;
}

static bool parse_file_url(struct arena *arena, const char *rest, struct fetch_url *url, struct error *err)
{
    if (strncmp(rest, "//", 2) == 0) {
        size_t n = strcspn(rest + 2, "/");
        const char *authority = rest + 2, *at = memrchr(authority, '@', n), *host = at ? at + 1 : authority;
        size_t host_n = n - (size_t)(host - authority);
        url->had_credentials = at != NULL;
        if (host_n != 0 && (host_n != 9 || strncasecmp(host, "localhost", 9) != 0))
            return error_set(err, ERR_USAGE, "file://HOST/… names another machine; expected file:///absolute/directory");
        rest = authority + n;
    }
    if (rest[0] != '/')
        return error_set(err, ERR_USAGE, "expected file:///absolute/directory");
    url->url = arena_printf(arena, "file://%s", rest);
    return decode(arena, rest, &url->path, err);
}

bool fetch_url_parse(struct arena *arena, const char *text, struct fetch_url *url, struct error *err)
{
    *url = (struct fetch_url){0};
    for (const char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p))
            return error_set(err, ERR_USAGE, "a url holds no control characters");
    if (text[0] == '/') {
        url->url = url->path = text;
        return true;
    }
    size_t n = scheme_length(text);
    if (n == 4 && strncasecmp(text, "file", 4) == 0)
        return parse_file_url(arena, text + 5, url, err);
    /* What follows the scheme may hold a password or a signed query: it is not shown. */
    if (n && n <= SCHEME_MAX && strncmp(text + n, "://", 3) == 0)
        return error_set(err, ERR_USAGE, "%.*s://…: this version cannot fetch from the network yet; file:// works", (int)n, text);
    return error_set(err, ERR_USAGE, "expected file:///absolute/directory, or an absolute path");
}

const char *fetch_path_clean(struct arena *arena, const char *path)
{
    const char *clean = "";
    if (path[0] == '/' || strlen(path) > FETCH_PATH_MAX)
        return NULL;
    while (*path) {
        size_t n = strcspn(path, "/");
        if (n == 2 && memcmp(path, "..", 2) == 0)
            return NULL;
        if (n && !(n == 1 && *path == '.'))
            clean = arena_printf(arena, "%s%s%.*s", clean, clean[0] ? "/" : "", (int)n, path);
        path += n + (path[n] == '/');
    }
    return clean[0] ? clean : ".";
}

/* ---- directories of this machine ---- */

struct fetch_directory {
    struct fetch fetch;
    struct root *root;
};

static const struct root *root_of(const struct fetch *fetch)
{
    return ((const struct fetch_directory *)(const void *)fetch)->root;
}

/* Why it could not be looked at, as root_list says it; or what it is that can be neither read nor entered. */
static void refuse(const struct root *root, const char *path, bool is_there, struct arena *arena, struct fetch_entry *entry)
{
    struct root_names ignored;
    struct error err = {0};
    if (!is_there && root_list(root, path, arena, &ignored, &err) == ROOT_ABSENT)
        return;
    entry->kind = FETCH_REFUSED;
    entry->why = err.kind ? arena_strdup(arena, err.text) : arena_printf(arena, "%s: neither a file nor a directory", path);
}

static enum root_found list_directory(const struct fetch *fetch, const char *directory, struct arena *arena,
                                      struct fetch_entries *entries, struct error *err)
{
    const struct root *root = root_of(fetch);
    struct root_names names;
    *entries = (struct fetch_entries){0};
    enum root_found found = root_list(root, directory, arena, &names, err);
    if (found != ROOT_FOUND)
        return found;
    entries->v = ARENA_ARRAY(arena, struct fetch_entry, names.n + 1);
    for (size_t i = 0; i < names.n; i++) {
        struct fetch_entry *entry = &entries->v[entries->n++];
        const char *path = arena_join(arena, directory, names.v[i]);
        struct stat st;
        bool is_there = root_stat(root, path, &st);
        *entry = (struct fetch_entry){.name = names.v[i]};
        if (is_there && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
            *entry = (struct fetch_entry){.name = names.v[i], .kind = S_ISREG(st.st_mode) ? FETCH_FILE : FETCH_DIRECTORY,
                                          .size = st.st_size, .modified = st.st_mtim, .dated = true, .device = st.st_dev,
                                          .inode = st.st_ino};
        else
            refuse(root, path, is_there, arena, entry);
    }
    return ROOT_FOUND;
}

static enum root_found read_file(const struct fetch *fetch, const char *path, fetch_sink sink, void *context, struct error *err)
{
    int fd;
    struct stat st;
    enum root_found found = root_open_file(root_of(fetch), path, &fd, &st, err);
    if (found != ROOT_FOUND)
        return found;
    char *buffer = memory_need(malloc(READ_SIZE));
    ssize_t n;
    do
        n = read(fd, buffer, READ_SIZE);
    while ((n < 0 && errno == EINTR) || (n > 0 && sink(context, buffer, (size_t)n)));
    if (n < 0) {
        error_at(err, ERR_ARTIFACT, (struct pos){.file = path}, "%s", strerror(errno));
        found = ROOT_REFUSED;
    }
    free(buffer);
    close(fd);
    return found;
}

static void close_directory(struct fetch *fetch)
{
    struct fetch_directory *directory = (struct fetch_directory *)(void *)fetch;
    root_close(directory->root);
    free(directory);
}

static const struct fetch_scheme file_scheme = {"file", list_directory, read_file, close_directory};

struct fetch *fetch_open(const struct fetch_url *url, const char *const *allowed, struct error *err)
{
    struct root *root = root_open(url->path, allowed, err);
    if (!root)
        return NULL;
    struct fetch_directory *directory = memory_need(calloc(1, sizeof(*directory)));
    struct stat st = {0};
    root_stat(root, ".", &st);
    *directory = (struct fetch_directory){.fetch = {&file_scheme, url->url, root_real(root), st.st_dev, st.st_ino}, .root = root};
    return &directory->fetch;
}

void fetch_close(struct fetch *fetch)
{
    if (fetch)
        fetch->scheme->close(fetch);
}

/* What is there of `path` is the source or lies in it: then so does what is not there yet. */
bool fetch_holds(const struct fetch *fetch, const char *path)
{
    char part[PATH_MAX], real[PATH_MAX];
    size_t n = strlen(path), source_n = fetch->real ? strlen(fetch->real) : 0;
    if (!source_n || n >= sizeof(part))
        return false;
    memcpy(part, path, n + 1);
    while (!realpath(part[0] ? part : ".", real)) {
        char *slash = strrchr(part, '/');
        if (!part[0])
            return false;
        part[slash == part ? 1 : slash ? slash - part : 0] = '\0';
    }
    return strncmp(real, fetch->real, source_n) == 0 && (source_n == 1 || real[source_n] == '/' || !real[source_n]);
}
