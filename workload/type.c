#include "workload/type.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "config/options.h"

/* Reads the notation, one character ahead; the grammar is in the header. */
struct notation {
    struct arena *arena;
    const char *text, *at;
    const struct node *node;
    const char *file;
    struct error *err;
    int depth;
    size_t parts;
    struct type none; /* what `None` reads as, until the union that it stands in takes it up */
};

enum { TYPE_DEPTH_MAX = 20, LITERALS_MAX = 1000 };

static const struct {
    const char *name;
    enum type_kind kind;
} plain_types[] = {
    {"int", TYPE_INT},           {"float", TYPE_FLOAT}, {"str", TYPE_STR},   {"bool", TYPE_BOOL},     {"datetime", TYPE_DATETIME},
    {"date", TYPE_DATE},         {"UUID", TYPE_UUID},   {"UUID4", TYPE_UUID4}, {"SemVer", TYPE_SEMVER}, {"Any", TYPE_ANY},
};
enum { PLAIN_N = sizeof(plain_types) / sizeof(plain_types[0]) };

typedef LIST_OF(struct type *) type_list;

static struct type *read_union(struct notation *n);

/* ---- errors ---- */

static struct pos place(const struct notation *n, const char *at)
{
    struct pos pos = {.file = n->file, .line = n->node->line, .col = n->node->col};
    if (n->node->text_at == 255)
        return pos;
    pos.col += n->node->text_at;
    for (const char *p = n->text; p < at; p++) {
        if (*p == '\n') /* text that was folded into one value: where in it, a column cannot say */
            return (struct pos){.file = n->file, .line = n->node->line, .col = n->node->col};
        pos.col += ((unsigned char)*p & 0xC0) != 0x80;
    }
    return pos;
}

static struct type *wrong_at(struct notation *n, const char *at, const char *expected)
{
    if (*at)
        error_at(n->err, ERR_USAGE, place(n, at), "type '%.60s': found '%.30s', expected %s", n->text, at, expected);
    else
        error_at(n->err, ERR_USAGE, place(n, at), "type '%.60s': ends here, expected %s", n->text, expected);
    return NULL;
}

static struct type *wrong(struct notation *n, const char *expected)
{
    return wrong_at(n, n->at, expected);
}

/* ---- parts ---- */

static void skip_blanks(struct notation *n)
{
    n->at += strspn(n->at, " \t\n");
}

static bool take(struct notation *n, char c)
{
    skip_blanks(n);
    if (*n->at != c)
        return false;
    n->at++;
    return true;
}

static size_t word_length(const char *at)
{
    size_t len = 0;
    while (isalnum((unsigned char)at[len]) || at[len] == '_')
        len++;
    return len;
}

static struct type *new_type(struct notation *n, enum type_kind kind)
{
    struct type *type = ARENA_NEW(n->arena, struct type);
    type->kind = kind;
    return type;
}

/* type { "," type } "]", after the bracket was taken */
static bool read_inner(struct notation *n, type_list *inner)
{
    do {
        struct type *type = read_union(n);
        if (!type)
            return false;
        *LIST_ADD(n->arena, inner) = type;
    } while (take(n, ','));
    return take(n, ']') || wrong(n, "',' or ']'") != NULL;
}

/* One of several, as read from `start`. As in Python, None, and what is Optional among them, makes the whole optional. */
static struct type *union_of(struct notation *n, const char *start, const type_list *inner)
{
    struct type *type = new_type(n, TYPE_UNION);
    type_list kept = {0};
    for (size_t i = 0; i < inner->n; i++) {
        bool none = inner->v[i] == &n->none;
        type->optional |= none || inner->v[i]->optional;
        if (!none)
            *LIST_ADD(n->arena, &kept) = inner->v[i];
    }
    if (kept.n == 0)
        return wrong_at(n, start, "a type beside None");
    if (kept.n == 1) {
        kept.v[0]->optional |= type->optional;
        return kept.v[0];
    }
    type->inner = kept.v;
    type->inner_n = kept.n;
    return type;
}

static struct type *read_optional(struct notation *n)
{
    type_list inner = {0};
    if (!take(n, '['))
        return wrong(n, "'[': Optional[T]");
    const char *start = n->at;
    if (!read_inner(n, &inner))
        return NULL;
    if (inner.n != 1 || inner.v[0] == &n->none)
        return wrong_at(n, start, "one type in the brackets: Optional[T]");
    inner.v[0]->optional = true;
    return inner.v[0];
}

static struct type *read_union_word(struct notation *n)
{
    type_list inner = {0};
    if (!take(n, '['))
        return wrong(n, "'[': Union[A, B]");
    const char *start = n->at;
    if (!read_inner(n, &inner))
        return NULL;
    return union_of(n, start, &inner);
}

static struct type *read_list(struct notation *n)
{
    type_list inner = {0};
    struct type *type = new_type(n, TYPE_LIST);
    if (take(n, '[')) {
        const char *start = n->at;
        if (!read_inner(n, &inner))
            return NULL;
        if (inner.n != 1 || inner.v[0] == &n->none)
            return wrong_at(n, start, "one type in the brackets: List[T]");
    } else
        *LIST_ADD(n->arena, &inner) = new_type(n, TYPE_ANY);
    type->inner = inner.v;
    type->inner_n = 1;
    return type;
}

static struct type *read_dict(struct notation *n)
{
    type_list inner = {0};
    struct type *type = new_type(n, TYPE_DICT);
    type->inner_n = 1;
    if (!take(n, '[')) {
        *LIST_ADD(n->arena, &inner) = new_type(n, TYPE_ANY);
        type->inner = inner.v;
        return type;
    }
    skip_blanks(n);
    const char *start = n->at;
    if (!read_inner(n, &inner))
        return NULL;
    if (inner.n != 2 || inner.v[1] == &n->none)
        return wrong_at(n, start, "two types in the brackets: dict[str, T]");
    type->int_keys = inner.v[0]->kind == TYPE_INT;
    if ((inner.v[0]->kind != TYPE_STR && !type->int_keys) || inner.v[0]->optional)
        return wrong_at(n, start, "dict[str, T] or dict[int, T]: JSON has text keys only");
    type->inner = inner.v + 1;
    return type;
}

/* 'text' or "text"; \ goes before a quote and before itself. */
static const char *read_quoted(struct notation *n, const char *what)
{
    char quote = *n->at, *text, *end;
    const char *from = n->at + 1;
    if (quote != '\'' && quote != '"') {
        wrong(n, what);
        return NULL;
    }
    text = end = arena_alloc(n->arena, strlen(from) + 1);
    for (; *from && *from != quote; from++) {
        if (*from == '\\' && (from[1] == quote || from[1] == '\\'))
            from++;
        *end++ = *from;
    }
    if (*from != quote) {
        wrong_at(n, from, quote == '"' ? "the closing \"" : "the closing '");
        return NULL;
    }
    n->at = from + 1;
    return text;
}

/* 'text', an integer, True, False. *none when it is None. */
static bool read_literal(struct notation *n, struct type_literal *literal, bool *is_none)
{
    static const char expected[] = "a value: 'text', an integer, True, False or None";
    static const struct {
        const char *word;
        bool none;
        int64_t integer;
    } words[] = {{"True", false, 1}, {"False", false, 0}, {"None", true, 0}};
    skip_blanks(n);
    *literal = (struct type_literal){0};
    *is_none = false;
    n->parts++;
    size_t len = word_length(n->at);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) != len || memcmp(n->at, words[i].word, len) != 0)
            continue;
        *literal = (struct type_literal){.is_bool = true, .integer = words[i].integer};
        *is_none = words[i].none;
        n->at += len;
        return true;
    }
    if (*n->at == '-' || isdigit((unsigned char)*n->at)) {
        char *end;
        errno = 0;
        literal->integer = strtoll(n->at, &end, 10);
        if (errno || end == n->at || word_length(end) || *end == '.')
            return wrong(n, expected) != NULL;
        n->at = end;
        return true;
    }
    literal->text = read_quoted(n, expected);
    return literal->text != NULL;
}

static struct type *read_literals(struct notation *n)
{
    LIST_OF(struct type_literal) values = {0};
    struct type *type = new_type(n, TYPE_LITERAL);
    if (!take(n, '['))
        return wrong(n, "'[': Literal['a', 'b']");
    const char *start = n->at;
    do {
        struct type_literal literal;
        bool is_none;
        if (!read_literal(n, &literal, &is_none))
            return NULL;
        if (is_none)
            type->optional = true;
        else
            *LIST_ADD(n->arena, &values) = literal;
        if (values.n > LITERALS_MAX)
            return wrong_at(n, start, "at most 1000 values");
    } while (take(n, ','));
    if (!take(n, ']'))
        return wrong(n, "',' or ']'");
    if (!values.n)
        return wrong_at(n, start, "a value beside None");
    type->literals = values.v;
    type->literals_n = values.n;
    return type;
}

/* constr(regex='…') */
static struct type *read_constr(struct notation *n)
{
    static const char word[] = "regex", shape[] = "constr(regex='…')";
    struct type *type = new_type(n, TYPE_PATTERN);
    if (!take(n, '('))
        return wrong(n, shape);
    skip_blanks(n);
    if (word_length(n->at) != sizeof(word) - 1 || memcmp(n->at, word, sizeof(word) - 1) != 0)
        return wrong(n, shape);
    n->at += sizeof(word) - 1;
    if (!take(n, '='))
        return wrong(n, shape);
    skip_blanks(n);
    struct pos at = place(n, n->at + 1);
    type->pattern = read_quoted(n, shape);
    if (!type->pattern)
        return NULL;
    struct regex *regex = regex_compile(type->pattern, strlen(type->pattern), &(struct regex_options){.ecma = true}, at, n->err);
    if (!regex)
        return NULL;
    regex_close(regex);
    return take(n, ')') ? type : wrong(n, "')'");
}

static struct type *read_none(struct notation *n)
{
    return &n->none;
}

static const struct {
    const char *name;
    struct type *(*read)(struct notation *n);
} words[] = {
    {"Optional", read_optional}, {"Union", read_union_word}, {"List", read_list},        {"list", read_list},     {"Dict", read_dict},
    {"dict", read_dict},         {"Literal", read_literals}, {"constr", read_constr},    {"None", read_none},
};
enum { WORDS_N = sizeof(words) / sizeof(words[0]) };

/* ---- the whole ---- */

static struct type *read_part(struct notation *n)
{
    skip_blanks(n);
    const char *start = n->at;
    size_t len = word_length(start);
    if (len == 0)
        return wrong(n, "a type, as int, str or Optional[float]");
    if (start[len] == '.')
        return wrong(n, "a name without the module before it, as SemVer");
    const char *name = arena_strndup(n->arena, start, len);
    n->at += len;
    n->parts++;
    for (size_t i = 0; i < WORDS_N; i++)
        if (strcmp(name, words[i].name) == 0)
            return words[i].read(n);
    struct type *type = new_type(n, TYPE_NAME);
    type->at = place(n, start);
    type->name = name;
    for (size_t i = 0; i < PLAIN_N; i++)
        if (strcmp(name, plain_types[i].name) == 0)
            type->kind = plain_types[i].kind;
    return type;
}

/* part { "|" part } */
static struct type *read_union(struct notation *n)
{
    type_list parts = {0};
    if (n->depth == TYPE_DEPTH_MAX)
        return wrong(n, "a type that is nested less");
    n->depth++;
    skip_blanks(n);
    const char *start = n->at;
    do {
        struct type *part = read_part(n);
        if (!part)
            return NULL;
        *LIST_ADD(n->arena, &parts) = part;
    } while (take(n, '|'));
    n->depth--;
    return parts.n == 1 ? parts.v[0] : union_of(n, start, &parts);
}

struct type *type_parse(struct arena *arena, const struct node *node, const char *file, size_t *parts, struct error *err)
{
    struct notation n = {.arena = arena, .text = node->string, .at = node->string, .node = node, .file = file, .err = err};
    if (node->string_len > TYPE_TEXT_MAX)
        return wrong(&n, "at most 10000 bytes");
    struct type *type = read_union(&n);
    skip_blanks(&n);
    *parts += n.parts;
    if (type && (*n.at || strlen(node->string) != node->string_len))
        return wrong(&n, *n.at == '[' ? "the end of the type; […] stands behind List, dict, Optional, Union and Literal" : "the end of the type");
    return type == &n.none ? wrong_at(&n, n.text, "a type beside None") : type;
}

bool type_is_word(const char *name)
{
    for (size_t i = 0; i < WORDS_N; i++)
        if (strcmp(name, words[i].name) == 0)
            return true;
    for (size_t i = 0; i < PLAIN_N; i++)
        if (strcmp(name, plain_types[i].name) == 0)
            return true;
    return false;
}

const char *type_nearest(const char *name)
{
    const char *names[WORDS_N + PLAIN_N + 1] = {0};
    for (size_t i = 0; i < WORDS_N; i++)
        names[i] = words[i].name;
    for (size_t i = 0; i < PLAIN_N; i++)
        names[WORDS_N + i] = plain_types[i].name;
    return option_nearest(name, names);
}
