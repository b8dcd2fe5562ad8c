#include "report/markdown.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/clean.h"

/* How many bytes of the text are shown. */
static size_t shown_bytes(const char *text, size_t most)
{
    size_t len = strlen(text);
    return len > most ? (size_t)text_cut(text, len, most) : len;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool ends_in(const char *text, const char *s, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(s - text) >= n && strncasecmp(s - n, word, n) == 0;
}

/* What makes a mention, an issue or an address of what is around it: an entity without width in it breaks that. */
static const char *broken(const char *text, const char *s, const char *end)
{
    if (*s == '@')
        return "@&#8203;";
    if (*s == '#' && s + 1 < end && is_digit(s[1]))
        return "#&#8203;";
    if (*s == '-' && s >= text + 2 && s + 1 < end && (s[-2] == 'G' || s[-2] == 'g') && (s[-1] == 'H' || s[-1] == 'h') && is_digit(s[1]))
        return "-&#8203;";
    if (*s == ':' && ((s + 1 < end && s[1] == '/') || ends_in(text, s, "mailto") || ends_in(text, s, "xmpp")))
        return "&#58;";
    if (*s == '.' && s >= text + 3 && strncasecmp(s - 3, "www", 3) == 0)
        return "&#46;&#8203;";
    return NULL;
}

void markdown_text(struct text *out, const char *text, size_t most)
{
    if (!text)
        return;
    size_t n = shown_bytes(text, most);
    const char *end = text + n;
    for (const char *s = text; s < end;) {
        char shown[5];
        size_t step = clean_character(s, end, shown);
        const char *instead = broken(text, s, end);
        if (*s == '\n' || *s == '\r' || *s == '\t')
            text_addc(out, ' ');
        else if (instead)
            text_add(out, instead);
        else if (step == 1 && shown[1] == '\0' && strchr("\\`*_[]<>|~!&$^#", *s))
            text_printf(out, "\\%c", *s);
        else
            text_add(out, shown);
        s += step;
    }
    if (text[n])
        text_add(out, "…");
}

/* The longest run of backquotes. */
static size_t longest_run(const char *text, size_t n)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < n; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void add_code(struct text *out, const char *text, size_t most, const char *bar)
{
    if (!text || !*text)
        return;
    size_t n = shown_bytes(text, most), fence = longest_run(text, n) + 1;
    bool padded = text[0] == '`' || text[n - 1] == '`' || text[0] == ' ' || text[n - 1] == ' ';
    text_fill(out, '`', fence);
    text_add(out, padded ? " " : "");
    for (const char *s = text, *end = text + n; s < end;) {
        char shown[5];
        size_t step = clean_character(s, end, shown);
        text_add(out, *s == '\n' || *s == '\r' || *s == '\t' ? " " : *s == '|' ? bar : shown);
        s += step;
    }
    text_add(out, text[n] ? "…" : "");
    text_add(out, padded ? " " : "");
    text_fill(out, '`', fence);
}

void markdown_code(struct text *out, const char *text, size_t most)
{
    add_code(out, text, most, "|");
}

void markdown_cell(struct text *out, const char *text, size_t most)
{
    add_code(out, text, most, "\\|");
}

void markdown_link(struct text *out, const char *text, const char *url)
{
    size_t scheme;
    if (!url || !clean_is_web_address(url)) {
        markdown_text(out, text, MARKDOWN_NAME);
        if (url && *url) {
            text_add(out, " ");
            markdown_code(out, url, MARKDOWN_NAME);
        }
        return;
    }
    const char *rest = clean_address(url, &scheme);
    text_add(out, "[");
    markdown_text(out, text, MARKDOWN_NAME);
    text_add(out, "](");
    text_addn(out, url, scheme);
    for (const char *s = rest; *s; s++) {
        bool plain = is_letter(*s) || is_digit(*s) || strchr("-._~:/?#@!$&'*+,;=%", *s);
        if (plain)
            text_addc(out, *s);
        else
            text_printf(out, "%%%02X", (unsigned char)*s);
    }
    text_add(out, ")");
}
