#include "report/clean.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

bool clean_is_unseemly(uint32_t code)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0, 0x08},          {0x0b, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200b}, {0x200e, 0x200f},
                  {0x2028, 0x202e},   {0x2060, 0x2069}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffc}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return (code & 0xfffe) == 0xfffe || (code >= 0xe0000 && code <= 0xe007f);
}

size_t clean_character(const char *s, const char *end, char shown[5])
{
    size_t n = text_utf8(s, end);
    bool kept = n && !clean_is_unseemly(text_code_point(s, n));
    size_t len = kept ? n : strlen(CLEAN_INSTEAD);
    memcpy(shown, kept ? s : CLEAN_INSTEAD, len);
    shown[len] = '\0';
    return n ? n : 1;
}

static bool starts_with(const char *text, const char *start)
{
    for (; *start; text++, start++)
        if ((*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text) != *start)
            return false;
    return true;
}

/* Blanks and control characters could say otherwise than they look. */
bool clean_is_web_address(const char *url)
{
    size_t scheme = starts_with(url, "https://") ? 8 : starts_with(url, "http://") ? 7 : 0;
    if (!scheme || !url[scheme] || text_utf8_valid(url, strlen(url)) != strlen(url))
        return false;
    for (const char *s = url; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '\\')
            return false;
    return true;
}

const char *clean_address(const char *url, size_t *scheme)
{
    const char *host = strstr(url, "://") + 3, *at = NULL;
    for (const char *s = host; *s && !strchr("/?#", *s); s++)
        at = *s == '@' ? s : at;
    *scheme = (size_t)(host - url);
    return at ? at + 1 : host;
}

static bool begins_command(const char *s, bool line_start)
{
    return (line_start && strncmp(s, "::", 2) == 0) || strncmp(s, "##[", 3) == 0 || strncasecmp(s, "##vso[", 6) == 0;
}

void clean_commands(struct text *text, size_t from)
{
    if (from >= text->len || (!strstr(text->s + from, "::") && !strstr(text->s + from, "##")))
        return;
    char *copy = strdup(text->s + from);
    memory_need(copy);
    text->len = from;
    bool line_start = true; /* blanks may stand before it, those beyond ASCII too: none of their letters is a sign of ours */
    for (const char *s = copy; *s; s++) {
        bool broken = begins_command(s, line_start);
        text_addc(text, *s);
        if (broken)
            text_addc(text, ' ');
        line_start = *s == '\n' || *s == '\r' || (line_start && !broken && (*s == ' ' || *s == '\t' || (unsigned char)*s >= 0x80));
    }
    free(copy);
}
