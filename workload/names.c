#include "workload/names.h"

#include <ctype.h>
#include <string.h>

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    const char *start;
    size_t len;
    char sign; /* TOKEN_SIGN: its character; '=' only when it stands alone, '=' and '=' are '~', two dots are '&' */
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The level of a long bracket "[[" (0), "[=[" (1), …; -1: none. */
static int long_level(const char *at)
{
    int level = 0;
    if (*at != '[')
        return -1;
    while (at[1 + level] == '=')
        level++;
    return at[1 + level] == '[' ? level : -1;
}

/* Behind "]]" of that level, or the end of the text. */
static const char *skip_long(const char *at, int level)
{
    for (at += level + 2; *at; at++) {
        if (*at != ']')
            continue;
        size_t n = strspn(at + 1, "=");
        if ((int)n == level && at[1 + n] == ']')
            return at + n + 2;
    }
    return at;
}

static const char *skip_blank(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n\f\v");
        if (strncmp(at, "--", 2) != 0)
            return at;
        int level = long_level(at + 2);
        at = level >= 0 ? skip_long(at + 2, level) : at + strcspn(at, "\n");
    }
}

static const char *skip_quoted(const char *at)
{
    char mark = *at++;
    while (*at && *at != mark)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return at + (*at != '\0');
}

/* 1, 0x1F, 1e-5, .5: what goes on with letters, digits, dots and signs after an exponent. */
static const char *skip_number(const char *at)
{
    bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    for (; is_word(*at) || (*at == '.' && at[1] != '.'); at++)
        if (strchr(hex ? "pP" : "eE", *at) && (at[1] == '+' || at[1] == '-'))
            at++;
    return at;
}

static struct token sign_at(const char *at)
{
    struct token token = {.kind = TOKEN_SIGN, .start = at, .len = 1, .sign = *at};
    if (at[0] == '.' && at[1] == '.')
        token = (struct token){TOKEN_SIGN, at, at[2] == '.' ? 3 : 2, '&'};
    else if (at[1] == '=' && strchr("=~<>", at[0]))
        token = (struct token){TOKEN_SIGN, at, 2, '~'};
    else if (at[0] == ':' && at[1] == ':')
        token = (struct token){TOKEN_SIGN, at, 2, '~'};
    return token;
}

/* The token at or after `at`. */
static struct token next_token(const char *at)
{
    at = skip_blank(at);
    struct token token = {.kind = TOKEN_END, .start = at};
    int level = long_level(at);
    if (!*at)
        return token;
    const char *end = NULL;
    if (isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]))) {
        token.kind = TOKEN_NUMBER;
        end = skip_number(at);
    } else if (is_word(*at)) {
        token.kind = TOKEN_NAME;
        for (end = at; is_word(*end);)
            end++;
    } else if (*at == '"' || *at == '\'' || level >= 0) {
        token.kind = TOKEN_TEXT;
        end = level >= 0 ? skip_long(at, level) : skip_quoted(at);
    } else {
        return sign_at(at);
    }
    token.len = (size_t)(end - at);
    return token;
}

static bool is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && strlen(word) == token->len && memcmp(token->start, word, token->len) == 0;
}

static bool is_sign(const struct token *token, char sign)
{
    return token->kind == TOKEN_SIGN && token->sign == sign;
}

static bool is_keyword(const struct token *token)
{
    static const char *const words[] = {"and",   "break", "do",  "else", "elseif", "end",    "false", "for",  "function", "goto",  "if",
                                        "in",    "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is(token, words[i]))
            return true;
    return false;
}

static const char *word_of(struct arena *arena, const struct token *token)
{
    return arena_strndup(arena, token->start, token->len);
}

/* "name", of .name, ["name"]; NULL. */
static const char *member_after(struct arena *arena, const struct token *name)
{
    struct token sign = next_token(name->start + name->len);
    struct token member = sign.kind == TOKEN_SIGN ? next_token(sign.start + sign.len) : sign;
    if (is_sign(&sign, '.') && member.kind == TOKEN_NAME)
        return word_of(arena, &member);
    bool quoted = is_sign(&sign, '[') && member.kind == TOKEN_TEXT && member.start[0] != '[' && member.len >= 2 &&
                  !memchr(member.start, '\\', member.len);
    struct token close = quoted ? next_token(member.start + member.len) : sign;
    return quoted && is_sign(&close, ']') ? arena_strndup(arena, member.start + 1, member.len - 2) : NULL;
}

struct name_list {
    const char **v;
    size_t n, cap;
};

/* Local names: after `local` and `for`, and between the brackets of a function, up to what is no list of names. */
static void take_locals(struct arena *arena, struct token token, struct name_list *locals)
{
    bool function = is(&token, "function");
    if (!function && !is(&token, "local") && !is(&token, "for"))
        return;
    token = next_token(token.start + token.len);
    while (function && token.kind != TOKEN_END && !is_sign(&token, '('))
        token = next_token(token.start + token.len);
    if (function)
        token = next_token(token.start + token.len);
    if (is(&token, "function")) /* local function f(…): its parameters are met as it is met */
        token = next_token(token.start + token.len);
    for (; token.kind == TOKEN_NAME && !is_keyword(&token); token = next_token(token.start + token.len)) {
        *LIST_ADD(arena, locals) = word_of(arena, &token);
        token = next_token(token.start + token.len);
        if (!is_sign(&token, ','))
            return;
    }
}

static bool is_local(const struct name_list *locals, const char *name)
{
    for (size_t i = 0; i < locals->n; i++)
        if (strcmp(locals->v[i], name) == 0)
            return true;
    return false;
}

struct name_uses names_used(struct arena *arena, const char *text)
{
    struct name_list locals = {0};
    struct name_uses all = {0}, kept = {0};
    struct token before = {.kind = TOKEN_SIGN, .start = text, .sign = '('};
    for (struct token token = next_token(text); token.kind != TOKEN_END; before = token, token = next_token(token.start + token.len)) {
        take_locals(arena, token, &locals);
        if (token.kind != TOKEN_NAME || is_keyword(&token) || is_sign(&before, '.') || is_sign(&before, ':') || is(&before, "goto"))
            continue;
        struct token after = next_token(token.start + token.len);
        if (!is_sign(&after, '=')) /* the key of a table, or what is assigned to */
            *LIST_ADD(arena, &all) = (struct name_use){word_of(arena, &token), member_after(arena, &token)};
    }
    for (size_t i = 0; i < all.n; i++)
        if (!is_local(&locals, all.v[i].name))
            *LIST_ADD(arena, &kept) = all.v[i];
    return kept;
}

const char *const *names_functions(struct arena *arena, const char *text)
{
    struct name_list names = {0};
    struct token before = {.kind = TOKEN_SIGN, .start = text, .sign = '('};
    for (struct token token = next_token(text); token.kind != TOKEN_END; before = token, token = next_token(token.start + token.len)) {
        struct token name = next_token(token.start + token.len);
        if (is(&token, "function") && !is(&before, "local") && name.kind == TOKEN_NAME)
            *LIST_ADD(arena, &names) = word_of(arena, &name);
    }
    *LIST_ADD(arena, &names) = NULL;
    return names.v;
}

bool names_mentioned(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; n && (at = strstr(at, word)); at++)
        if ((at == text || !is_word(at[-1])) && !is_word(at[n]))
            return true;
    return false;
}
