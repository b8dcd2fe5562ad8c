#include "regress/causes/git_range.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 1024, OWNER_DEPTH_MAX = 8, UUID_LEN = 36 };

/* ---- commits ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool speaks_of_commits(const char *key)
{
    static const char *const words[] = {"commit", "sha", "revision", "git", "hash"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(key, words[i]))
            return true;
    return false;
}

/* Whether [s, s + n) may be a commit. `trusted`: where it stands says so; else digits alone are a number, and letters alone a word. */
static bool may_be_commit(const char *s, size_t n, bool trusted)
{
    size_t digits = 0;
    if (n < GIT_COMMIT_MIN || n > GIT_COMMIT_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_hex(s[i]))
            return false;
        digits += s[i] <= '9';
    }
    return n == GIT_COMMIT_MAX || trusted || (digits > 0 && digits < n);
}

static bool is_uuid(const char *s, size_t n)
{
    static const size_t dashes[] = {8, 13, 18, 23};
    if (n != UUID_LEN)
        return false;
    for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++)
        if (s[dashes[i]] != '-')
            return false;
    return true;
}

/* "-13-g" before s; *tag_end is then where the tag ends. */
static bool is_described(const char *from, const char *s, const char **tag_end)
{
    if (s - from < 4 || s[-1] != 'g' || s[-2] != '-')
        return false;
    const char *p = s - 2;
    while (p > from && isdigit((unsigned char)p[-1]))
        p--;
    *tag_end = p - 1;
    return p < s - 2 && p - 1 > from && p[-1] == '-';
}

/* A commit in a value: where, and the tag that git describe counts from (tag_len 0: none). */
struct found {
    const char *at;
    size_t n, tag_len;
};

static bool find_commit(const char *key, const char *value, struct found *found)
{
    size_t len = strnlen(value, VALUE_MAX + 1);
    const char *end = value + len, *s = end, *tag_end;
    *found = (struct found){0};
    if (len > VALUE_MAX || is_uuid(value, len))
        return false;
    while (s > value && is_hex(s[-1]))
        s--;
    size_t n = (size_t)(end - s);
    *found = (struct found){s, n, 0};
    if (s == value)
        return may_be_commit(s, n, speaks_of_commits(key));
    if (is_described(value, s, &tag_end)) {
        found->tag_len = (size_t)(tag_end - value);
        return may_be_commit(s, n, true);
    }
    if (strchr("+@/", s[-1]))
        return may_be_commit(s, n, false);
    bool in_tag = strchr(value, ':') && !strchr(strrchr(value, ':'), '/');
    if (strchr("-_.:", s[-1]) && (in_tag || speaks_of_commits(key)))
        return may_be_commit(s, n, false);
    return false;
}

const char *git_commit(const char *key, const char *value, struct arena *arena)
{
    struct found found;
    return find_commit(key, value, &found) ? arena_strndup(arena, found.at, found.n) : NULL;
}

/* The same commit, one perhaps shortened. */
static bool same_commit(const struct found *a, const struct found *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    return memcmp(a->at, b->at, n) == 0;
}

/* What git describe says is counted from `tag`, a whole value. */
static bool counts_from(const struct found *described, const char *whole, const char *tag)
{
    return described->tag_len && strlen(tag) == described->tag_len && memcmp(whole, tag, described->tag_len) == 0 &&
           strspn(tag, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") == described->tag_len;
}

const char *git_range(const char *key, const char *before, const char *after, struct arena *arena)
{
    struct found a, b;
    bool has_a = find_commit(key, before, &a), has_b = find_commit(key, after, &b);
    if (has_a && has_b && !same_commit(&a, &b))
        return arena_printf(arena, "%.*s..%.*s", (int)a.n, a.at, (int)b.n, b.at);
    if (!has_a && has_b && counts_from(&b, after, before))
        return arena_printf(arena, "%s..%.*s", before, (int)b.n, b.at);
    if (has_a && !has_b && counts_from(&a, before, after))
        return arena_printf(arena, "%.*s..%s", (int)a.n, a.at, after);
    return NULL;
}

/* ---- repositories ---- */

static size_t name_length(const char *s)
{
    return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}

static bool contains(const char *s, size_t n, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= n; i++)
        if (strncasecmp(s + i, word, len) == 0)
            return true;
    return false;
}

/* "HOST/" behind https:// or git@HOST: gives where the path starts. No other user, no port, no password. */
static bool read_host(const char *value, const char **host, size_t *host_len, const char **path)
{
    static const char *const schemes[] = {"https://", "http://", "ssh://git@", "git@", "git+https://"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t n = strlen(schemes[i]);
        if (strncmp(value, schemes[i], n) != 0)
            continue;
        *host = value + n;
        *host_len = name_length(*host);
        const char *next = *host + *host_len;
        *path = next + 1;
        return *host_len > 0 && (*next == '/' || (strcmp(schemes[i], "git@") == 0 && *next == ':'));
    }
    return false;
}

/* What may follow a repository's name in an address of it: nothing, or a page of its contents. */
static bool is_of_contents(const char *rest, bool gitlab)
{
    static const char *const pages[] = {"/tree/", "/commit/", "/commits/", "/blob/", "/releases", "/compare/"};
    if (gitlab && strncmp(rest, "/-", 2) == 0)
        rest += 2;
    if (!rest[0] || strcmp(rest, "/") == 0)
        return true;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strncmp(rest, pages[i], strlen(pages[i])) == 0)
            return true;
    return false;
}

/* The length of "owner/name" (GitLab: groups in groups) at `path`; 0: it is none. */
static size_t repository_length(const char *path, bool gitlab)
{
    size_t len = name_length(path);
    if (!len || path[len] != '/' || path[0] == '.')
        return 0;
    for (int depth = 1; depth < OWNER_DEPTH_MAX; depth++) {
        size_t more = path[len] == '/' ? name_length(path + len + 1) : 0;
        bool page = gitlab && more == 1 && path[len + 1] == '-';
        if (!more || page || path[len + 1] == '.')
            return depth > 1 ? len : 0;
        len += 1 + more;
        if (!gitlab)
            return len;
    }
    return 0;
}

const char *git_repository(const char *value, struct arena *arena)
{
    const char *host, *path;
    size_t host_len;
    if (strnlen(value, VALUE_MAX + 1) > VALUE_MAX || !read_host(value, &host, &host_len, &path))
        return NULL;
    bool gitlab = contains(host, host_len, "gitlab");
    if (!gitlab && !contains(host, host_len, "github"))
        return NULL;
    size_t len = repository_length(path, gitlab);
    if (!len || !is_of_contents(path + len, gitlab))
        return NULL;
    if (len > 4 && strncmp(path + len - 4, ".git", 4) == 0)
        len -= 4;
    return arena_printf(arena, "https://%.*s/%.*s", (int)host_len, host, (int)len, path);
}

const char *git_link(const char *repository, const char *range, struct arena *arena)
{
    const char *host = repository + strlen("https://"), *dots = strstr(range, "..");
    bool gitlab = contains(host, strcspn(host, "/"), "gitlab");
    return arena_printf(arena, "%s%s/compare/%.*s...%s", repository, gitlab ? "/-" : "", (int)(dots - range), range, dots + 2);
}
