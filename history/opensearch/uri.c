#include "history/opensearch/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { INDEX_NAME_MAX = 255, HOST_MAX = 255, PORT_MAX = 65535 };

#define EXPECTED "expected opensearch+https://HOST[:PORT]/INDEX"

const char *opensearch_index_fault(const char *name)
{
    size_t len = strlen(name);
    if (len == 0)
        return "is empty";
    if (len > INDEX_NAME_MAX)
        return "is longer than 255 bytes";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "is . or ..";
    if (strchr("-_+", name[0]))
        return "begins with one of - _ +";
    if (text_utf8_valid(name, len) != len)
        return "is not UTF-8";
    for (const char *c = name; *c; c++) {
        if (strchr("\\/*?\"<>| ,#:", *c))
            return "has one of \\ / * ? \" < > | , # : or a space";
        if (*c >= 'A' && *c <= 'Z')
            return "has an upper-case letter";
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return "has a control character";
    }
    return NULL;
}

/* The host with its port, [from, to); a name, an IPv4 address or [an IPv6 address]. */
static const char *host_fault(const char *from, const char *to)
{
    const char *end = from;
    if (*from == '[') {
        end += 1 + strspn(from + 1, "0123456789abcdefABCDEF:.");
        if (*end++ != ']')
            return "its host begins with [ and is no IPv6 address";
    } else {
        while (end < to && (isalnum((unsigned char)*end) || strchr("-._", *end)))
            end++;
    }
    if (end == from || end - from > HOST_MAX)
        return "it names no host";
    if (end < to && *end != ':')
        return "its host has a character that no host has";
    if (end < to) {
        const char *digits = ++end;
        long port = 0;
        while (end < to && isdigit((unsigned char)*end) && port <= PORT_MAX)
            port = port * 10 + (*end++ - '0');
        if (end != to || end == digits || port < 1 || port > PORT_MAX)
            return "its port is no number from 1 to 65535";
    }
    return NULL;
}

static const char *prefix_fault(const char *from, const char *to)
{
    for (const char *c = from; c < to; c++) {
        if (c[0] == '/' && (c + 1 == to || c[1] == '/'))
            return "its path has an empty part";
        if (!isalnum((unsigned char)*c) && !strchr("-._~/%", *c))
            return "its path has a character that must be written as %XX";
    }
    return NULL;
}

bool opensearch_uri_parse(struct arena *arena, const char *uri, struct opensearch_uri *out, struct error *err)
{
    const char *plus = strchr(uri, '+'), *colon = strstr(uri, "://");
    if (!plus || !colon || colon < plus)
        return error_set(err, ERR_USAGE, "an OpenSearch history needs a server and an index; " EXPECTED);
    const char *host = colon + 3, *path = host + strcspn(host, "/");
    if (strchr(host, '@')) /* wherever it is: a password may have a slash before it, and nothing of it is to be quoted */
        return error_set(err, ERR_USAGE, "a history's URI has no user and no password, and this one has an @; " EXPECTED ": who we are "
                                         "there stands beside the server in the env files or the credentials file");
    if (strpbrk(host, "?#"))
        return error_set(err, ERR_USAGE, "a history's URI has no query and no fragment, and this one has a ? or #; " EXPECTED);
    const char *fault = host_fault(host, path);
    if (fault)
        return error_set(err, ERR_USAGE, "'%s' is no place of an OpenSearch: %s; " EXPECTED, uri, fault);
    const char *end = path + strlen(path);
    if (end > path + 1 && end[-1] == '/')
        end--;
    const char *slash = end;
    while (slash > path && *--slash != '/')
        continue;
    if (end - slash < 2)
        return error_set(err, ERR_USAGE, "'%s' names no index; " EXPECTED, uri);
    if ((fault = prefix_fault(path, slash)))
        return error_set(err, ERR_USAGE, "'%s' is no place of an OpenSearch: %s; " EXPECTED, uri, fault);
    const char *index = arena_strndup(arena, slash + 1, (size_t)(end - slash - 1));
    if ((fault = opensearch_index_fault(index)))
        return error_set(err, ERR_USAGE, "'%s' can be no index of an OpenSearch: the name %s", index, fault);
    *out = (struct opensearch_uri){arena_strndup(arena, plus + 1, (size_t)(slash - plus - 1)), index};
    return true;
}
